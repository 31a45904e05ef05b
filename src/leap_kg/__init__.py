"""One knowledge graph of a research platform: datasets, stores, recipes, code, people, papers.

The packages are layers, lowest first: `ontology` (what the words mean), `graph` (publish and read),
`sparql` (questions), `ingest` (sources), `web` (pages), `cli`. Imports go downwards only.
"""


def __getattr__(name: str) -> str:
    """`__version__`, looked up when asked for: query processes start in half the time without it."""
    if name != "__version__":
        raise AttributeError(f"module 'leap_kg' has no attribute {name!r}")
    from importlib.metadata import version

    return version("leap-kg")
