"""What charts set where a hub says nothing: the `values.yaml` of a chart, and of the charts that it wraps.

A hub's own settings come back to the letter, so these are never mixed into them. They only fill in what questions are
asked about (machines, images, idle servers), and what they fill in says which chart it is from.

Hazard: the file is that of one version of the chart, and a hub may run another.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leap_kg.ingest.fetch import Fetcher, FetchFailed, Parked
from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.hubs.layers import Layer, layered, read_layer
from leap_kg.ingest.hubs.settings import Path
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.source import Part, RecordUnusable

# What the roles of bodies begin with that are the values of a chart, or the reason why there are none.
_CHART, _NO_CHART = "chart ", "no chart "

# Where the values of zero-to-jupyterhub are, by the chart that wraps it, the innermost last.
CHARTS: dict[str, Path] = {"daskhub": ("basehub", "jupyterhub"), "basehub": ("jupyterhub",), "jupyterhub": ()}


def dig(value: Any, path: Path) -> Any:  # noqa: ANN401 - any value of YAML
    """What stands at a path of mappings, `None` where there is nothing."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


@dataclass(frozen=True, slots=True)
class Jupyterhub:
    """The values of zero-to-jupyterhub as a hub runs it: its `own`, and below them those of its `charts`.

    Of the charts the innermost comes first, each with its name and the address of its file.
    """

    own: Mapping[str, Any]
    charts: tuple[tuple[str, str, Mapping[str, Any]], ...] = ()

    @classmethod
    def of(cls, own: Mapping[str, Any], path: Path, charts: Mapping[str, Layer]) -> "Jupyterhub":
        """Of a hub whose values of zero-to-jupyterhub are at `path`, so that it runs the charts that nest as deep."""
        found = []
        for name, place in sorted(CHARTS.items(), key=lambda item: len(item[1])):
            inner = dig(charts[name].value, place) if name in charts and len(place) <= len(path) else None
            if isinstance(inner, dict):
                found.append((name, charts[name].file.link or "", inner))
        return cls(own, tuple(found))

    @property
    def effective(self) -> dict[str, Any]:
        """What the hub runs with."""
        values: dict[str, Any] = {}
        for *_, inner in self.charts:
            values = layered(values, inner)
        return layered(values, self.own)

    def chart_of(self, *path: str) -> str:
        """The address of the chart's file that decides what stands at the path, `""` where the hub itself does."""
        if _has(self.own, path):
            return ""
        return next((address for _, address, inner in reversed(self.charts) if _has(inner, path)), "")


def chart_parts(charts: Mapping[str, str], fetcher: Fetcher) -> Iterator[Part]:
    """The values of charts by their addresses; of one that cannot be had, the reason.

    Hubs are not lost for want of defaults.
    """
    for name, url in sorted(charts.items()):
        try:
            yield Part.of(f"{_CHART}{name}", fetcher.fetch(url))
        except Parked:
            raise
        except FetchFailed as failure:
            yield Part.cut(f"{_NO_CHART}{name}", failure.url, failure.reason.encode())


def is_of_chart(part: Part) -> bool:
    """Whether the body is one of `chart_parts`."""
    return part.role.startswith((_CHART, _NO_CHART))


def chart_layers(parts: Iterable[Part], reading: Reading) -> dict[str, Layer]:
    """The values of charts by name; what are none is a finding."""
    found = {}
    for part in filter(is_of_chart, parts):
        name = part.role.removeprefix(_NO_CHART).removeprefix(_CHART)
        problem = part.data.decode(errors="replace")
        if part.role.startswith(_CHART):
            try:
                found[name] = read_layer(part)
                continue
            except (Unreadable, RecordUnusable) as failure:
                problem = str(failure)
        message = f"what the chart {name} sets where the hub says nothing is not known: {part.url}: {problem}"
        hint = "Correct the address under `charts` in the declaration."
        reading.report("bad-value", Severity.WARNING, message, hint, ("charts", name))
    return found


def _has(value: object, path: Path) -> bool:
    """Whether anything is said there, if only that it is null."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
