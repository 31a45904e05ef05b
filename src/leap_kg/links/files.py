"""The files to mine: those of repositories whose bodies a harvest has stored, and those of a local checkout.

A file is named twice: `node` is the file whatever its version, as the graph has it, `at` the file at its commit, which
is what evidence points at. Its body is read only if nobody has mined it before.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from leap_kg.ingest.raw import BodyDamaged, BodyMissing, RawStore
from leap_kg.ingest.state import KeptPart, State
from leap_kg.links.mirrored import Mirrored
from leap_kg.ontology.identifiers import Refusal, github

_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)


class Unreachable(Exception):
    """The body of a file cannot be had; the text says why, `hint` what to do."""

    def __init__(self, reason: str, hint: str = "Harvest the repository again.") -> None:
        super().__init__(reason)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class File:
    """A file of `repository` (IRI). `node` is `""` where only the graph knows which file `at` is a version of."""

    repository: str
    path: str
    at: str
    sha256: str
    node: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file and the way to its body; `load` raises `Unreachable`."""

    file: File
    load: Callable[[], bytes] = field(repr=False, compare=False)


def harvested(
    state: State, raw: RawStore, mirrored: Mirrored | None = None, before: Iterable[File] = ()
) -> Iterator[Listed]:
    """The files of repositories on GitHub that any source has fetched, each once: at a commit rather than a branch.

    Of a file that was fetched by its branch the commit may be known to a mirror, or from `before`: what had the same
    content then has it now.
    """
    commits = {(f.repository, f.path, f.sha256): f.at for f in before if has_commit(f)}
    found: dict[tuple[str, str], Listed] = {}
    for source in sorted({source for source, _ in state.counts()}):
        for _, _, parts in state.staged.bodies(source):
            for part in parts:
                listed = _listed(part, raw, mirrored, commits)
                if listed is None:
                    continue
                key = (listed.file.repository, listed.file.path)
                if key not in found or (has_commit(listed.file) and not has_commit(found[key].file)):
                    found[key] = listed
    yield from (found[key] for key in sorted(found))


def _listed(
    part: KeptPart, raw: RawStore, mirrored: Mirrored | None, commits: Mapping[tuple[str, str, str], str]
) -> Listed | None:
    place = None if part.pack else github.parse_file(part.url)
    if place is None or isinstance(place, Refusal) or place.folder:
        return None
    node = "" if _COMMIT.fullmatch(place.ref) else place.iri

    def load() -> bytes:
        try:
            return raw.get(part.sha256)
        except (BodyMissing, BodyDamaged) as lost:
            raise Unreachable(str(lost)) from None

    at = place.iri
    if node:
        commit = mirrored.commit(place, part.url, part.sha256) if mirrored else ""
        known = commits.get((place.repository.iri, place.path, part.sha256), at)
        at = github.File(place.repository, commit, place.path).iri if commit else known
    return Listed(File(place.repository.iri, place.path, at, part.sha256, node), load)


def has_commit(file: File) -> bool:
    """Whether it is known at which commit the file is so."""
    place = github.parse_file(file.at)
    return not isinstance(place, Refusal) and bool(_COMMIT.fullmatch(place.ref))
