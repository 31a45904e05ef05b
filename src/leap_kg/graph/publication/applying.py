"""Brings the live store to what the log says, and leaves it such that a process killed anywhere can do it again.

A small change is ONE `update()` string, the only transaction the engine offers. A large one goes in several steps, what
it removes first, with the revision as the last of them: until that is written, the whole patch is applied again from
the log when the home is opened, which is harmless because all of it is DELETE DATA and INSERT DATA.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store

from leap_kg.graph.log.patch import PatchLog, changed_lines
from leap_kg.graph.log.patchfile import LogError
from leap_kg.graph.publication.canonical import quads_of
from leap_kg.graph.publication.change import Change, update_text
from leap_kg.graph.publication.sorting import Batch, Spool, text_of

ONE_UPDATE = 20_000
"""The most lines that are changed by one update; above it the bulk loader, with no transaction, is faster."""

_PORTION = 96 * 2**20


def apply(store: Store, change: Change, provenance: Change) -> None:
    """Make the change, and write down last the runs and the revision; both are on disk when this returns."""
    if change.count <= ONE_UPDATE:
        both, runs = change.difference(), provenance.difference()
        store.update(update_text([*both.removed, *runs.removed], [*both.added, *runs.added]))
    else:
        for batch in _pieces(change.removed.batches()):
            store.update(update_text(quads_of(batch), ()))
        _load(store, change.added)
        runs = provenance.difference()
        store.update(update_text(runs.removed, runs.added))
    store.flush()


def replay(store: Store, log: PatchLog, revision: int, runs: NamedNode, folder: Path) -> None:
    """Apply a patch of the log, `runs` being the graph of runs; raises `LogError` before anything is changed."""
    with Change(folder) as change, Change(folder) as provenance:
        ending = f" {runs} .".encode()
        for block in log.blocks(revision):
            try:
                removed, added = changed_lines(block)
            except ValueError as error:
                raise LogError(f"revision {revision} in the log is damaged: {error}") from None
            for into, own in ((provenance, True), (change, False)):
                gone, come = ([line for line in side if line.endswith(ending) == own] for side in (removed, added))
                into.add([(gone, come)])
        apply(store, change, provenance)


def _load(store: Store, added: Spool) -> None:
    """Load in portions, since the loader holds in memory, several times over, what it is given at once.

    Without a look at the IRIs: the lines are of quads, whose terms were looked at when they were made.
    """
    if added.path is None:
        store.bulk_load(b"".join(map(text_of, added.batches())), format=RdfFormat.N_QUADS, lenient=True)
        return
    added.finish()
    with added.path.open("rb") as file:
        while portion := file.read(_PORTION) + file.readline():
            store.bulk_load(portion, format=RdfFormat.N_QUADS, lenient=True)


def _pieces(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The same lines in lists that fit one update."""
    for batch in batches:
        for place in range(0, len(batch), ONE_UPDATE):
            yield batch[place : place + ONE_UPDATE]
