"""One standard name, or the table as a whole, as SKOS."""

from collections.abc import Sequence
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.cf.table import Element
from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import RecordUnusable
from leap_kg.ontology.identifiers import Refusal, standard_name
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCT, OWL, SCHEMA, SKOS, XSD

SCHEME = NamedNode(standard_name.SCHEME)
CODES = ("grib", "amip")
"""Other tables whose codes the standard name table gives."""

_ABOUT = {"version_number", "last_modified", "institution", "contact", "conventions", "first_published"}


def concept(name: str) -> NamedNode:
    """The node of a standard name; a name that breaks the rules has one too, percent-encoded."""
    return NamedNode(f"{standard_name.SCHEME}{quote(name, safe='')}/")


def map_table(elements: Sequence[Element], origin: str, say: Statements, reading: Reading) -> NamedNode:
    """The concept scheme: which version of the table it is, when it was changed and by whom."""
    said = {element.tag: element.text for element in elements}
    scheme = say.type(SCHEME, SKOS("ConceptScheme"))
    say.text(scheme, DCT("title"), "CF standard names")
    say.text(scheme, OWL("versionInfo"), said.get("version_number", ""))
    say.text(scheme, SCHEMA("contactPoint"), said.get("contact", ""))
    say.text(scheme, SCHEMA("provider"), said.get("institution", ""))
    say.text(scheme, DCT("modified"), _moment(said.get("last_modified", ""), reading), XSD("dateTime"))
    say.link(scheme, DCT("source"), origin)
    reading.rest(said, _ABOUT, ())
    return scheme


def map_name(elements: Sequence[Element], say: Statements, reading: Reading, base: str) -> NamedNode:
    """A name of the table. Of an element that stands in it twice, all that is said counts, and a finding says so."""
    name = elements[0].id
    node = say.type(concept(name), SKOS("Concept"))
    say.link(node, SKOS("inScheme"), SCHEME)
    say.text(node, SKOS("prefLabel"), name)
    refusal = standard_name.parse(name)
    if isinstance(refusal, Refusal):
        message = f"{name!r} is {refusal.reason}, though the table lists it"
        reading.report("bad-identifier", Severity.WARNING, message, "Tell the table's editors.", ("id",), name)
    if len(elements) > 1:
        message = f"the table has {name} {len(elements)} times; what each says was taken"
        hint = "Tell the table's editors which of them holds."
        reading.report("duplicate-key", Severity.WARNING, message, hint, ("id",), name)
    for element in elements:
        if element.tag == "alias":
            _alias(element, node, name, say, reading)
        else:
            _entry(element, node, say, reading, base)
    return node


def _entry(entry: Element, node: NamedNode, say: Statements, reading: Reading, base: str) -> None:
    definition = entry.child("description")
    say.text(node, SKOS("definition"), definition)
    if not definition:
        message = f"the standard name {entry.id} has no description"
        hint = "Ask the table's editors what it means."
        reading.report("missing-description", Severity.INFO, message, hint, ("description",))
    say.text(node, SCHEMA("unitText"), entry.child("canonical_units"))
    for code in CODES:
        say.text(node, SKOS("notation"), entry.child(code), mint(base, "notation", code))
    reading.rest(dict(entry.children), ("description", "canonical_units", *CODES), ())


def _alias(alias: Element, node: NamedNode, name: str, say: Statements, reading: Reading) -> None:
    targets = [" ".join(text.split()) for tag, text in alias.children if tag == "entry_id"]
    if not any(targets):
        raise RecordUnusable(f"the alias {name} stands for no name: give it an entry_id", reading.default.iri)
    say.extend([Triple(node, OWL("deprecated"), Literal(True))])
    for target in filter(None, targets):
        say.link(node, DCT("isReplacedBy"), concept(target))
        say.text(concept(target), SKOS("altLabel"), name)
    reading.rest(dict(alias.children), ("entry_id",), ())


def _moment(text: str, reading: Reading) -> str:
    """The text if it is a moment as XML Schema writes one; else `""` and a finding."""
    moment = dates.parse(text)
    if not text or (moment is not None and moment.datatype == XSD("dateTime")):
        return moment.text if moment else ""
    hint = "Write it as 2023-10-17T15:09:35Z."
    path = ("last_modified",)
    reading.report("bad-value", Severity.WARNING, "last_modified is not a date with a time", hint, path, text)
    reading.keep(path, text)
    return ""
