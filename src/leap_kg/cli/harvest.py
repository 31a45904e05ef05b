"""`leap-kg init` and `leap-kg harvest`: what they take; the work is in `rounds`.

`rounds` is imported when one of them runs: it brings SHACL and HTTP along, and the reading commands start in a
third of the time without.
"""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_SOURCES = Path("ingest/leap.yaml")


def init() -> None:
    """Make a home and publish the ontology into it. A home that exists stays as it is."""
    from leap_kg.cli.rounds import make_home

    make_home()


def harvest(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Sources to read; all by default.")
    ] = None,
    sources: Annotated[Path, typer.Option(help="The sources file.")] = DEFAULT_SOURCES,
    mirror: Annotated[
        Path | None, typer.Option(help="Read local files instead of URLs, by this file of rules.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change, and change nothing.")] = False,
    approve_removals: Annotated[
        bool, typer.Option("--approve-removals", help="Let a source lose more than a fifth of its records.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Read sources and publish what they say.

    Exits with 0 when every source could be listed, also if some of its records became dead letters, and with 1
    when a source could not be listed.
    """
    from leap_kg.cli.rounds import run_round

    run_round(names or [], sources, mirror, dry_run=dry_run, approve=approve_removals, as_json=as_json)
