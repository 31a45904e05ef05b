"""LEAP's real hubs and clusters: every file is read or a dead letter, and profile lists come back unchanged."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml
from pyoxigraph import NamedNode, Quad, QuerySolutions, Triple

from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.snapshot import Snapshot, Snapshots
from leap_kg.hub.declared.offers import chart_problems, profile_problems
from leap_kg.hub.wanted.desired import offered
from leap_kg.hub.wanted.rendering import values_text
from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.hubs import HubConfig, hub_values, profile_list
from leap_kg.ingest.hubs.settings import SettingsReader
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.harvest import Outcome
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.source import Source
from leap_kg.ingest.sources import read_sources
from leap_kg.ingest.state import State
from leap_kg.ontology.namespaces import DCT, PROV, SCHEMA
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql.parameters import Value
from tests.ingest.shelf import findings, silent
from tests.sparql.questions.asked import questions

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
INFRASTRUCTURE = DATA / "2i2c-infrastructure"
CLUSTER = INFRASTRUCTURE / "config" / "clusters" / "leap"
WEB = "https://github.com/2i2c-org/infrastructure/blob/main/"
CHART = "https://github.com/jupyterhub/zero-to-jupyterhub-k8s/blob/main/jupyterhub/"
HUBS = {
    "staging": ("staging.leap.2i2c.cloud", ["daskhub-common.values.yaml", "staging.values.yaml"]),
    "prod": ("leap.2i2c.cloud", ["daskhub-common.values.yaml", "prod.values.yaml"]),
    "public": ("public.leap.2i2c.cloud", ["public.values.yaml"]),
}

pytestmark = pytest.mark.skipif(
    not CLUSTER.is_dir(), reason="LEAP's cluster files are not beside the project, in ../shared/data"
)


def harvest(home: Path, *sources: Source) -> list[Outcome]:
    with MirrorFetcher(read_mirror(Path(__file__).parent / "mirror.yaml"), Limits()) as fetcher:
        return list(harvest_round(Home(home), BASE, list(sources), fetcher, progress=silent))


def snapshot(home: Path) -> Snapshot:
    found = Snapshots(Home(home)).current()
    assert found is not None
    return found


def quads(home: Path, source: str) -> list[Quad]:
    return list(snapshot(home).store.quads_for_pattern(None, None, None, source_graph(BASE, source)))


def hub_node(name: str) -> NamedNode:
    return NamedNode(f"{BASE}hub/{HUBS[name][0]}")


def merged(files: list[str]) -> dict[str, Any]:
    """The values of a hub as another reader and Helm's rule make them: mappings key by key, all else replaced."""

    def over(under: Any, value: Any) -> Any:
        if isinstance(under, dict) and isinstance(value, dict):
            return {**under, **{key: over(under.get(key), inner) for key, inner in value.items()}}
        return value

    found: Any = {}
    for file in files:
        found = over(found, yaml.safe_load((CLUSTER / file).read_bytes()))
    values: dict[str, Any] = found
    return values


@pytest.fixture(scope="module")
def leap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    home = tmp_path_factory.mktemp("hubs") / "home"
    declared = [each for each in read_sources(declarations() / "ingest" / "leap.yaml", BASE) if each.id == "leap-hubs"]
    (outcome,) = harvest(home, *declared)
    assert (outcome.report.outcome, outcome.report.seen, outcome.report.dead) == ("complete", 4, 0)
    yield home
    structlog.reset_defaults()


def ask(home: Path, name: str, **values: Value) -> list[list[str]]:
    query = questions().get(f"questions/{name}")
    assert query is not None
    rows = snapshot(home).store.query(query.bind(**values), use_default_graph_as_union=True)
    assert isinstance(rows, QuerySolutions)
    names = [variable.value for variable in rows.variables]
    return [[row[n].value.removeprefix(BASE) if row[n] else "" for n in names] for row in rows]


