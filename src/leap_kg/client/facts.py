"""What a dataset's page says, as records: its stores, variables, users, history, provenance and versions."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from leap_kg.client.lookups import grouped
from leap_kg.client.stores import Store

_DCT = "http://purl.org/dc/terms/"
_DCAT = "http://www.w3.org/ns/dcat#"
_KINDS = {
    "ScholarlyArticle": "paper",
    "JournalArticle": "paper",
    "Preprint": "paper",
    "Notebook": "notebook",
    "Recipe": "recipe",
    "MLModel": "model",
    "Dataset": "dataset",
    "File": "code",
    "SoftwareSourceCode": "code",
    "CreativeWork": "work",
}


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable; `shape` and `chunks` are like `time=24 lat=36`, `bytes` is its size unpacked, `of` its owner."""

    name: str
    standard_name: str
    units: str
    shape: str
    chunks: str
    dtype: str
    bytes: int | None
    description: str
    of: str


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody who uses the data: `how` it does, `through` which store or derived dataset, and the evidence for it.

    `pieces` are all ways and evidence that are known, each as a `Use` of its own; the surest of them is told here.
    """

    title: str
    kind: str
    how: str
    confidence: float | None
    evidence: str
    file: str
    user: str
    through: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    pieces: tuple["Use", ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Origin:
    """What the data came from, or a source that describes them with the time and revision of its last word."""

    how: str
    label: str
    what: str
    of: str
    at: str
    revision: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """How the dataset, or a store of it (`of`), stands to another version."""

    how: str
    label: str
    what: str
    of: str


@dataclass(frozen=True, slots=True)
class Change:
    """A revision that changed what is said of the dataset: statements that came and went, and the source of it."""

    revision: int | None
    at: str
    added: int | None
    removed: int | None
    source: str


def kind_of(types: str) -> str:
    """The word for a node with these types, IRIs with blanks between; `""` if there is none."""
    names = {iri.rstrip("/").replace("#", "/").rpartition("/")[2] for iri in types.split()}
    return next((word for name, word in _KINDS.items() if name in names), "")


def number(text: str) -> int | None:
    """The whole number that a text is."""
    return int(text) if text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 20 else None


def share(text: str) -> float | None:
    """The number from 0 to 1 that a text is."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found <= 1 else None


def users_in(uses: Iterable[Use]) -> list[Use]:
    """Each user once, in the order given, with all that is known of how it uses the data."""
    found: dict[str, dict[Use, None]] = {}
    for use in uses:
        found.setdefault(use.user, {})[replace(use, pieces=())] = None
    told = []
    for pieces in map(tuple, found.values()):
        best = max(pieces, key=lambda each: each.confidence or 0.0)
        told.append(replace(best, how="; ".join(dict.fromkeys(each.how for each in pieces)), pieces=pieces))
    return told


def stores_in(rows: list[dict[str, str]]) -> list[Store]:
    """The stores, from the statements about them; of several values the first counts."""
    found = []
    for iri, statements in grouped(rows, "store").items():
        said: dict[str, list[str]] = {}
        for row in statements:
            said.setdefault(row.get("property", ""), []).append(row.get("value", ""))
        found.append(_store(iri, said))
    return found


def _store(iri: str, said: dict[str, list[str]]) -> Store:
    own = {name.rpartition("#")[2]: values for name, values in said.items() if "/ontology#" in name}

    def first(name: str) -> str:
        return (said.get(name) or own.get(name) or [""])[0]

    uri, rights = first("storageURI"), first(f"{_DCT}accessRights").rpartition("/")[2]
    return Store(
        name=first(f"{_DCT}identifier") or _tail(uri or iri),
        title=first(f"{_DCT}title"),
        format=_tail(first(f"{_DCT}format")),
        uri=uri,
        access={"PUBLIC": "public", "NON_PUBLIC": "private", "RESTRICTED": "private"}.get(rights, ""),
        status=_tail(first("http://www.w3.org/ns/adms#status")),
        iri=iri,
        endpoint=first("storageEndpoint"),
        web=first(f"{_DCAT}accessURL"),
        status_day=first(f"{_DCT}date")[:10],
        use_case=first("useCase"),
        open_kwargs=first("openKwargs"),
        derived_from=tuple(said.get("http://www.w3.org/ns/prov#wasDerivedFrom", ())),
    )


def _tail(iri: str) -> str:
    return iri.rstrip("/").rpartition("/")[2]


def variables_in(rows: list[dict[str, str]]) -> list[Variable]:
    """The variables, each once."""
    found: dict[tuple[str | None, str | None], Variable] = {}
    for row in rows:
        standard = row.get("standard", "")
        found.setdefault(
            (row.get("of"), row.get("variable")),
            Variable(
                name=row.get("name", ""),
                standard_name=_tail(standard),
                units=row.get("units", ""),
                shape=row.get("shape", ""),
                chunks=row.get("chunks", ""),
                dtype=row.get("dtype", ""),
                bytes=number(row.get("size", "")),
                description=row.get("description", ""),
                of=row.get("of", ""),
            ),
        )
    return list(found.values())
