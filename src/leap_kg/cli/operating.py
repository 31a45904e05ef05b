"""`leap-kg hub run`, `suspend` and `status`: keep clusters where the graph is, pause that, and see how they stand.

What needs Kubernetes is imported when it runs, as in `leap_kg.cli.hub`.
"""

import os
import signal
import socket
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import structlog
import typer

from leap_kg.cli import context
from leap_kg.cli.output import NOT_FOUND, fail, print_entry, print_json, print_line
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.publish import Rejected
from leap_kg.hub.declared.declaring import clusters_declared, declared
from leap_kg.hub.declared.release import ReleasesFaulty
from leap_kg.hub.declared.suspending import Suspension, resume, suspensions
from leap_kg.hub.declared.suspending import suspend as suspend_release
from leap_kg.hub.observed.status import Status, clusters_seen, status_of
from leap_kg.hub.wanted.rendering import FORMS
from leap_kg.web.operations.logs import configure

if TYPE_CHECKING:
    from leap_kg.graph.engine import Engine
    from leap_kg.settings import Settings

_WAIT = 60.0
_LOOKING = 0.5
_ENDING = 7.0
"""Seconds in which everything should be over after SIGTERM."""
_AT_LAST = 9
"""Seconds after which the operating system ends the process, whatever holds it."""
_DRIFTS = 10

log = structlog.get_logger(__name__)


def run(
    clusters: Annotated[
        list[str], typer.Argument(metavar="CLUSTER[=CONTEXT]...", help="Names of clusters, with their contexts.")
    ],
    form: Annotated[str, typer.Option("--as", metavar="FORM", help="helmrelease (Flux) or argocd.")] = FORMS[0],
    kubeconfig: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Where the clusters are; as kubectl finds it without."),
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Take away what was made before and is not wanted.")] = False,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--override", metavar="NAME", help="With --prune, also this object, although somebody needs it."),
    ] = None,
    resync: Annotated[float, typer.Option(min=1, metavar="SECONDS", help="How often all is looked at.")] = 600,
    poll: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="How often the graph is looked at.")] = 5,
    record: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="The least between two publications of what was seen.")
    ] = 15,
    lease: Annotated[int, typer.Option(min=1, metavar="SECONDS", help="How long the Lease lasts.")] = 15,
    give_up: Annotated[
        float, typer.Option(metavar="SECONDS", help="When its holder stops if it cannot renew it.")
    ] = 10,
    renew: Annotated[float, typer.Option(metavar="SECONDS", help="How often its holder renews it.")] = 2,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Answer /healthz, /readyz and /metrics there.")
    ] = None,
    host: Annotated[str, typer.Option(help="The address to answer at.")] = "127.0.0.1",
) -> None:
    """Keep clusters where the graph is, until SIGTERM; of several operators of a cluster, one works."""
    if form not in FORMS[:2]:
        raise typer.BadParameter(f"{form!r} makes no objects; say {' or '.join(FORMS[:2])}", param_hint="--as")
    named = _named(clusters)
    settings = context.settings()
    configure(settings)
    try:
        from leap_kg.hub.cluster.api import Cluster
        from leap_kg.hub.cluster.lease import Terms
        from leap_kg.hub.loop.monitoring import Monitor, Numbers
        from leap_kg.hub.loop.station import Pace, Station
    except ImportError:
        fail("this needs the Python client of Kubernetes: pip install 'leap-kg[hub]'")
    try:
        pace = Pace(resync, poll, record, Terms(lease, give_up, renew))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--lease, --give-up, --renew") from None
    numbers, identity = Numbers(), f"{socket.gethostname()}_{uuid.uuid4().hex[:12]}"
    stations = [
        Station(
            name, partial(Cluster, kubeconfig, where), Home.of(settings), settings.base, identity, numbers,
            form=form, prune=prune, overridden=frozenset(overrides or ()), pace=pace,
        )
        for name, where in named.items()
    ]  # fmt: skip
    ended = threading.Event()

    def leave(number: int, frame: FrameType | None) -> None:
        signal.alarm(_AT_LAST)
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    monitor = None
    if port is not None:
        try:
            monitor = Monitor(
                host, port, numbers,
                lambda: [wrong for each in stations for wrong in each.stuck()],
                lambda: [wrong for each in stations for wrong in each.unready()],
            )  # fmt: skip
        except OSError as error:
            fail(f"cannot listen on {host}:{port}: {error.strerror or error}; choose another --port")
    log.info("operator", clusters=list(named), identity=identity, port=monitor.port if monitor else None)
    for each in stations:
        each.start()
    while not ended.wait(_LOOKING):
        pass  # a signal that comes as a wait without end begins would never end it
    until = time.monotonic() + _ENDING
    for each in stations:
        each.stop()
    stopped = [each.join(until - time.monotonic()) for each in stations]
    whole = all(stopped)
    log.info("operator ended", identity=identity, whole=whole)
    if not whole:
        os._exit(0)  # what is under way is made good by the next one, and the engine must not be waited for
    if monitor is not None:
        monitor.end()


