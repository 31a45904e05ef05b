"""Tables of stores: every row a store, every facet a concept, in whatever form and with whatever dirt they come."""

import csv
import gzip
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from leap_kg.ingest.esm import table
from leap_kg.ingest.esm.collection import read_collection
from leap_kg.ingest.esm.facets import concept
from leap_kg.ingest.esm.table import read_rows, read_table
from leap_kg.ingest.fetch import FetchFailed
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.source import RecordUnusable
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, RDF, RDFS, SCHEMA, SH, SKOS, Namespace
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.anyjson import TEXTS, VALUES, planted
from tests.ingest.esm.tables import COLLECTION, COLUMNS, CSV, ROW, WEB, Files, source, taken
from tests.ingest.judged import judge, values
from tests.sparql.questions.asked import questions

LEAP = Namespace(BASE + ONTOLOGY_PATH)
STORE = NamedNode(f"{BASE}store/gs/cmip6/a/b")
TABLE = NamedNode(f"{BASE}dataset/esm/esm")
IDENTIFIER = "CMIP6.CMIP.NOAA-GFDL.GFDL-ESM4.historical.r1i1p1f1.Omon.tos.gn.v20190726"


def stored(files: dict[str, Any], name: str = "table.json", **more: Any) -> Store:
    good, bad = taken(source(name, **more), Files(files))
    assert bad == {}
    return judge(*good.values())


def rows_of(*rows: dict[str, Any]) -> dict[str, Any]:
    """A collection with these rows in it, each made of the good one."""
    good = dict(zip(COLUMNS, ROW, strict=True))
    inline = {key: value for key, value in COLLECTION.items() if key != "catalog_file"}
    return {"table.json": {**inline, "catalog_dict": [{**good, **row} for row in rows]}}


def test_a_row_is_a_store_with_its_facets() -> None:
    store = stored({"table.json": COLLECTION, "table.csv": CSV})
    assert values(store, STORE, RDF("type")) == {DCAT("Distribution").value, LEAP("ZarrStore").value}
    assert values(store, STORE, DCT("identifier")) == {IDENTIFIER}
    assert values(store, STORE, LEAP("storageURI")) == {"gs://cmip6/a/b"}
    assert values(store, STORE, SCHEMA("version")) == {"v20190726"}
    assert values(store, STORE, SCHEMA("creativeWorkStatus")) == {f"{BASE}state/ingested"}
    assert values(store, TABLE, DCAT("distribution")) == {STORE.value}
    facets = {"activity-id/CMIP", "institution-id/NOAA-GFDL", "source-id/GFDL-ESM4", "experiment-id/historical",
              "variant-label/r1i1p1f1", "table-id/Omon", "variable-id/tos", "grid-label/gn"}  # fmt: skip
    assert values(store, STORE, DCT("subject")) == {f"{BASE}facet/cmip6/{facet}" for facet in facets}
    for facet in facets:
        member, scheme = NamedNode(f"{BASE}facet/cmip6/{facet}"), f"{BASE}facet/cmip6/{facet.partition('/')[0]}"
        assert values(store, member, SKOS("prefLabel")) == {facet.partition("/")[2]}
        assert values(store, member, SKOS("inScheme")) == {scheme}
        assert values(store, NamedNode(scheme), RDF("type")) == {SKOS("ConceptScheme").value}
    seen = values(store, NamedNode(f"{BASE}facet/cmip6/source-id"), RDFS("seeAlso"))
    assert seen == {"https://cv.example.org/source_id.json"}
    assert values(store, TABLE, DCT("description")) == {"All stores."}
    quantity = "http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/"
    assert values(store, NamedNode(f"{BASE}facet/cmip6/variable-id/tos"), SKOS("broadMatch")) == {quantity}
    assert not values(store, NamedNode(f"{BASE}facet/cmip6/table-id/Omon"), SKOS("broadMatch"))
    assert values(store, TABLE, DCT("modified")) == {"2022-03-24T19:51:54Z"}


