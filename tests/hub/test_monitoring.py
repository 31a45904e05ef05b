"""What an operator counts: from nought on, and all that its guide tells of."""

import re
from pathlib import Path

from leap_kg.hub.loop.monitoring import Numbers

GUIDE = Path(__file__).parents[2] / "docs" / "hubs.md"


def told(numbers: Numbers) -> dict[str, float]:
    """Every number with its labels, as Prometheus reads it."""
    lines = [line for line in numbers.text().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_every_number_of_a_cluster_is_told_before_anything_happened() -> None:
    numbers = Numbers()
    assert told(numbers) == {}
    numbers.begin("lab")
    found = {name: value for name, value in told(numbers).items() if "_created" not in name}
    assert set(found.values()) == {0.0}
    for name in (
        'leap_kg_hub_events_lost_total{cluster="lab"}',
        'leap_kg_hub_healed_total{cluster="lab"}',
        'leap_kg_hub_reconciles_total{cluster="lab",result="failed"}',
        'leap_kg_hub_publications_total{cluster="lab",outcome="failed"}',
        'leap_kg_hub_watches_total{cluster="lab",what="broken"}',
        'leap_kg_hub_looked_seconds{cluster="lab"}',
    ):
        assert name in found


def test_who_works_no_more_tells_of_no_group() -> None:
    numbers = Numbers()
    numbers.begin("lab")
    for gauge in (numbers.stalled, numbers.drifted, numbers.not_ready, numbers.refused):
        gauge.labels("lab").set(3)
    numbers.rest("lab")
    assert 3.0 not in told(numbers).values()


def test_the_guide_has_every_metric_and_no_other_and_alerts_only_by_these() -> None:
    numbers = Numbers()
    metrics = {f"{each.name}_total" if each.type == "counter" else each.name for each in numbers.registry.collect()}
    lines = [line for line in GUIDE.read_text().splitlines() if line.startswith("| ")]
    rows = [re.split(r"\s*\|\s*", line.removeprefix("| ").removesuffix(" |")) for line in lines]
    names = [set(re.findall(r"leap_kg_hub_\w+", row[0])) for row in rows]
    described = [found for row, found in zip(rows, names, strict=True) if found and len(row) == 2]
    alerts = [found for row, found in zip(rows, names, strict=True) if found and len(row) == 3]
    assert set().union(*described) == metrics
    assert len(alerts) >= 12
    assert set().union(*alerts) <= metrics
    assert all(len(row[2]) > 20 for row in rows if len(row) == 3 and "leap_kg_hub" in row[0])
