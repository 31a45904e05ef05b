"""Feedstocks made up for a test, a fetcher that serves them from memory, and a home to harvest them into."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from pyoxigraph import NamedNode, Quad, Triple

from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed, Limits
from leap_kg.ingest.leap.catalog import LeapCatalog
from leap_kg.ingest.leap.published import LeapPublished
from leap_kg.ingest.runs.harvest import Outcome
from leap_kg.ingest.runs.rounds import dry_round, harvest_round
from leap_kg.ingest.source import Source
from leap_kg.ingest.state import DeadLetter, RunReport, State
from leap_kg.ontology.namespaces import DCAT, DCT, ONTOLOGY_PATH, SH, Namespace
from leap_kg.settings import DEFAULT_BASE

BASE = DEFAULT_BASE
LEAP = Namespace(BASE + ONTOLOGY_PATH)
GITHUB = "https://github.com/"
LIST = f"{GITHUB}lab/data/blob/main/catalog/input.yaml"
PUBLISHED = f"{GITHUB}lab/data/blob/main/catalog/output.json"
SITE = "https://catalog.example.org/feedstock/"
CARBERRY = "0000-0002-1825-0097"
PERTSCH = "0000-0002-1694-233X"


class Shelf(Fetcher):
    """Answers URLs from memory as a server would: a body, a 404, or a body that is too large."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.bodies: dict[str, bytes] = {}
        self._limits = limits or Limits()

    def fetch(self, ask: Ask | str) -> Body:
        url = Ask.of(ask).url
        if url not in self.bodies:
            raise FetchFailed(url, "404 Not Found: mend the address", "missing", 404)
        if len(self.bodies[url]) > self._limits.body_bytes:
            raise FetchFailed(url, f"is larger than {self._limits.body_bytes} bytes", "too-large")
        return Body.of(url, url, self.bodies[url], None)

    def put(self, url: str, value: object) -> None:
        """Bytes as they are, anything else as YAML."""
        self.bodies[url] = value if isinstance(value, bytes) else yaml.safe_dump(value, sort_keys=False).encode()

    def feedstock(self, name: str, catalog: object = None, meta: object = None) -> None:
        """The two files of `lab/<name>`, by default good ones."""
        self.put(catalog_url(name), catalog_of(name) if catalog is None else catalog)
        self.put(meta_address(name), meta_of(name) if meta is None else meta)

    def feedstocks(self, names: Iterable[str]) -> None:
        """Good feedstocks of these names, and the list of them."""
        listed = list(names)
        for name in listed:
            self.feedstock(name)
        self.list(listed)

    def list(self, names: Iterable[str]) -> None:
        self.put(LIST, {"feedstocks": [catalog_url(name) for name in names]})

    def publish(self, entries: Sequence[object]) -> None:
        """The JSON of the published catalogue."""
        self.bodies[PUBLISHED] = json.dumps(entries).encode()


def catalog_url(name: str) -> str:
    return f"{GITHUB}lab/{name}/blob/main/feedstock/catalog.yaml"


def meta_address(name: str) -> str:
    return f"{GITHUB}lab/{name}/blob/main/feedstock/meta.yaml"


def catalog_of(name: str, **more: object) -> dict[str, Any]:
    """A `catalog.yaml` without fault."""
    return {
        "meta_yaml_url": meta_address(name),
        "tags": ["ocean", name],
        "stores": [{"id": name, "name": f"The {name} store", "url": f"gs://lab/{name}.zarr"}],
        **more,
    }


def meta_of(name: str, **more: object) -> dict[str, Any]:
    """A `meta.yaml` without fault."""
    return {
        "title": f"Title of {name}",
        "description": f"What {name} holds, in a sentence.",
        "recipes": [{"id": name, "object": "recipe:recipe"}],
        "provenance": {"providers": [{"name": "The Lab", "roles": ["producer"]}], "license": "CC-BY-4.0"},
        "maintainers": [{"name": "Josiah Carberry", "orcid": CARBERRY, "github": "jcarberry"}],
        **more,
    }


