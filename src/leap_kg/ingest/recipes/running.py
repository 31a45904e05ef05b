"""Runs recipes, from the files of a feedstock to a store that stands in the graph.

A store is staged, looked at, promoted and published, in this order. What fails before it is promoted leaves nothing
but a log; a store that was made but is not fit to be published stays staged until somebody decides. What was promoted
and could not be published is published by `promote`, which does the last two steps again.
"""

import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leap_kg.graph.home import Home, HomeError
from leap_kg.ingest.leap.feedstock import RecipeEntry
from leap_kg.ingest.recipes.account import Account, read_account
from leap_kg.ingest.recipes.checkout import Checkout
from leap_kg.ingest.recipes.environments import CHECKS, Environment
from leap_kg.ingest.recipes.flink import JobServer
from leap_kg.ingest.recipes.last import Last
from leap_kg.ingest.recipes.mapping import Run, run_iri, settings_of
from leap_kg.ingest.recipes.notes import read_note, write_note
from leap_kg.ingest.recipes.place import Place
from leap_kg.ingest.recipes.process import Bounds, JobFailed, read_json, run_job
from leap_kg.ingest.recipes.publishing import PRUNED, publish_feedstock, publish_run
from leap_kg.ingest.recipes.staging import Staging

PUBLISHING = "publishing"
"""What is told when a store is about to take its place."""

