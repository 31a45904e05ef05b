"""Publishing: all or nothing, the same again is nothing, and one source never touches another."""

import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BaseDirection, BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from leap_kg.graph.activity import Activity
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patch import LogError, PatchLog
from leap_kg.graph.names import provenance_graph, source_graph, whole_graph
from leap_kg.graph.publish import Rejected, Writer, difference
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, PROV, RDF, XSD, Namespace
from leap_kg.ontology.shapes import validate
from tests.graph.samples import LEAP, MOMENT, activity, dataset, everything, export, graph_of, index_rows, replay
from tests.ontology.terms import BASE, any_triples

GRAPH = source_graph(BASE, "one")
NODE = mint(BASE, "dataset", "x")

slow_fixture = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def quads_of(triples: list[Triple], graph: NamedNode = GRAPH) -> set[Quad]:
    return {Quad(t.subject, t.predicate, t.object, graph) for t in triples}


# --- what goes in comes out ---------------------------------------------------------------------------------------


@slow_fixture
@given(triples=any_triples)
def test_any_statement_reads_back_as_it_was_published(home: Home, writer: Writer, triples: list[Triple]) -> None:
    wanted = quads_of(triples)
    publication = writer.publish("one", wanted, activity())
    assert graph_of(writer.store, "one") == wanted
    snapshot = Snapshots(home).current()
    if publication.revision:
        assert snapshot is not None
        assert snapshot.revision == publication.revision
        assert export(snapshot.store) == export(writer.store)
        logged = PatchLog(home.log).read(publication.revision)
        assert {q for q in logged.added if q.graph_name == GRAPH} <= wanted


def test_the_log_of_many_publications_replays_to_the_store(home: Home, writer: Writer) -> None:
    @settings(max_examples=20, deadline=None)
    @given(source=st.sampled_from(("one", "two")), triples=any_triples)
    def publish(source: str, triples: list[Triple]) -> None:
        writer.publish(source, quads_of(triples, source_graph(BASE, source)), activity(source))

    publish()
    assert replay(PatchLog(home.log)) == set(writer.store)


@pytest.mark.parametrize(
    ("datatype", "text", "kept"),
    [
        ("integer", "01", "1"),
        ("integer", "+7", "7"),
        ("integer", "9" * 40, "9" * 40),
        ("integer", "many", "many"),
        ("decimal", "1.50", "1.5"),
        ("boolean", "1", "true"),
        ("dateTime", "2026-03-01T12:00:00.120000+00:00", "2026-03-01T12:00:00.12Z"),
        ("dateTime", "2026-02-30T12:00:00Z", "2026-02-30T12:00:00Z"),
        ("dayTimeDuration", "PT90000S", "P1DT1H"),
        ("string", "01", "01"),
    ],
)
def test_values_are_kept_by_value_and_do_not_differ_from_themselves(
    writer: Writer, home: Home, datatype: str, text: str, kept: str
) -> None:
    quads = {Quad(NODE, LEAP("bakery"), Literal(text, datatype=XSD(datatype)), GRAPH)}
    first = writer.publish("one", quads, activity())
    assert [q.object for q in graph_of(writer.store, "one")] == [Literal(kept, datatype=XSD(datatype))]
    assert writer.publish("one", quads, activity()).revision == first.revision == 1
    assert replay(PatchLog(home.log)) == set(writer.store)


def test_times_of_runs_stand_in_the_log_as_in_the_store(writer: Writer, home: Home) -> None:
    for title in ("a", "b", "c"):
        writer.publish("one", dataset("x", title), activity(stale_after=timedelta(hours=36, seconds=30)))
    assert replay(PatchLog(home.log)) == set(writer.store)


# --- the same again, and the least change -------------------------------------------------------------------------


@slow_fixture
@given(triples=any_triples)
def test_publishing_twice_changes_nothing(home: Home, writer: Writer, triples: list[Triple]) -> None:
    quads = quads_of(triples)
    writer.publish("one", quads, activity())
    before = everything(home, writer.store)
    again = writer.publish("one", [*quads, *quads], activity())
    assert not again.difference
    assert everything(home, writer.store) == before


