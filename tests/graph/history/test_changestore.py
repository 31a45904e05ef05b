"""The store of changes: what SPARQL finds in it, and that it always is what the log says."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from leap_kg.graph.history.changestore import ChangeStore, change_node, description_graph
from leap_kg.graph.history.feed import in_feed
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patchfile import LogError
from leap_kg.graph.names import source_graph
from leap_kg.ontology.namespaces import DCAT, DCT, PROV, RDF, prefixes
from tests.graph.histories import LEAP, History, quad, random_quads
from tests.ontology.terms import BASE

ROOT = Path(__file__).parents[3]
PREFIXES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes(BASE).items())


def follow(history: History) -> Store:
    changes = ChangeStore(history.home, BASE)
    changes.follow(history.log)
    found = changes.current()
    assert found is not None
    assert found.revision == history.revision
    return Store.read_only(str(found.directory))


def graph(revision: int, side: str) -> NamedNode:
    return NamedNode(f"{change_node(BASE, revision).value}/{side}")


def assert_whole(store: Store, history: History) -> None:
    """The graphs of each revision are what the states before and after it show, and nothing else is there."""
    found = set(store)
    for number in range(1, history.revision + 1):
        before, after = history.states[number - 1 : number + 1]
        for side, changed in (("added", after - before), ("removed", before - after)):
            expected = {
                Quad(q.subject, q.predicate, q.object, graph(number, side))
                for q in changed
                if isinstance(q.graph_name, NamedNode) and in_feed(q.graph_name.value, BASE)
            }
            assert {q for q in found if q.graph_name == graph(number, side)} == expected
            found -= expected
        node = change_node(BASE, number)
        described = {q for q in found if q.subject == node}
        assert {q.graph_name for q in described} == {description_graph(BASE)}
        assert Quad(node, DCT("identifier"), Literal(history.log.header(number).id), description_graph(BASE)) in found
        found -= described
    assert {(q.predicate, q.object) for q in found} <= {(LEAP("revision"), number_of(history.revision))}


def number_of(revision: int) -> Literal:
    return Literal(str(revision), datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))


@pytest.fixture
def history(home: Home) -> History:
    made = History(home)
    made.become({quad("a", RDF("type"), DCAT("Dataset")), quad("a", DCAT("keyword"), "sea")})
    made.become({quad("a", RDF("type"), DCAT("Dataset")), quad("a", DCAT("keyword"), "ice")})
    made.become({quad("a", DCAT("keyword"), "ice", "two")}, "two")
    return made


def test_there_is_nothing_before_the_first_revision(home: Home) -> None:
    empty = History(home)
    changes = ChangeStore(home, BASE)
    assert changes.current() is None
    changes.follow(empty.log)
    assert changes.current() is None


def test_sparql_finds_what_was_gained_between_two_moments(history: History) -> None:
    store = follow(history)
    assert_whole(store, history)
    query = f"""{PREFIXES} SELECT ?node ?word WHERE {{
        GRAPH kg:change {{ ?change prov:endedAtTime ?at ; prov:generated ?added }}
        FILTER(?at > "{history.at(1).isoformat()}"^^xsd:dateTime && ?at <= "{history.at(2).isoformat()}"^^xsd:dateTime)
        GRAPH ?added {{ ?node dcat:keyword ?word }} }}"""
    rows = store.query(query)
    assert isinstance(rows, QuerySolutions)
    assert [row["word"].value for row in rows] == ["ice"]


def test_a_revision_is_described_by_source_run_moment_and_graphs(history: History) -> None:
    store = follow(history)
    node = change_node(BASE, 3)
    said = {(q.predicate, q.object) for q in store.quads_for_pattern(node, None, None, description_graph(BASE))}
    assert {
        (DCT("source"), source_graph(BASE, "two")),
        (PROV("influenced"), source_graph(BASE, "two")),
        (PROV("wasInformedBy"), NamedNode(f"{BASE}run/two/3")),
        (LEAP("revision"), number_of(3)),
    } <= said


def test_following_again_changes_nothing_and_new_revisions_are_added(history: History) -> None:
    follow(history)
    folder = history.home.path / "history" / "snapshots"
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    follow(history)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    history.become({quad("b", DCT("title"), "Beta")})
    assert_whole(follow(history), history)


def test_a_log_that_was_restored_is_followed_from_its_beginning(history: History, tmp_path: Path) -> None:
    follow(history)
    history.log.files()[3].unlink()
    del history.states[3]
    assert_whole(follow(history), history)
    other = History(Home(tmp_path / "other"))
    other.become({quad("c", DCT("title"), "Gamma")})
    other.become({quad("c", DCT("title"), "Gamma ray")})
    history.home.log.rename(tmp_path / "aside")
    other.home.log.rename(history.home.log)
    history.states = other.states
    assert_whole(follow(history), history)


def test_a_lost_or_damaged_store_is_made_again(history: History) -> None:
    follow(history)
    for manifest in (history.home.path / "history" / "store").glob("MANIFEST*"):
        manifest.write_bytes(b"no manifest")
    history.become({quad("b", DCT("title"), "Beta")})
    assert_whole(follow(history), history)
    (history.home.path / "history").rename(history.home.path / "aside")
    assert_whole(follow(history), history)


def test_a_damaged_patch_stops_it_before_that_patch(history: History) -> None:
    path = history.log.files()[3]
    sound = path.read_bytes()
    path.write_bytes(sound[:-20])
    changes = ChangeStore(history.home, BASE)
    with pytest.raises(LogError, match=path.name):
        changes.follow(history.log)
    found = changes.current()
    assert found is not None
    assert found.revision == 2
    path.write_bytes(sound)
    assert_whole(follow(history), history)


def test_a_bulk_load_is_taken_in_pieces(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leap_kg.graph.history.changestore._FEW", 3)
    monkeypatch.setattr("leap_kg.graph.history.changestore._AT_ONCE", 7)
    history.become({quad(f"d{number}", DCT("title"), "Many") for number in range(30)})
    assert_whole(follow(history), history)


def test_a_folder_that_cannot_be_written_is_said_so(history: History) -> None:
    (history.home.path / "history").write_text("in the way")
    with pytest.raises(HomeError, match=r"cannot write .*history"):
        ChangeStore(history.home, BASE).follow(history.log)


def test_a_follower_that_is_killed_leaves_nothing_wrong(home: Home) -> None:
    history = History(home)
    for number in range(40):
        history.become({quad(f"d{n}", DCT("title"), f"Number {n}") for n in range(number, number + 30)})
    script = (
        "import sys; from pathlib import Path; from leap_kg.graph.home import Home; "
        "from leap_kg.graph.log.patch import PatchLog; from leap_kg.graph.history.changestore import ChangeStore; "
        "from leap_kg.graph import changestore; changestore._FEW = 5; "
        "h = Home(Path(sys.argv[1])); print('ready', flush=True); ChangeStore(h, sys.argv[2]).follow(PatchLog(h.log))"
    )
    for trial in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", script, str(home.path), BASE], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.05 + 0.06 * trial)
            os.kill(process.pid, signal.SIGKILL)
        found = ChangeStore(home, BASE).current()
        assert found is None or found.revision <= history.revision
    assert_whole(follow(history), history)


@given(st.lists(random_quads(), min_size=1, max_size=5), st.integers(0, 5))
@settings(max_examples=8)
def test_any_history_is_in_the_store(states: list[frozenset[Quad]], pause: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        history = History(Home(Path(folder) / "home"))
        for number, wanted in enumerate(states):
            history.commit(history.states[-1] - wanted, wanted)
            if number == pause:
                follow(history)
        assert_whole(follow(history), history)
