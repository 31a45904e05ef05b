"""What hubs, profiles and groups cost, by week: exact sums, each with its drawing and its table."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool

from leap_kg.ontology.namespaces import RDF
from leap_kg.sparql.parameters import ParameterError
from leap_kg.web.cells import Cell, Column
from leap_kg.web.environments.asking import Asker, NotKnown, Row, text_of
from leap_kg.web.environments.bills import UNKNOWN, Cost, amount_of, day_of, exact, total, week_of, weeks_between
from leap_kg.web.environments.charts import SERIES, by_size, money, over_time
from leap_kg.web.environments.hubs import COSTS
from leap_kg.web.environments.view import Field, Form, Section, View

_QUESTION = "questions/hub-costs-by-week"
_OTHERS, _NONE = "all others", "not stated"


async def costs(asker: Asker) -> View:
    """Costs by week, hub, profile and group."""
    hub, currency = asker.given("hub"), asker.given("currency").upper()
    first, last = _week(asker, "from"), _week(asker, "to")
    rows = await asker.rows("pages/bills")
    node = await asker.node(hub, "hub or cluster") if hub else None
    names = await asker.names("names/hubs")
    return await run_in_threadpool(_costs, asker, rows, node, names, currency, first, last)


def _week(asker: Asker, name: str) -> str:
    text = asker.given(name)
    if not text:
        return ""
    try:
        return week_of(date.fromisoformat(text))
    except ValueError:
        raise ParameterError(f"{name} is {text[:40]!r}: give a day such as 2026-03-02") from None


def _costs(
    asker: Asker, rows: list[Row], node: NamedNode | None, names: list[str], currency: str, first: str, last: str
) -> View:
    every = [cost for row in rows if (cost := _cost(row)) is not None]
    currencies = Counter(cost.currency for cost in every)
    chosen = currency or (currencies.most_common(1)[0][0] if currencies else "")
    if currency and currency not in currencies:
        known = ", ".join(sorted(filter(None, currencies))) or "none"
        raise NotKnown(f"No bill is in {currency[:20]!r}; the currencies are: {known}")
    weekly = [
        (week, cost, share)
        for cost in every
        if cost.currency == chosen and (node is None or cost.place == node.value)
        for week, share in cost.weeks
        if _between(week, first, last)
    ]
    fields = [
        Field("hub", "Hub, or all", asker.shown("hub"), "", names),
        Field("currency", "Currency", chosen, "USD", sorted(filter(None, currencies))),
        Field("from", "From the week of", asker.given("from"), "2026-03-02"),
        Field("to", "To the week of", asker.given("to"), "2026-05-31"),
    ]
    title, lead = "What the hubs cost", "Sums of the bills that were read, by week, hub, profile and group."
    view_form = Form(COSTS, "Sum up", fields)
    unbilled = _unbilled(asker, every) if node is None else []
    if not weekly:
        notes = ["No bill was read for this. What it cost is unknown."]
        return View(title, lead, [view_form], notes, sections=_unknown(asker, unbilled))
    name_of = _namer(asker)
    sums = total(share for _, _, share in weekly)
    facts: list[tuple[str, Cell]] = [
        ("In all", f"{money(sums)} {chosen}".strip()),
        ("Exactly", f"{exact(sums)} {chosen}".strip()),
        ("Weeks", len({week for week, _, _ in weekly if week != UNKNOWN})),
    ]
    notes = []
    if others := sorted(name or "no currency" for name in currencies if name != chosen):
        notes.append(f"Bills in other currencies are summed for themselves: {', '.join(others)}.")
    unread = len(rows) - len(every)
    if unread:
        notes.append(f"{unread} bills have an amount that is no number; they count nowhere.")
    sections = [
        _by_week(asker, weekly, chosen, name_of),
        _by(asker, "hub", "By hub", weekly, chosen, lambda cost: name_of(cost.place)),
        _by(asker, "profile", "By profile", weekly, chosen, lambda cost: _profile(cost, name_of, node)),
        _by(asker, "group", "By group", weekly, chosen, lambda cost: cost.group or _NONE),
        *_unknown(asker, unbilled),
    ]
    return View(title, lead, [view_form], notes, facts, sections)


def _cost(row: Row) -> Cost | None:
    amount = amount_of(text_of(row, "amount"))
    if amount is None:
        return None
    start = day_of(text_of(row, "start"))
    return Cost(
        place=text_of(row, "place"),
        profile=text_of(row, "profile") or text_of(row, "slug"),
        group=text_of(row, "group"),
        start=start,
        end=day_of(text_of(row, "end")) or start,
        amount=amount,
        currency=text_of(row, "currency").upper(),
    )


def _between(week: str, first: str, last: str) -> bool:
    if week == UNKNOWN:
        return not first and not last
    return (not first or week >= first) and (not last or week <= last)


def _namer(asker: Asker) -> Callable[[str], str]:
    reading, hub = asker.reading, asker.reading.leap("HubDeployment")

    def name_of(place: str) -> str:
        if not place:
            return _NONE
        node = NamedNode(place)
        label = reading.label(node)
        return label if hub in reading.types(node) else f"{label}, no hub"

    return name_of


def _profile(cost: Cost, name_of: Callable[[str], str], hub: NamedNode | None) -> str:
    if not cost.profile:
        return _NONE
    return cost.profile if hub is not None else f"{cost.profile}, {name_of(cost.place)}"


def _by_week(
    asker: Asker, weekly: list[tuple[str, Cost, Decimal]], currency: str, name_of: Callable[[str], str]
) -> Section:
    largest = _sums((name_of(cost.place), share) for _, cost, share in weekly)
    series = [name for name, _ in largest[: SERIES if len(largest) <= SERIES else SERIES - 1]]
    if len(largest) > len(series):
        series.append(_OTHERS)
    dated = [(week, cost, share) for week, cost, share in weekly if week != UNKNOWN]
    table: dict[str, dict[str, Decimal]] = {week: {} for week in weeks_between(week for week, _, _ in dated)}
    for week, cost, share in weekly:
        name = name_of(cost.place)
        held = table.setdefault(week, {})
        key = name if name in series else _OTHERS
        held[key] = total((held.get(key, Decimal(0)), share))
    columns = [Column("week", "Week"), Column("total", "In all", number=True)]
    columns += (
        [Column(f"s{number}", name, number=True) for number, name in enumerate(series)] if len(series) > 1 else []
    )
    rows: list[dict[str, Cell]] = []
    for week, pieces in table.items():
        row: dict[str, Cell] = {"week": week, "total": money(total(pieces.values()))}
        row |= {f"s{number}": money(pieces[name]) if name in pieces else None for number, name in enumerate(series)}
        rows.append(row)
    drawn = {week: pieces for week, pieces in table.items() if week != UNKNOWN}
    words = f"Costs by week in {currency}".strip()
    chart = over_time(words, currency, drawn, series) if len(drawn) > 1 else None
    description = "ISO weeks, Monday to Sunday. What a bill asks for several weeks is spread over its days."
    path = asker.path(_QUESTION)
    data = [
        {
            "week": week,
            "hub": name_of(cost.place),
            "hub_iri": cost.place,
            "profile": cost.profile,
            "group": cost.group,
            "currency": currency,
            "exactly": exact(share),
        }
        for week, cost, share in sorted(weekly, key=lambda one: (one[0], one[1].place, one[1].profile, one[1].group))
    ]
    return Section("weeks", "By week", columns, rows, description, path, chart=chart, data=data)


def _by(
    asker: Asker,
    name: str,
    title: str,
    weekly: list[tuple[str, Cost, Decimal]],
    currency: str,
    key: Callable[[Cost], str],
) -> Section:
    values = _sums((key(cost), share) for _, cost, share in weekly)
    whole = total(amount for _, amount in values)
    rows: list[dict[str, Cell]] = [
        {
            name: label,
            "cost": money(amount),
            "exactly": exact(amount),
            "share": f"{100 * amount / whole:.1f} %" if whole > 0 else None,
        }
        for label, amount in values
    ]
    columns = [
        Column(name, title.removeprefix("By ").capitalize()),
        Column("cost", currency or "Cost", number=True),
        Column("share", "Share", number=True),
        Column("exactly", "Exactly", number=True),
    ]
    chart = by_size(f"Costs {title.lower()} in {currency}".strip(), currency, values) if len(values) > 1 else None
    data = [{name: label, "currency": currency, "exactly": exact(amount)} for label, amount in values]
    return Section(f"by-{name}", title, columns, rows, path=asker.path(_QUESTION), chart=chart, data=data)


def _sums(amounts: Iterable[tuple[str, Decimal]]) -> list[tuple[str, Decimal]]:
    """The sums by name, the largest first."""
    found: dict[str, Decimal] = {}
    for name, amount in amounts:
        found[name] = total((found.get(name, Decimal(0)), amount))
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def _unbilled(asker: Asker, every: list[Cost]) -> list[NamedNode]:
    """The hubs that no bill names."""
    reading, billed = asker.reading, {cost.place for cost in every}
    hubs = (node for node in reading.subjects(RDF("type"), reading.leap("HubDeployment")) if "#" not in node.value)
    return sorted((hub for hub in hubs if hub.value not in billed), key=lambda node: node.value)


def _unknown(asker: Asker, hubs: list[NamedNode]) -> list[Section]:
    rows: list[dict[str, Cell]] = [{"hub": asker.reading.link(hub)} for hub in hubs]
    words = "What these cost is unknown: no bill that was read names them."
    section = Section(
        "unknown", "Hubs without a bill", [Column("hub", "Hub")], rows, words, asker.path("questions/hub-costs")
    )
    return [section] if rows else []
