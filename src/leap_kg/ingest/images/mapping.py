"""One image at one release as triples: the packages it has, what it was asked to have, what it builds on."""

import re
from datetime import date

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.images.describing import Environment, Environments, read_part
from leap_kg.ingest.images.dockerfile import Dockerfile
from leap_kg.ingest.images.packagelist import Installed
from leap_kg.ingest.images.reference import Image, describe_image
from leap_kg.ingest.mapping.code import describe_repository
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.keeping import kept
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Mapped, Part, RawRecord, RecordUnusable
from leap_kg.ontology.identifiers import Refusal, github, version
from leap_kg.ontology.namespaces import CODEMETA, DCT, ONTOLOGY_PATH, PROV, SCHEMA, XSD, Namespace

_LOCKS = ("conda-linux-64.lock", "conda-lock.yml")
# Pangeo calls a release by its day.
_DAY = re.compile(r"(20\d\d)\.(\d\d)\.(\d\d)(?:-v?\d+)?", re.ASCII)
_AGAIN = re.compile(r"-v?(\d+)$", re.ASCII)


def map_image(record: RawRecord, image: Image, repository: github.Repository, moving: bool, base: str) -> Mapped:
    """The record as triples; `moving` says that the image's tag is that of a branch, so that it is no release."""
    if not record.parts:
        raise RecordUnusable("the stored record has no file; harvest it again", record.key)
    say = Statements()
    reading = Reading({part.role: File(part.url) for part in record.parts}, File(record.parts[0].url))
    describe = Environments(say, base)
    node = describe_image(image, say, base)
    say.link(node, CODEMETA("hasSourceCode"), describe_repository(repository, say))
    say.text(node, SCHEMA("softwareVersion"), image.version)
    if not moving:
        _date(node, image.version, say, base)
    found = {part.role: (part, read_part(part, part.role, reading)) for part in record.parts}
    for part, environment in found.values():
        say.link(node, DCT("source"), _file(part, image, environment, describe))
        if isinstance(environment, Dockerfile) and environment.base is not None:
            say.link(node, PROV("wasDerivedFrom"), describe_image(environment.base, say, base))
    lists = {role: each for role, (_, each) in found.items() if isinstance(each, Installed)}
    _installed(node, lists, describe, reading)
    say.extend(kept(node, reading, base))
    return Mapped(record.key, node, say.triples(), list(reading.findings))


def _date(node: NamedNode, tag: str, say: Statements, base: str) -> None:
    leap = Namespace(base + ONTOLOGY_PATH)
    say.text(node, leap("versionOrder"), version.order(_AGAIN.sub(r".post\1", tag)))
    if day := _DAY.fullmatch(tag):
        try:
            issued = date(int(day[1]), int(day[2]), int(day[3]))
        except ValueError:
            return
        say.text(node, DCT("issued"), issued.isoformat(), XSD("date"))


def _file(part: Part, image: Image, found: Environment | None, describe: Environments) -> NamedNode:
    """The file as a node: what was asked for is said of it, what is installed of the image."""
    place = github.parse_file(part.url)
    node = NamedNode(part.url if isinstance(place, Refusal) else place.iri)
    if found is not None and not isinstance(found, Installed):
        describe.file(node, f"{part.role} of {image.title}", found)
    return node


def _installed(node: NamedNode, lists: dict[str, Installed], describe: Environments, reading: Reading) -> None:
    """The packages of the image: by the lock if there is one, which also tells conda's from the Python index's."""
    lock = next((lists[name] for name in _LOCKS if name in lists and lists[name].packages), None)
    listed = lists.get("packages.txt")
    if "apt.txt" in lists:
        describe.installed(node, list(lists["apt.txt"].packages))
    describe.installed(node, list((lock or listed or Installed()).packages))
    if lock is None and listed is None:
        hint = "Nobody knows the versions in this image; write packages.txt or a lock when it is built."
        message = "the release lists no installed packages, only what was asked for"
        reading.report("unknown-version", Severity.INFO, message, hint)
    if lock is not None and listed is not None:
        _compare(listed, lock, reading)


def _compare(listed: Installed, lock: Installed, reading: Reading) -> None:
    """Report where packages.txt, which is made from the lock, does not say what the lock says."""
    wanted = {(package.name, package.version) for package in lock.packages}
    told = {(package.name, package.version) for package in listed.packages}
    differing = sorted(name for name, _ in wanted ^ told)
    if differing:
        names = ", ".join(dict.fromkeys(differing[:20]))
        message = f"packages.txt and the lock disagree about {len(set(differing))} packages; the lock counts"
        hint = "Write packages.txt anew from the lock."
        reading.report("bad-value", Severity.WARNING, message, hint, ("packages.txt",), names)