@slow_fixture
@given(pool=any_triples, old=st.integers(0, 2**12), new=st.integers(0, 2**12))
def test_the_difference_is_the_least_one(home: Home, writer: Writer, pool: list[Triple], old: int, new: int) -> None:
    before = quads_of([t for place, t in enumerate(pool) if old >> place & 1])
    after = quads_of([t for place, t in enumerate(pool) if new >> place & 1])
    writer.publish("one", before, activity())
    foreseen = difference(writer.store, "one", after, BASE)
    publication = writer.publish("one", after, activity())
    assert publication.difference == foreseen
    assert set(foreseen.removed) == before - after
    assert set(foreseen.added) == after - before
    assert len(foreseen.removed) + len(foreseen.added) == len(before ^ after)
    if foreseen:
        logged = PatchLog(home.log).read(publication.revision)
        assert {q for q in logged.removed if q.graph_name == GRAPH} == set(foreseen.removed)
        assert {q for q in logged.added if q.graph_name == GRAPH} == set(foreseen.added)


def test_two_sources_do_not_disturb_each_other(writer: Writer) -> None:
    writer.publish("one", dataset("x", "Of one", "one"), activity("one"))
    writer.publish("two", dataset("x", "Of two", "two"), activity("two"))
    one = graph_of(writer.store, "one")
    writer.publish("two", dataset("y", "Other", "two"), activity("two"))
    writer.publish("two", [], activity("two"))
    assert graph_of(writer.store, "one") == one == dataset("x", "Of one", "one")
    assert graph_of(writer.store, "two") == set()


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "quad",
    [
        Quad(BlankNode("b"), DCT("title"), Literal("x"), GRAPH),
        Quad(NODE, DCT("source"), BlankNode("b"), GRAPH),
        Quad(NODE, DCT("source"), Triple(NODE, DCT("title"), Literal("x")), GRAPH),
        Quad(NODE, DCT("title"), Literal("x", language="ar", direction=BaseDirection.RTL), GRAPH),
        Quad(NODE, DCT("title"), Literal("x"), source_graph(BASE, "two")),
        Quad(NODE, DCT("title"), Literal("x"), provenance_graph(BASE)),
        Quad(NODE, DCT("title"), Literal("x"), DefaultGraph()),
        Quad(NODE, DCT("title"), Literal("x"), BlankNode("b")),
    ],
    ids=str,
)
def test_what_cannot_be_published_changes_nothing(home: Home, writer: Writer, quad: Quad) -> None:
    writer.publish("one", dataset("x", "Good"), activity())
    before = everything(home, writer.store)
    with pytest.raises(ValueError, match=r"cannot be published|can be published"):
        writer.publish("one", [*dataset("x", "Better"), quad], activity())
    with pytest.raises(ValueError, match=r"cannot be published|can be published"):
        difference(writer.store, "one", [quad], BASE)
    assert everything(home, writer.store) == before


@pytest.mark.parametrize("source", ["", "..", "../log", "a/b", "One", "a b", "é", "x" * 101, "a\n", '"'])
def test_a_source_whose_name_is_no_name_is_refused(home: Home, writer: Writer, source: str) -> None:
    before = everything(home, writer.store)
    with pytest.raises(ValueError, match="cannot name a source"):
        writer.publish(source, [], activity("x"))
    assert everything(home, writer.store) == before


def test_quads_that_break_a_shape_change_nothing(home: Home, writer: Writer) -> None:
    writer.publish("one", dataset("x", "Good"), activity())
    before = everything(home, writer.store)
    untitled = {quad for quad in dataset("y", "Bad") if quad.predicate != DCT("title")}
    with pytest.raises(Rejected, match="needs one title") as caught:
        writer.publish("one", [*dataset("x", "Better"), *untitled], activity())
    assert [violation.focus for violation in caught.value.violations] == [mint(BASE, "dataset", "y").value]
    assert everything(home, writer.store) == before
    writer.publish("one", dataset("x", "Better"), activity())
    assert writer.revision == 2


def _shaped(graph: NamedNode) -> list[Quad]:
    """Statements of which some sets conform: two datasets that share an attribution, with titles to choose from."""
    credit = part(NODE, "attribution", "1")
    said: list[tuple[NamedNode, NamedNode, NamedNode | Literal]] = [
        (credit, RDF("type"), PROV("Attribution")),
        (credit, PROV("agent"), mint(BASE, "person", "github", "ada")),
        (credit, PROV("agent"), NamedNode("https://ror.org/00hj8s172")),
        (credit, DCAT("hadRole"), mint(BASE, "role", "host")),
    ]
    for node in (NODE, mint(BASE, "dataset", "y")):
        said += [
            (node, RDF("type"), DCAT("Dataset")),
            (node, DCT("title"), Literal("One title")),
            (node, DCT("title"), Literal("Another")),
            (node, DCT("source"), NamedNode("https://example.org/x.yaml")),
            (node, PROV("qualifiedAttribution"), credit),
        ]
    return [Quad(*triple, graph) for triple in said]


