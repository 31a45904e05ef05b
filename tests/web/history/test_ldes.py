"""The event stream, read by a small consumer: it rebuilds the graph from the stream alone."""

import gzip
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from leap_kg.graph.history.feed import in_feed
from leap_kg.graph.home import Home
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, PROV, RDF
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.app import create_app
from leap_kg.web.history import ldes
from leap_kg.web.history.members import ACTIVITY, LDES, TREE
from leap_kg.web.history.pagestore import PageStore
from leap_kg.web.site import Site
from tests.web.local import Local
from tests.web.platform import ALPHA
from tests.web.server import Server
from tests.web.story import DELTA, LAST, day

KINDS = {ACTIVITY(name).value: name for name in ("Create", "Update", "Delete")}


def iri_of(term: object) -> str:
    assert isinstance(term, NamedNode)
    return term.value


@dataclass
class Member:
    """One version of an entity."""

    iri: NamedNode
    entity: str
    at: str
    revision: int
    kind: str
    last: bool
    state: frozenset[Triple]


@dataclass
class Consumer:
    """Follows the stream from its root, as LDES clients do, and keeps the newest version of each entity."""

    server: Server | Local
    accept: str = "application/trig"
    pages: dict[str, str] = field(default_factory=dict)
    fetched: int = 0
    members: list[Member] = field(default_factory=list)
    graph: dict[str, frozenset[Triple]] = field(default_factory=dict)

    def follow(self) -> "Consumer":
        """Fetch what is new: pages that said they are immutable are not asked for again."""
        found = sorted(self._walk(f"{self.server.origin}/ldes"), key=lambda m: (m.at, m.revision, m.last))
        for member in found:
            if member.kind == "Delete":
                assert not member.state
                self.graph.pop(member.entity, None)
            else:
                self.graph[member.entity] = member.state
        self.members += found
        return self

    def triples(self) -> set[Triple]:
        return {triple for state in self.graph.values() for triple in state}

    def _walk(self, address: str) -> Iterator[Member]:
        if self.pages.get(address) == "immutable":
            return
        answer = self.server.get(address, accept=self.accept)
        assert answer.status_code == 200, address
        assert answer.headers["Content-Type"] == self.accept
        self.fetched += 1
        quads = list(parse(answer.content, format=RdfFormat.from_media_type(self.accept)))
        immutable = any(q.predicate == LDES("immutable") and q.subject == NamedNode(address) for q in quads)
        assert immutable == ("immutable" in answer.headers["Cache-Control"])
        self.pages[address] = "immutable" if immutable else "open"
        yield from self._members(quads)
        for quad in quads:
            if quad.predicate == TREE("relation"):
                assert quad.subject == NamedNode(address)
        targets = dict.fromkeys(iri_of(q.object) for q in quads if q.predicate == TREE("node"))
        for target in targets:
            behind = list(self._walk(target))
            for relation in [q.subject for q in quads if q.predicate == TREE("node") and iri_of(q.object) == target]:
                self._check(relation, quads, behind)
            yield from behind

    def _check(self, relation: object, quads: list[Quad], behind: list[Member]) -> None:
        """A relation bounds the times of all members behind it."""
        said = {q.predicate: q.object for q in quads if q.subject == relation}
        assert said[TREE("path")] == PROV("generatedAtTime")
        value, kind = said[TREE("value")], said[RDF("type")]
        assert isinstance(value, Literal)
        for member in behind:
            lower = kind == TREE("GreaterThanOrEqualToRelation")
            assert kind in (TREE("GreaterThanOrEqualToRelation"), TREE("LessThanOrEqualToRelation"))
            assert member.at >= value.value if lower else member.at <= value.value

    def _members(self, quads: list[Quad]) -> Iterator[Member]:
        for quad in quads:
            if quad.predicate != TREE("member"):
                continue
            iri = NamedNode(iri_of(quad.object))
            said: dict[NamedNode, list[Any]] = {}
            for other in quads:
                if other.subject == iri and not isinstance(other.graph_name, NamedNode):
                    said.setdefault(other.predicate, []).append(other.object)
            (entity,), (at,) = said[DCT("isVersionOf")], said[PROV("generatedAtTime")]
            (revision,) = said[NamedNode(f"{BASE}{ONTOLOGY_PATH}revision")]
            (kind,) = (KINDS[each.value] for each in said[RDF("type")])
            state = frozenset(Triple(q.subject, q.predicate, q.object) for q in quads if q.graph_name == iri)
            yield Member(
                iri, entity.value, at.value, int(revision.value), kind, NamedNode(f"{BASE}ldes#last") in said, state
            )


def truth(home: Home, revision: int) -> set[Triple]:
    """The union of all source graphs at a revision."""
    store = Site(Settings(home=home.path)).past(revision).reading.snapshot.store
    quads = store.quads_for_pattern(None, None, None, None)
    return {Triple(q.subject, q.predicate, q.object) for q in quads if in_feed(iri_of(q.graph_name), BASE)}