def _named(clusters: list[str]) -> dict[str, str | None]:
    """Each cluster's name with its context; ends the command for what cannot be told apart."""
    named: dict[str, str | None] = {}
    for each in clusters:
        name, sign, where = each.partition("=")
        if not name or (sign and not where) or name in named:
            raise typer.BadParameter(f"{each!r}: say each cluster once, as NAME or NAME=CONTEXT")
        named[name] = where or None
    if len(named) > 1 and None in named.values():
        raise typer.BadParameter("of several clusters, say the context of each: NAME=CONTEXT")
    return named


def suspend(
    name: Annotated[str, typer.Argument(metavar="RELEASE|CLUSTER", help="What is to be left to itself.")],
    cluster: Annotated[str, typer.Option(help="The cluster of the release, if several have one of that name.")] = "",
    again: Annotated[bool, typer.Option("--resume", help="Go on with it.")] = False,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who says it.")] = "command line",
) -> None:
    """Leave a release, or all of a cluster, to itself: nothing is made or set back until `--resume`."""
    if not by.isprintable():
        raise typer.BadParameter("a name has no line breaks and no control characters", param_hint="--by")
    settings = context.settings()
    try:
        with followed_writer(Home.of(settings), settings.base, _WAIT) as writer:
            where, release = _meant(writer.store, name, cluster, settings.base)
            if again:
                revision = resume(writer, where, release, settings.base).revision
            else:
                revision = suspend_release(writer, where, release, by.strip() or "command line", settings.base).revision
            left = suspensions(writer.store, where, settings.base)
    except (HomeError, OSError, ReleasesFaulty, Rejected) as error:
        fail(str(error))
    what = f"{release} of {where}" if release else f"the cluster {where}"
    print_line(f"{what} is {'looked after again' if again else 'left to itself'}; revision {revision}")
    for each in left if again else ():
        of = f"{each.release} of {where}" if each.release else f"the cluster {where}"
        print_line(f"still left to itself: {of}, since {each.since}, by {each.by}")


def _meant(store: "Engine", name: str, cluster: str, base: str) -> tuple[str, str]:
    """The cluster and the release that are meant, `""` for all of it; ends the command if that is not clear."""
    known = clusters_declared(store, base)
    if not cluster and name in known:
        return name, ""
    if cluster and cluster not in known:
        fail(f"nothing is declared for the cluster {cluster!r}; there are {', '.join(known) or 'none'}", NOT_FOUND)
    found = []
    for each in [cluster] if cluster else known:
        with suppress(ReleasesFaulty):
            releases = declared(store, each, base)
            found += [each for part in (releases.parts if releases else ()) if part.name == name]
    if not found:
        fail(f"no release and no cluster is called {name!r}; see `leap-kg hub status`", NOT_FOUND)
    if len(found) > 1:
        fail(f"{', '.join(found)} have a release {name}: say which by --cluster", 2)
    return found[0], name


