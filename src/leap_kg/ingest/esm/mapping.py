"""From a row to triples: its store, what it holds by facets, where it stands in its life.

Hundreds of thousands of rows are mapped one by one, so a row says only what is its own: the concepts of its facets
have a record of their own, and the table another.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from pyoxigraph import NamedNode

from leap_kg.ingest.esm.facets import NOT_FACETS, RENAMED, concept
from leap_kg.ingest.esm.instances import instance_id, sub_experiment, version
from leap_kg.ingest.formats.jsonvalue import canonical
from leap_kg.ingest.mapping.extents import say_period
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.mapping.statements import ANY_URI, Statements, printable
from leap_kg.ingest.mapping.variables import Variable, say_variable
from leap_kg.ingest.source import RecordUnusable
from leap_kg.ontology.identifiers import Refusal, storage
from leap_kg.ontology.iri import iri_text, mint
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, SCHEMA, Namespace

State = Literal["ingested", "unchecked", "retracted"]

_FORMATS = {"zarr": "zarr", "zarr2": "zarr", "zarr3": "zarr", "netcdf": "netcdf", "kerchunk": "kerchunk",
            "reference": "kerchunk", "icechunk": "icechunk"}  # fmt: skip
_DIGITS = r"(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)(\d\d)?)?"
_SPAN = re.compile(f"{_DIGITS}-{_DIGITS}", re.ASCII)
_TIMES = ("time_range", "start_time", "end_time")
_PAGES = ("issue_url", "errata_url")


def map_row(
    row: Mapping[str, str], asset: str, form: str, scheme: str, dataset: NamedNode, state: State, url: str, base: str
) -> tuple[NamedNode, Statements, list[Finding]]:
    """The store of a row, what is said of it and what is wrong with it; raises `RecordUnusable` without an address.

    `asset` is the column of the address, `form` the format as the table calls it.
    """
    location = storage.parse(row.get(asset, ""))
    if isinstance(location, Refusal):
        raise RecordUnusable(_unaddressed(row, asset, location), url)
    if location.provider == "file":
        raise RecordUnusable("the store is a file of some machine: give an address that all can reach", url)
    leap, say = Namespace(base + ONTOLOGY_PATH), Statements()
    store = NamedNode(f"{base}store/{location.slug}")
    known = _FORMATS.get(form.strip().lower(), location.looks_like)
    say.type(store, DCAT("Distribution"))
    if known != "netcdf":
        say.type(store, leap("ZarrStore"))
    if known != "unknown":
        say.link(store, DCT("format"), mint(base, "format", known))
    say.text(store, leap("storageURI"), location.uri, ANY_URI)
    say.text(store, leap("storageEndpoint"), location.endpoint or "", ANY_URI)
    say.link(store, DCAT("accessURL"), location.https)
    say.link(dataset, DCAT("distribution"), store)
    say.link(store, SCHEMA("creativeWorkStatus"), mint(base, "state", state))
    named = {RENAMED.get(column, column): value.strip() for column, value in row.items()}
    identifier = instance_id(named)
    say.text(store, DCT("identifier"), identifier)
    say.text(store, DCT("title"), identifier or _title(named) or location.uri)
    findings = _say_columns(store, named, asset, scheme, url, say, base)
    return store, say, findings


def facets_of(row: Mapping[str, str], asset: str) -> dict[str, str]:
    """The facets of a row with their values, under ESGF's names; empty ones are left out."""
    found = {}
    for column, text in row.items():
        name, value = RENAMED.get(column, column), text.strip()
        if name == "sub_experiment_id":
            value = sub_experiment(value)
        if value and name != asset and name not in NOT_FACETS and len(value) <= 200:
            found[name] = value
    return found


def _unaddressed(row: Mapping[str, str], asset: str, refusal: Refusal) -> str:
    if not asset:
        return "the table has no column of addresses: name it in the collection, as assets.column_name"
    if not row.get(asset, "").strip():
        return f"the column {asset!r} holds no address: give that of the store, or take the row out"
    shown = printable(row[asset])[:200]
    return f"the address {shown!r} in the column {asset!r} cannot be used ({refusal.reason}): {refusal.hint}"


def _title(named: Mapping[str, str]) -> str:
    return ".".join(value for name, value in named.items() if value and name not in NOT_FACETS)[:300]


def _say_columns(
    store: NamedNode, named: Mapping[str, str], asset: str, scheme: str, url: str, say: Statements, base: str
) -> list[Finding]:
    facets = facets_of(named, asset)
    for name, value in facets.items():
        say.link(store, DCT("subject"), concept(base, scheme, name, value))
    left = {name: value for name, value in named.items() if value and name not in facets and name != asset}
    left.pop("sub_experiment_id", None)
    say.text(store, SCHEMA("version"), version(left.pop("version", "")))
    for column in _PAGES:
        page = iri_text(left.get(column, "")) if left.get(column, "").startswith("https://") else None
        if page:
            say.link(store, FOAF("page"), say.document(page, "errata"))
            del left[column]
    findings = _say_time(store, left, url, say)
    if "long_name" in left or "units" in left:
        name = named.get("variable_id") or named.get("variable") or left.get("long_name", "")
        if name:
            variable = Variable(name, long_name=left.pop("long_name", ""), units=left.pop("units", ""))
            say_variable(store, variable, say, base)
    for column in ("format", "data_format"):
        left.pop(column, None)
    say.text(store, Namespace(base + ONTOLOGY_PATH)("unmapped"), canonical(left) if left else "")
    return findings


def _say_time(store: NamedNode, left: dict[str, str], url: str, say: Statements) -> list[Finding]:
    """The period of a row, from two columns or from one such as `185001-201412`; what is none is kept and reported."""
    stated = {column: left[column] for column in _TIMES if column in left}
    if not stated:
        return []
    found = _SPAN.fullmatch(stated.get("time_range", ""))
    if found is not None:
        ends = (_date(*found.groups()[:6]), _date(*found.groups()[6:]))
    else:
        ends = (stated.get("start_time", ""), stated.get("end_time", ""))
    if say_period(store, *ends, say):
        for column in ("time_range",) if found is not None else _TIMES[1:]:
            left.pop(column, None)
        return []
    shown = ", ".join(f"{column} {printable(value)[:100]!r}" for column, value in stated.items())
    message = f"the row has no period of the calendar: {shown}"
    hint = "Write the first and the last day, month or year, the earlier one first, such as 185001-201412."
    value = "; ".join(printable(value)[:100] for value in stated.values())
    return [Finding("bad-date", Severity.WARNING, message, hint, next(iter(stated)), value, iri_text(url), store)]


def _date(
    year: str, month: str | None, day: str | None, hour: str | None, minute: str | None, second: str | None
) -> str:
    days = "-".join(part for part in (year, month, day) if part)
    return f"{days}T{hour}:{minute}:{second or '00'}Z" if hour else days


def envelope(row: Mapping[str, str], asset: str, form: str, scheme: str, retracted: str) -> bytes:
    """A row as a record of its own: all that mapping needs besides the configuration; columns keep their order.

    `retracted` is the place that retracts its store, `""` for none.
    """
    content = {"row": dict(row), "asset": asset, "form": form, "scheme": scheme}
    if retracted:
        content["retracted"] = retracted
    return json.dumps(content, separators=(",", ":")).encode()


def opened(value: Any) -> tuple[dict[str, str], str, str, str, str]:  # noqa: ANN401 - what `envelope` wrote
    """Row, asset column, format, scheme and place of the retraction of an envelope."""
    return value["row"], value["asset"], value["form"], value["scheme"], value.get("retracted", "")