@pytest.mark.parametrize("accept", ["application/trig", "application/n-quads"])
def test_a_consumer_rebuilds_the_graph(past_server: Server, past_home: Home, accept: str) -> None:
    consumer = Consumer(past_server, accept).follow()
    assert consumer.triples() == truth(past_home, LAST)
    assert len({member.iri for member in consumer.members}) == len(consumer.members)
    assert {member.revision for member in consumer.members} == set(range(1, LAST + 1))


@pytest.mark.all
def test_any_prefix_of_the_stream_is_the_graph_as_it_was_then(past_server: Server, past_home: Home) -> None:
    members = Consumer(past_server).follow().members
    for revision in range(1, LAST + 1):
        graph: dict[str, frozenset[Triple]] = {}
        for member in members:
            if member.revision <= revision:
                graph[member.entity] = member.state
        assert {triple for state in graph.values() for triple in state} == truth(past_home, revision)
        transaction = [member for member in members if member.revision == revision]
        assert [member.last for member in transaction] == [False] * (len(transaction) - 1) + [True]
        assert {member.at for member in transaction} == {day(revision).isoformat()}


def test_members_say_what_became_of_the_entity(past_server: Server) -> None:
    members = Consumer(past_server).follow().members
    delta = [(m.revision, m.kind) for m in members if m.entity == DELTA]
    assert delta == [(8, "Create"), (9, "Update")]  # a pointer to its heir is left
    gamma = [(m.revision, m.kind) for m in members if m.entity.endswith("/gamma")]
    assert gamma == [(2, "Create"), (6, "Delete")]
    alpha = [m for m in members if m.entity == ALPHA]
    assert [(m.revision, m.kind) for m in alpha] == [(2, "Create"), (5, "Update"), (6, "Update")]
    for member in alpha:
        path = member.iri.value.removeprefix(BASE)
        page = past_server.get(f"/{path}")
        assert page.status_code == 200
        assert page.headers["Leap-Revision"] == str(member.revision)


def test_the_root_describes_the_stream(past_server: Server) -> None:
    answer = past_server.get("/ldes", accept="*/*")
    assert answer.headers["Content-Type"] == "application/trig"
    said = {
        q.predicate: q.object
        for q in parse(answer.content, format=RdfFormat.TRIG)
        if q.subject.value == f"{BASE}ldes#stream"
    }
    assert said[RDF("type")] == LDES("EventStream")
    assert said[TREE("view")].value == f"{past_server.origin}/ldes"
    assert said[LDES("versionOfPath")] == DCT("isVersionOf")
    assert said[LDES("timestampPath")] == PROV("generatedAtTime")
    assert said[LDES("versionDeleteObject")] == ACTIVITY("Delete")
    assert LDES("transactionPath") in said
    assert past_server.get("/ldes").status_code == 200
    assert past_server.get("/ldes", accept="image/png").status_code == 406
    again = past_server.get("/ldes", accept="*/*", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.all
def test_pages_are_cut_and_a_consumer_in_sync_asks_for_the_new_ones_only(
    past_home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ldes, "GROUP", 2)
    monkeypatch.setattr(ldes, "MEMBERS", 7)
    app = create_app(Settings(home=past_home.path))
    app.state.site.__dict__["event_pages"] = PageStore(tmp_path / "pages")
    consumer = Consumer(Local(app)).follow()
    assert consumer.triples() == truth(past_home, LAST)
    assert consumer.fetched > 15
    before = consumer.fetched
    consumer.follow()
    assert consumer.triples() == truth(past_home, LAST)
    assert consumer.fetched == before + 2  # the root, and the one group that is not full


@pytest.mark.parametrize(
    "path", ["/ldes/0", "/ldes/10", "/ldes/x", "/ldes/1/9", "/ldes/from/2", "/ldes/from/101", "/ldes/1/0"]
)
def test_there_is_no_other_page(past_server: Server, path: str) -> None:
    assert past_server.get(path, accept="application/trig").status_code == 404


@given(st.binary(max_size=200))
def test_kept_pages_come_back_as_they_were(page: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = PageStore(Path(folder) / "pages")
        assert store.get("a", lambda: page) == page
        assert store.get("a", lambda: b"another") == page


def test_a_spoilt_page_is_made_again_and_the_folder_stays_small(tmp_path: Path) -> None:
    store = PageStore(tmp_path / "pages", most_bytes=2000)
    store.get("a", lambda: b"one")
    (tmp_path / "pages" / "a.gz").write_bytes(gzip.compress(b"one")[:-4])
    assert store.get("a", lambda: b"two") == b"two"
    for number in range(450):
        store.get(f"n{number}", lambda: b"x" * 10)
    assert sum(file.stat().st_size for file in (tmp_path / "pages").iterdir()) < 60 * 260
    (tmp_path / "file").write_text("in the way")
    assert PageStore(tmp_path / "file").get("a", lambda: b"three") == b"three"
