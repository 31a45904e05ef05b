"""Homes with a history: made from plain sets of quads, so that what they must come to is known without the store."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.home import Home
from leap_kg.graph.log.digest import digest_of
from leap_kg.graph.log.patch import FIRST, Patch, PatchLog
from leap_kg.graph.names import provenance_graph, source_graph, whole_graph
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, RDF, XSD, Namespace
from tests.graph.samples import MOMENT
from tests.ontology.terms import BASE

LEAP = Namespace(BASE + ONTOLOGY_PATH)
RUNS = provenance_graph(BASE)
STEP = timedelta(minutes=10)


class History:
    """A home whose log grows by plain set arithmetic; `states` has what the graph holds at each revision."""

    def __init__(self, home: Home) -> None:
        home.create()
        self.home = home
        self.log = PatchLog(home.log)
        self.states: list[frozenset[Quad]] = [frozenset()]

    @property
    def revision(self) -> int:
        """The newest revision."""
        return len(self.states) - 1

    def commit(
        self, removed: Iterable[Quad] = (), added: Iterable[Quad] = (), source: str = "one", at: datetime | None = None
    ) -> int:
        """Take away and add these quads as a revision, whose number is recorded in the graph of runs as well."""
        state, number = self.states[-1], len(self.states)
        wanted = ((state - set(removed)) | set(added) | {revision_quad(number)}) - {revision_quad(number - 1)}
        self.log.append(
            Patch(
                revision=number,
                source=source,
                run=f"{BASE}run/{source}/{number}",
                at=at or self.at(number),
                removed=tuple(state - wanted),
                added=tuple(wanted - state),
                previous=self.log.header(number - 1).id if number > 1 else FIRST,
                digest=digest_of(wanted),
            )
        )
        self.states.append(frozenset(wanted))
        return number

    def become(self, wanted: Iterable[Quad], source: str = "one") -> int:
        """Commit what makes these quads all that the graph of the source says."""
        graph, quads = source_graph(BASE, source), set(wanted)
        present = {quad for quad in self.states[-1] if quad.graph_name == graph}
        return self.commit(present - quads, quads - present, source)

    def snapshot(self) -> None:
        """Check out the newest revision, as a writer would."""
        store = Store()
        store.extend(self.states[-1])
        place = self.home.path / f"made-{self.revision}"
        disk = Store(str(place))
        disk.bulk_extend(store)
        Snapshots(self.home).create(disk, self.revision)

    @staticmethod
    def at(number: int) -> datetime:
        """When `commit` says that a revision was made."""
        return MOMENT + number * STEP


def revision_quad(number: int) -> Quad:
    """What the graph of runs says of the revision."""
    value = Literal(str(number), datatype=XSD("integer"))
    return Quad(whole_graph(BASE), LEAP("revision"), value, RUNS)


def quad(name: str, predicate: NamedNode, value: NamedNode | Literal | str, source: str = "one") -> Quad:
    """A statement about a dataset of this name, or of its part (`name#part`)."""
    document, _, part = name.partition("#")
    subject = mint(BASE, "dataset", document).value + (f"#{part}" if part else "")
    term = Literal(value) if isinstance(value, str) else value
    return Quad(NamedNode(subject), predicate, term, source_graph(BASE, source))


def random_quads() -> st.SearchStrategy[frozenset[Quad]]:
    """Graphs over few nodes, so that histories meet themselves: types, names, parts, two sources, metrics."""
    names = st.sampled_from(["a", "a#part", "a-b", "b", "c"])
    sources = st.sampled_from(["one", "two"])
    said = st.one_of(
        st.tuples(st.just(RDF("type")), st.sampled_from([DCAT("Dataset"), LEAP("Tombstone"), FOAF("Person")])),
        st.tuples(st.sampled_from([DCT("title"), FOAF("name")]), st.sampled_from(["One", "Two ü", "ein\nUmbruch"])),
        st.tuples(st.just(DCAT("keyword")), st.text(max_size=3).map(Literal)),
    )
    told = st.builds(lambda name, pair, source: quad(name, pair[0], pair[1], source), names, said, sources)
    counter = NamedNode(f"{BASE}graph/metrics/one")
    counted = st.builds(
        lambda name, stars: Quad(mint(BASE, "dataset", name), LEAP("stars"), Literal(str(stars)), counter),
        st.sampled_from(["a", "b"]),
        st.integers(0, 9),
    )
    return st.frozensets(st.one_of(told, told, told, counted), max_size=12)
