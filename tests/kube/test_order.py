"""What comes after another, on a real API server: it waits until that is there and well, and says what it waits for."""

import json
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Quad

from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.hub.cluster.api import Cluster
from leap_kg.hub.cluster.applying import look
from leap_kg.hub.declared.declaring import declare, hub_node
from leap_kg.hub.objects.manifest import Key
from leap_kg.hub.wanted.desired import Desired, desired
from leap_kg.ingest.hubs.mapping import VALUES
from leap_kg.ingest.hubs.settings import settings_triples
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.graph.samples import activity
from tests.kube.conftest import Kubectl
from tests.kube.operators import eventually, operating
from tests.kube.server import ApiServer
from tests.kube.test_applying import VALUES_OF_HUB, bring
from tests.kube.test_operator import condition

pytestmark = pytest.mark.all

CHART = {"name": "jupyterhub", "repository": "https://charts.example.org/", "version": "4.3.3"}


def ordered(folder: Path, cluster: str, **after: list[str]) -> Desired:
    """What a graph wants in which each release comes after others; the hub of one called `bad` has no values."""
    releases = [
        {"name": name, "hub": f"{name}.example.org", "namespace": cluster, "chart": CHART, "after": others}
        for name, others in after.items()
    ]
    quads = [
        Quad(each.subject, each.predicate, each.object, source_graph(BASE, "hubs"))
        for name in after
        for each in settings_triples(hub_node(f"{name}.example.org", BASE), VALUES, VALUES_OF_HUB)
        if name != "bad"
    ]
    with Writer(Home(folder), BASE, 30) as writer:
        writer.publish("hubs", quads, activity(f"hubs-{writer.revision}"))
        revision = declare(writer, {"cluster": cluster, "releases": releases}, BASE).revision
        return desired(writer.store, revision, cluster, "helmrelease", BASE)


def say(kubectl: Kubectl, space: str, release: str, ready: str) -> None:
    """What Flux says of a release and of its chart."""
    said = {"type": "Ready", "status": ready, "reason": "Tried", "message": "as Flux says"}
    for kind, thing in (("helmrelease", release), ("helmrepository", f"{release}-chart")):
        generation = json.loads(kubectl("get", kind, thing, "-n", space, "-o", "json"))["metadata"]["generation"]
        status = {"observedGeneration": generation, "conditions": [said]}
        patch = json.dumps({"status": status})
        kubectl("patch", kind, thing, "-n", space, "--subresource=status", "--type=merge", "-p", patch)


def there(cluster: Cluster, space: str, release: str) -> bool:
    """Whether any object of a release is there."""
    return any(
        cluster.read(key)
        for key in (
            Key("v1", "Secret", space, f"{release}-values"),
            Key("source.toolkit.fluxcd.io/v1", "HelmRepository", space, f"{release}-chart"),
            Key("helm.toolkit.fluxcd.io/v2", "HelmRelease", space, release),
        )
    )


def test_what_comes_after_one_that_is_refused_is_not_made(cluster: Cluster, tmp_path: Path, name: str) -> None:
    wants = ordered(tmp_path, name, bad=[], next=["bad"], last=["next"], free=[])
    bring(cluster, wants)
    assert [there(cluster, name, each) for each in ("next", "last", "free")] == [False, False, True]
    plan = look(cluster, wants)
    assert plan.steps == ()
    first, second = plan.waiting
    assert first.startswith("next waits for bad, which is refused: bad: the graph has no values of the hub bad.example")
    assert second.startswith("last waits for next, which waits itself: next waits for bad")


def test_each_waits_until_the_one_before_is_well(cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str) -> None:
    wants = ordered(tmp_path, name, first=[], second=["first"])
    assert len(bring(cluster, wants)) == 4
    for ready in (None, "Unknown", "False"):
        if ready is not None:
            say(kubectl, name, "first", ready)
        assert bring(cluster, wants) == []
        assert not there(cluster, name, "second")
    assert "second waits for first, which is not ready" in look(cluster, wants).waiting[0]
    assert "failed: as Flux says" in look(cluster, wants).waiting[0]
    say(kubectl, name, "first", "True")
    assert len(bring(cluster, wants)) == 3
    say(kubectl, name, "first", "False")
    plan = look(cluster, wants)  # what has nothing to do waits for nothing
    assert (plan.steps, plan.waiting) == ((), ())
    kubectl("patch", "helmrelease", "second", "-n", name, "--type=merge", "-p", '{"spec": {"interval": "99m"}}')
    assert len(look(cluster, wants).waiting) == 1
    say(kubectl, name, "first", "True")
    assert bring(cluster, wants) == ["change HelmRelease"]


def test_an_operator_tells_what_waits_and_goes_on_when_that_is_well(
    server: ApiServer, cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "home"
    ordered(home, name, bad=[], next=["bad"], first=[], second=["first"])
    with operating(server, home, name, "--resync", 3600):

        def waits(group: str) -> str:
            held: Any = condition(home, name, group, "Ready", "False")
            return held.message if held is not None and held.reason == "Waiting" else ""

        assert "next waits for bad, which is refused" in eventually(lambda: waits("next"))
        assert "second waits for first, which is not ready" in eventually(lambda: waits("second"))
        assert not there(cluster, name, "second")
        say(kubectl, name, "first", "True")
        eventually(lambda: there(cluster, name, "second"))
        eventually(lambda: condition(home, name, "second", "Ready", "Unknown"))
        assert not there(cluster, name, "next")
