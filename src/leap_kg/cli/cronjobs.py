"""`leap-kg harvest manifests`: the CronJobs of a sources file, for who applies them by hand.

`leap_kg.hub.declared.harvest` makes them, also where a file of releases declares them and `leap-kg hub` applies them.
"""

import re
from pathlib import Path, PurePosixPath

import yaml

from leap_kg.cli import context
from leap_kg.cli.output import fail, print_line
from leap_kg.hub.declared.harvest import FOLDER, Place, harvest_cronjob
from leap_kg.hub.declared.inclusion import beside
from leap_kg.ingest.sources import SourcesFaulty, chosen, read_entries

_WORD = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})+(?::\d{{1,5}})?|{_LABEL}:\d{{1,5}}|localhost)"
_IMAGE = re.compile(
    rf"(?:{_HOST}/)?{_WORD}(?:/{_WORD})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?"
)
_LONGEST = 512


def is_image(text: str) -> bool:
    """Whether the text names a container image: a host or none, a path, a tag, a digest."""
    return len(text) <= _LONGEST and _IMAGE.fullmatch(text) is not None


def is_folder(text: str) -> bool:
    """Whether the text is the path of a folder in an image, from its root."""
    return text.isprintable() and PurePosixPath(text).is_absolute() and ".." not in PurePosixPath(text).parts


def print_manifests(
    names: list[str],
    sources: Path,
    *,
    image: str,
    claim: str,
    config: str,
    secret: str,
    files: str | None,
    to: str | None,
) -> None:
    """Print the CronJobs of the named sources, or of all.

    A source that names files beside the sources file needs both in the image, in the folder `files`: a config map
    holds the sources file alone.
    """
    settings = context.settings()
    try:
        entries = read_entries(sources)
        picked = chosen([entry.source(entry.sources_file.parent, settings.base) for entry in entries], names)
    except SourcesFaulty as error:
        fail(str(error))
    needed = beside(entries, sources)
    jobs = []
    for source in picked:
        if needed[source.id] and files is None:
            fail(
                f"{source.id} reads {', '.join(needed[source.id])} beside {sources.name}, and a config map holds the "
                f"sources file alone: put {sources.name} and those files into the image, and name their folder there "
                "with --files PATH; or name the sources to print without it"
            )
        baked = files if needed[source.id] else None
        file = str(PurePosixPath(baked or FOLDER) / sources.name)
        place = Place(settings.base, image, claim, secret, "" if baked else config, to or "")
        jobs.append(harvest_cronjob(source.id, file, place))
    print_line(yaml.safe_dump_all(jobs, sort_keys=False, width=100, explicit_start=True).rstrip())
