"""What a new user is told who declares and renders hubs: which there are, what was left out, what is likely a typo."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyoxigraph import Literal, Quad, Triple

from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.hub.declared.declaring import declare, hub_node
from leap_kg.hub.declared.offers import profile_problems
from leap_kg.hub.declared.overrides import doubtful_overrides
from leap_kg.hub.declared.release import ReleasesFaulty, read_releases
from leap_kg.hub.declared.secrecy import holds_secret
from leap_kg.hub.wanted.desired import desired
from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.hubs.mapping import VALUES
from leap_kg.ingest.hubs.settings import settings_triples
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.sources import read_sources
from leap_kg.ontology.namespaces import DCT, RDF, ours
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.graph.samples import activity
from tests.hub.test_operating import run
from tests.hub.test_release import file, release
from tests.ingest.shelf import silent

ROOT = Path(__file__).parents[2]
INFRASTRUCTURE = ROOT.parent / "shared" / "data" / "2i2c-infrastructure"
HUB = "prod.hub.example.org"
PROFILE = {"display_name": "Small", "kubespawner_override": {"mem_limit": "8G", "mem_limt": "8G", "lab_flavour": 1}}
WITHHELD = "singleuser.extraEnv.API_TOKEN looks like a secret, in a file that everybody can read; it was not kept"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph with one hub, whose profiles have a typo and whose files had a secret, on two of three clusters."""
    folder = tmp_path_factory.mktemp("home")
    node, graph = hub_node(HUB, BASE), source_graph(BASE, "hubs")
    values: Any = {"singleuser": {"extraEnv": {}, "profileList": [PROFILE]}}
    left = Finding("secret", Severity.VIOLATION, WITHHELD, "Change it.")
    triples = [*settings_triples(node, VALUES, values), *left.triples(node, BASE)]
    triples += [Triple(node, RDF("type"), ours(BASE)("HubDeployment")), Triple(node, DCT("title"), Literal("Prod"))]
    quads = [Quad(each.subject, each.predicate, each.object, graph) for each in triples]
    with Writer(Home(folder), BASE) as writer:
        writer.publish("hubs", quads, activity("hubs"))
        for cluster, name in (("lab", "prod"), ("field", "prod"), ("moon", "staging")):
            declare(writer, {"cluster": cluster, "releases": [release(name)]}, BASE)
    return folder


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nope.example.org",), ["the graph has no values of the hub nope.example.org: harvest", f"values of {HUB}"]),
        (("Prod.hub.example.org",), ["in small letters", f"it has values of {HUB}"]),
        ((HUB, "--as", "helmrelease"), [f"which cluster {HUB}", "--cluster field or --cluster lab"]),
        ((HUB, "--as", "argocd", "--cluster", "moon"), ["'moon'", "--cluster field or --cluster lab"]),
    ],
    ids=lambda each: " ".join(each),
)
def test_who_asks_for_what_is_not_there_is_told_what_there_is(
    home: Path, words: tuple[str, ...], told: list[str]
) -> None:
    status, output = run(home, "render", *words)
    assert status == 3
    assert [each for each in told if each not in " ".join(output.split())] == []


def test_a_declaration_says_at_once_which_hubs_are_not_there_yet(home: Path, tmp_path: Path) -> None:
    status, output = run(home, "declare", str(file(tmp_path, release("staging"), release())))
    assert status == 0
    assert "not yet: the graph has no values of the hub staging.hub.example.org: harvest" in output
    assert output.count("not yet") == 1
    assert f"it has values of {HUB}" in output
    status, output = run(tmp_path / "empty", "declare", str(file(tmp_path, release())))
    assert (status, "it has values of no hub" in output) == (0, True)


def test_render_says_what_was_left_out_and_what_is_likely_a_typo_beside_the_values(home: Path) -> None:
    status, output = run(home, "render", HUB)
    assert status == 0
    assert WITHHELD in output
    assert "profileList.0.kubespawner_override.mem_limt" in output
    assert "'mem_limit' meant" in output
    assert "lab_flavour: KubeSpawner" not in output