@pytest.mark.parametrize("name", ["table.csv", "table.csv.gz"])
def test_a_bare_table_is_a_collection_too(name: str) -> None:
    data = gzip.compress(CSV.encode()) if name.endswith("gz") else CSV.encode()
    assert values(stored({name: data}, name), STORE, DCT("identifier")) == {IDENTIFIER}


def test_a_table_may_lie_in_a_bucket_and_has_a_size_of_its_own() -> None:
    files = {
        "table.json": {**COLLECTION, "catalog_file": "gs://lab/t.csv"},
        "https://storage.googleapis.com/lab/t.csv": CSV,
    }
    fetcher = Files(files)
    good, _ = taken(source(table_bytes=1000), fetcher)
    assert f"{STORE.value}" in {record.subject.value for record in good.values()}
    assert {ask.body_bytes for ask in fetcher.asked} == {1000}


def test_new_names_of_columns_mean_the_same() -> None:
    renamed = CSV.replace("member_id", "variant_label").replace("dcpp_init_year", "sub_experiment_id")
    renamed = renamed.replace(",,20190726", ",none,v20190726")
    assert stored({"table.csv": renamed}, "table.csv").__len__() == stored({"table.csv": CSV}, "table.csv").__len__()
    assert values(stored({"table.csv": renamed}, "table.csv"), STORE, DCT("identifier")) == {IDENTIFIER}


def test_a_description_may_name_a_column_that_is_gone() -> None:
    files = {"table.json": COLLECTION, "table.csv": CSV.replace("zstore", "path")}
    assert values(stored(files), STORE, DCT("identifier")) == {IDENTIFIER}


def test_nan_in_json_is_nothing_and_a_start_year_is_a_sub_experiment() -> None:
    files = rows_of(
        {"dcpp_init_year": float("nan"), "version": 20190726}, {"zstore": "gs://cmip6/c", "dcpp_init_year": 1960.0}
    )
    assert "NaN" in json.dumps(files["table.json"])
    store = stored(files)
    assert values(store, STORE, DCT("identifier")) == {IDENTIFIER}
    other = NamedNode(f"{BASE}store/gs/cmip6/c")
    assert values(store, other, DCT("identifier")) == {IDENTIFIER.replace(".r1i1p1f1.", ".s1960-r1i1p1f1.")}
    assert f"{BASE}facet/cmip6/sub-experiment-id/s1960" in values(store, other, DCT("subject"))


def test_retracted_stores_are_marked_with_their_errata_and_stay() -> None:
    files = rows_of({"issue_url": "https://errata.example.org/1", "retracted": "yes"})
    store = stored(files, state="retracted")
    assert values(store, STORE, SCHEMA("creativeWorkStatus")) == {f"{BASE}state/retracted"}
    assert any("errata.example.org" in quad.object.value for quad in store if isinstance(quad.object, NamedNode))
    assert json.loads(values(store, STORE, LEAP("unmapped")).pop()) == {"retracted": "yes"}


def test_a_store_of_two_instances_is_a_finding_that_names_the_rows() -> None:
    pr = {"variable_id": "pr", "version": "20200101", "zstore": "gs://cmip6/a/b"}
    good, bad = taken(source(), Files(rows_of({}, {"zstore": "gs://cmip6/c"}, pr, {"zstore": "gs://cmip6/c"})))
    assert bad == {}
    assert len(good) == 1 + 4 + 8 + 1  # the table, its rows, their facets, and the store that instances share
    (finding,) = (finding for record in good.values() for finding in record.findings)
    other = IDENTIFIER.replace(".tos.", ".pr.").replace("20190726", "20200101")
    assert f"row 1: {IDENTIFIER}; row 3: {other}" in finding.message
    assert (finding.kind, finding.pointer, finding.file) == ("duplicate-id", "rows 1, 3", f"{WEB}table.json")
    store = judge(*good.values())
    assert len(list(store.quads_for_pattern(None, SH("focusNode"), STORE, None))) == 1


