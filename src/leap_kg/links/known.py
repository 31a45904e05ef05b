"""What the graph knows, as far as signals may lead to it: looked up, never listed, because a graph may hold millions.

What links have said themselves does not count: a link must not become its own witness.
"""

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.ontology.identifiers import Location, Refusal, github, storage
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, OWL, RDF, SCHEMA, ours

_MOST_MOVES = 5
"""How often a node may have moved before it is taken for a circle."""


class Known:
    """One revision of the graph, for looking up."""

    def __init__(self, store: Engine, base: str) -> None:
        self._store = store
        self._base = base
        self._own = f"{base}graph/links/"
        self._described: dict[str, bool] = {}
        self._addresses: list[tuple[str, str]] | None = None

    def described(self, iri: str) -> bool:
        """Whether a source says what the node is."""
        found = self._described.get(iri)
        if found is None:
            found = self._described[iri] = any(self._said(NamedNode(iri), RDF("type"), None))
        return found

    def says(self, subject: str | None, predicate: NamedNode, target: str) -> bool:
        """Whether a source says this; `None` stands for any subject."""
        return any(self._said(NamedNode(subject) if subject else None, predicate, NamedNode(target)))

    def now(self, iri: str) -> str:
        """The node that this one has become, if it moved."""
        for _ in range(_MOST_MOVES):
            moved = [t.value for _, t in self._said(NamedNode(iri), DCT("isReplacedBy"), None) if _is_node(t)]
            if len(moved) != 1:
                break
            iri = moved[0]
        return iri

    def store_at(self, location: Location) -> str | None:
        """The store or file at a place, or the store that the place lies in; never the bucket as a whole."""
        key = location.key
        while key:
            at = Location(location.provider, location.endpoint, location.bucket, key)
            node = f"{self._base}store/{at.slug}"
            if self.described(node):
                return node
            key = key.rpartition("/")[0]
        for predicate in (DCAT("downloadURL"), DCAT("accessURL"), SCHEMA("contentUrl")):
            for address in filter(None, (location.https, location.iri)):
                found = {
                    s.value for s, _ in self._said(None, predicate, NamedNode(address)) if isinstance(s, NamedNode)
                }
                if len(found) == 1:
                    return found.pop()
        return None

    def identified_by(self, iri: str, text: str) -> str | None:
        """The one node that names this as its identifier."""
        found: set[str] = set()
        for predicate in (SCHEMA("identifier"), DCT("identifier"), SCHEMA("sameAs")):
            for target in (NamedNode(iri), Literal(text), Literal(iri)):
                found |= {s.value for s, _ in self._said(None, predicate, target) if isinstance(s, NamedNode)}
        return found.pop() if len(found) == 1 else None

    def entry_of(self, keys: str, catalogues: Iterable[str]) -> str | None:
        """The one entry that keys with dots between them lead to, in a catalogue file by any of its addresses.

        The last key is the entry's name; those before it are catalogues within, whose names the graph does not keep.
        """
        within: dict[str, None] = dict.fromkeys(catalogues)
        for _ in range(min(keys.count("."), _MOST_MOVES)):
            for place in list(within):
                within |= {t.value: None for _, t in self._said(NamedNode(place), DCT("hasPart"), None) if _is_node(t)}
        for name in (keys, keys.rpartition(".")[2]):
            found = {
                s.value
                for s, _ in self._said(None, DCT("identifier"), Literal(name))
                if isinstance(s, NamedNode) and any(t.value in within for _, t in self._said(s, DCT("isPartOf"), None))
            }
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    def dataset_from(self, addresses: Iterable[str]) -> str | None:
        """The one dataset that a source made of a file by any of its addresses."""
        found = {
            s.value
            for address in addresses
            for s, _ in self._said(None, DCT("source"), NamedNode(address))
            if isinstance(s, NamedNode) and self.says(s.value, RDF("type"), DCAT("Dataset").value)
        }
        return found.pop() if len(found) == 1 else None

    def store_on_osn(self, bucket: str, key: str) -> str | None:
        """The one store at that key of a bucket of the Open Storage Network, or around it, on whatever server."""
        folders = key.split("/")
        while folders and folders[0]:
            uri = Location("s3", None, bucket, "/".join(folders)).uri
            found = {node for each, node in self.addresses() if each == uri and ".osn." in self._server(node)}
            if found:
                return found.pop() if len(found) == 1 else None
            folders.pop()
        return None

    def _server(self, node: str) -> str:
        told = self._said(NamedNode(node), ours(self._base)("storageEndpoint"), None)
        return next((target.value for _, target in told), "")

    def numbered(self, number: str) -> list[str]:
        """The repositories that have this number at GitHub."""
        node = NamedNode(f"https://api.github.com/repositories/{number}")
        return sorted({s.value for s, _ in self._said(None, OWL("sameAs"), node) if isinstance(s, NamedNode)})

    def repositories_of(self, iri: str) -> set[str]:
        """The repositories on GitHub that a source says this node to be a part of or a supplement to, as they are now
        called; that of any file, tag or release counts.
        """
        found = set()
        for _, target in self._said(NamedNode(iri), DCT("isPartOf"), None):
            start = "/".join(target.value.split("/")[:5])
            repository = github.parse_repository(start) if start.startswith("https://github.com/") else None
            if isinstance(repository, github.Repository):
                found.add(self.now(repository.iri))
        return found

    def parts_of(self, iri: str) -> list[str]:
        """The works with a DOI that are said to be part of, or a supplement to, this node or a version of it."""
        found = self._said(None, DCT("isPartOf"), NamedNode(iri))
        return sorted(
            {s.value for s, _ in found if isinstance(s, NamedNode) and s.value.startswith("https://doi.org/")}
        )

    def version_of(self, iri: str) -> str | None:
        """The file, at whichever branch its source has it, that this is a version of."""
        found = {s.value for s, _ in self._said(None, DCT("hasVersion"), NamedNode(iri)) if isinstance(s, NamedNode)}
        return found.pop() if len(found) == 1 else None

    def addresses(self) -> list[tuple[str, str]]:
        """Every store's canonical address, with its node: for patterns, which cannot be looked up."""
        if self._addresses is None:
            self._addresses = sorted(self._all_addresses())
        return self._addresses

    def verdicts(self) -> dict[str, str]:
        """What curators said of links, by the IRI of the link: `accepted` or `rejected`."""
        curated, start = NamedNode(f"{self._base}graph/curated"), f"{self._base}verdict/"
        return {
            quad.subject.value: quad.object.value.removeprefix(start)
            for quad in self._store.quads_for_pattern(None, ADMS("status"), None, curated)
            if isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, NamedNode)
            and quad.object.value.startswith(start)
        }

    def _all_addresses(self) -> Iterator[tuple[str, str]]:
        leap = ours(self._base)
        for node, text in self._said(None, leap("storageURI"), None):
            location = storage.parse(getattr(text, "value", ""))
            if isinstance(node, NamedNode) and not isinstance(location, Refusal) and location.key:
                yield location.uri, node.value

    def _said(
        self, subject: NamedNode | None, predicate: NamedNode, target: NamedNode | Literal | None
    ) -> Iterator[tuple[object, NamedNode | Literal]]:
        """Subjects and objects of what sources say."""
        for quad in self._store.quads_for_pattern(subject, predicate, target, None):
            graph = quad.graph_name
            if isinstance(graph, NamedNode) and graph.value.startswith(self._own):
                continue
            if isinstance(quad.object, NamedNode | Literal):
                yield quad.subject, quad.object


def _is_node(term: object) -> bool:
    return isinstance(term, NamedNode)
