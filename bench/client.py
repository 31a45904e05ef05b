"""7,500 rows of a query as a typed DataFrame, against JSON read in a plain loop; both over HTTP from one server.

The answer is kept by the server after the first run, so what is compared is writing it down and reading it.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pandas as pd
import requests

from bench import homes
from bench.measure import Comparison, compare
from leap_kg.client import Client

_ROWS = 7_500
_QUERY = f"""
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?dataset ?title ?length ?half ?at ?long WHERE {{
  ?dataset a dcat:Dataset ; dct:title ?title .
  BIND(STRLEN(?title) AS ?length) BIND(xsd:double(?length) / 2 AS ?half)
  BIND(xsd:dateTime("2024-05-06T07:08:09Z") AS ?at) BIND(?length > 20 AS ?long)
}} LIMIT {_ROWS}"""
_XSD = "http://www.w3.org/2001/XMLSchema#"
_READERS: dict[str, Callable[[str], object]] = {
    f"{_XSD}integer": int,
    f"{_XSD}double": float,
    f"{_XSD}boolean": lambda text: text == "true",
    f"{_XSD}dateTime": datetime.fromisoformat,
}


def comparisons(folder: Path) -> Iterator[Comparison]:
    """The server runs beside the client, on the same processors."""
    with homes.ours(homes.of_datasets(folder / "home", _ROWS + 500)) as address:
        client, session = Client(address), requests.Session()

        def ours() -> None:
            found = client.sparql(_QUERY)
            if len(found) != _ROWS or str(found["length"].dtype) != "Int64":
                raise RuntimeError(f"{len(found)} rows of {found.dtypes}")

        def theirs() -> None:
            answer = session.post(
                f"{address}/sparql",
                data={"query": _QUERY},
                headers={"Accept": "application/sparql-results+json"},
                timeout=60,
            )
            rows = json.loads(answer.content)["results"]["bindings"]
            found = pd.DataFrame(
                [
                    {name: _READERS.get(cell.get("datatype", ""), str)(cell["value"]) for name, cell in row.items()}
                    for row in rows
                ]
            ).convert_dtypes()
            if len(found) != _ROWS:
                raise RuntimeError(f"{len(found)} rows")

        yield compare(f"{_ROWS:,} rows to a typed DataFrame", ours, "JSON in a plain loop", theirs, runs=7)
