"""`leap-kg check`: what is wrong with the records."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer
from pyoxigraph import NamedNode

from leap_kg.cli import context
from leap_kg.cli.output import fail, print_entry, print_json, print_line, print_table
from leap_kg.graph.engine import Engine
from leap_kg.ontology.iri import readable
from leap_kg.ontology.namespaces import SKOS
from leap_kg.resources import declarations
from leap_kg.settings import Settings
from leap_kg.sparql.catalogue import load
from leap_kg.sparql.run import select

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


_ORDER = {"Violation": 0, "Warning": 1, "Info": 2}


def check(
    severity: Annotated[str | None, typer.Option(help="Only this one: violation, warning or info.")] = None,
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind, such as unknown-licence.")] = None,
    by: Annotated[str, typer.Option(help="Count them by kind, or by source.")] = "kind",
    full: Annotated[bool, typer.Option("--full", help="Every finding with place and hint.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what is wrong with the records, and how to mend it."""
    settings = context.settings()
    store = context.snapshot(settings).store
    wanted = severity.capitalize() if severity else None
    if wanted is not None and wanted not in _ORDER:
        fail(f"there is no severity {severity!r}; use violation, warning or info", status=2)
    if by not in ("kind", "source"):
        fail(f"findings cannot be counted by {by!r}; use kind or source", status=2)
    kinds = {readable(node.value) for node in finding_kinds(store, settings.base)}
    if kind is not None and kind not in kinds:
        fail(f"there is no kind {kind!r}; the kinds are {', '.join(sorted(kinds))}", status=2)
    rows = [
        row
        for row in _findings(store, settings)
        if wanted in (None, row["severity"]) and source in (None, row["source"]) and kind in (None, row["kind"])
    ]
    if as_json:
        print_json(rows)
    elif not rows:
        print_line("Nothing was found wrong.")
    elif full:
        for row in rows:
            place = f"{row.get('file', row['record'])} {row.get('place', '')}".strip()
            print_entry(
                f"{row['severity']}: {row['title']}", row["message"], f"Mend it: {row['hint']}", f"Where: {place}"
            )
        print_line(_number(rows))
    else:
        columns, counted = _by_source(rows) if by == "source" else _by_kind(rows)
        print_table(_number(rows), columns, counted)
        print_line("`leap-kg check --full` lists each one with its place and how to mend it.")


def _number(rows: list[dict[str, str]]) -> str:
    return "1 finding" if len(rows) == 1 else f"{len(rows)} findings"


def _by_kind(rows: list[dict[str, str]]) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
    """Columns and rows of a table: the gravest first, then what is found most often."""
    counts = Counter((row["severity"], row["kind"], row["source"]) for row in rows)
    ordered = sorted(counts.items(), key=lambda item: (_ORDER[item[0][0]], -item[1], item[0]))
    return ("severity", "kind", "source", "number"), [(*key, number) for key, number in ordered]


def _by_source(rows: list[dict[str, str]]) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
    """The same with a row for each source, the one with most violations first, and a column for each severity."""
    counts = Counter((row["source"], row["severity"]) for row in rows)
    found = {source: [counts[source, severity] for severity in _ORDER] for source in {row["source"] for row in rows}}
    ordered = sorted(found.items(), key=lambda item: ([-number for number in item[1]], item[0]))
    table = [(source, *numbers, sum(numbers)) for source, numbers in ordered]
    sums = [sum(numbers) for numbers in zip(*found.values(), strict=True)]
    return ("source", *(each.lower() for each in _ORDER), "number"), [*table, ("all", *sums, len(rows))]


def _findings(store: Engine, settings: Settings) -> list[dict[str, str]]:
    """All findings, the gravest first, kinds by their short names."""
    query = load(declarations() / "sparql", settings.base).get("findings")
    if query is None:
        raise RuntimeError("the query findings.rq is missing from the installation")
    found = [
        {name: str(getattr(term, "value", term)) for name, term in row.items()} for row in select(store, query.bind())
    ]
    rows = [{**row, "kind": readable(row["kind"]), "title": row.get("title", row["record"])} for row in found]
    return sorted(
        rows, key=lambda row: (_ORDER[row["severity"]], row["kind"], row["title"], _natural(row.get("place", "")))
    )


def _natural(place: str) -> list[tuple[int, str]]:
    """`stores[9]` before `stores[10]`."""
    return [(int(text), "") if text.isdecimal() else (0, text) for text in re.split(r"(\d+)", place)]


def finding_kinds(store: Engine, base: str) -> list[NamedNode]:
    """The kinds of findings that the ontology has."""
    scheme = store.quads_for_pattern(None, SKOS("inScheme"), NamedNode(f"{base}finding-kind"), None)
    return [quad.subject for quad in scheme if isinstance(quad.subject, NamedNode)]