_CHECKER_SECONDS = 600.0

Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Options:
    """How a recipe is to be run: see the options of `leap-kg recipe run`. `pause` is the first wait before a source
    that failed is asked again, in seconds; `anew` is to run it even where nothing has changed."""

    runner: str = "direct"
    prune: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    workers: int = 2
    bounds: Bounds = field(default_factory=Bounds)
    pause: float = 1.0
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: the stores, what was noticed about them, and the revision that shows them.

    If it was found that nothing has changed, `run` is the one that made them, and `unchanged` says so.
    """

    run: str
    iri: str
    stores: tuple[str, ...]
    findings: tuple[str, ...]
    inputs: int
    seconds: float
    revision: int
    unchanged: bool = False


class Unfit(Exception):
    """A store was made that is not fit to be published; it is staged."""


def runs_folder(home: Home) -> Path:
    """Where the logs and accounts of runs are kept, a folder each."""
    return home.path.absolute() / "recipes" / "runs"


def stores_folder(home: Home, feedstock: str) -> Path:
    """Where the stores of a feedstock, `owner/name`, go unless a target is given."""
    return home.path.absolute() / "recipes" / "stores" / feedstock


def run_recipe(
    home: Home, base: str, checkout: Checkout, entry: RecipeEntry, place: Place, options: Options, tell: Tell
) -> Outcome:
    """Run one recipe of a feedstock and publish what it makes.

    Raises `HomeError` (`NotReady` and `Busy` among them), `JobFailed` with the run's log beside it, or `Unfit`.
    """
    environment = Environment.of(options.runner, home)
    environment.require()
    engine = _engine(home, options.runner)
    module, _, name = entry.object.partition(":")
    if not (module.isidentifier() and name.isidentifier()):
        raise HomeError(f"the recipe {entry.id} names no object: write object: recipe:recipe in meta.yaml")
    started = datetime.now(UTC)
    run = f"recipe-{started:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    staging = Staging.of(place.folder, checkout.repository.key, entry.id)
    with staging.held(run):
        home.create()
        folder = runs_folder(home) / run
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)  # what a run is given may hold tokens
        taken = place.taken(staging, run, folder, environment)
        staging.clear()
        tell(f"run {run}")
        if checkout.commit and not checkout.commit.clean:
            tell("the feedstock has changes that are not committed, so no commit is noted")
        last = None if options.anew else Last.read(home, place, staging, folder, environment)
        job = {
            "folder": str(checkout.folder.resolve()), "module": module, "object": name, "dictionary": entry.dictionary,
            "runner": options.runner, "workers": options.workers, "prune": options.prune,
            "settings": dict(options.settings), "pause": options.pause, "staging": str(staging.folder),
            "stores": "" if place.url else str(place.folder), "inputs": str(folder / "inputs"),
            "account": str(folder / "account.jsonld"), "outcome": str(folder / "outcome.json"),
            "attributes": _marks(checkout, run, base), "lock": environment.digest,
            "former": last and last.former, "access": entry.access, "taken": taken, **engine,
        }  # fmt: skip
        checks = Environment.named(CHECKS, home)
        try:
            made = _made(job, checks, folder, staging, environment, options, base, tell)
        except BaseException:
            staging.drop()
            raise
        finally:
            for each in ("inputs", "tmp", "home"):
                shutil.rmtree(folder / each, ignore_errors=True)
        if made is None:
            staging.drop()
            if last is None:
                raise JobFailed("outcome", "the recipe's process says that nothing has changed, and nothing was there")
            return _unchanged(home, base, checkout, place, staging, last, run, started, tell)
        account, findings, former = made
        findings = [*_pruned(account, options, last), *findings]
        findings.sort(key=lambda each: not each["grave"])
        how = settings_of({"--prune": options.prune, "--workers": options.workers}, options.settings)
        ended, pruned = datetime.now(UTC), options.prune > 0
        done = Run(run, checkout, entry, options.runner, environment, started, ended, account, how, pruned)
        write_note(folder, done, place, findings, former)
        grave = [each for each in findings if each["grave"]]
        if grave:
            reasons = "; ".join(f"{each['store']}: {each['message']}. {each['hint']}" for each in grave)
            raise Unfit(
                f"{reasons} The store is kept in {staging.folder} until the recipe is run again; if it is right as it "
                f"is, publish it with `leap-kg recipe promote {run}`"
            )
        tell(PUBLISHING)
        return _published(home, base, done, place, staging, findings, former, options.bounds, tell)


def _pruned(account: Account, options: Options, last: Last | None) -> Iterator[dict[str, Any]]:
    """A store of some inputs does not take the place of one of more by accident."""
    new = len(account.inputs)
    if options.prune and last is not None and not last.pruned and new < last.inputs:
        yield {
            "store": account.stores[0].path,
            "kind": PRUNED,
            "message": f"with --prune {options.prune} it is made of {new}, that in its place of {last.inputs} inputs",
            "hint": "Run it without --prune, or into another --target; with --anew it takes the place all the same.",
            "grave": True,
        }


def promote(home: Home, base: str, name: str) -> Outcome:
    """Publish the stores of a run that are staged still, or were put into their place and not published.

    Raises `HomeError` for a run that cannot be, and as `run_recipe` does.
    """
    noted = read_note(runs_folder(home) / name, home)
    run, place = noted.run(name, base), noted.place
    staging = Staging.of(place.folder, run.checkout.repository.key, run.entry.id)
    with staging.held(name):
        for each in run.account.stores:
            if not (staging.folder / each.path).is_dir() and not staging.holds(each.path, name):
                raise HomeError(f"the store {each.path} of the run {name} is gone: run the recipe again")
        return _published(home, base, run, place, staging, noted.findings, noted.former, Bounds(), lambda line: None)


def _engine(home: Home, runner: str) -> dict[str, str]:
    """What a job has to know of its engine; raises `NotReady`."""
    if runner != "flink":
        return {}
    server = JobServer.of(home)
    return {"java": server.require(), "job_server": str(server.jar)}


def _made(
    job: Mapping[str, Any],
    checks: Environment,
    folder: Path,
    staging: Staging,
    environment: Environment,
    options: Options,
    base: str,
    tell: Tell,
) -> tuple[Account, list[dict[str, Any]], dict[str, Any]] | None:
    """Run the recipe and look at what it made; returns its account, what is wrong with its stores, and what its next
    run wants to know; `None` if nothing has changed since the last one."""
    run_job(environment.python, folder, {**job, "task": "run"}, options.bounds, tell)
    outcome = read_json(folder / "outcome.json")
    if isinstance(outcome, dict) and outcome.get("unchanged") is True:
        return None
    account = read_account(folder / "account.jsonld", staging.folder, base)
    if not (isinstance(outcome, dict) and isinstance(outcome.get("inputs"), dict)):
        raise JobFailed("outcome", "the recipe's process left no outcome that can be read")
    exact = outcome.get("exact") is True
    opening = _opening(folder)
    stores = {
        each.path: {"inputs": outcome["inputs"].get(each.path, []), "options": opening.get(each.path)}
        for each in account.stores
    }
    tell("checking the store")
    job = {**job, "task": "verify", "stores": stores, "exact": exact, "former": None}
    told = {"headers": str(folder), "outcome": str(folder / "checks.json")}
    run_job(environment.python, folder, {**job, **told}, options.bounds, tell)
    said = read_json(folder / "checks.json")
    findings = [{"store": store, **each} for store in stores for each in said["found"][store]]
    if checks.ready:
        for store in stores.keys() - said["headers"].keys():
            tell(f"{store}: conventions are not checked, as NetCDF cannot hold what it has")
        findings += _unconventional(checks, folder, said["headers"], tell)
    else:
        tell("conventions are not checked, as their environment is not there: `leap-kg recipe setup` makes it")
    former = outcome.get("former")
    return account, findings, former if isinstance(former, dict) else {}


def _opening(folder: Path) -> Mapping[str, Any]:
    """By which options the inputs of each store were opened, as far as the recipe's process could say."""
    file = folder / "inputs" / "options.json"
    said = read_json(file) if file.is_file() else {}
    found = said if isinstance(said, dict) else {}
    return {store: options for store, options in found.items() if isinstance(options, dict)}


