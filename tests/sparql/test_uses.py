"""What a node points to, each thing once, though attributions repeat whom the node itself names."""

from leap_kg.resources import declarations
from leap_kg.sparql.catalogue import load
from tests.sparql.questions.asked import said, stored

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
    query = load(declarations() / "sparql").get("panels/uses")
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
