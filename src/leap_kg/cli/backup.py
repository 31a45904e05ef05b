"""`leap-kg backup` and `leap-kg restore`: the home at another place, and back."""

from typing import Annotated

import typer

from leap_kg.cli import context
from leap_kg.cli.output import FAILED, errors, fail, print_line
from leap_kg.graph.home import Home, HomeError

_SHOWN = 10


def backup(
    destination: Annotated[str, typer.Argument(metavar="DEST", help="A folder, or an address such as s3://…")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Read what is there back and check it; copy nothing.")
    ] = False,
) -> None:
    """Copy what is new in the home to a backup; nothing has to be stopped for it."""
    from leap_kg.graph.copies.archive import check_files, read_list, read_manifest
    from leap_kg.graph.copies.backup import Backup
    from leap_kg.graph.copies.storage import Storage

    settings = context.settings()
    try:
        storage = Storage(destination)
        if verify:
            manifest = read_manifest(storage)
            check_files(storage, read_list(storage, manifest.list))
            print_line(
                f"Revision {manifest.revision} of {manifest.made} in {storage.shown} is whole: {manifest.files} files"
            )
            return
        done = Backup(Home.of(settings), settings.base, storage).run()
    except HomeError as error:
        fail(str(error))
    new = f"{done.copied} of them new ({_size(done.size)})"
    print_line(f"Revision {done.revision} is in {storage.shown}: {done.files} files, {new}")
    if done.damaged:
        for path in done.damaged[:_SHOWN]:
            errors.print(f"not backed up: {path} is damaged", markup=False, highlight=False, soft_wrap=True)
        fail(
            f"{len(done.damaged)} raw bodies are damaged and were left out; delete them and harvest their sources again"
        )


def restore(
    source: Annotated[str, typer.Argument(metavar="SRC", help="Where `leap-kg backup` copied to.")],
) -> None:
    """Make the home, which must be new or empty, from a backup, and check that it is what was backed up."""
    from leap_kg.graph.copies.restore import restore as restore_home
    from leap_kg.graph.copies.storage import Storage

    settings = context.settings()
    try:
        done = restore_home(Storage(source), Home.of(settings), settings.base)
    except HomeError as error:
        fail(str(error), FAILED)
    size = f"{done.files} files ({_size(done.size)})"
    print_line(f"{settings.home} is revision {done.revision}, as backed up at {done.made}: {size}")


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB" if count >= 2**20 else f"{count / 2**10:.1f} KiB"
