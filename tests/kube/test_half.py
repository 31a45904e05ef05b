"""A hub of which the graph gives only part, on a real API server: it is left as it is, named, and taken up again."""

from pathlib import Path

import pytest
from pyoxigraph import Quad

from leap_kg.graph.home import Home
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.hub.cluster.api import Cluster
from leap_kg.hub.cluster.applying import look
from leap_kg.hub.wanted.desired import desired
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.graph.samples import activity
from tests.kube.conftest import Kubectl
from tests.kube.operators import eventually, operating
from tests.kube.server import ApiServer
from tests.kube.test_applying import bring, versions, wanted
from tests.kube.test_operator import condition, found, looked_at, settled

pytestmark = pytest.mark.all


def hubs(home: Path) -> list[Quad]:
    """All that the graph says of hubs."""
    with Writer(Home(home), BASE, 30) as writer:
        return sorted(looked_up(writer.store, None, None, None, source_graph(BASE, "hubs")), key=str)


def publish(home: Path, quads: list[Quad], title: str) -> None:
    """What the graph says of hubs from now on."""
    with Writer(Home(home), BASE, 30) as writer:
        writer.publish("hubs", quads, activity(title))


def test_an_operator_leaves_a_hub_of_which_it_hears_half(
    server: ApiServer, kubectl: Kubectl, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "home"
    wanted(home, name, "one", "two")
    with operating(server, home, name, "--prune", "--resync", 1):
        eventually(lambda: settled(home, name, "one", "two"))
        whole, before = hubs(home), versions(kubectl, name)
        # One profile, of which nothing is said any more: what is left would do as the values of a hub.
        half = [each for each in whole if not ("one.example.org" in str(each.subject) and _is_of_profile(each, whole))]
        assert 0 < len(whole) - len(half) < len(whole) / 2
        publish(home, half, "half")
        stalled = eventually(lambda: condition(home, name, "one", "Stalled", "True"))
        assert "only part of the values of the hub one.example.org" in stalled.message
        looked = looked_at(kubectl, name)
        eventually(lambda: looked_at(kubectl, name) > looked)
        assert versions(kubectl, name) == before
        # The other is looked after.
        kubectl("patch", "helmrelease", "two", "-n", name, "--type=merge", "-p", '{"spec": {"interval": "99m"}}')
        eventually(lambda: found(kubectl, "helmrelease", "two", name)["spec"]["interval"] == "10m")
        publish(home, whole, "whole")
        eventually(lambda: condition(home, name, "one", "Stalled", "False"))
        assert versions(kubectl, name)["Secret/one-values"] == before["Secret/one-values"]


def _is_of_profile(quad: Quad, whole: list[Quad]) -> bool:
    """Whether it says that a list of profiles has an item, or what that is."""
    items = {each.object for each in whole if each.predicate.value.endswith("itemListElement")}
    return quad.subject in items or quad.object in items


@pytest.mark.parametrize("every", [2, 3, 7])
def test_a_plan_from_part_of_a_graph_has_no_step(cluster: Cluster, tmp_path: Path, name: str, every: int) -> None:
    bring(cluster, wanted(tmp_path, name, "one", "two"))
    whole = hubs(tmp_path)
    for kept in (whole[::every], [each for number, each in enumerate(whole) if number % every], []):
        publish(tmp_path, kept, f"{len(kept)} of {len(whole)}")
        with Writer(Home(tmp_path), BASE, 30) as writer:
            wants = desired(writer.store, writer.revision, name, "helmrelease", BASE)
        plan = look(cluster, wants, prune=True)
        assert plan.steps == ()
        assert {each.partition(":")[0] for each in wants.problems} == {"one", "two"}
        assert all(f"{each.partition(':')[0]}.example.org" in each for each in wants.problems)