@pytest.mark.parametrize("name", HUBS)
def test_the_profile_list_of_each_hub_comes_back_unchanged_from_the_store(leap: Path, name: str) -> None:
    values = merged(HUBS[name][1])
    jupyterhub = values.get("basehub", values)["jupyterhub"]
    wanted = jupyterhub["singleuser"]["profileList"]
    found = profile_list(quads(leap, "leap-hubs"), hub_node(name))
    assert found == wanted
    # Equal in the order of keys and items too, and in the type of each number.
    assert json.dumps(found) == json.dumps(wanted)


@pytest.mark.parametrize("name", HUBS)
def test_all_values_of_each_hub_come_back(leap: Path, name: str) -> None:
    assert hub_values(quads(leap, "leap-hubs"), hub_node(name)) == merged(HUBS[name][1])


@pytest.mark.parametrize("name", HUBS)
def test_what_is_rendered_is_what_was_written_and_can_work(leap: Path, name: str) -> None:
    store, (domain, files) = snapshot(leap).store, HUBS[name]
    values, profiles = offered(store, domain, BASE)
    assert json.dumps(yaml.safe_load(values_text(values))) == json.dumps(merged(files))
    assert profile_problems(profiles) == []
    chart = DATA / "z2jh"
    own = values.get("basehub", values)["jupyterhub"]
    assert chart_problems(own, chart / "values.schema.yaml", chart / "values.yaml") == []
    own["singleuser"]["profilesList"] = []
    (problem,) = chart_problems(own, chart / "values.schema.yaml", chart / "values.yaml")
    assert "profilesList" in problem


def test_no_word_of_an_encrypted_file_is_asked_for(leap: Path) -> None:
    sources = {q.object.value for q in quads(leap, "leap-hubs") if q.predicate.value.endswith("terms/source")}  # type: ignore[union-attr]
    assert len(sources) == 7
    assert not any("enc-" in address for address in sources)


def test_the_settings_of_the_cluster_and_its_buckets(leap: Path) -> None:
    reader = SettingsReader(quads(leap, "leap-hubs"))
    cluster = yaml.safe_load((CLUSTER / "cluster.yaml").read_bytes())
    hubs = cluster.pop("hubs")
    assert reader.setting(NamedNode(BASE + "cluster/leap"), "cluster.yaml") == cluster
    for hub in hubs:
        assert reader.setting(hub_node(hub["name"]), "cluster.yaml") == hub
    terraform = reader.setting(NamedNode(BASE + "cluster/leap"), "terraform")
    assert isinstance(terraform, dict)
    buckets = terraform["user_buckets"]
    assert isinstance(buckets, dict)
    lasting: dict[str, Any] = {"delete_after": None, "usage_logs": True}
    lasting["extra_admin_members"] = ["group:leap-persistent-bucket-writers@googlegroups.com"]
    assert list(buckets) == [
        *("scratch-staging", "scratch", "persistent", "persistent-staging", "persistent-ro", "persistent-ro-staging"),
    ]
    assert buckets["scratch"] == {"delete_after": 7, "extra_admin_members": [], "usage_logs": True}
    assert buckets["persistent"] == lasting
    assert terraform["prefix"] == "leap"
    support = yaml.safe_load((CLUSTER / "support.values.yaml").read_bytes())
    assert reader.setting(NamedNode(BASE + "cluster/leap"), "support") == support


