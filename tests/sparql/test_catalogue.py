"""The named queries: those of the repository, and what a folder may hold."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.ontology.namespaces import DCAT, FOAF, prefixes
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE
from leap_kg.sparql.catalogue import ANY, Catalogue, CatalogueError, NamedQuery, load
from leap_kg.sparql.guard import QueryForm, check
from leap_kg.sparql.parameters import ParameterError
from leap_kg.sparql.run import select

FOLDER = declarations() / "sparql"
FILES = sorted(FOLDER.rglob("*.rq"))
EX = "http://example.org/"

PANEL = """#+ title: Datasets of a person
#+ panel_of: [foaf:Person, any]
#+ order: 20
#+ parameters:
#+   node: {type: iri}
#+   limit: {type: integer, default: 2}
#+ columns: {dataset: Dataset}
# A comment that stays: ?_node
SELECT ?dataset (?_node AS ?person) {
  ?dataset dcat:theme ?_node .
  FILTER(?_node != <https://w3id.org/leap-kg/x> && "?_node" != STR(?_node))
  OPTIONAL { { SELECT ?dataset (COUNT(?_node) AS ?n) { ?dataset ?p ?_node } GROUP BY ?dataset } }
}
LIMIT ?_limit
"""


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def one(folder: Path, content: str, base: str = DEFAULT_BASE) -> NamedQuery:
    write(folder, "one.rq", content)
    query = load(folder, base).get("one")
    assert query is not None
    return query


def samples(query: NamedQuery) -> str:
    return query.bind(**{name: each.sample for name, each in query.parameters.items()})


@cache
def repository(base: str) -> Catalogue:
    return load(FOLDER, base)


@pytest.mark.parametrize("path", FILES, ids=[path.relative_to(FOLDER).as_posix() for path in FILES])
def test_each_query_of_the_repository_is_one(path: Path) -> None:
    name = path.relative_to(FOLDER).with_suffix("").as_posix()
    for base in (DEFAULT_BASE, "http://localhost:8000/"):
        query = repository(base).get(name)
        assert query is not None
        text = samples(query)
        assert check(text) is query.form
        Store().query(text, use_default_graph_as_union=True)
        assert base == DEFAULT_BASE or DEFAULT_BASE not in text


def test_the_repository_has_queries_and_they_are_all_loaded() -> None:
    assert len(FILES) >= 10
    assert len(load(FOLDER).all()) == len(FILES)


def test_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "panels/of-person.rq", PANEL)
    write(tmp_path, "b.rq", "#+ title: B\n#+ question: 3\nASK {}\n")
    write(tmp_path, "a/b/c.rq", "#+ title: C\nCONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }\n")
    write(tmp_path, "read-me.txt", "no query")
    catalogue = load(tmp_path)
    assert [query.name for query in catalogue.all()] == ["a/b/c", "b", "panels/of-person"]
    assert [query.form for query in catalogue.all()] == [QueryForm.CONSTRUCT, QueryForm.ASK, QueryForm.SELECT]
    b = catalogue.get("b")
    assert b is not None
    assert (b.title, b.question, b.subject) == ("B", 3, None)
    assert catalogue.get("B") is None


def test_an_empty_folder(tmp_path: Path) -> None:
    assert load(tmp_path).all() == []
    assert load(tmp_path / "none").all() == []


def test_a_bound_query_stands_alone(tmp_path: Path) -> None:
    query = one(tmp_path, PANEL)
    assert query.subject == "node"
    text = query.bind(node=EX + "me")
    assert text.splitlines()[:3] == [
        "# Datasets of a person",
        "PREFIX dcat: <http://www.w3.org/ns/dcat#>",
        "# A comment that stays: ?_node",
    ]
    assert "#+" not in text
    assert "LIMIT 2" in text
    store = Store()
    for number in range(3):
        store.add(Quad(NamedNode(f"{EX}{number}"), DCAT("theme"), NamedNode(EX + "me"), NamedNode(EX + "g")))
    rows = select(store, text)
    assert [row["person"] for row in rows] == [NamedNode(EX + "me")] * 2
    assert len(select(store, query.bind(node=EX + "me", limit="9"))) == 3
    assert select(store, query.bind(node=EX + "other")) == []


def test_binding_refuses(tmp_path: Path) -> None:
    query = one(tmp_path, PANEL)
    with pytest.raises(ParameterError, match="'node' is missing"):
        query.bind()
    with pytest.raises(ParameterError, match="one has no parameter 'nodes'"):
        query.bind(node=EX, nodes=EX)
    with pytest.raises(ParameterError, match="'limit' must be of type integer"):
        query.bind(node=EX, limit="1 } DROP ALL #")


ECHO = "#+ title: Echo\n#+ parameters: {x: {type: string}}\nSELECT (?_x AS ?y) (?_x=?_x AS ?same) { FILTER(?_x=?_x) }"


@given(
    value=st.text() | st.sampled_from(['") } #', "' } SERVICE <x> {} #", "\\u0022", "\\", "?_x", "$_x", '"""', "}\n"])
)
def test_any_text_is_bound_as_itself(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "echo"
    text = one(folder, ECHO).bind(x=value)
    assert check(text) is QueryForm.SELECT
    assert select(Store(), text) == [{"y": Literal(value), "same": Literal(value=True)}]


def test_panels_are_chosen_by_class_and_ordered(tmp_path: Path) -> None:
    header = (
        "#+ title: T\n#+ parameters: {{node: {{type: iri}}}}\n#+ panel_of: {}\n#+ order: {}\nASK {{ ?_node ?p ?o }}\n"
    )
    write(tmp_path, "every.rq", header.format("[any]", 90))
    write(tmp_path, "person.rq", header.format("[foaf:Person]", 20))
    write(tmp_path, "both.rq", header.format("[dcat:Dataset, foaf:Person]", 10))
    write(tmp_path, "also.rq", header.format("[foaf:Person]", 20))
    write(tmp_path, "none.rq", "#+ title: T\nASK {}\n")
    catalogue = load(tmp_path)

    def names(*types: str) -> list[str]:
        return [query.name for query in catalogue.panels_for(types)]

    assert names(FOAF("Person").value) == ["both", "also", "person", "every"]
    assert names("foaf:Person", "dcat:Dataset") == ["both", "also", "person", "every"]
    assert names(DCAT("Dataset").value, "urn:x:y") == ["both", "every"]
    assert names() == ["every"]
    every = catalogue.get("every")
    assert every is not None
    assert every.panel_of == (ANY,)


def test_iris_move_with_the_base(tmp_path: Path) -> None:
    content = (
        f"#+ title: T\n#+ parameters: {{node: {{type: iri, default: {DEFAULT_BASE}person/x}}}}\n"
        f'SELECT * {{ ?_node leap:a <{DEFAULT_BASE}role/y> FILTER STRSTARTS(STR(?a), "{DEFAULT_BASE}") }}\n'
    )
    base = "http://localhost:8000/"
    text = one(tmp_path, content, base).bind()
    assert f"PREFIX leap: <{prefixes(base)['leap']}>" in text
    assert f"<{base}person/x>" in text
    assert f'"{base}"' in text
    assert DEFAULT_BASE not in text
    assert one(tmp_path, content).bind().count(DEFAULT_BASE) == 4


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("ASK {}\n", 1, "begin the file with a header"),
        ("#+ title: T\n", 2, "the query is empty"),
        ("#+ title: T\n#+ order: x\nASK {}\n", 2, "order: must be a whole number"),
        ("#+ title: T\n\nASK {\n ?s ?p ?o ?o } # and some more text\n", 4, "expected"),
        ("#+ title: T\n\nASK { ?s leap:x\n  'a }\n", 4, "this string is not closed"),
        ("#+ title: T\nASK {\n ?s leap:x ?o . ?s dct:y }\n", 3, "expected"),
        ("#+ title: T\nASK {\n ?s ?p ?_x }\n", 3, "?_x is not declared under 'parameters'"),
        ("#+ title: T\n#+ parameters: {x: {type: iri}}\nASK {}\n", 1, "the query does not use ?_x"),
        ("#+ title: T\n#+ columns: {x: X}\nASK {}\n", 1, "columns: the query has no variable ?x"),
        ("#+ title: T\nASK {\n\n ?s nope:x ?o }\n", 4, "the prefix 'nope' is not declared"),
        ("#+ title: T\nASK {\n SERVICE <http://a/> {} }\n", 3, "SERVICE is not allowed"),
        ("#+ title: T\nDELETE WHERE { ?s ?p ?o }\n", 2, "a query only reads"),
        ("#+ title: T\n#+ parameters: {x: {type: iri}}\nSELECT ?_x {\n ?_x ?p ?o }\n", 3, "expected"),
        ("#+ title: T\n#+ parameters: {x: {type: iri}}\nSELECT * {\n BIND(1 AS ?_x) }\n", 4, "expected"),
        ("#+ title: T\n#+ parameters: {x: {type: string}}\nASK {\n ?s ?_x ?o }\n", 4, "expected"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, content: str, line: int, reason: str) -> None:
    path = write(tmp_path, "folder/bad.rq", content)
    with pytest.raises(CatalogueError) as caught:
        load(tmp_path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert reason in str(caught.value)
    assert (caught.value.path, caught.value.line) == (path, line)


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "bad.rq"
    path.write_bytes(b"#+ title: \xe9\nASK {}\n")
    with pytest.raises(CatalogueError, match="not UTF-8"):
        load(tmp_path)


def test_a_bound_query_is_known_by_its_title() -> None:
    catalogue = repository(DEFAULT_BASE)
    for query in catalogue.all():
        if all(parameter.default is not None for parameter in query.parameters.values()):
            found = catalogue.of(query.bind())
            assert found is not None
            assert (found.title, found.columns) == (query.title, query.columns)
    assert catalogue.of("SELECT * { ?s ?p ?o }") is None
    assert catalogue.of("") is None


@pytest.mark.parametrize(
    ("name", "parameter", "bad", "good"),
    [
        (
            "cover-place-time",
            "area",
            ["oops", "", "1 2 3", "-30 -10 20 90.5", "-30 -10 20 10 5", "0 40 10 20"],
            ["-30.5 -90 20 10 "],
        ),
        ("cover-place-time", "name", ["sea surface"], ["sea_surface_temperature"]),
        ("built-below", "bound", ["2.11rc1", "2.", ""], ["2", "2.11.0"]),
        ("silent-stores", "answer", ["gone", "all "], ["all", "missing"]),
    ],
)
def test_a_value_that_a_question_cannot_use_is_refused_with_what_fits(
    name: str, parameter: str, bad: list[str], good: list[str]
) -> None:
    query = repository(DEFAULT_BASE).get(f"questions/{name}")
    assert query is not None
    for value in bad:
        with pytest.raises(
            ParameterError, match=rf"'{parameter}' (cannot be .*; give it: |must be of type box|needs )"
        ):
            query.bind(**{parameter: value})
    for value in good:
        assert f'"{value}"' in query.bind(**{parameter: value})


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("questions/cover-place-time", "start", "end"),
        ("questions/produced", "since", "until"),
        ("questions/produced-counts", "since", "until"),
        ("changes/gained", "since", "until"),
    ],
)
def test_a_question_about_a_time_that_ends_before_it_begins_is_refused(name: str, first: str, last: str) -> None:
    query = repository(DEFAULT_BASE).get(name)
    assert query is not None
    with pytest.raises(ParameterError, match=rf"'{last}' cannot be '2023-01-01', which is before '2024-01-01'"):
        query.bind(**{first: "2024-01-01", last: "2023-01-01"})
    assert query.bind(**{first: "2023-01-01", last: "2024-01-01"})
