"""What is known of one dataset, in plain values: every twin is written from this and from nothing else.

Texts are as they were harvested, and hostile; addresses that are given to browsers have gone through `web_address`.
"""

from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from leap_kg.catalog.span import Span
from leap_kg.ingest.mapping.extents import Box
from leap_kg.outputs.output import Output
from leap_kg.outputs.party import Party

DOI = "https://doi.org/"
SPDX = "https://spdx.org/licenses/"
PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
NOT_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC"
_KEPT = "/-._~!$&'()*+,;=:@?#[]%"
_STORAGE = frozenset(
    ("s3", "gs", "gcs", "abfs", "abfss", "az", "adl", "osn", "hf", "ftp", "ftps", "sftp", "file", "http", "https")
)


@dataclass(frozen=True, slots=True)
class Agent:
    """A person, an organisation or, where nobody says which, a party of that name.

    `address` is a page of theirs on the web, `""` if none is known.
    """

    iri: str
    name: str
    party: Party
    address: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """What part somebody had in a dataset; `part` is the attribution's own IRI."""

    part: str
    agent: Agent
    roles: tuple[tuple[str, str], ...]
    """The roles, each with its name."""


@dataclass(frozen=True, slots=True)
class Licence:
    """The licence as recognised (`iri`, `name`) and as the record has it (`text`); either may be missing."""

    iri: str = ""
    name: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A variable; `shape` is its length in each dimension by name, 0 where it is not known, as those of `chunks` are.

    `size` is in bytes as it lies unpacked, -1 if it is not known, `codecs` are as Zarr writes them in JSON. Of a
    variable of several stores all this is what they agree on.
    """

    iri: str
    name: str
    symbol: str = ""
    description: str = ""
    units: str = ""
    meaning: str = ""
    shape: tuple[tuple[str, int], ...] = ()
    data_type: str = ""
    chunks: tuple[tuple[str, int], ...] = ()
    size: int = -1
    codecs: str = ""
    held: tuple["Measured", ...] = ()
    """What the stores have of it, each as large as no other before it, where they differ."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period as the texts of two moments, either `""` where it is open; `part` is its own IRI."""

    part: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place: the text of its geometry, and the box if it is one; `part` is its own IRI."""

    part: str
    wkt: str
    box: Box | None


@dataclass(frozen=True, slots=True)
class Store:
    """Where the data lie; `address` is for browsers, `uri` for libraries, `size` in bytes, -1 if it is not known."""

    iri: str
    title: str
    identifier: str
    description: str
    address: str
    uri: str
    form: str
    form_name: str
    media_type: str
    size: int
    conforms_to: tuple[str, ...]
    access: str
    status: str
    status_name: str
    licence: Licence
    version: str
    created: str
    issued: str
    modified: str
    alone: bool = True
    """Whether no other dataset has this store."""
    places: tuple[Place, ...] = ()
    periods: tuple[Period, ...] = ()
    variables: tuple[Measured, ...] = ()

    @property
    def format(self) -> str:
        """The last word of the format's IRI: `zarr`, `netcdf`, …; `""` if it is not known."""
        return self.form.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Series:
    """What a dataset is one of."""

    iri: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Record:
    """A dataset. What is not known is empty; `more_variables` counts what was not read.

    `span` says which of its stores are in `stores`.
    """

    iri: str
    title: str
    description: str
    alternatives: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    licence: Licence = field(default_factory=Licence)
    access: str = ""
    free: bool | None = None
    creators: tuple[Agent, ...] = ()
    publishers: tuple[Agent, ...] = ()
    maintainers: tuple[Agent, ...] = ()
    credits: tuple[Credit, ...] = ()
    contacts: tuple[tuple[str, str], ...] = ()
    """The IRI of each contact with its `mailto:` address."""
    works: tuple[Output, ...] = ()
    """What it asks to cite, with DOIs first."""
    citation: str = ""
    """How its record wants it cited."""
    cite_as: str = ""
    """How to cite it and these works, in BibTeX."""
    credit_text: str = ""
    version: str = ""
    created: str = ""
    issued: str = ""
    modified: str = ""
    resolution: str = ""
    """Metres between two values."""
    places: tuple[Place, ...] = ()
    periods: tuple[Period, ...] = ()
    variables: tuple[Measured, ...] = ()
    stores: tuple[Store, ...] = ()
    span: Span = field(default_factory=Span)
    more_variables: int = 0
    pages: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    doi: str = ""
    """The IRI of the DOI that names the dataset."""
    feedstock: str = ""
    recipes: tuple[str, ...] = ()
    derived_from: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()
    is_series: bool = False
    funding: tuple[tuple[str, str], ...] = ()
    """The IRI of each grant with its name."""


def data_address(store: Store) -> str:
    """Where the data lie, for who downloads them: on the web if they can be had there, else as libraries open them.

    Of what else a scheme may be, some makes browsers run what follows it: that is no address here.
    """
    if store.address:
        return store.address
    scheme, mark, _ = store.uri.partition("://")
    return quote(store.uri, safe=_KEPT) if mark and scheme.lower() in _STORAGE else ""


def web_address(iri: str) -> str:
    """The IRI if it is an `http` or `https` address with a host, else `""`: no `javascript:`, no `data:`."""
    try:
        parts = urlsplit(iri)
    except ValueError:
        return ""
    return iri if parts.scheme in ("http", "https") and parts.netloc else ""
