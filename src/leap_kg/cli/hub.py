"""`leap-kg hub`: declare which hubs a cluster runs, render them, and bring the cluster to where the graph is.

What needs Kubernetes is imported when it runs, so that other commands start as fast without it.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from leap_kg.cli import context, operating
from leap_kg.cli.hubplans import REFUSED, counted, described, options_of, show_plan, show_reasons, step_line, told_of
from leap_kg.cli.output import FAILED, NOT_FOUND, fail, print_entry, print_json, print_line
from leap_kg.graph.engine import Engine
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.publish import Rejected, Writer
from leap_kg.hub.declared.declaring import declare as declare_releases
from leap_kg.hub.declared.declaring import declared, hub_node
from leap_kg.hub.declared.known import has_values, releasing, those_there_are, withheld
from leap_kg.hub.declared.offers import chart_problems, profile_problems
from leap_kg.hub.declared.overrides import doubtful_overrides
from leap_kg.hub.declared.release import Chart, Release, ReleasesFaulty, read_releases
from leap_kg.hub.objects.manifest import Manifest, marked
from leap_kg.hub.wanted.charted import found_at, left_out, values_for
from leap_kg.hub.wanted.desired import Desired, NothingWanted, desired, offered, part_objects
from leap_kg.hub.wanted.rendering import FORMS, Unrenderable, rendered, values_text
from leap_kg.ingest.hubs.charts import dig
from leap_kg.ingest.hubs.scalars import HelmDumper

if TYPE_CHECKING:
    from leap_kg.hub.planned.plan import Plan

app = typer.Typer(help="Run JupyterHubs as the graph wants them: declare, render, plan, apply.", no_args_is_help=True)

_WAIT = 60.0
_STOPPED = 130
"""The exit status after Ctrl-C, as shells have it."""
Form = Annotated[str, typer.Option("--as", metavar="FORM", help="helmrelease (Flux) or argocd.")]
ClusterName = Annotated[str, typer.Argument(metavar="CLUSTER", help="The name that its file of releases gives it.")]
Kubeconfig = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Where the cluster is; as kubectl finds it without.")
]
Context = Annotated[str | None, typer.Option("--context", help="A context of the kubeconfig; its own default without.")]
Prune = Annotated[bool, typer.Option("--prune", help="Take away what was made before and is no longer wanted.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--override", metavar="NAME", help="With --prune, also this object, although somebody needs it."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


@app.command()
def declare(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file as in hub/releases/.")],
) -> None:
    """Publish which hubs a cluster should run: all of them, in one file."""
    settings = context.settings()
    try:
        releases, value = read_releases(file)
        with Writer(Home(settings.home), settings.base, _WAIT) as writer:
            revision = declare_releases(writer, value, settings.base).revision
            known = partial(has_values, writer.store, base=settings.base)
            lacking = {each.hub for each in releases.releases if not known(each.hub)}
            told = [f"{_without(hub)}; {those_there_are(writer.store, hub, settings.base)}" for hub in sorted(lacking)]
    except ReleasesFaulty as error:
        for problem in error.problems:
            print_line(problem)
        fail(f"{file} was not published: mend the {counted(len(error.problems), 'problem')} above")
    except (OSError, HomeError, Rejected) as error:
        fail(str(error))
    print_line(f"{len(releases.parts)} parts of {releases.cluster} are declared; revision {revision}")
    for line in told:
        typer.echo(f"not yet: {line}", err=True)


@app.command()
def render(
    hub: Annotated[
        str,
        typer.Argument(
            metavar="HUB",
            help="The domain at which the hub answers; with --cluster also an environment, a recipe or a harvest.",
        ),
    ],
    form: Annotated[str, typer.Option("--as", metavar="FORM", help="helmrelease (Flux), argocd, values.")] = "values",
    cluster: Annotated[
        str, typer.Option(help="The cluster whose release it is; values without one are as the hub's files have them.")
    ] = "",
    chart: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="The chart jupyterhub, by whose schema the values are checked."
        ),
    ] = None,
) -> None:
    """Print a hub as YAML: its values, or the objects that a cluster needs to run it, or to build an environment."""
    if form not in FORMS:
        raise typer.BadParameter(f"{form!r} is no form; say {', '.join(FORMS)}", param_hint="--as")
    settings = context.settings()
    store = context.snapshot(settings).store
    try:
        releases = declared(store, cluster, settings.base) if cluster else None
        parts = [each for each in releases.parts if each.name == hub] if releases else []
        if parts and not isinstance(parts[0], Release):
            _print_objects(part_objects(store, parts[0], form, settings.base)[0])
            return
        if not has_values(store, hub, settings.base):
            fail(f"{_without(hub)}; {those_there_are(store, hub, settings.base)}", NOT_FOUND)
        values, profiles = offered(store, hub, settings.base)
        found = [each for each in releases.releases if each.hub == hub] if releases else []
        if not found and (cluster or form != "values"):
            fail(_unreleased(store, hub, cluster, settings.base), NOT_FOUND)
        charts = list(dict.fromkeys(each.chart for each in found))
        for line in (*withheld(store, hub, settings.base), *doubtful_overrides(profiles)):
            typer.echo(line, err=True)
        _check(values, profiles, charts, chart)
        if form == "values":
            texts = dict.fromkeys(values_text(values_for(each, values)) for each in charts) or [values_text(values)]
            typer.echo("---\n".join(texts), nl=False)
            return
        iri = hub_node(hub, settings.base).value
        objects = [marked(each, iri) for release in found for each in rendered(release, values, form)]
    except NothingWanted as error:
        fail(str(error), NOT_FOUND)
    except (ReleasesFaulty, Unrenderable) as error:
        fail(str(error))
    _print_objects(objects)


def _without(hub: str) -> str:
    """What to do about a hub that the graph has no values of."""
    small = ", which is to be written in small letters" if hub != hub.lower() else ""
    return f"the graph has no values of the hub {hub}{small}: harvest the files that configure it"


def _unreleased(store: Engine, hub: str, cluster: str, base: str) -> str:
    """What to do about a hub whose objects are asked for, and that no release of the cluster, if one is named, has."""
    known = releasing(store, hub, base)
    if not known:
        where = f"the cluster {cluster!r}" if cluster else "any cluster"
        return f"no release of {hub} is declared for {where}; see `leap-kg hub declare`"
    wrong = (
        f"no release of {hub} is declared for the cluster {cluster!r}"
        if cluster
        else f"say for which cluster {hub} is meant"
    )
    return f"{wrong}: give {' or '.join(f'--cluster {each}' for each in known)}"


def _print_objects(objects: list[Manifest]) -> None:
    typer.echo(
        yaml.dump_all(objects, Dumper=HelmDumper, sort_keys=False, allow_unicode=True, width=120, explicit_start=True),
        nl=False,
    )


def _check(values: dict[str, Any], profiles: object, charts: list[Chart], folder: Path | None) -> None:
    """End the command if the hub could not work, with any of the charts of its releases."""
    problems = profile_problems(profiles)
    for each in charts:
        if lost := list(left_out(each, values)):
            typer.echo(f"left out, since the chart {each.name} does not take it: {', '.join(lost)}", err=True)
    own = [dig(values_for(each, values), each.under) for each in charts] or [dig(values, found_at(values))]
    for taken in own:
        if folder is None:
            break
        try:
            files = folder / "values.schema.yaml", folder / "values.yaml"
            problems += chart_problems(taken if isinstance(taken, dict) else {}, *files)
        except FileNotFoundError as error:
            fail(f"{error.filename} is not there: give the folder of the chart, such as `jupyterhub` of a checkout")
        except (OSError, ValueError) as error:
            fail(str(error))
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        mend = f"mend the {counted(len(problems), 'problem')} above in the files that configure it"
        fail(f"the hub cannot work like this: {mend}")


@app.command()
def plan(
    cluster: ClusterName,
    form: Form = "helmrelease",
    kubeconfig: Kubeconfig = None,
    kube_context: Context = None,
    prune: Prune = False,
    overrides: Overrides = None,
    confirmed: Annotated[str, typer.Option("--plan-digest", help="A digest: as `apply` takes it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show what `apply` would do.

    Exit status 0: nothing; 2: something; 4: something is refused, whatever else is done; 1: it cannot be told.
    """
    wanted = replace(_desired(cluster, form), overridden=frozenset(overrides or ()))
    with _connected(kubeconfig, kube_context) as connection:
        made = _looked(connection, wanted, prune, confirmed)
    _confirm(made, confirmed)
    told = told_of(made, wanted)
    if as_json:
        print_json(described(made, told))
    else:
        show_plan(made, told, options_of(form, kubeconfig, kube_context, prune, overrides or ()))
    if told.status:
        raise typer.Exit(told.status)


