"""A small world for updates: graphs, terms, and an update in two writings.

The first is what a client sends to us. The second says the same to the engine alone, which has no default graph
to write to that has a name and no union to read: there, each GRAPH, WITH and USING is written out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, Store

from leap_kg.sparql.update import UpdateOptions

BASE = "http://example.org/"
DEFAULT = f"{BASE}graph/source/default"
PROTECTED = f"{BASE}graph/prov"
GRAPHS = [f"{BASE}g0", f"{BASE}g1", DEFAULT]
OPTIONS = UpdateOptions(base=BASE, default_graph=DEFAULT, protected=(PROTECTED, f"{BASE}graph/ontology*"))
XSD = "http://www.w3.org/2001/XMLSchema#"


def iri(name: str) -> NamedNode:
    """An IRI below the base."""
    return NamedNode(BASE + name)


NODES = [iri(f"s{number}") for number in range(3)]
PREDICATES = [iri("p0"), iri("p1")]
VALUES = [
    Literal("x"),
    Literal("x", language="en"),
    Literal("01", datatype=NamedNode(f"{XSD}integer")),
    Literal("1", datatype=NamedNode(f"{XSD}integer")),
    Literal("1.50", datatype=NamedNode(f"{XSD}decimal")),
    Literal("2020-01-01T00:00:00Z", datatype=NamedNode(f"{XSD}dateTime")),
    Literal("wrong", datatype=NamedNode(f"{XSD}integer")),
]

quads = st.builds(
    Quad,
    st.sampled_from(NODES),
    st.sampled_from(PREDICATES),
    st.sampled_from([*NODES, *VALUES]),
    st.sampled_from([NamedNode(each) for each in GRAPHS]),
)
stores = st.lists(quads, max_size=12)


@dataclass(frozen=True)
class Operation:
    """One operation in both writings; `source` is the graph that a COPY, MOVE or ADD reads, `silent` its SILENT."""

    ours: str
    native: str
    source: str = ""
    silent: bool = False


def _written(term: NamedNode | Literal) -> st.SearchStrategy[str]:
    """A term as an update may write it."""
    if isinstance(term, NamedNode):
        name = term.value.removeprefix(BASE)
        return st.sampled_from([str(term), f"<{name}>", f"e:{name}"] if "/" not in name else [str(term), f"<{name}>"])
    return st.just(str(term))


def _any(terms: Sequence[NamedNode | Literal], *more: str) -> st.SearchStrategy[str]:
    return st.one_of(*[_written(term) for term in terms], *[st.just(each) for each in more])


def _triples(*more: str, verbs: tuple[str, ...] = (), objects: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    triple = st.tuples(
        _any(NODES, *more), _any(PREDICATES, *verbs), _any([*NODES, *VALUES], "-1", "2.5e0", "true", *more, *objects)
    ).map(" ".join)
    return st.lists(triple, min_size=1, max_size=3).map(" .\n".join)


@st.composite
def blocks(draw: st.DrawFn, triples: st.SearchStrategy[str], graphs: tuple[str, ...] = ()) -> str:
    """Quads of data or of a template, without the outer braces."""
    parts = []
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            parts.append(draw(triples) + " . ")
        else:
            graph = draw(_any([NamedNode(each) for each in GRAPHS], *graphs))
            parts.append(f"GRAPH {graph} {{ {draw(triples)} }}{draw(st.sampled_from(['', ' . ']))}")
    return "".join(parts)


BLANKS = ("_:a", "_:b", "[]")
VARIABLES = ("?s", "$o", "?missing")
# No `?o` as a predicate or graph: what was a blank node to the engine is an IRI to us from one operation to the next.
data = blocks(_triples())
data_with_blanks = blocks(_triples(*BLANKS, objects=("( 1 _:a )", "[ e:p0 2 ; e:p1 _:b ]")))
deletions = blocks(_triples(*VARIABLES, verbs=("?p",)), ("?g",))
insertions = blocks(_triples(*VARIABLES, *BLANKS, "?n", verbs=("?p", "?missing"), objects=("( ?s 1 )",)), ("?g",))
patterns = st.sampled_from(
    [
        "?s ?p ?o",
        "?s e:p0 ?o # }\n",
        "GRAPH ?g { ?s ?p ?o }",
        "GRAPH <g0> { ?s ?p ?o } OPTIONAL { ?o e:p0 ?n }",
        "?s ?p ?o BIND(?o + 1 AS ?n)",
        "?s ?p ?o FILTER NOT EXISTS { GRAPH <g1> { ?s ?p ?o } }",
        "{ ?s e:p0 ?o } UNION { ?o e:p1 ?s } VALUES (?g ?p) { (<g0> e:p1) (UNDEF <p0>) }",
        "{ SELECT DISTINCT ?s (COUNT(*) AS ?o) { ?s e:p0|e:p1 ?x } GROUP BY ?s }",
        "?s e:p0/e:p1* ?o FILTER(isLiteral(?o) || ?s != <s0>)",
        'VALUES (?s ?o) { (<s0> \'a}b\') (e:s1 """1 "2" }""") }',
        "",
    ]
)
graph_iris = st.sampled_from(GRAPHS)
_ALL = " ".join(f"USING <{each}> USING NAMED <{each}>" for each in GRAPHS)


def _in_default(block: str) -> str:
    """Data with its triples outside GRAPH put into the graph that we write by default."""
    inside, outside, depth, rest = [], [], 0, block
    while rest:
        if depth == 0 and rest.startswith("GRAPH "):
            end = rest.index("}") + 1
            inside.append(rest[:end])
            rest = rest[end:].removeprefix(" . ")
            continue
        outside.append(rest[0])
        rest = rest[1:]
    return f"GRAPH <{DEFAULT}> {{ {''.join(outside)} }} {' '.join(inside)}"


def insert_data(block: str) -> Operation:
    """INSERT DATA."""
    return Operation(f"INSERT DATA {{ {block} }}", f"INSERT DATA {{ {_in_default(block)} }}")


def delete_data(block: str) -> Operation:
    """DELETE DATA."""
    return Operation(f"DELETE DATA {{ {block} }}", f"DELETE DATA {{ {_in_default(block)} }}")


def delete_where(block: str) -> Operation:
    """DELETE WHERE, with the union of all graphs."""
    return Operation(f"DELETE WHERE {{ {block} }}", f"WITH <{DEFAULT}> DELETE {{ {block} }} {_ALL} WHERE {{ {block} }}")


@st.composite
def modifications(draw: st.DrawFn) -> Operation:
    """DELETE and INSERT with WHERE: on the union, WITH a graph, or USING some."""
    delete, insert = draw(st.none() | deletions), draw(st.none() | insertions)
    if delete is None and insert is None:
        insert = ""
    change = f"DELETE {{ {delete} }} " if delete is not None else ""
    change += f"INSERT {{ {insert} }} " if insert is not None else ""
    where = f"WHERE {{ {draw(patterns)} }}"
    match draw(st.sampled_from(["union", "with", "using", "both"])):
        case "union":
            return Operation(f"{change}{where}", f"WITH <{DEFAULT}> {change}{_ALL} {where}")
        case "with":
            text = f"WITH <{draw(graph_iris)}> {change}{where}"
            return Operation(text, text)
        case "using":
            using = draw(_using())
            return Operation(f"{change}{using} {where}", f"WITH <{DEFAULT}> {change}{using} {where}")
        case _:
            text = f"WITH <{draw(graph_iris)}> {change}{draw(_using())} {where}"
            return Operation(text, text)


@st.composite
def _using(draw: st.DrawFn) -> str:
    clauses = st.tuples(st.sampled_from(["USING", "USING NAMED"]), graph_iris)
    return " ".join(f"{word} <{graph}>" for word, graph in draw(st.lists(clauses, min_size=1, max_size=3)))


def _clear(word: str, target: str) -> Operation:
    graphs = {"DEFAULT": [DEFAULT], "NAMED": GRAPHS[:-1], "ALL": GRAPHS}.get(target, [target])
    native = " ;\n".join(f"CLEAR SILENT GRAPH <{each}>" for each in graphs)
    return Operation(f"{word} {target}" if target.isupper() else f"{word} GRAPH <{target}>", native)


@st.composite
def transfers(draw: st.DrawFn) -> Operation:
    """COPY, MOVE and ADD."""
    word = draw(st.sampled_from(["COPY", "MOVE", "ADD"]))
    silent = draw(st.booleans())
    graphs = [draw(st.sampled_from([*GRAPHS, "DEFAULT"])) for _ in range(2)]
    ours = [each if each == "DEFAULT" else f"GRAPH <{each}>" for each in graphs]
    source, target = [DEFAULT if each == "DEFAULT" else each for each in graphs]
    return Operation(
        f"{word}{' SILENT' if silent else ''} {' TO '.join(ours)}",
        f"{word} SILENT <{source}> TO <{target}>",
        source="" if graphs[0] == "DEFAULT" or source == target else source,
        silent=silent,
    )


operations = st.one_of(
    data_with_blanks.map(insert_data),
    data.map(delete_data),
    deletions.map(delete_where),
    modifications(),
    modifications(),
    st.builds(
        _clear,
        st.sampled_from(["CLEAR", "DROP", "drop silent"]),
        st.sampled_from([*GRAPHS, "DEFAULT", "NAMED", "ALL"]),
    ),
    st.builds(lambda graph: Operation(f"CREATE SILENT GRAPH <{graph}>", ""), graph_iris),
    transfers(),
)  # fmt: skip


def store_of(content: list[Quad]) -> Store:
    """A store in memory that says this."""
    store = Store()
    store.extend(content)
    return store


def shape(store: Store) -> set[Quad]:
    """What a store says, whatever it calls its blank nodes: those of ours are IRIs with `genid` in them."""

    def plain(term: object) -> object:
        return (
            BlankNode(term.value.rpartition("/")[2]) if isinstance(term, NamedNode) and "genid" in term.value else term
        )

    dataset = Dataset(Quad(plain(q.subject), q.predicate, plain(q.object), q.graph_name) for q in store)  # type: ignore[arg-type]
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)
