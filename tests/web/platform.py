"""A small platform as triples, with a node of every kind and with every hostile text and IRI we could think of.

Written as Turtle below the default base; the tests that need another base replace it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Triple, parse

from leap_kg.graph.activity import Activity
from leap_kg.graph.history.changestore import ChangeStore
from leap_kg.graph.history.chronicle import TimelineWriter
from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.ontology.declared import ontology_quads
from leap_kg.settings import DEFAULT_BASE as BASE

PREFIXES = f"""
@prefix kg: <{BASE}> .
@prefix leap: <{BASE}ontology#> .
@prefix cito: <http://purl.org/spar/cito/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <https://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

ALPHA = f"{BASE}dataset/leap-test/alpha"
BETA = f"{BASE}dataset/leap-test/beta"
GAMMA = f"{BASE}dataset/leap-test/gamma"
HOSTILE = f"{BASE}dataset/leap-test/hostile"
STORE = f"{BASE}store/nyu1.osn.mghpcc.org/leap-test/alpha.zarr"
NETCDF = f"{BASE}store/nyu1.osn.mghpcc.org/leap-test/alpha%20two.nc"
PERSON = "https://orcid.org/0000-0002-1825-0097"
LOGIN = f"{BASE}person/github/kim"
REPLACED = f"{BASE}person/github/ada"
GONE = f"{BASE}dataset/leap-test/gone"
REPOSITORY = "https://github.com/leap-test/alpha"
SPDX = "https://spdx.org/licenses/CC-BY-4.0"
SUFFIXED = f"{BASE}notebook/leap-test/alpha/look"
ODD = (
    f"{BASE}odd/a/../b",
    f"{BASE}/evil.example/x",
    f"{BASE}odd/é",
    f"{BASE}odd/q?x=y&z=%2e%2e",
    "urn:odd:<node>".replace("<", "%3C").replace(">", "%3E"),
    "javascript:alert(1)",
    "https://example.org/page#part",
)
MARKUP = '<script>alert("x")</script>'

