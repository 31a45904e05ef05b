"""A small graph of outputs, and outputs made up by hypothesis."""

from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import Maker, Output, Thing
from leap_kg.settings import DEFAULT_BASE

BASE = DEFAULT_BASE
TURTLE = """
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix cito: <http://purl.org/spar/cito/> .
@prefix codemeta: <https://w3id.org/codemeta/terms/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix fabio: <http://purl.org/spar/fabio/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <https://e.org/> .
<https://doi.org/10.5555/article> a fabio:JournalArticle, schema:ScholarlyArticle ; dct:title "Warm water & rain" ;
  dct:issued "2024-05-17"^^xsd:date ; schema:datePublished "2024"^^xsd:gYear ; dct:isPartOf :journal ;
  schema:pagination "1-9" ; schema:volumeNumber "7" ; schema:isAccessibleForFree true ; dcat:keyword "Ocean" ;
  dct:creator <https://orcid.org/0000-0002-1825-0097>, :lab, :rei ; schema:funding :grant ;
  prov:wasRevisionOf <https://doi.org/10.5555/preprint> ; cito:citesAsDataSource :data ;
  prov:qualifiedInfluence :why ;
  prov:qualifiedAttribution :second, :tenth, :editor .
:second prov:agent :rei ; dcat:hadRole <http://id.loc.gov/vocabulary/relators/aut> ; schema:position 2 .
:tenth prov:agent <https://orcid.org/0000-0002-1825-0097> ; schema:position 10 ;
  dcat:hadRole <http://id.loc.gov/vocabulary/relators/aut> .
:editor prov:agent :lab ; dcat:hadRole <http://id.loc.gov/vocabulary/relators/edt> ; schema:position 1 .
<https://doi.org/10.5555/preprint> a fabio:Preprint, schema:ScholarlyArticle ; dct:title "Warm water?" ;
  dct:issued "2024"^^xsd:gYear ; prov:qualifiedInfluence :why ; dct:creator :rei .
<https://doi.org/10.5555/cited> a fabio:JournalArticle ; dct:title "Somebody else's" ; dct:issued "2024"^^xsd:gYear .
<https://doi.org/10.5555/named-only> a fabio:JournalArticle .
:why rdfs:label "names an award of the platform" ; prov:influencer :grant .
:grant a schema:Grant ; schema:name "Award 2019625" . :journal a schema:Periodical ; dct:title "Journal of Rain" .
:lab a org:Organization ; foaf:name "The Lab and Co" . :rei a foaf:Person ; foaf:name "Tomas van der Rei" .
<https://orcid.org/0000-0002-1825-0097> a foaf:Person ; foaf:name "Josiah Carberry" .
:data a dcat:Dataset ; dct:title "Heat" . :code a schema:SoftwareSourceCode ; dct:title "lab/rain" ;
  codemeta:referencePublication <https://doi.org/10.5555/article> ; dct:created "2023-02"^^xsd:gYearMonth .
:entry a dcat:CatalogRecord ; dct:title "Heat" ; foaf:primaryTopic :data .
:seen a dcat:Dataset ; dct:title "Seen elsewhere" .
<javascript:alert(1)> a dcat:Dataset ; dct:title "<script>alert(1)</script>" ; dct:issued "soon" .
"""


def platform() -> Store:
    """The graph."""
    store = Store()
    store.load(TURTLE.encode(), format=RdfFormat.TURTLE)
    return store


_TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
_MAKER = st.builds(Maker, _TEXT.filter(str.strip), st.sampled_from(["", "https://e.org/p"]), st.booleans())
OUTPUTS = st.lists(
    st.builds(
        Output,
        st.sampled_from(["https://e.org/a", "https://doi.org/10.5555/b", "javascript:x"]),
        st.sampled_from(list(Kind)),
        _TEXT.filter(str.strip),
        makers=st.lists(_MAKER, max_size=3).map(tuple),
        issued=st.sampled_from(["", "2024", "2024-05", "2024-05-17", "2024-05-17T10:00:00Z", "soon"]),
        container=_TEXT,
        pages=st.sampled_from(["", "1-9", "e12", "1--3"]),
        doi=st.sampled_from(["", "10.5555/b"]),
        abstract=_TEXT,
        keywords=st.lists(_TEXT, max_size=2).map(tuple),
        awards=st.just((Thing("https://e.org/g", "Grant"),)),
    ),
    min_size=1,
    max_size=4,
)
