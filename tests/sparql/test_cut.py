"""Results cut after a whole row: in every format, at every byte, whatever stands in the values."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, QuerySolutions, Store, parse_query_results

from leap_kg.sparql.cut import cut, has_more_rows
from leap_kg.sparql.writer import ROWS

SEPARATORS = st.sampled_from(["},{", "}}", '"', "\\", "\r\n", "\n", ",", "</result>", "<results>", "{}", "é", "a"])
TEXTS = st.lists(SEPARATORS, max_size=6).map("".join)
TABLES = st.lists(st.tuples(st.none() | TEXTS, st.none() | TEXTS), max_size=6)
STORE = Store()


def written(table: list[tuple[str | None, str | None]], name: str) -> bytes:
    rows = " ".join("(" + " ".join("UNDEF" if v is None else str(Literal(v)) for v in row) + ")" for row in table)
    results = STORE.query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {rows} }} }}")
    assert isinstance(results, QuerySolutions)
    return results.serialize(format=ROWS[name]) or b""


def read(content: bytes, name: str) -> list[tuple[str | None, str | None]]:
    if name == "csv":
        return [(a, b) for a, b in list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]]
    results = parse_query_results(content, ROWS[name])
    assert isinstance(results, QuerySolutions)
    return [(_value(row[0]), _value(row[1])) for row in results]


def _value(term: object) -> str | None:
    return term.value if isinstance(term, Literal) else None


def expected(table: list[tuple[str | None, str | None]], name: str) -> list[tuple[str | None, str | None]]:
    return [(a or "", b or "") for a, b in table] if name == "csv" else table


@pytest.mark.parametrize("name", ROWS)
@given(table=TABLES, data=st.data())
@settings(max_examples=150)
def test_a_cut_is_a_beginning(name: str, table: list[tuple[str | None, str | None]], data: st.DataObject) -> None:
    whole = written(table, name)
    head = len(written([], name))
    broken = data.draw(st.integers(head, len(whole)))
    most_bytes, most_rows = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 8))
    content, rows = cut(whole[:broken], name, most_bytes, most_rows)
    assert rows <= most_rows
    assert read(content, name) == expected(table, name)[:rows]
    assert rows == 0 or len(content) <= max(most_bytes, head) + 90


@pytest.mark.parametrize("name", ROWS)
@given(table=TABLES)
@settings(max_examples=100)
def test_rows_are_counted(name: str, table: list[tuple[str | None, str | None]]) -> None:
    whole = written(table, name)
    for most in range(len(table) + 2):
        assert has_more_rows(whole, name, most) is (len(table) > most)


@pytest.mark.parametrize("name", ROWS)
def test_all_that_fits_is_kept(name: str) -> None:
    table: list[tuple[str | None, str | None]] = [("x", str(number)) for number in range(20)]
    whole = written(table, name)
    assert cut(whole, name, len(whole), 20)[1] == 20
    assert cut(whole, name, len(whole), 7)[1] == 7
