"""Groups that are brought on one look at a time, on a real API server: in waves, and what goes only when seen twice."""

import json
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.hub.cluster.api import Cluster
from leap_kg.hub.declared.declaring import declare
from leap_kg.hub.declared.suspending import resume, suspend
from leap_kg.hub.loop.bringing import FAILED, REST, WAITING, Bringing
from leap_kg.hub.loop.monitoring import Numbers
from leap_kg.hub.loop.wanting import Wants
from leap_kg.hub.objects.manifest import Key
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.kube.conftest import Kubectl
from tests.kube.test_applying import wanted
from tests.kube.test_order import say

pytestmark = pytest.mark.all


def bringing(folder: Path, cluster: Cluster, name: str) -> tuple[Wants, Bringing]:
    """What brings the cluster to what the graph in the folder wants, and may take things away."""
    wants = Wants(Home(folder), BASE, name, "helmrelease")
    assert wants.look()
    made = Bringing(wants, Numbers(), prune=True)
    made.refresh(cluster)
    return wants, made


def test_what_is_not_wanted_goes_only_when_two_looks_find_it_so(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wanted(tmp_path, name, "one", "two")
    wants, made = bringing(tmp_path, cluster, name)
    assert [made.look(cluster, group) for group in (*wants.parts, REST)] == ["changed", "changed", "unchanged"]
    wanted(tmp_path, name, "two")
    assert wants.look()
    kubectl("delete", "helmrelease", "one", "-n", name)
    secret = Key("v1", "Secret", name, "one-values")
    made.look(cluster, REST)
    assert cluster.read(secret)
    assert made.undecided
    wanted(tmp_path, name, "one", "two")  # it was an error: nothing was lost by it
    wants.look()
    assert made.look(cluster, REST) == "unchanged"
    assert made.look(cluster, "one") == "changed"
    wanted(tmp_path, name, "two")
    wants.look()
    made.look(cluster, REST)
    assert made.undecided
    assert made.look(cluster, REST) == "blocked"
    assert cluster.read(secret)  # the release stays, which reads it
    assert not made.undecided
    kubectl("delete", "helmrelease", "one", "-n", name)
    assert made.look(cluster, REST) == "changed"
    assert cluster.read(secret) is None
    assert cluster.read(Key("source.toolkit.fluxcd.io/v1", "HelmRepository", name, "one-chart")) is None


def test_one_that_comes_after_another_waits_until_that_is_done(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wanted(tmp_path, name, "one", "two")
    chart = {"name": "jupyterhub", "repository": "https://charts.example.org/", "version": "4.3.3"}
    first, second = (
        {"name": each, "hub": f"{each}.example.org", "namespace": name, "chart": chart} for each in ("one", "two")
    )
    with Writer(Home(tmp_path), BASE) as writer:
        declare(writer, {"cluster": name, "releases": [first, {**second, "after": ["one"]}]}, BASE)
    wants, made = bringing(tmp_path, cluster, name)
    assert list(wants.parts) == ["one", "two"]
    assert made.look(cluster, "two") == WAITING
    kubectl("create", "namespace", name)
    kubectl("delete", "namespace", name, "--wait=false")  # nobody here clears it away: nothing more may be made in it
    assert made.look(cluster, "one") == FAILED
    assert made.look(cluster, "two") == WAITING
    assert cluster.read(Key("v1", "Secret", name, "two-values")) is None
    cleared = {**json.loads(kubectl("get", "namespace", name, "-o", "json")), "spec": {"finalizers": []}}
    kubectl("replace", "--raw", f"/api/v1/namespaces/{name}/finalize", "-f", "-", stdin=json.dumps(cleared))
    assert made.look(cluster, "one") == "changed"
    assert made.released("one") == ["two"]
    assert made.look(cluster, "two") == WAITING
    ready = made.taken()[0]["two"].condition("Ready")
    assert (ready.status, ready.reason) == ("False", "Waiting")
    assert f"two waits for one, which is not ready: HelmRepository {name}/one-chart" in ready.message
    say(kubectl, name, "one", "True")
    assert made.look(cluster, "two") == WAITING  # what it waits for was not looked at since
    assert made.look(cluster, "one") == "unchanged"
    assert made.look(cluster, "two") == "changed"
    assert made.released("one") == []


def test_what_the_graph_wants_by_now_is_not_told_as_somebody_s_change(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wanted(tmp_path, name, "one")
    wants, made = bringing(tmp_path, cluster, name)
    made.look(cluster, "one")
    with Writer(Home(tmp_path), BASE) as writer:
        suspend(writer, name, "one", "ada", BASE)
    wants.look()
    assert made.look(cluster, "one") == "changed"
    kubectl("patch", "helmrelease", "one", "-n", name, "--type=merge", "-p", '{"spec": {"interval": "7m"}}')
    assert made.look(cluster, "one") == "unchanged"
    with Writer(Home(tmp_path), BASE) as writer:
        resume(writer, name, "one", BASE)
    wants.look()
    made.taken()
    assert made.look(cluster, "one") == "changed"
    ((_, effect),) = made.taken()[1]
    assert effect.what == "spec.interval: '7m' -> '10m'; spec.suspend: True -> False"
    assert effect.drift is not None
    assert (effect.drift.what, effect.drift.by) == ("spec.interval: '7m' -> '10m'", ("kubectl-patch",))
