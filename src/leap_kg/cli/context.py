"""What every command needs first: the settings, the home, and the newest snapshot of it."""

from leap_kg.cli.output import fail
from leap_kg.graph.home import Home
from leap_kg.graph.names import provenance_graph, whole_graph
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
    """The newest snapshot; ends the command if nothing was ever published."""
    found = Snapshots(Home(chosen.home)).current()
    if found is None:
        fail(f"nothing is published in {chosen.home}; run `leap-kg harvest --sources FILE`, or set LEAP_KG_HOME")
    if not any(found.store.quads_for_pattern(whole_graph(chosen.base), None, None, provenance_graph(chosen.base))):
        fail(f"{chosen.home} was made with another base than {chosen.base}; set LEAP_KG_BASE to what it was")
    return found


def iri_given(text: str, base: str) -> str:
    """The IRI that a person means by an IRI, by a path of the web pages, or by a name below the base."""
    return text if "://" in text else iri_of(base, "/" + text.removeprefix("/"))
