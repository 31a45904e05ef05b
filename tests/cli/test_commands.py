"""Every command on a real home: what it prints, as text and as JSON, and its exit status."""

import csv
import io
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from leap_kg.cli.serve import unbuilt
from leap_kg.graph.activity import Activity
from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.ontology.namespaces import DCAT
from leap_kg.settings import DEFAULT_BASE
from tests.cli.conftest import Run, harvest

GOOD = "https://w3id.org/leap-kg/dataset/lab/good"


def test_harvest_counts_every_record_and_ends_well(leap_kg: Run, platform: Path) -> None:
    first = harvest(leap_kg, platform)
    assert first.returncode == 0
    assert "3 seen = 2 published + 0 unchanged + 1 dead + 0 tombstoned" in first.stdout
    assert "dead-letters" in first.stdout
    again = json.loads(harvest(leap_kg, platform, "--json").stdout)
    assert [(o["published"], o["unchanged"], o["dead"], o["added"], o["removed"]) for o in again] == [(0, 2, 1, 0, 0)]


def test_dry_run_prints_the_patch_and_makes_no_home(leap_kg: Run, platform: Path, home: Path) -> None:
    done = harvest(leap_kg, platform, "--dry-run")
    assert done.returncode == 0
    added = [line for line in done.stdout.splitlines() if line.startswith("A <")]
    assert f'A <{GOOD}> <http://purl.org/dc/terms/title> "Sea surface temperature"' in done.stdout
    assert "revision" not in done.stdout
    assert not home.exists()
    harvest(leap_kg, platform)
    exported = leap_kg("export", "--source", "lab").stdout.splitlines()
    assert {line.removeprefix("A ") for line in added} == set(exported)


def test_a_source_that_cannot_be_listed_is_a_failure(leap_kg: Run, platform: Path) -> None:
    harvest(leap_kg, platform)
    before = leap_kg("export").stdout
    (platform / "input.yaml").unlink()
    done = harvest(leap_kg, platform)
    assert done.returncode == 1
    assert "input.yaml" in done.stdout
    assert "revision 2" in done.stdout
    assert leap_kg("export").stdout == before


def test_init_makes_a_home_and_keeps_one(leap_kg: Run) -> None:
    assert "revision 1" in leap_kg("init").stdout
    assert "revision 1" in leap_kg("init").stdout


def test_search_finds_by_words_and_kind(harvested: Run) -> None:
    found = json.loads(harvested("search", "sea", "temp", "--json").stdout)
    assert GOOD in [hit["iri"] for hit in found["hits"]]
    people = json.loads(harvested("search", "carberry", "--kind", "person", "--json").stdout)
    assert [hit["iri"] for hit in people["hits"]] == ["https://orcid.org/0000-0002-1825-0097"]
    nothing = harvested("search", "submarine")
    assert (nothing.returncode, "Nothing was found" in nothing.stdout) == (3, True)
    wrong = harvested("search", "sea", "--kind", "boat")
    assert (wrong.returncode, "dataset" in wrong.stderr) == (2, True)


def test_show_names_the_source_of_each_statement(harvested: Run) -> None:
    text = harvested("show", "dataset/lab/good").stdout
    assert "Sea surface temperature (Dataset)" in text
    assert "title (lab)" in text
    document = json.loads(harvested("show", GOOD, "--json").stdout)
    assert {statement["graph"].rsplit("/", 1)[-1] for statement in document["statements"]} == {"lab"}
    assert harvested("show", "dataset/lab/none").returncode == 3
    assert GOOD in harvested("show", "lab/good").stdout


def test_markup_in_harvested_text_is_printed_not_obeyed(harvested: Run) -> None:
    assert "Ocean heat [red]content[/red]" in harvested("show", "dataset/lab/doubtful").stdout


def test_check_counts_and_explains(harvested: Run) -> None:
    rows = json.loads(harvested("check", "--json").stdout)
    kinds = {row["kind"] for row in rows if row["record"].endswith("/doubtful")}
    assert "unknown-licence" in kinds
    assert all(row["hint"] and row["message"] for row in rows)
    full = harvested("check", "--full", "--kind", "unknown-licence").stdout
    assert "Mend it:" in full
    assert "meta.yaml provenance.license (line " in full
    assert harvested("check", "--severity", "awful").returncode == 2
    assert harvested("check", "--kind", "bogus").returncode == 2


def test_check_counts_by_source_and_severity(harvested: Run) -> None:
    rows = json.loads(harvested("check", "--json").stdout)
    counts = [str(sum(row["severity"] == each for row in rows)) for each in ("Violation", "Warning", "Info")]
    lines = [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in harvested("check", "--by", "source").stdout.splitlines()
        if line.startswith("│")
    ]
    assert lines == [["lab", *counts, str(len(rows))], ["all", *counts, str(len(rows))]]
    assert harvested("check", "--by", "colour").returncode == 2


