"""One record of DataCite's JSON as a `Work`: https://datacite-metadata-schema.readthedocs.io/.

The JSON of versions 3 to 4.5 differs in names and shapes (`doi` or `identifiers`, `publisher` a text or an object,
`rightsURI` or `rightsUri`); all are read. Every field is optional and any may have another type than it should.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.datacite.fields import DATES, KINDS, SPOKEN, TEXTS, number_in, pages_in
from leap_kg.ingest.datacite.people import people, publisher
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.source import RecordUnusable
from leap_kg.ingest.works.funding import funder_iri
from leap_kg.ingest.works.identifying import container_of, doi_or_link
from leap_kg.ingest.works.kinds import Kind
from leap_kg.ingest.works.reading import WorkReading
from leap_kg.ingest.works.relations import is_known
from leap_kg.ingest.works.work import Agency, Funding, Related, Status, Work
from leap_kg.ontology.identifiers import Refusal, doi, licence
from leap_kg.ontology.iri import iri_text

_OPEN = "info:eu-repo/semantics/openaccess"
_CLOSED = frozenset({"info:eu-repo/semantics/closedaccess", "info:eu-repo/semantics/restrictedaccess"})
_BELONGS = frozenset({"dataset", "software", "collection"})


def attributes_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata in an answer of the API, in an item of a listing or as a file of DataCite JSON; `{}` if none."""
    inner = answer.get("data", answer)
    attributes = inner.get("attributes", inner) if isinstance(inner, dict) else None
    return attributes if isinstance(attributes, dict) else {}


def doi_in(attributes: Mapping[str, Any]) -> doi.Doi | Refusal:
    """The DOI of a record, wherever its version of the schema puts it."""
    stated = [attributes.get("doi"), attributes.get("id")]
    identifiers = attributes.get("identifiers")
    entries = [entry for entry in identifiers if isinstance(entry, dict)] if isinstance(identifiers, list) else []
    stated += [entry.get("identifier") for entry in entries if entry.get("identifierType") == "DOI"]
    single = attributes.get("identifier")
    stated.append(single.get("identifier") if isinstance(single, dict) else single)
    found: doi.Doi | Refusal = Refusal("it has no DOI", "ask the repository to register one")
    for text in stated:
        if isinstance(text, str) and text:
            found = doi.parse(text)
            if isinstance(found, doi.Doi):
                break
    return found


def read_work(record: Mapping[str, Any], reading: WorkReading) -> Work:
    """The work that a record describes; raises `RecordUnusable` if it has no DOI."""
    number = doi_in(record)
    if isinstance(number, Refusal):
        raise RecordUnusable(f"DOI: {number.reason}; {number.hint}", reading.default.iri)
    work = Work(NamedNode(number.iri), _kind(record, reading), doi=number.value)
    _titles(record, work, reading)
    _descriptions(record, work, reading)
    work.language = reading.text(record.get("language"), ("language",))
    work.version = reading.text(record.get("version"), ("version",))
    _when(record, work, reading)
    work.contributors = [*people(record, "creators", reading), *people(record, "contributors", reading)]
    work.publisher = publisher(record.get("publisher"), reading)
    _where(record, work, reading)
    subjects = reading.mappings(record.get("subjects"), ("subjects",))
    work.keywords = [text for each, at in subjects if (text := reading.plain(each.get("subject"), (*at, "subject")))]
    _rights(record, work, reading)
    work.funding = list(_funding(record, reading))
    _relations(record, work, reading)
    page = reading.text(record.get("url"), ("url",))
    work.pages_at = [iri for iri in [iri_text(page)] if iri and iri.startswith(("http://", "https://"))]
    work.sources = [reading.default.iri]
    if not (work.title or record.get("types") or record.get("resourceType")):
        raise RecordUnusable("the record says nothing but its DOI; ask its repository", reading.default.iri)
    return work


def _kind(record: Mapping[str, Any], reading: WorkReading) -> Kind:
    # Up to version 4.0 `resourceType` is the object that is called `types` since.
    path = ("types",) if "types" in record else ("resourceType",)
    types = reading.mapping(record.get(path[0]), path)
    general = reading.text(types.get("resourceTypeGeneral"), (*path, "resourceTypeGeneral"))
    specific = reading.text(types.get("resourceType"), (*path, "resourceType")).lower()
    kind = KINDS.get(general.lower().replace(" ", ""))
    if kind is None and general:
        message, hint = f"DataCite's type {general!r} is not known", "Add it to the kinds that leap-kg knows."
        reading.report("unknown-relation", Severity.INFO, message, hint, path, general)
    if kind is Kind.TEXT:
        kind = TEXTS.get(specific, kind)
    if kind in (None, Kind.TEXT, Kind.OTHER):
        return SPOKEN.get(specific, kind or Kind.OTHER)
    return kind


def _titles(record: Mapping[str, Any], work: Work, reading: WorkReading) -> None:
    for entry, place in reading.mappings(record.get("titles"), ("titles",)):
        title = reading.plain(entry.get("title"), (*place, "title")).replace("\n", " ")
        if not title:
            continue
        if work.title or entry.get("titleType"):
            work.alternatives.append(title)
        else:
            work.title = title
    if not work.title and work.alternatives:
        work.title = work.alternatives.pop(0)


