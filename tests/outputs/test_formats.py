"""What is written is read back by other programs' readers as what it was, whatever the texts hold."""

import csv
import io
import json
from dataclasses import replace

import rispy
from bibtexparser.entrypoint import parse_string
from hypothesis import given, settings

from leap_kg.ingest.mapping.names import parts_of
from leap_kg.outputs.formats.csl import csl_json
from leap_kg.outputs.formats.ris import ris
from leap_kg.outputs.formats.tables import COLUMNS, csv_table, json_records
from leap_kg.outputs.formats.tex import bibtex
from leap_kg.outputs.output import Output
from leap_kg.outputs.reading import Reader
from tests.outputs.made import BASE, OUTPUTS, platform

WORKS = list(Reader(platform(), BASE).outputs())
ARTICLE = next(each for each in WORKS if each.title == "Warm water & rain")


def test_an_article_in_each_format() -> None:
    assert bibtex([ARTICLE]) == (
        "@article{rei2024warm,\n"
        "  author = {Tomas van der Rei and Josiah Carberry},\n"
        "  title = {{Warm water \\& rain}},\n"
        "  journal = {Journal of Rain},\n"
        "  year = {2024},\n"
        "  month = may,\n"
        "  date = {2024-05-17},\n"
        "  volume = {7},\n"
        "  pages = {1--9},\n"
        "  doi = {10.5555/article},\n"
        "  url = {https://doi.org/10.5555/article},\n"
        "}\n"
    )
    (item,) = json.loads(csl_json([ARTICLE]))
    assert item["author"][0] == {"family": "van der Rei", "given": "Tomas"}
    assert (item["type"], item["issued"]) == ("article-journal", {"date-parts": [[2024, 5, 17]]})
    (reference,) = rispy.loads(ris([ARTICLE]))
    assert (reference["type_of_reference"], reference["journal_name"]) == ("JOUR", "Journal of Rain")
    assert (reference["start_page"], reference["end_page"]) == ("1", "9")


def test_a_date_is_as_precise_as_it_is_known() -> None:
    for issued, month, date in (("2025-06-30", "jun", "2025-06-30"), ("2025-06", "jun", None), ("2025", None, None)):
        entry = parse_string(bibtex([replace(ARTICLE, issued=issued)])).entries[0]
        said = {field.key: field.value for field in entry.fields}
        assert (said["year"], said.get("month"), said.get("date")) == ("2025", month, date)


def test_every_format_says_that_a_work_was_retracted() -> None:
    fallen = [
        replace(ARTICLE, status=("retracted",)),
        replace(ARTICLE, status=("corrected",), makers=(), reference="R."),
    ]
    notes = [
        field.value for entry in parse_string(bibtex(fallen)).entries for field in entry.fields if field.key == "note"
    ]
    assert notes == ["Retracted", "Corrected. R."]
    assert [each["notes"] for each in rispy.loads(ris(fallen))] == [["Retracted"], ["Corrected", "R."]]
    assert [item["status"] for item in json.loads(csl_json(fallen))] == ["retracted", "corrected"]
    assert [row["status"] for row in csv.DictReader(io.StringIO(csv_table(fallen)))] == ["retracted", "corrected"]


def test_names_in_their_parts() -> None:
    assert parts_of("Tomas van der Rei") == ("van der Rei", "Tomas")
    assert parts_of("Carberry, Josiah S.") == ("Carberry", "Josiah S.")
    assert parts_of("Plato") == ("Plato", "")
    assert parts_of("van Gogh") == ("Gogh", "van")
    assert parts_of(" , ") == ("", "")


@given(OUTPUTS)
@settings(max_examples=50)
def test_bibtex_has_an_entry_for_each_under_a_key_of_its_own(outputs: list[Output]) -> None:
    library = parse_string(bibtex(outputs))
    assert not library.failed_blocks
    assert len({entry.key for entry in library.entries}) == len(outputs)


@given(OUTPUTS)
@settings(max_examples=50)
def test_ris_and_csl_have_each_with_its_title(outputs: list[Output]) -> None:
    titles = [" ".join(each.title.split()) for each in outputs]
    assert [each["title"] for each in rispy.loads(ris(outputs))] == titles
    assert [item["title"] for item in json.loads(csl_json(outputs))] == [each.title for each in outputs]


@given(OUTPUTS)
@settings(max_examples=50)
def test_the_table_has_a_row_for_each_and_no_formula(outputs: list[Output]) -> None:
    header, *rows = csv.reader(io.StringIO(csv_table(outputs), newline=""))
    assert tuple(header) == COLUMNS
    assert len(rows) == len(outputs) == len(json.loads(json_records(outputs)))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
