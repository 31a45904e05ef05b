"""Puts the commands together and turns what escapes them into one line and an exit status."""

from typing import Annotated

import typer

from leap_kg import __version__
from leap_kg.cli import findings, harvest, query, read, serve

app = typer.Typer(
    name="leap-kg",
    help="One knowledge graph of a research platform: harvest it, ask it, serve it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Settings come from LEAP_KG_HOME (default .leap-kg), LEAP_KG_BASE and other LEAP_KG_ variables. "
    "Exit status: 0 done, 1 failed, 2 wrong command line, 3 nothing found.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leap-kg {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """One knowledge graph of a research platform: harvest it, ask it, serve it."""


for command in (
    harvest.init,
    harvest.harvest,
    serve.serve,
    query.query,
    read.search,
    read.show,
    findings.check,
    findings.dead_letters,
    findings.changes,
    read.export,
):
    app.command()(command)


def main() -> None:
    """The entry point of the command `leap-kg`."""
    app()
