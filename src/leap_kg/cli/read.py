"""`leap-kg search`, `show` and `export`: reading the newest snapshot, or the graph as it was."""

import sqlite3
import sys
from pathlib import Path
from textwrap import shorten
from typing import Annotated

import typer
from pyoxigraph import NamedNode, Quad

from leap_kg.cli import context, moment
from leap_kg.cli.output import NOT_FOUND, fail, print_entry, print_json, print_line
from leap_kg.graph.home import Home
from leap_kg.graph.index.entry import kind_in, label_in
from leap_kg.graph.index.search import SearchIndex
from leap_kg.ontology.iri import readable
from leap_kg.ontology.kinds import kinds

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def search(
    words: Annotated[list[str], typer.Argument(help="Words that must all be there; beginnings of words do.")],
    kind: Annotated[str | None, typer.Option(help="Only this kind, such as dataset or person.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at the most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Find nodes by their words."""
    settings = context.settings()
    context.snapshot(settings)
    known = {k.name: k.label for k in kinds(settings.base)}
    if kind is not None and kind not in known:
        fail(f"there is no kind {kind!r}; the kinds are {', '.join(known)}", status=2)
    try:
        index = SearchIndex(Home(settings.home).index)
    except sqlite3.Error:
        fail(f"the search index of {settings.home} cannot be opened; run `leap-kg harvest` again")
    found = index.find(" ".join(words), {"kind": [kind]} if kind else {}, limit=limit)
    index.close()
    if as_json:
        hits = [{"iri": h.iri, "kind": h.kind, "label": h.label, "summary": h.summary} for h in found.hits]
        print_json({"total": found.total, "hits": hits})
    elif found.hits:
        for hit in found.hits:
            print_entry(f"{hit.label} ({known[hit.kind]})", hit.iri, _first_words(hit.summary))
        print_line(f"{found.total} found" + (f", {len(found.hits)} shown" if found.total > len(found.hits) else ""))
    if not found.hits:
        if not as_json:
            print_line("Nothing was found; try fewer words, or the beginning of one.")
        raise typer.Exit(NOT_FOUND)


def show(
    node: Annotated[str, typer.Argument(help="An IRI, or the path of its page such as dataset/leap-stc/gotm.")],
    at: moment.At = None,
    as_json: AsJson = False,
) -> None:
    """Print everything the graph says, or said, about one node, with the source of each statement."""
    settings = context.settings()
    store = moment.snapshot_at(settings, at).store
    iri = context.iri_given(node, settings.base)
    try:
        subject = NamedNode(iri)
    except ValueError:
        fail(f"{iri!r} is not an IRI", status=2)
    quads = sorted(store.quads_for_pattern(subject, None, None, None), key=str)
    if not quads and "://" not in node:
        # What dead letters and logs call a feedstock.
        subject = NamedNode(context.iri_given(f"dataset/{node.lower()}", settings.base))
        quads = sorted(store.quads_for_pattern(subject, None, None, None), key=str)
    if not quads:
        fail(f"the graph says nothing about {iri}; `leap-kg search` finds nodes by their words", NOT_FOUND)
    if as_json:
        print_json({"iri": subject.value, "statements": [_statement(quad) for quad in quads]})
        return
    kind = kind_in(store, subject, settings.base)
    print_entry(f"{label_in(store, subject)} ({kind.label if kind else 'node'})", subject.value)
    for quad in quads:
        print_entry(f"{readable(_text(quad.predicate))} ({readable(_text(quad.graph_name))})", _text(quad.object))


def export(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output by default.")] = None,
    source: Annotated[str | None, typer.Option(help="Only this source's graph.")] = None,
    at: moment.At = None,
) -> None:
    """Write the graph, as it is or as it was, as sorted N-Quads."""
    settings = context.settings()
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


def _first_words(text: str) -> str:
    return shorten(text, 160, placeholder=" …") if text else ""


def _statement(quad: Quad) -> dict[str, str]:
    return {"predicate": _text(quad.predicate), "object": str(quad.object), "graph": _text(quad.graph_name)}


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
