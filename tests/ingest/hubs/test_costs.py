"""The question what hubs, profiles and groups cost: of hubs alone, and with bills that curators wrote."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, QuerySolutions, Store

from leap_kg.ingest.source import Listing, Mapped
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql.catalogue import load
from tests.ingest.files.test_source import NoNetwork, source
from tests.ingest.hubs.test_mapping import HUB, PROFILE, TEAMS, of, titled

CHEAP = {"display_name": "Cheap", "slug": "cheap"}


@pytest.fixture(scope="module")
def hub() -> Mapped:
    return of({"profileList": [PROFILE, CHEAP]})


def ask(*records: Mapped) -> list[tuple[str, ...]]:
    """The rows in their order: profile, group, start, end, cost, currency; all are of the hub."""
    store, graph = Store(), NamedNode("urn:g")
    store.extend(Quad(t.subject, t.predicate, t.object, graph) for each in records for t in each.triples)
    query = load(declarations() / "sparql", BASE).get("questions/hub-costs")
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
