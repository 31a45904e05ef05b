"""A repository as triples: what GitHub says of it, what its own files say, and the files themselves.

What an API says and what a file says are kept apart where they may differ: the licence that GitHub found is compared
with that of the citation file, and both are said.
"""

import json
from collections.abc import Iterator
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.github import fields, tree
from leap_kg.ingest.github.called import NUMBERED
from leap_kg.ingest.github.describing import describe_citation, describe_plain_licence, say_licence
from leap_kg.ingest.github.fields import word
from leap_kg.ingest.github.people import account, organisation
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.code import describe_repository
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.keeping import kept
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Mapped, Part, RawRecord, RecordUnusable
from leap_kg.ontology.identifiers import Refusal, Repository, github, version
from leap_kg.ontology.iri import iri_text
from leap_kg.ontology.namespaces import (
    CODEMETA,
    DCT,
    FOAF,
    ONTOLOGY_PATH,
    OWL,
    PROV,
    SCHEMA,
    XSD,
    Namespace,
)

_LONGEST_NOTES = 5000


def map_organisation(record: RawRecord, base: str) -> Mapped:
    """An organisation: its name, account and pages."""
    part = record.part("organisation")
    if part is None:
        raise RecordUnusable("the stored record has no answer of GitHub; harvest it again", record.key)
    said = fields.mapping(part.data, part.url)
    login = github.parse_login(word(said.get("login")))
    if isinstance(login, Refusal):
        raise RecordUnusable("the answer names no organisation (login); harvest it again", part.url)
    say = Statements()
    node = organisation(login.value, word(said.get("name")), say, base)
    say.text(node, DCT("description"), word(said.get("description")))
    say.link(node, FOAF("homepage"), _address(said.get("blog")))
    _moment(node, DCT("created"), said.get("created_at"), say)
    return Mapped(record.key, node, say.triples(), [])


def map_repository(record: RawRecord, base: str) -> Mapped:
    """A repository with its releases, people and files."""
    if not record.parts:
        raise RecordUnusable("the stored record has no answer and no file; harvest it again", record.key)
    part = record.part("repository")
    said = fields.mapping(part.data, part.url) if part is not None else {}
    if part is not None:
        repository = fields.repository_of(said, part.url)
    else:
        known = github.parse_repository(record.parts[0].url)
        if isinstance(known, Refusal):
            raise RecordUnusable("the stored record names no repository; harvest it again", record.parts[0].url)
        repository = known
    say, reading = Statements(), Reading({}, File(f"https://github.com/{repository.display}"))
    node = describe_repository(repository, say)
    if part is not None:
        _describe(node, said, part.url, repository, reading, say, base)
    for release in _every(record, "release"):
        _release(release, node, repository, say, base)
    for contributor in _every(record, "contributor"):
        say.link(node, SCHEMA("contributor"), account(contributor, say, base))
    found = tree.describe_tree(record, node, repository, word(said.get("default_branch")), reading, say, base)
    for citation in describe_citation(record, node, repository, reading, say, base):
        _compare(citation, said, reading)
    if part is None:
        describe_plain_licence(record, node, reading, say)
    if part is not None and found and not any(name.endswith("CITATION.cff") for name in found):
        hint = "Add a CITATION.cff, so that people know how to cite it."
        reading.report("missing-citation", Severity.INFO, "the repository has no CITATION.cff", hint)
    say.extend(kept(node, reading, base))
    return Mapped(record.key, node, say.triples(), list(reading.findings))


