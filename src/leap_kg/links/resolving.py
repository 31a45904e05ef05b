"""From what a file says to a node of the graph: an address, a DOI, an image, a repository, a key of a catalogue.

Hazard: a wrong link is worse than none. What can mean two nodes leads to neither, a pattern gives candidates only, and
what the graph does not know stays the address that the file has. A badge or a link that starts a hub may have been
copied with the text around it: one that names another repository says nothing of this one.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from leap_kg.ingest.images.reference import parse_image
from leap_kg.links.environments.launching import Launch, parse_launch
from leap_kg.links.files import File
from leap_kg.links.known import Known
from leap_kg.links.signal import UNKNOWN, Role, Signal
from leap_kg.ontology.identifiers import Location, Refusal, arxiv, doi, github, storage
from leap_kg.ontology.iri import iri_text, mint
from leap_kg.ontology.namespaces import DCT, SCHEMA

MOST_CANDIDATES = 20
"""Stores that a pattern may stand for; one that fits more says nothing."""
_MOST_NAMESAKES = 3
"""Stores of one name in different buckets: a copy of a copy, but not every store that is called `data.zarr`."""
_HOLE = "-unknown-"
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
    if not signal.exact:
        return [Target(iri, known=True, exact=False) for iri in _candidates(text, known)]
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
            found = _data(text, known) or _work(text, known)
    return [found] if found else []


def _data(text: str, known: Known) -> Target | None:
    """A store or a file by its address, or an entry of a catalogue by its key."""
    catalogue, _, keys = text.partition("#")
    places = _spellings(catalogue)
    if keys and (entry := known.entry_of(keys, places)):
        return Target(entry, known=True)
    if found := next(filter(known.described, _spellings(catalogue.partition("?")[0])), None):
        return Target(found, known=True)
    location = storage.parse(text)
    if isinstance(location, Refusal) or (location.provider == "http" and _names_a_work(text)):
        return None
    node = known.store_at(location)
    if node:
        return Target(node, known=True)
    # A path of somebody's own machine is an address for nobody else.
    return None if location.provider == "file" else Target(location.iri, known=False)


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


def _candidates(text: str, known: Known) -> list[str]:
    """The stores that a pattern may mean. Its bucket must be known, and so must a piece of the key; of a store that is
    told by its name alone there must be no more than a few.
    """
    if text.startswith(f"{UNKNOWN}/") and UNKNOWN not in (name := text.removeprefix(f"{UNKNOWN}/")):
        called = sorted({node for uri, node in known.addresses() if uri.endswith(f"/{name}")})
        return called if len(called) <= _MOST_NAMESAKES else []
    location = storage.parse(text.replace(UNKNOWN, _HOLE))
    if isinstance(location, Refusal) or _HOLE in location.bucket or _HOLE in (location.endpoint or ""):
        return []
    # What lies in a store that fits leads to the store; what fits must have a piece of its key in common.
    folders = location.key.split("/")
    starts = ["/".join(folders[: number + 1]) for number in range(len(folders))]
    telling = [start for start in starts if re.sub(r"[\W_]", "", start.replace(_HOLE, ""))]
    if not telling or telling[-1] != location.key:
        return []
    pattern = re.compile("|".join(_expression(location, start) for start in telling))
    inside = re.compile(f"(?:{_expression(location, location.key)})/.*", re.DOTALL)
    found = {node for uri, node in known.addresses() if pattern.fullmatch(uri) or inside.fullmatch(uri)}
    return sorted(found) if len(found) <= MOST_CANDIDATES else []


def _expression(location: Location, key: str) -> str:
    """The expression that canonical addresses of the same bucket match, whose keys are like this one."""
    uri = Location(location.provider, location.endpoint, location.bucket, key).uri
    return re.escape(uri).replace(re.escape(_HOLE), "[^/]+")