def test_a_store_that_another_table_retracts_is_retracted_and_the_rows_are_named() -> None:
    files = {**rows_of({}, {"zstore": "gs://cmip6/c"}), "gone.csv": "zstore\ngs://x/y\ngcs://cmip6/a/b\n"}
    good, bad = taken(source(retractions=(f"{WEB}gone.csv",)), Files(files))
    assert bad == {}
    store = judge(*good.values())
    assert values(store, STORE, SCHEMA("creativeWorkStatus")) == {f"{BASE}state/retracted"}
    kept = NamedNode(f"{BASE}store/gs/cmip6/c")
    assert values(store, kept, SCHEMA("creativeWorkStatus")) == {f"{BASE}state/ingested"}
    (finding,) = (finding for record in good.values() for finding in record.findings)
    assert f"row 2 of {WEB}gone.csv" in finding.message
    with pytest.raises(FetchFailed):
        taken(source(retractions=(f"{WEB}gone.csv",)), Files(rows_of({})))


def test_the_gravest_of_two_states_answers_a_request() -> None:
    wish = Quad(NamedNode(f"{BASE}request/x"), DCT("identifier"), Literal(IDENTIFIER))
    store = judge(*taken(source(), Files(rows_of({})))[0].values())
    store.extend(judge(*taken(source(state="retracted"), Files(rows_of({})))[0].values()))
    store.add(wish)
    store.add(Quad(wish.subject, RDF("type"), SCHEMA("Demand")))
    store.add(Quad(wish.subject, SCHEMA("creativeWorkStatus"), NamedNode(f"{BASE}state/requested")))
    query = questions().get("questions/requested-instances")
    assert query is not None
    rows = store.query(query.bind(words="CMIP6."), use_default_graph_as_union=True)
    assert isinstance(rows, QuerySolutions)
    assert [row["state"].value for row in rows] == ["retracted"]


def test_other_columns_have_a_scheme_of_their_own_and_none_is_lost() -> None:
    text = "component,experiment,variable,long_name,units,start_time,end_time,levels,path\n" \
           "ocn,20C,SHF,heat flux,W/m^2,1850-01-01,2005-12-31,60,s3://lens/a.zarr\n"  # fmt: skip
    store = stored({"lens.csv": text}, "lens.csv")
    node = NamedNode(f"{BASE}store/s3/lens/a.zarr")
    subjects = {"component/ocn", "experiment/20C", "variable/SHF", "levels/60"}
    assert values(store, node, DCT("subject")) == {f"{BASE}facet/lens/{subject}" for subject in subjects}
    (variable,) = values(store, node, SCHEMA("variableMeasured"))
    assert values(store, NamedNode(variable), SCHEMA("unitText")) == {"W/m^2"}
    (period,) = values(store, node, DCT("temporal"))
    assert values(store, NamedNode(period), DCAT("endDate")) == {"2005-12-31T23:59:59Z"}
    assert values(store, node, DCT("title")) == {"ocn.20C.SHF.60"}


def test_a_row_has_the_format_it_names() -> None:
    text = "format,path,time_range\nnetcdf,gs://lab/a.nc,185001-201412\nzarr,gs://lab/k,rubbish\n"
    store = stored({"t.csv": text}, "t.csv")
    file, zarr = NamedNode(f"{BASE}store/gs/lab/a.nc"), NamedNode(f"{BASE}store/gs/lab/k")
    assert LEAP("ZarrStore").value not in values(store, file, RDF("type"))
    assert values(store, zarr, DCT("format")) == {f"{BASE}format/zarr"}
    (period,) = values(store, file, DCT("temporal"))
    assert values(store, NamedNode(period), DCAT("startDate")) == {"1850-01-01T00:00:00Z"}
    assert json.loads(values(store, zarr, LEAP("unmapped")).pop()) == {"time_range": "rubbish"}


