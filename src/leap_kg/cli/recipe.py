"""`leap-kg recipe`: runs recipes, checks feedstocks, and makes what both need.

What does the work is imported when a command runs, so that the reading commands start quickly.
"""

import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leap_kg.cli import context
from leap_kg.cli.output import FAILED, NOT_FOUND, errors, fail, print_entry, print_json, print_line

if TYPE_CHECKING:
    from leap_kg.graph.home import Home
    from leap_kg.ingest.leap.feedstock import RecipeEntry
    from leap_kg.ingest.recipes.checking import Report
    from leap_kg.ingest.recipes.checkout import Checkout
    from leap_kg.ingest.recipes.origin import Origin
    from leap_kg.ingest.recipes.running import Outcome

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="From source files to a Zarr store in the graph.")

_RUNNERS = ("direct", "flink", "dask")
_NOT_STARTED = (
    "the options are right, and nothing was started: leap-kg starts no jobs in a cloud. Give Beam what `leap-kg recipe "
    "dataflow` prints for the same --target and --option, or run the recipe here, with --runner direct"
)

_CONTROLS = bytes({*range(32), 127} - {*b"\n\t"})

AsJson = Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")]
Name = Annotated[
    str, typer.Option("--as", metavar="OWNER/NAME", help="The repository on GitHub that the folder or address is.")
]
Ref = Annotated[str, typer.Option(metavar="REF", help="The branch, tag or commit to clone of an address.")]
Given = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="NAME=VALUE", help="An option of Dataflow, such as project=ID."),
]
Run = Annotated[str, typer.Argument(metavar="RUN", help="The name of a run, as `leap-kg recipe run` prints it.")]


@app.command()
def setup(
    runner: Annotated[list[str] | None, typer.Option(help="direct, flink or dask; direct and dask without it.")] = None,
) -> None:
    """Make the environments that recipes run in, from the locks that come with leap-kg; once for a home.

    Without --runner, that which checks conventions is made too. For flink, Maven fetches Beam's job server.
    """
    from leap_kg.graph.home import Home
    from leap_kg.ingest.recipes.environments import CHECKS, Environment, NotReady, set_up
    from leap_kg.ingest.recipes.flink import JobServer

    home = Home.of(context.settings())
    try:
        for each in runner or ("direct", "dask"):
            environment = Environment.of(_runner(each), home)
            made = set_up(environment, print_line)
            print_line(f"{environment.name} is {'ready' if made else 'there already'}: {environment.folder}")
            if each == "flink":
                server = JobServer.of(home)
                made = server.set_up(print_line)
                print_line(f"Beam's job server for Flink is {'ready' if made else 'there already'}: {server.jar}")
        if not runner:
            checks = Environment.named(CHECKS, home)
            made = set_up(checks, print_line)
            print_line(f"{checks.name} is {'ready' if made else 'there already'}: {checks.folder}")
    except NotReady as error:
        fail(str(error))