def test_a_finding_about_what_two_sources_name_is_one_finding(leap_kg: Run, platform: Path, home: Path) -> None:
    harvest(leap_kg, platform)
    before = json.loads(leap_kg("check", "--json").stdout)
    now = datetime.now(UTC)
    graph = source_graph(DEFAULT_BASE, "facts")
    title = NamedNode("http://purl.org/dc/terms/title")
    said = [Quad(NamedNode(row["record"]), title, Literal("Also called so"), graph) for row in before]
    with Writer(Home(home), DEFAULT_BASE) as writer:
        writer.publish("facts", said, Activity(run="facts/1", title="Facts", started=now, ended=now))
    after = json.loads(leap_kg("check", "--json").stdout)
    assert sorted(row["finding"] for row in after) == sorted(row["finding"] for row in before)


def test_dead_letters_say_stage_and_reason(harvested: Run) -> None:
    letters = json.loads(harvested("dead-letters", "--json").stdout)
    assert [(d["key"], d["stage"]) for d in letters] == [("lab/broken", "parse")]
    assert "line" in letters[0]["reason"]
    assert "lab/broken" in harvested("dead-letters").stdout


def test_log_list_lists_revisions_newest_first(harvested: Run) -> None:
    rows = json.loads(harvested("log", "list", "--json").stdout)
    assert [(row["revision"], row["source"]) for row in rows] == [(2, "lab"), (1, "ontology")]
    assert "lab" in harvested("log", "list", "--limit", "1").stdout


def test_export_is_sorted_and_complete(harvested: Run, tmp_path: Path) -> None:
    text = harvested("export").stdout
    assert text.splitlines() == sorted(text.splitlines())
    assert len(list(parse(text, format=RdfFormat.N_QUADS))) == len(text.splitlines()) > 100
    target = tmp_path / "out.nq"
    harvested("export", "--output", str(target))
    assert target.read_text() == text
    assert harvested("export", "--source", "nobody").returncode == 3


def test_query_answers_in_every_form(harvested: Run, tmp_path: Path) -> None:
    select = "SELECT ?t WHERE { ?d a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> ?t }"
    rows = list(csv.DictReader(io.StringIO(harvested("query", select).stdout)))
    assert {row["t"] for row in rows} == {"Sea surface temperature", "Ocean heat [red]content[/red]"}
    bindings = json.loads(harvested("query", select, "--json").stdout)["results"]["bindings"]
    assert len(bindings) == 2
    graph = harvested("query", f"DESCRIBE <{GOOD}>", "--format", "nt").stdout
    assert "Sea surface temperature" in graph
    short = harvested("query", "SELECT ?t WHERE { ?d a dcat:Dataset ; dct:title ?t }").stdout
    assert sorted(short.splitlines()) == sorted(harvested("query", select).stdout.splitlines())
    file = tmp_path / "q.rq"
    file.write_text(select)
    assert harvested("query", f"@{file}").stdout == harvested("query", select).stdout


def test_named_queries_take_parameters(harvested: Run) -> None:
    done = harvested("query", "--named", "questions/exact-link", "--set", "title=surface")
    assert "gs://lab/good.zarr" in done.stdout
    assert "questions/exact-link" in harvested("query", "--list").stdout
    listed = {each["name"]: each for each in json.loads(harvested("query", "--list", "--json").stdout)}
    assert listed["questions/cover-place-time"]["parameters"] == ["name", "area", "start", "end"]
    assert harvested("query", "--named", "questions/exact-link", "--set", "colour=red").returncode == 2
    assert harvested("query", "--named", "no-such").returncode == 2


@pytest.mark.all
def test_an_answer_that_a_named_query_cuts_says_so(leap_kg: Run, home: Path) -> None:
    now, graph = datetime.now(UTC), source_graph(DEFAULT_BASE, "facts")
    counts = {"urn:whole": 2000, "urn:more": 2001}
    said = [
        Quad(NamedNode(n), DCAT("keyword"), Literal(f"{k:04}"), graph)
        for n, most in counts.items()
        for k in range(most)
    ]
    with Writer(Home(home), DEFAULT_BASE) as writer:
        writer.publish("facts", said, Activity(run="facts/1", title="Facts", started=now, ended=now))
    asked = ("query", "--named", "questions/who-says-this", "--set")
    whole, cut = leap_kg(*asked, "node=urn:whole"), leap_kg(*asked, "node=urn:more")
    assert (whole.returncode, whole.stdout.count("\n"), whole.stderr) == (0, 2001, "")
    assert (cut.returncode, cut.stdout.count("\n")) == (4, 2001)
    assert "ends at 2000 rows, and there are more" in cut.stderr
    as_json = leap_kg(*asked, "node=urn:more", "--json")
    assert (as_json.returncode, len(json.loads(as_json.stdout)["results"]["bindings"])) == (4, 2000)
    for limit, rows in (("0", 2001), ("5", 5)):
        done = leap_kg(*asked, "node=urn:more", "--limit", limit)
        assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1 + rows, "")
    assert leap_kg("query", "ASK {}", "--limit", "5").returncode == 2


