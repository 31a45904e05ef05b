"""What is said about clusters on the command line, and what an operator must not believe of a graph."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad, Store
from typer.testing import CliRunner

from leap_kg.cli.app import app
from leap_kg.graph.home import Home
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.hub.cluster.lease import Terms
from leap_kg.hub.declared.declaring import clusters_declared, declare, declared, source_of
from leap_kg.hub.declared.release import Releases, ReleasesFaulty
from leap_kg.hub.declared.suspending import resume, suspend, suspensions
from leap_kg.hub.wanted.desired import desired
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.hub.test_release import release


def value(cluster: str, *names: str) -> dict[str, object]:
    return {"cluster": cluster, "releases": [release(name) for name in names]}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph with two clusters, of which both have a release `prod`."""
    folder = tmp_path_factory.mktemp("home")
    with Writer(Home(folder), BASE) as writer:
        declare(writer, value("lab", "prod", "staging"), BASE)
        declare(writer, value("field", "prod"), BASE)
    return folder


def run(home: Path, *words: str) -> tuple[int, str]:
    """The exit status of a command of `leap-kg hub`, and what it prints."""
    done = CliRunner().invoke(app, ["hub", *words], env={"LEAP_KG_HOME": str(home), "COLUMNS": "400"})
    structlog.reset_defaults()  # the command logs to a stream that is gone
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("run", "lab", "lab=x"), 2, "each cluster once"),
        (("run", "lab="), 2, "NAME=CONTEXT"),
        (("run", "lab", "field=x"), 2, "context of each"),
        (("run", "lab", "--as", "values"), 2, "makes no objects"),
        (("run", "lab", "--lease", "3"), 2, "a lease of 3 s"),
        (("suspend", "nobody"), 3, "no release and no cluster"),
        (("suspend", "prod"), 2, "field, lab have a release prod"),
        (("suspend", "prod", "--cluster", "moon"), 3, "field, lab"),
        (("suspend", "prod", "--cluster", "lab", "--by", 'x\ny"<b>'), 2, "no line breaks"),
        (("suspend", "lab", "--by", "\x1b[31mada"), 2, "no control characters"),
        (("status", "moon"), 3, "nothing is known"),
        (("status", "--output", "xml"), 2, "text or json"),
        (("status", "--context", "x"), 2, "which cluster"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_what_cannot_be_meant_is_said(home: Path, words: tuple[str, ...], status: int, told: str) -> None:
    found, output = run(home, *words)
    assert found == status, output
    assert told in " ".join(output.replace("│", " ").split())


@pytest.mark.all
def test_suspending_is_said_once_and_taken_back(home: Path) -> None:
    status, told = run(home, "suspend", "prod", "--cluster", "lab", "--by", "ada")
    assert (status, "prod of lab is left to itself" in told) == (0, True)
    assert run(home, "suspend", "lab", "--by", "bob")[0] == 0
    status, told = run(home, "status", "--output", "json")
    field, lab = json.loads(told)
    assert [(each["release"], each["by"]) for each in lab["suspended"]] == [("prod", "ada"), ("", "bob")]
    assert (field["suspended"], lab["groups"], lab["operator"]) == ([], [], None)
    assert json.loads(run(home, "status", "--json")[1]) == [field, lab]
    assert "by bob" in run(home, "status")[1]
    assert "still left to itself: the cluster lab" in run(home, "suspend", "prod", "--cluster", "lab", "--resume")[1]
    assert run(home, "suspend", "lab", "--resume")[0] == 0
    with Writer(Home(home), BASE) as writer:
        assert suspensions(writer.store, "lab", BASE) == ()


@pytest.mark.all
def test_what_is_suspended_stays_so_when_it_is_declared_again(tmp_path: Path) -> None:
    with Writer(Home(tmp_path), BASE) as writer:
        declare(writer, value("lab", "prod", "staging"), BASE)
        made = suspend(writer, "lab", "prod", "ada", BASE).revision
        assert suspend(writer, "lab", "prod", "bob", BASE).revision == made
        declare(writer, value("lab", "prod", "staging", "new"), BASE)
        held = [desired(writer.store, 1, "lab", "helmrelease", BASE).suspended]
        suspend(writer, "lab", "", "ada", BASE)
        held.append(desired(writer.store, 1, "lab", "helmrelease", BASE).suspended)
        resume(writer, "lab", "", BASE)
        held.append(desired(writer.store, 1, "lab", "helmrelease", BASE).suspended)
    assert held == [{"prod"}, {"prod", "staging", "new"}, frozenset()]


@pytest.fixture(scope="module")
def quads(home: Path) -> list[Quad]:
    """All that is declared for a cluster."""
    graph = source_graph(BASE, source_of("lab"))
    with Writer(Home(home), BASE) as writer:
        return sorted(looked_up(writer.store, None, None, None, graph), key=str)


def read(quads: Iterable[Quad]) -> Releases | None:
    """What a graph declares that has no more than these, `None` if it declares nothing that can be used."""
    store = Store()
    store.extend(quads)
    try:
        return declared(store, "lab", BASE)
    except ReleasesFaulty:
        return None


def test_a_declaration_that_lacks_a_statement_is_none_or_the_same(quads: list[Quad]) -> None:
    whole = read(quads)
    assert whole is not None
    found = [read(each for each in quads if each != lacking) for lacking in quads]
    assert {each for each in found if each is not None} <= {whole}
    assert found.count(None) > len(quads) / 2


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_part_of_a_declaration_is_none_or_the_same(quads: list[Quad], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(quads), unique=True, min_size=1))
    assert read(kept) in (None, read(quads))


def test_all_clusters_that_something_is_declared_for_are_known(home: Path) -> None:
    with Writer(Home(home), BASE) as writer:
        assert clusters_declared(writer.store, BASE) == ["field", "lab"]


@pytest.mark.parametrize("terms", [(15, 14.0, 2.0), (3, 0.5, 1.0), (0, 1.0, 0.1), (15, 10.0, 0.0)])
def test_terms_under_which_two_could_lead_are_refused(terms: tuple[int, float, float]) -> None:
    with pytest.raises(ValueError, match="a lease of"):
        Terms(*terms)
