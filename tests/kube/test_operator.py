"""An operator as a process on a real API server: what it heals, what it tells of, what it leaves, and how it ends."""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml
from typer.testing import CliRunner

from leap_kg.cli.app import app
from leap_kg.graph.home import Home, WriterLock
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.hub.declared.declaring import source_of
from leap_kg.hub.observed.statements import moment
from leap_kg.hub.observed.status import Holding, Status, status_of
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.graph.samples import activity
from tests.kube.conftest import DEFINITIONS, Kubectl
from tests.kube.operators import LEASE, eventually, operating
from tests.kube.server import ApiServer, answering, free_ports, kubeconfig, storing
from tests.kube.test_applying import versions, wanted

pytestmark = pytest.mark.all


def found(kubectl: Kubectl, kind: str, name: str, space: str) -> dict[str, Any]:
    """An object, `{}` if it is not there."""
    text = kubectl("get", kind, name, "-n", space, "-o", "json", "--ignore-not-found")
    return json.loads(text) if text.strip() else {}


def known(home: Path, cluster: str) -> Status:
    """What the graph knows of the cluster."""
    snapshot = Snapshots(Home(home)).current()
    assert snapshot is not None
    return status_of(snapshot.store, cluster, BASE) or Status(cluster, "", (), ())


def settled(home: Path, cluster: str, *groups: str) -> bool:
    """Whether the graph knows how these groups stand, and the objects of each."""
    return {each.name for each in known(home, cluster).groups if each.things} >= set(groups)