@pytest.mark.parametrize(
    ("span", "period"),
    [
        ("1850-2014", ("1850-01-01T00:00:00Z", "2014-12-31T23:59:59Z")),
        ("185001-201402", ("1850-01-01T00:00:00Z", "2014-02-28T23:59:59Z")),
        ("20140101-20140630", ("2014-01-01T00:00:00Z", "2014-06-30T23:59:59Z")),
        ("201401010130-201406302230", ("2014-01-01T01:30:00Z", "2014-06-30T22:30:00Z")),
        ("201413-201501", None),
        ("201401-201301", None),
        ("rubbish", None),
    ],
)
def test_a_time_range_lasts_to_the_end_of_what_it_names_or_is_reported(
    span: str, period: tuple[str, str] | None
) -> None:
    good, _ = taken(source("t.csv"), Files({"t.csv": f"path,time_range\ngs://lab/a.zarr,{span}\n"}))
    store, node = judge(*good.values()), NamedNode(f"{BASE}store/gs/lab/a.zarr")
    findings = [(finding.kind, finding.value) for record in good.values() for finding in record.findings]
    if period is None:
        assert values(store, node, DCT("temporal")) == set()
        assert json.loads(values(store, node, LEAP("unmapped")).pop()) == {"time_range": span}
        assert findings == [("bad-date", span)]
    else:
        (part,) = (NamedNode(value) for value in values(store, node, DCT("temporal")))
        ends = [values(store, part, DCAT(name)).pop() for name in ("startDate", "endDate")]
        assert (tuple(ends), findings) == (period, [])
        assert values(store, node, LEAP("unmapped")) == set()


def test_one_bad_end_of_two_columns_does_not_open_the_period() -> None:
    text = "path,start_time,end_time\ngs://lab/a,2014-02-30,2015\ngs://lab/b,,2015\n"
    good, _ = taken(source("t.csv"), Files({"t.csv": text}))
    store = judge(*good.values())
    assert values(store, NamedNode(f"{BASE}store/gs/lab/a"), DCT("temporal")) == set()
    assert len(values(store, NamedNode(f"{BASE}store/gs/lab/b"), DCT("temporal"))) == 1
    (finding,) = (finding for record in good.values() for finding in record.findings)
    assert (finding.kind, finding.pointer, finding.value) == ("bad-date", "start_time", "2014-02-30; 2015")


@pytest.mark.parametrize("nothing", ["NaN", "nan", ""])
def test_nan_is_nothing_in_a_csv_too(nothing: str) -> None:
    store = stored(
        {"t.csv": f"path,variable_id,version,time_range\ngs://lab/a,{nothing},{nothing},{nothing}\n"}, "t.csv"
    )
    node = NamedNode(f"{BASE}store/gs/lab/a")
    assert values(store, node, SCHEMA("version")) == values(store, node, DCT("subject")) == set()
    assert values(store, node, LEAP("unmapped")) == set()
    assert list(read_rows([{"version": nothing}])) == [{"version": ""}]


def test_bad_rows_are_dead_letters_beside_good_ones() -> None:
    lines = [",".join(COLUMNS), ",".join(ROW), "too,short", ",".join(ROW), ",".join((*ROW[:8], "./a.nc", "", "1"))]
    lines += [",".join((*ROW[:8], "/home/x", "", "1")), ",".join((*ROW[:8], "", "", "1"))]
    good, bad = taken(source("t.csv"), Files({"t.csv": "\n".join(lines)}))
    rows = [key for key in good if "facet" not in key and "table" not in key]
    assert rows == ["gs://cmip6/a/b/", "gs://cmip6/a/b/ (2)"]
    assert list(bad) == ["row 2", "./a.nc", "/home/x", "row 6"]
    assert "2 fields where 11 are due" in bad["row 2"]
    assert "relative" in bad["./a.nc"]
    assert "some machine" in bad["/home/x"]
    assert bad["row 6"] == "the column 'zstore' holds no address: give that of the store, or take the row out"
    judge(*good.values())


