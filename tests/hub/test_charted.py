"""Values of a hub for the chart that its release names, held against the schema of the real zero-to-jupyterhub."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyoxigraph import Quad

from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.change import Publication
from leap_kg.graph.publish import Writer
from leap_kg.hub.declared.declaring import declare, hub_node
from leap_kg.hub.declared.offers import chart_problems
from leap_kg.hub.declared.release import Chart, ReleasesFaulty, read_releases, releases_of
from leap_kg.hub.wanted.charted import left_out, values_for
from leap_kg.ingest.hubs.charts import CHARTS
from leap_kg.ingest.hubs.mapping import VALUES
from leap_kg.ingest.hubs.settings import settings_triples
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.graph.samples import activity
from tests.hub.test_operating import run
from tests.hub.test_release import file, release

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
Z2JH = SHARED / "z2jh"
LEAP = SHARED / "2i2c-infrastructure" / "config" / "clusters" / "leap"
OWN: dict[str, Any] = {"singleuser": {"memory": {"limit": "1G"}}, "hub": {}, "global": {"safeToShowValues": False}}
NFS = {"eip": {"enabled": True}}


def chart(name: str, under: tuple[str, ...] | None = None) -> Chart:
    return Chart(
        name, "https://charts.example.org/", "4.3.3", tuple(map(str, CHARTS[name])) if under is None else under
    )


BASEHUB: dict[str, Any] = {"jupyterhub": OWN, "nfs": NFS}
WRITTEN: dict[str, dict[str, Any]] = {
    "jupyterhub": OWN,
    "basehub": BASEHUB,
    "daskhub": {"basehub": BASEHUB, "dask-gateway": {}},
}
"""The same hub, configured for each chart."""


@pytest.mark.parametrize(("given", "wanted"), list(product(CHARTS, CHARTS)))
def test_each_chart_gets_what_it_takes(given: str, wanted: str) -> None:
    inner = {"jupyterhub": OWN} if given == "jupyterhub" else BASEHUB
    expected = {
        "jupyterhub": OWN,
        "basehub": inner,
        "daskhub": WRITTEN["daskhub"] if given == "daskhub" else {"basehub": inner},
    }
    assert values_for(chart(wanted), WRITTEN[given]) == expected[wanted]
    lost = {
        ("basehub", "jupyterhub"): ["nfs"],
        ("daskhub", "jupyterhub"): ["dask-gateway", "basehub.nfs"],
        ("daskhub", "basehub"): ["dask-gateway"],
    }
    assert list(left_out(chart(wanted), WRITTEN[given])) == lost.get((given, wanted), [])


def test_another_umbrella_gets_them_where_it_says() -> None:
    ours = chart("lab-hub", ("lab", "hub"))
    assert values_for(ours, WRITTEN["basehub"]) == {"lab": {"hub": OWN}}
    own = {"lab": {"hub": OWN, "more": 1}}
    assert values_for(ours, own) == own
    assert values_for(chart("renamed", ()), WRITTEN["daskhub"]) == OWN
    outer = {"global": {"a": 1, "safeToShowValues": True}, **WRITTEN["basehub"]}
    assert values_for(chart("jupyterhub"), outer) == {**OWN, "global": {"safeToShowValues": True, "a": 1}}


def test_a_chart_that_nobody_knows_must_say_where(tmp_path: Path) -> None:
    other = {"name": "lab-hub", "repository": "https://charts.example.org/", "version": "1.0.0"}
    with pytest.raises(ReleasesFaulty, match="`under`"):
        read_releases(file(tmp_path, release(chart=other)))
    (made,) = read_releases(file(tmp_path, release(chart={**other, "under": "lab.hub"})))[0].releases
    assert made.chart.under == ("lab", "hub")
    assert releases_of({"cluster": "lab", "releases": [release()]}).releases[0].chart.under == ()


def published(home: Path, values: Any) -> Publication:
    """A graph in which the plain chart is released for a hub that was configured for another."""
    triples = settings_triples(hub_node("prod.hub.example.org", BASE), VALUES, values)
    quads = [Quad(each.subject, each.predicate, each.object, source_graph(BASE, "hubs")) for each in triples]
    with Writer(Home(home), BASE) as writer:
        writer.publish("hubs", quads, activity("hubs"))
        return declare(writer, {"cluster": "lab", "releases": [release()]}, BASE)


@pytest.mark.all
@pytest.mark.skipif(not Z2JH.is_dir(), reason="the schema of zero-to-jupyterhub is not here")
def test_what_is_rendered_is_held_against_the_schema_of_the_chart_that_is_released(tmp_path: Path) -> None:
    published(tmp_path, WRITTEN["basehub"])
    words = ("render", "prod.hub.example.org", "--cluster", "lab", "--chart", str(Z2JH))
    status, told = run(tmp_path, *words)
    assert (status, "left out, since the chart jupyterhub does not take it: nfs" in told) == (0, True), told
    assert yaml.safe_load(told.partition("\n")[2]) == OWN
    status, told = run(tmp_path, *words, "--as", "helmrelease")
    assert status == 0, told
    wrong = {"jupyterhub": {**OWN, "singleusr": {}}}
    published(tmp_path / "wrong", wrong)
    status, told = run(tmp_path / "wrong", *words)
    assert (status, "singleusr" in told) == (1, True)


@pytest.mark.all
@pytest.mark.skipif(not LEAP.is_dir(), reason="the files of LEAP's hubs are not here")
def test_leaps_own_hub_can_be_released_as_the_plain_chart() -> None:
    values = yaml.safe_load((LEAP / "daskhub-common.values.yaml").read_text())
    files = Z2JH / "values.schema.yaml", Z2JH / "values.yaml"
    assert chart_problems(values_for(chart("jupyterhub"), values), *files) == []
    assert chart_problems(values, *files) != []
    assert values_for(chart("daskhub"), values) == values