def entry_of(name: str, **more: object) -> dict[str, Any]:
    """What the published catalogue says of a feedstock without fault."""
    meta = meta_of(name)
    return {
        "title": meta["title"],
        "description": meta["description"],
        "maintainers": [{"name": "Josiah Carberry", "github": "jcarberry"}],
        "provenance": {**meta["provenance"], "license_link": None},
        "thumbnail": None,
        "tags": ["ocean", name],
        "links": None,
        "stores": [{**catalog_of(name)["stores"][0], "rechunking": None, "public": True, "geospatial": None}],
        "ncviewjs:meta_yaml_url": meta_address(name),
        **more,
    }


def dataset(name: str) -> NamedNode:
    return NamedNode(f"{BASE}dataset/lab/{name}")


def store(name: str) -> NamedNode:
    return NamedNode(f"{BASE}store/gs/lab/{name}.zarr")


def catalog_source(name: str = "lab") -> LeapCatalog:
    return LeapCatalog(name, "The lab's feedstocks", LIST, timedelta(days=2), BASE)


def published_source(name: str = "lab-published") -> LeapPublished:
    return LeapPublished(name, "The published catalogue", PUBLISHED, LIST, SITE, timedelta(days=2), BASE)


class Bench:
    """A home, and everything a test asks of it."""

    def __init__(self, path: Path, shelf: Fetcher, *sources: Callable[[], Source]) -> None:
        self.home = Home(path)
        self.shelf = shelf
        self._sources = sources or (catalog_source,)

    def harvest(self, approve: bool = False) -> RunReport:
        """Harvest all sources; the report of the first."""
        return self.outcomes(approve)[0].report

    def outcomes(self, approve: bool = False) -> list[Outcome]:
        sources = [make() for make in self._sources]
        return list(harvest_round(self.home, BASE, sources, self.shelf, approve=approve, progress=silent))

    def dry(self) -> list[Outcome]:
        return list(dry_round(self.home, BASE, [make() for make in self._sources], self.shelf, progress=silent))

    def quads(self, source: str = "lab") -> set[Quad]:
        """The graph of a source in the newest snapshot."""
        snapshot = Snapshots(self.home).current()
        return (
            set(snapshot.store.quads_for_pattern(None, None, None, source_graph(BASE, source))) if snapshot else set()
        )

    def export(self, *sources: str) -> str:
        """The graphs of these sources, of the first source for none, as sorted N-Quads."""
        graphs = sources or ("lab",)
        return "".join(sorted(f"{quad} .\n" for source in graphs for quad in self.quads(source)))

    def objects(self, subject: NamedNode, predicate: NamedNode, source: str = "lab") -> set[str]:
        return {q.object.value for q in self.quads(source) if (q.subject, q.predicate) == (subject, predicate)}  # type: ignore[union-attr]

    def types(self, subject: NamedNode, source: str = "lab") -> set[str]:
        return {iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1] for iri in self.objects(subject, RDF_TYPE, source)}

    def dead_letters(self, source: str = "lab") -> dict[str, DeadLetter]:
        with State(self.home.state, readonly=True) as state:
            return {letter.key: letter for letter in state.dead_letters(source)}

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Every file of the home with its bytes and the time it was written."""
        paths = (path for path in self.home.path.rglob("*") if path.is_file())
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def silent(source: Source) -> Callable[[int, int, str], None]:
    return lambda done, total, key: None


def titles(bench: Bench, source: str = "lab") -> set[str]:
    """The titles of the datasets there are."""
    quads = bench.quads(source)
    datasets = {q.subject for q in quads if q.predicate == RDF_TYPE and q.object == DCAT("Dataset")}
    return {q.object.value for q in quads if q.subject in datasets and q.predicate == DCT("title")}  # type: ignore[union-attr]


def findings(triples: Iterable[Triple | Quad]) -> list[Mapping[str, str]]:
    """The findings among the triples, each as a mapping from the last word of a predicate to the value."""
    said: dict[str, dict[str, str]] = {}
    nodes = set()
    for triple in triples:
        subject, target = str(triple.subject), triple.object
        name = triple.predicate.value.replace("#", "/").rsplit("/", 1)[-1]
        if name == "type" and target == SH("ValidationResult"):
            nodes.add(subject)
        else:
            said.setdefault(subject, {})[name] = target.value  # type: ignore[union-attr]
    return [{**said[node], "kind": said[node]["type"].rsplit("/", 1)[-1]} for node in sorted(nodes)]


def kinds(triples: Iterable[Triple | Quad]) -> list[str]:
    """The kinds of the findings among the triples, sorted."""
    return sorted(finding["kind"] for finding in findings(triples))
