"""One knowledge graph of a research platform: datasets, stores, recipes, code, people, papers.

The packages are layers, lowest first: `ontology` (what the words mean), `graph` (publish and read),
`sparql` (questions), `ingest` (sources), `web` (pages), `cli`. Imports go downwards only. `client` stands alone: it
reaches a server over HTTP.
"""

from typing import Any


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute
    """What is looked up when asked for, as query processes start in half the time without it.

    `__version__`; and of the client `Client` and `load_ipython_extension` (`%load_ext leap_kg`).
    """
    if name in ("Client", "load_ipython_extension"):
        from leap_kg import client

        return getattr(client, name)
    if name != "__version__":
        raise AttributeError(f"module 'leap_kg' has no attribute {name!r}")
    from importlib.metadata import version

    return version("leap-kg")
