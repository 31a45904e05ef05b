"""`leap-kg links`: finds links between papers, code, data and environments, and takes a curator's word on them.

What mines is imported when it runs: it brings SHACL along, and the reading commands start in a third of the time
without.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leap_kg.cli import context
from leap_kg.cli.output import NOT_FOUND, errors, fail, print_json, print_line, print_table
from leap_kg.cli.verdicts import verdict, verdicts

if TYPE_CHECKING:
    from leap_kg.links.evaluation.recalibration import Loss
    from leap_kg.links.mining import Report

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Links with their evidence.")
app.command()(verdict)
app.command()(verdicts)

AsJson = Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")]
_MOST_HOSTS = 15


@app.command()
def mine(
    repository: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Mine this local checkout or folder too; may be given more than once."),
    ] = None,
    name: Annotated[
        str, typer.Option("--as", metavar="OWNER/NAME", help="The repository that the one local folder is.")
    ] = "",
    approve_removals: Annotated[
        bool, typer.Option("--approve-removals", help="Let links go of more than a fifth of the repositories.")
    ] = False,
    mirror: Annotated[
        Path | None,
        typer.Option(help="The mirror that was harvested from: `_snapshot.json` beside its files names their commit."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Mine the files of harvested repositories for links, and publish them with their evidence.

    Nothing is fetched and nothing is run. Files that did not change since the last time are not read again.
    """
    from leap_kg.graph.home import Home, HomeError
    from leap_kg.graph.log.patchfile import LogError
    from leap_kg.ingest.mirror import MirrorFaulty, read_mirror
    from leap_kg.links.checkout import Checkout, NoFolder
    from leap_kg.links.mining import Held, mine
    from leap_kg.links.mirrored import Mirrored
    from leap_kg.links.readers import READERS

    settings = context.settings()
    paths = repository or []
    if name and len(paths) != 1:
        raise typer.BadParameter("--as names the one folder that --repository gives")
    try:
        checkouts = [Checkout.of(path, name, settings.base) for path in paths]
        mirrored = Mirrored(read_mirror(mirror)) if mirror else None
        with errors.status("mining") as status:
            report = mine(
                Home.of(settings),
                settings.base,
                READERS,
                checkouts,
                approve=approve_removals,
                platform=settings.name,
                mirrored=mirrored,
                progress=lambda done, total, path: status.update(f"mining: {done} of {total} files"),
            )
    except (HomeError, LogError, MirrorFaulty, NoFolder, Held) as error:
        fail(str(error))
    if as_json:
        print_json(asdict(report))
    else:
        _print(report)


@app.command()
def forget(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Checkouts: owner/name, or local/NAME for a folder of ours.")
    ],
    as_json: AsJson = False,
) -> None:
    """Forget checkouts that were mined from this machine, with all links that only their files show."""
    from leap_kg.graph.home import Home, HomeError
    from leap_kg.graph.log.patchfile import LogError
    from leap_kg.links.checkout import NoFolder, repository_iri
    from leap_kg.links.mining import Held, NotRemembered, mine
    from leap_kg.links.readers import READERS

    settings = context.settings()
    try:
        gone = [repository_iri(name, settings.base) for name in names]
        report = mine(Home.of(settings), settings.base, READERS, platform=settings.name, forget=gone)
    except NotRemembered as missing:
        fail(str(missing), status=NOT_FOUND)
    except (HomeError, LogError, NoFolder, Held) as error:
        fail(str(error))
    if as_json:
        print_json(asdict(report))
    else:
        _print(report)


@app.command()
def evaluate(
    repositories: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Clones of the judged repositories, as owner/name or owner+name.")
    ],
    gold: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The gold set; that of leap-kg without it.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the reliability plot as SVG.")] = None,
    misses: Annotated[
        bool, typer.Option("--misses", help="List what was missed or got wrong in repositories seen.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Hold what our readers find against places that people have judged: precision, recall and calibration.

    Only files at the commits that the gold set names are read. Look at misses of the part "seen" only, while readers
    are worked on: the rest shows how good they are where nobody looked.
    """
    from leap_kg.links.evaluation.calibration import plot as drawn
    from leap_kg.links.evaluation.clones import Clones
    from leap_kg.links.evaluation.evaluate import evaluate
    from leap_kg.links.evaluation.gold import GoldError, read_gold
    from leap_kg.resources import declarations

    if not repositories.is_dir():
        fail(f"{repositories} is no folder: name one that holds clones, such as FOLDER/leap-stc/ClimSim", status=2)
    try:
        found = evaluate(read_gold(gold or declarations() / "links" / "gold"), Clones(repositories))
    except GoldError as error:
        fail(str(error))
    if not found.files:
        fail(f"{repositories} has none of the {found.wanted} judged files: clone their repositories there", NOT_FOUND)
    if plot is not None and found.calibrations:
        plot.write_text(drawn(found.calibrations[0]), encoding="utf-8")
    if as_json:
        print_json(asdict(found))
        return
    print_line(f"{found.files} of {found.wanted} judged files read; {found.places} of {found.signals} quotes in place")
    if found.lacking:
        print_table("Judged files that are not in the folder", ("repository", "files"), found.lacking.items())
    for part, scores in found.scores.items():
        rows = [
            (
                what,
                _share(score.precision),
                _share(score.recall),
                score.right,
                score.wrong,
                score.unjudged,
                score.truths,
            )
            for what, score in scores.items()
        ]
        print_table(
            f"Repositories {part}", ("what", "precision", "recall", "right", "wrong", "unjudged", "truths"), rows
        )
    for title, rates in (("Calibration", found.calibrations), ("Start confidences", found.starts)):
        rated = [
            (
                c.method,
                c.number,
                _share(c.confidence),
                _share(c.right),
                f"{c.low:.3f}-{c.high:.3f}",
                c.off,
                _share(c.brier),
            )
            for c in rates
        ]
        print_table(title, ("method", "signals", "confidence", "right", "interval", "stated", "Brier"), rated)
    bent = [
        (way.way, *(_share(value) for part in (way.seen, way.held_out) for value in _losses(part)))
        for way in found.recalibrations
    ]
    columns = ("confidences", "Brier, seen", "log-loss, seen", "Brier, held-out", "log-loss, held-out")
    print_table("Recalibrated on the repositories seen", columns, bent)
    if misses:
        told = [(f"{m.source.repository} {m.source.path}, {m.place}", m.judged, m.found) for m in found.misses]
        print_table("Missed or wrong", ("place", "judged", "found"), told)


def _losses(loss: "Loss | None") -> tuple[float | None, float | None]:
    return (loss.brier, loss.log) if loss else (None, None)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _print(report: "Report") -> None:
    print_line(
        f"{report.files} files of {report.repositories} repositories, {report.read} of them read; "
        f"{report.links} links, {report.published} of them published; the graph is at revision {report.revision}"
    )
    _table("Signals", "method", report.signals)
    hosts = dict(list(report.unresolved.items())[:_MOST_HOSTS])
    _table("Addresses that the graph does not know", "host", hosts)
    if len(report.unresolved) > _MOST_HOSTS:
        print_line(f"and {len(report.unresolved) - _MOST_HOSTS} more hosts: `leap-kg links mine --json` has all")
    _table("Findings", "kind", report.findings)
    if report.findings:
        print_line("`leap-kg check --source links.files --full` lists each finding with its place.")
    if not report.files:
        print_line("There was nothing to mine: harvest a source of the kind github, or name a folder by --repository.")


def _table(title: str, what: str, counts: Mapping[str, int]) -> None:
    if counts:
        print_table(title, (what, "number"), counts.items())
