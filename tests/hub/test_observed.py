"""What is seen on a cluster, as triples: what stays the same, what begins and ends, and what must not be in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.hub.objects.health import Finding, Health
from leap_kg.hub.objects.manifest import IRI, Key
from leap_kg.hub.observed.recording import record
from leap_kg.hub.observed.statements import Observation, observed_quads, observed_source
from leap_kg.hub.observed.status import status_of
from leap_kg.hub.planned.plan import Act
from leap_kg.hub.planned.standing import Condition, Drift, Effect, Snapshot, Standing
from leap_kg.ontology.namespaces import PROV, XSD
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.graph.samples import activity
from tests.sparql.questions.asked import ask

RELEASE = Key("helm.toolkit.fluxcd.io/v2", "HelmRelease", "prod", "prod")
SECRET = Key("v1", "Secret", "prod", "prod-values")
HUB = f"{BASE}hub/hub.example.org"
GRAPH = source_graph(BASE, observed_source("lab"))


def snapshot(key: Key = RELEASE, generation: int = 1, health: Health = Health.READY, said: str = "") -> Snapshot:
    metadata = {"name": key.name, "namespace": key.namespace, "uid": "u1", "resourceVersion": "7"}
    live: dict[str, Any] = {"kind": key.kind, "metadata": {**metadata, "generation": generation}}
    if key.kind == "Secret":
        live["data"] = {"values.yaml": "aHVzaA=="}
    return Snapshot(key, Finding(health, "", said), live)


def standing(*objects: Snapshot, drifts: tuple[Drift, ...] = (), status: str = "True") -> Standing:
    return Standing("prod", HUB, (Condition("Ready", status, "AllReady"),), objects, drifts)


def observation(*standings: Standing, effects: tuple[Effect, ...] = (), revision: int = 3) -> Observation:
    told = tuple(("prod", each) for each in effects)
    return Observation("lab", revision, "d" * 64, datetime.now(UTC), {each.group: each for each in standings}, told)


class Cluster:
    """A graph to which one observation after the other is written."""

    def __init__(self) -> None:
        self.quads: set[Quad] = set()
        self._run = 0

    def see(self, seen: Observation) -> bool:
        """Write it; whether it was anything new."""
        self._run += 1
        made = observed_quads(self.quads, seen, NamedNode(f"{BASE}run/{self._run}"), datetime.now(UTC), BASE)
        changed, self.quads = made != self.quads, made
        return changed

    @property
    def store(self) -> Store:
        """It as a store, with one who worked there."""
        store = Store()
        store.extend(self.quads)
        return store


def test_the_same_again_is_nothing_new_and_words_alone_are_not() -> None:
    cluster = Cluster()
    assert cluster.see(observation(standing(snapshot(), snapshot(SECRET))))
    assert not cluster.see(observation(standing(snapshot(), snapshot(SECRET))))
    assert not cluster.see(observation(standing(snapshot(said="upgraded"), snapshot(SECRET)), revision=4))
    assert cluster.see(observation(standing(snapshot(generation=2), snapshot(SECRET))))


def test_what_a_secret_holds_is_not_in_the_graph() -> None:
    cluster = Cluster()
    cluster.see(observation(standing(snapshot(SECRET))))
    text = "".join(map(str, cluster.quads))
    assert "hidden" in text
    assert "aHVzaA" not in text


def test_a_drift_begins_and_ends_and_who_did_it_stays() -> None:
    cluster = Cluster()
    drift = Drift(RELEASE, "spec.interval: '99m' -> '10m'", ("kubectl-edit",), "2026-03-01T12:00:00Z")
    cluster.see(observation(standing(snapshot())))
    assert cluster.see(observation(standing(snapshot(generation=2), drifts=(drift,))))
    assert not cluster.see(observation(standing(snapshot(generation=2), drifts=(drift,))))
    found = status_of(cluster.store, "lab", BASE)
    assert found is not None
    assert [(each.by, each.at, each.until) for each in found.drifts] == [
        (("kubectl-edit",), "2026-03-01T12:00:00Z", "")
    ]
    healed = Effect(Act.CHANGE, RELEASE, drift.what, drift)
    assert cluster.see(observation(standing(snapshot(generation=3)), effects=(healed,)))
    found = status_of(cluster.store, "lab", BASE)
    assert found is not None
    (ended,) = found.drifts
    assert ended.until
    assert [each.generation for group in found.groups for each in group.things] == ["3"]
    assert not cluster.see(observation(standing(snapshot(generation=3))))


def test_what_could_not_be_looked_at_stays_as_it_was() -> None:
    cluster = Cluster()
    cluster.see(observation(standing(snapshot(), snapshot(SECRET))))
    stalled = Condition("Stalled", "True", "NotLooked", "the cluster does not answer")
    assert cluster.see(observation(Standing("prod", HUB, (stalled,))))
    found = status_of(cluster.store, "lab", BASE)
    assert found is not None
    (group,) = found.groups
    assert [each.name for each in group.things] == ["HelmRelease prod/prod", "Secret prod/prod-values"]
    assert [each.message for each in group.conditions] == ["the cluster does not answer"]


def test_a_condition_keeps_its_time_until_its_status_changes() -> None:
    cluster = Cluster()
    times = []
    for status in ("True", "True", "False", "False"):
        cluster.see(observation(standing(snapshot(), status=status)))
        found = status_of(cluster.store, "lab", BASE)
        assert found is not None
        times.append(found.groups[0].conditions[0].since)
    assert times[0] == times[1] != times[2] == times[3]


@pytest.mark.all
@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(list(Health))), min_size=1, max_size=12))
def test_an_object_has_one_state_at_a_time_whatever_happened(looks: list[tuple[int, Health]]) -> None:
    cluster = Cluster()
    for generation, health in looks:
        cluster.see(observation(standing(snapshot(generation=generation, health=health))))
    rows = ask(cluster.store, "cluster-then", cluster="lab")
    assert [(row["part"], row["what"]) for row in rows if row["part"] == "then"] == [("then", looks[-1][1].value)]
    assert ask(cluster.store, "cluster-then", cluster="other") == []


def test_the_past_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leap_kg.hub.observed.statements.KEPT", 40)
    cluster = Cluster()
    for number in range(5):
        objects = [snapshot(Key("v1", "ConfigMap", "prod", f"c{n}"), number) for n in range(20)]
        cluster.see(observation(standing(*objects)))
    past = [quad for quad in cluster.quads if quad.predicate.value.endswith("invalidatedAtTime")]
    assert len(past) == 40


@pytest.mark.all
def test_how_it_was_then_and_who_changed_it_since(tmp_path: Any) -> None:
    home = Home(tmp_path)
    drift = Drift(RELEASE, "spec.interval: '99m' -> '10m'", ("kubectl-edit",), "")
    looks = [
        observation(standing(snapshot())),
        observation(
            standing(snapshot(generation=3, health=Health.FAILED)),
            effects=(Effect(Act.CHANGE, RELEASE, drift.what, drift),),
        ),
    ]
    with pytest.raises(HomeError, match="is gone"):
        record(home, BASE, Store(), looks[0])
    home.create()
    made = [record(home, BASE, Store(), each) for each in looks]
    assert made == [1, 2]
    with Writer(home, BASE) as writer:
        assert (
            record(home, BASE, writer.store, observation(standing(snapshot(generation=3, health=Health.FAILED)))) == 0
        )
        first = next(moments_of(writer.store))
        rows = ask(writer.store, "cluster-then", moment=first)
        (then,) = (row for row in rows if row["part"] == "then")
        assert (then["what"], then["for"], then["detail"]) == ("ready", HUB, "version 1")
        (drifted,) = (row for row in rows if row["part"] == "drifted since")
        assert (drifted["who"], drifted["detail"]) == (f"{BASE}agent/kubectl-edit", drift.what)
        (done,) = (row for row in rows if row["part"] == "done since")
        assert (done["what"], done["for"]) == ("change HelmRelease prod/prod", HUB)
        began = Quad(
            NamedNode("urn:run"),
            PROV("startedAtTime"),
            Literal(first, datatype=XSD("dateTime")),
            source_graph(BASE, "r"),
        )
        writer.publish("r", [began], activity("a notebook ran"))
        assert ask(writer.store, "cluster-then", run="urn:run") == rows


def test_what_an_object_was_for_then_stays_when_its_group_is_for_something_else() -> None:
    seen = snapshot()
    assert seen.live
    seen.live["metadata"]["annotations"] = {IRI: HUB}
    cluster = Cluster()
    assert cluster.see(observation(standing(seen)))
    moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    refused = Standing("prod", f"{BASE}cluster/lab", (Condition("Ready", "False", "Refused"),), (seen,), ())
    assert cluster.see(observation(refused))
    (then,) = (row for row in ask(cluster.store, "cluster-then", moment=moment) if row["part"] == "then")
    assert then["for"] == HUB
    # What stands on the cluster is a stranger's: what is no IRI is not taken for one.
    seen.live["metadata"]["annotations"] = {IRI: "no iri"}
    assert cluster.see(observation(standing(seen)))


def moments_of(store: Store) -> Iterator[str]:
    """The times at which runs ended, in order."""
    rows = store.query(
        "SELECT ?at WHERE { ?run <http://www.w3.org/ns/prov#endedAtTime> ?at } ORDER BY ?at",
        use_default_graph_as_union=True,
    )
    return (row["at"].value for row in rows)  # type: ignore[union-attr]
