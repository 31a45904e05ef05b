"""The CSV and JSON twins of a page that is a list.

Texts are given as they are: a spreadsheet that runs formulas must be told not to, for the values are harvested.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any


def as_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    """Rows as CSV after RFC 4180, with a header line."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(columns), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def as_json(document: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """A document as JSON for people and programs."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
