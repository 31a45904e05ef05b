"""`leap-kg export`: the graph as N-Quads, or its catalogue of data as files for other programs."""

import sqlite3
import sys
from pathlib import Path
from typing import Annotated

import typer
from pyoxigraph import NamedNode

from leap_kg.cli import context, moment
from leap_kg.cli.output import NOT_FOUND, fail, print_line
from leap_kg.graph.home import Home
from leap_kg.graph.statements import Statements
from leap_kg.settings import Settings

_QUADS = "nquads"


def export(
    form: Annotated[
        str, typer.Option("--format", help="nquads, or stac, stac-geoparquet, intake or pgstac: the catalogue of data.")
    ] = _QUADS,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="A file, standard output by default; of a catalogue a new or empty folder."
        ),
    ] = None,
    root: Annotated[str, typer.Option(help="Of stac: the address where the folder will be, for absolute links.")] = "",
    source: Annotated[str | None, typer.Option(help="Only this source's graph, as N-Quads.")] = None,
    at: moment.At = None,
) -> None:
    """Write the graph, as it is or as it was, as sorted N-Quads; or datasets, stores and items as a catalogue."""
    # Most commands need none of these.
    from leap_kg.stac.export.formats import FORMATS

    if form not in (_QUADS, *FORMATS):
        fail(f"there is no format {form!r}; the formats are {', '.join((_QUADS, *FORMATS))}", status=2)
    if root and (form != "stac" or not root.startswith(("https://", "http://"))):
        fail("--root is the http(s) address of a catalogue that is written with --format stac", status=2)
    settings = context.settings()
    if form == _QUADS:
        _quads(settings, output, source, at)
        return
    if source is not None or at is not None:
        fail(f"--source and --at are for {_QUADS}: a catalogue is that of all sources as it is now", status=2)
    if output is None:
        fail(f"--format {form} needs --output FOLDER, one that is new or empty", status=2)
    _catalogue(settings, form, output, root)


def _catalogue(settings: Settings, form: str, output: Path, root: str) -> None:
    from leap_kg.stac.export.contents import Contents
    from leap_kg.stac.export.folder import Unwritable
    from leap_kg.stac.export.formats import FORMATS, NothingToExport
    from leap_kg.stac.export.geoparquet import NotInstalled
    from leap_kg.stac.searching import Index

    snapshot = context.snapshot(settings)
    try:
        index = Index(Home(settings.home).index, allowed=float("inf"))
    except sqlite3.Error:
        fail(f"the search index of {settings.home} cannot be opened; run `leap-kg harvest` again")
    contents = Contents(index, Statements(snapshot.store, settings.base), settings.name)
    try:
        with index.one_state():
            said = FORMATS[form](contents, output, root)
    except NothingToExport as error:
        fail(str(error), NOT_FOUND)
    except (Unwritable, NotInstalled) as error:
        fail(str(error))
    except sqlite3.Error as error:
        fail(f"the search index of {settings.home} cannot be read: {error}; run `leap-kg rebuild`")
    finally:
        index.close()
    print_line(said)


def _quads(settings: Settings, output: Path | None, source: str | None, at: str | None) -> None:
    store = (context.checkpoint(settings) if at is None else moment.snapshot_at(settings, at)).store
    graph = NamedNode(f"{settings.base}graph/source/{source}") if source else None
    lines = sorted(str(quad) + " .\n" for quad in store.quads_for_pattern(None, None, None, graph))
    if source and not lines:
        fail(f"no source {source!r} has published anything", NOT_FOUND)
    data = "".join(lines).encode()
    if output is None:
        sys.stdout.buffer.write(data)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        fail(f"cannot write {output}: {error.strerror}")
