"""What is ours, on a real API server: marks that were taken off come back, and no list of names takes things away."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from leap_kg.hub.cluster.api import Cluster, ClusterError
from leap_kg.hub.cluster.applying import carry_out, look
from leap_kg.hub.objects.manifest import IRI, Key, Manifest, marked, uid_of
from tests.kube.conftest import Kubectl
from tests.kube.interrupted import INTERRUPTED
from tests.kube.server import ApiServer
from tests.kube.test_applying import bring, wanted
from tests.kube.test_bringing import bringing

pytestmark = pytest.mark.all

LABEL = "app.kubernetes.io/managed-by"


def uid(kubectl: Kubectl, secret: str, space: str) -> str:
    """The uid of a Secret."""
    return str(json.loads(kubectl("get", "secret", secret, "-n", space, "-o", "json"))["metadata"]["uid"])


def tamper(kubectl: Kubectl, cluster: str, *rows: list[str]) -> None:
    """Write more into the inventory, as whoever may write to the namespace of leap-kg."""
    name = f"leap-kg-inventory-{cluster}"
    found = json.loads(kubectl("get", "configmap", name, "-n", "leap-kg", "-o", "json"))["data"]["objects"]
    patch = json.dumps({"data": {"objects": json.dumps([*json.loads(found), *rows])}})
    kubectl("patch", "configmap", name, "-n", "leap-kg", "--type=merge", "-p", patch)


@pytest.mark.parametrize(("kind", "mark"), [("helmrelease", "label"), ("secret", "annotate"), ("secret", "both")])
def test_a_mark_that_somebody_took_off_comes_back(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str, kind: str, mark: str
) -> None:
    wants = wanted(tmp_path, name, "one")
    bring(cluster, wants)
    thing = "one" if kind == "helmrelease" else "one-values"
    before = json.loads(kubectl("get", kind, thing, "-n", name, "-o", "json"))["metadata"]
    if mark != "annotate":
        kubectl("label", kind, thing, "-n", name, f"{LABEL}-")
    if mark != "label":
        kubectl("annotate", kind, thing, "-n", name, f"{IRI}-")
    assert [each.partition(" ")[0] for each in bring(cluster, wants)] == ["change"]
    after = json.loads(kubectl("get", kind, thing, "-n", name, "-o", "json"))["metadata"]
    assert (after["uid"], after["labels"], after["annotations"]) == (
        before["uid"], before["labels"], before["annotations"],
    )  # fmt: skip
    assert bring(cluster, wants) == []


def test_one_of_the_same_name_that_somebody_else_made_is_not_marked(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wants = wanted(tmp_path, name, "one")
    bring(cluster, wants)
    kubectl("delete", "secret", "one-values", "-n", name)
    kubectl("create", "secret", "generic", "one-values", "-n", name, "--from-literal=values.yaml=theirs")
    assert bring(cluster, wants) == []
    assert "exists and is not ours" in look(cluster, wants).refused[0]


def test_an_operator_puts_a_label_back_and_tells_of_it(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wanted(tmp_path, name, "one")
    _, made = bringing(tmp_path, cluster, name)
    assert made.look(cluster, "one") == "changed"
    kubectl("label", "helmrelease", "one", "-n", name, f"{LABEL}-")
    made.taken()
    assert made.look(cluster, "one") == "changed"
    ((_, effect),) = made.taken()[1]
    assert effect.drift is not None
    assert effect.drift.by == ("unknown",)  # who takes something off leaves no trace
    assert made.look(cluster, "one") == "unchanged"


def foreign(cluster: Cluster, kubectl: Kubectl, name: str, case: str) -> tuple[str, str]:
    """Namespace and name of a Secret that somebody would have us delete."""
    other = f"{name}-other"
    kubectl("create", "namespace", other)
    space = name if case in ("by hand", "replaced") else other
    metadata = {"name": "theirs", "namespace": space}
    secret: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
    secret = marked(secret, "https://example.org/hub/of-another-cluster")
    if case == "by hand":
        kubectl("apply", "-f", "-", stdin=json.dumps(secret))
    else:
        cluster.apply(secret)  # as an operator of another cluster, or another leap-kg, does
    return space, "theirs"


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("no uid", "does not say which one was made"),
        ("elsewhere", "nothing that this cluster is to run is in the namespace"),
        ("by hand", "leap-kg did not apply it"),
        ("replaced", "is not the one that was made"),
    ],
    ids=lambda each: each.replace(" ", "-") if " " in each and len(each) < 8 else None,
)
def test_a_name_in_the_inventory_takes_nothing_away_that_was_not_made_here(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str, case: str, why: str
) -> None:
    wants = wanted(tmp_path, name, "one")
    bring(cluster, wants)
    space, secret = foreign(cluster, kubectl, name, case)
    made = {"no uid": [], "replaced": ["another"]}.get(case, [uid(kubectl, secret, space)])
    tamper(kubectl, name, ["v1", "Secret", space, secret, *made])
    plan = look(cluster, wants, prune=True)
    assert plan.steps == ()
    (reason,) = (each for each in plan.refused if secret in each)
    assert why in reason
    assert bring(cluster, wants, prune=True) == []
    assert uid(kubectl, secret, space)


def test_in_a_namespace_that_was_made_for_it_something_goes_although_nothing_else_is_there(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wants = wanted(tmp_path, name, "one")
    two = wanted(tmp_path / "two", f"{name}-two", "two")
    both = wanted(tmp_path, name, "one")
    both = type(both)(name, 1, (*wants.objects, *two.objects), ())
    bring(cluster, both)
    kubectl("delete", "helmrelease", "two", "-n", f"{name}-two")
    assert bring(cluster, wants, prune=True) == ["delete Secret", "delete HelmRepository"]


def test_what_somebody_unmarked_is_not_taken_away(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    bring(cluster, wanted(tmp_path, name, "one", "two"))
    kubectl("delete", "helmrelease", "one", "-n", name)
    kubectl("label", "secret", "one-values", "-n", name, f"{LABEL}-")
    less = wanted(tmp_path, name, "two")
    assert bring(cluster, less, prune=True) == ["delete HelmRepository"]
    assert "was taken off" in " ".join(look(cluster, less, prune=True).refused)
    assert uid(kubectl, "one-values", name)


def test_what_was_made_just_before_a_crash_is_known_once_it_is_seen_again(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wants = wanted(tmp_path, name, "one")
    steps = carry_out(cluster, look(cluster, wants))
    for _ in range(3):
        next(steps)
    steps.close()  # type: ignore[attr-defined]
    secret = Key("v1", "Secret", name, "one-values")
    assert cluster.inventory(name)[secret] == ""
    bring(cluster, wants)
    assert cluster.inventory(name)[secret] == uid(kubectl, "one-values", name)


def test_several_that_write_the_inventory_at_once_lose_nothing(cluster: Cluster, name: str) -> None:
    cluster.keep_inventory(name, {})
    keys = [Key("v1", "Secret", name, f"s{number}") for number in range(6)]
    for pair in (keys[:2], keys[2:4], keys[4:]):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda key: cluster.keep_inventory(name, {key: "made"}), pair))
    cluster.keep_inventory(name, {}, frozenset(keys[:1]))
    assert cluster.inventory(name) == dict.fromkeys(keys[1:], "made")


def test_an_inventory_that_is_none_stops_all_that_goes(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wants = wanted(tmp_path, name, "one")
    bring(cluster, wants)
    patch = json.dumps({"data": {"objects": '{"v1": "Secret"}'}})
    inventory = f"leap-kg-inventory-{name}"
    kubectl("patch", "configmap", inventory, "-n", "leap-kg", "--type=merge", "-p", patch)
    with pytest.raises(ClusterError, match="cannot be read: restore it"):
        look(cluster, wants, prune=True)


def test_a_kind_that_is_never_made_is_not_even_looked_at(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wants = wanted(tmp_path, name, "one")
    bring(cluster, wants)
    tamper(kubectl, name, ["v1", "PersistentVolumeClaim", name, "claim-ada"])
    cluster.read = partial(_unless_claim, cluster.read)  # type: ignore[method-assign]
    assert "never makes a PersistentVolumeClaim" in look(cluster, wants, prune=True).refused[0]
    assert bring(cluster, wants, prune=True) == []
    assert look(cluster, wants, prune=True).refused == ()


def _unless_claim(read: Callable[[Key], Manifest | None], key: Key) -> Manifest | None:
    assert key.kind != "PersistentVolumeClaim"
    return read(key)


@pytest.mark.parametrize("writes", [6, 11])
def test_killed_after_any_write_the_next_apply_knows_all_that_was_made(
    server: ApiServer, cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str, writes: int
) -> None:
    wants = wanted(tmp_path, name, "one", "two", "six")
    words = ["hub", "apply", name, "--kubeconfig", str(server.kubeconfig)]
    variables = {**os.environ, "LEAP_KG_HOME": str(tmp_path)}
    command = [sys.executable, "-c", INTERRUPTED, str(writes), "SIGKILL", *words]
    assert subprocess.run(command, env=variables, timeout=120, check=False).returncode == -signal.SIGKILL
    assert set(cluster.inventory(name).values()) == {""}  # it knows what it was about to make
    assert len(bring(cluster, wants)) == 11 - writes  # the first write is the inventory
    known = cluster.inventory(name)
    assert known == {key: uid_of(cluster.read(key)) for key in known}
    assert len(known) == 10
    kubectl("delete", "helmrelease", "one", "six", "-n", name)
    assert len(bring(cluster, wanted(tmp_path, name, "two"), prune=True)) == 4
