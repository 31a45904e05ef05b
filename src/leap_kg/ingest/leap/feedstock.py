"""One feedstock as its files describe it: `catalog.yaml` merged with `meta.yaml`, the latter winning.

The same shape is what LEAP publishes as JSON, so an entry of the published catalogue reads the same way.
Every field may be missing; what cannot be read is a finding, and nothing that a file says is dropped: what has no
field here is kept by `Reading.keep`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from leap_kg.ingest.formats.reading import Path, Reading
from leap_kg.ingest.leap.naming import META_KEYS
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ontology.identifiers import github, orcid

LONGEST_TITLE = 500
"""Characters of a title; lists and pages show it whole."""

KEYS = (
    "title",
    "description",
    "recipes",
    "provenance",
    "maintainers",
    "tags",
    "links",
    "stores",
    "thumbnail",
    "pangeo_forge_version",
    "pangeo_notebook_version",
    "bakery",
    "citation",
    "acknowledgements",
    "contact",
    "variables",
    *META_KEYS,
)
"""The keys that are read."""

_STORE_KEYS = (
    *("id", "name", "url", "description", "source", "source_url", "rechunking", "ncviewjs:rechunking"),
    *("xarray_open_kwargs", "public", "geospatial", "last_updated"),
)


class Party(NamedTuple):
    """A person or organisation as a record names it; `orcid` and `login` are normalised or None."""

    name: str
    orcid: str | None
    login: str | None
    path: Path


class Provider(NamedTuple):
    """A party with its roles, each with its place, and what is said about its part."""

    party: Party
    roles: list[tuple[str, Path]]
    description: str
    url: str


class Link(NamedTuple):
    """A labelled link, or a source of a store."""

    label: str
    url: str


class RecipeEntry(NamedTuple):
    """One entry of `recipes`; `object` is `module:name`, `dictionary` says that it holds several recipes.

    `access` says how its stores will be read, for advice on their chunks.
    """

    id: str
    object: str
    dictionary: bool
    path: Path
    access: str = ""

    @property
    def place(self) -> Path:
        """Where `object` stands."""
        return (*self.path, "dict_object" if self.dictionary else "object")


class Rechunked(NamedTuple):
    """A copy of a store in other chunks."""

    address: str
    use_case: str
    path: Path


class StoreEntry(NamedTuple):
    """One entry of `stores`.

    `modified` and `probed` are only in the published catalogue: `probed` is what its nightly job found out about
    `public` and `geospatial`. `written` is the entry as it stands in the file.
    """

    id: str
    name: str
    address: str
    description: str
    origin: Link
    kwargs: dict[str, Any]
    rechunked: list[Rechunked]
    probed: dict[str, bool]
    modified: str
    path: Path
    written: dict[str, Any]


class CitationEntry(NamedTuple):
    """One paper to cite; `doi` is the text given."""

    authors: str
    year: str
    title: str
    journal: str
    volume: str
    pages: str
    doi: str
    path: Path


class VariableEntry(NamedTuple):
    """A variable that the record mentions."""

    name: str
    symbol: str
    description: str


@dataclass(slots=True)
class Feedstock:
    """Everything one feedstock says, as texts and small records; empty where it says nothing."""

    title: str = ""
    description: str = ""
    licence: str = ""
    licence_link: Link = field(default_factory=lambda: Link("", ""))
    providers: list[Provider] = field(default_factory=list)
    maintainers: list[Party] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    thumbnail: str = ""
    recipes: list[RecipeEntry] = field(default_factory=list)
    stores: list[StoreEntry] = field(default_factory=list)
    citations: list[CitationEntry] = field(default_factory=list)
    citation_text: str = ""
    acknowledgements: str = ""
    email: str = ""
    variables: list[VariableEntry] = field(default_factory=list)
    forge_version: str = ""
    notebook_version: str = ""
    bakery: str = ""


def read_feedstock(merged: Mapping[str, Any], reading: Reading) -> Feedstock:
    """Read a merged mapping; findings and unmapped keys collect in `reading`."""
    reading.rest(merged, KEYS, ())
    provenance = reading.mapping(merged.get("provenance"), ("provenance",))
    reading.rest(provenance, ("providers", "license", "license_link"), ("provenance",))
    citations, citation_text = _citations(merged.get("citation"), reading)
    return Feedstock(
        title=_title(merged.get("title"), reading),
        description=reading.text(merged.get("description"), ("description",)),
        licence=reading.text(provenance.get("license"), ("provenance", "license")),
        licence_link=_licence_link(provenance.get("license_link"), reading),
        providers=[
            _provider(item, path, reading)
            for item, path in reading.mappings(provenance.get("providers"), ("provenance", "providers"))
        ],
        maintainers=[
            _party(item, path, reading, known=("name", "orcid", "github"))
            for item, path in reading.mappings(merged.get("maintainers"), ("maintainers",))
        ],
        tags=list(dict.fromkeys(tag for tag, _ in reading.texts(merged.get("tags"), ("tags",)))),
        links=[_link(item, path, reading) for item, path in reading.mappings(merged.get("links"), ("links",))],
        thumbnail=reading.url(merged.get("thumbnail"), ("thumbnail",)),
        recipes=_recipes(merged.get("recipes"), reading),
        stores=[_store(item, path, reading) for item, path in reading.mappings(merged.get("stores"), ("stores",))],
        citations=citations,
        citation_text=citation_text,
        acknowledgements=reading.text(merged.get("acknowledgements"), ("acknowledgements",)),
        email=_email(merged.get("contact"), reading),
        variables=_variables(merged.get("variables"), reading),
        forge_version=reading.text(merged.get("pangeo_forge_version"), ("pangeo_forge_version",)),
        notebook_version=reading.text(merged.get("pangeo_notebook_version"), ("pangeo_notebook_version",)),
        bakery=_bakery(merged.get("bakery"), reading),
    )


def _title(value: object, reading: Reading) -> str:
    title = reading.text(value, ("title",))
    if len(title) <= LONGEST_TITLE:
        return title
    reading.unmapped["title"] = title
    message = f"the title has {len(title):,} characters; its beginning was taken"
    hint = f"Write a title of at most {LONGEST_TITLE} characters, and the rest into the description."
    reading.report("bad-value", Severity.WARNING, message, hint, ("title",), title)
    return title[: LONGEST_TITLE - 1].rstrip() + "…"


def _party(item: dict[str, Any], path: Path, reading: Reading, known: tuple[str, ...]) -> Party:
    reading.rest(item, known, path)
    person = reading.identifier(item.get("orcid"), (*path, "orcid"), orcid.parse)
    login = reading.identifier(item.get("github"), (*path, "github"), github.parse_login)
    return Party(
        name=reading.text(item.get("name"), (*path, "name")),
        orcid=person.iri if person else None,
        login=login.value if login else None,
        path=path,
    )


def _provider(item: dict[str, Any], path: Path, reading: Reading) -> Provider:
    return Provider(
        party=_party(item, path, reading, known=("name", "orcid", "github", "description", "roles", "url")),
        roles=reading.texts(item.get("roles"), (*path, "roles")),
        description=reading.text(item.get("description"), (*path, "description")),
        url=reading.url(item.get("url"), (*path, "url")),
    )


def _link(item: dict[str, Any], path: Path, reading: Reading, label: str = "label") -> Link:
    reading.rest(item, (label, "url"), path)
    link = Link(reading.text(item.get(label), (*path, label)), reading.url(item.get("url"), (*path, "url")))
    if not link.url:
        reading.keep((*path, label), link.label)
    return link


def _licence_link(value: object, reading: Reading) -> Link:
    """The first link; a licence has one text."""
    path = ("provenance", "license_link")
    links = reading.mappings(value, path)
    for other, place in links[1:]:
        reading.keep(place, other)
    return _link(*links[0], reading, label="title") if links else Link("", "")


def _recipes(value: object, reading: Reading) -> list[RecipeEntry]:
    entries = []
    for item, path in reading.mappings(value, ("recipes",)):
        reading.rest(item, ("id", "object", "dict_object", "access"), path)
        dictionary = "dict_object" in item
        if dictionary:
            reading.keep((*path, "object"), item.get("object"))
        key = "dict_object" if dictionary else "object"
        target = reading.text(item.get(key), (*path, key))
        name = reading.text(item.get("id"), (*path, "id")) or target.partition(":")[2] or target
        if name:
            access = reading.text(item.get("access"), (*path, "access"))
            entries.append(RecipeEntry(name, target, dictionary, path, access))
    return entries


def _store(item: dict[str, Any], path: Path, reading: Reading) -> StoreEntry:
    reading.rest(item, _STORE_KEYS, path)
    rechunking = "rechunking" if item.get("rechunking") else "ncviewjs:rechunking"
    if rechunking == "rechunking":
        reading.keep((*path, "ncviewjs:rechunking"), item.get("ncviewjs:rechunking"))
    probed = {name: reading.flag(item.get(name), (*path, name)) for name in ("public", "geospatial")}
    return StoreEntry(
        id=reading.text(item.get("id"), (*path, "id")),
        name=reading.text(item.get("name"), (*path, "name")),
        address=reading.text(item.get("url"), (*path, "url")),
        description=reading.text(item.get("description"), (*path, "description")),
        origin=Link(
            reading.text(item.get("source"), (*path, "source")),
            reading.url(item.get("source_url"), (*path, "source_url")),
        ),
        kwargs=reading.mapping(item.get("xarray_open_kwargs"), (*path, "xarray_open_kwargs")),
        rechunked=[
            _rechunked(copy, place, reading)
            for copy, place in reading.mappings(item.get(rechunking), (*path, rechunking))
        ],
        probed={name: found for name, found in probed.items() if found is not None},
        modified=reading.text(item.get("last_updated"), (*path, "last_updated")),
        path=path,
        written=item,
    )


def _rechunked(item: dict[str, Any], path: Path, reading: Reading) -> Rechunked:
    reading.rest(item, ("path", "use_case"), path)
    return Rechunked(
        reading.text(item.get("path"), (*path, "path")), reading.text(item.get("use_case"), (*path, "use_case")), path
    )


def _citations(value: object, reading: Reading) -> tuple[list[CitationEntry], str]:
    if isinstance(value, str):
        return [], reading.text(value, ("citation",))
    names = ("authors", "year", "title", "journal", "volume", "pages", "doi")
    entries = []
    for item, path in reading.mappings(value, ("citation",)):
        reading.rest(item, names, path)
        texts = {name: reading.text(item.get(name), (*path, name)) for name in names}
        entries.append(CitationEntry(path=path, **texts))
    return entries, ""


def _email(value: object, reading: Reading) -> str:
    contact = reading.mapping(value, ("contact",))
    reading.rest(contact, ("email",), ("contact",))
    email = reading.text(contact.get("email"), ("contact", "email"))
    if email and (email.count("@") != 1 or any(c.isspace() or c in "<>\"'\\{}^`|" for c in email)):
        hint = "Give one address such as name@example.org."
        path = ("contact", "email")
        reading.report("bad-identifier", Severity.WARNING, "contact.email is not an e-mail address", hint, path, email)
        reading.keep(path, email)
        return ""
    return email


def _variables(value: object, reading: Reading) -> list[VariableEntry]:
    entries = []
    for item, path in reading.mappings(value, ("variables",)):
        reading.rest(item, ("name", "symbol", "description"), path)
        name = reading.text(item.get("name"), (*path, "name"))
        symbol = reading.text(item.get("symbol"), (*path, "symbol"))
        if name or symbol:
            description = reading.text(item.get("description"), (*path, "description"))
            entries.append(VariableEntry(name or symbol, symbol, description))
        else:
            reading.keep((*path, "description"), item.get("description"))
    return entries


def _bakery(value: object, reading: Reading) -> str:
    if isinstance(value, str):
        return reading.text(value, ("bakery",))
    bakery = reading.mapping(value, ("bakery",))
    reading.rest(bakery, ("id",), ("bakery",))
    return reading.text(bakery.get("id"), ("bakery", "id"))
