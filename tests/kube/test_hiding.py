"""What somebody types into an object by hand is told as drift, but no secret in it, on a real API server."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leap_kg.hub.cluster.api import Cluster
from leap_kg.hub.observed.statements import Observation, observed_quads
from leap_kg.ontology.iri import mint
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.kube.conftest import Kubectl
from tests.kube.test_applying import wanted
from tests.kube.test_bringing import bringing

pytestmark = pytest.mark.all


@pytest.mark.parametrize("drift", ["heal", "report"])
def test_a_password_in_an_address_is_neither_in_events_nor_in_the_graph(
    cluster: Cluster, kubectl: Kubectl, tmp_path: Path, name: str, drift: str
) -> None:
    wanted(tmp_path, name, "one", drift=drift)
    _, made = bringing(tmp_path, cluster, name)
    made.look(cluster, "one")
    patch = '{"spec": {"url": "https://bob:Tr0ub4dor@charts.example.org/"}}'
    kubectl("patch", "helmrepository", "one-chart", "-n", name, "--type=merge", "-p", patch)
    assert made.look(cluster, "one") == {"heal": "changed", "report": "unchanged"}[drift]
    standings, effects = made.taken()
    now = datetime.now(UTC)
    seen = Observation(name, 1, "d" * 64, now, standings, tuple(effects))
    said = " ".join(map(str, observed_quads([], seen, mint(BASE, "run", "x"), now, BASE)))
    events = kubectl("get", "events.events.k8s.io", "-n", name, "-o", "json")
    assert "Tr0ub4dor" not in said + events
    for told in (said, events):
        assert "REDACTED@charts.example.org" in told
        assert "kubectl-patch" in told
