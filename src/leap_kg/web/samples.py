"""What the help shows to try: a query and how to ask it, with the address by which the visitor reached the server."""

import shlex
from dataclasses import dataclass

from fastapi import Request

from leap_kg.web.answers import server_of, site_of
from leap_kg.web.cells import Node
from leap_kg.web.links import query_url
from leap_kg.web.negotiation import JSONLD, TURTLE, with_suffix


@dataclass(frozen=True, slots=True)
class Samples:
    """Texts to copy; `origin` is the server's address as the visitor knows it."""

    origin: str
    query: str
    query_url: str
    shell_url: str
    jsonld_path: str
    turtle_path: str
    shell_query: str
    python: str
    python_list: str


def samples(request: Request, example: Node | None) -> Samples:
    """Texts about an example node."""
    named = site_of(request).queries.get("pages/sample")
    if named is None:
        raise LookupError("there is no query pages/sample.rq in the folder sparql")
    query, place = named.bind(), server_of(request)
    path = example.path if example else "/ontology"
    short = " ".join(line for line in query.splitlines() if not line.startswith("#"))
    return Samples(
        origin=place,
        query=query,
        query_url=query_url(query),
        shell_url=shlex.quote(place + path),
        jsonld_path=with_suffix(path, JSONLD),
        turtle_path=with_suffix(path, TURTLE),
        shell_query=f"curl --get -H 'Accept: text/csv' {shlex.quote(place + '/sparql')} \\\n"
        f"  --data-urlencode query={shlex.quote(short)}",
        python=_PYTHON.format(address=f"{place}/sparql", query=query.rstrip()),
        python_list=_LIST.format(address=f"{place}/browse.json"),
    )


_LIST = """import requests

answer = requests.get(
    "{address}",
    params={{"kind": "dataset", "limit": 1000}},
    timeout=60,
)
for dataset in answer.json()["hits"]:
    print(dataset["label"], dataset["iri"])"""

_PYTHON = '''import requests

query = """
{query}
"""
answer = requests.get(
    "{address}",
    params={{"query": query}},
    headers={{"Accept": "application/sparql-results+json"}},
    timeout=60,
)
answer.raise_for_status()
rows = answer.json()["results"]["bindings"]'''