CATALOGUE = """
<DATASET/alpha> a dcat:Dataset ; dct:title "Alpha sea surface" ;
    dct:description "First paragraph about https://example.org/not-a-link.\\n\\nSecond paragraph." ;
    dcat:keyword "ocean" , "SST" ; dct:license <https://spdx.org/licenses/CC-BY-4.0> ; dct:rights "CC BY 4.0" ;
    dct:source <https://github.com/leap-test/alpha/blob/main/catalog.yaml> ,
        <https://github.com/leap-test/alpha/blob/main/meta.yaml> ;
    leap:feedstock <https://github.com/leap-test/alpha> ;
    schema:maintainer <https://orcid.org/0000-0002-1825-0097> , <BASEperson/github/kim> ;
    prov:qualifiedAttribution <DATASET/alpha#attribution-1> , <DATASET/alpha#attribution-2> ;
    dct:creator <BASEorganization/noaa> ; dct:publisher <BASEorganization/leap> ;
    dcat:distribution <STORE/alpha.zarr> , <STORE/alpha%20two.nc> ;
    leap:recipe <BASErecipe/leap-test/alpha/alpha> ; foaf:page <https://example.org/alpha> ;
    foaf:depiction <https://example.org/alpha.png> ; schema:citation <https://doi.org/10.1000/alpha.1> ;
    schema:creditText "Thanks to everybody." ; dcat:contactPoint <DATASET/alpha#contact-1> ; leap:bakery "osn" ;
    schema:variableMeasured <DATASET/alpha#variable-1> ; leap:unmapped "{\\"colour\\": \\"blue\\"}" .
<DATASET/alpha#attribution-1> a prov:Attribution ; prov:agent <BASEorganization/noaa> ;
    dcat:hadRole <BASErole/producer> ; dct:description "Measured it." ; foaf:page <https://example.org/noaa> .
<DATASET/alpha#attribution-2> a prov:Attribution ; prov:agent <https://orcid.org/0000-0002-1825-0097> ;
    dcat:hadRole <BASErole/maintainer> .
<DATASET/alpha#contact-1> a vcard:Kind ; vcard:hasEmail <mailto:data@example.org> .
<DATASET/alpha#variable-1> a leap:Variable ; schema:name "sea surface temperature" ; schema:alternateName "sst" ;
    schema:propertyID <http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/> ; schema:unitText "K" .
<http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/> a skos:Concept ;
    skos:prefLabel "sea_surface_temperature" ; skos:definition "How warm the sea is where it ends." ;
    schema:unitText "K" ; skos:altLabel "surface_temperature_where_open_sea" .
<DATASET/alpha#finding-1> a sh:ValidationResult ; sh:focusNode <STORE/alpha%20two.nc> ;
    dct:type <BASEfinding-kind/engine-suffix> ; sh:resultSeverity sh:Violation ;
    sh:resultMessage "stores[1] says engine 'zarr', but its address ends like netcdf" ;
    leap:fixHint "Set the engine to 'h5netcdf'." ; leap:pointer "stores[1].xarray_open_kwargs.engine (line 9)" ;
    sh:value "zarr" ; dct:source <https://github.com/leap-test/alpha/blob/main/catalog.yaml> .
<STORE/alpha.zarr> a dcat:Distribution , leap:ZarrStore ; dct:title "Alpha, chunked" ; dct:identifier "alpha" ;
    leap:storageURI "s3://leap-test/alpha.zarr"^^xsd:anyURI ;
    leap:storageEndpoint "https://nyu1.osn.mghpcc.org"^^xsd:anyURI ;
    dcat:accessURL <https://nyu1.osn.mghpcc.org/leap-test/alpha.zarr> ; dct:format <BASEformat/zarr> ;
    leap:openKwargs "{\\"engine\\": \\"zarr\\"}" ; prov:wasDerivedFrom <https://example.org/source> ;
    leap:recipe <BASErecipe/leap-test/alpha/alpha> ; dct:modified "2024-05-01" .
<STORE/alpha%20two.nc> a dcat:Distribution ; dct:title "Alpha, one file" ; dct:identifier "alpha-nc" ;
    leap:storageURI "s3://leap-test/alpha two.nc"^^xsd:anyURI ;
    leap:storageEndpoint "https://nyu1.osn.mghpcc.org"^^xsd:anyURI ;
    dcat:accessURL <https://nyu1.osn.mghpcc.org/leap-test/alpha%20two.nc> ; dct:format <BASEformat/netcdf> ;
    leap:openKwargs "{\\"engine\\": \\"zarr\\"}" .
<https://example.org/source> a foaf:Document ; dct:title "Where it was before" .
<https://example.org/alpha> a foaf:Document ; dct:title "Alpha's own page" .
<https://orcid.org/0000-0002-1825-0097> a foaf:Person , schema:Person ; foaf:name "Josiah Carberry" ;
    schema:alternateName "J. Carberry" ; foaf:account <https://github.com/josiah> .
<BASEperson/github/kim> a foaf:Person , schema:Person ; foaf:name "Kim" ; foaf:account <https://github.com/kim> .
<BASEperson/github/ada> dct:isReplacedBy <https://orcid.org/0000-0002-1825-0097> .
<BASEorganization/noaa> a org:Organization ; foaf:name "NOAA" ; foaf:homepage <https://www.noaa.gov/> .
<BASEorganization/leap> a org:Organization ; foaf:name "LEAP" .
<https://github.com/leap-test/alpha> a schema:SoftwareSourceCode ; dct:title "leap-test/alpha" ;
    schema:codeRepository <https://github.com/leap-test/alpha> .
<BASErecipe/leap-test/alpha/alpha> a leap:Recipe , schema:SoftwareSourceCode ; dct:title "alpha (leap-test/alpha)" ;
    dct:identifier "alpha" ; leap:entryPoint "recipe:alpha" ; schema:isPartOf <https://github.com/leap-test/alpha> ;
    leap:runsIn <BASEimage/pangeo/pangeo-notebook/2022.06.02> ;
    schema:softwareRequirements <pkg:pypi/pangeo-forge-recipes@0.10.0> .
<pkg:pypi/pangeo-forge-recipes@0.10.0> a schema:SoftwareApplication ; dct:title "pangeo-forge-recipes 0.10.0" .
<BASEimage/pangeo/pangeo-notebook/2022.06.02> a leap:ContainerImage ; dct:title "pangeo/pangeo-notebook:2022.06.02" .
<https://doi.org/10.1000/alpha.1> a schema:ScholarlyArticle ; dct:title "On alpha" ;
    dct:bibliographicCitation "Carberry, J. (2008). On alpha. Journal of Psychoceramics." ;
    schema:datePublished "2008"^^xsd:gYear .
<https://doi.org/10.1000/alpha.2> a schema:ScholarlyArticle ; dct:title "Alpha again" ;
    cito:cites <https://doi.org/10.1000/alpha.1> ; schema:funding <BASEgrant/nsf/12> ;
    dct:isPartOf <https://portal.issn.org/resource/ISSN/2049-3630> ;
    dct:creator <https://orcid.org/0000-0001-5109-3700> ;
    prov:qualifiedAttribution <https://doi.org/10.1000/alpha.2#author-1> ; schema:datePublished "2009"^^xsd:gYear .
<https://doi.org/10.1000/alpha.2#author-1> a prov:Attribution ; prov:agent <https://orcid.org/0000-0001-5109-3700> ;
    dcat:hadRole <http://id.loc.gov/vocabulary/relators/aut> ; schema:position 1 ;
    schema:affiliation <BASEorganization/leap> .
<https://orcid.org/0000-0001-5109-3700> a foaf:Person , schema:Person ; foaf:name "Laurel Haak" .
<BASEgrant/nsf/12> a schema:Grant ; dct:title "Alpha waves" .
<https://portal.issn.org/resource/ISSN/2049-3630> a schema:Periodical ; dct:title "Psychoceramics" .
<BASEnotebook/leap-test/alpha/look> a leap:Notebook , schema:SoftwareSourceCode ; dct:title "A look at alpha" ;
    prov:used <STORE/alpha.zarr> ; schema:isPartOf <https://github.com/leap-test/alpha> .
<BASEnotebook/leap-test/alpha/look.json> a leap:Notebook ; dct:title "A node whose IRI ends in .json" .
<BASEhub/leap/prod> a leap:HubDeployment ; dct:title "LEAP hub" ; dcat:endpointURL <https://leap.2i2c.cloud/> ;
    leap:offersImage <BASEimage/pangeo/pangeo-notebook/2022.06.02> ; prov:atLocation <BASEcluster/leap> ;
    dct:requires <BASEbucket/gs/leap-test> ; dct:audience <https://github.com/orgs/leap-test/teams/all> .
<BASEhub/leap/prod#profile> schema:isPartOf <BASEhub/leap/prod> ; dct:type <BASEhub-part/profile> ; dct:title "Small" .
<BASEcluster/leap> a prov:Location ; dct:title "leap" .
<BASEbucket/gs/leap-test> a dcat:DataService ; dct:title "gs://leap-test" ; leap:storageURI "gs://leap-test" .
<https://github.com/orgs/leap-test/teams/all> a foaf:Group ; foaf:name "leap-test:all" .
<https://spdx.org/licenses/CC-BY-4.0> a dct:LicenseDocument ; dct:identifier "CC-BY-4.0" ;
    dct:title "Creative Commons Attribution 4.0 International" .
<https://example.org/terms> a dct:LicenseDocument ; dct:title "Terms of use" .
<BASEentry/alpha> a dcat:CatalogRecord ; dct:title "Alpha sea surface" ; foaf:primaryTopic <DATASET/alpha> ;
    foaf:page <https://catalog.leap.columbia.edu/feedstock/alpha> .
<DATASET/beta> a dcat:Dataset ; dct:title "Beta winds" ; dcat:keyword "ocean" ;
    dct:license <https://example.org/terms> ;
    dct:source <https://github.com/leap-test/beta/blob/main/meta.yaml> ;
    schema:maintainer <https://orcid.org/0000-0002-1825-0097> ; dcat:distribution <BASEstore/gs/leap-test/beta> ;
    prov:qualifiedAttribution <DATASET/beta#attribution-1> .
<DATASET/beta#attribution-1> a prov:Attribution ; prov:agent <BASEorganization/leap> ;
    dcat:hadRole <BASErole/producer> .
<DATASET/beta#finding-1> a sh:ValidationResult ; sh:focusNode <DATASET/beta> ;
    dct:type <BASEfinding-kind/missing-description> ; sh:resultSeverity sh:Warning ;
    sh:resultMessage "the description is empty" ; leap:fixHint "Write two sentences." .
<BASEstore/gs/leap-test/beta> a dcat:Distribution , leap:ZarrStore ; dct:title "Beta" ;
    leap:storageURI "gs://leap-test/beta"^^xsd:anyURI ;
    dcat:accessURL <https://storage.googleapis.com/leap-test/beta> .
<DATASET/gamma> a dcat:Dataset ; dct:title "Gamma, with nothing else" ; dct:source <https://example.org/gamma> .
<DATASET/gone> a leap:Tombstone ; dct:title "Gone" ; dct:type dcat:Dataset ;
    prov:invalidatedAtTime "2026-01-02T03:04:05+00:00"^^xsd:dateTime .
"""

