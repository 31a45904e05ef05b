"""A folder of exports as bills by week: nothing is lost, nothing counts twice, and what is odd is told."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pyoxigraph import Literal, NamedNode

from leap_kg.ingest.billing import Billing, BillingConfig
from leap_kg.ingest.source import Listing, Mapped, RawRecord, RecordUnusable
from leap_kg.ontology.namespaces import SCHEMA
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.files.test_source import NoNetwork
from tests.sparql.questions.asked import ask, said, stored

COLUMNS = ("labels", "cost", "currency", "usage_start_time", "usage_end_time")
SETTINGS: dict[str, Any] = {
    "id": "bills",
    "kind": "billing",
    "title": "Bills",
    "cluster": "leap",
    "folder": "bills",
    "currency": "USD",
    "hubs": {"prod": "hub.example.org", "production": "hub.example.org", "public": "open.example.org"},
    "shared": ["kube-system"],
    "columns": {"profile": "labels.profile", "group": "labels.team"},
    "groups": {"rain": "org:rain"},
}


def row(day: date | str, cost: str, hub: str = "prod", currency: str = "USD", **labels: str) -> list[str]:
    named = [{"key": key, "value": value} for key, value in (("k8s-namespace", hub), *labels.items()) if value]
    end = f"{day + timedelta(days=1)} 00:00:00 UTC" if isinstance(day, date) else ""
    return [json.dumps(named), cost, currency, f"{day} 00:00:00 UTC" if isinstance(day, date) else day, end]


def write(folder: Path, name: str, rows: Iterable[list[str]], columns: Iterable[str] = COLUMNS) -> None:
    (folder / "bills").mkdir(exist_ok=True)
    with (folder / "bills" / name).open("w", newline="") as file:
        csv.writer(file).writerows([list(columns), *rows])


def made(place: Path, **more: Any) -> dict[str, Mapped]:
    source = BillingConfig.model_validate(SETTINGS | more).source(place, BASE)
    assert isinstance(source, Billing)
    refs = list(source.enumerate(Listing(NoNetwork())))
    return {ref.key: source.map(RawRecord(ref.key, ref.found)) for ref in refs}


def costs(*records: Mapped) -> dict[tuple[str, ...], str]:
    """The bills in sum, as the named query has them: hub, profile, group, week and currency."""
    rows = ask(stored(triple for each in records for triple in each.triples), "hub-costs-by-week")
    names = ("hub", "profile", "group", "week", "currency")
    return {
        tuple(each.get(name, "").removeprefix(BASE) for name in names): each["cost"]
        for each in rows
        if each["cost"] != "unknown"
    }


MONDAY = date(2026, 3, 2)


def test_rows_are_summed_by_week_hub_profile_and_group(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.csv",
        [
            row(MONDAY, "0.1", profile="gpu", team="rain"),
            row(MONDAY + timedelta(days=6), "0.2", "production", profile="gpu", team="rain"),
            row(MONDAY + timedelta(days=7), "4", profile="gpu", team="rain"),
            row(MONDAY, "1.5", "public"),
            row(MONDAY, "2.25", "kube-system"),
            row(MONDAY, "3", ""),
        ],
    )
    found = made(tmp_path)
    assert set(found) == {"file a.csv", "week 2026-W10", "week 2026-W11"}
    hub, group = "hub.example.org", "org:rain"
    # The hubs are said by their own source.
    hubs = f"<{BASE}hub/{hub}> a leap:HubDeployment . <{BASE}hub/open.example.org> a leap:HubDeployment ."
    records = [Mapped("hubs", NamedNode("urn:x"), said(hubs), []), *found.values()]
    assert costs(*records) == {
        ("cluster/leap", "", "", "2026-W10", "USD"): "5.25",
        (f"hub/{hub}", "gpu", group, "2026-W10", "USD"): "0.3",
        (f"hub/{hub}", "gpu", group, "2026-W11", "USD"): "4",
        ("hub/open.example.org", "", "", "2026-W10", "USD"): "1.5",
    }
    assert [finding for each in found.values() for finding in each.findings] == []


def test_what_is_odd_counts_and_is_told(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.csv",
        [
            row(MONDAY, "5"),
            row(MONDAY, "-1.5"),
            row(MONDAY, "2", currency="EUR"),
            row(MONDAY, "7", "sandbox"),
            row("some day", "1"),
            row(MONDAY, "much"),
            ["too", "short"],
        ],
    )
    found = made(tmp_path)
    told = {(key, each.kind, each.message) for key, mapped in found.items() for each in mapped.findings}
    assert {(key, kind) for key, kind, _ in told} == {
        ("week 2026-W10", "bad-value"),
        ("week 2026-W10", "bad-identifier"),
        ("week undated", "bad-date"),
        ("file a.csv", "bad-value"),
    }
    messages = " ".join(message for _, _, message in told)
    for words in (
        "1 of 2 rows of prod are negative, -1.5 USD in all",
        "1 rows of prod are in EUR, not in USD",
        "'sandbox': 7 USD count for the cluster leap",
        "1 rows of prod have no day that can be read",
        "row 7 is not counted: cost is 'much'",
        "row 8 is not counted: line 8 has 2 fields where 5 are due",
    ):
        assert words in messages
    amounts = sorted(
        Decimal(t.object.value)
        for mapped in found.values()
        for t in mapped.triples
        if t.predicate == SCHEMA("value") and isinstance(t.object, Literal)
    )
    assert amounts == [Decimal("1"), Decimal("2"), Decimal("3.5"), Decimal("7")]


def test_a_file_that_is_there_twice_counts_once_and_overlaps_are_told(tmp_path: Path) -> None:
    rows = [row(MONDAY, "5"), row(MONDAY + timedelta(days=3), "1")]
    write(tmp_path, "a.csv", rows)
    write(tmp_path, "b.csv", rows)
    write(tmp_path, "c.csv", [row(MONDAY + timedelta(days=3), "2")])
    found = made(tmp_path)
    messages = {key: [each.message for each in mapped.findings] for key, mapped in found.items()}
    assert "the same bytes" in messages["file b.csv"][0]
    assert "counts twice" in messages["file a.csv"][0]
    values = [t.object.value for t in found["week 2026-W10"].triples if t.predicate == SCHEMA("value")]  # type: ignore[union-attr]
    assert values == ["8"]


def test_a_listing_that_lacks_a_file_fails_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", [row(MONDAY, "5")])
    write(tmp_path, "b.csv", [["x"]], ["price"])
    with pytest.raises(RecordUnusable, match=r"lacks the column cost and usage_start_time.*the file has price"):
        made(tmp_path)
    with pytest.raises(RecordUnusable, match="no folder"):
        made(tmp_path, folder="elsewhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecordUnusable, match="there is no export"):
        made(tmp_path, folder="empty")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"folder": ""}, "give `folder` or `urls`"),
        ({"hubs": {"prod": "no domain"}}, "is no domain"),
        ({"columns": {"price": "cost"}}, "Extra inputs"),
        ({"currency": "dollar"}, "String should match"),
    ],
)
def test_mistakes_in_the_sources_file_are_told(more: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        BillingConfig.model_validate(SETTINGS | more)


def test_a_week_is_unchanged_if_its_rows_are_whatever_file_they_stand_in(tmp_path: Path) -> None:
    first, second = [row(MONDAY, "5")], [row(MONDAY + timedelta(days=7), "1")]
    write(tmp_path, "a.csv", first)
    source = BillingConfig.model_validate(SETTINGS).source(tmp_path, BASE)
    before = {ref.key: ref.version for ref in source.enumerate(Listing(NoNetwork()))}
    write(tmp_path, "b.csv", second)
    after = {ref.key: ref.version for ref in source.enumerate(Listing(NoNetwork()))}
    assert after["week 2026-W10"] == before["week 2026-W10"]
    assert after.keys() - before.keys() == {"week 2026-W11", "file b.csv"}


used = st.tuples(
    st.dates(date(2025, 12, 20), date(2026, 1, 20)),
    st.decimals(-(10**6), 10**6, places=9).map(str) | st.floats(-100, 100, allow_subnormal=False).map(repr),
    st.sampled_from(["prod", "production", "public", "kube-system", "", "nobody"]),
    st.sampled_from(["USD", "EUR"]),
    st.sampled_from(["", "gpu"]),
)


@settings(max_examples=20)
@given(st.lists(used, min_size=1, max_size=12))
def test_nothing_is_lost(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[date, str, str, str, str]]) -> None:
    folder = tmp_path_factory.mktemp("bills")
    write(folder, "a.csv", [row(day, cost, hub, currency, profile=slug) for day, cost, hub, currency, slug in rows])
    found = made(folder)
    wanted, told = defaultdict[str, int](int), defaultdict[str, int](int)
    for _, cost, _, currency, _ in rows:
        wanted[currency] += int(Decimal(cost).scaleb(40))
    for mapped in found.values():
        nodes: dict[Any, dict[str, str]] = defaultdict(dict)
        for triple in mapped.triples:
            nodes[triple.subject][triple.predicate.value.rpartition("/")[2]] = triple.object.value  # type: ignore[union-attr]
        for each in nodes.values():
            if "value" in each:
                told[each["currency"]] += int(Decimal(each["value"]).scaleb(40))
    # Engines calculate with 18 places; each cost is within half a unit of the last.
    assert {name: abs(wanted[name] - told[name]) <= 12 * 10**22 for name in wanted} == dict.fromkeys(wanted, True)
