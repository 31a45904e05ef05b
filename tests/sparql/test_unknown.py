"""Values of parameters that the graph does not have, and what it has instead."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Store

from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.index.search import SearchIndex
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql.catalogue import CatalogueError, load
from leap_kg.sparql.unknown import Unknown, unknown
from tests.sparql.questions.asked import questions, said, stored

TIDE = f"{BASE}image/lab/tide/2024.01.01"


@pytest.fixture(scope="module")
def store() -> Store:
    return stored(
        said(
            """
            <pkg:pypi/zarr@2.1> dct:isVersionOf <pkg:pypi/zarr> ; schema:softwareVersion "2.1" .
            <pkg:pypi/xarray@1> a schema:SoftwareApplication ; dct:isVersionOf <pkg:pypi/xarray> ;
                schema:softwareVersion "1" .
            <pkg:pypi/zarr> dct:title "zarr" . <pkg:pypi/xarray> a schema:SoftwareApplication ; dct:title "xarray" .
            kg:image\\/lab\\/tide\\/2024.01.01 a leap:ContainerImage ; dct:title "lab/tide:2024.01.01" ;
                dct:isVersionOf kg:image\\/lab\\/tide .
            kg:image\\/lab\\/tide dct:title "lab/tide" .
            """
        )
    )


@pytest.fixture(scope="module")
def index(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    path = tmp_path_factory.mktemp("index") / "index.sqlite"
    with SearchWriter(path, BASE) as writer:
        writer.rebuild(store, 1)
    with closing(SearchIndex(path)) as found:
        yield found


def missed(store: Store, index: SearchIndex, name: str, **values: str) -> list[Unknown]:
    query = questions().get(f"questions/{name}")
    assert query is not None
    return unknown(query, values, questions(), store, index)


def test_a_name_is_looked_for_as_the_question_takes_it(store: Store, index: SearchIndex) -> None:
    assert missed(store, index, "package-changes", package="ZARR", image="lab/tide") == []
    (package,) = missed(store, index, "package-changes", package="zar", image="lab/tide")
    assert str(package) == "the graph knows no package 'zar'; near it: zarr"
    both = missed(store, index, "package-changes", package="qqq")
    assert [(each.parameter, each.value, each.near) for each in both] == [
        ("package", "qqq", ()),
        ("image", "pangeo/pangeo-notebook", ()),  # the default, which is no better
    ]
    assert missed(store, index, "package-releases", package="zarr", version="no such version") == []
    assert missed(store, index, "package-releases", package="z" * 2000)[0].near == ()


def test_a_node_is_known_wherever_it_stands(store: Store, index: SearchIndex) -> None:
    assert missed(store, index, "what-breaks", node=TIDE) == []
    assert missed(store, index, "what-breaks", node="https://schema.org/softwareVersion") == []
    assert missed(store, index, "what-breaks", node=f"{BASE}image/lab/tide") == []
    (node,) = missed(store, index, "what-breaks", node=f"{BASE}image/lab/2024.01.01")
    assert (node.reason, node.near) == (f"the graph says nothing of <{BASE}image/lab/2024.01.01>", (TIDE,))
    for hostile in ('urn:"', "urn:'; DROP TABLE node --", "urn:*"):
        try:
            NamedNode(hostile)
        except ValueError:
            continue
        assert missed(store, index, "what-breaks", node=hostile)[0].near == ()


def test_what_lies_below_an_address_ends_with_it(index: SearchIndex) -> None:
    assert index.below(f"{BASE}image/lab/", 10) == [TIDE]
    assert index.below("pkg:pypi/x", 10) == ["pkg:pypi/xarray", "pkg:pypi/xarray@1"]
    assert index.below("pkg:pypi/x", 1) == ["pkg:pypi/xarray"]
    assert index.below("pkg:pypi/y", 10) == []
    assert index.below("pkg:pypi/\ud800", 10) == []


def test_a_list_of_values_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "names").mkdir()
    header = '#+ title: T\n#+ parameters: {x: {type: string, default: "", among: names/x}}\n'
    (tmp_path / "q.rq").write_text(f"{header}SELECT ?s {{ ?s ?p ?_x }}\n")
    for wrong in ("ASK {}", "CONSTRUCT WHERE { ?s ?p ?o }"):
        (tmp_path / "names" / "x.rq").write_text(f"#+ title: thing\n{wrong}\n")
        with pytest.raises(CatalogueError, match="x is among names/x, which is no SELECT without parameters"):
            load(tmp_path)
    (tmp_path / "names" / "x.rq").write_text("#+ title: thing\nSELECT ?x { ?s <urn:p> ?x }\n")
    query = load(tmp_path).get("q")
    assert query is not None
    assert query.parameters["x"].among == "names/x"