HOSTILE_RECORD = """
<DATASET/hostile> a dcat:Dataset ; dct:title "<script>alert(\\"x\\")</script>" ;
    dct:description "</script><!-- <img src=x onerror=alert(1)> -->\\u202e \\u0001 {{ 7*7 }}" ;
    dcat:keyword "\\"><b>bold</b>" ; dct:rights "<iframe src=//evil.example>" ;
    dct:source <https://example.org/hostile> ; foaf:page <javascript:alert(1)> , <data:text/html,x> ;
    foaf:depiction <https://evil.example/pixel.png> ; dcat:distribution <BASEstore/file/hostile> ;
    <http://example.org/2024> "a property that RDF/XML cannot name" ; leap:unmapped "]]>"@en-GB ;
    schema:citation <urn:odd:%3Cnode%3E> ;
    dct:references <BASEodd/a/../b> , <BASE/evil.example/x> , <BASEodd/é> , <BASEodd/q?x=y&z=%2e%2e> ,
        <javascript:alert(1)> , <https://example.org/page#part> .
<BASEodd/a/../b> dct:title "Dots" . <BASE/evil.example/x> dct:title "Slashes" . <BASEodd/é> dct:title "Letters" .
<BASEodd/q?x=y&z=%2e%2e> dct:title "Question" . <urn:odd:%3Cnode%3E> dct:title "A name" .
<javascript:alert(1)> dct:title "A script" . <https://example.org/page#part> dct:title "A part of another page" .
<BASEstore/file/hostile> a dcat:Distribution ; dct:title "';import os;'" ;
    leap:storageURI "file:///tmp/x';import%20os;'.zarr"^^xsd:anyURI ;
    leap:openKwargs "{\\"engine\\": \\"x\\\\nimport os\\", \\"group\\": \\"'''\\", \\"evil=1)#\\": 1}" .
<DATASET/hostile#finding-1> a sh:ValidationResult ; sh:focusNode <DATASET/hostile> ;
    dct:type <BASEfinding-kind/bad-text> ; sh:resultSeverity sh:Info ; sh:resultMessage "<b>not bold</b>" ;
    leap:fixHint "{% raw %}" ; sh:value "<svg onload=alert(1)>" .
"""


