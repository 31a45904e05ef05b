"""What happens between a home and its server when one of them fails, or is not what the other takes it for."""

import os
import signal
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.graph.remote.follower import RemoteFollower, update_text
from leap_kg.graph.remote.protocol import Connection, RemoteError, Unreachable
from leap_kg.graph.remote.snapshot import RemoteSnapshots
from leap_kg.graph.remote.store import RemoteStore
from leap_kg.remote import Remote
from tests.graph.engines.conftest import Bench
from tests.graph.engines.servers import free_port, fuseki
from tests.graph.samples import activity, dataset
from tests.ontology.terms import BASE

ONE = source_graph(BASE, "one")


def published(bench: Bench, *titles: str) -> None:
    """Publications of which the server hears nothing yet."""
    with Writer(bench.home, BASE) as writer:
        for title in titles:
            quads = dataset("a", title) | dataset(f"of-{title}", title)
            writer.publish("one", quads, activity("one"))


def followed(bench: Bench) -> None:
    with Writer(bench.home, BASE) as writer:
        bench.follow(writer)


def state(bench: Bench) -> set[Quad]:
    """What the server holds, in our graphs."""
    assert bench.server is not None
    graphs = [f"{BASE}graph/prov", ONE.value]
    return set(RemoteStore(bench.server.remote, graphs))


def home_state(bench: Bench) -> set[Quad]:
    with Writer(bench.home, BASE) as writer:
        return set(writer.store)


class Broken(Exception):
    """The process is gone."""


def breaking_after(requests: int) -> object:
    """A way to update that ends after so many requests."""
    done = 0
    original = Connection.update

    def update(self: Connection, text: str) -> None:
        nonlocal done
        if done == requests:
            raise Broken
        done += 1
        original(self, text)

    return update


@pytest.mark.parametrize("requests", [0, 1, 2, 4, 6])
def test_a_patch_that_broke_off_is_sent_again(
    remote_bench: Bench, monkeypatch: pytest.MonkeyPatch, requests: int
) -> None:
    monkeypatch.setattr("leap_kg.graph.remote.follower._LINES", 5)
    published(remote_bench, "first")
    followed(remote_bench)
    published(remote_bench, "second", "third")
    with monkeypatch.context() as broken:
        broken.setattr(Connection, "update", breaking_after(requests))
        with pytest.raises(Broken):
            followed(remote_bench)
    assert remote_bench.snapshot().revision < 3
    published(remote_bench, "fourth")
    followed(remote_bench)
    assert remote_bench.snapshot().revision == 4
    assert state(remote_bench) == home_state(remote_bench)


@pytest.mark.parametrize("requests", [0, 2, 5])
def test_a_first_filling_that_broke_off_begins_anew(
    remote_bench: Bench, monkeypatch: pytest.MonkeyPatch, requests: int
) -> None:
    monkeypatch.setattr("leap_kg.graph.remote.follower._LINES", 5)
    published(remote_bench, "first", "second")
    with monkeypatch.context() as broken:
        broken.setattr(Connection, "update", breaking_after(requests))
        with pytest.raises(Broken):
            followed(remote_bench)
    assert remote_bench.snapshots().newest() == 0
    published(remote_bench, "third")
    followed(remote_bench)
    assert state(remote_bench) == home_state(remote_bench)


def test_a_server_that_lost_its_data_is_filled_again(remote_bench: Bench) -> None:
    published(remote_bench, "first", "second")
    followed(remote_bench)
    assert remote_bench.server is not None
    remote_bench.server.clear()
    followed(remote_bench)
    assert state(remote_bench) == home_state(remote_bench)


def test_a_server_that_was_set_back_catches_up(remote_bench: Bench) -> None:
    published(remote_bench, "first")
    followed(remote_bench)
    old = state(remote_bench)
    published(remote_bench, "second", "third")
    followed(remote_bench)
    assert remote_bench.server is not None
    remote_bench.server.clear()
    Connection(remote_bench.server.remote).update(update_text((True, quad) for quad in old))
    followed(remote_bench)
    assert remote_bench.snapshot().revision == 3
    assert state(remote_bench) == home_state(remote_bench)