def test_question_25_who_may_use_which_machine(leap: Path) -> None:
    rows = ask(leap, "who-may-use")
    assert len(rows) == 12 + 12 + 4
    gpu = [row for row in rows if row[0] == "hub/leap.2i2c.cloud" and row[1] == "GPU"]
    full = "2i2c-org:hub-access-for-2i2c-staff, leap-stc:data-and-compute, leap-stc:leap-pangeo-full-access"
    large = "2i2c-org:hub-access-for-2i2c-staff, leap-stc:large-gpu"
    t4, l4, a100 = (
        "NVIDIA Tesla T4 [16GB VRAM], ~30GB RAM, 8 CPUs",
        "NVIDIA L4 [24GB VRAM], ~16GB RAM, 4 CPUs",
        "NVIDIA A100 [40GB VRAM], ~85GB RAM, 12 CPUs",
    )
    start = ["hub/leap.2i2c.cloud", "GPU", "gpu"]
    assert gpu == [
        [*start, t4, "n1-standard-8", "1", "nvidia-tesla-t4", str(29 * 2**30), "", full, ""],
        [*start, l4, "g2-standard-4", "1", "nvidia-l4", str(15 * 2**30), "", full, large],
        [*start, a100, "a2-highgpu-1g", "1", "nvidia-tesla-a100", str(82 * 2**30), "", full, large],
    ]
    base = [row for row in rows if row[0] == "hub/leap.2i2c.cloud" and row[2] == "medium-base"]
    assert [(row[3], row[4], row[8], row[9]) for row in base] == [
        (f"~{size} GB, upto 15.5 CPU", "n2-highmem-16", "15.536", "leap-stc:leap-pangeo-base-access")
        for size in (8, 16, 32)
    ]
    public = [row for row in rows if row[0] == "hub/public.leap.2i2c.cloud"]
    assert [(row[7], row[9]) for row in public] == [
        (size, "leap-stc:leap-pangeo-public-access")
        for size in ("3620925866", "7241851732", "14483703464", "28967406928")
    ]


def test_what_the_charts_set_is_filled_in_and_told_apart(leap: Path) -> None:
    """For LEAP: the guarantee of processors of the GPU machines, and after how many seconds servers are stopped."""
    said = quads(leap, "leap-hubs")
    parts = {q.object: q.subject for q in said if q.predicate == SCHEMA("hasMeasurement")}
    titles = {q.subject: q.object.value for q in said if q.predicate == DCT("title")}  # type: ignore[union-attr]
    values = {q.subject: q.object.value for q in said if q.predicate == SCHEMA("value")}  # type: ignore[union-attr]
    names = {q.subject: q.object.value.rpartition("/")[2] for q in said if q.predicate == SCHEMA("propertyID")}  # type: ignore[union-attr]
    filled = {
        (titles[parts[q.subject]], names[q.subject], values[q.subject], q.object.value)  # type: ignore[union-attr]
        for q in said
        if q.predicate == PROV("wasDerivedFrom")
    }
    basehub = WEB + "helm-charts/basehub/values.yaml"
    assert {
        ("LEAP Prod", "idle-time", "3600", CHART + "values.yaml"),
        ("LEAP Prod", "running-time", "604800", basehub),
    } < filled
    assert ("NVIDIA Tesla T4 [16GB VRAM], ~30GB RAM, 8 CPUs", "cpu-guarantee", "0.05", basehub) in filled
    # What the hub says of a machine is not the chart's.
    assert not any("~16 GB" in title for title, *_ in filled)


def test_question_24_what_breaks(leap: Path) -> None:
    rows = ask(leap, "what-breaks", node=NamedNode(BASE + "image/quay.io/2i2c/leap-edu-image/278370f204a2"))
    edu = "LEAP Education Notebook (Testing Prototype)"
    hubs = [("hub/leap.2i2c.cloud", "LEAP Prod"), ("hub/staging.leap.2i2c.cloud", "LEAP Staging")]
    assert rows == [
        *([iri, title, "offers the image", ""] for iri, title in hubs),
        *(
            [iri, title, "offers the image in a profile", f"{name}: {edu}"]
            for iri, title in hubs
            for name in ("CPU only", "Devs Only")
        ),
    ]
    scratch = ask(leap, "what-breaks", node=NamedNode(BASE + "bucket/gs/leap-scratch"))
    assert scratch == [["hub/leap.2i2c.cloud", "LEAP Prod", "gives it to its users", ""]]
    located = ask(leap, "what-breaks", node=NamedNode(BASE + "cluster/leap"))
    assert len(located) == 3 + 6