@pytest.mark.parametrize("text", ["", "<html>", "a,a\n1,2", ",,\n", "a\0b\n", "x" * (table.MAX_LINE + 1)])
def test_what_is_no_table_fails_the_source(text: str) -> None:
    with pytest.raises(Unreadable):
        taken(source("t.csv"), Files({"t.csv": text}))


@pytest.mark.parametrize("data", [gzip.compress(b"a,b\n1,2\n" * 999, mtime=0)[:-20], b"\x1f\x8bxx"])
def test_a_damaged_gzip_file_fails_the_source(data: bytes) -> None:
    with pytest.raises(Unreadable, match="gzip"):
        taken(source("t.csv.gz"), Files({"t.csv.gz": data}))


def test_what_unpacks_to_too_much_fails_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_BYTES", 10_000_000)
    with pytest.raises(Unreadable, match="unpacks"):
        list(read_table(gzip.compress((b"a" * 99_999 + b"\n") * 120), "x"))


def test_a_table_of_too_many_lines_fails_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_ROWS", 10)
    with pytest.raises(Unreadable, match="more than 10 lines"):
        list(read_table(b"a\n" * 20, "x"))


@pytest.mark.parametrize("document", [[], {}, {"catalog_file": 1}, 7])
def test_what_is_no_collection_fails_the_source(document: Any) -> None:
    with pytest.raises(RecordUnusable):
        taken(source(), Files({"table.json": document}))
    with pytest.raises(FetchFailed):
        taken(source(), Files({"table.json": COLLECTION}))


@given(planted(rows_of({}, {"zstore": "gs://x/y"})["table.json"]))
def test_any_value_anywhere_in_a_collection_stops_nothing(document: Any) -> None:
    try:
        good, _ = taken(source(), Files({"table.json": document}))
    except (RecordUnusable, FetchFailed):
        return
    judge(*good.values())


@given(st.lists(st.tuples(*[TEXTS.filter(lambda text: "\ud800" not in text)] * len(COLUMNS)), max_size=3))
def test_any_cells_of_a_table_stop_nothing(rows: list[tuple[str, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *rows, ROW])
    try:
        good, bad = taken(source("t.csv"), Files({"t.csv": text.getvalue()}))
    except Unreadable:
        assert "\0" in text.getvalue()
        return
    judge(*good.values())
    assert ROW[8] in good
    assert len(good) + len(bad) >= len(rows) + 2


@given(st.text() | st.binary())
def test_any_text_is_a_table_or_refused(data: str | bytes) -> None:
    plain = data if isinstance(data, bytes) else data.encode("utf-8", "replace")
    for packed in (plain, gzip.compress(plain)):
        try:
            assert all(isinstance(row, str | dict) for row in read_table(packed, "x"))
        except Unreadable:
            continue


@given(st.lists(VALUES, max_size=4))
def test_any_list_gives_rows_of_texts(rows: list[Any]) -> None:
    for row in read_rows(rows):
        assert isinstance(row, str) or all(isinstance(cell, str) for cell in row.values())


@given(planted(COLLECTION))
def test_any_description_is_one_or_refused(document: Any) -> None:
    try:
        found = read_collection(json.dumps(document).encode(), WEB)
    except RecordUnusable:
        return
    assert found.table or found.rows is not None


@given(TEXTS, TEXTS)
def test_two_values_of_a_facet_are_two_concepts(one: str, other: str) -> None:
    if "\ud800" not in one + other:
        assert (concept(BASE, "cmip6", "f", one) == concept(BASE, "cmip6", "f", other)) == (one == other)
