"""`leap-kg serve`: the pages, the data behind them and the SPARQL endpoint, on one address.

The server is imported when the command runs: the other commands start faster without it.
"""

from typing import Annotated

import typer

from leap_kg.cli import context
from leap_kg.cli.output import fail, print_line
from leap_kg.graph.home import Home
from leap_kg.graph.snapshot import Snapshots


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Web processes.")] = 1,
) -> None:
    """Serve the graph until interrupted. New revisions show without a restart."""
    from leap_kg.web.serve import ServeError, require_free
    from leap_kg.web.serve import serve as serve_app

    settings = context.settings()
    revision = context.snapshot(settings).revision if Snapshots(Home(settings.home)).newest() else 0
    try:
        require_free(host, port)
        shown = f"[{host}]" if ":" in host else host
        state = f"revision {revision} of {settings.home}" if revision else f"{settings.home} (empty so far)"
        print_line(f"Serving {state} at http://{shown}:{port}; Ctrl+C stops it")
        serve_app(settings, host, port, workers)
    except ServeError as error:
        fail(str(error))
