"""CSL-JSON, https://docs.citationstyles.org/, schema 1.0.2: what Zotero, Pandoc and citation processors read."""

import json
from collections.abc import Sequence
from typing import Any

from leap_kg.ingest.mapping.names import parts_of
from leap_kg.outputs.output import Maker, Output


def csl_json(outputs: Sequence[Output]) -> str:
    """The outputs as one array."""
    return json.dumps([_item(each) for each in outputs], ensure_ascii=False, indent=1) + "\n"


def _item(output: Output) -> dict[str, Any]:
    fields = {
        "id": output.iri,
        "type": output.kind.names.csl,
        "title": output.title,
        "author": [_author(maker) for maker in output.makers],
        "issued": _date(output.issued),
        "container-title": output.container,
        "volume": output.volume,
        "issue": output.issue,
        "page": output.pages,
        "publisher": output.publisher,
        "version": output.version,
        "note": output.remark,
        "DOI": output.doi,
        "URL": output.href,
        "abstract": output.abstract,
        "language": output.language,
        "keyword": ", ".join(output.keywords),
        "license": output.licence,
        "status": ", ".join(output.status),
    }
    return {name: value for name, value in fields.items() if value}


def _author(maker: Maker) -> dict[str, str]:
    if maker.body:
        return {"literal": maker.name}
    family, given = parts_of(maker.name)
    return {"family": family, "given": given} if given else {"literal": maker.name}


def _date(issued: str) -> dict[str, list[list[int]]] | None:
    parts = issued.partition("T")[0].split("-")
    return {"date-parts": [[int(part) for part in parts]]} if issued and all(p.isdigit() for p in parts) else None
