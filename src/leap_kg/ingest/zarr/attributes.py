"""The global attributes of a store: ACDD's and CF's, those of GHRSST before them, and the marks LEAP's builds leave.

https://wiki.esipfed.org/Attribute_Convention_for_Data_Discovery_1-3. What is not mapped is kept as it is.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.extents import Box, turned
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.people import describe_person, person_iri
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.zarr.moments import dated
from leap_kg.ontology.identifiers import Refusal, doi, github, licence, orcid
from leap_kg.ontology.iri import digest, mint, part, slug
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ORG, PROV, SCHEMA, XSD

_TEXTS = {
    "title": DCT("title"),
    "summary": DCT("description"),
    "license": DCT("rights"),
    "citation": DCT("bibliographicCitation"),
    "acknowledgement": SCHEMA("creditText"),
    "acknowledgment": SCHEMA("creditText"),
    "history": DCT("provenance"),
    "id": DCT("identifier"),
    "product_version": SCHEMA("version"),
}
_DATES = {"date_created": DCT("created"), "date_modified": DCT("modified"), "date_issued": DCT("issued")}
_PAGES = ("metadata_link", "references", "infoUrl", "further_info_url")
_AGENTS = {"creator": DCT("creator"), "publisher": DCT("publisher"), "institution": PROV("wasAttributedTo")}
_BOUNDS = (
    ("geospatial_lon_min", "geospatial_lat_min", "geospatial_lon_max", "geospatial_lat_max"),
    ("westernmost_longitude", "southernmost_latitude", "easternmost_longitude", "northernmost_latitude"),
)
_TIMES = (("time_coverage_start", "time_coverage_end"), ("start_time", "stop_time"))
# What LEAP's recipes write into a store: https://github.com/leap-stc/leap-data-management-utils
_COMMIT, _RUN, _BUILT = (f"pangeo_forge_{name}" for name in ("build_git_hash", "gh_actions_url", "build_timestamp"))
_DOI_HINT = "write it as 10.5281/zenodo.1234567"
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+", re.IGNORECASE)


def say_attributes(
    store: NamedNode, attributes: Mapping[str, Any], reading: Reading, say: Statements, base: str
) -> dict[str, Any]:
    """Say what the attributes say of the store; returns those that nothing was made of."""
    left = {key: value for key, value in attributes.items() if value not in (None, "", [], {})}
    for key, predicate in _TEXTS.items():
        if key in left and (text := reading.text(left.pop(key), (key,))):
            say.text(store, predicate, text)
    _licence(store, attributes.get("license"), say)
    for keyword in _keywords(left.pop("keywords", None), reading):
        say.text(store, DCAT("keyword"), keyword)
    for key, predicate in _DATES.items():
        found = dates.parse(dated(left.get(key)))
        if found is not None:
            say.text(store, predicate, found.text, found.datatype)
            del left[key]
    _check(left, reading)
    for key in _PAGES:
        if isinstance(left.get(key), str):
            for address in _ADDRESS.findall(left[key])[:10]:
                _page(store, address.rstrip(".,;)"), key, say)
    for role, predicate in _AGENTS.items():
        _agent(store, role, predicate, left, reading, say, base)
    _build(store, left, reading, say)
    return left


def stated_box(attributes: Mapping[str, Any]) -> Box | None:
    """The extent that the attributes state."""
    for keys in _BOUNDS:
        numbers = [value for key in keys if (value := _number(attributes.get(key))) is not None]
        if len(numbers) == len(keys):
            return turned(*numbers)
    return None


def stated_period(attributes: Mapping[str, Any]) -> tuple[str, str]:
    """Start and end of the time that the attributes state, `""` for what they do not."""
    for keys in _TIMES:
        start, end = (dated(attributes.get(key)) for key in keys)
        if dates.parse(start) or dates.parse(end):
            return start, end
    return "", ""


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None


def _check(left: Mapping[str, Any], reading: Reading) -> None:
    """Report what is stated and means nothing; it is kept with all else that nothing is made of."""
    for key in (key for keys in _BOUNDS for key in keys if key in left):
        if _number(left[key]) is None:
            message, hint = f"{key} is no number of degrees", "Write it as a number, such as -12.5."
            reading.report("bad-value", Severity.WARNING, message, hint, (key,), left[key])
    # Of a period of which one end is a date, it is said elsewhere that the other is none.
    times = () if any(stated_period(left)) else _TIMES
    for key in (key for keys in (*times, _DATES) for key in keys if key in left):
        if dates.parse(dated(left[key])) is None:
            message, hint = f"{key} is no date or moment", "Write it as 2024-05-01 or 2024-05-01T12:00:00Z."
            reading.report("bad-date", Severity.WARNING, message, hint, (key,), left[key])
    for key in (key for key in left if key.lower() == "doi"):
        known = doi.parse(left[key]) if isinstance(left[key], str) else Refusal("it is no text", _DOI_HINT)
        if isinstance(known, Refusal):
            message = f"{key}: {known.reason}"
            reading.report("bad-identifier", Severity.WARNING, message, known.hint, (key,), left[key])


def _keywords(value: object, reading: Reading) -> list[str]:
    listed: list[object] = [value]
    if isinstance(value, list | str):
        listed = value if isinstance(value, list) else [*re.split(r"[,;]", value)]
    if strange := [word for word in listed if not isinstance(word, str | None)]:
        message, hint = "keywords are to be texts; what is none was left out", "Write a text with commas, or a list."
        reading.report("bad-value", Severity.WARNING, message, hint, ("keywords",), value)
        reading.keep(("keywords",), strange if isinstance(value, list) else value)
    return list(dict.fromkeys(word.strip() for word in listed if isinstance(word, str) and word.strip()))[:500]


def _licence(store: NamedNode, value: object, say: Statements) -> None:
    known = licence.parse(value) if isinstance(value, str) else None
    if known is not None and not isinstance(known, Refusal):
        node = say.type(NamedNode(known.iri), DCT("LicenseDocument"))
        say.text(node, DCT("title"), known.name)
        say.text(node, DCT("identifier"), known.spdx_id)
        say.link(store, DCT("license"), node)


def _page(store: NamedNode, address: str, key: str, say: Statements) -> None:
    number = doi.parse(address)
    if not isinstance(number, Refusal):
        # No title: it would stand beside the one that the paper's own record has.
        say.link(store, SCHEMA("citation"), say.document(number.iri, number.value))
        return
    try:
        named = bool(urlsplit(address).hostname)
        node = NamedNode(address) if named else None
    except ValueError:
        node = None
    if node is not None:
        say.link(store, FOAF("page"), say.document(node.value, key.replace("_", " ")))


def _agent(
    store: NamedNode,
    role: str,
    predicate: NamedNode,
    left: dict[str, Any],
    reading: Reading,
    say: Statements,
    base: str,
) -> None:
    """Creator, publisher or institution: a person where an ORCID or the type says so, else an organisation."""
    key = role if role == "institution" else f"{role}_name"
    name = reading.text(left.pop(key, None), (key,))[:300]
    if not name:
        return
    number = orcid.parse(str(left.get(f"{role}_url", "")))
    if not isinstance(number, Refusal) or str(left.get(f"{role}_type", "")).lower() == "person":
        own = (store.value.removeprefix(base), f"{slug(name)}-{digest(name)}")
        person = person_iri(None if isinstance(number, Refusal) else number.iri, None, own, base)
        say.extend(describe_person(person, name, None))
        say.link(store, predicate, person)
        return
    organization = mint(base, "organization", slug(name) if len(name) <= 80 else f"{slug(name)}-{digest(name)}")
    say.type(organization, ORG("Organization"))
    say.text(organization, FOAF("name"), name)
    say.link(store, predicate, organization)


def _build(store: NamedNode, left: dict[str, Any], reading: Reading, say: Statements) -> None:
    """The run that built the store, from which commit, and when: as far as it left its marks."""
    commit, run, built = (left.pop(key, None) for key in (_COMMIT, _RUN, _BUILT))
    if not (commit or run or built):
        return
    page = reading.url(run, (_RUN,)) if run else ""
    activity = say.type(NamedNode(page) if page else part(store, "build"), PROV("Activity"))
    say.link(store, PROV("wasGeneratedBy"), activity)
    say.text(activity, DCT("title"), "Build of a store")
    ended = dates.parse(dated(built))
    if ended is not None and ended.datatype == XSD("dateTime"):
        say.text(activity, PROV("endedAtTime"), ended.text, ended.datatype)
    elif built:
        message, hint = f"{_BUILT} holds no moment of the calendar", "Write it as 2024-05-01T12:00:00+00:00."
        reading.report("bad-value", Severity.INFO, message, hint, (_BUILT,), built)
        reading.keep((_BUILT,), built)
    if commit:
        code = reading.url(commit, (_COMMIT,))
        say.link(activity, PROV("used"), say.document(code, "recipe at the commit of the build") if code else None)
        repository = github.parse_repository(code) if code else None
        if repository is not None and not isinstance(repository, Refusal):
            node = say.type(NamedNode(repository.iri), SCHEMA("SoftwareSourceCode"))
            say.text(node, DCT("title"), repository.key)
            say.link(node, SCHEMA("codeRepository"), node)
            say.link(activity, PROV("used"), node)
