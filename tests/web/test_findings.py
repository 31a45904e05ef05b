"""Findings in groups: each in one group, whose address lists exactly its findings."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.web.cells import Node
from leap_kg.web.findings import FILTERS, PAGE, Finding, chosen, findings_page
from tests.web.server import Server

NODE = Node("Record", "/record", "urn:record")
MODEL = Finding("urn:f", "f", "Warning", "wrong", "Mend it.", "", "", NODE, NODE, NODE, NODE, None, NODE)
SOURCE = Node("A source", "/graph/source/a", "urn:graph/source/a")


def _finding(number: int, severity: str, kind: str, hint: str) -> Finding:
    named = replace(NODE, label=kind, iri=f"urn:finding-kind/{kind}")
    return replace(MODEL, iri=f"urn:f{number}", severity=severity, kind=named, hint=hint, source=SOURCE)


SEEN = st.tuples(
    st.sampled_from(["Violation", "Warning", "Info"]),
    st.sampled_from(["engine-suffix", "bad-value"]),
    st.sampled_from(["Set it to 'zarr'.", "Set it to 'h5netcdf'.", "Write line 3 anew.", "Write line 14 anew.", "No."]),
)
NONE = dict.fromkeys(FILTERS, "")


@settings(max_examples=50)
@given(st.lists(SEEN, max_size=60))
def test_every_finding_is_in_one_group_whose_address_lists_it(seen: list[tuple[str, str, str]]) -> None:
    findings = [_finding(number, *one) for number, one in enumerate(seen)]
    view = findings_page(findings, NONE, 1)
    if not view.alike:
        assert (view.groups <= 1, len(view.shown)) == (True, min(PAGE, len(findings)))
        return
    groups = [one for number in range(1, view.pages.pages + 1) for one in findings_page(findings, NONE, number).alike]
    assert sum(group.total for group in groups) == len(findings)
    for group in groups:
        wanted = NONE | dict(parse_qsl(urlsplit(group.path).query))
        listed = chosen(findings, wanted)
        assert len(listed) == group.total
        assert {one.iri for one in group.examples} <= {one.iri for one in listed}
        assert {(one.severity, one.kind.label) for one in listed} == {(group.severity, group.kind.label)}
        assert findings_page(findings, wanted, 1).alike == []
        if group.hint:
            assert {one.hint for one in listed} == {group.hint}


def test_findings_that_differ_in_what_they_quote_are_mended_alike() -> None:
    findings = [
        _finding(n, "Warning", "bad-value", f"Write '{n}' instead of '{n + 1}' in line {n}.") for n in range(42)
    ]
    findings.append(_finding(42, "Violation", "engine-suffix", "Set the engine."))
    view = findings_page(findings, NONE, 1)
    assert [(group.total, group.hint, len(group.examples)) for group in view.alike] == [
        (1, "Set the engine.", 1),
        (42, "", 3),
    ]


def test_the_page_leads_from_a_group_to_all_of_it(server: Server) -> None:
    page = server.get("/findings").text
    for hint in ("Set the engine to", "Write two sentences.", "{% raw %}"):
        assert hint in page
    assert server.get("/findings?page=99").status_code == 200
    fix = "/findings.json?fix=nothing"
    assert server.get(fix).json()["total"] == 0