@app.command()
def run(
    feedstock: Annotated[
        str,
        typer.Argument(metavar="PATH|URL", help="The folder of a feedstock, or the https address to clone it from."),
    ],
    recipe: Annotated[list[str] | None, typer.Option(help="The id of a recipe of meta.yaml; all without it.")] = None,
    runner: Annotated[
        str,
        typer.Option(
            help="direct (Beam in one process), flink (Beam on Flink) or dask (processes, Zarr 3); of dataflow, the "
            "options are checked."
        ),
    ] = "direct",
    target: Annotated[
        str,
        typer.Option(
            metavar="URL", help="The folder, or s3:// or gs:// address, that stores go to; one of the home's."
        ),
    ] = "",
    prune: Annotated[int, typer.Option(min=0, help="Take so many files along each dimension; 0 takes all.")] = 0,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another value for a name that recipe.py binds to a literal."),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes of --runner dask, or threads of --runner flink.")
    ] = 2,
    time_limit: Annotated[float, typer.Option(min=1, metavar="SECONDS", help="End the recipe after so long.")] = 21600,
    grant: Annotated[
        list[str] | None, typer.Option("--grant", metavar="VARIABLE", help="Let the recipe see this variable of ours.")
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Run it even if nothing has changed since the last run.")
    ] = False,
    name: Name = "",
    ref: Ref = "",
    given: Given = None,
    as_json: AsJson = False,
) -> None:
    """Run the recipes of a feedstock, and publish the stores that they make.

    What an address names is cloned into the home, one commit, and run from there; https://github.com/OWNER/NAME/tree/REF
    and OWNER/NAME@REF name a branch, tag or commit as --ref does.

    A recipe runs in an environment and a process of its own, and sees none of our variables. A store that is not fit
    to be published stays staged, and the message says why. Nothing is done if nothing has changed since the last run.
    """
    told: list[str] = []
    with _interruptible(told):
        from leap_kg.graph.home import Home, HomeError
        from leap_kg.graph.log.patchfile import LogError
        from leap_kg.graph.publish import Rejected
        from leap_kg.ingest.recipes.place import Place
        from leap_kg.ingest.recipes.process import Bounds, JobFailed
        from leap_kg.ingest.recipes.running import Options, Unfit, run_recipe, runs_folder, stores_folder

        settings = context.settings()
        home = Home.of(settings)
        bounds = Bounds(time_limit, granted=tuple(grant or ()))
        if runner == "dataflow":
            _dataflow(given or [], target)
        elif given:
            raise typer.BadParameter(f"--option is for --runner dataflow, not for {runner}: leave it out")
        else:
            _runner(runner)
        options = Options(runner, prune, _settings(sets or []), workers, bounds, anew=anew)
        origin = _origin(feedstock, ref)
        outcomes: list[Outcome] = []

        def tell(line: str) -> None:
            told.append(line)
            errors.print(line, markup=False, highlight=False, soft_wrap=True)

        try:
            with _folder(home, feedstock, origin, tell) as folder:
                checkout = _checkout(folder, origin, name)
                entries = _entries(checkout, recipe or [])
                if runner == "dataflow":
                    fail(_NOT_STARTED)
                place = Place.of(target, stores_folder(home, checkout.repository.key), home)
                for entry in entries:
                    outcomes.append(run_recipe(home, settings.base, checkout, entry, place, options, tell))
                    _print(outcomes[-1:], as_json=False) if not as_json else None
        except (HomeError, LogError, Rejected, Unfit) as error:
            fail(str(error))
        except JobFailed as error:
            began = _run_of(told)
            fail(f"{error} (log: {runs_folder(home) / began / 'log.txt'})" if began else str(error))
        if as_json:
            _print(outcomes, as_json=True)


@app.command()
def check(
    feedstocks: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH|URL...", help="Feedstocks, folders that hold some, or addresses to clone them from."
        ),
    ],
    strict: Annotated[bool, typer.Option("--strict", help="Fail for what is probably wrong, too.")] = False,
    ref: Ref = "",
    as_json: AsJson = False,
) -> None:
    """Check the files of feedstocks without running anything, and say what to mend.

    Exits with 1 if something has to be mended, with 3 if there is no feedstock.
    """
    from leap_kg.graph.home import Home, HomeError
    from leap_kg.ingest.mapping.finding import Severity
    from leap_kg.ingest.recipes.checking import check_all, feedstocks_below
    from leap_kg.ingest.recipes.environments import Environment
    from leap_kg.ingest.recipes.imports import provided_by
    from leap_kg.ingest.recipes.letter import as_json as told
    from leap_kg.ingest.recipes.letter import letter, of_running

    settings = context.settings()
    home = Home.of(settings)
    with ExitStack() as held:
        addresses: dict[Path, str] = {}
        paths = []
        for each in dict.fromkeys(feedstocks):
            origin = _origin(each, ref)
            try:
                paths.append(held.enter_context(_folder(home, each, origin, lambda line: None)))
            except HomeError as error:
                fail(str(error))
            if origin is not None:
                addresses[paths[-1]] = origin.url
        found = feedstocks_below(paths)
        if not found:
            named = ", ".join(feedstocks)
            fail(f"there is no feedstock in {named}: name folders or repositories with meta.yaml in them", NOT_FOUND)
        direct, dask = (Environment.of(runner, home) for runner in ("direct", "dask"))
        installed = direct.packages()
        here = provided_by(installed, direct.folder) | provided_by(dask.packages(), dask.folder)
        reports = [_at(addresses, report) for report in check_all(found, installed, settings.base, here)]
    if as_json:
        print_json([told(report) for report in reports])
    else:
        for report in reports:
            print_line(letter(report))
        if apart := of_running(reports):
            print_line(apart)
        good = sum(report.passes for report in reports)
        print_line(
            f"{len(reports)} feedstock{'' if len(reports) == 1 else 's'}, {good} with nothing that has to be mended"
        )
    bad = [report for report in reports if not report.passes or (strict and report.counts[Severity.WARNING])]
    if bad:
        raise typer.Exit(FAILED)


