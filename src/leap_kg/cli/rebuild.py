"""`leap-kg rebuild`: everything that follows from the log, made again from it."""

import sqlite3
from typing import Annotated

import typer
from rich.progress import Progress

from leap_kg.cli import context
from leap_kg.cli.log import print_report
from leap_kg.cli.output import errors, fail, print_json, print_line
from leap_kg.graph.history.rebuild import DamagedLog
from leap_kg.graph.history.rebuild import rebuild as rebuild_home
from leap_kg.graph.home import Home, HomeError


def rebuild(
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for another process that writes.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make store, snapshot, index and history again from the log alone; the old ones stay until it is done."""
    settings = context.settings()
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("checking the log", total=None)

        def told(step: str, done: int, total: int) -> None:
            progress.update(task, description=step, completed=done, total=total if total > 1 else None)

        try:
            report = rebuild_home(Home(settings.home), settings.base, told, wait)
        except DamagedLog as error:
            progress.stop()
            print_report(error.report)
            fail(str(error))
        except HomeError as error:
            progress.stop()
            fail(str(error))
        except sqlite3.Error as error:
            progress.stop()
            fail(f"cannot write {settings.home}: {error}; nothing was changed")
    if as_json:
        print_json({"revision": report.revision, "digest": report.digest})
        return
    print_line(f"Revision {report.revision} was made again from the log, and is what the log says: {report.digest}")
    print_line("A server that runs keeps what it has open until the next revision; restart it to be sure.")
