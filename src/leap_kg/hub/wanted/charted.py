"""The values of a hub as the chart of a release takes them, wherever the hub's own files have them.

Hubs are configured for one chart, such as `basehub`, which wraps zero-to-jupyterhub; a release may name another, which
takes the values of zero-to-jupyterhub under other keys, or is zero-to-jupyterhub itself.
Hazard: what the wrapping chart is told beside them means nothing to another chart, which refuses it or, worse, takes it
for something else: it stays behind.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from leap_kg.hub.declared.release import Chart
from leap_kg.ingest.hubs.charts import CHARTS, dig
from leap_kg.ingest.hubs.layers import layered
from leap_kg.ingest.hubs.mapping import is_jupyterhub
from leap_kg.ingest.hubs.settings import Path

_GLOBAL = "global"
"""Helm hands these values to every chart, the outermost deciding."""


def values_for(chart: Chart, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the chart takes, equal to those of the hub where they were written for a chart like it."""
    given, wanted = _shared(chart, values)
    inner = dig(values, given)
    made: dict[str, Any] = dict(inner) if isinstance(inner, dict) else {}
    if not given and not wanted:
        return made
    if isinstance(outer := values.get(_GLOBAL), dict) and given:
        made[_GLOBAL] = layered(own, outer) if isinstance(own := made.get(_GLOBAL), dict) else outer
    for key in reversed(wanted):
        made = {str(key): made}
    return made


def left_out(chart: Chart, values: Mapping[str, Any]) -> Iterator[str]:
    """What of the values the chart is not given, as dotted keys."""
    given, _ = _shared(chart, values)
    around: Any = values
    for depth, step in enumerate(given):
        yield from (".".join((*map(str, given[:depth]), key)) for key in around if key not in (step, _GLOBAL))
        around = around[step]


def found_at(values: Mapping[str, Any]) -> Path:
    """Where the values of zero-to-jupyterhub are."""
    places = [place for place in CHARTS.values() if isinstance(dig(values, place), dict)]
    return next((place for place in places if is_jupyterhub(dig(values, place))), places[0] if places else ())


def _shared(chart: Chart, values: Mapping[str, Any]) -> tuple[Path, Path]:
    """What is to be taken away before the hub's keys, and put before them, for the chart's.

    Of charts that are known, one may be inside of the other, so that what they share stays whole.
    """
    given = found_at(values) or _stated(chart, values)
    wanted: Path = chart.under
    if given == wanted:
        return (), ()
    known = chart.name in CHARTS and wanted == CHARTS[chart.name]
    while known and given and wanted and given[-1] == wanted[-1]:
        given, wanted = given[:-1], wanted[:-1]
    return given, wanted


def _stated(chart: Chart, values: Mapping[str, Any]) -> Path:
    """The hub's files may be for that very chart, whose place for them nobody else knows."""
    return chart.under if is_jupyterhub(dig(values, chart.under)) else ()
