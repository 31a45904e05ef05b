"""Requests for instances: ids and patterns, in force and commented out, with those who asked."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ingest.esm.instances import (
    FACETS,
    expression,
    instance_id,
    is_pattern,
    named_facets,
    parsed,
    sub_experiment,
    version,
)
from leap_kg.ingest.esm.requested import RequestsConfig, read_requests
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.source import RecordUnusable
from leap_kg.ontology.namespaces import DCT, FOAF, SCHEMA
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.esm.tables import WEB, Files, taken
from tests.ingest.judged import judge, values

ONE = "CMIP6.CMIP.NOAA-GFDL.GFDL-ESM4.historical.r1i1p1f1.Omon.tos.gn.v20190726"
TWO = ONE.replace("tos", "so")
LIST = f"""\
# from https://github.com/lab/feedstock/issues/2
- "CMIP6.*.*.[GFDL-ESM4, CanESM5].historical.r*i1p1f1.Omon.[tos,so].*.*"
# # from https://github.com/lab/feedstock/issues/3
# waiting for space
# - '{ONE}'
# # - "{TWO}"
# a heading of its own
- {TWO} # why not
- not an id
"""
NAMES = st.text(alphabet="abzAB019_-", min_size=1, max_size=6)
IDS = st.lists(NAMES, min_size=9, max_size=9).map(lambda parts: ".".join(["CMIP6", *parts]))


def source(*names: str) -> RequestsConfig:
    lists = tuple(WEB + name for name in names or ("iids.yaml",))
    return RequestsConfig(id="wishes", kind="esm-requests", title="Wishes", lists=lists)


def test_a_list_is_read_with_its_comments() -> None:
    pattern, first, second, bad = read_requests(LIST.encode(), "x")
    assert (pattern.active, pattern.lines) == (True, [2])
    assert pattern.notes == ["from https://github.com/lab/feedstock/issues/2"]
    assert (first.text, first.active) == (ONE, False)
    assert first.notes == ["from https://github.com/lab/feedstock/issues/3", "waiting for space"]
    assert (second.text, second.active, second.lines) == (TWO, True, [6, 8])
    assert second.notes[-1] == "a heading of its own"
    assert bad.text == "not an id"


def test_requests_are_demands_with_their_standing() -> None:
    good, bad = taken(source().source(Path(), BASE), Files({"iids.yaml": LIST}))
    assert list(bad) == ["not an id"]
    store = judge(*good.values())
    first = NamedNode(f"{BASE}request/cmip6/{ONE}")
    assert values(store, first, DCT("identifier")) == {ONE}
    assert values(store, first, SCHEMA("creativeWorkStatus")) == {f"{BASE}state/suspended"}
    assert values(store, first, FOAF("page")) == {"https://github.com/lab/feedstock/issues/3"}
    assert values(store, first, SCHEMA("valuePattern")) == set()
    (pattern,) = (record.subject for record in good.values() if "*" in record.key)
    (written,) = values(store, pattern, SCHEMA("valuePattern"))
    assert re.fullmatch(written, ONE)
    assert re.fullmatch(written, TWO)
    assert not re.fullmatch(written, ONE.replace("Omon", "Amon"))
    assert not re.fullmatch(written, ONE.replace("GFDL-ESM4", "GFDL-ESM4x"))
    named = {"source-id/GFDL-ESM4", "source-id/CanESM5", "experiment-id/historical", "table-id/Omon",
             "variable-id/tos", "variable-id/so"}  # fmt: skip
    assert values(store, pattern, DCT("subject")) == {f"{BASE}facet/cmip6/{facet}" for facet in named}


def test_a_request_of_two_lists_is_two_records_of_one_node() -> None:
    files = Files({"iids.yaml": f"- {ONE}\n", "more.yaml": f"- {ONE}\n"})
    good, _ = taken(source("iids.yaml", "more.yaml").source(Path(), BASE), files)
    assert len(good) == 2
    assert len({record.subject for record in good.values()}) == 1


@pytest.mark.parametrize("text", ["a: b", "7", "- [", "<html>"])
def test_what_is_no_list_fails_the_source(text: str) -> None:
    with pytest.raises((Unreadable, RecordUnusable)):
        read_requests(text.encode(), "x")


def test_an_empty_list_asks_for_nothing() -> None:
    assert read_requests(b"# nothing yet\n", "x") == []


@given(st.text(), st.lists(st.sampled_from(["- CMIP6.a.b", "# - CMIP6.*", "#", "# text", f"- {ONE}", "- [x]", "\n"])))
def test_any_text_is_a_list_or_refused(text: str, lines: list[str]) -> None:
    for data in (text.encode("utf-8", "replace"), "\n".join(lines).encode()):
        try:
            found = read_requests(data, "x")
        except (Unreadable, RecordUnusable):
            continue
        assert len({request.text for request in found}) == len(found)


@given(st.text())
def test_any_text_is_an_id_or_none(text: str) -> None:
    for written in (text, f"CMIP6.{text}"):
        plain = parsed(written)
        assert plain is None or parsed(plain) == plain


@given(IDS)
def test_an_id_matches_itself_and_the_patterns_made_of_it(identifier: str) -> None:
    assert parsed(identifier) == identifier
    assert not is_pattern(identifier)
    assert re.fullmatch(expression(identifier), identifier)
    parts = identifier.split(".")
    for place in range(1, 10):
        wild = ".".join([*parts[:place], "*", *parts[place + 1 :]])
        choice = ".".join([*parts[:place], f"[zzz,{parts[place]}]", *parts[place + 1 :]])
        begun = ".".join([*parts[:place], f"{parts[place][0]}*", *parts[place + 1 :]])
        for pattern in (wild, choice, begun):
            assert parsed(pattern) == pattern
            assert re.fullmatch(expression(pattern), identifier)
            assert not re.fullmatch(expression(pattern), f"{identifier}.x")
            assert set(named_facets(pattern)) - set(named_facets(identifier)) <= {
                (facet, name) for facet in FACETS for name in ("zzz", parts[place].rpartition("-")[2])
            }


@given(st.dictionaries(st.sampled_from([*FACETS, "version", "sub_experiment_id"]), st.text()))
def test_any_row_has_an_id_that_is_one_or_none(row: dict[str, str]) -> None:
    found = instance_id(row)
    assert found == "" or parsed(found) == found


@pytest.mark.parametrize(
    ("text", "written"),
    [("20190726", "v20190726"), ("v20190726", "v20190726"), ("20190726.0", "v20190726"), ("x", "x")],
)
def test_versions_are_written_as_esgf_does(text: str, written: str) -> None:
    assert version(text) == written


@pytest.mark.parametrize(
    ("text", "written"), [("1960.0", "s1960"), ("s1960", "s1960"), ("none", ""), ("", ""), ("nan", "")]
)
def test_start_years_are_written_as_esgf_does(text: str, written: str) -> None:
    assert sub_experiment(text) == written
