"""Harvests that publish to a server: where requests are is worked out from what that server has, if the token may."""

from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.graph.tokens import Tokens
from leap_kg.ingest.requests.asking import ask
from leap_kg.ingest.requests.wish import Wish
from leap_kg.ingest.runs.graphserver import GraphServer
from leap_kg.ingest.runs.rounds import harvest_round, publish_ontology
from leap_kg.ontology.namespaces import SCHEMA
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.comparison.said import Saying
from tests.ingest.requests.test_settling import request, run
from tests.ingest.shelf import Shelf, silent
from tests.web.server import running

pytestmark = pytest.mark.all


def test_what_the_server_was_asked_itself_counts_and_a_token_that_may_not_say_harms_nothing(tmp_path: Path) -> None:
    owner, here = Home(tmp_path / "owner"), Home(tmp_path / "here")
    with Writer(owner, BASE) as writer:
        publish_ontology(writer, BASE)
        ask(writer, BASE, Wish("Asked there"), "kim", "key", run("one"))
    sources = [Saying("wishes", request("sent", "adms:status <https://w3id.org/leap-kg/request-status/accepted>"))]

    def states(*scopes: str) -> list[str]:
        there = GraphServer(server.origin, Tokens(owner).create("a harvest", scopes)[1])
        (outcome,) = harvest_round(here, BASE, sources, Shelf(), progress=silent, server=there)
        assert outcome.report.outcome == "complete"
        snapshot = Snapshots(owner).current()
        assert snapshot is not None
        found = looked_up(snapshot.store, None, SCHEMA("availability"))
        return sorted(quad.object.value.rpartition("/")[2] for quad in found)  # type: ignore[union-attr]

    with running(owner.path) as server:
        assert states("publish:wishes") == ["asked"], "the request was sent, and nothing concluded"
        assert states("publish:wishes", "publish:standing") == ["accepted", "asked"]
