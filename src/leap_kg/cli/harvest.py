"""`leap-kg init` and `leap-kg harvest`: what they take; the work is in `rounds`.

`rounds` is imported when one of them runs: it brings SHACL and HTTP along, and the reading commands start in a
third of the time without.
"""

from pathlib import Path
from typing import Annotated

import typer

from leap_kg.cli.grouping import WithDefault

DEFAULT_SOURCES = Path("ingest/leap.yaml")

SourcesFile = Annotated[Path, typer.Option("--sources", help="The sources file.")]
Mirror = Annotated[Path | None, typer.Option(help="Read local files instead of URLs, by this file of rules.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")]
To = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Publish to the server at this address too, with the token LEAP_KG_TOKEN."),
]

_SECRET = "leap-kg-harvest"  # noqa: S105 - the name of one

app = typer.Typer(cls=WithDefault, rich_markup_mode=None, help="Read sources and publish what they say.")


def init() -> None:
    """Make a home and publish the ontology into it. A home that exists stays as it is."""
    from leap_kg.cli.rounds import make_home

    make_home()


@app.command(
    "run",
    epilog="`leap-kg harvest approve SOURCE` lets removals through that wait for approval; "
    "`leap-kg harvest manifests` prints a Kubernetes CronJob for each source.",
)
def harvest(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Sources to read; all by default.")
    ] = None,
    sources: SourcesFile = DEFAULT_SOURCES,
    mirror: Mirror = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change, and change nothing.")] = False,
    approve_removals: Annotated[
        bool, typer.Option("--approve-removals", help="Let a source lose more than a fifth of its records.")
    ] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Only sources that a webhook reported or whose reading is stale; for cron.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="List everything, also where changes alone could be listed.")
    ] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Map the stored bodies of the last good readings again; fetch nothing.")
    ] = False,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """Read sources and publish what they say.

    Exits with 0 when every source could be listed, also if that was only in part, if its records became dead letters
    or if it was asked to come back later, and with 1 when a source could not be listed at all. A source that another
    process harvests is passed over: that is 1 too, but with --due it is 0. A source of which the mirror has nothing at
    all is told and passed over as well: that is 1 only if the mirror has none of the sources.
    """
    from leap_kg.cli.rounds import Asked, run_round

    for one, other in (("--replay", full), ("--replay", due), ("--replay", mirror)):
        if replay and other:
            raise typer.BadParameter(f"{one} fetches nothing, so it goes with none of --full, --due and --mirror")
    if dry_run and to:
        raise typer.BadParameter("--dry-run publishes nothing, so it does not go with --to")
    run_round(
        names or [],
        sources,
        Asked(mirror=mirror, dry_run=dry_run, approve=approve_removals, due=due, full=full, replay=replay, to=to),
        as_json=as_json,
    )


@app.command()
def approve(
    source: Annotated[str, typer.Argument(help="The source whose removals wait.")],
    sources: Annotated[
        Path | None, typer.Option("--sources", help="The sources file, if it is to be checked that it has the source.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the keys as JSON.")] = False,
) -> None:
    """Let the records go that a source has lost, at its next harvest.

    Only those that wait now are let go; if more are missing by then, they wait in turn.
    """
    from leap_kg.cli.letters import approve_removals

    approve_removals(source, sources, as_json=as_json)


@app.command()
def manifests(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Sources to harvest; all by default.")
    ] = None,
    sources: SourcesFile = DEFAULT_SOURCES,
    image: Annotated[str, typer.Option(help="The container image that has leap-kg.")] = "leap-kg:latest",
    claim: Annotated[str, typer.Option(help="The persistent volume claim that holds the home.")] = "leap-kg-home",
    config: Annotated[str, typer.Option(help="The config map that holds the sources file.")] = "leap-kg-sources",
    secret: Annotated[str, typer.Option(help="The secret whose keys become variables.")] = _SECRET,
    files: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="The folder in the image with the sources file, for sources that name files beside it."
        ),
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="URL", help="The server that owns the store.")] = None,
) -> None:
    """Print a Kubernetes CronJob for each source, as YAML."""
    from leap_kg.cli.cronjobs import is_folder, is_image, print_manifests

    if not is_image(image):
        raise typer.BadParameter(f"{image!r} is no image: give its name and tag, like registry.example.org/leap-kg:1")
    if files is not None and not is_folder(files):
        raise typer.BadParameter(f"--files {files!r} is no folder in an image: give its path, like /opt/leap-kg")
    print_manifests(names or [], sources, image=image, claim=claim, config=config, secret=secret, files=files, to=to)