def test_the_graph_of_another_home_is_left_alone(remote_bench: Bench, tmp_path: Path) -> None:
    published(remote_bench, "first", "second")
    followed(remote_bench)
    before = state(remote_bench)
    other = Bench(Home(tmp_path / "other"), remote_bench.server)
    published(other, "theirs")
    for _ in range(2):
        with pytest.raises(RemoteError, match="holds revision 2 of another graph"):
            followed(other)
        published(other, "more", "still-more")
    assert state(remote_bench) == before


def test_other_graphs_of_the_server_are_neither_read_nor_changed(remote_bench: Bench) -> None:
    assert remote_bench.server is not None
    theirs = Quad(NamedNode("urn:theirs"), NamedNode("urn:says"), Literal("first"), NamedNode("urn:their-graph"))
    Connection(remote_bench.server.remote).update(update_text([(True, theirs)]))
    published(remote_bench, "first")
    followed(remote_bench)
    store = remote_bench.engine
    assert not list(store.quads_for_pattern(theirs.subject, None, None))
    assert not bool(store.query(f"ASK {{ {theirs.subject} ?p ?o }}", use_default_graph_as_union=True))
    assert not bool(store.query(f"ASK {{ GRAPH ?g {{ {theirs.subject} ?p ?o }} }}", use_default_graph_as_union=True))
    assert theirs in RemoteStore(remote_bench.server.remote)


def test_large_patches_go_out_in_pieces_that_the_server_takes(remote_bench: Bench) -> None:
    many = {
        Quad(NamedNode(f"{BASE}dataset/a"), NamedNode("https://example.org/says"), Literal(f"{number} é"), ONE)
        for number in range(12_000)
    }
    with Writer(remote_bench.home, BASE) as writer:
        writer.publish("one", dataset("a", "Large") | many, activity("one"))
        remote_bench.follow(writer)
        writer.publish("one", dataset("a", "Large"), activity("one"))
        writer.publish("one", dataset("a", "Large") | many, activity("one"))
        remote_bench.follow(writer)
    assert state(remote_bench) == home_state(remote_bench)


def test_more_rows_than_are_fetched_at_first(remote_bench: Bench) -> None:
    says = NamedNode("https://example.org/says")
    many = {Quad(NamedNode(f"{BASE}dataset/a"), says, Literal(str(number)), ONE) for number in range(2_500)}
    remote_bench.publish("one", dataset("a", "Large") | many)
    store = remote_bench.engine
    for _ in range(2):
        found = list(store.quads_for_pattern(NamedNode(f"{BASE}dataset/a"), says, None))
        assert len(found) == len(set(found)) == 2_500


def test_a_server_that_is_down_costs_no_publication(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with Writer(home, BASE) as writer:
        writer.publish("one", dataset("a", "Here"), activity("one"))
        port = free_port()
        follower = RemoteFollower(home, BASE, Remote(f"http://127.0.0.1:{port}/ds", f"http://127.0.0.1:{port}/ds"))
        with pytest.raises(Unreachable, match=f"127.0.0.1:{port}/ds cannot be reached; is it running"):
            follower.follow(PatchLog(home.log), writer.store)
        assert writer.revision == 1


@pytest.mark.all
def test_a_server_killed_in_the_middle_has_it_all_in_the_end(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    bench = Bench(Home(tmp_path / "home"), None)
    published(bench, "first")
    with fuseki(tmp_path / "one") as server:
        started = Bench(bench.home, server)
        followed(started)
        published(bench, "second")
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(HomeError):
            followed(started)
    with fuseki(tmp_path / "two") as server:
        again = Bench(bench.home, server)
        followed(again)
        assert again.snapshot().revision == 2
        assert state(again) == home_state(again)


def test_old_revisions_are_forgotten(tmp_path: Path) -> None:
    remote = Remote("http://127.0.0.1/ds/query", "http://127.0.0.1/ds/update")
    snapshots = RemoteSnapshots(Home(tmp_path), remote)
    for revision in (*range(1, 12), 11):
        snapshots.record(revision, ["urn:a"])
    assert len(list((tmp_path / "remote").glob("*/*"))) == 8
    assert snapshots.newest() == 11
    snapshots.forget(after=9)
    assert snapshots.newest() == 9
    other = RemoteSnapshots(Home(tmp_path), Remote("http://127.0.0.1/other", "http://127.0.0.1/other"))
    assert other.newest() == 0
