"""The Lease on a real API server, with clocks that the test moves: of two operators never two write."""

import pytest

from leap_kg.hub.cluster.api import Cluster, ClusterError
from leap_kg.hub.cluster.lease import Leadership, NotLeading, Terms
from leap_kg.hub.loop.station import lease_of
from leap_kg.hub.objects.manifest import Key, key_of, marked
from tests.hub.test_queue import Clock

pytestmark = pytest.mark.all

TERMS = Terms(15, 10.0, 2.0)


def two(cluster: Cluster, name: str) -> tuple[Leadership, Leadership, Clock, Clock]:
    """Two who want to lead, with clocks of their own that do not agree."""
    clocks = Clock(), Clock()
    clocks[1].now = 5000.0
    key = lease_of(cluster.namespace, name)
    one, other = (Leadership(cluster, key, f"op-{number}", TERMS, clocks[number]) for number in range(2))
    return one, other, *clocks


def spec(cluster: Cluster, name: str) -> dict[str, object]:
    found = cluster.read(lease_of(cluster.namespace, name))
    assert found is not None
    return dict(found["spec"])


def test_who_waits_takes_over_only_when_the_holder_has_given_up(cluster: Cluster, name: str) -> None:
    one, other, mine, theirs = two(cluster, name)
    assert one.step() == TERMS.renews
    assert one.leading
    other.step()
    waited = 0.0
    while not other.leading:
        step = other.step()
        mine.now += step
        theirs.now += step
        waited += step
        assert not (one.leading and other.leading)
    # Within the Lease's time after the last renewal, though it was seen up to one renewal later.
    assert TERMS.gives_up < waited <= TERMS.lasts
    one.step()
    assert (one.leading, one.holder) == (False, "op-1")
    with pytest.raises(NotLeading):
        one.require()
    assert (spec(cluster, name)["holderIdentity"], spec(cluster, name)["leaseTransitions"]) == ("op-1", 1)


def test_a_holder_that_renews_is_never_followed(cluster: Cluster, name: str) -> None:
    one, other, mine, theirs = two(cluster, name)
    for _ in range(20):
        one.step()
        other.step()
        assert (one.leading, other.leading) == (True, False)
        mine.now += TERMS.renews
        theirs.now += TERMS.renews
    renewed = str(spec(cluster, name)["renewTime"])
    assert len(renewed.rpartition(".")[2]) == len("123456Z")


def test_one_who_lets_go_is_followed_at_once(cluster: Cluster, name: str) -> None:
    one, other, _, _ = two(cluster, name)
    one.notes = {"leap-kg.org/looked-at": "2026-03-01T12:00:00+00:00"}
    one.step()
    other.step()
    one.end()
    assert not one.leading
    other.step()
    assert other.leading
    found = cluster.read(lease_of(cluster.namespace, name))
    assert found is not None
    assert found["metadata"]["annotations"]["leap-kg.org/looked-at"] == "2026-03-01T12:00:00+00:00"


def test_of_two_who_reach_for_it_with_what_they_read_before_one_gets_it(cluster: Cluster, name: str) -> None:
    one, other, _, theirs = two(cluster, name)
    one.step()
    one.end()
    key = lease_of(cluster.namespace, name)
    stale = cluster.read(key)
    assert stale is not None
    other.step()
    with pytest.raises(ClusterError) as caught:
        cluster.put({**stale, "spec": {**stale["spec"], "holderIdentity": "third"}})
    assert caught.value.status == 409
    assert other.leading
    theirs.now += 1
    other.step()
    assert spec(cluster, name)["holderIdentity"] == "op-1"


def test_nothing_is_written_without_it(cluster: Cluster, name: str) -> None:
    one, _, mine, _ = two(cluster, name)
    one.step()
    cluster.before_writing = one.require
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    cluster.apply(space)
    thing = marked(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": name}, "data": {"a": "1"}},
        "urn:x",
    )
    made = cluster.apply(thing)
    cluster.keep_inventory(name, {key_of(thing): "made"})
    mine.now += TERMS.gives_up
    assert cluster.apply({**thing, "data": {"a": "2"}}, dry=True)["data"] == {"a": "2"}
    metadata = made["metadata"]
    with pytest.raises(NotLeading):
        cluster.apply({**thing, "data": {"a": "2"}})
    with pytest.raises(NotLeading):
        cluster.delete(key_of(thing), metadata["uid"], metadata["resourceVersion"])
    with pytest.raises(NotLeading):
        cluster.keep_inventory(name, {}, frozenset((key_of(thing),)))
    assert cluster.read(Key("v1", "ConfigMap", name, "c")) == made
    assert cluster.inventory(name) == {key_of(thing): "made"}
