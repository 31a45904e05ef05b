"""Sources that say one thing each of given nodes, harvested side by side into a home."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions, Triple

from leap_kg.graph.home import Home
from leap_kg.graph.names import COMPARISON_SOURCE, source_graph
from leap_kg.graph.snapshot import Snapshot, Snapshots
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.mapping.extents import box, say_box, say_period
from leap_kg.ingest.mapping.statements import ANY_URI, Statements
from leap_kg.ingest.runs.harvest import Outcome
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, Ref, Source
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, RDF, SCHEMA, SH, Namespace
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.shelf import Shelf, silent
from tests.sparql.questions.asked import questions

LEAP = Namespace(BASE + ONTOLOGY_PATH)


def store(name: str) -> NamedNode:
    return NamedNode(f"{BASE}store/gs/lab/{name}")


def described(node: NamedNode, cls: NamedNode) -> list[Triple]:
    """What the shapes want of a dataset or a store."""
    name = node.value.rpartition("/")[2]
    uri = Triple(node, LEAP("storageURI"), Literal(f"gs://lab/{name}", datatype=ANY_URI))
    link = Triple(node, DCT("source"), NamedNode("https://lab.example.org/"))
    return [
        Triple(node, RDF("type"), cls),
        Triple(node, DCT("title"), Literal(name)),
        uri if "/store/" in node.value else link,
    ]


def state(name: str, word: str, instance: str = "") -> list[Triple]:
    """A store in a state."""
    say = [
        *described(store(name), DCAT("Distribution")),
        Triple(store(name), SCHEMA("creativeWorkStatus"), mint(BASE, "state", word)),
    ]
    return [*say, Triple(store(name), DCT("identifier"), Literal(instance))] if instance else say


def extent(node: NamedNode, where: Sequence[float] | None = None, when: tuple[str, str] = ("", "")) -> list[Triple]:
    """A node with a place and a time."""
    say = Statements()
    if where is not None and (found := box(where)) is not None:
        say_box(node, found, say)
    say_period(node, *when, say)
    return [*described(node, LEAP("ZarrStore") if "/store/" in node.value else DCAT("Dataset")), *say.triples()]


def has(dataset: NamedNode, *stores: NamedNode) -> list[Triple]:
    """A dataset with these stores."""
    return [Triple(dataset, DCAT("distribution"), each) for each in stores]


class Saying(Source):
    """One record that says these triples."""

    def __init__(self, name: str, triples: Iterable[Triple]) -> None:
        self.id, self.title, self.origin = name, name.capitalize(), None
        self.stale_after = timedelta(days=1)
        self.triples = list(triples)

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        text = "\n".join(map(str, self.triples)).encode()
        yield Ref("all", "https://lab.example.org/", found=(Part.cut("all", "https://lab.example.org/", text),))

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        return RawRecord(ref.key, ref.found)

    def map(self, record: RawRecord) -> Mapped:
        node = self.triples[0].subject
        assert isinstance(node, NamedNode)
        return Mapped(record.key, node, self.triples, [])


class Lab:
    """A home, and what is found in it."""

    def __init__(self, path: Path) -> None:
        self.home = Home(path)

    def harvest(self, said: Mapping[str, Iterable[Triple]]) -> list[Outcome]:
        sources = [Saying(name, triples) for name, triples in said.items()]
        return list(harvest_round(self.home, BASE, sources, Shelf(), progress=silent))

    @property
    def snapshot(self) -> Snapshot:
        found = Snapshots(self.home).current()
        assert found is not None
        return found

    def findings(self) -> dict[str, dict[str, str]]:
        """What the comparison found, by the last word of the record and the kind."""
        quads = list(self.snapshot.store.quads_for_pattern(None, None, None, source_graph(BASE, COMPARISON_SOURCE)))
        nodes = {quad.subject for quad in quads if quad.object == SH("ValidationResult")}
        found = {}
        for node in nodes:
            said = {
                quad.predicate.value.replace("#", "/").rsplit("/", 1)[-1]: str(getattr(quad.object, "value", ""))
                for quad in quads
                if quad.subject == node
            }
            name = str(node.value).partition("#")[0].rsplit("/", 1)[-1]  # type: ignore[union-attr]
            found[f"{name} {said['type'].rsplit('/', 1)[-1]} {said['resultMessage']}"] = said
        return found

    def ask(self, name: str) -> list[list[str]]:
        query = questions().get(name)
        assert query is not None
        rows = self.snapshot.store.query(query.bind(), use_default_graph_as_union=True)
        assert isinstance(rows, QuerySolutions)
        names = [variable.value for variable in rows.variables]
        return [[row[n].value.removeprefix(BASE) if row[n] else "" for n in names] for row in rows]