def test_what_is_published_conforms_as_a_whole_and_what_conforms_is_published(writer: Writer) -> None:
    names = (f"shaped-{number}" for number in count())
    right = set(range(14)) - {2, 6, 11}
    outcomes = set()

    @settings(max_examples=10, deadline=None)
    @given(st.lists(st.sets(st.integers(0, 13), max_size=3), min_size=2, max_size=4))
    def publish(rounds: list[set[int]]) -> None:
        source = next(names)
        pool = _shaped(source_graph(BASE, source))
        for turned in [set(), *rounds]:
            quads = {pool[number] for number in right ^ turned}
            conforms = not validate(quads, BASE)
            try:
                writer.publish(source, quads, activity(source))
                accepted = True
            except Rejected:
                accepted = False
            assert accepted == conforms
            assert (graph_of(writer.store, source) == quads) == accepted
            outcomes.add(accepted)

    publish()
    assert outcomes == {True, False}


def test_a_run_publishes_once(home: Home, writer: Writer) -> None:
    run = activity()
    writer.publish("one", dataset("x", "Good"), run)
    before = everything(home, writer.store)
    with pytest.raises(ValueError, match="has published before"):
        writer.publish("one", dataset("x", "Better"), run)
    assert everything(home, writer.store) == before


# --- runs and revisions -------------------------------------------------------------------------------------------


def test_runs_and_the_revision_are_in_the_graph_of_runs(writer: Writer) -> None:
    runs = [activity(), activity(origin="https://example.org/list.yaml", used=("https://example.org/x.yaml",))]
    for number, run in enumerate(runs, start=1):
        writer.publish("one", dataset("x", f"Title {number}"), run)
        revision = Literal(str(number), datatype=XSD("integer"))
        found = writer.store.quads_for_pattern(whole_graph(BASE), LEAP("revision"), None, provenance_graph(BASE))
        assert [quad.object for quad in found] == [revision]
        said = {(q.predicate, q.object) for q in writer.store.quads_for_pattern(run.iri(BASE), None, None, None)}
        assert {
            (RDF("type"), LEAP("HarvestRun")),
            (LEAP("revision"), revision),
            (PROV("generated"), GRAPH),
            (PROV("startedAtTime"), Literal("2026-03-01T12:30:15.25Z", datatype=XSD("dateTime"))),
            (PROV("endedAtTime"), Literal("2026-03-01T12:30:18.25Z", datatype=XSD("dateTime"))),
        } <= said
        assert {o for p, o in said if p == PROV("used")} == {NamedNode(used) for used in run.used}
        made_by = writer.store.quads_for_pattern(GRAPH, PROV("wasGeneratedBy"), None, None)
        assert [quad.object for quad in made_by] == [run.iri(BASE)]


def test_a_run_that_changed_nothing_is_not_in_the_graph(writer: Writer) -> None:
    writer.publish("one", dataset("x", "Title"), activity())
    idle = activity()
    writer.publish("one", dataset("x", "Title"), idle)
    assert not list(writer.store.quads_for_pattern(idle.iri(BASE), None, None, None))
    assert writer.revision == 1


# --- the home on disk ---------------------------------------------------------------------------------------------


def publish_some(home: Home, base: str = BASE) -> tuple[bytes, dict[str, list[tuple[object, ...]]]]:
    with Writer(home, base) as writer:
        for number in range(3):
            writer.publish("one", dataset("x", f"Title {number}", keywords=("ocean", "ice")), activity())
        writer.publish("two", dataset("y", "Other", "two"), activity("two"))
        return export(writer.store), index_rows(home.index)


def _remove(*paths: Path) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _spoil(path: Path) -> None:
    path.write_bytes(b"this is no database at all" * 100)


@pytest.mark.parametrize(
    "lose",
    [
        lambda home: None,
        lambda home: _remove(home.store),
        lambda home: _remove(home.index),
        lambda home: _spoil(home.index),
        lambda home: _remove(home.snapshots),
        lambda home: _remove(home.store, home.index, home.snapshots),
    ],
    ids=["nothing", "store", "index", "spoilt index", "snapshots", "all but the log"],
)
def test_everything_but_the_log_is_made_again(home: Home, lose: Callable[[Home], object]) -> None:
    quads, rows = publish_some(home)
    lose(home)
    with Writer(home, BASE) as writer:
        assert writer.revision == 4
        assert export(writer.store) == quads
        assert index_rows(home.index) == rows
        snapshot = Snapshots(home).current()
        assert snapshot is not None
        assert (snapshot.revision, export(snapshot.store)) == (4, quads)
        assert writer.publish("one", [], activity()).revision == 5


