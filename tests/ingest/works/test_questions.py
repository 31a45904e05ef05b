"""The questions about papers, asked of a small graph of works that Crossref and OpenAlex describe."""

from collections.abc import Sequence

import pytest
from pyoxigraph import NamedNode, Quad, QuerySolutions, Store

from leap_kg.graph.names import source_graph
from leap_kg.ingest.source import Mapped
from leap_kg.ontology.declared import ontology_quads
from leap_kg.sparql.parameters import Value
from tests.ingest.crossref.records import mapped, work
from tests.ingest.openalex.generated import works
from tests.ingest.openalex.test_source import mapped as from_openalex
from tests.ingest.works.altered import BASE
from tests.sparql.questions.asked import questions

DOI = "https://doi.org/10.1000/"
IN_2025 = {"issued": {"date-parts": [[2025, 3]]}}


def preprint_of(article: str) -> dict[str, object]:
    relation = {"is-preprint-of": [{"id-type": "doi", "id": article}]}
    return work("10.1000/preprint", type="posted-content", relation=relation, license=[], **IN_2025)


def known(number: str, *, free: bool) -> Mapped:
    way = "green" if free else "closed"
    item = next(each for each in works(60) if each["open_access"]["oa_status"] == way and each["doi"])
    return from_openalex({**item, "doi": number, "type": "article", "publication_year": 2025, "is_retracted": False})


@pytest.fixture(scope="module")
def store() -> Store:
    found = Store()
    closed = {"license": [], "relation": {}, **IN_2025}
    crossref = [
        mapped(work("10.1000/open", **{**closed, "license": work()["license"]})),
        mapped(work("10.1000/article", **closed)),
        mapped(work("10.1000/green", **closed)),
        mapped(work("10.1000/unknown", **closed)),
        mapped(work("10.1000/older", **{**closed, "issued": {"date-parts": [[2024]]}})),
        mapped(preprint_of("10.1000/article")),
        mapped(work("10.1000/wrong", **{**closed, "updated-by": [{"DOI": "10.1000/notice", "type": "retraction"}]})),
        mapped(work("10.1000/user", **{**closed, "reference": [{"DOI": "10.1000/wrong"}]})),
    ]
    openalex = [known("10.1000/article", free=False), known("10.1000/green", free=True)]
    for name, records in (("crossref", crossref), ("openalex", openalex)):
        found.extend(_quads(records, name))
    found.extend(ontology_quads(BASE, source_graph(BASE, "ontology")))
    return found


def _quads(records: Sequence[Mapped], name: str) -> list[Quad]:
    graph = source_graph(BASE, name)
    return [Quad(t.subject, t.predicate, t.object, graph) for record in records for t in record.triples]


def ask(store: Store, name: str, **values: Value) -> list[dict[str, str]]:
    query = questions().get(f"questions/{name}")
    assert query is not None
    rows = store.query(query.bind(**values), use_default_graph_as_union=True)
    assert isinstance(rows, QuerySolutions)
    names = [variable.value for variable in rows.variables]
    return [{n: term.value for n in names if (term := row[n]) is not None} for row in rows]


def test_which_papers_of_a_year_lack_an_open_copy(store: Store) -> None:
    rows = {row["paper"].removeprefix(DOI): row for row in ask(store, "no-open-copy", year=2025)}
    assert rows.keys() == {"article", "unknown", "wrong", "user"}
    assert rows["article"]["copy"] == "none known"
    assert rows["unknown"]["copy"] == "unknown"
    assert rows["article"]["preprint"] == f"{DOI}preprint"
    assert rows["article"]["journal"] == "Journal of Advances in Modeling Earth Systems"
    assert [row["paper"] for row in ask(store, "no-open-copy", year=2024)] == [f"{DOI}older"]


def test_which_preprint_became_which_article(store: Store) -> None:
    (row,) = ask(store, "versions")
    assert (row["work"], row["how"], row["other"]) == (f"{DOI}article", "article of the preprint", f"{DOI}preprint")


def test_which_works_were_retracted_and_who_cites_them(store: Store) -> None:
    (row,) = ask(store, "retracted")
    assert row["work"] == f"{DOI}wrong"
    assert row["standing"] == "retracted"
    assert row["notice"] == f"{DOI}notice"
    assert row["user"] == f"{DOI}user"


def test_people_without_an_orcid_are_those_of_single_papers(store: Store) -> None:
    rows = ask(store, "no-orcid")
    assert {row["name"] for row in rows} == {"Ann Ode"}
    assert {row["count"] for row in rows} == {"1"}
    assert all(NamedNode(row["person"]).value.startswith(f"{BASE}person/10.1000/") for row in rows)
