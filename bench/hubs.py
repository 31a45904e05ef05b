"""A look at a thousand objects of which none has changed: `python -m bench.hubs`, on the API server of `make envtest`.

Prints seconds and memory; the goal is 10 s and 500 MB. It needs what the tests in tests/kube need.
"""

import resource
import tempfile
import time
from functools import partial
from pathlib import Path

from pyoxigraph import Quad

from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.hub.cluster.api import Cluster
from leap_kg.hub.cluster.applying import carry_out, look
from leap_kg.hub.declared.declaring import declare, hub_node
from leap_kg.hub.loop.monitoring import Numbers
from leap_kg.hub.loop.station import Pace, Station
from leap_kg.hub.wanted.desired import Desired, desired
from leap_kg.ingest.hubs.mapping import VALUES
from leap_kg.ingest.hubs.settings import Setting, settings_triples
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.graph.samples import activity
from tests.kube.conftest import DEFINITIONS, Kubectl
from tests.kube.server import ApiServer, running

RELEASES = 333
"""Each is a Secret, a HelmRepository and a HelmRelease; all are in one Namespace."""


_LOOKED = "leap_kg_hub_looked_seconds", {"cluster": "many"}


def wanted(folder: Path) -> Desired:
    """What a graph wants in which this many releases are declared."""
    chart = {"name": "jupyterhub", "repository": "https://charts.example.org/", "version": "4.3.3"}
    names = [f"hub-{number}" for number in range(RELEASES)]
    releases = [{"name": each, "hub": f"{each}.example.org", "namespace": "many", "chart": chart} for each in names]
    graph = source_graph(BASE, "hubs")
    values: Setting = {
        "singleuser": {"profileList": [{"display_name": "Small", "kubespawner_override": {"mem_limit": "1G"}}]}
    }
    quads = [
        Quad(each.subject, each.predicate, each.object, graph)
        for name in names
        for each in settings_triples(hub_node(f"{name}.example.org", BASE), VALUES, values)
    ]
    with Writer(Home(folder), BASE) as writer:
        writer.publish("hubs", quads, activity("hubs"))
        revision = declare(writer, {"cluster": "many", "releases": releases}, BASE).revision
        return desired(writer.store, revision, "many", "helmrelease", BASE)


def main() -> None:
    with tempfile.TemporaryDirectory() as name, running(Path(name)) as server:
        kubectl = Kubectl(server)
        kubectl("apply", "--server-side", "-f", str(DEFINITIONS))
        kubectl("wait", "--for", "condition=established", "--timeout=60s", "crd", "--all")
        began = time.perf_counter()
        wants = wanted(Path(name) / "home")
        print(f"{len(wants.objects)} objects are wanted, known after {time.perf_counter() - began:.1f} s")
        with Cluster(server.kubeconfig) as cluster:
            began = time.perf_counter()
            problems = [each.problem for each in carry_out(cluster, look(cluster, wants)) if each.problem]
            assert not problems, problems[:3]
            print(f"made in {time.perf_counter() - began:.1f} s")
            for _ in range(3):
                began = time.perf_counter()
                assert look(cluster, wants).steps == ()
                print(f"nothing to do: {time.perf_counter() - began:.1f} s, {_memory()} MB at most so far")
        _operator(server, Home(Path(name) / "home"))


def _operator(server: ApiServer, home: Home) -> None:
    """The same by the loop of an operator, which looks at one release after the other, over and over."""
    numbers, pace = Numbers(), Pace(resync=0.1, record=3600)
    station = Station("many", partial(Cluster, server.kubeconfig), home, BASE, "bench", numbers, pace=pace)
    station.start()
    began = before = 0.0
    for _ in range(5):
        while (looked := numbers.registry.get_sample_value(*_LOOKED)) in (None, before):
            time.sleep(0.05)
        before, was, began = looked or 0.0, began, time.perf_counter()
        if was:
            print(f"by the loop: {began - was:.1f} s, {_memory()} MB at most so far")
    station.stop()
    station.join(30)


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
