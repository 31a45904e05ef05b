"""What a node points to and what points to it, each thing once, though attributions repeat whom a node itself names."""

import re

import pytest

from leap_kg.settings import DEFAULT_BASE
from tests.sparql.questions.asked import questions, said, stored

PAPER = """
<urn:paper> a schema:ScholarlyArticle ; dct:creator <urn:ada> ; schema:editor <urn:eva> ; dct:contributor <urn:kim> ;
    dct:references <urn:other> ; prov:qualifiedAttribution <urn:paper#1> , <urn:paper#2> , <urn:paper#4> ;
    prov:qualifiedInfluence <urn:paper#3> .
<urn:paper#1> prov:agent <urn:ada> ; dcat:hadRole <urn:author> ; schema:affiliation <urn:lab> .
<urn:paper#2> prov:agent <urn:eva> .
<urn:paper#3> prov:influencer <urn:kim> .
<urn:paper#4> prov:agent <urn:max> ; dcat:hadRole <urn:author> .
<urn:ada> foaf:name "Ada" . <urn:eva> foaf:name "Eva" . <urn:kim> foaf:name "Kim" . <urn:max> foaf:name "Max" .
<urn:lab> foaf:name "Lab" . <urn:other> dct:title "Other" . <urn:author> skos:prefLabel "author" .
"""


def test_whom_a_node_names_itself_no_attribution_names_again() -> None:
    query = questions().get("panels/uses")
    assert query is not None
    rows = stored(said(PAPER)).query(query.bind(node="urn:paper"), use_default_graph_as_union=True)
    found = [(row["thing"].value, row["property"].value.rpartition("#")[2].rpartition("/")[2]) for row in rows]  # type: ignore[union-attr]
    assert sorted(found) == [
        ("urn:ada", "creator"),
        ("urn:eva", "editor"),
        ("urn:kim", "contributor"),
        ("urn:lab", "affiliation"),
        ("urn:max", "agent"),
        ("urn:other", "references"),
    ]


WORKS = """
kg:paper a schema:ScholarlyArticle ; dct:creator kg:ada ; prov:qualifiedAttribution <BASEpaper#1> , <BASEpaper#2> .
<BASEpaper#1> prov:agent kg:ada . <BASEpaper#2> prov:agent kg:max .
kg:data a dcat:Dataset ; schema:maintainer kg:ada , kg:max ; prov:qualifiedInfluence <BASEdata#1> .
<BASEdata#1> prov:influencer kg:max .
kg:run a prov:Activity ; prov:qualifiedAssociation <BASErun#1> . <BASErun#1> prov:agent kg:max .
""".replace("BASE", DEFAULT_BASE)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("ada", [("data", "maintainer"), ("paper", "creator")]),
        ("max", [("data", "maintainer"), ("paper", "agent"), ("run", "agent")]),
    ],
)
def test_who_names_a_person_is_named_once_for_it(person: str, expected: list[tuple[str, str]]) -> None:
    query = questions().get("panels/used-by")
    assert query is not None
    rows = stored(said(WORKS)).query(query.bind(node=DEFAULT_BASE + person), use_default_graph_as_union=True)
    found = [(row["user"].value, row["property"].value) for row in rows]  # type: ignore[union-attr]
    assert sorted((user.removeprefix(DEFAULT_BASE), re.split("[/#]", name)[-1]) for user, name in found) == expected
