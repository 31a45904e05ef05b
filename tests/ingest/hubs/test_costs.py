"""The question what hubs, profiles and groups cost: of hubs alone, and with bills that curators wrote."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, QuerySolutions, Store

from leap_kg.ingest.source import Listing, Mapped
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.files.test_source import NoNetwork, source
from tests.ingest.hubs.test_mapping import HUB, PROFILE, TEAMS, of, titled
from tests.sparql.questions import asked
from tests.sparql.questions.asked import questions, said, stored

CHEAP = {"display_name": "Cheap", "slug": "cheap"}


@pytest.fixture(scope="module")
def hub() -> Mapped:
    return of({"profileList": [PROFILE, CHEAP]})


def ask(*records: Mapped) -> list[tuple[str, ...]]:
    """The rows in their order: profile, group, start, end, cost, currency; all are of the hub."""
    store, graph = Store(), NamedNode("urn:g")
    store.extend(Quad(t.subject, t.predicate, t.object, graph) for each in records for t in each.triples)
    query = questions().get("questions/hub-costs")
    assert query is not None
    rows = store.query(query.bind(), use_default_graph_as_union=True)
    assert isinstance(rows, QuerySolutions)
    found = list(rows)
    assert {row["hub"] for row in found} == {HUB}
    names = ("profile", "group", "start", "end", "cost", "currency")
    return [tuple(term.value if (term := row[name]) is not None else "" for name in names) for row in found]


def test_without_bills_every_cost_is_unknown(hub: Mapped) -> None:
    assert ask(hub) == [
        ("", "", "", "", "unknown", ""),
        *(("", group, "", "", "unknown", "") for group in ("Org:All", "org:large", "org:staff")),
        *((profile, "", "", "", "unknown", "") for profile in ("Cheap", "GPU")),
    ]


def test_a_profile_has_one_name_whether_a_bill_names_it_or_none_does() -> None:
    """Bills say the slug, hubs the title; of two profiles with one title, the slug tells which."""
    twins = [{"display_name": "CPU only", "slug": slug} for slug in ("base", "full", "more")]
    bills = said(
        "".join(
            f'<urn:{slug}> a schema:MonetaryAmount ; schema:about {HUB} ; schema:category "{slug}" ; '
            'schema:value 1 ; schema:currency "USD" ; schema:startDate "2026-03-02"^^xsd:date . '
            for slug in ("base", "cheap", "gone")
        )
    )
    hub = of({"profileList": [*twins, CHEAP]})
    store = stored([*hub.triples, *bills])
    rows = asked.ask(store, "hub-costs")
    named = [(row["profile"], row["cost"]) for row in rows if "profile" in row]
    assert named == [
        ("CPU only (base)", "1"), ("CPU only (full)", "unknown"), ("CPU only (more)", "unknown"), ("Cheap", "1"),
        ("gone", "1"),
    ]  # fmt: skip
    weekly = asked.ask(store, "hub-costs-by-week")
    assert [row["profile"] for row in weekly if "profile" in row] == ["CPU only (base)", "Cheap", "gone"]
    page = questions().get("pages/bills")
    assert page is not None
    rows_of_page = store.query(page.bind(), use_default_graph_as_union=True)
    assert isinstance(rows_of_page, QuerySolutions)
    found = {(row["slug"].value, row["profile"].value if row["profile"] else "") for row in rows_of_page}
    assert found == {("base", "CPU only (base)"), ("cheap", "Cheap"), ("gone", "")}


def test_a_billing_export_is_a_table_of_curators(hub: Mapped, tmp_path: Path) -> None:
    gpu = titled(hub, "GPU").value.removeprefix(BASE)
    (tmp_path / "costs.csv").write_text(
        "id,type,title,about,startDate,endDate,schema:value,schema:currency\n"
        "cost/hub/1,schema:MonetaryAmount,Hub,hub/hub.example.org,2026-03-02,2026-03-08,120.50,USD\n"
        "cost/hub/2,schema:MonetaryAmount,Hub,hub/hub.example.org,2026-03-09,2026-03-15,99,USD\n"
        f"cost/gpu/1,schema:MonetaryAmount,GPU,{gpu},2026-03-02,2026-03-08,80,USD\n"
        f"cost/staff/1,schema:MonetaryAmount,Staff,hub/hub.example.org; {TEAMS}staff,2026-03-02,2026-03-08,7.25,USD\n"
    )
    files = source(tmp_path)
    bills = [files.map(files.fetch(ref, NoNetwork())) for ref in files.enumerate(Listing(NoNetwork()))]
    assert [finding for bill in bills for finding in bill.findings] == []
    first, second = ("2026-03-02", "2026-03-08"), ("2026-03-09", "2026-03-15")
    assert ask(hub, *bills) == [
        ("", "", *first, "120.50", "USD"),
        ("", "", *second, "99", "USD"),
        ("", "Org:All", "", "", "unknown", ""),
        ("", "org:large", "", "", "unknown", ""),
        ("", "org:staff", *first, "7.25", "USD"),
        ("Cheap", "", "", "", "unknown", ""),
        ("GPU", "", *first, "80", "USD"),
    ]


HEADER = "id,type,title,about,startDate,endDate,schema:value,schema:currency\n"
# Around the turns of years with 52 and 53 weeks, and over a leap day.
days = st.dates(date(2019, 12, 1), date(2021, 3, 31)) | st.dates(date(1999, 12, 20), date(2000, 3, 5))
bills = st.tuples(days, st.integers(1, 367), st.decimals(0, 10_000, places=2), st.sampled_from(["USD", "EUR"]))


def billed(folder: Path, *rows: str) -> list[Mapped]:
    """The rows of an export, taken as a table of curators."""
    (folder / "costs.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows))
    files = source(folder)
    found = [files.map(files.fetch(ref, NoNetwork())) for ref in files.enumerate(Listing(NoNetwork()))]
    assert [finding for bill in found for finding in bill.findings] == []
    return found


def by_week(*records: Mapped) -> list[tuple[str, ...]]:
    """The rows in their order: profile, group, week, cost, currency, bills, spread; all are of the hub."""
    store = asked.stored(triple for each in records for triple in each.triples)
    rows = asked.ask(store, "hub-costs-by-week")
    assert {row.pop("hub") for row in rows} == {HUB.value}
    names = ("profile", "group", "week", "cost", "currency", "bills", "spread")
    return [tuple(row.get(name, "") for name in names) for row in rows]


@given(st.lists(bills, min_size=1, max_size=6))
def test_weeks_are_those_of_the_calendar_and_currencies_stay_apart(
    hub: Mapped, tmp_path_factory: pytest.TempPathFactory, stated: list[tuple[date, int, Decimal, str]]
) -> None:
    rows, expected = [], dict[tuple[str, str], Decimal]()
    for number, (first, length, amount, currency) in enumerate(stated):
        last = first + timedelta(days=length - 1)
        rows.append(f"cost/{number},schema:MonetaryAmount,Bill,hub/hub.example.org,{first},{last},{amount},{currency}")
        for day in range(length):
            year, week, _ = (first + timedelta(days=day)).isocalendar()
            key = (f"{year}-W{week:02}", currency)
            expected[key] = expected.get(key, Decimal(0)) + amount / length
    found = {(row[2], row[4]): row[3] for row in by_week(hub, *billed(tmp_path_factory.mktemp("bills"), *rows))}
    assert list(found) == sorted(expected)
    assert all(abs(Decimal(cost) - expected[key]) <= Decimal("0.0001") for key, cost in found.items())


def test_bills_of_a_week_are_summed_for_each_hub_profile_and_group(hub: Mapped, tmp_path: Path) -> None:
    gpu, place = titled(hub, "GPU").value.removeprefix(BASE), "hub/hub.example.org"
    found = billed(
        tmp_path,
        f"cost/1,schema:MonetaryAmount,Hub,{place},2026-03-02,2026-03-02,120.50,USD",
        f"cost/2,schema:MonetaryAmount,Hub,{place},2026-03-08,,9.5,USD",
        f"cost/3,schema:MonetaryAmount,Hub,{place},2026-03-08,2026-03-09,10,EUR",
        f"cost/4,schema:MonetaryAmount,GPU,{gpu},2026-03-02,2026-03-08,80,USD",
        f"cost/5,schema:MonetaryAmount,Staff,{place}; {TEAMS}staff,2026-03-02,2026-03-08,7.25,usd",
        f"cost/6,schema:MonetaryAmount,Hub,{place},,,3,USD",
        f"cost/7,schema:MonetaryAmount,Hub,{place},2026-01-01,2029-01-01,4,USD",
        f"cost/8,schema:MonetaryAmount,Hub,{place},2026-03-09,2026-03-08,5,USD",
        f"cost/9,schema:MonetaryAmount,Hub,{place},2026-06-01,2026-06-02,a lot,USD",
    )
    assert by_week(hub, *found) == [
        ("", "", "2026-W10", "5", "EUR", "1", "1"),
        ("", "", "2026-W10", "130", "USD", "2", "0"),
        ("", "", "2026-W11", "5", "EUR", "1", "1"),
        ("", "", "2026-W23", "unknown", "USD", "1", "0"),
        ("", "", "unknown", "12", "USD", "3", "0"),
        ("", "org:staff", "2026-W10", "7.25", "USD", "1", "0"),
        ("GPU", "", "2026-W10", "80", "USD", "1", "0"),
    ]


def test_a_hub_without_bills_has_no_known_week(hub: Mapped) -> None:
    assert by_week(hub) == [("", "", "unknown", "unknown", "", "", "")]
