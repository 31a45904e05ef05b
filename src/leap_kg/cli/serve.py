"""`leap-kg serve`: the pages, the data behind them and the SPARQL endpoint, on one address.

The server is imported when the command runs: the other commands start faster without it.
"""

from pathlib import Path
from typing import Annotated

import typer

from leap_kg.cli import context
from leap_kg.cli.output import errors, fail, print_line
from leap_kg.resources import declarations
from leap_kg.settings import Settings


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8000,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Web processes; by default one per two processors, at most 4.")
    ] = None,
) -> None:
    """Serve the graph until interrupted. New revisions show without a restart."""
    from leap_kg.web.operations.serve import ServeError, require_free
    from leap_kg.web.operations.serve import serve as serve_app

    settings = context.settings()
    try:
        require_free(host, port)
        print_line(announce(settings, host, port))
        serve_app(settings, host, port, workers)
    except ServeError as error:
        fail(str(error))


def announce(settings: Settings, host: str, port: int, what: str = "") -> str:
    """The line that says what is served where; ends the command if the home cannot be served."""
    if lacking := unbuilt(declarations() / "web"):
        errors.print(lacking, markup=False, highlight=False, soft_wrap=True)
    revision = context.revision(settings)
    shown = f"[{host}]" if ":" in host else host
    state = f"revision {revision} of {settings.home}" if revision else f"{settings.home} (empty so far)"
    return f"Serving {what}{state} at http://{shown}:{port}; Ctrl+C stops it"


def unbuilt(web: Path) -> str:
    """What to do if the scripts and styles of the pages were never built into this folder; `""` if they were."""
    from leap_kg.web.assets import Assets

    if Assets(web / "dist").stamp:
        return ""
    return (
        f"{web / 'dist'} has no built scripts and styles, so pages are plain HTML: `make install` in a checkout builds "
        "them, as does `npm ci --ignore-scripts && npm run build` in its folder web/"
    )
