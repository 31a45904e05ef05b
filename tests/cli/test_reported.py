"""A webhook makes `leap-kg harvest --due` look at once, and only at what it concerns."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leap_kg.graph.home import Home
from leap_kg.ingest.github.reported import Reported
from leap_kg.ingest.state import State
from tests.cli.conftest import Run
from tests.cli.platform import write
from tests.ingest.hostile_server import Exchange, HostileServer, serving
from tests.web.server import Server, running
from tests.web.test_hooks import SECRET, deliver, payload


class Api:
    """GitHub's REST API of two empty repositories, on a real server; `described` is what they are said to be."""

    def __init__(self, server: HostileServer) -> None:
        self.server = server
        self.described = "As it was"
        self.status = 200
        for number, name in enumerate(("lab/code", "lab/data"), 1):
            server.page(f"/repos/{name}", self._repository(number, name))
            for path in ("releases", "contributors", "commits/main"):
                server.page(f"/repos/{name}/{path}", lambda exchange: exchange.answer(404))

    def _repository(self, number: int, name: str) -> Any:
        def answer(exchange: Exchange) -> None:
            said = {
                "id": number, "full_name": name, "private": False, "default_branch": "main",
                "description": self.described, "pushed_at": "2026-01-01T00:00:00Z", "updated_at": self.described,
            }  # fmt: skip
            exchange.answer(self.status, json.dumps(said).encode())

        return answer

    def asked(self) -> set[str]:
        """The repositories that were asked for since this was asked last."""
        names = {path.split("/")[3] for path in self.server.asked}
        self.server.asked = Counter()
        return names


@pytest.fixture
def api() -> Iterator[Api]:
    with serving() as server:
        yield Api(server)


@pytest.fixture
def harvest(leap_kg: Run, tmp_path: Path, api: Api) -> Any:
    """`leap-kg harvest` with these arguments: what it did to each source."""
    entries = [
        {"id": name, "kind": "github", "title": name, "repositories": [f"lab/{name}"], "api": api.server.url("")}
        for name in ("code", "data")
    ]
    write(tmp_path / "sources.yaml", {"sources": entries})

    def run(*arguments: str) -> dict[str, dict[str, Any]]:
        done = leap_kg(
            "harvest", "--sources", str(tmp_path / "sources.yaml"), "--json", *arguments,
            LEAP_KG_FETCH_PRIVATE_HOSTS=api.server.host,
        )  # fmt: skip
        return {report["source"]: report for report in json.loads(done.stdout)}

    return run


@pytest.fixture
def hooked(home: Path) -> Iterator[Server]:
    """A server of the home that takes webhooks."""
    Home(home).create()
    with running(home, {"LEAP_KG_GITHUB_WEBHOOK_SECRET": SECRET}) as server:
        yield server


@pytest.mark.all
def test_a_report_makes_its_source_due_once_and_no_other(harvest: Any, hooked: Server, api: Api, leap_kg: Run) -> None:
    assert {name: report["published"] for name, report in harvest().items()} == {"code": 1, "data": 1}
    assert harvest("--due") == {}
    api.described = "As it is"
    api.asked()
    assert deliver(hooked, payload(1, "lab/code"), "one").status_code == 202
    assert {name: report["published"] for name, report in harvest("--due").items()} == {"code": 1}
    assert api.asked() == {"code"}
    assert "As it is" in leap_kg("export").stdout
    assert harvest("--due") == {}
    assert api.asked() == set()
    assert deliver(hooked, payload(1, "lab/code"), "one").status_code == 200
    assert harvest("--due") == {}
    assert deliver(hooked, payload(3, "elsewhere/code"), "two").status_code == 202
    assert harvest("--due") == {}


@pytest.mark.all
def test_any_harvest_that_asks_settles_a_report_and_one_that_fails_does_not(
    harvest: Any, hooked: Server, api: Api
) -> None:
    harvest()
    deliver(hooked, payload(1, "lab/code", after="a"), "one")
    assert list(harvest("code", "--dry-run")) == ["code"]
    harvest("--replay")
    assert list(harvest("--due", "--dry-run")) == ["code"]
    api.status = 401
    assert harvest("--due")["code"]["outcome"] == "failed"
    api.status = 200
    assert list(harvest("code")) == ["code"]
    assert harvest("--due") == {}


@pytest.mark.all
def test_a_report_waits_while_its_source_must_be_left_alone(harvest: Any, hooked: Server, api: Api, home: Path) -> None:
    harvest()
    deliver(hooked, payload(1, "lab/code", after="b"), "one")
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    park(home, until)
    assert harvest("--due") == {}
    assert len(Reported(Home(home)).waiting("code")) == 1
    park(home, "")
    assert list(harvest("--due")) == ["code"]


def park(home: Path, until: str) -> None:
    """Let the last run of the source end with the wish to be asked after that moment."""
    with State(home / "state.sqlite") as state:
        state._database.execute("UPDATE run SET until = ? WHERE source = 'code'", (until,))
