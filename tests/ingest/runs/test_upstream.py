"""Publishing over HTTP to the server that owns the store, and who wins when two publish one source."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.graph.tokens import Tokens
from leap_kg.ingest.runs.graphserver import GraphServer
from leap_kg.ingest.runs.rounds import harvest_round, publish_ontology
from tests.ingest.ledger import Desk, Ledger
from tests.ingest.shelf import BASE, CARBERRY, Bench, Shelf, silent
from tests.web.server import Server, running

TEXTS = {f"r{number}": f"Title {number}" for number in range(8)}


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home of the server."""
    home = Home(tmp_path_factory.mktemp("owner") / "home")
    with Writer(home, BASE) as writer:
        publish_ontology(writer, BASE)
    return home


@pytest.fixture(scope="module")
def server(owner: Home) -> Iterator[Server]:
    with running(owner.path) as server:
        yield server


@pytest.fixture(scope="module")
def token(owner: Home) -> str:
    return make_token(owner, "publish:*")


def make_token(owner: Home, scope: str) -> str:
    return Tokens(owner).create("a harvest", [scope])[1]


class Remote(Desk):
    """A desk whose harvests go to the server as well."""

    def __init__(self, path: Path, server: Server, token: str) -> None:
        super().__init__(path)
        self.server = server
        self.token = token

    def send(self, *sources: Ledger) -> int:
        """Harvest; the number of records that were published."""
        there = GraphServer(self.server.origin, self.token)
        outcomes = list(harvest_round(self.home, BASE, sources, self.fetcher, progress=silent, server=there))
        return outcomes[0].report.published


def there(owner: Home, source: str) -> str:
    return Bench(owner.path, Shelf()).export(source)


@pytest.fixture
def remote(tmp_path: Path, server: Server, token: str) -> Remote:
    return Remote(tmp_path / "home", server, token)


def test_the_server_says_what_was_harvested_here(remote: Remote, owner: Home) -> None:
    ledger = Ledger(TEXTS, id="first")
    assert remote.send(ledger) == 8
    assert there(owner, "first") == remote.export("first") != ""
    ledger.texts["r1"] = "Another"
    del ledger.texts["r2"]
    remote.send(ledger)
    remote.send(ledger)
    assert there(owner, "first") == remote.export("first")
    assert "Tombstone" in there(owner, "first")


def test_an_unchanged_source_sends_nothing(remote: Remote, owner: Home) -> None:
    ledger = Ledger(TEXTS, id="second")
    remote.send(ledger)
    revision = Bench(owner.path, Shelf()).home.snapshots
    before = sorted(path.name for path in revision.iterdir())
    assert remote.send(ledger) == 0
    assert sorted(path.name for path in revision.iterdir()) == before


def test_what_is_told_is_what_the_server_took(remote: Remote, server: Server, token: str, owner: Home) -> None:
    ledger = Ledger(TEXTS, id="told")
    remote.harvest(ledger)
    told = []
    for _ in range(2):
        there = GraphServer(server.origin, token)
        (outcome,) = harvest_round(remote.home, BASE, [ledger], remote.fetcher, progress=silent, server=there)
        assert (outcome.report.published, len(outcome.difference.added)) == (0, 0)
        assert outcome.sent is not None
        assert (outcome.sent.address, outcome.sent.removed) == (server.origin, 0)
        assert outcome.sent.revision == Snapshots(owner).newest()
        told.append(outcome.sent.added)
    whole = remote.export("told").count(" .\n")
    assert told == [whole, 0]
    asked = {"params": {"graph": source_graph(BASE, "told").value}, "headers": {"Authorization": f"Bearer {token}"}}
    requests.delete(f"{server.origin}/graph-store", timeout=60, **asked).raise_for_status()  # type: ignore[arg-type]
    there = GraphServer(server.origin, token)
    (outcome,) = harvest_round(remote.home, BASE, [ledger], remote.fetcher, progress=silent, server=there)
    assert outcome.sent is not None
    assert outcome.sent.added == whole, "a server that lost the graph is sent all of it"


