"""Plans carried out on a real API server: what is written, what heals, what is left alone, and what never goes."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyoxigraph import Quad

from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.hub.cluster.api import Cluster, ClusterError
from leap_kg.hub.cluster.applying import carry_out, look
from leap_kg.hub.declared.declaring import declare, hub_node
from leap_kg.hub.declared.release import releases_of
from leap_kg.hub.objects.manifest import Key
from leap_kg.hub.planned.plan import Act
from leap_kg.hub.wanted.desired import Desired, desired
from leap_kg.ingest.hubs.mapping import VALUES
from leap_kg.ingest.hubs.settings import settings_triples
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.graph.samples import activity
from tests.kube.conftest import Kubectl
from tests.kube.server import ApiServer, kubeconfig

pytestmark = pytest.mark.all

VALUES_OF_HUB: dict[str, Any] = {
    "singleuser": {"profileList": [{"display_name": "Small", "kubespawner_override": {"mem_limit": "1G"}}]},
    "hub": {"config": {"Authenticator": {"admin_users": ["ada"]}}},
}


def wanted(folder: Path, cluster: str, *names: str, **more: Any) -> Desired:
    """What a graph wants in which these releases are declared, each of a hub of its own."""
    chart = {"name": "jupyterhub", "repository": "https://charts.example.org/", "version": "4.3.3"}
    releases = [
        {"name": name, "hub": f"{name}.example.org", "namespace": cluster, "chart": chart, **more} for name in names
    ]
    value = {"cluster": cluster, "releases": releases}
    releases_of(value)
    graph = source_graph(BASE, "hubs")
    quads = [
        Quad(each.subject, each.predicate, each.object, graph)
        for name in ("one", "two", "six")
        for each in settings_triples(hub_node(f"{name}.example.org", BASE), VALUES, VALUES_OF_HUB)
    ]
    with Writer(Home(folder), BASE, 30) as writer:
        writer.publish("hubs", quads, activity(f"hubs-{writer.revision}"))
        revision = declare(writer, value, BASE).revision
        return desired(writer.store, revision, cluster, "helmrelease", BASE)


def bring(cluster: Cluster, wants: Desired, **options: Any) -> list[str]:
    """Plan and do; what was done, as words."""
    done = list(carry_out(cluster, look(cluster, wants, **options)))
    assert [each.problem for each in done] == [""] * len(done)
    return [f"{each.step.act} {each.step.key.kind}" for each in done]


def versions(kubectl: Kubectl, space: str) -> dict[str, str]:
    """The resourceVersion of every object of ours in a namespace."""
    kinds = "secrets,helmreleases,helmrepositories,configmaps"
    found = json.loads(kubectl("get", kinds, "-n", space, "-o", "json"))
    return {
        f"{each['kind']}/{each['metadata']['name']}": each["metadata"]["resourceVersion"] for each in found["items"]
    }


def test_done_twice_it_writes_nothing(cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str) -> None:
    wants = wanted(tmp_path, name, "one", "two")
    assert bring(cluster, wants) == [
        "create Namespace",
        *["create Secret", "create HelmRepository", "create HelmRelease"] * 2,
    ]
    first, own = versions(kubectl, name), versions(kubectl, "leap-kg")
    assert bring(cluster, wants) == []
    assert (versions(kubectl, name), versions(kubectl, "leap-kg")) == (first, own)
    secret = json.loads(kubectl("get", "secret", "one-values", "-n", name, "-o", "json"))
    assert yaml.safe_load(base64.b64decode(secret["data"]["values.yaml"])) == VALUES_OF_HUB


def test_planning_writes_nothing(cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str) -> None:
    bring(cluster, wanted(tmp_path, name, "one"))
    before, own = versions(kubectl, name), versions(kubectl, "leap-kg")
    plan = look(cluster, wanted(tmp_path, name, "one", "two", suspended=True), prune=True)
    assert [step.act for step in plan.steps] == [Act.CHANGE, *[Act.CREATE] * 3]
    (change,) = plan.steps[0].changes
    assert tuple(change) == ("spec.suspend", False, True)
    assert (versions(kubectl, name), versions(kubectl, "leap-kg")) == (before, own)


def test_a_field_of_ours_heals_and_a_foreign_one_survives(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wants = wanted(tmp_path, name, "one")
    bring(cluster, wants)
    patch = '{"spec": {"interval": "99m", "timeout": "7m"}}'
    kubectl("patch", "helmrelease", "one", "-n", name, "--type=merge", "-p", patch, "--field-manager", "somebody")
    (step,) = look(cluster, wants).steps
    assert [(each.manager, each.field) for each in step.conflicts] == [("somebody", ".spec.interval")]
    assert bring(cluster, wants) == ["change HelmRelease"]
    spec = json.loads(kubectl("get", "helmrelease", "one", "-n", name, "-o", "json"))["spec"]
    assert (spec["interval"], spec["timeout"]) == ("10m", "7m")
    assert bring(cluster, wants) == []


def test_a_release_that_only_reports_is_left_as_it_is(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wants = wanted(tmp_path, name, "one", drift="report")
    bring(cluster, wants)
    kubectl("patch", "helmrelease", "one", "-n", name, "--type=merge", "-p", '{"spec": {"interval": "99m"}}')
    plan = look(cluster, wants)
    assert plan.steps == ()
    assert ".spec.interval (by kubectl-patch)" in plan.refused[0]


def test_what_is_not_ours_is_neither_changed_nor_taken_away(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    kubectl("create", "namespace", name)
    kubectl("create", "secret", "generic", "one-values", "-n", name, "--from-literal=values.yaml=theirs")
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    kubectl("apply", "-f", "-", stdin=yaml.safe_dump({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "claim-ada", "namespace": name},
        "spec": claim,
    }))  # fmt: skip
    wants = wanted(tmp_path, name, "one")
    plan = look(cluster, wants)
    assert "exists and is not ours" in plan.refused[0]
    assert bring(cluster, wants) == ["create HelmRepository", "create HelmRelease"]
    bring(cluster, wanted(tmp_path, name, "two"), prune=True)
    assert (
        "theirs"
        in base64.b64decode(
            json.loads(kubectl("get", "secret", "one-values", "-n", name, "-o", "json"))["data"]["values.yaml"]
        ).decode()
    )
    assert "claim-ada" in kubectl("get", "pvc", "-n", name)


def test_what_is_no_longer_wanted_goes_when_asked_but_never_a_release(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    bring(cluster, wanted(tmp_path, name, "one", "two"))
    less = wanted(tmp_path, name, "two")
    stays = look(cluster, less)
    assert (stays.steps, len(stays.refused)) == ((), 3)
    before = versions(kubectl, name)
    assert bring(cluster, less, prune=True) == []
    assert versions(kubectl, name) == before
    told = {reason.partition(" stays")[0]: reason for reason in look(cluster, less, prune=True).refused}
    assert "never taken away" in told[f"HelmRelease {name}/one"]
    for kept in (f"Secret {name}/one-values", f"HelmRepository {name}/one-chart"):
        assert f"HelmRelease {name}/one stays, and reads it" in told[kept]
    nothing = wanted(tmp_path, name)
    assert look(cluster, nothing, prune=True).steps == ()
    kubectl("delete", "helmrelease", "one", "-n", name)
    assert bring(cluster, wanted(tmp_path, name, "two"), prune=True) == ["delete Secret", "delete HelmRepository"]
    assert set(versions(kubectl, name)) == {"Secret/two-values", "HelmRepository/two-chart", "HelmRelease/two"}


def test_an_object_that_changed_since_the_plan_is_not_deleted(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    bring(cluster, wanted(tmp_path, name, "one", "two"))
    kubectl("delete", "helmrelease", "one", "-n", name)
    plan = look(cluster, wanted(tmp_path, name, "two"), prune=True)
    kubectl("annotate", "secret", "one-values", "-n", name, "note=keep")
    done = {str(each.step.key): each.problem for each in carry_out(cluster, plan)}
    assert "status 409" in done[f"Secret {name}/one-values"]
    assert "one-values" in kubectl("get", "secrets", "-n", name)


@pytest.mark.parametrize("cut", range(8))
def test_stopped_after_any_step_it_ends_as_it_should(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str, cut: int
) -> None:
    wants = wanted(tmp_path, name, "one", "two")
    steps = carry_out(cluster, look(cluster, wants))
    for _ in range(cut):
        next(steps, None)
    steps.close()  # type: ignore[attr-defined]
    bring(cluster, wants)
    assert bring(cluster, wants) == []
    assert len(cluster.inventory(name)) == 7


def test_a_kind_that_the_cluster_does_not_know_stops_what_comes_later(
    cluster: Cluster, tmp_path: Path, name: str
) -> None:
    wants = wanted(tmp_path, name, "one")
    with pytest.raises(ClusterError, match="does not know this kind"):
        cluster.apply({"apiVersion": "nobody.example/v1", "kind": "Nothing", "metadata": {"name": "x"}})
    assert cluster.read(Key("nobody.example/v1", "Nothing", "", "x")) is None
    assert bring(cluster, wants)


def test_a_token_without_rights_changes_nothing(server: ApiServer, tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(ClusterError, match="status 401"),
        Cluster(kubeconfig(tmp_path, server.address, "nobody", server.authority)) as other,
    ):
        look(other, wanted(tmp_path / "home", name, "one"))


def test_a_cluster_that_is_not_there_is_one_line(server: ApiServer, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="does not answer"):
        Cluster(kubeconfig(tmp_path, "https://127.0.0.1:1", "nobody", server.authority))
