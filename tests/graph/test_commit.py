"""Changes of any graphs: one revision, only what is not so already, and nothing that breaks a shape."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from leap_kg.graph.home import Home
from leap_kg.graph.log.digest import digest_of
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.names import provenance_graph, source_graph
from leap_kg.graph.publish import Rejected, Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.namespaces import DCAT, DCT, PROV, VOID, XSD
from tests.graph.samples import LEAP, activity, dataset, everything, graph_of, index_rows, replay
from tests.ontology.terms import BASE

ONE, TWO, CURATED = source_graph(BASE, "one"), source_graph(BASE, "two"), NamedNode(f"{BASE}graph/curated")
FOREIGN = NamedNode("https://example.org/graph")
NODE = mint(BASE, "dataset", "x")


def note(graph: NamedNode, text: str = "noted", node: NamedNode = NODE) -> Quad:
    return Quad(node, DCT("abstract"), Literal(text), graph)


def test_several_graphs_change_in_one_revision(home: Home, writer: Writer) -> None:
    writer.publish("one", dataset("x", "Title"), activity())
    old = Quad(NODE, DCT("title"), Literal("Title"), ONE)
    new = Quad(NODE, DCT("title"), Literal("Better"), ONE)
    run = activity("web")
    made = writer.commit("web", [old], [new, note(CURATED), note(FOREIGN)], run)
    assert made.revision == writer.revision == PatchLog(home.log).last() == 2
    assert (set(made.difference.removed), set(made.difference.added)) == ({old}, {new, note(CURATED), note(FOREIGN)})
    assert old not in writer.store
    assert all(quad in writer.store for quad in (new, note(CURATED), note(FOREIGN)))
    assert PatchLog(home.log).header(2).source == "web"
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    assert snapshot.revision == 2
    assert ("x", "Better") in {(row[0].rsplit("/", 1)[-1], row[2]) for row in index_rows(home.index)["node"]}  # type: ignore[attr-defined]
    made_by = {
        quad.subject for quad in writer.store.quads_for_pattern(None, PROV("wasGeneratedBy"), run.iri(BASE), None)
    }
    assert made_by == {ONE, CURATED, FOREIGN}


def test_graphs_are_described_and_keep_their_titles(writer: Writer) -> None:
    writer.publish("one", dataset("x", "Title"), activity(title="The first source"))
    for text in ("a", "b"):
        writer.commit("web", [], [note(ONE, text), note(TWO, text), note(FOREIGN, text)], activity("web"))
    for graph, title in ((ONE, "The first source"), (TWO, "two"), (FOREIGN, FOREIGN.value)):
        said = list(writer.store.quads_for_pattern(graph, None, None, provenance_graph(BASE)))
        assert [q.object for q in said if q.predicate == DCT("title")] == [Literal(title)]
        assert len([q for q in said if q.predicate == DCT("modified")]) == 1
        assert len([q for q in said if q.predicate == PROV("wasGeneratedBy")]) == 1
        assert any(q.object == VOID("Dataset") for q in said)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sets(st.integers(0, 11)), st.sets(st.integers(0, 11)), st.booleans()), min_size=1, max_size=4)
)
def test_only_real_changes_are_in_the_patch_and_the_digest_is_that_of_the_store(
    home: Home, writer: Writer, rounds: list[tuple[set[int], set[int], bool]]
) -> None:
    pool = [note(graph, str(number)) for graph in (ONE, CURATED, FOREIGN) for number in range(4)]
    log = PatchLog(home.log)
    for removed, added, publish in rounds:
        before, revision = set(writer.store), writer.revision
        if publish:
            writer.publish("one", [pool[n] for n in added if n < 4], activity())
            wanted = {q for q in pool if q in before and q.graph_name != ONE} | {pool[n] for n in added if n < 4}
        else:
            writer.commit("web", [pool[n] for n in removed], [pool[n] for n in added], activity("web"))
            wanted = ({q for q in pool if q in before} - {pool[n] for n in removed}) | {pool[n] for n in added}
        assert {q for q in pool if q in writer.store} == wanted
        assert (writer.revision > revision) == (wanted != {q for q in pool if q in before})
        if writer.revision > revision:
            patch = log.read(writer.revision)
            assert set(patch.removed) == before - set(writer.store)
            assert set(patch.added) == set(writer.store) - before
            assert log.header(writer.revision).digest == digest_of(writer.store)


def test_a_digest_stands_at_every_revision_whatever_was_published(home: Home, writer: Writer) -> None:
    log = PatchLog(home.log)

    def publish(*quads: Quad) -> None:
        writer.publish("one", quads, activity())
        assert log.header(writer.revision).digest == digest_of(writer.store)

    publish(Quad(NODE, LEAP("x"), Literal("01", datatype=XSD("integer")), ONE))
    publish(Quad(NODE, LEAP("x"), Literal("é\n\u2028"), ONE), Quad(NODE, LEAP("x"), Literal("a", language="fr"), ONE))
    publish()
    assert replay(log) == set(writer.store)


def test_values_are_compared_as_the_store_keeps_them(writer: Writer) -> None:
    def number(text: str) -> Quad:
        return Quad(NODE, LEAP("x"), Literal(text, datatype=XSD("integer")), CURATED)

    writer.commit("web", [], [number("1")], activity("web"))
    assert writer.commit("web", [], [number("01")], activity("web")).revision == 1
    assert writer.commit("web", [number("+1")], [], activity("web")).revision == 2
    assert number("1") not in writer.store


@pytest.mark.parametrize(
    "quad",
    [
        note(provenance_graph(BASE)),
        Quad(NODE, DCT("title"), Literal("x"), DefaultGraph()),
        Quad(NODE, DCT("title"), Literal("x"), BlankNode("b")),
        Quad(NODE, DCT("title"), BlankNode("b"), CURATED),
    ],
    ids=str,
)
def test_what_cannot_be_written_changes_nothing(home: Home, writer: Writer, quad: Quad) -> None:
    writer.publish("one", dataset("x", "Title"), activity())
    before = everything(home, writer.store)
    for removed, added in (([], [note(ONE), quad]), ([quad], [])):
        with pytest.raises(ValueError, match=r"cannot be (changed|published)|can be published"):
            writer.commit("web", removed, added, activity())
    assert everything(home, writer.store) == before


@pytest.mark.parametrize("name", ["", "../x", "A", "a b"])
def test_a_name_that_is_none_is_refused(writer: Writer, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a source"):
        writer.commit(name, [], [note(ONE)], activity())
    assert writer.revision == 0


def _title() -> list[Quad]:
    return [Quad(NODE, DCT("title"), Literal("Title"), ONE)]


def _role(credit: NamedNode) -> list[Quad]:
    return [Quad(credit, DCAT("hadRole"), mint(BASE, "role", "host"), ONE)]


@pytest.mark.parametrize("harm", ["the node itself", "a node it points to"])
def test_a_change_that_breaks_a_shape_changes_nothing(home: Home, writer: Writer, harm: str) -> None:
    credit = part(NODE, "attribution", "1")
    whole = [
        *dataset("x", "Title"),
        Quad(NODE, PROV("qualifiedAttribution"), credit, ONE),
        Quad(credit, PROV("agent"), mint(BASE, "person", "github", "ada"), ONE),
        *_role(credit),
    ]
    writer.publish("one", whole, activity())
    before = everything(home, writer.store)
    removed = _title() if harm == "the node itself" else _role(credit)
    with pytest.raises(Rejected) as caught:
        writer.commit("web", removed, [note(FOREIGN)], activity())
    assert {violation.focus for violation in caught.value.violations} == {NODE.value}
    assert everything(home, writer.store) == before


def test_a_run_commits_once(writer: Writer) -> None:
    run = activity("web")
    writer.commit("web", [], [note(ONE)], run)
    with pytest.raises(ValueError, match="has published before"):
        writer.commit("web", [], [note(TWO)], run)
    assert writer.revision == 1


def test_those_who_follow_are_told_when_all_else_is_done_and_cannot_undo_it(home: Home) -> None:
    told: list[tuple[int, int, object]] = []

    def follow(log: PatchLog, store: object) -> None:
        told.append((log.last(), Snapshots(home).newest(), index_rows(home.index)["revision"]))

    def fail(log: PatchLog, store: object) -> None:
        raise OSError(28, "No space left on device")

    followers: list[Callable[..., None]] = [fail, follow]
    with Writer(home, BASE, followers=followers) as writer:
        told.clear()
        writer.publish("one", dataset("x", "Title"), activity())
        writer.publish("one", dataset("x", "Title"), activity())
        writer.commit("web", [], [note(ONE)], activity("web"))
        assert told == [(1, 1, [(1,)]), (2, 2, [(2,)])]
        assert writer.revision == 2
        assert graph_of(writer.store, "one") == dataset("x", "Title") | {note(ONE)}