def test_a_server_that_is_not_there_is_noticed_before_anything_is_read(remote: Remote, token: str) -> None:
    ledger = Ledger(TEXTS, id="nowhere")
    there = GraphServer("http://127.0.0.1:9", token)
    with pytest.raises(HomeError, match=r"cannot be reached .* is --to right") as caught:
        list(harvest_round(remote.home, BASE, [ledger], remote.fetcher, progress=silent, server=there))
    assert "LEAP_KG_STORE" not in str(caught.value)
    assert ledger.counts["fetched"] == 0


def test_somebody_else_who_publishes_the_source_is_noticed(
    remote: Remote, owner: Home, server: Server, token: str, tmp_path: Path
) -> None:
    ledger = Ledger(TEXTS, id="third")
    remote.send(ledger)
    other = Remote(tmp_path / "other", server, token)
    other.send(Ledger({"x": "Of another"}, id="third"))
    ledger.texts["r1"] = "Another"
    with pytest.raises(HomeError, match=r"another process harvests third too, stop one"):
        remote.send(ledger)
    assert "Of another" in there(owner, "third")
    remote.send(ledger)
    assert there(owner, "third") == remote.export("third")


def test_what_was_lost_on_the_way_is_sent_at_the_next_harvest(
    remote: Remote, owner: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(TEXTS, id="fourth")
    remote.send(ledger)
    ledger.texts["r1"] = "Another"

    request = requests.Session.request

    def broken(session: requests.Session, method: str, *arguments: Any, **more: Any) -> requests.Response:
        if method == "PATCH":
            raise requests.ConnectionError("gone")
        return request(session, method, *arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(requests.Session, "request", broken)
        with pytest.raises(HomeError, match="cannot be reached"):
            remote.send(ledger)
    assert there(owner, "fourth") != remote.export("fourth")
    remote.send(ledger)
    assert there(owner, "fourth") == remote.export("fourth")


def test_people_that_other_sources_know_on_the_server_are_the_same_here(
    remote: Remote, owner: Home, server: Server, token: str, tmp_path: Path
) -> None:
    Remote(tmp_path / "other", server, token).send(Ledger({"p": f"P/person:ada={CARBERRY}"}, id="people"))
    remote.send(Ledger({"a": "A/person:ada"}, id="fifth"))
    assert f"creator> <https://orcid.org/{CARBERRY}>" in there(owner, "fifth")


def test_a_token_for_another_source_may_not(remote: Remote, owner: Home) -> None:
    remote.token = make_token(owner, "publish:another")
    with pytest.raises(HomeError, match=r"does not let this token write .*LEAP_KG_TOKEN"):
        remote.send(Ledger(TEXTS, id="sixth"))
    assert there(owner, "sixth") == ""


@pytest.mark.parametrize(
    ("address", "token", "words"),
    [
        ("http://kg.example.org", "t", "plain http"),
        ("ftp://kg.example.org", "t", "no address"),
        ("https://me:secret@kg.example.org", "t", "no address"),
        ("https://kg.example.org", "", "LEAP_KG_TOKEN"),
    ],
)
def test_a_token_goes_nowhere_it_should_not(address: str, token: str, words: str) -> None:
    with pytest.raises(HomeError, match=words):
        GraphServer(address, token)


def test_a_private_host_may_be_plain() -> None:
    GraphServer("http://kg.cluster.local:8000", "t", frozenset({"kg.cluster.local:8000"})).close()


def test_a_server_that_is_none_of_ours_is_said_to_be_none(server: Server) -> None:
    there = GraphServer(f"{server.origin}/nowhere", "token")
    with pytest.raises(HomeError, match=r"refuses|not there|does not let"):
        there.patch(source_graph(BASE, "x").value, [b"A <a:> <a:> <a:> .\n"], "")


@pytest.mark.all
def test_metrics_tell_of_harvests(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    desk.harvest(Ledger({**TEXTS, "dead": "bad"}))
    with running(desk.home.path) as server:
        text = server.get("/metrics", accept="text/plain").text
    assert 'leap_kg_harvest_runs_total{outcome="complete",source="lab"} 1.0' in text
    assert 'leap_kg_dead_letters{source="lab"} 1.0' in text
    assert 'leap_kg_harvest_age_seconds{source="lab"}' in text
