"""A repository that an organisation's listing has under another name: what it was called leads to what it is called."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import NamedNode, Quad, Store

from leap_kg.ingest.github.called import NUMBERED, called
from leap_kg.ingest.github.reported import Report, Reported, due
from leap_kg.ingest.github.source import GithubConfig
from leap_kg.ingest.source import Source
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.namespaces import DCT, OWL
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.github.hub import Hub, Made
from tests.ingest.shelf import Bench
from tests.web.server import running

OLD, NEW, NEWER = (NamedNode(f"https://github.com/lab/{name}") for name in ("code", "tools", "toolbox"))
REPLACED = DCT("isReplacedBy")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def source(**more: object) -> Callable[[], Source]:
    entry = {"id": "code", "kind": "github", "title": "Code", **more}
    return lambda: GithubConfig.model_validate(entry).source(Path(), BASE)


def call(hub: Hub, name: str, number: int = 1, **more: object) -> None:
    """Give the repository of that number that name; GitHub leads there from those that it had."""
    known = {key: made for key, made in hub.repositories.items() if made.number == number}
    hub.repositories = {key: made for key, made in hub.repositories.items() if made.number != number}
    hub.former = {key: name for key in (*hub.former, *known) if key != name}
    files = {"a.py": b"", "deep/b.ipynb": b"{}"}
    releases = [{"tag_name": "v1", "published_at": "2026-01-01T00:00:00Z"}]
    hub.repositories[name] = Made(number, name, files, more, releases)


@pytest.fixture
def hub() -> Hub:
    made = Hub(Made(2, "lab/other", {"c.py": b""}))
    call(made, "lab/code")
    return made


@pytest.fixture
def bench(tmp_path: Path, hub: Hub) -> Bench:
    return Bench(tmp_path / "home", hub, source(organisations=["lab"]))


def pointers(bench: Bench) -> dict[str, str]:
    """What leads where, without the address that all names begin with."""
    short = "https://github.com/lab/"
    return {
        str(quad.subject)[1:-1].removeprefix(short): str(quad.object)[1:-1].removeprefix(short)
        for quad in bench.quads("code")
        if quad.predicate == REPLACED
    }


def moved(old: str, new: str) -> dict[str, str]:
    """The pointers of a repository with its files and its release."""
    below = ("", "/blob/main/a.py", "/blob/main/deep/b.ipynb", "/releases/tag/v1")
    return {f"{old}{path}": f"{new}{path}" for path in below}


@pytest.mark.parametrize("via", ["rest", "graphql"])
def test_the_old_name_and_what_lay_below_it_lead_to_the_new(tmp_path: Path, hub: Hub, via: str) -> None:
    bench = Bench(tmp_path / "home", hub, source(organisations=["lab"], via=via))
    bench.harvest()
    assert pointers(bench) == {}
    call(hub, "lab/tools")
    report = bench.harvest()
    assert (report.outcome, report.published, report.unchanged, report.tombstoned) == ("complete", 1, 2, 0)
    assert pointers(bench) == moved("code", "tools")
    assert bench.types(OLD, "code") == set()
    assert bench.types(NEW, "code") == {"SoftwareSourceCode"}


def test_the_pointers_stay_for_as_long_as_they_lead_somewhere(bench: Bench, hub: Hub) -> None:
    bench.harvest()
    call(hub, "lab/tools")
    revision = bench.harvest().revision
    assert bench.harvest().revision == revision
    call(hub, "lab/toolbox")
    bench.harvest()
    assert pointers(bench) == {**moved("code", "tools"), **moved("tools", "toolbox")}
    revision = bench.harvest().revision
    assert bench.harvest().revision == revision
    call(hub, "lab/code")
    bench.harvest()
    assert pointers(bench) == {**moved("tools", "toolbox"), **moved("toolbox", "code")}
    hub.repositories.pop("lab/code")
    bench.harvest(approve=True)
    bench.harvest(approve=True)
    assert pointers(bench) == {}


def test_a_file_that_did_not_move_along_leaves_no_pointer(bench: Bench, hub: Hub) -> None:
    bench.harvest()
    call(hub, "lab/tools")
    made = hub.repositories["lab/tools"]
    made.files = {path: data for path, data in made.files.items() if path != "a.py"}
    bench.harvest()
    expected = moved("code", "tools")
    del expected["code/blob/main/a.py"]
    assert pointers(bench) == expected


def test_names_that_two_repositories_exchange_are_both_taken_and_neither_leads_on(bench: Bench, hub: Hub) -> None:
    bench.harvest()
    call(hub, "lab/middle", 2)
    call(hub, "lab/other", 1)
    call(hub, "lab/code", 2)
    bench.harvest()
    assert pointers(bench) == {}
    assert (
        {"SoftwareSourceCode"} == bench.types(OLD, "code") == bench.types(NamedNode(f"{OLD.value[:-4]}other"), "code")
    )


def test_another_source_that_still_has_the_old_name_takes_no_pointer_away(tmp_path: Path, hub: Hub) -> None:
    files = source(id="files", repositories=["lab/code"], via="files")
    hub.repositories["lab/code"].files = {"README.md": b"# code"}
    bench = Bench(tmp_path / "home", hub, source(organisations=["lab"]), files)
    bench.harvest()
    call(hub, "lab/tools")
    revisions = [[outcome.report.revision for outcome in bench.outcomes()] for _ in range(3)]
    assert revisions[1] == revisions[2]
    assert pointers(bench)["code"] == "tools"
    assert bench.types(OLD, "files") == {"SoftwareSourceCode"}


def test_a_harvest_that_was_killed_before_it_was_remembered_says_the_same_again(
    bench: Bench, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.harvest()
    call(hub, "lab/tools")
    with monkeypatch.context() as patched:
        patched.setattr("leap_kg.ingest.state.State.finish", _killed)
        with pytest.raises(KeyboardInterrupt):
            bench.harvest()
    bench.harvest()
    assert pointers(bench) == moved("code", "tools")


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.all
def test_the_old_page_leads_to_the_new_one(bench: Bench, hub: Hub) -> None:
    bench.harvest()
    call(hub, "lab/tools")
    bench.harvest()
    call(hub, "lab/toolbox")
    bench.harvest()
    with running(bench.home.path) as server:
        for old in ("code", "tools"):
            for below in ("", "/blob/main/deep/b.ipynb", "/releases/tag/v1"):
                answer = server.get(f"/node?iri={quote(f'https://github.com/lab/{old}{below}', safe='')}")
                assert answer.status_code == 301
                target = answer.headers["location"]
                assert target == path_of(BASE, f"{NEWER.value}{below}")
                assert server.get(target).status_code == 200


@pytest.mark.parametrize("via", ["rest", "files"])
def test_a_report_about_the_new_name_makes_the_source_due_that_names_the_old_one(
    tmp_path: Path, hub: Hub, via: str
) -> None:
    hub.repositories["lab/code"].files = {"README.md": b"# code"}
    makers = [source(repositories=["lab/code"], via=via), source(id="other", repositories=["lab/other"])]
    bench = Bench(tmp_path / "home", hub, *makers)
    bench.home.create()
    reported = Reported(bench.home)
    if via == "files":  # which learns no number: only that it was reported under the old name tells
        reported.note(Report(1, "lab/code", "push", NOW), "d0", "b0")
    bench.harvest()
    call(hub, "lab/tools")
    for number, name in enumerate(("lab/tools", "elsewhere/toolbox"), 1):
        reported.note(Report(1, name, "push", NOW), f"d{number}", f"b{number}")
        assert list(due(bench.home, [make() for make in makers])) == ["code"]
        if via == "rest":
            bench.harvest()
            assert "/repos/lab/code" in " ".join(hub.asked)


def test_names_that_lead_to_each_other_in_a_ring_end() -> None:
    store = Store()
    ring = (NamedNode("https://github.com/lab/a"), NamedNode("https://github.com/lab/b"))
    store.add(Quad(ring[0], OWL("sameAs"), NamedNode(f"{NUMBERED}7")))
    for old, new in (ring, ring[::-1]):
        store.add(Quad(old, REPLACED, new))
    assert [repository.key for repository in called(store, 7)] == ["lab/a", "lab/b"]
    assert list(called(store, 8)) == []
