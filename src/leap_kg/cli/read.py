"""`leap-kg show`: reading the newest snapshot, or the graph as it was."""

from typing import Annotated

import typer
from pyoxigraph import NamedNode, Quad

from leap_kg.cli import context, moment
from leap_kg.cli.output import NOT_FOUND, fail, print_entry, print_json
from leap_kg.graph.index.entry import kind_in, label_in
from leap_kg.ontology.iri import readable

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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


def _statement(quad: Quad) -> dict[str, str]:
    return {"predicate": _text(quad.predicate), "object": str(quad.object), "graph": _text(quad.graph_name)}


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
