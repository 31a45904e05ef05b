"""The outputs of `tests.outputs.made`, and more of them, published as two revisions of a home."""

from pathlib import Path

from pyoxigraph import RdfFormat, Triple, parse

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from tests.outputs.made import BASE, TURTLE
from tests.web.platform import publish

# What the shapes ask of every dataset.
_SHAPED = """
:data dct:source :page . :seen dct:source :page . <javascript:alert(1)> dct:source :page .
"""
MORE = """
<https://doi.org/10.5555/fallen> a fabio:JournalArticle ; dct:title "Cold water" ; dct:issued "2023"^^xsd:gYear ;
  adms:status <https://w3id.org/leap-kg/work-status/retracted>, <https://w3id.org/leap-kg/work-status/corrected> ;
  prov:qualifiedInfluence :why ; schema:funding :grant, <https://e.org/grant-2> ; schema:isAccessibleForFree false ;
  dcat:keyword "Ocean", "Ice" ; dct:creator :rei .
<https://w3id.org/leap-kg/work-status/retracted> skos:prefLabel "retracted" .
<https://w3id.org/leap-kg/work-status/corrected> skos:prefLabel "corrected" .
<https://e.org/grant-2> a schema:Grant ; schema:name "Award 2" .
<https://doi.org/10.5555/markup> a fabio:Thesis ; dct:title "</h2><script>alert(1)</script>" ;
  prov:qualifiedInfluence :why ; dct:creator <PERSON> .
<PERSON> a foaf:Person ; foaf:name "=cmd()" .
"""


def graph(text: str) -> list[Triple]:
    """The triples of Turtle with the prefixes of `made`."""
    full = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> ." + text.replace(
        "<PERSON>", f"<{BASE}person/github/odd>"
    ).replace(":rei ", f"<{BASE}person/github/rei> ")
    return [Triple(q.subject, q.predicate, q.object) for q in parse(full, format=RdfFormat.TURTLE)]


def published(path: Path) -> Home:
    """A home whose second revision has more outputs than its first."""
    home = Home(path)
    with Writer(home, BASE) as writer:
        publish(writer, "works", "Works", graph(TURTLE + _SHAPED), 1)
        publish(writer, "works", "Works", graph(TURTLE + _SHAPED + MORE), 2)
    return home