@app.command()
def dataflow(
    target: Annotated[
        str, typer.Option(metavar="URL", help="The folder in a bucket, gs://, that stores are to go to.")
    ],
    options: Given = None,
    as_json: AsJson = False,
) -> None:
    """Check the options of a run on Google Cloud Dataflow, and print what Beam is to be given; nothing is sent.

    Exits with 1 if something is missing or cannot be right, and says what to write.
    """
    found = _dataflow(options or [], target)
    if as_json:
        print_json(found)
    else:
        print_line("\n".join(found))


@app.command()
def new(
    repository: Annotated[str, typer.Argument(metavar="OWNER/NAME", help="The repository that it will be.")],
    folder: Annotated[Path | None, typer.Argument(help="Where to put it; a folder of its name without it.")] = None,
    title: Annotated[str, typer.Option(help="What the dataset is called.")] = "",
) -> None:
    """Make a new feedstock that checks and runs as it is."""
    from leap_kg.ingest.recipes.scaffold import Taken, scaffold
    from leap_kg.ontology.identifiers import Refusal, github

    found = github.parse_repository(repository)
    if isinstance(found, Refusal):
        raise typer.BadParameter(f"{repository}: {found.reason}; {found.hint}")
    place = folder or Path(found.name)
    try:
        scaffold(place, found, title or f"Dataset of {found.display}")
    except Taken as error:
        fail(str(error))
    print_line(f"{place} is made; look at {place / 'feedstock' / 'recipe.py'}, then run `leap-kg recipe run {place}`")


@app.command()
def promote(run: Run, as_json: AsJson = False) -> None:
    """Publish the stores of a run that stayed staged, or that could not be published."""
    from leap_kg.graph.home import Home, HomeError
    from leap_kg.graph.log.patchfile import LogError
    from leap_kg.graph.publish import Rejected
    from leap_kg.ingest.recipes.process import JobFailed
    from leap_kg.ingest.recipes.running import promote as publish

    settings = context.settings()
    try:
        outcome = publish(Home.of(settings), settings.base, run)
    except (HomeError, LogError, Rejected, JobFailed) as error:
        fail(str(error))
    _print([outcome], as_json=as_json)


@app.command()
def log(run: Run) -> None:
    """Print what a run printed."""
    from leap_kg.graph.home import Home
    from leap_kg.ingest.recipes.running import runs_folder

    file = runs_folder(Home.of(context.settings())) / run / "log.txt"
    if not file.is_file():
        fail(f"there is no log of a run {run!r} in {file.parent.parent}", NOT_FOUND)
    with file.open("rb") as opened:
        while piece := opened.read(65_536):
            # A stranger's recipe has no say over the colours and the title of a terminal.
            sys.stdout.buffer.write(piece.translate(None, _CONTROLS) if sys.stdout.isatty() else piece)


def _print(outcomes: "list[Outcome]", *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(outcome) for outcome in outcomes])
        return
    for outcome in outcomes:
        inputs = f"{outcome.inputs} input{'' if outcome.inputs == 1 else 's'}"
        lines = (f"{inputs}, {outcome.seconds:.1f} s, run {outcome.iri}", *outcome.findings)
        if outcome.unchanged:
            lines = (f"run {outcome.iri} made it, and nothing has changed since",)
        print_entry(f"{', '.join(outcome.stores)}: published at revision {outcome.revision}", *lines)