def test_names_like_those_of_the_spawner_are_doubted_wherever_they_stand() -> None:
    inner = {
        "choices": {"a": {"kubespawner_override": {"cpu_limits": 1}}},
        "unlisted_choice": {"kubespawner_override": {"imgae": "a"}},
    }
    profiles = [{"display_name": "a", "profile_options": {"size": inner}}]
    assert profile_problems(profiles) == []
    first, second = doubtful_overrides(profiles)
    assert first.startswith("profileList.0.profile_options.size.choices.a.kubespawner_override.cpu_limits: ")
    assert "'cpu_limit'" in first
    assert "'image'" in second
    assert (
        doubtful_overrides([PROFILE | {"kubespawner_override": {"mem_limit": 1, "lab_flavour": 2, "x": 3}}, None]) == []
    )


def test_a_folder_without_a_chart_is_said_in_words(home: Path, tmp_path: Path) -> None:
    status, output = run(home, "render", HUB, "--chart", str(tmp_path))
    assert (status, "values.schema.yaml is not there: give the folder" in output) == (1, True)


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("4.10", "version (line 8): 4.10 is read as the number 4.1: write it in quotes, '4.10'"),
        ("null", "version (line 8): stands there and says nothing"),
        ("yes", "version (line 8): yes is read as a truth value: write it in quotes, 'yes'"),
    ],
)
def test_a_version_that_is_no_text_is_told_as_it_stands_in_the_file(tmp_path: Path, version: str, told: str) -> None:
    path = tmp_path / "releases.yaml"
    path.write_text(
        "cluster: lab\nreleases:\n  - name: prod\n    hub: prod.hub.example.org\n    namespace: prod\n    chart:\n"
        f"      name: jupyterhub\n      version: {version}\n      repository: https://charts.example.org/\n"
    )
    with pytest.raises(ReleasesFaulty) as caught:
        read_releases(path)
    assert caught.value.problems[0].endswith(told) or told in caught.value.problems[0]
    assert "None" not in str(caught.value)


def test_an_empty_file_and_a_domain_in_large_letters(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("")
    with pytest.raises(ReleasesFaulty, match=r"empty\.yaml: is empty: say `cluster`"):
        read_releases(path)
    with pytest.raises(ReleasesFaulty, match=r"releases\.0\.hub .*in small letters"):
        read_releases(file(tmp_path, release(hub="LEAP.example.org")))


def test_the_projects_own_sources_are_taken_in_and_a_variable_that_is_named_is_no_secret(tmp_path: Path) -> None:
    harvest = {
        "name": "papers", "namespace": "leap-kg", "image": "leap-kg:1", "only": ["openalex"],
        "sources": str(ROOT / "ingest" / "leap.yaml"),
    }  # fmt: skip
    (made,) = read_releases(file(tmp_path, harvests=[harvest]))[0].harvests
    assert "env:OPENALEX_KEY" in made.text
    assert not holds_secret("api.openalex.org?api_key=env:OPENALEX_KEY")
    assert holds_secret("https://api.openalex.org/?api_key=hunter2secret")
    assert holds_secret("https://api.openalex.org/?api_key=env:KEY-hunter2secret")


@pytest.mark.all
@pytest.mark.skipif(not INFRASTRUCTURE.is_dir(), reason="LEAP's cluster files are not beside the project")
def test_the_first_commands_of_the_guide_work_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All but what the last two do to a cluster: that a plan would refuse nothing is asked of the graph."""
    monkeypatch.chdir(ROOT)
    block = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "hubs.md").read_text(), re.DOTALL)[0]
    commands = [words for line in block.splitlines() if (words := shlex.split(line, comments=True))[:1] == ["leap-kg"]]
    (_, harvest, source, _, sources), (_, _, _, path), *rest = commands
    assert [words[2] for words in rest] == ["plan", "apply"]
    assert harvest == "harvest"
    entries = [each for each in read_sources(ROOT / sources, BASE) if each.id == source]
    home = tmp_path / "home"
    with MirrorFetcher(read_mirror(ROOT / "tests" / "real" / "mirror.yaml"), Limits()) as fetcher:
        assert list(harvest_round(Home(home), BASE, entries, fetcher, progress=silent))
    status, output = run(home, "declare", path)
    assert (status, "not yet" in output) == (0, False), output
    cluster = yaml.safe_load((ROOT / path).read_text())["cluster"]
    assert {words[3] for words in rest} == {cluster}
    found = Snapshots(Home(home)).current()
    assert found is not None
    assert desired(found.store, found.revision, cluster, "helmrelease", BASE).problems == ()