@app.command()
def apply(
    cluster: ClusterName,
    form: Form = "helmrelease",
    kubeconfig: Kubeconfig = None,
    kube_context: Context = None,
    prune: Prune = False,
    overrides: Overrides = None,
    confirmed: Annotated[
        str, typer.Option("--plan-digest", help="Do nothing unless the plan still has this digest.")
    ] = "",
) -> None:
    """Bring the cluster to where the graph is. Done twice, the second time writes nothing.

    Events of the objects tell what was done, where the cluster takes them.
    Exit status 0: it is there; 1: a step failed, or a hub cannot be rendered; 4: something else is refused; 130: it was
    stopped by Ctrl-C.
    """
    from leap_kg.hub.cluster.api import ClusterError
    from leap_kg.hub.cluster.applying import carry_out, tell

    wanted = replace(_desired(cluster, form), overridden=frozenset(overrides or ()))
    with _connected(kubeconfig, kube_context) as connection:
        made = _looked(connection, wanted, prune, confirmed)
        _confirm(made, confirmed)
        failed, tried, untold = 0, 0, list[str]()
        try:
            for done in carry_out(connection, made):
                tried, failed = tried + 1, failed + bool(done.problem)
                untold += filter(None, [tell(connection, done)])
                print_entry(step_line(done.step), done.problem and f"failed: {done.problem}")
        except KeyboardInterrupt:
            steps = f"after {tried - failed} of {counted(len(made.steps), 'step')}"
            fail(f"stopped {steps}; another may have been under way: apply again, which goes on from there", _STOPPED)
        except ClusterError as error:
            fail(str(error))
    told = told_of(made, wanted)
    show_reasons(told)
    if untold:
        typer.echo(f"{len(untold)} Events were not taken, which harms nothing else: {untold[0]}", err=True)
    print_line(f"{len(made.steps) - failed} of {counted(len(made.steps), 'step')} done, from revision {made.revision}")
    if failed or wanted.problems or told.refused:
        raise typer.Exit(FAILED if failed or wanted.problems else REFUSED)


