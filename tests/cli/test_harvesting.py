"""`leap-kg harvest` and `dead-letters` as cron, operators and clusters use them."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from leap_kg.cli.cronjobs import is_image
from leap_kg.graph.home import Home
from leap_kg.ingest.runs.leases import leased
from leap_kg.ingest.state import State
from tests.cli.conftest import Run, harvest
from tests.cli.platform import write
from tests.ingest.numbered import Numbers, served

ROOT = Path(__file__).parents[2]


def sources(platform: Path) -> tuple[str, str]:
    return "--sources", str(platform / "sources.yaml")


@pytest.mark.all
def test_what_was_read_is_not_due_until_it_is_stale(leap_kg: Run, platform: Path, home: Path) -> None:
    first = harvest(leap_kg, platform, "--due")
    assert "3 seen" in first.stdout
    again = harvest(leap_kg, platform, "--due")
    assert (again.returncode, again.stdout) == (0, "Nothing is due.\n")
    assert json.loads(harvest(leap_kg, platform, "--due", "--json").stdout) == []
    with State(home / "state.sqlite") as state:
        state._database.execute("UPDATE run SET started = '2020-01-01T00:00:00+00:00'")
    assert "3 seen" in harvest(leap_kg, platform, "--due").stdout


@pytest.mark.all
def test_stored_bodies_are_mapped_again_without_their_files(leap_kg: Run, platform: Path) -> None:
    harvest(leap_kg, platform)
    before = leap_kg("export").stdout
    for file in platform.rglob("*.yaml"):
        if file.name != "sources.yaml":
            file.unlink()
    done = leap_kg("harvest", *sources(platform), "--replay")
    assert (done.returncode, "replayed" in done.stdout) == (0, True)
    assert leap_kg("export").stdout == before


@pytest.mark.parametrize("more", [("--full",), ("--due",), ("--mirror", "x")])
def test_a_replay_goes_with_nothing_that_fetches(leap_kg: Run, platform: Path, more: tuple[str, ...]) -> None:
    done = leap_kg("harvest", *sources(platform), "--replay", *more)
    assert (done.returncode, "fetches nothing" in " ".join(done.stderr.split())) == (2, True)


@pytest.mark.all
def test_dead_letters_are_shown_and_tried_again(leap_kg: Run, platform: Path, home: Path) -> None:
    harvest(leap_kg, platform)
    assert leap_kg("dead-letters", "list").stdout == leap_kg("dead-letters").stdout
    assert (
        leap_kg("dead-letters", "list", "--source", "lab", "--json").stdout == leap_kg("dead-letters", "--json").stdout
    )
    shown = leap_kg("dead-letters", "show", "lab/broken").stdout
    bodies = [
        Path(line.split(": ", 1)[1]) for line in shown.splitlines() if line.strip().startswith(("catalog", "meta"))
    ]
    assert "stage: parse" in shown
    assert len(bodies) == 2
    assert all((home.parent / body).is_file() for body in bodies)
    (letter,) = json.loads(leap_kg("dead-letters", "show", "lab/broken", "--json").stdout)
    assert letter["attempts"] == 1
    shutil.copy(platform / "good" / "meta.yaml", platform / "broken" / "meta.yaml")
    mirror = ("--mirror", str(platform / "mirror.yaml"))
    done = leap_kg("dead-letters", "retry", "lab/broken", *sources(platform), *mirror)
    assert "1 seen = 1 published" in done.stdout
    assert leap_kg("dead-letters", "retry", *sources(platform), *mirror).stdout.startswith("There are no dead letters")


@pytest.mark.parametrize("command", ["show", "retry"])
def test_a_dead_letter_that_is_not_there_is_said_to_be_none(harvested: Run, command: str) -> None:
    done = harvested("dead-letters", command, "lab/good")
    assert (done.returncode, "there is no dead letter 'lab/good'" in done.stderr) == (3, True)


@pytest.mark.all
def test_removals_wait_for_an_approval(leap_kg: Run, platform: Path) -> None:
    harvest(leap_kg, platform)
    assert leap_kg("harvest", "approve", "lab").returncode == 3
    (platform / "input.yaml").write_text("feedstocks: []\n")
    harvest(leap_kg, platform)
    assert "leap-kg harvest approve lab" in harvest(leap_kg, platform).stdout.replace("\n", " ")
    approved = leap_kg("harvest", "approve", "lab")
    assert approved.returncode == 0
    assert "lab/good" in approved.stdout
    assert "2 tombstoned" in harvest(leap_kg, platform).stdout


def test_the_log_names_the_run(leap_kg: Run, platform: Path) -> None:
    done = harvest(leap_kg, platform)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert {line["event"] for line in lines} == {"dead letter", "harvested"}
    assert len({line["run"] for line in lines}) == 1


def manifests(run: Run, platform: Path, *more: str) -> list[dict[str, Any]]:
    done = run("harvest", "manifests", *sources(platform), *more)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def test_each_source_gets_a_cronjob_that_harms_nobody(leap_kg: Run, platform: Path) -> None:
    (job,) = manifests(leap_kg, platform, "--to", "https://kg.example.org", "--image", "registry.example.org/kg:1")
    assert (job["apiVersion"], job["kind"], job["metadata"]["name"]) == ("batch/v1", "CronJob", "leap-kg-harvest-lab")
    spec = job["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    minute, *rest = spec["schedule"].split()
    assert 0 <= int(minute) < 60
    assert rest == ["*"] * 4
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["restartPolicy"] in ("Never", "OnFailure")
    assert pod["terminationGracePeriodSeconds"] > 10
    assert pod["securityContext"]["runAsNonRoot"] is True
    (container,) = pod["containers"]
    assert container["image"] == "registry.example.org/kg:1"
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["args"][:4] == ["leap-kg", "harvest", "lab", "--due"]
    assert container["args"][-2:] == ["--to", "https://kg.example.org"]
    assert "TOKEN" not in yaml.safe_dump(container["env"])
    assert container["envFrom"] == [{"secretRef": {"name": "leap-kg-harvest", "optional": True}}]
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}
    writable = {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
    assert {entry["value"] for entry in container["env"] if entry["name"] == "LEAP_KG_HOME"} < writable


def test_a_source_with_files_of_its_own_needs_them_in_the_image(leap_kg: Run, platform: Path) -> None:
    declared = yaml.safe_load((platform / "sources.yaml").read_text())
    declared["sources"] += [
        {"id": "notes", "kind": "files", "title": "Notes", "folder": "notes"},
        {"id": "places", "kind": "ror", "title": "Places", "dump": "ror/dump.zip"},
    ]
    (platform / "sources.yaml").write_text(yaml.safe_dump(declared))
    done = leap_kg("harvest", "manifests", *sources(platform))
    assert (done.returncode, done.stdout) == (1, "")
    said = " ".join(done.stderr.split())
    assert "notes reads notes beside sources.yaml" in said
    assert "--files PATH" in said
    assert [job["metadata"]["labels"]["leap-kg/source"] for job in manifests(leap_kg, platform, "lab")] == ["lab"]
    jobs = manifests(leap_kg, platform, "--files", "/opt/kg")
    pods = [job["spec"]["jobTemplate"]["spec"]["template"]["spec"] for job in jobs]
    read = [pod["containers"][0]["args"][5] for pod in pods]
    assert read == ["/etc/leap-kg/sources.yaml", "/opt/kg/sources.yaml", "/opt/kg/sources.yaml"]
    for pod, mounted in zip(pods, (True, False, False), strict=True):
        assert ("sources" in {volume["name"] for volume in pod["volumes"]}) == mounted
        assert ("sources" in {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}) == mounted


def test_sources_of_an_included_file_need_it_in_the_image(leap_kg: Run, platform: Path) -> None:
    (platform / "all.yaml").write_text("include: [sources.yaml]")
    done = leap_kg("harvest", "manifests", "--sources", str(platform / "all.yaml"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "lab reads sources.yaml beside all.yaml" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    "image",
    [
        "",
        "leap kg",
        "LEAP/kg:1",
        "https://registry.example.org/kg",
        "kg:",
        "kg:a/b",
        "kg@sha256:12",
        "-kg",
        "a//b",
        "kg\n",
    ],
)
def test_an_image_that_is_none_is_refused(image: str) -> None:
    assert not is_image(image)


@pytest.mark.parametrize(
    "image",
    ["kg", "leap-kg:latest", "localhost/kg", "localhost:5000/lab/kg:1.2_3", "registry.example.org/a/b__c/d-e:v1",
     "Registry.Example.org:443/kg@sha256:" + "0a" * 32, "kg:1@sha256:" + "0a" * 32],
)  # fmt: skip
def test_an_image_is_taken(image: str) -> None:
    assert is_image(image)


@pytest.mark.parametrize(
    ("option", "value"), [("--image", "leap kg"), ("--files", "opt/kg"), ("--files", "/opt/../kg")]
)
def test_manifests_refuse_what_no_cluster_can_use(leap_kg: Run, platform: Path, option: str, value: str) -> None:
    done = leap_kg("harvest", "manifests", *sources(platform), option, value)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{value!r} is no" in " ".join(done.stderr.split())


_SLOWLY = """
import signal, sys, typer
from pathlib import Path
from leap_kg.cli import stopping
from tests.ingest.numbered import harvest
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells start what runs in the background without
try:
    with stopping.stoppable():
        harvest(Path(sys.argv[1]), sys.argv[2])