def test_question_21_as_far_as_hubs_know(leap: Path) -> None:
    offered = {(row[0], row[1]) for row in ask(leap, "hub-images")}
    image = "image/pangeo/pangeo-notebook/"
    assert ("hub/leap.2i2c.cloud", image + "2026.06.04") in offered
    assert ("hub/public.leap.2i2c.cloud", image + "2024.06.02") in offered
    assert len(offered) == 4 + 4 + 3


def test_a_second_harvest_changes_nothing(leap: Path) -> None:
    declared = [each for each in read_sources(declarations() / "ingest" / "leap.yaml", BASE) if each.id == "leap-hubs"]
    (again,) = harvest(leap, *declared)
    assert (again.report.published, again.report.unchanged) == (0, 4)
    assert not again.difference


# --- everything else that lies there ------------------------------------------------------------------------


def test_every_file_of_the_repositories_is_published_or_a_dead_letter(tmp_path: Path) -> None:
    """All Terraform projects, templates and chart values, each declared as what it looks like."""
    tfvars = sorted((INFRASTRUCTURE / "terraform").rglob("*.tfvars"))
    templates = sorted((INFRASTRUCTURE / "config" / "clusters" / "templates").rglob("*.yaml"))
    values = [*templates, *sorted((INFRASTRUCTURE / "helm-charts").rglob("*.yaml"))]
    clusters = [{"id": file.stem, "terraform": WEB + file.relative_to(INFRASTRUCTURE).as_posix()} for file in tfvars]
    clusters += [
        {"id": f"template-{file.parent.name}", "cluster_yaml": WEB + file.relative_to(INFRASTRUCTURE).as_posix()}
        for file in templates
        if file.name == "cluster.yaml"
    ]
    hubs: list[dict[str, Any]] = [
        {"id": f"h{number}", "domain": f"h{number}.example.org", "values": [address]}
        for number, address in enumerate(
            [
                *(WEB + file.relative_to(INFRASTRUCTURE).as_posix() for file in values),
                *(CHART + file.name for file in sorted((DATA / "z2jh").glob("*.yaml"))),
            ]
        )
    ]
    (tmp_path / "declared.yaml").write_text(yaml.safe_dump({"clusters": clusters, "hubs": hubs}))
    config = HubConfig(id="every", kind="hub", title="Every file", clusters="declared.yaml")
    (outcome,) = harvest(tmp_path / "home", config.source(tmp_path, BASE))
    report = outcome.report
    assert report.outcome == "complete"
    assert report.seen == len(clusters) + len(hubs) == report.published + report.dead
    with State(Home(tmp_path / "home").state, readonly=True) as state:
        letters = {letter.key: letter for letter in state.dead_letters("every")}
    assert {file.stem for file in tfvars} & letters.keys() == set()
    assert all(letter.reason for letter in letters.values())
    triples = [quad.triple for quad in quads(tmp_path / "home", "every")]
    by_address = {hub["values"][0]: hub["domain"] for hub in hubs}
    for address, file in (
        (CHART + "values.yaml", DATA / "z2jh" / "values.yaml"),
        (WEB + "helm-charts/basehub/values.yaml", INFRASTRUCTURE / "helm-charts" / "basehub" / "values.yaml"),
    ):
        check_defaults(triples, NamedNode(f"{BASE}hub/{by_address[address]}"), file)


def check_defaults(triples: list[Triple], hub: NamedNode, file: Path) -> None:
    """The defaults of a chart come back as another reader reads them, but for what looks like a secret."""
    missing = {finding["pointer"].split(" ")[0] for finding in findings(triples) if finding["kind"] == "secret"}
    found, wanted = hub_values(triples, hub), yaml.safe_load(file.read_bytes())
    assert not list(differences(found, wanted, missing))


def differences(found: Any, wanted: Any, missing: set[str], path: str = "") -> Iterator[str]:
    if isinstance(found, dict) and isinstance(wanted, dict):
        for key in wanted:
            place = f"{path}.{key}".removeprefix(".")
            if key not in found:
                if place not in missing:
                    yield place
            else:
                yield from differences(found[key], wanted[key], missing, place)
    elif found != wanted:
        yield path