@pytest.mark.parametrize("base", ["https://example.org/kg/", BASE.removesuffix("leap-kg/"), BASE + "sub/"])
def test_a_home_of_another_base_is_refused_and_left_alone(home: Home, base: str) -> None:
    publish_some(home)
    files = sorted(path.name for path in home.log.iterdir())
    with (
        pytest.raises(HomeError, match=f"made with another base than {re.escape(base)}; set LEAP_KG_BASE"),
        Writer(home, base),
    ):
        pass
    assert sorted(path.name for path in home.log.iterdir()) == files
    with Writer(home, BASE) as writer:
        assert writer.revision == 4


def test_a_store_that_is_ahead_of_its_log_is_refused(home: Home) -> None:
    publish_some(home)
    PatchLog(home.log).files()[4].unlink()
    with pytest.raises(HomeError, match="a store at revision 4 but a log that ends at 3"), Writer(home, BASE):
        pass


def test_after_a_log_was_put_back_readers_see_what_it_says(home: Home) -> None:
    publish_some(home)
    PatchLog(home.log).files()[4].unlink()
    shutil.rmtree(home.store)
    with Writer(home, BASE) as writer:
        assert writer.revision == 3
        snapshot = Snapshots(home).current()
        assert snapshot is not None
        assert (snapshot.revision, export(snapshot.store)) == (3, export(writer.store))
        assert writer.publish("one", [], activity()).revision == 4


def test_a_damaged_patch_that_is_needed_is_named(home: Home) -> None:
    publish_some(home)
    path = PatchLog(home.log).files()[2]
    path.write_bytes(path.read_bytes()[:-20])
    shutil.rmtree(home.store)
    with pytest.raises(LogError, match=f"{path.name} is damaged"), Writer(home, BASE):
        pass


def test_a_damaged_store_says_what_to_do(home: Home) -> None:
    quads, _ = publish_some(home)
    (home.store / "CURRENT").write_text("spoilt")
    with pytest.raises(HomeError, match="Without its folder `store`"), Writer(home, BASE):
        pass
    shutil.rmtree(home.store)
    with Writer(home, BASE) as writer:
        assert export(writer.store) == quads


def test_what_one_publication_left_undone_the_next_one_does(home: Home, writer: Writer) -> None:
    writer.publish("one", dataset("x", "First"), activity())
    obstacle = home.snapshots / "00000002.partial"
    obstacle.write_text("a file where a folder is due")
    with pytest.raises(HomeError, match="Not a directory"):
        writer.publish("one", dataset("x", "Second"), activity())
    obstacle.unlink()
    publication = writer.publish("two", dataset("y", "Third", "two"), activity("two"))
    assert publication.revision == 3
    assert graph_of(writer.store, "one") == dataset("x", "Second")
    assert replay(PatchLog(home.log)) == set(writer.store)
    rows = index_rows(home.index)
    assert {row[2] for row in rows["node"]} >= {"Second", "Third"}
    assert rows["revision"] == [(3,)]


# --- another base -------------------------------------------------------------------------------------------------


def test_with_another_base_nothing_of_the_default_one_is_written(home: Home) -> None:
    base = "https://example.org/kg/"
    leap = Namespace(base + ONTOLOGY_PATH)
    graph, node = source_graph(base, "one"), mint(base, "store", "x")
    quads = {
        Quad(node, RDF("type"), DCAT("Distribution"), graph),
        Quad(node, DCT("title"), Literal("x"), graph),
        Quad(node, leap("storageURI"), Literal("gs://b/x", datatype=XSD("anyURI")), graph),
    }
    with Writer(home, base) as writer:
        assert writer.publish("one", quads, activity(stale_after=timedelta(days=1))).revision == 1
        assert writer.revision == 1
        with pytest.raises(Rejected, match="storage URI"):
            writer.publish("one", {q for q in quads if q.predicate != leap("storageURI")}, activity())
        assert BASE.encode() not in export(writer.store)
        assert BASE not in PatchLog(home.log).read(1).text()


def test_the_title_of_a_source_may_hold_anything(writer: Writer) -> None:
    run = Activity("r/1 é", "A “title” \\ \n", MOMENT, MOMENT, used=("https://example.org/ü",))
    writer.publish("one", {Quad(NODE, FOAF("name"), Literal("x"), GRAPH)}, run)
    titles = writer.store.quads_for_pattern(GRAPH, DCT("title"), None, None)
    assert [quad.object for quad in titles] == [Literal("A “title” \\ \n")]