except typer.Exit as left:
    sys.exit(left.exit_code)
"""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_a_harvest_that_goes_on_later(tmp_path: Path, sent: signal.Signals) -> None:
    numbers = Numbers([f"r{number}" for number in range(40)])
    command = [sys.executable, "-c", _SLOWLY, str(tmp_path / "home")]
    with served(numbers) as origin:
        with subprocess.Popen([*command, origin], cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            numbers.asked = lambda number: process.send_signal(sent) if number == 20 else None
            _, said = process.communicate(timeout=60)
        assert process.returncode == 128 + sent
        assert "the next harvest goes on from there" in " ".join(said.split())
        assert numbers.counts.total() <= 21
        numbers.asked = lambda number: None
        done = subprocess.run([*command, origin], cwd=ROOT, check=False)
    assert done.returncode == 0
    assert numbers.repeated <= 1


_DEAF = """
import sqlite3
from threading import Timer
from leap_kg.cli import stopping
with stopping.stoppable():
    Timer(1, print, ["ready"], {"flush": True}).start()  # by then the engine has been entered
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000000) SELECT count(*) FROM n"
    sqlite3.connect(":memory:").execute(count).fetchall()  # hears nothing for many minutes
"""


@pytest.mark.all
def test_a_process_that_is_deep_in_an_engine_leaves_all_the_same() -> None:
    with subprocess.Popen([sys.executable, "-c", _DEAF], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    assert time.monotonic() - began < 10
    assert process.returncode == -signal.SIGALRM


def test_the_home_of_an_earlier_version_says_what_to_do(leap_kg: Run, platform: Path, home: Path) -> None:
    harvest(leap_kg, platform)
    with State(Home(home).state) as state:
        state._database.execute("PRAGMA user_version = 1")
    for done in (harvest(leap_kg, platform), leap_kg("dead-letters")):
        assert done.returncode == 1
        assert "is of version 1" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.all
def test_records_that_fail_for_one_reason_are_told_together_and_counted_each(
    leap_kg: Run, platform: Path, home: Path
) -> None:
    listed = yaml.safe_load((platform / "input.yaml").read_text())
    listed["feedstocks"] += [f"https://github.com/lab/gone{n}/blob/main/catalog.yaml" for n in range(12)]
    write(platform / "input.yaml", listed)
    done = harvest(leap_kg, platform)
    assert "15 seen = 2 published + 0 unchanged + 13 dead + 0 tombstoned" in done.stdout
    (told,) = [line for line in done.stdout.splitlines() if "dead: 12 records of github.com: " in line]
    assert told.endswith(", as lab/gone0")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["records"] for line in lines if line["event"] == "dead letter"] == [1, 12]
    short, every = leap_kg("dead-letters").stdout, leap_kg("dead-letters", "list", "--all").stdout
    assert ("12 records of github.com (lab, fetch)" in short, "lab/gone7" in short, "lab/gone7 (lab" in every) == (
        True,
        False,
        True,
    )
    assert short.count("\n") < 10 < every.count("\n")
    assert len(json.loads(leap_kg("dead-letters", "--json").stdout)) == 13


@pytest.mark.all
def test_a_source_that_is_busy_is_told_in_one_line_and_the_others_go_on(
    leap_kg: Run, platform: Path, home: Path
) -> None:
    (platform / "curated").mkdir()
    (platform / "curated" / "school.yaml").write_text("{type: Event, title: School}")
    entries = yaml.safe_load((platform / "sources.yaml").read_text())
    entries["sources"].append({"id": "curated", "kind": "files", "title": "Curated", "folder": "curated"})
    write(platform / "sources.yaml", entries)
    Home(home).create()
    with leased(Home(home), ["lab"]):
        done, cron = harvest(leap_kg, platform), harvest(leap_kg, platform, "--due")
    (told,) = [line for line in done.stdout.splitlines() if "(lab)" in line]
    assert told.startswith("The lab's feedstocks (lab): busy: another process (pid ")
    assert "1 seen = 1 published" in done.stdout
    assert (done.returncode, cron.returncode) == (1, 0), cron.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("harvest", "approve", "lab"), 3, "no removals of lab wait"),
        (("harvest", "approve", "--json", "lab", "--sources", "platform/sources.yaml"), 3, "no removals of lab wait"),
        (("harvest", "--sources", "platform/sources.yaml", "approve", "lab"), 3, "no removals of lab wait"),
        (("harvest", "approve", "lib", "--sources", "platform/sources.yaml"), 2, "has no source 'lib'; it has lab"),
        (("harvest", "--sources", "platform/sources.yaml", "labb"), 2, "write 'lab', if that is what is meant"),
        (("dead-letters", "--source", "lab", "show", "lab/good"), 3, "there is no dead letter 'lab/good'"),
        (
            ("dead-letters", "retry", "--to", "ftp://x", "--sources", "platform/sources.yaml"),
            1,
            "no address of a server",
        ),
    ],
    ids=["bare", "after", "before", "unknown", "misspelt", "letters", "retry-to"],
)
def test_options_stand_where_people_write_them(
    harvested: Run, arguments: tuple[str, ...], status: int, told: str
) -> None:
    done = harvested(*arguments, LEAP_KG_TOKEN="t")
    assert (done.returncode, told in done.stderr) == (status, True), done.stderr


def test_a_source_of_dead_letters_alone_is_told_and_no_failure(leap_kg: Run, platform: Path) -> None:
    write(platform / "input.yaml", {"feedstocks": ["https://github.com/lab/broken/blob/main/catalog.yaml"]})
    done = harvest(leap_kg, platform)
    assert done.returncode == 0
    assert "The lab's feedstocks (lab): complete" in done.stdout
    assert "no record could be taken: all that it lists are dead" in done.stdout
    write(platform / "input.yaml", {"feedstocks": ["https://github.com/lab/good/blob/main/catalog.yaml"]})
    assert "no record could be taken" not in harvest(leap_kg, platform).stdout