def _descriptions(record: Mapping[str, Any], work: Work, reading: WorkReading) -> None:
    texts: dict[str, str] = {}
    for entry, place in reading.mappings(record.get("descriptions"), ("descriptions",)):
        kind = reading.text(entry.get("descriptionType"), (*place, "descriptionType")).lower()
        text = reading.plain(entry.get("description"), (*place, "description"))
        if text:
            texts.setdefault(kind, text)
    work.abstract = texts.get("abstract") or texts.get("other") or texts.get("methods", "")


def _when(record: Mapping[str, Any], work: Work, reading: WorkReading) -> None:
    for entry, place in reading.mappings(record.get("dates"), ("dates",)):
        kind = reading.text(entry.get("dateType"), (*place, "dateType")).lower()
        text = reading.text(entry.get("date"), (*place, "date"))
        # Of a range the beginning is the date.
        date = dates.parse(text.partition("/")[0])
        if kind == "withdrawn":
            work.status = Status.WITHDRAWN
        elif date is None:
            if text:
                reading.keep(place, {"date": text, "dateType": kind})
        elif kind == "issued":
            work.issued = work.issued or date
        if date is not None and kind in DATES:
            work.dates.append((DATES[kind], date))
    year = reading.text(record.get("publicationYear"), ("publicationYear",))
    work.issued = work.issued or dates.parse(year)


def _where(record: Mapping[str, Any], work: Work, reading: WorkReading) -> None:
    container = reading.mapping(record.get("container"), ("container",))
    kind = reading.text(container.get("identifierType"), ("container", "identifierType")).upper()
    number = reading.text(container.get("identifier"), ("container", "identifier"))
    title = reading.plain(container.get("title"), ("container", "title"))
    issns = [number] if kind in ("ISSN", "EISSN", "LISSN") else []
    if container and work.kind.value not in _BELONGS:
        work.container = container_of(title, issns, [number] if kind == "ISBN" else [], reading)
    work.volume = _stated(container, "volume", number_in, reading)
    work.issue = _stated(container, "issue", number_in, reading)
    first, last = (_stated(container, key, pages_in, reading) for key in ("firstPage", "lastPage"))
    work.pages = f"{first}-{last}" if first and last and "-" not in first else first


def _stated(container: Mapping[str, Any], key: str, read: Callable[[str], str], reading: WorkReading) -> str:
    """A number of a container; repositories write whole sentences there, which are kept and stand in no reference."""
    text = reading.text(container.get(key), ("container", key))
    found = read(text)
    if text and not found:
        reading.keep(("container", key), text)
    return found


def _rights(record: Mapping[str, Any], work: Work, reading: WorkReading) -> None:
    for entry, place in reading.mappings(record.get("rightsList"), ("rightsList",)):
        texts = [
            reading.text(entry.get(key), (*place, key))
            for key in ("rightsIdentifier", "rightsUri", "rightsURI", "rights")
        ]
        stated = list(filter(None, texts))
        lower = {text.lower() for text in stated}
        if _OPEN in lower:
            work.free = True
        elif lower & _CLOSED:
            work.free = False
        known = next((text for text in stated if not isinstance(licence.parse(text), Refusal)), "")
        if known:
            work.licences.append(known)
        elif stated:
            work.licences += [text for text in stated if text.lower() not in {_OPEN, *_CLOSED}]
    if not work.licences and work.kind in (Kind.DATASET, Kind.SOFTWARE):
        hint = "Ask its repository to state one, by its SPDX identifier."
        message = f"the {work.kind.value} states no licence"
        reading.report("missing-licence", Severity.WARNING, message, hint, ("rightsList",))


def _funding(record: Mapping[str, Any], reading: WorkReading) -> Iterator[Funding]:
    for entry, place in reading.mappings(record.get("fundingReferences"), ("fundingReferences",)):
        name = reading.plain(entry.get("funderName"), (*place, "funderName"))
        # Versions 4.0 and 4.1 have objects in these two places.
        identifier, number = (_within(entry.get(key), key) for key in ("funderIdentifier", "awardNumber"))
        iri = funder_iri(reading.text(identifier, (*place, "funderIdentifier")))
        page = iri_text(reading.text(entry.get("awardUri"), (*place, "awardUri"))) or ""
        if name or iri:
            yield Funding(
                funder=Agency(name, iri),
                path=place,
                number=reading.text(number, (*place, "awardNumber")),
                title=reading.plain(entry.get("awardTitle"), (*place, "awardTitle")),
                page=page if page.startswith(("http://", "https://")) else "",
            )


def _within(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else value


def _relations(record: Mapping[str, Any], work: Work, reading: WorkReading) -> None:
    for key, name, scheme in (
        ("relatedIdentifiers", "relatedIdentifier", "relatedIdentifierType"),
        ("relatedItems", "relatedItemIdentifier", "relatedItemIdentifierType"),
    ):
        for entry, place in reading.mappings(record.get(key), (key,)):
            value, kind = entry.get(name), entry.get(scheme)
            if isinstance(value, dict):
                kind, value = value.get(scheme, kind), value.get(name)
            iri = doi_or_link(value, reading.text(kind, (*place, scheme)), (*place, name), reading)
            word = reading.text(entry.get("relationType"), (*place, "relationType"))
            if iri is None or iri == work.node.value:
                continue
            if word and not is_known(word):
                message, hint = f"DataCite's relation {word!r} is not known", "Add it to the relations that are known."
                reading.report("unknown-relation", Severity.INFO, message, hint, place, word)
            work.related.append(Related(word, iri))
