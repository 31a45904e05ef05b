"""Summed bills as triples: a bill for each week, and in it a cost for each hub, profile, group and currency.

A profile stands on its cost by its slug (`schema:category`), since which node it has is the hub's own business; a cost
that no hub is named for, or one that nobody knows, is the cluster's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from leap_kg.ingest.billing.summing import UNDATED, plain
from leap_kg.ingest.billing.usage import EXACT
from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.hubs.groups import group
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.keeping import kept
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Mapped
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.namespaces import DCT, FOAF, PROV, SCHEMA, XSD


@dataclass(frozen=True, slots=True)
class Names:
    """What the names in a bill mean: domains of hubs, names of nobody's, slugs of profiles, groups; the currency."""

    cluster: str
    hubs: Mapping[str, str] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)
    profiles: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""


def map_week(key: str, source: str, value: Mapping[str, Any], base: str) -> Mapped:
    """The bill of a week."""
    week, names = value["week"], Names(**value["names"])
    say, reading = Statements(), Reading({}, File(""))
    bill = say.type(mint(base, "bill", source, week), SCHEMA("Invoice"))
    cluster = say.type(mint(base, "cluster", names.cluster), PROV("Location"))
    when = "of rows without a date" if week == UNDATED else f"in {week}"
    say.text(bill, DCT("title"), f"Costs of {names.cluster} {when}")
    say.text(bill, DCT("identifier"), week)
    strangers: dict[str, list[Any]] = {}
    summed: dict[tuple[str, str, str, str, str, str], Decimal] = {}
    for cost in value["costs"]:
        hub = names.hubs.get(cost["hub"], "")
        if cost["hub"] and not hub and cost["hub"] not in names.shared:
            strangers.setdefault(cost["hub"], []).append(cost)
        slug = names.profiles.get(cost["profile"], cost["profile"])
        people = names.groups.get(cost["group"], cost["group"])
        # Names that mean the same are one cost.
        account = (hub, slug, people, str(cost["currency"]), str(cost["start"]), str(cost["end"]))
        summed[account] = EXACT.add(summed.get(account, Decimal(0)), Decimal(cost["amount"]))
        _check(cost, week, names, reading)
    for account, amount in summed.items():
        hub, slug, people, currency, start, end = account
        node = say.type(part(bill, "cost", *account), SCHEMA("MonetaryAmount"))
        place = mint(base, "hub", hub) if hub else cluster
        title = " · ".join(filter(None, (hub or names.cluster, slug, people, week)))
        say.text(node, DCT("title"), title)
        say.link(node, SCHEMA("isPartOf"), bill)
        say.link(node, SCHEMA("about"), place)
        say.text(node, SCHEMA("category"), slug)
        if people:
            say.link(node, SCHEMA("about"), group(people, hub or names.cluster, ":" in people, say, base))
        say.text(node, SCHEMA("value"), plain(amount), XSD("decimal"))
        say.text(node, SCHEMA("currency"), currency)
        say.text(node, SCHEMA("startDate"), start, XSD("date"))
        say.text(node, SCHEMA("endDate"), end, XSD("date"))
    for name, costs in strangers.items():
        told = _sums(costs)
        message = f"no hub is known that the bill calls {name!r}: {told} count for the cluster {names.cluster}"
        hint = "Give its domain under `hubs` in the sources file, or name it under `shared`."
        reading.report("bad-identifier", Severity.WARNING, message, hint, (week, "hub"), name)
    return Mapped(key, bill, say.triples(), list(reading.findings))


def _check(cost: Mapping[str, Any], week: str, names: Names, reading: Reading) -> None:
    """Report what is odd about a cost; all of it counts."""
    named = " · ".join(filter(None, (cost["hub"] or names.cluster, cost["profile"], cost["group"])))
    if cost["negatives"]:
        amount = f"{plain(Decimal(cost['negative']))} {cost['currency']}".strip()
        message = f"{cost['negatives']} of {cost['rows']} rows of {named} are negative, {amount} in all"
        hint = "Nothing, if these are credits or corrections: they are taken off. Otherwise mend the export."
        reading.report("bad-value", Severity.INFO, message, hint, (week, named), amount)
    if names.currency and cost["currency"] != names.currency:
        message = f"{cost['rows']} rows of {named} are in {cost['currency']}, not in {names.currency}"
        hint = "They are summed for themselves. Export one currency, or leave `currency` out of the sources file."
        reading.report("bad-value", Severity.WARNING, message, hint, (week, named, "currency"), cost["currency"])
    if not cost["currency"]:
        message = f"{cost['rows']} rows of {named} name no currency"
        hint = "Give `currency` in the sources file."
        reading.report("bad-value", Severity.WARNING, message, hint, (week, named, "currency"))
    if week == UNDATED:
        message = f"{cost['rows']} rows of {named} have no day that can be read"
        hint = "Write the time of use as 2026-03-02 00:00:00 UTC, or say under `columns` where it stands."
        reading.report("bad-date", Severity.WARNING, message, hint, (week, named, "start"))


def map_file(key: str, source: str, url: str, value: Mapping[str, Any], base: str) -> Mapped:
    """An export with what it came to, and with what is wrong in it."""
    say, reading = Statements(), Reading({}, File(url))
    name = key.partition(" ")[2]
    node = say.type(mint(base, "bill-export", source, *name.split("/")), FOAF("Document"))
    say.text(node, DCT("title"), name.rpartition("/")[2] or name)
    sums = ", ".join(f"{amount} {currency or 'of no currency'}" for currency, amount in value["totals"].items())
    days = f" from {value['first']} to {value['last']}" if value["first"] else ""
    say.text(node, DCT("description"), f"{value['rows']:,} rows{days}" + (f": {sums}" if sums else ""))
    if value["twin"]:
        message = "the file has the same bytes as another one; it is counted once"
        reading.report("duplicate-id", Severity.WARNING, message, "Take one of the two away.", (), value["twin"])
    for other in value["overlaps"]:
        message = "the file has rows of days that another one has rows of, too: what stands in both counts twice"
        hint = "Export periods that do not overlap."
        reading.report("duplicate-id", Severity.WARNING, message, hint, (), other)
    for fault in value["faults"]:
        message = f"row {fault['line']} is not counted: {fault['reason']}"
        hint = "Mend the row, or say under `columns` where amount and currency stand."
        reading.report("bad-value", Severity.VIOLATION, message, hint, (f"row {fault['line']}",), fault["row"])
        reading.keep((f"row {fault['line']}",), fault["row"])
    if value["faulty"] > len(value["faults"]):
        message = f"{value['faulty'] - len(value['faults'])} more rows are not counted"
        reading.report("bad-value", Severity.VIOLATION, message, "Mend those first that are listed.")
    say.extend(kept(node, reading, base))
    return Mapped(key, node, say.triples(), list(reading.findings))


def _sums(costs: list[Mapping[str, Any]]) -> str:
    """The sums of costs, each currency for itself."""
    totals: dict[str, Decimal] = {}
    for cost in costs:
        totals[cost["currency"]] = EXACT.add(totals.get(cost["currency"], Decimal(0)), Decimal(cost["amount"]))
    return ", ".join(f"{plain(amount)} {currency}".strip() for currency, amount in sorted(totals.items()))