def _unconventional(
    checks: Environment, folder: Path, headers: Mapping[str, str], tell: Tell
) -> Iterator[dict[str, Any]]:
    """What CF and ACDD have to say; a checker that fails keeps nobody from publishing."""
    job = {"task": "conventions", "headers": headers, "outcome": str(folder / "conventions.json")}
    try:
        run_job(checks.python, folder, job, Bounds(_CHECKER_SECONDS), tell)
        found = read_json(folder / "conventions.json")
    except JobFailed as error:
        tell(f"conventions could not be checked: {error}")
        return
    for store in headers:
        yield from ({"store": store, **each} for each in found[store])


def _marks(checkout: Checkout, run: str, base: str) -> dict[str, str]:
    """The attributes by which LEAP's stores tell what built them."""
    marks = {
        "pangeo_forge_build_timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "pangeo_forge_gh_actions_url": run_iri(run, base).value,
    }
    return {**marks, "pangeo_forge_build_git_hash": checkout.commit_url} if checkout.commit_url else marks


def _published(
    home: Home, base: str, run: Run, place: Place, staging: Staging, findings: Iterable[Mapping[str, Any]],
    former: Mapping[str, Any], bounds: Bounds, tell: Tell,
) -> Outcome:  # fmt: skip
    folder, noticed = runs_folder(home) / run.name, list(findings)
    try:
        publication = publish_run(home, base, run, place, staging, folder, noticed, former, bounds, tell)
    except JobFailed as error:
        remedy = f"the finished store is kept: `leap-kg recipe promote {run.name}` publishes it"
        raise JobFailed(error.kind, f"{error}; {remedy}", error.trace) from None
    return Outcome(
        run.name,
        run.iri(base).value,
        tuple(place.shown(each.path, run.name) for each in run.account.stores),
        tuple(f"{wrong['store']}: {wrong['message']}" for wrong in noticed),
        len(run.account.inputs),
        round((run.ended - run.started).total_seconds(), 3),
        publication.revision,
    )


def _unchanged(
    home: Home, base: str, checkout: Checkout, place: Place, staging: Staging, last: Last, run: str,
    started: datetime, tell: Tell,
) -> Outcome:  # fmt: skip
    """What a run comes to that found nothing to do; the feedstock may say other things of the data than before."""
    tell(f"nothing has changed since the run {last.run}")
    ended, revision = datetime.now(UTC), last.revision
    if checkout.digest != last.digest:
        revision = publish_feedstock(home, base, run, checkout, started, ended).revision
        replace(last, digest=checkout.digest, revision=revision).write(home, place, staging)
    stores = tuple(place.shown(each, last.run) for each in last.stores)
    seconds = round((ended - started).total_seconds(), 3)
    return Outcome(last.run, run_iri(last.run, base).value, stores, (), 0, seconds, revision, unchanged=True)
