"""People and organisations of a feedstock: maintainers, providers and their roles.

A person is named by the ORCID if there is one, else by the GitHub login, else within the record alone: a
name never joins two people. A provider without ORCID and login is an organisation only if its name tells.
"""

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Path, Reading, dotted
from leap_kg.ingest.leap.feedstock import Feedstock, Party, Provider
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.parties import say_party
from leap_kg.ingest.mapping.people import describe_person, person_iri
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.iri import digest, iri_text, mint, part, slug
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, PROV, SCHEMA, SKOS, VCARD, XSD

_LONGEST_SLUG = 80
STAC_ROLES = ("licensor", "producer", "processor", "host")
_ROLE_WORDS = {"distributor": "host", "archive": "host", "data provider": "producer", "curator": "processor"}


def map_parties(
    feedstock: Feedstock, dataset: NamedNode, path: tuple[str, ...], reading: Reading, say: Statements, base: str
) -> None:
    """Say who maintains and who provides the dataset; `path` is the record's, for people whom nothing else names."""
    if not any(party.name or party.orcid or party.login for party in feedstock.maintainers):
        reading.report(
            "missing-contact",
            Severity.VIOLATION,
            "the record names no maintainer",
            "Add a maintainers list with name, github and orcid of at least one person.",
            ("maintainers",),
        )
    for party in feedstock.maintainers:
        _maintainer(party, dataset, path, reading, say, base)
    placed: set[NamedNode] = set()
    for position, provider in enumerate(feedstock.providers, start=1):
        attribution = _provider(provider, dataset, path, reading, say, base)
        if attribution is not None and attribution not in placed:
            placed.add(attribution)
            say.text(attribution, SCHEMA("position"), str(position), XSD("integer"))
    if feedstock.email:
        contact = part(dataset, "contact", feedstock.email)
        say.link(dataset, DCAT("contactPoint"), contact)
        say.type(contact, VCARD("Kind"))
        say.link(contact, VCARD("hasEmail"), iri_text(f"mailto:{feedstock.email}"))


def _maintainer(
    party: Party, dataset: NamedNode, path: tuple[str, ...], reading: Reading, say: Statements, base: str
) -> None:
    if not (party.name or party.orcid or party.login):
        return
    person = _person(party, path, say, base)
    say.link(dataset, SCHEMA("maintainer"), person)
    _attribute(dataset, person, [mint(base, "role", "maintainer")], say)
    if party.orcid is None and party.login is None:
        reading.report(
            "missing-contact",
            Severity.WARNING,
            f"the maintainer {party.name} has neither an ORCID nor a GitHub login",
            "Add github or orcid, so that the person can be told from others of that name.",
            party.path,
            party.name,
        )


def _provider(
    provider: Provider, dataset: NamedNode, path: tuple[str, ...], reading: Reading, say: Statements, base: str
) -> NamedNode | None:
    """Say what a provider did; gives the attribution, `None` for a provider without a name."""
    party = provider.party
    if not (party.name or party.orcid or party.login):
        _report_nameless(provider, reading)
        return None
    agent = _person(party, path, say, base) if party.orcid or party.login else say_party(party.name, say, base)
    roles = [_role(text, path, reading, say, base) for text, path in provider.roles]
    attribution = _attribute(dataset, agent, roles, say, fallback=mint(base, "role", "provider"))
    say.text(attribution, DCT("description"), provider.description)
    say.link(attribution, FOAF("page"), provider.url)
    names = {role.value.rsplit("/", 1)[-1] for role in roles}
    if "producer" in names:
        say.link(dataset, DCT("creator"), agent)
    if "host" in names:
        say.link(dataset, DCT("publisher"), agent)
    return attribution


def _report_nameless(provider: Provider, reading: Reading) -> None:
    path = provider.party.path
    reading.report("bad-value", Severity.WARNING, f"{dotted(path)} has no name", "Name the provider.", path)
    roles = [text for text, _ in provider.roles]
    stated = {"roles": roles, "description": provider.description, "url": provider.url}
    reading.keep(path, {key: value for key, value in stated.items() if value})


def _person(party: Party, path: tuple[str, ...], say: Statements, base: str) -> NamedNode:
    own = () if party.orcid or party.login else (*path, _word(party.name))
    person = person_iri(party.orcid, party.login, own, base)
    say.extend(describe_person(person, party.name, party.login))
    return person


def _word(name: str) -> str:
    """A name as the last part of an IRI that no other name has."""
    return f"{slug(name)}-{digest(name)}"


def _role(text: str, path: Path, reading: Reading, say: Statements, base: str) -> NamedNode:
    name = text.strip().lower()
    if name in STAC_ROLES:
        return mint(base, "role", name)
    nearest = _ROLE_WORDS.get(name)
    reading.report(
        "unknown-role",
        Severity.WARNING,
        f"the role {text!r} is not one of STAC's four",
        f"Use {nearest!r} if that is what is meant." if nearest else f"Use one of {', '.join(STAC_ROLES)}.",
        path,
        text,
    )
    concept = mint(base, "role", slug(text) if len(text) <= _LONGEST_SLUG else _word(text))
    say.type(concept, SKOS("Concept"))
    say.link(concept, SKOS("inScheme"), NamedNode(f"{base}role"))
    say.text(concept, SKOS("prefLabel"), name)
    return concept


def _attribute(
    dataset: NamedNode,
    agent: NamedNode,
    roles: list[NamedNode],
    say: Statements,
    fallback: NamedNode | None = None,
) -> NamedNode:
    attribution = part(dataset, "attribution", agent.value, *(role.value for role in roles))
    say.link(dataset, PROV("qualifiedAttribution"), attribution)
    say.type(attribution, PROV("Attribution"))
    say.link(attribution, PROV("agent"), agent)
    for role in roles or ([fallback] if fallback else []):
        say.link(attribution, DCAT("hadRole"), role)
    return attribution
