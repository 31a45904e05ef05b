"""A home into which the recorded answers of one register were harvested twice, by the sources of `recorded.yaml`."""

from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, QuerySolutions

from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.harvest import Outcome
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.source import Source
from leap_kg.ingest.sources import chosen, read_sources
from leap_kg.ingest.state import State
from leap_kg.ontology.namespaces import FOAF, RDF
from leap_kg.sparql.parameters import Value
from tests.ingest.shelf import silent
from tests.real.recordings import BASE, MIRROR
from tests.sparql.questions.asked import questions

SOURCES = Path(__file__).parent / "recorded.yaml"


def source(name: str) -> Source:
    """One of the sources of `recorded.yaml`."""
    (found,) = chosen(read_sources(SOURCES, BASE), [name])
    return found


class Recorded:
    """What two harvests of a source of `recorded.yaml` left."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.graph = source_graph(BASE, name)
        self.first, self.second = self._harvest(path, source(name)), self._harvest(path, source(name))
        snapshot = Snapshots(Home(path)).current()
        assert snapshot is not None
        self.store = snapshot.store
        with State(Home(path).state, readonly=True) as state:
            self.dead = {letter.key: letter for letter in state.dead_letters(self.name)}

    def _harvest(self, path: Path, source: Source) -> Outcome:
        with MirrorFetcher(read_mirror(MIRROR), Limits()) as fetcher:
            (outcome,) = harvest_round(Home(path), BASE, [source], fetcher, progress=silent)
        return outcome

    def of(self, node: NamedNode | str, predicate: NamedNode) -> list[Any]:
        """What the graph of the source says of a node under a property."""
        subject = NamedNode(node) if isinstance(node, str) else node
        return [quad.object for quad in self.store.quads_for_pattern(subject, predicate, None, self.graph)]

    def texts(self, node: NamedNode | str, predicate: NamedNode) -> set[str]:
        """The same as texts, IRIs among them."""
        return {term.value for term in self.of(node, predicate)}

    def of_type(self, cls: NamedNode) -> set[str]:
        """The nodes of a class."""
        found = self.store.quads_for_pattern(None, RDF("type"), cls, self.graph)
        return {quad.subject.value for quad in found if isinstance(quad.subject, NamedNode)}

    def named(self, node: NamedNode) -> str:
        """The name of a person or an organisation."""
        return str(min(self.texts(node, FOAF("name"))))

    def ask(self, name: str, **values: Value) -> list[dict[str, str]]:
        """The rows of a named query, as texts."""
        query = questions().get(name)
        assert query is not None
        rows = self.store.query(query.bind(**values), use_default_graph_as_union=True)
        assert isinstance(rows, QuerySolutions)
        names = [variable.value for variable in rows.variables]
        return [{n: term.value for n in names if (term := row[n]) is not None} for row in rows]
