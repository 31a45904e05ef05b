"""The search index: always what a rebuild would give, and deaf to hostile words."""

import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.home import Home
from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.index.search import Found, SearchIndex
from leap_kg.graph.log.patch import Patch
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer, update_text
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.kinds import kinds
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, ORG, PROV, RDF, SCHEMA, SH, SKOS, Namespace
from tests.graph.samples import MOMENT, activity, index_rows
from tests.ontology.terms import BASE, texts

LEAP = Namespace(BASE + ONTOLOGY_PATH)
GRAPHS = (source_graph(BASE, "one"), source_graph(BASE, "two"))

DATASETS = tuple(mint(BASE, "dataset", name) for name in ("sea-ice", "ocean/heat"))
PEOPLE = (NamedNode("https://orcid.org/0000-0002-1825-0097"), mint(BASE, "person", "github", "ada"))
PARTS = tuple(part(node, "attribution", name) for node in DATASETS for name in ("a", "b"))
OTHERS = (mint(BASE, "role", "host"), mint(BASE, "licence", "x"), LEAP("recipe"), NamedNode("https://example.org/#x"))
NODES = (*DATASETS, *PEOPLE, *PARTS, *OTHERS)
CLASSES = (
    DCAT("Dataset"), FOAF("Person"), ORG("Organization"), PROV("Attribution"), LEAP("Tombstone"), LEAP("ZarrStore"),
    DCT("LicenseDocument"), SKOS("Concept"), SH("ValidationResult"),
)  # fmt: skip
LINKS = (
    SCHEMA("maintainer"), DCT("license"), DCT("format"), LEAP("runsIn"), PROV("qualifiedAttribution"), PROV("agent"),
    DCAT("hadRole"), DCT("source"), DCAT("distribution"),
)  # fmt: skip
WORDS = (DCT("title"), FOAF("name"), SKOS("prefLabel"), DCT("description"), DCAT("keyword"), SKOS("definition"))

statements = st.one_of(
    st.builds(Quad, st.sampled_from(NODES), st.just(RDF("type")), st.sampled_from(CLASSES), st.sampled_from(GRAPHS)),
    st.builds(Quad, st.sampled_from(NODES), st.sampled_from(LINKS), st.sampled_from(NODES), st.sampled_from(GRAPHS)),
    st.builds(
        Quad,
        st.sampled_from(NODES),
        st.sampled_from(WORDS),
        st.builds(Literal, st.sampled_from(("Ice", "Sea ice", "Ada", "ada", "Ångström", "x\0y", ""))),
        st.sampled_from(GRAPHS),
    ),
)


class IndexFollowsGraph(RuleBasedStateMachine):
    """Patch after patch, the index equals one that is made from the store alone."""

    folder: Path

    @initialize(quads=st.sets(statements, max_size=40))
    def begin(self, quads: set[Quad]) -> None:
        self.store = Store()
        self.revision = 0
        for file in self.folder.iterdir():
            file.unlink()
        with SearchWriter(self.folder / "kept.sqlite", BASE) as index:
            index.rebuild(self.store, 0)
        self.change(set(), quads)

    @rule(data=st.data(), added=st.sets(statements, max_size=4))
    def change_a_little(self, data: st.DataObject, added: set[Quad]) -> None:
        present = sorted(self.store, key=str)
        removed = data.draw(st.sets(st.sampled_from(present), max_size=4)) if present else set()
        self.change(removed, added)

    @rule(name=st.sampled_from(("Grace", "Sea ice", "")), data=st.data())
    def rename(self, name: str, data: st.DataObject) -> None:
        named = [q for q in self.store if q.predicate in WORDS[:3]]
        if named:
            old = data.draw(st.sampled_from(sorted(named, key=str)))
            self.change({old}, {Quad(old.subject, old.predicate, Literal(name), old.graph_name)})

    def change(self, removed: set[Quad], added: set[Quad]) -> None:
        removed, added = removed - added, added - set(self.store)
        self.revision += 1
        patch = Patch(self.revision, "one", "a:b", MOMENT, tuple(removed), tuple(added))
        self.store.update(update_text(patch.removed, patch.added))
        with SearchWriter(self.folder / "kept.sqlite", BASE) as index:
            index.update(self.store, self.revision, [*removed, *added])
            assert index.revision == self.revision

    @invariant()
    def equals_a_rebuild(self) -> None:
        if hasattr(self, "store"):
            with SearchWriter(self.folder / "fresh.sqlite", BASE) as index:
                index.rebuild(self.store, self.revision)
            assert index_rows(self.folder / "kept.sqlite") == index_rows(self.folder / "fresh.sqlite")


