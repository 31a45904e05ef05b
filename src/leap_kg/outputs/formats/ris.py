"""RIS, the tagged lines that EndNote, Zotero and most journals read; written by rispy.

Hazard: a line break in a title would begin a tag of its own.
"""

from collections.abc import Sequence
from typing import Any

import rispy

from leap_kg.ingest.mapping.names import parts_of
from leap_kg.outputs.output import Maker, Output


def ris(outputs: Sequence[Output]) -> str:
    """The outputs as one file."""
    return str(rispy.dumps([_reference(each) for each in outputs]))


def _reference(output: Output) -> dict[str, Any]:
    first, _, last = output.pages.replace("–", "-").partition("-")
    fields: dict[str, Any] = {
        "type_of_reference": output.kind.names.ris,
        "id": _line(output.iri),
        "title": _line(output.title),
        "authors": [_name(maker) for maker in output.makers],
        "year": output.year,
        "date": output.issued.partition("T")[0].replace("-", "/"),
        "journal_name" if output.kind.names.ris == "JOUR" else "secondary_title": _line(output.container),
        "volume": _line(output.volume),
        "number": _line(output.issue),
        "start_page": _line(first),
        "end_page": _line(last),
        "publisher": _line(output.publisher),
        "doi": output.doi,
        "urls": [output.href] if output.href else [],
        "abstract": _line(output.abstract),
        "keywords": [_line(word) for word in output.keywords],
        "language": _line(output.language),
        "edition": _line(output.version),
        "notes": [_line(text) for text in (output.standing, output.remark) if text],
    }
    return {name: value for name, value in fields.items() if value}


def _name(maker: Maker) -> str:
    family, given = ("", "") if maker.body else parts_of(maker.name)
    return _line(f"{family}, {given}" if given else maker.name)


def _line(text: str) -> str:
    return " ".join(text.split())