def triples(text: str) -> list[Triple]:
    """The triples of one of the texts above."""
    full = text.replace("<DATASET/", f"<{BASE}dataset/leap-test/").replace("<BASE", f"<{BASE}")
    full = full.replace("<STORE/", f"<{BASE}store/nyu1.osn.mghpcc.org/leap-test/")
    return [Triple(s.subject, s.predicate, s.object) for s in parse(PREFIXES + full, format=RdfFormat.TURTLE)]


def publish(writer: Writer, source: str, title: str, found: list[Triple], number: int) -> int:
    """Publish triples as everything that a source says; returns the revision."""
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(hours=number)
    graph = source_graph(BASE, source)
    activity = Activity(
        run=f"{source}-{number}",
        title=title,
        started=moment,
        ended=moment + timedelta(minutes=1),
        origin=f"https://example.org/{source}",
        used=("https://github.com/leap-test/alpha/blob/main/meta.yaml",),
        stale_after=timedelta(days=7),
    )
    quads = [Quad(t.subject, t.predicate, t.object, graph) for t in found]
    return writer.publish(source, quads, activity).revision


def fill(path: Path, more: Callable[[Writer], None] = lambda _: None) -> Home:
    """Make a home with four revisions: the ontology, the catalogue, the hostile record, and a change; and `more`."""
    home = Home(path)
    with Writer(home, BASE) as writer:
        ontology = [Triple(q.subject, q.predicate, q.object) for q in ontology_quads(BASE, source_graph(BASE, "x"))]
        publish(writer, "ontology", "The LEAP ontology", ontology, 1)
        changed = CATALOGUE.replace("Beta winds", "Beta, its old name")
        publish(writer, "test-catalog", "Test catalogue", triples(changed), 2)
        publish(writer, "hostile", "Hostile records", triples(HOSTILE_RECORD), 3)
        publish(writer, "test-catalog", "Test catalogue", triples(CATALOGUE), 4)
        more(writer)
    return home


def followed(home: Home) -> Home:
    """The home, with its history in step with its log."""
    TimelineWriter(home, BASE).follow(PatchLog(home.log))
    ChangeStore(home, BASE).follow(PatchLog(home.log))
    return home