def test_it_brings_heals_and_tells(server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    wanted(home, name, "one", "two")
    with operating(server, home, name) as operator:
        eventually(lambda: settled(home, name, "one", "two"))
        assert operator.get("/healthz").status_code == operator.get("/readyz").status_code == 200
        patch = '{"spec": {"interval": "99m", "timeout": "7m"}}'
        kubectl("patch", "helmrelease", "one", "-n", name, "--type=merge", "-p", patch, "--field-manager", "somebody")
        began = time.monotonic()
        eventually(lambda: found(kubectl, "helmrelease", "one", name)["spec"]["interval"] == "10m")
        assert time.monotonic() - began < 4  # by its watch, before it would have looked at everything again
        assert found(kubectl, "helmrelease", "one", name)["spec"]["timeout"] == "7m"
        (drift,) = eventually(lambda: known(home, name).drifts)
        assert (drift.thing, drift.by) == (f"HelmRelease {name}/one", ("somebody",))
        assert moment(drift.at) < moment(drift.until)
        assert "spec.interval: '99m' -> '10m'" in drift.what
        events = json.loads(kubectl("get", "events.events.k8s.io", "-n", name, "-o", "json"))["items"]
        (healed,) = (each for each in events if each["reason"] == "Healed")
        assert "somebody" in healed["note"]
        assert healed["regarding"]["name"] == "one"
        assert operator.metric("leap_kg_hub_healed_total") == 1
        kubectl("delete", "secret", "two-values", "-n", name)
        eventually(lambda: found(kubectl, "secret", "two-values", name))
        assert eventually(lambda: len(known(home, name).drifts) == 2)


def test_what_nobody_touches_leaves_nothing_in_the_log(
    server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "home"
    wanted(home, name, "one")
    with operating(server, home, name, "--resync", 1) as operator:
        eventually(lambda: settled(home, name, "one"))
        eventually(lambda: operator.metric("leap_kg_hub_publications_total") >= 2)
        revision, state = PatchLog(Home(home).log).last(), known(home, name)
        looked = looked_at(kubectl, name)
        eventually(lambda: looked_at(kubectl, name) > looked)
        eventually(lambda: operator.metric("leap_kg_hub_reconciles_total") > 8)
    with operating(server, home, name, "--resync", 1) as again:
        eventually(lambda: again.metric("leap_kg_hub_reconciles_total") > 4)
        eventually(lambda: again.metric("leap_kg_hub_publications_total") >= 2)
    assert PatchLog(Home(home).log).last() == revision
    assert known(home, name) == state


def looked_at(kubectl: Kubectl, name: str) -> str:
    """When an operator last looked at everything, as its Lease says."""
    lease = found(kubectl, "lease", f"leap-kg-operator-{name}", "leap-kg")
    return str(lease["metadata"].get("annotations", {}).get("leap-kg.org/looked-at", ""))


def holder(kubectl: Kubectl, name: str) -> str:
    """Who holds the Lease."""
    return str(found(kubectl, "lease", f"leap-kg-operator-{name}", "leap-kg").get("spec", {}).get("holderIdentity", ""))


def test_of_two_one_works_and_the_other_takes_over_when_it_is_killed(
    server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "home"
    wanted(home, name, "one")
    with operating(server, home, name, name="a") as first:
        eventually(lambda: settled(home, name, "one"))
        one = holder(kubectl, name)
        with operating(server, home, name, name="b") as second:
            eventually(lambda: second.get("/readyz").status_code == 200)
            assert (first.metric("leap_kg_hub_leading"), second.metric("leap_kg_hub_leading")) == (1, 0)
            made = found(kubectl, "helmrelease", "one", name)
            first.kill()
            renewed = lease_of(kubectl, name)["renewTime"]
            kubectl("patch", "helmrelease", "one", "-n", name, "--type=merge", "-p", '{"spec": {"interval": "99m"}}')
            eventually(lambda: holder(kubectl, name) not in ("", one))
            taken = moment(lease_of(kubectl, name)["acquireTime"]) - moment(renewed)
            assert taken.total_seconds() < LEASE + 1  # it looks every half second, on a machine that does other things
            eventually(lambda: found(kubectl, "helmrelease", "one", name)["spec"]["interval"] == "10m")
            eventually(lambda: known(home, name).drifts)
            after = found(kubectl, "helmrelease", "one", name)
            # The edit and its healing, and nothing else.
            assert after["metadata"]["uid"] == made["metadata"]["uid"]
            assert after["metadata"]["generation"] == made["metadata"]["generation"] + 2
            assert len(reasons(kubectl, name, "Created")) == 4
            assert len(reasons(kubectl, name, "Healed")) == 1
            assert lease_of(kubectl, name)["leaseTransitions"] == 1
    assert holder(kubectl, name) == ""


def lease_of(kubectl: Kubectl, cluster: str) -> dict[str, Any]:
    """What the lease of the operators of a cluster says."""
    spec: dict[str, Any] = found(kubectl, "lease", f"leap-kg-operator-{cluster}", "leap-kg")["spec"]
    return spec


def reasons(kubectl: Kubectl, space: str, reason: str) -> list[str]:
    """What the events of one reason are about."""
    events = json.loads(kubectl("get", "events.events.k8s.io", "-A", "-o", "json"))["items"]
    inside = [each for each in events if space in (each["regarding"].get("namespace"), each["regarding"]["name"])]
    return [each["regarding"]["name"] for each in inside if each["reason"] == reason]


def test_it_goes_on_when_the_server_comes_back(tmp_path: Path) -> None:
    folder, home = tmp_path / "kube", tmp_path / "home"
    folder.mkdir()
    wanted(home, "lab", "one")
    with storing(folder) as commands, ExitStack() as stack:
        with answering(folder, commands) as server:
            kubectl = defined(server)
            operator = stack.enter_context(operating(server, home, "lab", "--resync", 3600))
            eventually(lambda: settled(home, "lab", "one"))
        eventually(lambda: operator.metric("leap_kg_hub_leading") == 0)
        stack.enter_context(answering(folder, commands))
        # Whatever was changed meanwhile, or while the watch was away, is found: there is no full look for an hour.
        kubectl("patch", "helmrelease", "one", "-n", "lab", "--type=merge", "-p", '{"spec": {"interval": "99m"}}')
        eventually(lambda: found(kubectl, "helmrelease", "one", "lab")["spec"]["interval"] == "10m")
        eventually(lambda: known(home, "lab").drifts)
        assert operator.metric("leap_kg_hub_watches_total") >= 4


def defined(server: ApiServer) -> Kubectl:
    """Somebody on a new server, which knows HelmRelease and the like."""
    kubectl = Kubectl(server)
    kubectl("apply", "--server-side", "-f", str(DEFINITIONS))
    kubectl("wait", "--for", "condition=established", "--timeout=60s", "crd", "--all")
    return kubectl


def emptied(home: Path, cluster: str) -> None:
    """Nothing is declared for the cluster any more, though nobody declared that."""
    with Writer(Home(home), BASE, 30) as writer:
        writer.publish(source_of(cluster), [], activity("emptied"))


def halved(home: Path, cluster: str) -> None:
    """Only half of what was declared is there."""
    with Writer(Home(home), BASE, 30) as writer:
        graph = source_graph(BASE, source_of(cluster))
        quads = sorted(looked_up(writer.store, None, None, None, graph), key=str)
        writer.publish(source_of(cluster), quads[::2], activity("halved"))


def lost(home: Path, cluster: str) -> None:
    """The graph is not there at all, from when nobody writes to it on."""
    with WriterLock(Home(home), 30):
        home.rename(home.with_name("elsewhere"))


@pytest.mark.parametrize("failing", [emptied, halved, lost])
def test_a_graph_that_fails_takes_nothing_away(
    server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str, failing: Callable[[Path, str], None]
) -> None:
    home = tmp_path / "home"
    wanted(home, name, "one", "two")
    with operating(server, home, name, "--prune", "--resync", 1) as operator:
        eventually(lambda: settled(home, name, "one", "two"))
        failing(home, name)
        eventually(lambda: operator.metric("leap_kg_hub_graph_problem") == 1)
        before, looked = versions(kubectl, name), looked_at(kubectl, name)
        if failing is lost:
            # What was wanted before still holds; and the home is not made anew.
            kubectl("patch", "helmrelease", "one", "-n", name, "--type=merge", "-p", '{"spec": {"interval": "99m"}}')
            eventually(lambda: found(kubectl, "helmrelease", "one", name)["spec"]["interval"] == "10m")
            eventually(lambda: looked_at(kubectl, name) > looked)
            assert not home.exists()
            home.with_name("elsewhere").rename(home)
            eventually(lambda: known(home, name).drifts)
            eventually(lambda: operator.get("/readyz").status_code == 200)
        else:
            assert operator.get("/readyz").status_code == 503
            time.sleep(2)  # two looks at everything, had there been something to go by
            assert versions(kubectl, name) == before
        assert versions(kubectl, name).keys() == before.keys()
        assert operator.get("/healthz").status_code == 200


def test_a_hub_that_goes_leaves_what_its_users_have(
    server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "home"
    wanted(home, name, "one", "two")
    with operating(server, home, name, "--prune", "--resync", 1):
        eventually(lambda: settled(home, name, "one", "two"))
        claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
        metadata = {"name": "claim-ada", "namespace": name, "labels": {"app.kubernetes.io/managed-by": "leap-kg"}}
        volume = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": claim}
        kubectl("apply", "-f", "-", stdin=json.dumps(volume))
        wanted(home, name, "two")
        eventually(lambda: "one" not in {each.name for each in known(home, name).groups})
        kept = [f"HelmRelease {name}/one", f"HelmRepository {name}/one-chart", f"Secret {name}/one-values"]
        eventually(lambda: sorted(things(home, name, name)) == kept)
        assert found(kubectl, "helmrelease", "one", name)["spec"]["suspend"] is False  # it works on, with what it reads
        assert found(kubectl, "helmrelease", "two", name)["spec"]["suspend"] is False
        assert found(kubectl, "pvc", "claim-ada", name)
        assert "never taken away" in eventually(lambda: condition(home, name, name, "Stalled", "True")).message
        looked = looked_at(kubectl, name)
        eventually(lambda: looked_at(kubectl, name) > looked)
        assert found(kubectl, "secret", "one-values", name)
        assert found(kubectl, "helmrepository", "one-chart", name)
        kubectl("delete", "helmrelease", "one", "-n", name)
        eventually(lambda: not found(kubectl, "secret", "one-values", name))
        eventually(lambda: not found(kubectl, "helmrepository", "one-chart", name))
        assert found(kubectl, "pvc", "claim-ada", name)


def things(home: Path, cluster: str, group: str) -> list[str]:
    """The objects of a group that are there, as far as the graph knows."""
    return [thing.name for each in known(home, cluster).groups if each.name == group for thing in each.things]


def test_what_is_suspended_is_left_and_told_until_it_is_resumed(
    server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "home"
    wanted(home, name, "one", "two")
    with operating(server, home, name, "--resync", 1):
        eventually(lambda: settled(home, name, "one", "two"))
        assert f"one of {name} is left to itself" in command(home, "hub", "suspend", "one", "--by", "ada")
        eventually(lambda: found(kubectl, "helmrelease", "one", name)["spec"]["suspend"])
        kubectl(
            "patch", "secret", "one-values", "-n", name, "--type=merge", "-p", '{"data": {"values.yaml": "bWluZQ=="}}'
        )
        kubectl("patch", "helmrelease", "two", "-n", name, "--type=merge", "-p", '{"spec": {"interval": "99m"}}')
        eventually(lambda: found(kubectl, "helmrelease", "two", name)["spec"]["interval"] == "10m")
        drifted = eventually(lambda: condition(home, name, "one", "Drifted", "True"))
        assert drifted.by == ("kubectl-patch",)
        assert "bWluZQ" not in drifted.message
        (told,) = json.loads(
            command(home, "hub", "status", name, "--output", "json", "--kubeconfig", server.kubeconfig)
        )
        assert [(each["release"], each["by"]) for each in told["suspended"]] == [("one", "ada")]
        assert told["operator"]["holder"] == holder(kubectl, name)
        assert found(kubectl, "secret", "one-values", name)["data"]["values.yaml"] == "bWluZQ=="
        wanted(home, name, "one", "two")  # declared again, it stays suspended
        assert "looked after again" in command(home, "hub", "suspend", "one", "--resume")
        eventually(lambda: found(kubectl, "secret", "one-values", name)["data"]["values.yaml"] != "bWluZQ==")
        eventually(lambda: not found(kubectl, "helmrelease", "one", name)["spec"]["suspend"])
        assert eventually(lambda: condition(home, name, "one", "Drifted", "False"))


def condition(home: Path, cluster: str, group: str, name: str, status: str) -> Holding | None:
    """A condition of a group, if it has that status."""
    held = (each for one in known(home, cluster).groups if one.name == group for each in one.conditions)
    return next((each for each in held if (each.name, each.status) == (name, status)), None)


def command(home: Path, *words: object) -> str:
    """What a command of `leap-kg` prints."""
    done = CliRunner().invoke(app, [*map(str, words)], env={"LEAP_KG_HOME": str(home), "COLUMNS": "200"})
    structlog.reset_defaults()  # the command logs to a stream that is gone
    assert done.exit_code == 0, done.output
    return done.output


def test_the_rights_that_are_shipped_are_enough(server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    wanted(home, name, "one", "two")
    for file in ("rights.yaml", "never.yaml"):
        kubectl("apply", "--server-side", "-f", str(declarations() / "hub" / "manifests" / file))
    token = kubectl("create", "token", "leap-kg", "-n", "leap-kg").strip()
    restricted = replace(server, kubeconfig=kubeconfig(tmp_path, server.address, token, server.authority))
    with operating(restricted, home, name, "--prune", "--resync", 1) as operator:
        eventually(lambda: settled(home, name, "one", "two"))
        kubectl("patch", "helmrelease", "one", "-n", name, "--type=merge", "-p", '{"spec": {"interval": "99m"}}')
        eventually(lambda: found(kubectl, "helmrelease", "one", name)["spec"]["interval"] == "10m")
        assert eventually(lambda: reasons(kubectl, name, "Healed")) == ["one"]
        wanted(home, name, "two")

        def gone() -> bool:
            # Before the operator hears that nobody wants it, it brings it back.
            kubectl("delete", "helmrelease", "one", "-n", name, "--ignore-not-found")
            return not found(kubectl, "secret", "one-values", name)

        eventually(gone)
        assert operator.metric("leap_kg_hub_events_lost_total") == 0
        assert "status 403" not in operator.told()
        # Whatever was brought back after that had been deleted by `gone`.
        assert set(reasons(kubectl, name, "Healed")) == {"one"}


def test_what_controllers_say_and_what_is_refused_is_told(
    server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "home"
    wanted(home, name, "one", "two")
    kubectl("create", "namespace", name)
    kubectl("create", "secret", "generic", "two-values", "-n", name, "--from-literal=values.yaml=theirs")
    with operating(server, home, name) as operator:
        eventually(lambda: settled(home, name, "one", "two"))
        stalled = eventually(lambda: condition(home, name, "two", "Stalled", "True"))
        assert "exists and is not ours" in stalled.message
        assert reasons(kubectl, name, "Blocked") == ["two-values"]
        assert eventually(lambda: condition(home, name, "one", "Ready", "Unknown"))
        for status, reason in (("False", "InstallFailed"), ("True", "InstallSucceeded")):
            said = {"type": "Ready", "status": status, "reason": reason, "message": f"{reason} of v5"}
            patch = json.dumps({"status": {"observedGeneration": 1, "conditions": [said]}})
            for kind, thing in (("helmrelease", "one"), ("helmrepository", "one-chart")):
                kubectl("patch", kind, thing, "-n", name, "--subresource=status", "--type=merge", "-p", patch)
            eventually(partial(condition, home, name, "one", "Ready", status))
        assert operator.metric("leap_kg_hub_groups_stalled") == 1
        assert operator.metric("leap_kg_hub_groups_not_ready") == 1
        kubectl("annotate", "helmrelease", "one", "-n", name, "note=keep")
        asked = command(
            home, "query", "--named", "questions/cluster-then", "--set", f"cluster={name}", "--format", "csv"
        )
    assert f"HelmRelease {name}/one" in asked
    assert "InstallSucceeded of v5" in asked


def test_a_cluster_that_is_away_holds_up_no_other(
    server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "home"
    wanted(home, name, "one")
    away = yaml.safe_load(server.kubeconfig.read_text())
    away["clusters"].append({"name": "away", "cluster": {"server": f"https://127.0.0.1:{free_ports(1)[0]}"}})
    away["contexts"].append({"name": "away", "context": {"cluster": "away", "user": "test"}})
    file = tmp_path / "both.kubeconfig"
    file.write_text(yaml.safe_dump(away))
    with operating(replace(server, kubeconfig=file), home, f"{name}=test", "far=away") as operator:
        eventually(lambda: settled(home, name, "one"))
        answer = operator.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "far: the cluster was not reached yet\n")
        assert operator.metric("leap_kg_hub_leading") == 1
