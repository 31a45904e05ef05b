"""Reads the judged files as mining does, and scores what is found."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from leap_kg.links import code
from leap_kg.links.evaluation.calibration import Calibration, calibration
from leap_kg.links.evaluation.clones import Clones
from leap_kg.links.evaluation.gold import HELD_OUT, SEEN, Gold, Source
from leap_kg.links.evaluation.recalibration import Recalibration, recalibrations
from leap_kg.links.evaluation.scoring import Found, Judged, Miss, Papers, Score, Sites
from leap_kg.links.readers import READERS
from leap_kg.links.signal import Place, Role, Signal

_URL = re.compile(r"(?:https?|gs|s3|osn|az|abfs)://[^\s\"'`<>()\[\]{}\\]+")
_DATA = re.compile(
    r"\.(?:zarr|nc4?|nc\.gz|csv|json|ya?ml|parquet|h5|hdf5?|grib2?|tiff?|zip|tar\.gz)(?:$|[/?#])|^(?:gs|s3|osn|az|abfs):"
)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores by part of the split and by what is scored; `files` of the judged `wanted` ones were there to be read,
    `lacking` counts the others by repository.

    `starts` are the signals of each method at each confidence; `recalibrations` what comes of bending confidences.
    `misses` are those of repositories that were seen: nobody is to learn from the others. `places` are
    the signals whose quote stands on the very lines they name, of all `signals`.
    """

    scores: Mapping[str, Mapping[str, Score]]
    calibrations: Sequence[Calibration]
    starts: Sequence[Calibration]
    recalibrations: Sequence[Recalibration]
    misses: Sequence[Miss]
    files: int
    wanted: int
    lacking: Mapping[str, int]
    signals: int
    places: int


def evaluate(gold: Gold, clones: Clones) -> Evaluation:
    """Everything that the gold set can tell of our readers."""
    bodies = dict(clones.files(gold.sources))
    found: Found = {source: READERS.read(data, source.path).signals for source, data in bodies.items()}
    found |= _together(found, clones)
    plain: Found = {source: list(_by_pattern(data, source.path)) for source, data in bodies.items()}
    repositories = {source.repository for source in bodies}
    scores: dict[str, dict[str, Score]] = {}
    judged: dict[str, list[Judged]] = {}
    misses: list[Miss] = []
    for part in (HELD_OUT, SEEN):
        those = [name for name in repositories if gold.part_of(name) == part]
        sites, papers = Sites(gold, found, those), Papers(gold, found, those)
        scores[part] = {
            "published data links": sites.published(),
            "the same by a pattern for addresses": Sites(gold, plain, those).published(),
            "all candidates": sites.candidates(),
            "papers, one side": papers.one_sided(),
            "papers, both sides": papers.two_sided(),
        }
        judged[part] = list(sites.judged())
        if part == SEEN:
            misses += [*sites.misses(), *papers.misses()]
    signals = [(bodies[source], signal) for source, those in found.items() for signal in those]
    return Evaluation(
        scores,
        [each for each in _calibrations([*judged[HELD_OUT], *judged[SEEN]]) if each is not None],
        [each for each in _starts([*judged[HELD_OUT], *judged[SEEN]]) if each is not None],
        recalibrations(judged[SEEN], judged[HELD_OUT]),
        misses,
        len(bodies),
        len(gold.sources),
        dict(sorted(Counter(source.repository for source in gold.sources - bodies.keys()).items())),
        len(signals),
        sum(is_there(data, signal.place) for data, signal in signals),
    )


def _together(found: Found, clones: Clones) -> Found:
    """Code once more, with the other files of its repository, from which it takes constants."""
    again: dict[Source, Sequence[Signal]] = {}
    states = sorted({(source.repository, source.commit) for source in found if code.is_code(source.path)})
    for repository, commit in states:
        mined = dict(code.read_repository(clones.listed(repository, commit, code.READ_WITH)))
        for source in found:
            if (source.repository, source.commit) == (repository, commit) and source.path in mined:
                again[source] = mined[source.path].signals
    return again


def _calibrations(judged: Sequence[Judged]) -> Iterator[Calibration | None]:
    yield calibration("all", judged)
    for method in sorted({each.method for each in judged}):
        yield calibration(method, (each for each in judged if each.method == method))


def _starts(judged: Sequence[Judged]) -> Iterator[Calibration | None]:
    for method, confidence in sorted({(each.method, each.confidence) for each in judged}):
        those = [each for each in judged if (each.method, each.confidence) == (method, confidence)]
        yield calibration(f"{method} at {confidence:g}", those)


def is_there(data: bytes, place: Place) -> bool:
    """Whether the quote of a place stands on its lines."""
    if place.cell is None:
        text = data.decode("utf-8", "replace")
    else:
        source = json.loads(data)["cells"][place.cell - 1]["source"]
        text = source if isinstance(source, str) else "".join(source)
    lines = re.split(r"\r\n|\r|\n", text)
    return bool(place.quote) and place.quote in "\n".join(lines[place.start - 1 : place.end])


def _by_pattern(data: bytes, path: str) -> Iterator[Signal]:
    """What anybody finds with a pattern for addresses of data: the measure to beat. Each is taken for being read."""
    texts: Iterable[tuple[int | None, str]] = [(None, data.decode("utf-8", "replace"))]
    if path.endswith(".ipynb"):
        try:
            cells = json.loads(data)["cells"]
            texts = [(number, "".join(cell["source"])) for number, cell in enumerate(cells, start=1)]
        except (ValueError, KeyError, TypeError):
            return
    for cell, text in texts:
        for number, line in enumerate(text.split("\n"), start=1):
            for address in _URL.findall(line):
                if _DATA.search(address):
                    place = Place(path, number, number, line[:200], cell)
                    yield Signal("D1", Role.READS, address.rstrip(".,;:"), 1.0, place)
