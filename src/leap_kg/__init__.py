"""One knowledge graph of a research platform: datasets, stores, recipes, code, people, papers.

The packages are layers, lowest first: `ontology` (what the words mean), `graph` (publish and read),
`sparql` (questions), `ingest` (sources), `web` (pages), `cli`. Imports go downwards only.
"""

from importlib.metadata import version

__version__ = version("leap-kg")
