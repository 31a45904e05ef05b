"""What `plan`, `apply` and `run` say to whoever goes by it alone, on a real API server."""

import json
import os
import shlex
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from leap_kg.graph.home import Home
from leap_kg.hub.cluster.api import Cluster, ClusterError
from leap_kg.hub.cluster.applying import look
from leap_kg.hub.loop.bringing import Bringing
from leap_kg.hub.loop.monitoring import Numbers
from leap_kg.hub.loop.wanting import Wants
from leap_kg.hub.objects.manifest import Key
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.hub.test_operating import run
from tests.kube.conftest import Kubectl
from tests.kube.interrupted import INTERRUPTED
from tests.kube.operators import eventually, operating
from tests.kube.server import ApiServer
from tests.kube.test_applying import bring, versions, wanted
from tests.kube.test_operator import command, condition, found, known
from tests.kube.test_order import ordered, say, there

pytestmark = pytest.mark.all


def test_what_others_change_while_a_release_waits_is_told_and_goes_back_after_it(
    server: ApiServer, cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "home"
    ordered(home, name, first=[], second=["first"])
    with operating(server, home, name, "--resync", 2):
        eventually(lambda: found(kubectl, "helmrelease", "first", name))
        eventually(lambda: found(kubectl, "helmrepository", "first-chart", name))
        say(kubectl, name, "first", "True")
        eventually(lambda: there(cluster, name, "second"))
        eventually(lambda: found(kubectl, "helmrelease", "second", name))
        say(kubectl, name, "second", "True")
        say(kubectl, name, "first", "False")
        eventually(partial(condition, home, name, "first", "Ready", "False"))
        kubectl("patch", "helmrelease", "second", "-n", name, "--type=merge", "-p", '{"spec": {"interval": "99m"}}')
        drifted = eventually(partial(condition, home, name, "second", "Drifted", "True"))
        assert drifted.by == ("kubectl-patch",)
        assert "spec.interval: '99m' -> '10m'" in drifted.message
        asked = command(
            home, "query", "--named", "questions/cluster-then", "--set", f"cluster={name}", "--format", "csv"
        )
        assert any("drifted since" in line and f"{name}/second" in line for line in asked.splitlines())
        status, output = run(home, "plan", name, "--kubeconfig", str(server.kubeconfig))
        assert status == 2, output
        assert f"left: HelmRelease {name}/second was changed by others and is left so, while its release" in output
        assert "waiting: second waits for first, which is not ready" in output
        assert found(kubectl, "helmrelease", "second", name)["spec"]["interval"] == "99m"
        say(kubectl, name, "first", "True")
        eventually(lambda: found(kubectl, "helmrelease", "second", name)["spec"]["interval"] == "10m")
        eventually(partial(condition, home, name, "second", "Drifted", "False"))
        (drift,) = known(home, name).drifts
        assert drift.until


def pasted(home: Path, output: str, which: int = -1) -> tuple[int, str]:
    """What comes of the command that a plan printed."""
    line = [each for each in output.splitlines() if each.startswith("leap-kg hub apply")][which]
    return run(home, *shlex.split(line)[2:])


def test_the_command_that_a_plan_prints_carries_it_out(
    server: ApiServer, cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    wanted(tmp_path, name, "one")
    kubectl("create", "namespace", "argocd", check=False)
    file = tmp_path / "my $HOME's config"
    file.write_bytes(server.kubeconfig.read_bytes())
    options = ("--as", "argocd", "--kubeconfig", str(file), "--context", "test", "--prune", "--override", "a b")
    status, output = run(tmp_path, "plan", name, *options)
    assert status == 2, output
    status, told = pasted(tmp_path, output)
    assert (status, "2 of 2 steps done" in told) == (0, True), told
    assert run(tmp_path, "plan", name, *options)[0] == 0
    plan = look(cluster, wanted(tmp_path, f"{name}-two", "one"))
    assert plan.place == json.loads(kubectl("get", "namespace", "kube-system", "-o", "json"))["metadata"]["uid"]


def test_a_release_in_the_other_form_is_refused_until_the_first_is_gone(
    server: ApiServer, cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    bring(cluster, wanted(tmp_path, name, "one"))
    kubectl("create", "namespace", "argocd", check=False)
    before = versions(kubectl, name)
    options = (name, "--kubeconfig", str(server.kubeconfig), "--as", "argocd")
    application = Key("argoproj.io/v1alpha1", "Application", "argocd", "one")
    kubectl("delete", "application", "one", "-n", "argocd", "--ignore-not-found")
    for words in (("plan",), ("apply",), ("plan", "--prune")):
        status, output = run(tmp_path, *words, *options)
        assert (status, f"refused: one: HelmRelease {name}/one runs this hub already" in output) == (4, True), output
    wants = Wants(Home(tmp_path), BASE, name, "argocd")
    assert wants.look()
    made = Bringing(wants, Numbers(), prune=True)
    assert made.look(cluster, "one") == "blocked"
    standing = made.taken()[0]["one"]
    assert "runs this hub already" in standing.condition("Stalled").message
    assert [each.key for each in standing.objects or ()] == [Key("v1", "Namespace", "", name), application]
    assert (cluster.read(application), versions(kubectl, name)) == (None, before)
    kubectl("patch", "helmrelease", "one", "-n", name, "--type=merge", "-p", '{"spec": {"suspend": true}}')
    kubectl("delete", "helmrelease", "one", "-n", name)
    made.refresh(cluster)
    assert made.look(cluster, "one") == "changed"
    assert cluster.read(application) is not None
    assert run(tmp_path, "apply", *options)[0] == 0
    plan = look(cluster, wanted(tmp_path, name, "one"))
    assert plan.steps == ()
    assert any(f"one: {application} runs this hub already" in each for each in plan.refused)


def test_what_much_would_go_is_listed_and_its_digest_is_a_field(
    server: ApiServer, cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    bring(cluster, ordered(tmp_path, name, one=[], two=[], six=[], ten=[]))
    kubectl("delete", "helmrelease", "one", "two", "six", "-n", name)
    ordered(tmp_path, name, ten=[])
    options = (name, "--kubeconfig", str(server.kubeconfig), "--prune")
    status, output = run(tmp_path, "plan", *options)
    assert (status, "refused: 6 of 13 objects would go at once" in output) == (4, True), output
    gone = {f"{kind} {name}/{each}" for each in ("one", "two", "six") for kind, each in (
        ("Secret", f"{each}-values"), ("HelmRepository", f"{each}-chart"))}  # fmt: skip
    assert {line for line in output.splitlines() if line.startswith("unconfirmed: ")} == {
        f"unconfirmed: delete {each}" for each in gone
    }
    assert "nothing to do while 6 deletions are not confirmed" in output
    told: dict[str, Any] = json.loads(run(tmp_path, "plan", *options, "--json")[1])
    assert {f"{each['kind']} {each['namespace']}/{each['name']}" for each in told["unconfirmed"]} == gone
    assert told["confirm"] not in (None, told["digest"])
    sure = json.loads(run(tmp_path, "plan", *options, "--json", "--plan-digest", told["confirm"])[1])
    assert (sure["digest"], sure["confirm"], len(sure["steps"])) == (told["confirm"], None, 6)
    assert run(tmp_path, "apply", *options)[0] == 4
    status, done = pasted(tmp_path, output)
    assert (status, "6 of 6 steps done" in done) == (0, True), done
    assert set(versions(kubectl, name)) == {"Secret/ten-values", "HelmRepository/ten-chart", "HelmRelease/ten"}


def test_stopped_by_hand_it_says_how_far_it_got(server: ApiServer, cluster: Cluster, tmp_path: Path, name: str) -> None:
    wants = wanted(tmp_path, name, "one", "two")
    words = ["hub", "apply", name, "--kubeconfig", str(server.kubeconfig)]
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "4", "SIGINT", *words],
        env={**os.environ, "LEAP_KG_HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    last = done.stderr.splitlines()[-1]
    assert (done.returncode, "stopped after 2 of 7 steps" in last, "apply again" in last) == (130, True, True), done
    assert len(bring(cluster, wants)) == 4
    assert bring(cluster, wants) == []


def test_a_token_file_that_ends_in_a_line_break_is_taken(
    server: ApiServer, cluster: Cluster, tmp_path: Path, name: str
) -> None:
    value = yaml.safe_load(server.kubeconfig.read_text())
    token = value["users"][0]["user"].pop("token")
    (tmp_path / "token").write_text(f"{token}\n")
    value["users"][0]["user"]["tokenFile"] = "token"
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(value))
    with Cluster(file) as connected:
        assert [connected.identity() for _ in range(3)] == [cluster.identity()] * 3


def test_who_asks_as_nobody_is_told_so(server: ApiServer, tmp_path: Path) -> None:
    value = yaml.safe_load(server.kubeconfig.read_text())
    del value["contexts"][0]["context"]["user"]
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(value))
    with pytest.raises(ClusterError, match="without a login"), Cluster(file) as connected:
        connected.read(Key("v1", "Secret", "default", "x"))


def test_an_operator_says_what_is_wrong_with_its_kubeconfig_and_no_more(
    server: ApiServer, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "home"
    wanted(home, name, "one")
    value = yaml.safe_load(server.kubeconfig.read_text())
    value["users"][0]["user"] = {"exec": {"command": "no-such-login", "args": ["aVeryPrivateToken"]}}
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(value))
    with operating(server, home, name, "--kubeconfig", file) as operator:
        eventually(lambda: "the program no-such-login, with which the user test logs in" in operator.told())
    assert "ERROR:root" not in operator.told()
    assert "aVeryPrivateToken" not in operator.told()
