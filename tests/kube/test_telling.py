"""What `leap-kg hub apply` tells on a real API server: Events of what was done, and none where that is not allowed."""

import json
from pathlib import Path

import pytest
import yaml

from leap_kg.resources import declarations
from tests.hub.test_operating import run
from tests.kube.conftest import Kubectl
from tests.kube.operators import eventually
from tests.kube.server import ApiServer, kubeconfig
from tests.kube.test_applying import versions, wanted

pytestmark = pytest.mark.all

RIGHTS = declarations() / "hub" / "manifests" / "rights.yaml"


def events(kubectl: Kubectl, name: str) -> list[tuple[str, str, str]]:
    """Type, reason and object of each Event in the namespace, and of those about the namespace itself."""
    found = json.loads(kubectl("get", "events.events.k8s.io", "-A", "-o", "json"))["items"]
    about = [each for each in found if name in (each["metadata"]["namespace"], each["regarding"]["name"])]
    return sorted((each["type"], each["reason"], each["regarding"]["name"]) for each in about)


def test_what_was_done_is_told_once(server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str) -> None:
    words = ("apply", name, "--kubeconfig", str(server.kubeconfig))
    wanted(tmp_path, name, "one")
    assert run(tmp_path, *words)[0] == 0
    made = sorted(("Normal", "Created", each) for each in (name, "one", "one-chart", "one-values"))
    assert events(kubectl, name) == made
    assert run(tmp_path, *words)[0] == 0
    assert events(kubectl, name) == made  # nothing was done, so nothing is told
    patch = '{"spec": {"interval": "99m"}}'
    kubectl("patch", "helmrelease", "one", "-n", name, "--type=merge", "-p", patch, "--field-manager", "somebody")
    assert run(tmp_path, *words)[0] == 0
    healed = ("Normal", "Healed", "one")
    assert events(kubectl, name) == sorted([*made, healed])
    (note,) = [
        each["note"]
        for each in json.loads(kubectl("get", "events.events.k8s.io", "-n", name, "-o", "json"))["items"]
        if each["reason"] == "Healed"
    ]
    assert note == f"change HelmRelease {name}/one, which somebody had changed: spec.interval: '99m' -> '10m'"
    wanted(tmp_path, name, "one", suspended=True)
    assert run(tmp_path, *words)[0] == 0
    changed = ("Normal", "Changed", "one")
    assert events(kubectl, name) == sorted([*made, healed, changed])
    wanted(tmp_path, name, "two")
    kubectl("delete", "helmrelease", "one", "-n", name)
    assert run(tmp_path, *words, "--prune")[0] == 0
    gone = [("Normal", "Deleted", each) for each in ("one-chart", "one-values")]
    new = [("Normal", "Created", each) for each in ("two", "two-chart", "two-values")]
    assert events(kubectl, name) == sorted([*made, healed, changed, *gone, *new])


def less(server: ApiServer, kubectl: Kubectl, folder: Path, name: str, resource: str) -> Path:
    """A kubeconfig of somebody who has the rights that are shipped, but may only read what one of them is about."""
    kubectl("apply", "--server-side", "-f", str(RIGHTS))
    (role,) = (
        each
        for each in yaml.safe_load_all(RIGHTS.read_text())
        if (each["kind"], each["metadata"]["name"]) == ("ClusterRole", "leap-kg")
    )
    rules = [{**each, "verbs": ["get"]} if each["resources"] == [resource] else each for each in role["rules"]]
    assert rules != role["rules"]
    kubectl("create", "-f", "-", stdin=json.dumps({**role, "metadata": {"name": f"less-{name}"}, "rules": rules}))
    kubectl("create", "serviceaccount", f"less-{name}", "-n", "leap-kg")
    for each in (f"less-{name}", "leap-kg-values"):
        account = f"--serviceaccount=leap-kg:less-{name}"
        kubectl("create", "clusterrolebinding", f"{each}-of-{name}", f"--clusterrole={each}", account)
    who = f"--as=system:serviceaccount:leap-kg:less-{name}"
    eventually(lambda: kubectl("auth", "can-i", "create", "namespaces", who, check=False).strip() == "yes")
    assert kubectl("auth", "can-i", "create", resource, "-n", name, who, check=False).strip() == "no"
    token = kubectl("create", "token", f"less-{name}", "-n", "leap-kg").strip()
    return kubeconfig(folder, server.address, token, server.authority)


def test_what_the_cluster_refuses_is_told_as_well(
    server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wanted(tmp_path, name, "one")
    file = less(server, kubectl, tmp_path, name, "helmrepositories")
    status, output = run(tmp_path, "apply", name, "--kubeconfig", str(file))
    assert (status, "failed: HelmRepository" in output, "Events" in output) == (1, True, False), output
    assert ("Warning", "Blocked", "one-chart") in events(kubectl, name)


def test_who_may_not_tell_may_still_apply(server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str) -> None:
    wanted(tmp_path, name, "one")
    file = less(server, kubectl, tmp_path, name, "events")
    status, output = run(tmp_path, "apply", name, "--kubeconfig", str(file))
    assert status == 0, output
    assert "4 Events were not taken" in output
    assert "status 403" in output
    assert len(versions(kubectl, name)) == 3
    assert events(kubectl, name) == []
    status, output = run(tmp_path, "apply", name, "--kubeconfig", str(file))
    assert (status, "Events" in output) == (0, False), output
