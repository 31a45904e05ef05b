"""What every command needs first: the settings, the home, and the newest snapshot of it."""

from typing import NoReturn

from leap_kg.cli.output import fail
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.lookup import stands
from leap_kg.graph.names import provenance_graph, whole_graph
from leap_kg.graph.remote.snapshot import served
from leap_kg.graph.snapshot import Snapshot, Snapshots
from leap_kg.ontology.iri import iri_of
from leap_kg.settings import Settings


def settings() -> Settings:
    """The settings of the environment; ends the command if one of them cannot be used."""
    try:
        return Settings.from_environment()
    except ValueError as error:
        fail(str(error))


def snapshot(chosen: Settings) -> Snapshot:
    """The newest revision, where queries are answered; ends the command if nothing was ever published."""
    return _with_base(chosen, served(Home.of(chosen)).current())


def checkpoint(chosen: Settings) -> Snapshot:
    """The newest revision exactly as it was published; ends the command if nothing was."""
    return _with_base(chosen, Snapshots(Home(chosen.home)).current())


def revision(chosen: Settings) -> int:
    """The newest revision, 0 before the first, found without opening a store; for who starts other processes.

    Hazard: the engine has threads that a forked process does not get. A web process whose parent had opened a store
    would wait for them for ever when it writes.
    """
    home = Home(chosen.home)
    log = PatchLog(home.log)
    try:
        last = log.last()
        if last and not log.header(last).is_of(chosen.base):
            _other_base(chosen, log.header(last).likely_base)
    except HomeError as error:
        fail(str(error))
    return Snapshots(home).newest()


def _with_base(chosen: Settings, found: Snapshot | None) -> Snapshot:
    home = Home(chosen.home)
    log = PatchLog(home.log)
    try:
        if found is None:
            _nothing(chosen, Snapshots(home).newest(), log.last())
        graph = provenance_graph(chosen.base)
        if not stands(found.store, whole_graph(chosen.base), None, None, graph):
            last = log.last()
            _other_base(chosen, log.header(last).likely_base if last else "")
    except HomeError as error:
        fail(str(error))
    return found


def _nothing(chosen: Settings, here: int, logged: int) -> NoReturn:
    """Say why there is no revision to read: none was made, it is not where queries are answered, or it was lost."""
    if chosen.store and here:
        fail(f"{chosen.store.query} has not been sent what {chosen.home} holds; run `leap-kg init`")
    if logged:
        fail(
            f"{chosen.home} has a log of {logged} revisions, but its snapshots are gone; "
            "run `leap-kg rebuild`, which makes store, snapshots and index again from the log"
        )
    fail(f"nothing is published in {chosen.home}; run `leap-kg harvest --sources FILE`, or set LEAP_KG_HOME")


def _other_base(chosen: Settings, base: str) -> NoReturn:
    was = f": {base}" if base else ""
    fail(f"{chosen.home} was made with another base than {chosen.base}; set LEAP_KG_BASE to what it was{was}")


def iri_given(text: str, base: str) -> str:
    """The IRI that a person means by an IRI, by a path of the web pages, or by a name below the base."""
    return text if "://" in text else iri_of(base, "/" + text.removeprefix("/"))
