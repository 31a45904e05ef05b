"""Runs recipes, from the files of a feedstock to a store that stands in the graph.

A store is staged, looked at, promoted and published, in this order. What fails before it is promoted leaves nothing
but a log; a store that was made but is not fit to be published stays staged until somebody decides. What was promoted
and could not be published is published by `promote`, which does the last two steps again.
"""

import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pyoxigraph import Triple

from leap_kg.graph.activity import Activity
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.change import Publication
from leap_kg.graph.publication.records import Record
from leap_kg.ingest.leap.feedstock import RecipeEntry
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.recipes.account import Account, read_account
from leap_kg.ingest.recipes.checkout import Checkout
from leap_kg.ingest.recipes.environments import Environment
from leap_kg.ingest.recipes.mapping import Run, Said, feedstock_triples, run_iri, store_triples
from leap_kg.ingest.recipes.notes import read_note, write_note
from leap_kg.ingest.recipes.process import Bounds, JobFailed, read_json, run_job
from leap_kg.ingest.recipes.staging import Staging
from leap_kg.ingest.runs.rounds import publish_ontology
from leap_kg.ontology.jsonld import quads_in

SOURCE = "recipes"
"""The source whose graph holds what runs of recipes made."""

PUBLISHING = "publishing"
"""What is told when a store is about to take its place."""

_WAIT = 300.0
"""Seconds to wait for another writer."""
_TITLE = "Runs of recipes"

Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Options:
    """How a recipe is to be run: see the options of `leap-kg recipe run`. `pause` is the first wait before a source
    that failed is asked again, in seconds."""

    runner: str = "direct"
    prune: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    workers: int = 2
    bounds: Bounds = field(default_factory=Bounds)
    pause: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: the stores, what was noticed about them, and the revision that shows them."""

    run: str
    iri: str
    stores: tuple[str, ...]
    findings: tuple[str, ...]
    inputs: int
    seconds: float
    revision: int


class Unfit(Exception):
    """A store was made that is not fit to be published; it is staged."""


def runs_folder(home: Home) -> Path:
    """Where the logs and accounts of runs are kept, a folder each."""
    return home.path.absolute() / "recipes" / "runs"


def stores_folder(home: Home, feedstock: str) -> Path:
    """Where the stores of a feedstock, `owner/name`, go unless a target is given."""
    return home.path.absolute() / "recipes" / "stores" / feedstock


def run_recipe(
    home: Home, base: str, checkout: Checkout, entry: RecipeEntry, target: Path, options: Options, tell: Tell
) -> Outcome:
    """Run one recipe of a feedstock and publish what it makes.

    Raises `HomeError` (`NotReady` and `Busy` among them), `JobFailed` with the run's log beside it, or `Unfit`.
    """
    environment = Environment.of(options.runner, home)
    environment.require()
    module, _, name = entry.object.partition(":")
    if not (module.isidentifier() and name.isidentifier()):
        raise HomeError(f"the recipe {entry.id} names no object: write object: recipe:recipe in meta.yaml")
    started = datetime.now(UTC)
    run = f"recipe-{started:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    staging = Staging.of(target, checkout.repository.key, entry.id)
    with staging.held(run):
        home.create()
        folder = runs_folder(home) / run
        folder.mkdir(parents=True)
        staging.clear()
        tell(f"run {run}")
        if checkout.commit and not checkout.commit.clean:
            tell("the feedstock has changes that are not committed, so no commit is noted")
        try:
            account, findings = _made(folder, staging, checkout, entry, environment, options, run, base, tell)
        except BaseException:
            staging.drop()
            raise
        finally:
            for name in ("inputs", "tmp", "home"):
                shutil.rmtree(folder / name, ignore_errors=True)
        done = Run(run, checkout, entry, options.runner, environment, started, datetime.now(UTC), account)
        write_note(folder, done, target, findings)
        grave = [each for each in findings if each["grave"]]
        if grave:
            reasons = "; ".join(f"{each['store']}: {each['message']}. {each['hint']}" for each in grave)
            raise Unfit(
                f"{reasons} The store is kept in {staging.folder} until the recipe is run again; if it is right as it "
                f"is, publish it with `leap-kg recipe promote {run}`"
            )
        tell(PUBLISHING)
        return _published(home, base, done, staging, findings)


def promote(home: Home, base: str, name: str) -> Outcome:
    """Publish the stores of a run that are staged still, or were put into their place and not published.

    Raises `HomeError` for a run that cannot be, and as `run_recipe` does.
    """
    noted = read_note(runs_folder(home) / name, home)
    run, target = noted.run(name, base), noted.target
    staging = Staging.of(target, run.checkout.repository.key, run.entry.id)
    with staging.held(name):
        for each in run.account.stores:
            if not (staging.folder / each.path).is_dir() and not (target / each.path).is_dir():
                raise HomeError(f"the store {each.path} of the run {name} is gone: run the recipe again")
        return _published(home, base, run, staging, noted.findings)


def _made(
    folder: Path,
    staging: Staging,
    checkout: Checkout,
    entry: RecipeEntry,
    environment: Environment,
    options: Options,
    run: str,
    base: str,
    tell: Tell,
) -> tuple[Account, list[dict[str, Any]]]:
    """Run the recipe and look at what it made; returns its account and what is wrong with its stores."""
    module, _, name = entry.object.partition(":")
    job = {
        "task": "run", "folder": str(checkout.folder.resolve()), "module": module, "object": name,
        "dictionary": entry.dictionary, "runner": options.runner, "workers": options.workers,
        "prune": options.prune, "settings": dict(options.settings), "pause": options.pause,
        "staging": str(staging.folder), "inputs": str(folder / "inputs"), "account": str(folder / "account.jsonld"),
        "outcome": str(folder / "outcome.json"), "attributes": _marks(checkout, run, base),
    }  # fmt: skip
    run_job(environment.python, folder, job, options.bounds, tell)
    account = read_account(folder / "account.jsonld", staging.folder, base)
    outcome = read_json(folder / "outcome.json")
    if not (isinstance(outcome, dict) and isinstance(outcome.get("inputs"), dict)):
        raise JobFailed("outcome", "the recipe's process left no outcome that can be read")
    exact = outcome.get("exact") is True
    stores = {each.path: outcome["inputs"].get(each.path, []) for each in account.stores}
    tell("checking the store")
    job = {**job, "task": "verify", "stores": stores, "exact": exact}
    run_job(environment.python, folder, {**job, "outcome": str(folder / "checks.json")}, options.bounds, tell)
    found = read_json(folder / "checks.json")
    return account, [{"store": store, **each} for store in stores for each in found[store]]


def _marks(checkout: Checkout, run: str, base: str) -> dict[str, str]:
    """The attributes by which LEAP's stores tell what built them."""
    marks = {
        "pangeo_forge_build_timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "pangeo_forge_gh_actions_url": run_iri(run, base).value,
    }
    return {**marks, "pangeo_forge_build_git_hash": checkout.commit_url} if checkout.commit_url else marks


