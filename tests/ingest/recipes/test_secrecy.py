"""Tokens and passwords, in addresses and in settings, are neither published nor kept in what a run leaves."""

import json
from pathlib import Path
from typing import Any

import pytest

from leap_kg.graph.home import Home
from leap_kg.ingest.recipes.account import read_account
from leap_kg.ingest.recipes.engine.leap_recipe import account as engine
from leap_kg.ingest.recipes.engine.leap_recipe.failing import Failed
from leap_kg.ingest.recipes.engine.leap_recipe.inputs import Fetched, Inputs
from leap_kg.ingest.recipes.mapping import settings_of
from leap_kg.settings import DEFAULT_BASE
from tests.ingest.hostile_server import Exchange, serving
from tests.ingest.recipes.conftest import Sources
from tests.ingest.recipes.test_running import asked, leap_kg

START, END = "2024-01-01T00:00:00.000+00:00", "2024-01-01T00:00:05.000+00:00"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://data.example.org/a.nc?token=TOPSECRET&x=1", "https://data.example.org/a.nc?token=REDACTED&x=1"),
        ("https://data.example.org/a.nc?sig=TOPSECRET", "https://data.example.org/a.nc?sig=REDACTED"),
        (
            "https://b.example.org/a?X-Amz-Credential=TOPSECRET&X-Amz-Signature=TOPSECRET",
            "https://b.example.org/a?X-Amz-Credential=REDACTED&X-Amz-Signature=REDACTED",
        ),
        ("ftp://me:TOPSECRET@data.example.org/a.nc", "ftp://REDACTED@data.example.org/a.nc"),
    ],
)
def test_an_account_is_kept_and_read_without_secrets(address: str, shown: str, tmp_path: Path) -> None:
    (tmp_path / "a.zarr").mkdir()
    made = [engine.Made("a.zarr", "", (address,))]
    engine.write_account(tmp_path / "account", made, [Fetched(address, "/x", 5, "0" * 64)], [], START, END)
    for _ in range(2):  # what was kept reads as what was read
        found = read_account(tmp_path / "account", tmp_path, DEFAULT_BASE)
        assert [each.url for each in found.inputs] == [shown]
        assert found.stores[0].inputs == (shown,)
        assert "TOPSECRET" not in (tmp_path / "account").read_text()


def test_settings_that_may_be_secrets_are_not_told() -> None:
    sets: dict[str, Any] = {
        "API_TOKEN": "TOPSECRET&more",
        "SOURCE": "https://data.example.org/a?key=TOPSECRET",
        "YEARS": [1, 2],
    }
    assert settings_of({"--prune": 2}, sets) == {
        "--prune": "2",
        "--set API_TOKEN": "REDACTED",
        "--set SOURCE": "https://data.example.org/a?key=REDACTED",
        "--set YEARS": "[1, 2]",
    }


def test_what_to_do_about_a_source_that_is_not_given(tmp_path: Path) -> None:
    inputs = Inputs(tmp_path, pause=0.01)
    with serving() as server:
        server.page("/closed", lambda exchange: exchange.answer(401))
        server.page("/circle", lambda exchange: _circle(exchange, server.url("/circle")))
        with pytest.raises(Failed, match="answered with 401: it wants credentials"):
            inputs.all([server.url("/closed")])
        with pytest.raises(Failed, match="redirects without an end"):
            inputs.all([server.url("/circle")])
        with pytest.raises(Failed, match="credentials do not belong in an address") as raised:
            inputs.all([server.url("/closed").replace("http://", "http://me:TOPSECRET@")])
    assert "TOPSECRET" not in str(raised.value)


def _circle(exchange: Exchange, url: str) -> None:
    exchange.head(302, {"Location": url, "Content-Length": "0"})


@pytest.mark.all
@pytest.mark.timeout(600)
def test_a_token_reaches_neither_graph_nor_account_nor_log(home: Home, sources: Sources, tmp_path: Path) -> None:
    made = leap_kg(home, "new", "example-lab/warm-feedstock", str(tmp_path / "warm"))
    assert made.returncode == 0, made.stderr
    file = tmp_path / "warm" / "feedstock" / "recipe.py"
    address = f"{sources.url('sea-surface')}/sst-{{time}}.nc?token=TOPSECRET"
    file.write_text(f"print({address!r})\n" + file.read_text().replace('SOURCE = ""', f'SOURCE = "{address}"'))
    run = ("run", str(tmp_path / "warm"), "--runner", "dask", "--json")
    done = leap_kg(home, *run, "--set", 'KEYS=["2024-01","2024-02","2024-03"]', "--workers", "1")
    assert done.returncode == 0, done.stderr
    (outcome,) = json.loads(done.stdout)
    rows = asked(home, "SELECT ?s ?p ?o { ?s ?p ?o }")
    assert not [row for row in rows if "TOPSECRET" in "".join(row.values())]
    names = asked(home, f"SELECT ?t {{ <{outcome['iri']}> prov:used ?i . ?i schema:sha256 ?sum ; dct:source ?f ; "
                  "dct:title ?t FILTER(CONTAINS(STR(?f), 'token=REDACTED')) }")  # fmt: skip
    assert {row["t"] for row in names} == {f"sst-2024-0{month}.nc" for month in (1, 2, 3)}
    settings = asked(
        home,
        f"SELECT ?name ?value {{ <{outcome['iri']}> schema:additionalProperty ?s . "
        "?s schema:name ?name ; schema:value ?value }",
    )
    assert {row["name"]: row["value"] for row in settings} == {
        "--prune": "0",
        "--workers": "1",
        "--set KEYS": '["2024-01", "2024-02", "2024-03"]',
    }
    folder = home.path / "recipes" / "runs" / outcome["run"]
    assert "token=REDACTED" in (folder / "log.txt").read_text()
    for name in ("log.txt", "account.jsonld"):
        assert "TOPSECRET" not in (folder / name).read_text()
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.all
@pytest.mark.timeout(600)
def test_a_store_of_some_inputs_replaces_one_of_all_only_if_that_is_meant(home: Home, tmp_path: Path) -> None:
    assert leap_kg(home, "new", "example-lab/warm-feedstock", str(tmp_path / "warm")).returncode == 0
    run = ("run", str(tmp_path / "warm"), "--runner", "dask")
    assert leap_kg(home, *run).returncode == 0
    refused = leap_kg(home, *run, "--prune", "1")
    assert refused.returncode == 1
    assert "with --prune 1 it is made of 1, that in its place of 2 inputs" in refused.stderr
    assert "--anew" in refused.stderr
    name = refused.stderr.split("leap-kg recipe promote ")[1].split("`")[0]
    assert not asked(home, f"SELECT ?s {{ ?s prov:wasGeneratedBy <{DEFAULT_BASE}run/{name}> }}")
    meant = leap_kg(home, *run, "--prune", "1", "--anew")
    assert meant.returncode == 0, meant.stderr
    assert leap_kg(home, *run).returncode == 0
    promoted = leap_kg(home, *run, "--prune", "1")
    name = promoted.stderr.split("leap-kg recipe promote ")[1].split("`")[0]
    assert leap_kg(home, "promote", name).returncode == 0
    assert asked(home, f"SELECT ?s {{ ?s prov:wasGeneratedBy <{DEFAULT_BASE}run/{name}> }}")
    (titled,) = asked(home, "SELECT ?title { ?store a leap:ZarrStore ; dct:title ?title }")
    assert titled["title"]
