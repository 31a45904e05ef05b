"""One run of mining: every file that is new is read, all signals are joined to the graph anew, and what changed is
published.

Nothing is fetched. What an earlier run found is remembered, so a run over one checkout publishes what is known of all
repositories, and takes nothing away from the others. Resolving is never remembered: the graph may have learnt since
what an address is.
"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from pyoxigraph import NamedNode, Store, Triple

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.names import LINKS, source_graph
from leap_kg.graph.publication.records import Record
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.mapping.finding import Finding
from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.runs.leases import leased
from leap_kg.ingest.runs.rounds import publish_ontology
from leap_kg.ingest.state import State
from leap_kg.links.assembling import Assembly, describe_file, describe_lacking, judged
from leap_kg.links.assertion import Link, link_node, link_triples, run_triple
from leap_kg.links.checkout import Checkout, checkout_gone
from leap_kg.links.files import File, Listed, harvested
from leap_kg.links.known import Known
from leap_kg.links.membership import add_members, describe_platform, platform_node
from leap_kg.links.memory import HARVESTED, LOCAL, Memory
from leap_kg.links.methods import METHODS
from leap_kg.links.mirrored import Mirrored
from leap_kg.links.people import add_people
from leap_kg.links.readers import Readers
from leap_kg.links.reading import Progress, Reading
from leap_kg.links.related import add_related
from leap_kg.links.versions import add_versions
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import PROV

FILES = f"{LINKS}files"
"""The source whose graph says what the mined files and the platform are, where nobody else does, and what is wrong."""

_WAIT = 300.0
"""Seconds to wait for another writer."""
_LARGE_LOSS = 0.2


class NotRemembered(LookupError):
    """No checkout of that name is remembered; the text says which are."""


class Held(RuntimeError):
    """The run would take away too much; the text says what, and how to let it."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did. `files` is how many there are, `read` how many of them were opened; `signals` counts by method.

    `links` are all links, `published` those whose plain triple is published. `unresolved` counts addresses that the
    graph does not know by their host, `nowhere` signals without an address. `findings` counts by kind.
    """

    repositories: int
    files: int
    read: int
    signals: Mapping[str, int]
    links: int
    published: int
    unresolved: Mapping[str, int]
    nowhere: int
    findings: Mapping[str, int]
    revision: int


@dataclass(slots=True)
class _Files:
    """The files of a run by repository, each with its origin, and how to read those that may have to be; `lacking` is
    what is wrong with repositories as a whole, `folders` where checkouts are.
    """

    listed: dict[str, list[tuple[str, File]]] = field(default_factory=dict)
    load: dict[tuple[str, str], Listed] = field(default_factory=dict)
    lacking: dict[str, Finding] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)

    def take(self, origin: str, listed: Iterable[Listed]) -> None:
        """Add files that can be read."""
        for each in listed:
            self.listed.setdefault(each.file.repository, []).append((origin, each.file))
            self.load[each.file.repository, each.file.path] = each


def mine(
    home: Home,
    base: str,
    readers: Readers,
    checkouts: Sequence[Checkout] = (),
    *,
    approve: bool = False,
    platform: str = "The platform",
    mirrored: Mirrored | None = None,
    forget: Sequence[str] = (),
    progress: Progress = lambda done, total, path: None,
) -> Report:
    """Mine what was harvested into the home, and these checkouts; `approve` lets a large loss through, `platform` is
    the name of that to which works belong, `mirrored` knows the commits of what a mirror answered. Checkouts of the
    repositories in `forget` (IRIs) are remembered no more, nor is one whose folder is now mined by another name.

    Raises `HomeError`, `NotRemembered`, and `Held` if many repositories are gone.
    """
    home.create()
    with ExitStack() as stack:
        stack.enter_context(leased(home, ["links"]))
        memory = stack.enter_context(Memory(home.path / "links.sqlite"))
        files = _listing(home, memory, readers, checkouts, stack, mirrored, forget, approve=approve)
        reading = Reading(memory, readers, progress)
        mined = reading.read(files.listed, files.load)
        snapshot = Snapshots(home).current()
        known = Known(snapshot.store if snapshot else Store(), base)
        assembly = Assembly(known, base)
        descriptions: dict[str, list[Triple]] = {}
        for file, found in mined:
            assembly.add_file(file, found.signals)
            own = _modules(files.listed.get(file.repository, ())) if found.imports else frozenset[str]()
            descriptions[assembly.node(file)] = list(describe_file(file, found, assembly, own))
        for repository, finding in files.lacking.items():
            descriptions[repository] = list(describe_lacking(repository, finding, assembly))
        if snapshot:
            add_related(snapshot.store, assembly, files.load)
            add_people(snapshot.store, assembly)
            add_versions(snapshot.store, assembly)
            if add_members(snapshot.store, assembly):
                descriptions[platform_node(base).value] = list(describe_platform(platform, base))
        revision, links = _publish(home, base, assembly.links(), descriptions)
        memory.settle(files.listed, reading.versions, files.lacking, files.folders)
    signals = Counter(signal.method for _, found in mined for signal in found.signals)
    findings = [*files.lacking.values(), *(f for _, found in mined for f in found.findings)]
    return Report(
        repositories=len({file.repository for file, _ in mined}),
        files=len(mined),
        read=reading.opened,
        signals=dict(sorted(signals.items())),
        links=len(links),
        published=sum(link.published for link in links),
        unresolved=dict(Counter(urlsplit(iri).netloc or iri for iri in assembly.unresolved).most_common()),
        nowhere=assembly.nowhere,
        findings=dict(sorted(Counter(f.kind for f in findings).items())),
        revision=revision,
    )


def _modules(listed: Iterable[tuple[str, File]]) -> frozenset[str]:
    """What code of a repository can import from the repository itself: its files and folders of Python."""
    paths = [file.path for _, file in listed if file.path.endswith(".py")]
    return frozenset(part.removesuffix(".py") for path in paths for part in path.split("/"))


def _listing(
    home: Home,
    memory: Memory,
    readers: Readers,
    checkouts: Sequence[Checkout],
    stack: ExitStack,
    mirrored: Mirrored | None,
    forget: Sequence[str],
    *,
    approve: bool,
) -> _Files:
    """All files there are: those just given, then those harvested, then checkouts of earlier runs."""
    files = _Files()
    for checkout in checkouts:
        every = list(checkout.files())
        files.take(LOCAL, (each for each in every if readers.reads(each.file.path)))
        files.listed.setdefault(checkout.repository, [])
        if (finding := checkout.lacking(len(every), readers.reads)) is not None:
            files.lacking[checkout.repository] = finding
    given = set(files.listed)
    before = memory.repositories(HARVESTED)
    if home.state.is_file():
        state = stack.enter_context(State(home.state, readonly=True))
        found = harvested(state, RawStore(home.raw), mirrored, (file for those in before.values() for file in those))
        files.take(HARVESTED, (e for e in found if e.file.repository not in given and readers.reads(e.file.path)))
    # A repository that was said to lack something is believed to until its files are listed anew.
    said_before = {iri: said for iri, said in memory.lacking().items() if iri not in files.listed}
    files.lacking = {**said_before, **files.lacking}
    gone = before.keys() - files.listed.keys()
    if len(gone) > max(1, _LARGE_LOSS * len(before)) and not approve:
        raise Held(
            f"{len(gone)} of {len(before)} repositories that were mined are not among what is harvested now; nothing "
            "was changed: harvest them again, or run the command with --approve-removals if they are gone for good"
        )
    _remembered(files, memory, checkouts, forget)
    return files


def _remembered(files: _Files, memory: Memory, checkouts: Sequence[Checkout], forget: Sequence[str]) -> None:
    """Add the checkouts of earlier runs, but for those to be forgotten."""
    # A checkout without files is known by what it lacks.
    folders, local = memory.folders(), memory.repositories(LOCAL)
    known = sorted(local.keys() | folders.keys())
    if missing := [name for name in forget if name not in known]:
        raise NotRemembered(f"{missing[0]} is no checkout that is remembered; those are: {', '.join(known) or 'none'}")
    files.folders = {checkout.repository: str(checkout.path) for checkout in checkouts}
    again = set(files.folders.values())
    for repository in known:
        folder = folders.get(repository, "")
        if repository in files.folders:
            continue
        if repository in forget or folder in again:
            files.lacking.pop(repository, None)
            continue
        if repository in files.listed:
            continue  # it is harvested now
        files.listed[repository] = [(LOCAL, file) for file in local.get(repository, ())]
        if folder:
            files.folders[repository] = folder
        if folder and not Path(folder).is_dir():
            files.lacking[repository] = checkout_gone(repository)
        elif repository in files.lacking and files.lacking[repository].kind == "checkout-gone":
            del files.lacking[repository]


def _publish(
    home: Home, base: str, found: Sequence[Link], descriptions: Mapping[str, list[Triple]]
) -> tuple[int, list[Link]]:
    """Publish each method's links, and what is said of files; returns the revision, and the links as they are then.

    What curators said while the files were read counts, too.
    """
    by_source: dict[str, dict[str, list[Link]]] = {f"{LINKS}{name.lower()}": {} for name in METHODS}
    started = datetime.now(UTC)
    with followed_writer(home, base, _WAIT) as writer:
        links = judged(found, Known(writer.store, base).verdicts(), base)
        for link in links:
            by_source[f"{LINKS}{link.leading.lower()}"].setdefault(link.subject, []).append(link)
        revision = publish_ontology(writer, base).revision
        for source, subjects in by_source.items():
            graph = source_graph(base, source)
            if not subjects and not any(writer.store.quads_for_pattern(None, None, None, graph)):
                continue
            activity = _activity(source, f"Links: {source.removeprefix(LINKS).upper()}", started)
            run = activity.iri(base)
            links_of = sorted(subjects.items())
            records = [_of_links(writer.store, subject, said, graph, run, base) for subject, said in links_of]
            revision = writer.publish_records(source, records, activity).revision
        graph = source_graph(base, FILES)
        said = [
            _record(node, triples, triples.copy, graph) for node, triples in sorted(descriptions.items()) if triples
        ]
        if said or any(writer.store.quads_for_pattern(None, None, None, graph)):
            activity = _activity(FILES, "Links: files", started)
            revision = writer.publish_records(FILES, said, activity).revision
    return revision, links


def _activity(source: str, title: str, started: datetime) -> Activity:
    run = f"{source}/{started:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    return Activity(run=run, title=title, started=started, ended=datetime.now(UTC))


def _of_links(
    store: Engine, subject: str, links: Iterable[Link], graph: NamedNode, run: NamedNode, base: str
) -> Record:
    """The links of one subject. One that is as it was keeps its run, so that a verdict is no news to mining."""
    said = list(links)
    triples = [triple for link in said for triple in link_triples(link, base)]

    def whole() -> list[Triple]:
        return [*triples, *(run_triple(link, _run_before(store, link, graph, base) or run, base) for link in said)]

    return _record(subject, triples, whole, graph)


def _run_before(store: Engine, link: Link, graph: NamedNode, base: str) -> NamedNode | None:
    """The run that said just this of the link, whatever became of its plain triple; `None` if it is said anew."""
    node = link_node(link.subject, link.predicate, link.target, base)
    before = {quad.triple for quad in looked_up(store, node, None, None, graph)}
    runs = {triple for triple in before if triple.predicate == PROV("wasGeneratedBy")}
    now = {triple for triple in link_triples(link, base) if triple.subject == node}
    return next((t.object for t in runs if isinstance(t.object, NamedNode)), None) if before - runs == now else None


def _record(key: str, counted: Iterable[Triple], triples: Callable[[], Iterable[Triple]], graph: NamedNode) -> Record:
    """A record that is published anew when `counted` changes."""
    text = "\n".join(sorted(map(str, counted)))
    return Record(key, hashlib.sha256(text.encode()).hexdigest()[:32], lambda: quads_in(triples(), graph))