def _published(home: Home, base: str, run: Run, staging: Staging, findings: Iterable[Mapping[str, Any]]) -> Outcome:
    """Promote the stores and publish them; raises `HomeError` or `JobFailed`."""
    noticed = list(findings)
    said = {f"feedstock {run.checkout.repository.key}": Said(feedstock_triples(run.checkout, base))}
    for each in run.account.stores:
        final = staging.target / each.path
        own = [_finding(run, wrong) for wrong in noticed if wrong["store"] == each.path]
        staged = staging.folder / each.path
        said[f"store {final}"] = store_triples(run, each, staged if staged.is_dir() else final, final, own, base)
    stores = tuple(str(staging.promote(each.path)) for each in run.account.stores)
    staging.drop()
    publication = _publish(home, base, run, said)
    return Outcome(
        run.name,
        run.iri(base).value,
        stores,
        tuple(f"{wrong['store']}: {wrong['message']}" for wrong in noticed),
        len(run.account.inputs),
        round((run.ended - run.started).total_seconds(), 3),
        publication.revision,
    )


def _publish(home: Home, base: str, run: Run, said: Mapping[str, Said]) -> Publication:
    graph = source_graph(base, SOURCE)

    def record(key: str, triples: list[Triple]) -> Record:
        lines = "\n".join(sorted(map(str, triples)))
        return Record(key, sha256(lines.encode()).hexdigest(), lambda: quads_in(triples, graph))

    activity = Activity(
        run=f"{SOURCE}/{run.name}", title=_TITLE, started=run.started, ended=run.ended, used=(run.iri(base).value,)
    )
    raw = RawStore(home.raw)
    for each in said.values():
        if each.picture:
            raw.put(each.picture)
    with followed_writer(home, base, _WAIT) as writer:
        publish_ontology(writer, base)
        return writer.publish_records(
            SOURCE, [record(key, each.triples) for key, each in said.items()], activity, complete=False
        )


def _finding(run: Run, wrong: Mapping[str, Any]) -> Finding:
    return Finding("differs-from-source", Severity.WARNING, str(wrong["message"]), str(wrong["hint"]), run.entry.id)