@contextmanager
def _interruptible(told: list[str]) -> Iterator[None]:
    """Leave on SIGTERM as on Ctrl-C: what the recipe started is ended, and the command says what came of it."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        from leap_kg.ingest.recipes.running import PUBLISHING

        if told and told[-1] == PUBLISHING:
            fail(f"stopped while publishing; `leap-kg recipe promote {_run_of(told)}` ends it", 128 + signal.SIGINT)
        fail("stopped; nothing of this run is published", 128 + signal.SIGINT)
    finally:
        signal.signal(signal.SIGTERM, before)


def _run_of(told: list[str]) -> str:
    """The run that was told of last."""
    return next((line.removeprefix("run ") for line in reversed(told) if line.startswith("run recipe-")), "")


def _at(addresses: "Mapping[Path, str]", report: "Report") -> "Report":
    """A report that names the address of what was cloned, not where that lies."""
    address = addresses.get(report.path)
    if address is None or not report.failure:
        return report
    return replace(report, name=address, failure=report.failure.replace(str(report.path), address))


def _origin(feedstock: str, ref: str) -> "Origin | None":
    """What is to be cloned, `None` for a folder."""
    from leap_kg.ingest.recipes.origin import NoOrigin, origin_of

    try:
        origin = origin_of(feedstock, ref)
    except NoOrigin as error:
        fail(str(error), NOT_FOUND)
    if origin is None and ref:
        raise typer.BadParameter(f"--ref is for addresses: {feedstock} is a folder, and run as it is")
    return origin


@contextmanager
def _folder(home: "Home", feedstock: str, origin: "Origin | None", tell: "Callable[[str], object]") -> Iterator[Path]:
    """The folder of a feedstock; one that was cloned is held while the context lasts."""
    if origin is None:
        yield Path(feedstock)
        return
    from leap_kg.ingest.recipes.cloning import NotCloned, cloned

    with ExitStack() as held:
        try:
            folder = held.enter_context(cloned(home, origin, context.settings().fetching.private_hosts, tell))
        except NotCloned as error:
            fail(str(error), NOT_FOUND if error.missing else FAILED)
        yield folder


def _checkout(folder: Path, origin: "Origin | None", name: str) -> "Checkout":
    from leap_kg.ingest.formats.yamltext import Unreadable
    from leap_kg.ingest.recipes.checkout import NoFeedstock, read_checkout

    try:
        return read_checkout(folder, name or _name_of(origin, folder))
    except (NoFeedstock, Unreadable) as error:
        fail(str(error) if origin is None else str(error).replace(str(folder), origin.url), NOT_FOUND)


def _name_of(origin: "Origin | None", folder: Path) -> str:
    """The repository that an address is that of; raises `NoFeedstock` if only what was cloned says so."""
    from leap_kg.ingest.recipes.checkout import NoFeedstock, feedstock_folder, repository_of

    if origin is None or origin.repository is not None:
        return origin.repository.display if origin and origin.repository else ""
    feedstock_folder(folder)
    # Whoever writes the files may write in them that they are somebody else's.
    stated = repository_of(folder).display
    raise NoFeedstock(f"{folder} says that it is {stated}: if that is right, say so too, by --as {stated}")


def _dataflow(options: list[str], target: str) -> list[str]:
    """What Beam is to be given for a run on Dataflow, if nothing is wrong with these options."""
    from leap_kg.ingest.recipes.dataflow import Misconfigured, arguments

    given = dict(_named("--option", each) for each in options)
    try:
        return arguments(given, target)
    except Misconfigured as error:
        fail("\n".join(error.problems))


def _entries(checkout: "Checkout", wanted: list[str]) -> "list[RecipeEntry]":
    entries = checkout.feedstock.recipes
    known = ", ".join(entry.id for entry in entries)
    if not entries:
        fail(f"{checkout.folder}/meta.yaml lists no recipe: add recipes: with id and object")
    for each in wanted:
        if each not in {entry.id for entry in entries}:
            fail(f"meta.yaml has no recipe {each!r}; it has {known}", NOT_FOUND)
    return [entry for entry in entries if not wanted or entry.id in wanted]


def _settings(given: list[str]) -> dict[str, Any]:
    """Values as JSON writes them; what is no JSON is a text."""
    found: dict[str, Any] = {}
    for each in given:
        name, text = _named("--set", each)
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found


def _named(option: str, given: str) -> tuple[str, str]:
    name, equals, text = given.partition("=")
    if not equals or not name.isidentifier():
        raise typer.BadParameter(f"{option} {given}: write it as NAME=VALUE")
    return name, text


def _runner(name: str) -> str:
    if name not in _RUNNERS:
        raise typer.BadParameter(f"there is no runner {name!r}: take one of {', '.join(_RUNNERS)}")
    return name
