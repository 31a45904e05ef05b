"""The rights that are shipped: enough for everything, and what they must not allow the cluster refuses."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from leap_kg.hub.cluster.api import Cluster, ClusterError
from leap_kg.hub.objects.manifest import Key
from leap_kg.resources import declarations
from tests.kube.conftest import Kubectl
from tests.kube.server import ApiServer, kubeconfig
from tests.kube.test_applying import bring, wanted

pytestmark = pytest.mark.all

MANIFESTS = declarations() / "hub" / "manifests"
USER = "--as=system:serviceaccount:leap-kg:leap-kg"


@pytest.fixture(scope="module")
def restricted(server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster as the service account sees it that `rights.yaml` makes."""
    kubectl = Kubectl(server)
    for name in ("rights.yaml", "never.yaml"):
        kubectl("apply", "--server-side", "-f", str(MANIFESTS / name))
    token = kubectl("create", "token", "leap-kg", "-n", "leap-kg").strip()
    file = kubeconfig(tmp_path_factory.mktemp("rights"), server.address, token, server.authority)
    with Cluster(file) as connected:
        yield connected


def test_the_rights_are_enough(restricted: Cluster, kubectl: Kubectl, tmp_path: Path, name: str) -> None:
    bring(restricted, wanted(tmp_path, name, "one", "two"))
    kubectl("delete", "helmrelease", "one", "-n", name)
    assert bring(restricted, wanted(tmp_path, name, "two"), prune=True) == ["delete Secret", "delete HelmRepository"]
    assert bring(restricted, wanted(tmp_path, name, "two")) == []


@pytest.mark.parametrize(
    ("verb", "what"),
    [
        ("delete", "persistentvolumeclaims"), ("delete", "namespaces"), ("delete", "helmreleases"), ("list", "secrets"),
        ("create", "pods"), ("patch", "deployments"), ("get", "persistentvolumes"),
    ],
)  # fmt: skip
def test_nothing_else_is_allowed(restricted: Cluster, kubectl: Kubectl, verb: str, what: str) -> None:
    assert kubectl("auth", "can-i", verb, what, "--all-namespaces", USER, check=False).strip() == "no"


def test_the_cluster_refuses_what_must_never_go_even_to_an_administrator(
    restricted: Cluster, kubectl: Kubectl, name: str
) -> None:
    kubectl("create", "namespace", name)
    kubectl("create", "secret", "generic", "theirs", "-n", name)
    kubectl("create", "clusterrolebinding", name, "--clusterrole=cluster-admin", "--serviceaccount=leap-kg:leap-kg")
    try:
        await_policy(kubectl, name)
        for key in (Key("v1", "Namespace", "", name), Key("v1", "Secret", name, "theirs")):
            found = restricted.read(key)
            assert found is not None
            with pytest.raises(ClusterError, match="does not delete"):
                restricted.delete(key, found["metadata"]["uid"], found["metadata"]["resourceVersion"])
            assert restricted.read(key) == found
    finally:
        kubectl("delete", "clusterrolebinding", name)


def test_others_secrets_are_not_changed_and_the_cluster_s_namespaces_are_left_alone(
    restricted: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    bring(restricted, wanted(tmp_path, name, "one"))
    kubectl("create", "secret", "generic", "theirs", "-n", name)
    await_policy(kubectl, name)
    ours = "app.kubernetes.io/managed-by=leap-kg"
    said = kubectl.refusal("label", "secret", "theirs", ours, "-n", name, USER)
    assert "does not change Secrets that it did not make" in said
    said = kubectl.refusal("create", "secret", "generic", "ours", "-n", "kube-system", USER)
    assert "namespaces of the cluster itself" in said
    job = ["create", "job", "ours", "--image=none.example.org/none", "-n", "kube-system"]
    assert "namespaces of the cluster itself" in kubectl.refusal(*job, USER)
    # One of ours that has lost its label may be mended, and one that somebody hands over may be taken.
    kubectl("label", "secret", "one-values", "app.kubernetes.io/managed-by-", "-n", name)
    kubectl("label", "secret", "one-values", ours, "-n", name, USER)
    kubectl("label", "secret", "theirs", ours, "-n", name)
    kubectl("annotate", "secret", "theirs", "seen=yes", "-n", name, USER)


def test_rights_for_some_namespaces_are_enough_for_these(server: ApiServer, tmp_path: Path, name: str) -> None:
    kubectl = Kubectl(server)
    account = "--serviceaccount=leap-kg:leap-kg"
    for file in ("rights.yaml", "never.yaml"):
        kubectl("apply", "--server-side", "-f", str(MANIFESTS / file))
    kubectl("delete", "clusterrolebinding", "leap-kg-values")
    try:
        kubectl("create", "namespace", name)
        kubectl("create", "namespace", f"{name}-theirs")
        for space in (name, "leap-kg"):
            kubectl("create", "rolebinding", name, "--clusterrole=leap-kg-values", account, "-n", space)
        token = kubectl("create", "token", "leap-kg", "-n", "leap-kg").strip()
        with Cluster(kubeconfig(tmp_path, server.address, token, server.authority)) as connected:
            bring(connected, wanted(tmp_path / "home", name, "one", "two"))
            assert bring(connected, wanted(tmp_path / "home", name, "one", "two")) == []
        can = ["auth", "can-i", "get", "secrets", USER]
        assert kubectl(*can, "-n", name).strip() == "yes"
        assert kubectl(*can, "-n", f"{name}-theirs", check=False).strip() == "no"
    finally:
        kubectl("apply", "--server-side", "-f", str(MANIFESTS / "rights.yaml"))
        kubectl("delete", "rolebinding", name, "-n", "leap-kg")


def await_policy(kubectl: Kubectl, space: str) -> None:
    """Wait until rights and policy hold, by trying what changes nothing."""
    for _ in range(100):
        if "does not delete" in kubectl.refusal("delete", "secret", "theirs", "-n", space, "--dry-run=server", USER):
            return
        time.sleep(0.1)
    raise AssertionError("the policy does not hold")


def test_kubectl_finds_no_difference(
    server: ApiServer, cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wants = wanted(tmp_path / "home", name, "one", "two")
    bring(cluster, wants)
    file = tmp_path / "objects.yaml"
    file.write_text(yaml.safe_dump_all(each.manifest for each in wants.objects))
    command = ["kubectl", "--kubeconfig", str(server.kubeconfig), "diff", "--server-side", "--field-manager=leap-kg"]
    done = subprocess.run([*command, "-f", str(file)], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
