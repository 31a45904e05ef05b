"""Who provides the data of a STAC object, in which roles, and under which licence."""

from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Path, Reading
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.parties import say_party
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.stac.naming import resolved
from leap_kg.ontology.identifiers import Refusal, licence
from leap_kg.ontology.iri import digest, iri_text, mint, part, slug
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, PROV, SCHEMA, SKOS, XSD

_ROLES = ("licensor", "producer", "processor", "host")
_LONGEST_SLUG = 80
# What STAC has for a licence that SPDX does not list; the text itself is behind a link then.
_UNLISTED = frozenset({"proprietary", "various", "other"})


def say_providers(node: NamedNode, value: object, path: Path, reading: Reading, say: Statements, base: str) -> None:
    """The providers of a list, each with its roles."""
    placed: set[NamedNode] = set()
    for position, (provider, place) in enumerate(reading.mappings(value, path), start=1):
        name = reading.text(provider.get("name"), (*place, "name"))
        if not name:
            hint = "Name the provider."
            reading.report("bad-value", Severity.WARNING, "a provider has no name", hint, place)
            continue
        party = say_party(name, say, base)
        roles = [
            _role(text, at, reading, say, base) for text, at in reading.texts(provider.get("roles"), (*place, "roles"))
        ]
        attribution = part(node, "attribution", party.value, *(role.value for role in roles))
        say.link(node, PROV("qualifiedAttribution"), attribution)
        say.type(attribution, PROV("Attribution"))
        if attribution not in placed:
            placed.add(attribution)
            say.text(attribution, SCHEMA("position"), str(position), XSD("integer"))
        say.link(attribution, PROV("agent"), party)
        for role in roles or [mint(base, "role", "provider")]:
            say.link(attribution, DCAT("hadRole"), role)
        say.text(attribution, DCT("description"), reading.text(provider.get("description"), (*place, "description")))
        if provider.get("url"):
            say.link(attribution, FOAF("page"), reading.url(provider["url"], (*place, "url")))
        names = {role.value.rsplit("/", 1)[-1] for role in roles}
        say.link(node, DCT("creator"), party if "producer" in names else None)
        say.link(node, DCT("publisher"), party if "host" in names else None)


def say_licence(
    node: NamedNode, value: object, pages: list[dict[str, Any]], url: str, reading: Reading, say: Statements
) -> None:
    """The licence of an object by its `license` field and its links to the licence's text (`pages`)."""
    text = reading.text(value, ("license",))
    linked = next((iri for page in pages if (iri := iri_text(resolved(url, page.get("href"))))), None)
    if not text and linked is None:
        return
    say.text(node, DCT("rights"), text)
    known = licence.parse(text)
    if not isinstance(known, Refusal):
        target = say.type(NamedNode(known.iri), DCT("LicenseDocument"))
        say.text(target, DCT("title"), known.name)
        say.text(target, DCT("identifier"), known.spdx_id)
    elif linked is not None:
        target = say.type(say.document(linked, text or "licence"), DCT("LicenseDocument"))
    else:
        message = f"the licence {text!r} is not recognised ({known.reason})"
        severity = Severity.INFO if text.lower() in _UNLISTED else Severity.WARNING
        hint = "Add a link with the relation `license` to its text." if severity is Severity.INFO else known.hint
        reading.report("unknown-licence", severity, message, hint, ("license",), text)
        return
    say.link(node, DCT("license"), target)


def _word(name: str) -> str:
    return f"{slug(name)}-{digest(name)}"


def _role(text: str, path: Path, reading: Reading, say: Statements, base: str) -> NamedNode:
    name = text.lower()
    if name in _ROLES:
        return mint(base, "role", name)
    hint = f"Use one of {', '.join(_ROLES)}."
    message = f"the role {text!r} is not one of STAC's four"
    reading.report("unknown-role", Severity.WARNING, message, hint, path, text)
    concept = say.type(mint(base, "role", slug(text) if len(text) <= _LONGEST_SLUG else _word(text)), SKOS("Concept"))
    say.link(concept, SKOS("inScheme"), NamedNode(f"{base}role"))
    say.text(concept, SKOS("prefLabel"), name)
    return concept