def _confirm(made: "Plan", digest: str) -> None:
    """End the command if another plan was meant."""
    if digest and made.digest != digest:
        fail("the plan is another one by now: look at it again with `leap-kg hub plan`")


def _desired(cluster: str, form: str) -> Desired:
    if form not in FORMS[:2]:
        raise typer.BadParameter(f"{form!r} makes no objects; say {' or '.join(FORMS[:2])}", param_hint="--as")
    settings = context.settings()
    snapshot = context.snapshot(settings)
    try:
        return desired(snapshot.store, snapshot.revision, cluster, form, settings.base)
    except NothingWanted as error:
        fail(str(error), NOT_FOUND)
    except ReleasesFaulty as error:
        fail(str(error))


def _connected(kubeconfig: Path | None, name: str | None) -> Any:  # noqa: ANN401 - its module needs Kubernetes
    try:
        from leap_kg.hub.cluster.api import Cluster, ClusterError
    except ImportError:
        fail("this needs the Python client of Kubernetes: pip install 'leap-kg[hub]'")
    try:
        return Cluster(kubeconfig, name)
    except ClusterError as error:
        fail(str(error))


def _looked(connection: Any, wanted: Desired, prune: bool, confirmed: str) -> "Plan":  # noqa: ANN401 - as above
    from leap_kg.hub.cluster.api import ClusterError
    from leap_kg.hub.cluster.applying import look

    try:
        return look(connection, wanted, prune=prune, confirmed=confirmed)
    except ClusterError as error:
        fail(str(error))


app.command()(operating.run)
app.command()(operating.suspend)
app.command()(operating.status)
