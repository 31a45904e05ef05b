"""Outputs in the formats of other programs: BibTeX, RIS, CSL-JSON for reference managers, CSV and JSON for tables.

Each module has one function that writes many outputs as one text.
"""

from collections.abc import Callable, Sequence

from leap_kg.outputs.formats.csl import csl_json
from leap_kg.outputs.formats.ris import ris
from leap_kg.outputs.formats.tables import csv_table, json_records
from leap_kg.outputs.formats.tex import bibtex
from leap_kg.outputs.output import Output

FORMATS: dict[str, tuple[str, str, Callable[[Sequence[Output]], str]]] = {
    "bibtex": ("bib", "application/x-bibtex", bibtex),
    "ris": ("ris", "application/x-research-info-systems", ris),
    "csl-json": ("csl.json", "application/vnd.citationstyles.csl+json", csl_json),
    "csv": ("csv", "text/csv", csv_table),
    "json": ("json", "application/json", json_records),
}
"""By name: file suffix, media type, and what writes it."""
