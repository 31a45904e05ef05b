"""Nodes, panels and findings of the shapes that pages hand to the macros, plain and hostile."""

from dataclasses import dataclass
from typing import Any

BASE = "https://w3id.org/leap-kg/"
HOSTILE = "<script>alert('x')</script>\"' onload=1 & \u202e {{ 7*7 }}"


@dataclass(frozen=True, slots=True)
class Node:
    """A node as `entity_link` takes it."""

    label: str
    path: str | None
    iri: str
    kind: str | None = None
    external: bool = False


def node(label: str, kind: str | None, name: str) -> Node:
    """A node of the graph with a page of its own."""
    return Node(label, f"/{name}", BASE + name, kind)


DATASET = node("Eddy-resolving ocean heat uptake", "Dataset", "dataset/eddy-heat")
STORE = node("eddy-heat/daily.zarr", "Zarr store", "store/eddy-heat-daily")
PERSON = node("Ada Quist", "Person", "person/ada-quist")
OTHER_PERSON = node("Tomás Ilves", "Person", "person/tomas-ilves")
LAB = node("Institute of Coupled Oceans", "Organisation", "organization/coupled-oceans")
REPOSITORY = node("oceans/eddy-heat-feedstock", "Repository", "repository/oceans-eddy-heat-feedstock")
RECIPE = node("eddy-heat recipe", "Recipe", "recipe/eddy-heat")
NOTEBOOK = node("heat-uptake.ipynb", "Notebook", "notebook/heat-uptake")
PAPER = node("Where the heat goes below mesoscale fronts", "Paper", "paper/heat-fronts")
CC_BY = "https://spdx.org/licenses/CC-BY-4.0"
LICENCE = Node("CC-BY-4.0", CC_BY, CC_BY, "Licence", True)
UNKNOWN = Node(
    "gs://some-bucket/without/a/page/and/with/a/very/long/path/that/has/to/wrap/somewhere.zarr", None, "gs://x"
)
ODD = Node(HOSTILE, "/odd", BASE + "odd", HOSTILE)

FORMATS = [
    {"label": "JSON-LD", "path": "/dataset/eddy-heat.jsonld", "type": "application/ld+json"},
    {"label": "Turtle", "path": "/dataset/eddy-heat.ttl", "type": "text/turtle"},
    {"label": "N-Triples", "path": "/dataset/eddy-heat.nt", "type": "application/n-triples"},
    {"label": "CSV", "path": "/dataset/eddy-heat.csv", "type": "text/csv"},
]

PROPERTIES: list[dict[str, Any]] = [
    {"label": "Title", "iri": "http://purl.org/dc/terms/title", "values": [{"text": DATASET.label, "lang": "en"}]},
    {"label": "Maintainer", "path": "/ontology#maintainer", "values": [PERSON, OTHER_PERSON]},
    {"label": "Publisher", "values": [LAB]},
    {"label": "Licence", "values": [LICENCE]},
    {"label": "Size in bytes", "values": [182_734_991_220]},
    {"label": "Public", "values": [True]},
    {"label": "Version", "values": [None]},
    {"label": "Tags", "values": [["ocean", "heat", "eddies"]]},
    {"label": "Temporal", "values": [{"text": "1993-01-01 to 2022-12-31", "note": "from the store"}]},
    {"label": "Storage", "values": [UNKNOWN]},
    {"label": "Odd", "values": [ODD, HOSTILE]},
]

STORE_COLUMNS = [
    {"key": "store", "label": "Store"},
    {"key": "variable", "label": "Variables"},
    {"key": "size", "label": "Bytes", "number": True},
    {"key": "checked", "label": "Checked"},
]
STORES: list[dict[str, Any]] = [
    {
        "store": node(f"eddy-heat/{name}.zarr", "Zarr store", f"store/eddy-heat-{name}"),
        "variable": ["thetao", "so", "mld"][: 1 + index % 3],
        "size": (index + 1) * 73_211_009,
        "checked": "2026-11-02" if index % 4 else None,
    }
    for index, name in enumerate(
        ["daily", "monthly", "yearly", "profile", "mixed-layer", "section-26n", "section-41n", "tropics", "arctic",
         "southern", "atlantic", "pacific", "indian"]
    )
]  # fmt: skip