def status(
    cluster: Annotated[str, typer.Argument(metavar="[CLUSTER]", help="One cluster; all without.")] = "",
    output: Annotated[str, typer.Option(metavar="text|json", help="How to print it.")] = "text",
    kubeconfig: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Ask the cluster, too, which operator works.")
    ] = None,
    kube_context: Annotated[str | None, typer.Option("--context", help="The same, by a context.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --output json.")] = False,
) -> None:
    """Show how clusters stand: what is wrong, since when, by whom."""
    if output not in ("text", "json"):
        raise typer.BadParameter(f"{output!r} is no way to print; say text or json", param_hint="--output")
    if (kubeconfig or kube_context) and not cluster:
        raise typer.BadParameter("say which cluster the context leads to", param_hint="CLUSTER")
    settings = context.settings()
    store = context.snapshot(settings).store
    names = (
        [cluster]
        if cluster
        else sorted({*clusters_seen(store, settings.base), *clusters_declared(store, settings.base)})
    )
    told = []
    for name in names:
        found = status_of(store, name, settings.base)
        known = name in clusters_declared(store, settings.base)
        if found is None and not known:
            fail(f"nothing is known of a cluster {name!r}; see `leap-kg hub declare`", NOT_FOUND)
        operator = _operator(name, kubeconfig, kube_context) if kubeconfig or kube_context else None
        told.append((name, found, _suspended(store, name, settings), operator))
    if as_json or output == "json":
        print_json([_described(*each) for each in told])
        return
    if not told:
        print_line("No cluster is declared: see `leap-kg hub declare`.")
    for each in told:
        _show(*each)


def _suspended(store: "Engine", cluster: str, settings: "Settings") -> tuple[Suspension, ...]:
    try:
        return suspensions(store, cluster, settings.base)
    except ReleasesFaulty as error:
        fail(str(error))


def _operator(cluster: str, kubeconfig: Path | None, name: str | None) -> dict[str, str]:
    """Which operator works on the cluster, as its Lease says."""
    try:
        from leap_kg.hub.cluster.api import Cluster, ClusterError
        from leap_kg.hub.loop.station import LOOKED, REVISION, lease_of
    except ImportError:
        fail("this needs the Python client of Kubernetes: pip install 'leap-kg[hub]'")
    try:
        with Cluster(kubeconfig, name) as connected:
            found = connected.read(lease_of(connected.namespace, cluster)) or {}
    except ClusterError as error:
        fail(str(error))
    spec, notes = found.get("spec") or {}, (found.get("metadata") or {}).get("annotations") or {}
    return {
        "holder": str(spec.get("holderIdentity") or ""),
        "renewed": str(spec.get("renewTime") or ""),
        "looked_at": str(notes.get(LOOKED, "")),
        "revision": str(notes.get(REVISION, "")),
    }


def _described(
    name: str, found: Status | None, suspended: tuple[Suspension, ...], operator: dict[str, str] | None
) -> dict[str, Any]:
    seen = {**asdict(found)} if found else {"cluster": name, "changed": "", "groups": [], "drifts": []}
    return {**seen, "suspended": [asdict(each) for each in suspended], "operator": operator}


def _show(name: str, found: Status | None, suspended: tuple[Suspension, ...], operator: dict[str, str] | None) -> None:
    lines = []
    if operator is not None:
        who = operator["holder"] or "nobody"
        lines.append(f"operator: {who}, renewed {operator['renewed']}, looked at all at {operator['looked_at']}")
    lines += [f"left to itself: {each.release or 'all of it'}, since {each.since}, by {each.by}" for each in suspended]
    if found is None:
        print_entry(name, *lines, "nobody looked at it yet: is `leap-kg hub run` running?")
        return
    ago = datetime.now(UTC) - datetime.fromisoformat(found.changed)
    print_entry(name, *lines, f"last new at {found.changed}, {int(ago.total_seconds())} s ago")
    for group in found.groups:
        if group.name == name and not group.things and all(held.status == "False" for held in group.conditions):
            continue  # nothing is left over
        told = []
        for held in group.conditions:
            by = f", by {', '.join(held.by)}" if held.by else ""
            told.append(f"{held.name} {held.status} ({held.reason}) since {held.since}{by}")
            told += [f"  {held.message}"] if held.message else []
        print_entry(group.name, *told)
    for drift in found.drifts[:_DRIFTS]:
        until = f"until {drift.until}" if drift.until else "and still is"
        print_entry(f"{drift.thing} was changed by {', '.join(drift.by)}", f"at {drift.at}, {until}", drift.what)
