"""What charts set where a hub says nothing: filled in, told apart, and never mixed into the hub's own settings."""

from pathlib import Path
from typing import Any

import yaml
from pyoxigraph import NamedNode

from leap_kg.ingest.hubs import hub_values
from leap_kg.ingest.source import Listing, Mapped
from leap_kg.ontology.namespaces import PROV, SCHEMA
from tests.ingest.hubs.test_source import CLUSTER, Files, hub, source
from tests.ingest.judged import judge

CHARTS = "https://github.com/o/r/blob/main/charts/"
Z2JH: dict[str, Any] = {
    "singleuser": {"memory": {"guarantee": "1G", "limit": None}, "cpu": {"guarantee": None}},
    "cull": {"enabled": True, "timeout": 3600, "maxAge": 0},
    "hub": {"password": "notwordpress"},
}
BASEHUB: dict[str, Any] = {"jupyterhub": {"cull": {"maxAge": 604800}, "singleuser": {"cpu": {"guarantee": 0.05}}}}
OWN: dict[str, Any] = {
    "singleuser": {
        "profileList": [
            {"display_name": "Small"},
            {"display_name": "Large", "kubespawner_override": {"mem_guarantee": "8G", "mem_limit": None}},
        ]
    },
    "cull": {"timeout": 600},
}


def taken(folder: Path, own: object, chart: str = "basehub", **charts: object) -> Mapped:
    """A hub with these values, and charts that set those."""
    named = {name: f"{CHARTS}{name}.yaml" for name in charts}
    declared = {"clusters": [{"id": "c", "cluster_yaml": CLUSTER}], "charts": named}
    (folder / "clusters.yaml").write_text(yaml.safe_dump(declared))
    files = {f"{name}.yaml": value for name, value in charts.items() if value is not None}
    fetcher = Files({"cluster.yaml": {"hubs": [hub("own.yaml", helm_chart=chart)]}, "own.yaml": own, **files})
    hubs = source(folder / "clusters.yaml")
    _, ref = hubs.enumerate(Listing(fetcher))
    return hubs.map(hubs.fetch(ref, fetcher))


def measured(record: Mapped) -> set[tuple[str, str, str, str]]:
    """Of each machine: its title, the property, the value, and the chart it is from."""
    judge(record)
    said: dict[tuple[object, NamedNode], Any] = {(t.subject, t.predicate): t.object for t in record.triples}
    titled = NamedNode("http://purl.org/dc/terms/title")
    return {
        (
            said[t.subject, titled].value,
            said[t.object, SCHEMA("propertyID")].value.rpartition("/")[2],
            said[t.object, SCHEMA("value")].value,
            said[t.object, PROV("wasDerivedFrom")].value.rpartition("/")[2]
            if (t.object, PROV("wasDerivedFrom")) in said
            else "",
        )
        for t in record.triples
        if t.predicate == SCHEMA("hasMeasurement")
    }


def test_what_a_hub_says_stands_before_what_its_charts_set_and_each_is_told_apart(tmp_path: Path) -> None:
    record = taken(tmp_path, {"jupyterhub": OWN}, jupyterhub=Z2JH, basehub=BASEHUB)
    gib = 2**30
    assert measured(record) == {
        ("prod", "idle-time", "600", ""),
        ("prod", "running-time", "604800", "basehub.yaml"),
        ("Small", "memory-guarantee", str(gib), "jupyterhub.yaml"),
        ("Small", "cpu-guarantee", "0.05", "basehub.yaml"),
        ("Large", "memory-guarantee", str(8 * gib), ""),
        ("Large", "cpu-guarantee", "0.05", "basehub.yaml"),
    }
    assert record.findings == []


def test_the_settings_of_the_hub_come_back_as_they_are_without_those_of_charts(tmp_path: Path) -> None:
    record = taken(tmp_path, {"jupyterhub": OWN}, jupyterhub=Z2JH, basehub=BASEHUB)
    assert hub_values(record.triples, record.subject) == {"jupyterhub": OWN}
    assert not any("notwordpress" in str(triple) for triple in record.triples)
    sources = {str(t.object) for t in record.triples if t.predicate.value.endswith("terms/source")}
    assert not any("charts" in address for address in sources)


def test_a_hub_runs_the_charts_that_nest_as_deep_as_its_own(tmp_path: Path) -> None:
    plain = measured(taken(tmp_path, OWN, "jupyterhub", jupyterhub=Z2JH, basehub=BASEHUB))
    assert ("Small", "cpu-guarantee", "0.05", "basehub.yaml") not in plain
    deep = measured(taken(tmp_path, {"basehub": {"jupyterhub": OWN}}, "daskhub", jupyterhub=Z2JH, basehub=BASEHUB))
    assert ("Small", "cpu-guarantee", "0.05", "basehub.yaml") in deep


def test_null_takes_a_default_away_and_without_charts_nothing_is_filled_in(tmp_path: Path) -> None:
    own = {**OWN, "singleuser": {**OWN["singleuser"], "memory": {"guarantee": None}}, "cull": {"enabled": False}}
    assert measured(taken(tmp_path, own, "jupyterhub", jupyterhub=Z2JH)) == {
        ("Large", "memory-guarantee", str(8 * 2**30), ""),
    }
    assert measured(taken(tmp_path, OWN, "jupyterhub")) == {("Large", "memory-guarantee", str(8 * 2**30), "")}


def test_a_chart_that_cannot_be_read_is_a_finding_and_the_hub_goes_on(tmp_path: Path) -> None:
    record = taken(tmp_path, {"jupyterhub": OWN}, jupyterhub=["no", "mapping"], basehub=None)
    assert [(finding.kind, finding.message.split(" sets ")[0]) for finding in record.findings] == [
        ("bad-value", "what the chart basehub"),
        ("bad-value", "what the chart jupyterhub"),
    ]
    assert "nothing is there" in record.findings[0].message
    assert all("`charts`" in finding.hint for finding in record.findings)
    assert ("Large", "memory-guarantee", str(8 * 2**30), "") in measured(record)
