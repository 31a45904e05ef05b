"""Puts the commands together and turns what escapes them into one line and an exit status."""

from contextlib import suppress
from typing import Annotated

import typer

from leap_kg import __version__
from leap_kg.cli import (
    backup,
    export,
    findings,
    harvest,
    hub,
    letters,
    links,
    log,
    publications,
    query,
    read,
    rebuild,
    recipe,
    replica,
    requests,
    search,
    serve,
    token,
)
from leap_kg.settings import Settings
from leap_kg.web.operations.logs import configure_command

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
    with suppress(ValueError):  # the command itself says which setting cannot be used
        configure_command(Settings.from_environment())


for command in (
    harvest.init,
    serve.serve,
    query.query,
    search.search,
    read.show,
    findings.check,
    export.export,
    publications.report,
    backup.backup,
    backup.restore,
    rebuild.rebuild,
    replica.replica,
):
    app.command()(command)
app.add_typer(harvest.app, name="harvest")
app.add_typer(hub.app, name="hub")
app.add_typer(letters.app, name="dead-letters")
app.add_typer(links.app, name="links")
app.add_typer(log.app, name="log")
app.add_typer(publications.app, name="publications")
app.add_typer(recipe.app, name="recipe")
app.add_typer(requests.app, name="requests")
app.add_typer(token.app, name="token")


def main() -> None:
    """The entry point of the command `leap-kg`."""
    app()