def _describe(
    node: NamedNode,
    said: dict[str, Any],
    asked: str,
    repository: Repository,
    reading: Reading,
    say: Statements,
    base: str,
) -> None:
    """What GitHub says of the repository as a whole."""
    if number := fields.number_of(said):
        say.link(node, OWL("sameAs"), f"{NUMBERED}{number}")
    before = github.parse_repository(asked)
    if not isinstance(before, Refusal) and before.owner != "repositories" and before.key != repository.key:
        old = NamedNode(before.iri)
        say.link(old, DCT("isReplacedBy"), node)
        say.link(node, DCT("replaces"), old)
        message = f"{before.key} is called {repository.key} now"
        reading.report(
            "renamed", Severity.INFO, message, "Use the new name wherever the old one stands.", (), before.key
        )
    say.text(node, DCT("description"), word(said.get("description")))
    say.text(node, SCHEMA("programmingLanguage"), word(said.get("language")))
    for topic in _texts(said.get("topics")):
        say.text(node, SCHEMA("keywords"), topic)
    say.link(node, FOAF("homepage"), _address(said.get("homepage")))
    _moment(node, DCT("created"), said.get("created_at"), say)
    _moment(node, DCT("modified"), said.get("pushed_at"), say)
    status = "inactive" if said.get("archived") is True or said.get("disabled") is True else ""
    say.text(node, CODEMETA("developmentStatus"), status)
    owner = said.get("owner")
    say.link(node, DCT("publisher"), account(owner, say, base) if isinstance(owner, dict) else None)
    parent = said.get("parent")
    origin = github.parse_repository(word(parent.get("full_name"))) if isinstance(parent, dict) else None
    if isinstance(origin, Repository):
        say.link(node, PROV("wasDerivedFrom"), describe_repository(origin, say))
    licence = said.get("license")
    name = word(licence.get("spdx_id")) if isinstance(licence, dict) else ""
    if name and name != "NOASSERTION":
        say_licence(node, name, "GitHub's answer", reading, say)
    elif name:
        hint = "Put the text of one licence, unchanged, into LICENSE."
        message = "GitHub finds a licence file, but does not recognise the licence"
        reading.report("unknown-licence", Severity.WARNING, message, hint, ("license",))
    else:
        hint = "Add a LICENSE, so that people know what they may do with the code."
        reading.report("missing-licence", Severity.WARNING, "the repository has no licence", hint, ("license",))


def _release(said: dict[str, Any], node: NamedNode, repository: Repository, say: Statements, base: str) -> None:
    tag = word(said.get("tag_name"))
    iri = iri_text(f"{repository.iri}/releases/tag/{tag}") if tag and said.get("draft") is not True else None
    if iri is None:
        return
    leap = Namespace(base + ONTOLOGY_PATH)
    release = NamedNode(iri)
    say.type(release, SCHEMA("SoftwareApplication"))
    say.text(release, DCT("title"), f"{repository.key} {tag}")
    say.text(release, SCHEMA("name"), word(said.get("name")))
    say.text(release, SCHEMA("softwareVersion"), tag)
    say.text(release, leap("versionOrder"), version.order(tag))
    say.text(release, SCHEMA("releaseNotes"), word(said.get("body"))[:_LONGEST_NOTES])
    say.text(release, SCHEMA("creativeWorkStatus"), "pre-release" if said.get("prerelease") is True else "")
    _moment(release, DCT("issued"), said.get("published_at") or said.get("created_at"), say)
    say.link(node, CODEMETA("isSourceCodeOf"), release)
    say.link(release, CODEMETA("hasSourceCode"), node)
    assets = said.get("assets")
    for asset in assets if isinstance(assets, list) else []:
        address = _address(asset.get("browser_download_url")) if isinstance(asset, dict) else None
        say.link(release, SCHEMA("downloadUrl"), address)


def _compare(licences: list[str], said: dict[str, Any], reading: Reading) -> None:
    """Report where the citation file states another licence than the one GitHub found."""
    licence = said.get("license")
    name = word(licence.get("spdx_id")) if isinstance(licence, dict) else ""
    if name and name != "NOASSERTION" and licences and name not in licences:
        message = f"GitHub finds the licence {name}, but a file of the repository says {', '.join(licences)}"
        hint = "Make the two agree."
        reading.report("differing-licence", Severity.WARNING, message, hint, ("license",), ", ".join(licences))


def _every(record: RawRecord, role: str) -> Iterator[dict[str, Any]]:
    """The items of all pages of a list."""
    for part in record.parts:
        if part.role == role:
            yield from _items(part)


def _items(part: Part) -> list[dict[str, Any]]:
    value = read_value(part.data, what=part.url).value
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _moment(node: NamedNode, predicate: NamedNode, value: object, say: Statements) -> None:
    found = dates.parse(value) if isinstance(value, str) else None
    if found is not None and found.datatype == XSD("dateTime"):
        say.text(node, predicate, found.text, found.datatype)


def _address(value: object) -> str | None:
    """A web address as people fill it into a form: perhaps without the https in front."""
    text = word(value)
    if not text or len(text) > 2000 or json.dumps(text).count("\\"):
        return None
    if "://" not in text and "." in text.partition("/")[0]:
        text = f"https://{text}"
    return iri_text(text) if text.lower().startswith(("http://", "https://")) else None


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str) and text] if isinstance(value, list) else []
