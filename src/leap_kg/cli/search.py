"""`leap-kg search`: finding nodes by words, place, time, variables and all that the lists of the web narrow by."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from textwrap import shorten
from typing import Annotated

import typer

from leap_kg.cli import context
from leap_kg.cli.output import NOT_FOUND, fail, print_entry, print_json, print_line
from leap_kg.graph.home import Home
from leap_kg.graph.index.search import Found, SearchIndex
from leap_kg.ontology.kinds import kinds
from leap_kg.stac.refusal import BadSearch
from leap_kg.web.hints import hints
from leap_kg.web.identified import identified
from leap_kg.web.listing import FACETS, State

_SHOWN_FACETS = 6
_Facet = Annotated[list[str] | None, typer.Option(help="Only this value; may be repeated.")]


def search(
    words: Annotated[list[str] | None, typer.Argument(help="Words that must all be there; beginnings do.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", "--type", help="Only this kind, such as dataset or person.")
    ] = None,
    bbox: Annotated[
        str, typer.Option(help="west,south,east,north in degrees; --bbox=-20,-5,10,5 if it is negative.")
    ] = "",
    time: Annotated[
        str, typer.Option(help="A year, month, day or moment, or two with / between; .. is an open end.")
    ] = "",
    standard_name: Annotated[str, typer.Option(help="Data with this CF standard name, or one it was called by.")] = "",
    variable: _Facet = None,
    unit: _Facet = None,
    licence: _Facet = None,
    form: Annotated[list[str] | None, typer.Option("--format", help="Such as zarr or netcdf; may be repeated.")] = None,
    chunking: Annotated[
        list[str] | None, typer.Option(help="The dimensions the data are cut along, such as time; whole for none.")
    ] = None,
    access: _Facet = None,
    tag: _Facet = None,
    provider: _Facet = None,
    maintainer: _Facet = None,
    image: _Facet = None,
    exact: Annotated[bool, typer.Option("--exact", help="No other words in place of those that nothing has.")] = False,
    counts: Annotated[bool, typer.Option("--facets", help="Also print how many hits have which value.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at the most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find nodes by their words, where and when their data are, and what they measure."""
    settings = context.settings()
    snapshot = context.snapshot(settings)
    known = {k.name: k.label for k in kinds(settings.base)}
    if unknown := [name for name in kind or () if name not in known]:
        fail(f"there is no kind {unknown[0]!r}; the kinds are {', '.join(known)}", status=2)
    given = {"kind": kind, "variable": variable, "licence": licence, "format": form, "chunking": chunking, "unit": unit}
    given |= {"access": access, "tag": tag, "provider": provider, "maintainer": maintainer, "image": image}
    state = State(
        text=" ".join(words or ()),
        facets={name: tuple(values) for name, values in given.items() if values},
        bbox=bbox,
        time=time,
        standard_name=standard_name,
        exact=exact,
    )
    state = replace(state, named=identified(state.text, snapshot.store, settings.base))
    if not (state.text or state.facets or state.narrowed):
        fail("give words, or something to narrow the search by; see `leap-kg search --help`", status=2)
    try:
        with closing(SearchIndex(Home(settings.home).index)) as index:
            resolved = state.resolved(index)
            found = resolved.found(index, limit, 0, tuple(FACETS) if counts else ())
            said = [] if found.hits else hints(index, resolved)
    except sqlite3.Error:
        fail(f"the search index of {settings.home} cannot be opened; run `leap-kg harvest` again")
    except BadSearch as error:
        fail(str(error), status=2)
    if as_json:
        print_json(_document(found, said))
    else:
        _print(found, known, said)
    if not found.hits:
        raise typer.Exit(NOT_FOUND)


def _document(found: Found, said: Sequence[str]) -> dict[str, object]:
    hits = [{"iri": h.iri, "kind": h.kind, "label": h.label, "summary": h.summary} for h in found.hits]
    instead = {"shown_for": found.shown_for, "meant": found.meant}
    facets = {
        name: [{"value": c.facet.value, "label": c.facet.label, "count": c.hits} for c in values]
        for name, values in found.facets.items()
        if values
    }
    return {
        "total": found.total,
        **{name: text for name, text in instead.items() if text},
        **({"hints": list(said)} if said else {}),
        "hits": hits,
        **({"facets": facets} if facets else {}),
    }


def _print(found: Found, known: dict[str, str], said: Sequence[str]) -> None:
    if not found.hits:
        print_line("Nothing was found; try fewer words, or the beginning of one.")
        for hint in said:
            print_line(f"{hint[:1].upper()}{hint[1:]}.")
        return
    if found.shown_for:
        print_line(f"Nothing has these words; shown for: {found.shown_for}")
    for hit in found.hits:
        print_entry(f"{hit.label} ({known[hit.kind]})", hit.iri, _first_words(hit.summary))
    print_line(f"{found.total} found" + (f", {len(found.hits)} shown" if found.total > len(found.hits) else ""))
    if found.meant:
        print_line(f"Did you mean: {found.meant}")
    for name, values in found.facets.items():
        if values:
            print_entry(FACETS[name], _values([f"{count.facet.label} ({count.hits})" for count in values]))


def _values(texts: Sequence[str]) -> str:
    more = len(texts) - _SHOWN_FACETS
    return ", ".join(texts[:_SHOWN_FACETS]) + (f", and {more} more" if more > 0 else "")


def _first_words(text: str) -> str:
    return shorten(text, 160, placeholder=" …") if text else ""