FINDINGS: list[dict[str, Any]] = [
    {
        "severity": "Violation",
        "message": "The store's address ends in .nc, yet its engine is zarr.",
        "hint": "Point the record at the Zarr store, or set the engine that reads this file.",
        "pointer": "/stores/0/url",
        "value": "gs://coupled-oceans/eddy-heat/daily.nc",
        "kind": node("engine does not fit", "Concept", "finding-kind/engine"),
        "file": Node("feedstock/catalog.yaml", "https://example.org/catalog.yaml", "https://example.org/c", None, True),
        "record": DATASET,
    },
    {
        "severity": "Warning",
        "message": "The licence “CC BY” names no version.",
        "hint": "Write CC-BY-4.0 if that is meant.",
        "pointer": "/license",
        "value": "CC BY",
    },
    {"severity": "Info", "message": "There is no thumbnail.", "hint": ""},
    {"severity": "Warning", "message": HOSTILE, "hint": HOSTILE, "value": HOSTILE, "kind": HOSTILE},
]

FACETS: list[tuple[str, list[dict[str, Any]]]] = [
    (
        "Type",
        [
            {"label": "Dataset", "count": 36, "path": "/search?q=heat", "active": True},
            {"label": "Zarr store", "count": 83, "path": "/search?q=heat&type=dataset&type=store", "active": False},
            {"label": "Person", "count": 1204, "path": "/search?q=heat&type=dataset&type=person", "active": False},
        ],
    ),
    (
        "Licence",
        [
            {"label": "CC-BY-4.0", "count": 21, "path": "/search?licence=CC-BY-4.0", "active": False},
            {"label": "CC0-1.0", "count": 4, "path": "/search?licence=CC0-1.0", "active": False},
            {
                "label": "a licence with a rather long name that needs two lines",
                "count": 1,
                "path": "/s",
                "active": False,
            },
        ],
    ),
]

PAGES: dict[str, Any] = {
    "number": 4,
    "pages": 18,
    "previous": "/search?page=3",
    "next": "/search?page=5",
    "links": [
        {"number": 1, "path": "/search?page=1"},
        {"number": None, "path": None},
        {"number": 3, "path": "/search?page=3"},
        {"number": 4, "path": "/search?page=4"},
        {"number": 5, "path": "/search?page=5"},
        {"number": None, "path": None},
        {"number": 18, "path": "/search?page=18"},
    ],
}

STATS = [
    ("Datasets", 36, "dataset"),
    ("Zarr stores", 83, "store"),
    ("Repositories", 41, "repository"),
    ("Recipes", 36, "recipe"),
    ("Papers", 1204, "paper"),
    ("People", 58, "person"),
]

QUERY = """\
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dct: <http://purl.org/dc/terms/>
# Datasets and their stores
SELECT ?dataset ?title (COUNT(?store) AS ?stores) WHERE {
  ?dataset a dcat:Dataset ;
           dct:title ?title .
  OPTIONAL { ?dataset dcat:distribution ?store }
  FILTER (lang(?title) = "en" || ?stores > 1.5e3)
}
GROUP BY ?dataset ?title
ORDER BY DESC(?stores)
LIMIT 20"""

CODE = """\
import xarray as xr

store = "https://storage.example.org/coupled-oceans/eddy-heat/daily.zarr"
ds = xr.open_dataset(store, engine="zarr", chunks={})
ds.thetao.sel(time="2020-07").mean(["lat", "lon"]).plot()
"""

SHARED: dict[str, Any] = {
    "revision": 41,
    "revision_path": "/changes/41",
    "revision_time": "2026-11-02T14:31:07Z",
}

PAGES_TO_RENDER: dict[str, dict[str, Any]] = {
    "home.html": {"section": "", "stats": STATS, "recent": [DATASET, PERSON, PAPER, STORE], **SHARED},
    "entity.html": {
        "section": "browse",
        "node": DATASET,
        "properties": PROPERTIES,
        "columns": STORE_COLUMNS,
        "stores": STORES,
        "users": [{"thing": thing} for thing in (NOTEBOOK, PAPER, REPOSITORY, RECIPE, ODD)],
        "findings": FINDINGS,
        "code": CODE,
        "licence": LICENCE,
        "people": [PERSON, OTHER_PERSON, LAB],
        "formats": FORMATS,
        "jsonld": {"@id": DATASET.iri, "title": "</script><script>alert(1)</script>", "odd": HOSTILE},
        "description": HOSTILE,
        **SHARED,
    },
    "browse.html": {
        "section": "browse",
        "q": "heat",
        "facets": FACETS,
        "hits": [DATASET, STORE, PERSON, ODD],
        "pages": PAGES,
        "chosen": [{"name": "Type", "label": "Dataset", "path": "/search?q=heat"}],
        **SHARED,
    },
    "query.html": {
        "section": "query",
        "query": QUERY,
        "error_line": 7,
        "columns": STORE_COLUMNS,
        "stores": STORES,
        **SHARED,
    },
    "plain.html": {},
}
"""The pages of `pages/` with their context."""