def test_updates_equal_a_rebuild(tmp_path: Path) -> None:
    class Here(IndexFollowsGraph):
        folder = tmp_path

    run: Any = Here.TestCase
    run.settings = settings(
        max_examples=20, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run().runTest()


def test_the_name_of_a_provider_two_steps_away_is_kept_up_to_date(writer: Writer, home: Home) -> None:
    """A dataset shows the names of the agents of its attributions, which no quad of its own mentions."""
    graph, node, who = GRAPHS[0], DATASETS[0], PEOPLE[1]
    attribution = part(node, "attribution", "a")

    def quads(name: str) -> set[Quad]:
        return {
            Quad(node, RDF("type"), DCAT("Dataset"), graph),
            Quad(node, DCT("title"), Literal("Ice"), graph),
            Quad(node, DCT("source"), NamedNode("https://example.org/x.yaml"), graph),
            Quad(node, PROV("qualifiedAttribution"), attribution, graph),
            Quad(attribution, RDF("type"), PROV("Attribution"), graph),
            Quad(attribution, PROV("agent"), who, graph),
            Quad(attribution, DCAT("hadRole"), mint(BASE, "role", "host"), graph),
            Quad(who, RDF("type"), ORG("Organization"), graph),
            Quad(who, FOAF("name"), Literal(name), graph),
        }

    writer.publish("one", quads("Before"), activity())
    writer.publish("one", quads("Afterwards"), activity())
    index = SearchIndex(home.index)
    found = index.find("afterwards", {"kind": ["dataset"]}, counted=("provider",))
    assert [hit.iri for hit in found.hits] == [node.value]
    assert [(c.facet.value, c.facet.label, c.hits) for c in found.facets["provider"]] == [(who.value, "Afterwards", 1)]
    assert index.find("before", {"kind": ["dataset"]}).total == 0
    index.close()


# --- finding ------------------------------------------------------------------------------------------------------

TITLES = {
    "ice": "Sea ice thickness of the Arctic Ocean",
    "heat": "Ocean heat content",
    "angstrom": "Ångström's météorologie, Ñandú",
    "sst": "GHRSST level 4",
    "climsim": "ClimSim_high-resolution v2.1",
    "emoji": "Waves 🌊 data",
    "quote": 'O\'Brien "quoted"; DROP TABLE node; -- %',
    "cjk": "海面水温データ",
}


def _library() -> Iterable[Quad]:
    graph = GRAPHS[0]
    for number, (name, title) in enumerate(TITLES.items()):
        node = mint(BASE, "dataset", name)
        yield Quad(node, RDF("type"), DCAT("Dataset"), graph)
        yield Quad(node, DCT("title"), Literal(title), graph)
        yield Quad(node, DCT("description"), Literal(f"Description {number} with zebra"), graph)
        yield Quad(node, SCHEMA("maintainer"), PEOPLE[number % 2], graph)
        for keyword in ("Ocean" if number % 2 else "ocean", f"Tag {number // 3}"):
            yield Quad(node, DCAT("keyword"), Literal(keyword), graph)
        if number % 3:
            yield Quad(node, DCT("license"), NamedNode(f"https://spdx.org/licenses/L{number % 3}"), graph)
        for role in ("host", "maintainer")[: number % 3]:
            attribution = part(node, "attribution", role)
            yield Quad(node, PROV("qualifiedAttribution"), attribution, graph)
            yield Quad(attribution, PROV("agent"), PEOPLE[0], graph)
            yield Quad(attribution, DCAT("hadRole"), mint(BASE, "role", role), graph)
    for number, person in enumerate(PEOPLE):
        yield Quad(person, RDF("type"), FOAF("Person"), graph)
        yield Quad(person, FOAF("name"), Literal(f"Person {number}"), graph)
    yield Quad(mint(BASE, "image", "x"), RDF("type"), LEAP("ContainerImage"), graph)


@pytest.fixture(scope="module")
def store() -> Store:
    made = Store()
    made.extend(_library())
    return made


@pytest.fixture(scope="module")
def path(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place: Path = tmp_path_factory.mktemp("index ? # %20") / "index.sqlite"
    with SearchWriter(place, BASE) as writer:
        writer.rebuild(store, 7)
        assert writer.revision == 7
    return place


@pytest.fixture
def index(path: Path) -> Iterable[SearchIndex]:
    opened = SearchIndex(path)
    yield opened
    opened.close()


def names(found: Found) -> list[str]:
    return [hit.iri.removeprefix(BASE + "dataset/") for hit in found.hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("thickness", {"ice"}),
        ("thick", {"ice"}),
        ("THICK", {"ice"}),
        ("arct oce", {"ice"}),
        ("oce thick", {"ice"}),
        ("angstrom", {"angstrom"}),
        ("ångström", {"angstrom"}),
        ("meteorolog", {"angstrom"}),
        ("nandu", {"angstrom"}),
        ("Ång", {"angstrom"}),
        ("hrss", {"sst"}),
        ("resolut", {"climsim"}),
        ("esolution", {"climsim"}),
        ("high-resolution", {"climsim"}),
        ("climsim_high", {"climsim"}),
        ("v2.1", {"climsim"}),
        ("O'Brien", {"quote"}),
        ('"quoted"', {"quote"}),
        ("水温データ", {"cjk"}),
        ("waves 🌊", {"emoji"}),
        ("zebra", set(TITLES)),
        ("zebra thickness", {"ice"}),
        ("thickness giraffe", set()),
        ("xyz", set()),
        ("hr", set()),
    ],
)
def test_words_find_by_their_beginnings_else_by_their_parts(index: SearchIndex, text: str, expected: set[str]) -> None:
    found = index.find(text, {"kind": ["dataset"]})
    assert set(names(found)) == expected
    assert found.total == len(expected)


def test_the_best_match_comes_first(index: SearchIndex) -> None:
    found = index.find("ocean", {"kind": ["dataset"]})
    assert set(names(found)[:2]) == {"ice", "heat"}
    assert found.total == len(TITLES)


def test_of_a_long_text_the_first_words_count(index: SearchIndex) -> None:
    words = ("thickness", "arctic", "ocean", "zebra", "sea", "ice", "description")
    beginnings = list(dict.fromkeys(word[:length] for word in words for length in range(1, len(word) + 1)))
    assert names(index.find(" ".join([*beginnings[:32], "giraffe"]))) == ["ice"]
    assert names(index.find(" ".join([*beginnings[:31], "giraffe"]))) == []
    assert names(index.find(" ".join(["ice"] * 40 + ["giraffe"]))) == []


def test_of_equal_matches_datasets_come_before_the_catalogues_own_records(tmp_path: Path) -> None:
    store, graph = Store(), GRAPHS[0]
    for cls, name in (
        (SKOS("Concept"), "a"),
        (DCAT("CatalogRecord"), "b"),
        (FOAF("Person"), "c"),
        (DCAT("Dataset"), "d"),
    ):
        store.add(Quad(mint(BASE, "x", name), RDF("type"), cls, graph))
        store.add(Quad(mint(BASE, "x", name), DCT("title"), Literal("Equal words"), graph))
    with SearchWriter(tmp_path / "index.sqlite", BASE) as writer:
        writer.rebuild(store, 1)
    index = SearchIndex(tmp_path / "index.sqlite")
    assert [hit.kind for hit in index.find("equal words").hits] == ["dataset", "person", "entry", "concept"]
    index.close()


def test_without_words_everything_is_listed_by_kind_and_label(index: SearchIndex) -> None:
    found = index.find(limit=1000)
    assert found.total == len(found.hits) == len(TITLES) + 3
    ranks = [kind.name for kind in kinds(BASE)]
    listed = [(ranks.index(hit.kind), hit.label.lower()) for hit in found.hits]
    assert listed == sorted(listed)
    pages = [index.find(limit=3, offset=offset).hits for offset in range(0, 12, 3)]
    assert [hit for page in pages for hit in page] == found.hits


def test_facets_narrow_by_any_value_of_each(index: SearchIndex) -> None:
    one = index.find(facets={"maintainer": [PEOPLE[0].value]}).total
    two = index.find(facets={"maintainer": [PEOPLE[1].value]}).total
    assert one + two == index.find(facets={"maintainer": [p.value for p in PEOPLE]}).total == len(TITLES)
    both = index.find("ocean", {"maintainer": [PEOPLE[0].value], "tag": ["tag 0"]})
    assert set(names(both)) == {"ice", "angstrom"}
    assert index.find(facets={"kind": []}).total == index.find().total
    assert index.find(facets={"kind": ["dataset"] * 50_000}).total == len(TITLES)


COUNTS = {
    "kind": "SELECT ?v (COUNT(DISTINCT ?n) AS ?c) { VALUES (?t ?v) { (dcat:Dataset 'dataset') (foaf:Person 'person') "
    "(leap:ContainerImage 'image') } ?n a ?t } GROUP BY ?v",
    "tag": "SELECT ?v (COUNT(DISTINCT ?n) AS ?c) { ?n dcat:keyword ?k BIND(LCASE(?k) AS ?v) } GROUP BY ?v",
    "maintainer": "SELECT ?v (COUNT(DISTINCT ?n) AS ?c) { ?n schema:maintainer ?v } GROUP BY ?v",
    "licence": "SELECT ?v (COUNT(DISTINCT ?n) AS ?c) { ?n a dcat:Dataset OPTIONAL { ?n dct:license ?l } "
    "BIND(COALESCE(STR(?l), 'none') AS ?v) } GROUP BY ?v",
    "provider": "SELECT ?v (COUNT(DISTINCT ?n) AS ?c) { ?n prov:qualifiedAttribution ?a . ?a prov:agent ?v "
    f"FILTER EXISTS {{ ?a dcat:hadRole ?r FILTER(?r != <{BASE}role/maintainer>) }} }} GROUP BY ?v",
    "format": "SELECT ?v (COUNT(DISTINCT ?n) AS ?c) { ?n dct:format ?v } GROUP BY ?v",
}


@pytest.mark.parametrize("facet", COUNTS)
def test_facet_counts_equal_those_of_sparql(index: SearchIndex, store: Store, facet: str) -> None:
    prefixes = {
        "dcat": str(DCAT),
        "dct": str(DCT),
        "foaf": str(FOAF),
        "leap": str(LEAP),
        "schema": str(SCHEMA),
        "prov": str(PROV),
    }
    rows: Any = store.query(COUNTS[facet], prefixes=prefixes, use_default_graph_as_union=True)
    expected = {row["v"].value: int(row["c"].value) for row in rows}
    found = index.find(counted=[facet])
    assert {count.facet.value: count.hits for count in found.facets[facet]} == expected
    assert [c.hits for c in found.facets[facet]] == sorted(expected.values(), reverse=True)
    narrowed = index.find("thickness", {"kind": ["dataset"]}, counted=[facet]).facets[facet]
    assert all(count.hits == 1 for count in narrowed)


def test_kinds_are_counted(index: SearchIndex) -> None:
    assert index.kinds() == {"dataset": len(TITLES), "image": 1, "person": 2}
    assert set(index.kinds()) <= {kind.name for kind in kinds(BASE)}


# --- hostile words ------------------------------------------------------------------------------------------------

HOSTILE = (
    '"', '""', "'", "''", "*", "**", "a*", '"a', "NEAR(", "NEAR(a b, 5)", "AND", "OR OR", "NOT", "a AND", "(", ")",
    "^a", "a:b", "label:", "label : ice", "{a b} : c", "- a", "+", "+ +", "--", ";", "\\", "\0", "a\0b", "\x1b[0m",
    "😀", "👩\u200d🔬", "\ud800", "\ufeff", "\u200b", "٣٤٥", "Ⅷ", "½", "²", "ª", "\u0301", "e\u0301", "%", "_", "?",
    "?1", ":x", "$x", "@x", "#", "/", "%00", "'; DROP TABLE node; --", "x' OR '1'='1", "a" * 10_000, "a " * 5_000,
    " ".join(map(str, range(2_000))), "🌊" * 2_500, '"' * 10_000, "(" * 10_000, "NEAR(" * 2_000, "\n" * 10_000,
    "ab\n\t\r\v\fcd",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_words_find_something_or_nothing(index: SearchIndex, text: str) -> None:
    found = index.find(text, counted=("kind", "tag"))
    assert found.facets.keys() == {"kind", "tag"}
    assert found.total == index.find(text, limit=1).total
    index.find("ice", {text: [text], "tag": [text, "ocean"]}, counted=[text])
    assert index.kinds()["dataset"] == len(TITLES)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(texts, st.text(max_size=40), st.lists(st.sampled_from(HOSTILE), max_size=4).map(" ".join)))
@example("\ud800\udc00")
def test_any_text_can_be_searched(index: SearchIndex, text: str) -> None:
    found = index.find(text, {"kind": ["dataset", text]}, counted=("kind",))
    assert found.total == sum(count.hits for count in found.facets["kind"])
    assert len(found.hits) == min(found.total, 20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=texts, keyword=texts)
def test_any_text_can_be_indexed_and_found_beside_its_words(tmp_path: Path, title: str, keyword: str) -> None:
    node, graph = DATASETS[0], GRAPHS[0]
    store = Store()
    store.add(Quad(node, RDF("type"), DCAT("Dataset"), graph))
    store.add(Quad(node, DCT("title"), Literal(title + " findable"), graph))
    store.add(Quad(node, DCAT("keyword"), Literal(keyword), graph))
    with SearchWriter(tmp_path / "index.sqlite", BASE) as writer:
        writer.rebuild(store, 1)
    index = SearchIndex(tmp_path / "index.sqlite")
    found = index.find("findable", counted=["tag"])
    assert [hit.iri for hit in found.hits] == [node.value]
    assert [count.facet.value for count in found.facets["tag"]] == [keyword.lower().replace("\0", " ")]
    assert index.find(facets={"tag": [keyword.lower()]}).total == 1
    index.close()


def test_a_file_that_is_no_index_is_an_sqlite_error(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no database" * 100)
    with pytest.raises(sqlite3.Error):
        SearchIndex(tmp_path / "missing" / "index.sqlite").find()
    index = SearchIndex(tmp_path / "x")
    with pytest.raises(sqlite3.Error):
        index.find("a")
    index.close()


def test_a_reader_cannot_write(index: SearchIndex) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        index._database.execute("DELETE FROM node")


# --- at the same time ---------------------------------------------------------------------------------------------


def test_readers_see_whole_revisions_while_the_writer_writes(tmp_path: Path) -> None:
    """Each revision has as many datasets as its number, all with its tag; a reader may see none half done."""
    path = tmp_path / "index.sqlite"
    graph, rounds, most = GRAPHS[0], 20, 300

    def quads(revision: int) -> set[Quad]:
        nodes = [mint(BASE, "dataset", f"d{number}") for number in range(revision)]
        return {Quad(node, RDF("type"), DCAT("Dataset"), graph) for node in nodes} | {
            Quad(node, DCAT("keyword"), Literal(f"tag {revision}"), graph) for node in nodes
        }

    seen: list[set[int]] = [set(), set()]
    faults: list[object] = []
    done = threading.Event()

    def read(mine: set[int]) -> None:
        index = SearchIndex(path)
        try:
            while not done.is_set():
                found = index.find("tag", counted=("tag", "kind"), limit=100)
                tags = [(count.facet.value, count.hits) for count in found.facets["tag"]]
                if found.total != len(found.hits) or tags != [(f"tag {found.total}", found.total)]:
                    faults.append((found.total, len(found.hits), tags))
                mine.add(found.total)
        except sqlite3.Error as error:
            faults.append(error)
        finally:
            index.close()

    store = Store()
    with SearchWriter(path, BASE) as writer:
        readers = [threading.Thread(target=read, args=(mine,)) for mine in seen]
        for revision in range(1, most + 1):
            if revision > rounds and all(len(mine) > 2 for mine in seen):
                break
            before, after = set(store), quads(revision)
            patch = Patch(revision, "one", "a:b", MOMENT, tuple(before - after), tuple(after - before))
            store.update(update_text(patch.removed, patch.added))
            writer.update(store, revision, before ^ after)
            if revision == 1:
                for reader in readers:
                    reader.start()
        done.set()
        for reader in readers:
            reader.join()
    assert not faults
    assert all(len(mine) > 2 for mine in seen)