@pytest.mark.all
def test_an_answer_that_is_empty_for_want_of_what_was_named_says_so(harvested: Run) -> None:
    asked = ("query", "--named", "questions/who-says-this", "--set")
    known, stranger = harvested(*asked, f"node={GOOD}"), harvested(*asked, f"node={GOOD}s")
    assert (known.returncode, known.stderr) == (0, "")
    assert (stranger.returncode, stranger.stdout.count("\n")) == (3, 1)
    assert stranger.stderr.startswith(f"error: --set node: the graph says nothing of <{GOOD}s>; near it: ")
    assert GOOD in stranger.stderr.partition("near it: ")[2]
    package = harvested("query", "--named", "questions/package-releases", "--set", "package=zarr")
    assert package.returncode == 3
    assert "the graph knows no package 'zarr'" in package.stderr
    nothing = harvested("query", "--named", "questions/exact-link", "--set", "title=no such words")
    assert nothing.returncode == 3
    assert nothing.stderr.startswith("error: --set title: no dataset has 'no such words' in its title; titles are such")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("query", "questions/exact-link"), 2, "--named questions/exact-link"),
        (("query", "SELECT * {"), 1, "line 1"),
        (("query", "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"), 1, "SERVICE"),
        (("query", "DROP ALL"), 1, ""),
        (("query",), 2, "--named"),
        (("query", "@/no/such/file"), 1, "cannot read"),
        (("harvest", "--sources", "/no/such.yaml"), 1, "cannot read"),
        (("frobnicate",), 2, ""),
        (("query", "--named", "no-such"), 2, "no-such"),
    ],
)
def test_errors_are_one_line_and_a_status(harvested: Run, arguments: tuple[str, ...], status: int, words: str) -> None:
    done = harvested(*arguments)
    assert done.returncode == status, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command", ["search x", "show x", "check", "dead-letters", "log list", "export", "query ASK{}"]
)
def test_an_empty_home_says_how_to_begin(leap_kg: Run, command: str) -> None:
    done = leap_kg(*command.split())
    assert done.returncode == 1
    assert "leap-kg harvest" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEAP_KG_BASE", "example.org"),
        ("LEAP_KG_BASE", "https://example.org/a b/"),
        ("LEAP_KG_BASE", "https://example.org/#x"),
        ("LEAP_KG_WORKERS", "many"),
        ("LEAP_KG_QUERY_SECONDS", "-1"),
    ],
)
def test_a_wrong_setting_is_named(leap_kg: Run, name: str, value: str) -> None:
    done = leap_kg("check", **{name: value})
    assert done.returncode == 1
    assert name in done.stderr


def test_another_base_than_the_home_was_made_with_is_refused(harvested: Run) -> None:
    for arguments in (("check",), ("show", "x"), ("export",), ("serve",)):
        done = harvested(*arguments, LEAP_KG_BASE="https://kg.example.org/")
        assert (done.returncode, "another base" in done.stderr) == (1, True), arguments


def test_two_writers_do_not_meet(leap_kg: Run, platform: Path, home: Path) -> None:
    with Writer(Home(home), DEFAULT_BASE):
        done = harvest(leap_kg, platform)
    assert done.returncode == 1
    assert "another process" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.all
def test_a_home_that_lost_what_follows_from_its_log_says_so_and_is_mended(
    leap_kg: Run, platform: Path, home: Path
) -> None:
    harvest(leap_kg, platform)
    for name in ("store", "snapshots"):
        shutil.rmtree(home / name)
    lost = leap_kg("query", "ASK { ?s ?p ?o }")
    assert (lost.returncode, "snapshots are gone; run `leap-kg rebuild`" in lost.stderr) == (1, True), lost.stderr
    assert leap_kg("rebuild").returncode == 0
    assert leap_kg("query", "ASK { ?s ?p ?o }").stdout == "true\n"


def test_a_wrong_base_is_told_with_the_right_one(harvested: Run) -> None:
    wrong = "https://other.example.org/"
    for arguments in (("query", "ASK {}"), ("init",), ("rebuild",)):
        told = harvested(*arguments, LEAP_KG_BASE=wrong).stderr
        assert f"another base than {wrong}" in told
        assert "https://w3id.org/leap-kg/" in told


@pytest.mark.parametrize("package", ["leap_kg", "leap_kg.cli"])
def test_the_packages_are_commands_too(package: str) -> None:
    done = subprocess.run([sys.executable, "-m", package, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("leap-kg ")


def test_a_server_without_built_pages_says_how_to_build_them(tmp_path: Path) -> None:
    told = unbuilt(tmp_path)
    assert (str(tmp_path / "dist") in told, "`make install`" in told, "npm run build" in told) == (True, True, True)
    manifest = tmp_path / "dist" / ".vite" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}")
    assert unbuilt(tmp_path) == ""


def test_a_command_does_not_wait_for_what_only_others_need() -> None:
    slow = "{'jsonschema', 'kubernetes', 'xarray', 'pystac_client', 'sphinx'} & set(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, leap_kg.cli.app; print({slow})"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"
