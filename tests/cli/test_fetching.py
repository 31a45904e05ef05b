"""`leap-kg harvest` over HTTP: who asks, what is asked twice, and what a dry run leaves alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Run
from tests.cli.platform import write
from tests.ingest.hostile_server import Exchange, HostileServer, serving


@pytest.fixture
def served(platform: Path) -> Iterator[HostileServer]:
    """The platform's files on a server of this machine, each with an ETag."""
    with serving() as server:
        for file in platform.glob("**/*.yaml"):
            data = file.read_bytes().replace(b"https://github.com/lab/", server.url("/").encode())
            server.page(f"/{file.relative_to(platform)}", _page(data.replace(b"/blob/main/", b"/")))
        write(platform / "online.yaml", {"sources": [
            {"id": "lab", "kind": "leap-catalog", "title": "The lab's feedstocks", "input": server.url("/input.yaml")}
        ]})  # fmt: skip
        yield server


def _page(data: bytes) -> Any:
    tag = f'"{len(data)}"'

    def page(exchange: Exchange) -> None:
        if exchange.headers["If-None-Match"] == tag:
            exchange.head(304, {"ETag": tag})
        else:
            exchange.answer(200, data, ETag=tag)

    return page


def harvest(leap_kg: Run, platform: Path, server: HostileServer, *more: str) -> dict[str, Any]:
    done = leap_kg(
        "harvest", "--sources", str(platform / "online.yaml"), "--json", *more,
        LEAP_KG_FETCH_PRIVATE_HOSTS=server.host, LEAP_KG_FETCH_CONTACT="data@example.org",
        LEAP_KG_FETCH_TOKENS=f"{server.host}=env:SECRET", SECRET="s3cret",
    )  # fmt: skip
    assert "s3cret" not in done.stdout + done.stderr
    (report,) = json.loads(done.stdout)
    assert isinstance(report, dict)
    return report


@pytest.mark.all
def test_a_second_harvest_asks_conditionally_and_publishes_nothing(
    leap_kg: Run, platform: Path, served: HostileServer, home: Path
) -> None:
    first = harvest(leap_kg, platform, served)
    assert (first["published"], first["dead"]) == (2, 1)
    headers = served.headers_seen[0]
    assert headers["User-Agent"].endswith("; mailto:data@example.org)")
    assert headers["Authorization"] == "Bearer s3cret"
    asked = len(served.headers_seen)
    second = harvest(leap_kg, platform, served)
    assert (second["published"], second["unchanged"], second["revision"]) == (0, 2, first["revision"])
    again = served.headers_seen[asked:]
    assert len(again) == asked
    assert all("If-None-Match" in headers for headers in again)
    assert not any(b"s3cret" in file.read_bytes() for file in home.rglob("*") if file.is_file())


def test_a_dry_run_over_http_makes_no_home(leap_kg: Run, platform: Path, served: HostileServer, home: Path) -> None:
    done = leap_kg(
        "harvest", "--sources", str(platform / "online.yaml"), "--dry-run", LEAP_KG_FETCH_PRIVATE_HOSTS=served.host
    )
    assert done.returncode == 0, done.stderr
    assert "Sea surface temperature" in done.stdout
    assert not home.exists()


def test_a_host_of_this_machine_is_refused_unless_it_is_allowed(
    leap_kg: Run, platform: Path, served: HostileServer
) -> None:
    done = leap_kg("harvest", "--sources", str(platform / "online.yaml"))
    assert done.returncode == 1
    assert f"`{served.host}`" in " ".join(done.stdout.split())
    assert served.asked == {}


def test_a_token_that_is_not_set_is_told(leap_kg: Run, platform: Path) -> None:
    done = leap_kg("harvest", "--sources", str(platform / "sources.yaml"), LEAP_KG_FETCH_TOKENS="h=env:NOT_SET")
    assert done.returncode == 1
    assert "LEAP_KG_FETCH_TOKENS names the variable NOT_SET" in " ".join(done.stderr.split())


def test_a_mirror_of_recordings_answers(leap_kg: Run, platform: Path) -> None:
    raw = "https://raw.githubusercontent.com/lab"
    interactions = [
        {
            "request": {"method": "GET", "uri": f"{raw}/{name}", "headers": {}, "body": ""},
            "response": {"status": {"code": 200}, "headers": {}, "body": {"string": (platform / file).read_text()}},
        }
        for name, file in (
            ("data/main/input.yaml", "input.yaml"),
            ("good/main/catalog.yaml", "good/catalog.yaml"),
            ("good/main/meta.yaml", "good/meta.yaml"),
        )
    ]
    (platform / "tape.yaml").write_text(yaml.safe_dump({"interactions": interactions, "version": 1}))
    write(platform / "tapes.yaml", [{"match": r"https://raw\.githubusercontent\.com/.*", "recording": "tape.yaml"}])
    files = ("--sources", str(platform / "sources.yaml"), "--mirror", str(platform / "tapes.yaml"))
    (report,) = json.loads(leap_kg("harvest", *files, "--json").stdout)
    assert (report["published"], report["dead"]) == (1, 2)
    assert "is not recorded (404) in tape.yaml" in leap_kg("dead-letters").stdout
