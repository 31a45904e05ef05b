"""From what a file says to a node of the graph: an address, a DOI, an image, a repository, a key of a catalogue.

Hazard: a wrong link is worse than none. What can mean two nodes leads to neither, what has a piece that nobody knows
gives candidates only, and what the graph does not know stays the address that the file has. A badge or a link that
starts a hub may have been copied with the text around it: one that names another repository says nothing of this one.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from leap_kg.ingest.images.reference import parse_image
from leap_kg.links.code.catalogues import OPENERS
from leap_kg.links.environments.launching import Launch, parse_launch
from leap_kg.links.files import File
from leap_kg.links.known import Known
from leap_kg.links.patterns import Pattern, is_glob, namesakes
from leap_kg.links.signal import UNKNOWN, Role, Signal
from leap_kg.ontology.identifiers import Refusal, arxiv, doi, github, storage
from leap_kg.ontology.iri import iri_text, mint
from leap_kg.ontology.namespaces import DCT, SCHEMA

_OPENED = frozenset({Role.READS, Role.WRITES})
_DATA = _OPENED | {Role.MENTIONS}
_BADGE = re.compile(r"https?://(?:www\.)?zenodo\.org/badge/latestdoi/([0-9]+)")
_ARXIV_DOI = "https://doi.org/10.48550/arxiv."


@dataclass(frozen=True, slots=True)
class Target:
    """A node that a signal leads to. `known` says whether the graph describes it; `exact` whether it is more than a
    candidate for a pattern. `says` is the property, where that depends on what the target turns out to be.
    """

    iri: str
    known: bool
    exact: bool = True
    says: NamedNode | None = None


def resolve(signal: Signal, file: File, known: Known, base: str) -> list[Target]:
    """The nodes that a signal of the file leads to: one, or the candidates for a pattern; none for no address."""
    text = signal.target.strip()
    is_data = signal.role in _DATA
    if not signal.exact or (is_data and is_glob(text)):
        return _fitting(text, signal, known)
    match signal.role:
        case Role.RUNS_IN:
            found = _environment(text, file, known, base)
        case Role.ARCHIVED_AT:
            found = _work(text, known)
            if found is not None and _is_of_another(found.iri, text, file, known):
                return []
        case Role.CITES:
            found = _work(text, known)
        case _:
            found = _table(text, signal, known) or _data(text, known) or _work(text, known)
    return [found] if found else []


def _fitting(text: str, signal: Signal, known: Known) -> list[Target]:
    """What a pattern leads to: the stores that fit, else its address, if it says what is read or written."""
    if signal.exact and (literal := _data(text, known)) is not None and literal.known:
        return [literal]  # a key may hold a bracket
    if called := namesakes(text, known):
        return [Target(iri, known=True, exact=False) for iri in called]
    pattern = Pattern.read(text)
    if pattern is None:
        return []
    if pattern.whole and signal.role in _DATA:
        # The piece that is not known is in what follows the address: which entry of a catalogue, say.
        place = text.partition("#")[0]
        found = None if UNKNOWN in place else _table(place, signal, known) or _data(place, known)
        return [replace(found, exact=False)] if found else []
    if found_stores := pattern.stores(known):
        return [Target(iri, known=True, exact=sure) for iri, sure in found_stores]
    if signal.role not in _OPENED or not pattern.telling or pattern.location.provider == "file":
        return []
    return [Target(pattern.iri, known=False, exact=signal.exact)]


def _table(text: str, signal: Signal, known: Known) -> Target | None:
    """The dataset that the graph made of a table, where code opens or searches the table as a catalogue."""
    if signal.method != "D3" and signal.via.rpartition(".")[2] not in OPENERS:
        return None
    table, _, entry = text.partition("#")
    node = None if entry else known.dataset_from(_spellings(table.partition("?")[0]))
    return Target(node, known=True) if node else None


def _data(text: str, known: Known) -> Target | None:
    """A store or a file by its address, or an entry of a catalogue by its key."""
    catalogue, _, keys = text.partition("#")
    places = _spellings(catalogue)
    if keys and (entry := known.entry_of(keys, places)):
        return Target(entry, known=True)
    if found := next(filter(known.described, _spellings(catalogue.partition("?")[0])), None):
        return Target(found, known=True)
    file = github.parse_file(catalogue.partition("?")[0])
    if "?" in catalogue and not isinstance(file, Refusal) and not file.folder:
        # A search in a table that the graph does not know: the file is what is read, not its repository.
        return Target(file.iri, known=False)
    if elsewhere := _on_osn(text, known):
        return elsewhere
    location = storage.parse(text)
    if isinstance(location, Refusal) or (location.provider == "http" and _names_a_work(text)):
        return None
    node = known.store_at(location)
    if node:
        return Target(node, known=True)
    # A path of somebody's own machine is an address for nobody else.
    return None if location.provider == "file" else Target(location.iri, known=False)


def _on_osn(text: str, known: Known) -> Target | None:
    """What `osn://bucket/key` leads to, which does not say on which of its servers; `None` for any other form."""
    if not text.lower().startswith("osn://") or not isinstance(storage.parse(text), Refusal):
        return None
    address = iri_text(text)
    inside = storage.parse(f"s3://{text[len('osn://') :]}")
    if address is None or isinstance(inside, Refusal):
        return None
    node = known.store_on_osn(inside.bucket, inside.key)
    return Target(node or address, known=node is not None)


def _spellings(address: str) -> list[str]:
    """The address of a file in every form in which a source may name it, the given one first."""
    file = github.parse_file(address)
    forms = [address] if isinstance(file, Refusal) else [address, file.iri, file.blob_url, file.raw_url or ""]
    return list(dict.fromkeys(filter(None, map(iri_text, forms))))


def _names_a_work(text: str) -> bool:
    return not all(isinstance(each, Refusal) for each in (doi.parse(text), arxiv.parse(text)))


def _work(text: str, known: Known) -> Target | None:
    """A paper, a data set or software by its DOI or arXiv number, a repository, or a page."""
    preprint = arxiv.parse(text)
    if not isinstance(preprint, Refusal):
        names = (preprint.iri, f"{_ARXIV_DOI}{preprint.value}")
        return Target(next(filter(known.described, names), names[1]), known=any(map(known.described, names)))
    named = doi.parse(text)
    if not isinstance(named, Refusal):
        if known.described(named.iri):
            return Target(known.now(named.iri), known=True)
        other = known.identified_by(named.iri, named.value)
        return Target(other or named.iri, known=other is not None)
    repository = github.parse_repository(text)
    if not isinstance(repository, Refusal):
        now = known.now(repository.iri)
        return Target(now, known=known.described(now))
    if badge := _BADGE.match(text):
        return _archive(badge[1], known)
    address = iri_text(text)
    if address is None or not address.startswith(("http://", "https://")):
        return None
    return Target(address, known=known.described(address))


def _archive(number: str, known: Known) -> Target | None:
    """The archived copies of the repository of that number; what a badge leads to changes with each release."""
    copies = [copy for name in known.numbered(number) for copy in known.parts_of(name)]
    return Target(copies[0], known=True) if len(copies) == 1 else None


def _is_of_another(archive: str, text: str, file: File, known: Known) -> bool:
    """Whether what is archived there is said to be another repository than that of the file."""
    badge = _BADGE.match(text)
    named = {known.now(name) for name in known.numbered(badge[1])} if badge else set[str]()
    named |= known.repositories_of(archive)
    return bool(named) and known.now(file.repository) not in named


def _started(launch: Launch, file: File, known: Known, base: str) -> Target | None:
    """The hub that a link starts, if it starts this repository, in an environment of its own or of another's.

    A link that names no repository on GitHub, or stands in a folder that is none, makes a candidate.
    """
    hub = mint(base, "hub", urlsplit(launch.hub).netloc.lower()).value
    if not known.described(hub):
        return None
    named = [github.parse_repository(each) for each in (launch.repository, launch.content) if each]
    repositories = {known.now(each.iri) for each in named if not isinstance(each, Refusal)}
    compared = bool(repositories) and not isinstance(github.parse_repository(file.repository), Refusal)
    if compared and known.now(file.repository) not in repositories:
        return None
    return Target(hub, known=True, exact=compared, says=SCHEMA("runtimePlatform"))


def _environment(text: str, file: File, known: Known, base: str) -> Target | None:
    """An image, a file of the same repository, or a hub; a language is no node."""
    if text.startswith("./"):
        place = github.parse_file(file.at)
        if isinstance(place, Refusal):
            return None
        at = github.File(place.repository, place.ref, text.removeprefix("./")).iri
        node = known.version_of(at) or at
        return Target(node, known.described(node), says=DCT("requires"))
    if launch := parse_launch(text):
        return _started(launch, file, known, base)
    if text.startswith(("http://", "https://")):
        hub = mint(base, "hub", urlsplit(text).netloc.lower()).value
        return Target(hub, known=True, says=SCHEMA("runtimePlatform")) if known.described(hub) else None
    image = parse_image(text.removeprefix("docker://"))
    if image is None:
        return None
    node = image.node(base).value
    return Target(node, known=known.described(node))
