"""Publishes what a run made: stores take their places, then the graph is told.

What is to be said is made of the staged stores, so that nothing is left to fail once they are in their places but the
graph's own writing; that can be done again.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pyoxigraph import Triple

from leap_kg.graph.activity import Activity
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home
from leap_kg.graph.names import STANDING_SOURCE, source_graph
from leap_kg.graph.publication.change import Publication
from leap_kg.graph.publication.records import Record
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.recipes.checkout import Checkout
from leap_kg.ingest.recipes.last import Last, forget
from leap_kg.ingest.recipes.mapping import Run, Said, feedstock_triples, store_triples
from leap_kg.ingest.recipes.place import Place
from leap_kg.ingest.recipes.process import Bounds
from leap_kg.ingest.recipes.staging import Staging
from leap_kg.ingest.requests.settling import settle_all
from leap_kg.ingest.runs.requesting import TITLE as SETTLED
from leap_kg.ingest.runs.rounds import publish_ontology
from leap_kg.ontology.jsonld import quads_in

SOURCE = "recipes"
"""The source whose graph holds what runs of recipes made."""

PRUNED = "pruned"
"""The kind of a finding on the run, not on its store: whoever publishes it all the same has decided."""
_WAIT = 300.0
"""Seconds to wait for another writer."""
_TITLE = "Runs of recipes"


def publish_run(
    home: Home, base: str, run: Run, place: Place, staging: Staging, folder: Path,
    findings: Iterable[Mapping[str, Any]], former: Mapping[str, Any], bounds: Bounds, tell: Callable[[str], object],
) -> Publication:  # fmt: skip
    """Put the stores of a run into their places and publish them; raises `HomeError` or `JobFailed`."""
    noticed = list(findings)
    said = {f"feedstock {run.checkout.repository.key}": Said(feedstock_triples(run.checkout, base))}
    paths = [each.path for each in run.account.stores]
    for each in run.account.stores:
        own = [_finding(run, wrong) for wrong in noticed if wrong["store"] == each.path and wrong["kind"] != PRUNED]
        staged = staging.folder / each.path
        there = staged if staged.is_dir() else staging.target / each.path
        address = place.address(each.path, run.name)
        said[f"store {place.name(each.path)}"] = store_triples(run, each, there, address, own, base)
    forget(home, place, staging)
    if place.url:
        place.upload(paths, staging.folder, staging.name, run.name, folder, run.environment, bounds, tell)
    else:
        for path in paths:
            staging.promote(path, run.name)
        staging.drop()
    publication = _publish(home, base, run.name, run.started, run.ended, (run.iri(base).value,), said)
    staging.drop()
    Last(run.name, paths, run.checkout.digest, publication.revision, former, run.pruned).write(home, place, staging)
    return publication


def publish_feedstock(
    home: Home, base: str, name: str, checkout: Checkout, started: datetime, ended: datetime
) -> Publication:
    """Say what a feedstock says now, where its stores stay as they are."""
    said = {f"feedstock {checkout.repository.key}": Said(feedstock_triples(checkout, base))}
    return _publish(home, base, name, started, ended, (), said)


def _publish(
    home: Home,
    base: str,
    name: str,
    started: datetime,
    ended: datetime,
    used: tuple[str, ...],
    said: Mapping[str, Said],
) -> Publication:
    graph = source_graph(base, SOURCE)

    def record(key: str, triples: list[Triple]) -> Record:
        lines = "\n".join(sorted(map(str, triples)))
        return Record(key, sha256(lines.encode()).hexdigest(), lambda: quads_in(triples, graph))

    activity = Activity(run=f"{SOURCE}/{name}", title=_TITLE, started=started, ended=ended, used=used)
    raw = RawStore(home.raw)
    for each in said.values():
        if each.picture:
            raw.put(each.picture)
    with followed_writer(home, base, _WAIT) as writer:
        publish_ontology(writer, base)
        publication = writer.publish_records(
            SOURCE, [record(key, each.triples) for key, each in said.items()], activity, complete=False
        )
        # Somebody may have asked for what is there now.
        settle_all(writer, base, Activity(f"{STANDING_SOURCE}/{name}", SETTLED, started, datetime.now(UTC)))
        return publication


def _finding(run: Run, wrong: Mapping[str, Any]) -> Finding:
    message, hint, pointer = str(wrong["message"]), str(wrong["hint"]), run.entry.id
    if wrong["kind"] == "convention":
        return Finding("convention", Severity.WARNING, message, hint, pointer)
    if wrong["kind"] == "chunks":
        return Finding("chunks", Severity.INFO, message, hint, pointer)
    severity = Severity.VIOLATION if wrong["grave"] else Severity.WARNING
    return Finding("differs-from-source", severity, message, hint, pointer)
