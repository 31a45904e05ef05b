"""Datasets as triples, for every test of their twins: one of which everything is known, one of which nothing is."""

from pathlib import Path

import pyshacl
import rdflib
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from leap_kg.catalog.facts import Facts
from leap_kg.catalog.page import Place
from leap_kg.catalog.reading import read
from leap_kg.catalog.record import Record
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.platform import PREFIXES

SHAPES = Path(__file__).parents[3] / "shared" / "conformance" / "shapes"
NO_SHAPES = "the shapes are not beside the project: ../shared/conformance/shapes"
PLACE = Place("https://kg.example", BASE, "Test platform")

WHOLE = f"{BASE}dataset/leap-test/whole"
BARE = f"{BASE}dataset/leap-test/bare"
HOSTILE = f"{BASE}dataset/leap-test/hostile"

DATASETS = """
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
<DATASET/whole> a dcat:Dataset ; dct:title "Whole sea surface" ; dct:alternative "WSS" ;
    dct:description "The temperature of the whole sea surface, day by day, on a grid of a quarter of a degree." ;
    dct:identifier "wss-v2" ; dcat:keyword "ocean" , "SST" ; dct:license <https://spdx.org/licenses/CC-BY-4.0> ;
    dct:rights "CC BY 4.0" ; dct:publisher <https://ror.org/hoverd> ;
    dct:creator <https://orcid.org/0000-0002-1825-0097> ;
    prov:qualifiedAttribution <DATASET/whole#credit-1> ; dcat:contactPoint <DATASET/whole#contact-1> ;
    schema:citation <https://doi.org/10.1000/paper.2> , <BASEpaper/one> ; schema:version "2.1.0" ;
    dct:issued "2020-05-01"^^xsd:date ; dct:modified "2024-05-01T00:00:00Z"^^xsd:dateTime ;
    dct:isVersionOf <https://doi.org/10.1000/whole> ; dct:source <https://example.org/whole.yaml> ;
    dcat:spatialResolutionInMeters "27750"^^xsd:decimal ; dct:spatial <DATASET/whole#spatial-1> ;
    dct:temporal <DATASET/whole#temporal-1> ; dcat:inSeries <DATASET/series> , <DATASET/silent> ;
    dcat:distribution <BASEstore/gs/leap-test/whole.zarr> , <BASEstore/s3/leap-test/whole.nc> ;
    prov:wasDerivedFrom <https://example.org/source> , <javascript:alert(1)> ; leap:recipe <BASErecipe/whole> ;
    leap:feedstock <https://github.com/leap-test/whole> ; schema:funding <BASEgrant/nsf/1> .
<DATASET/whole#credit-1> a prov:Attribution ; prov:agent <BASEorganization/host> ; dcat:hadRole <BASErole/host> .
<DATASET/whole#contact-1> a vcard:Kind ; vcard:hasEmail <mailto:data@example.org> .
<DATASET/whole#spatial-1> a dct:Location ;
    dcat:bbox "POLYGON((-180 -89.875,180 -89.875,180 90,-180 90,-180 -89.875))"^^geo:wktLiteral .
<DATASET/whole#temporal-1> a dct:PeriodOfTime ; dcat:startDate "1981-09-01T00:00:00Z"^^xsd:dateTime .
<DATASET/series> a dcat:Dataset , dcat:DatasetSeries ; dct:title "All of it" ; dct:description "Every sea surface." .
<DATASET/silent> a dcat:DatasetSeries ; dct:title "Says nothing" .
<BASEstore/gs/leap-test/whole.zarr> a dcat:Distribution , leap:ZarrStore ; dct:title "Whole, chunked" ;
    leap:storageURI "gs://leap-test/whole.zarr"^^xsd:anyURI ; dct:format <BASEformat/zarr> ;
    dcat:accessURL <https://storage.googleapis.com/leap-test/whole.zarr> ; dcat:byteSize 1959656 ;
    dct:conformsTo <https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html> ; adms:status <BASEstatus/answers> ;
    dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
    schema:variableMeasured <BASEstore/gs/leap-test/whole.zarr#sst> , <BASEstore/gs/leap-test/whole.zarr#odd> .
<BASEstore/gs/leap-test/whole.zarr#sst> a leap:Variable ; schema:name "sst" ;
    dct:description "sea surface temperature" ;
    schema:propertyID <http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/> ; schema:unitText "K" ;
    leap:shape "time=14000 lat=720 lon=1440" ; leap:dataType "float32" .
<BASEstore/gs/leap-test/whole.zarr#odd> a leap:Variable ; schema:name "odd" ; leap:shape "time=" ; leap:dataType "?" .
<BASEstore/s3/leap-test/whole.nc> a dcat:Distribution ; dct:title "Whole, one file" ; dct:format <BASEformat/netcdf> ;
    leap:storageURI "s3://leap-test/whole.nc"^^xsd:anyURI ; dct:license <https://spdx.org/licenses/MIT> .
<BASEformat/zarr> skos:prefLabel "Zarr" . <BASEformat/netcdf> skos:prefLabel "NetCDF" .
<BASEstatus/answers> skos:prefLabel "answers" . <BASErole/host> skos:prefLabel "host" .
<https://spdx.org/licenses/CC-BY-4.0> dct:title "Creative Commons Attribution 4.0 International" .
<https://spdx.org/licenses/MIT> dct:title "MIT License" .
<https://orcid.org/0000-0002-1825-0097> a foaf:Person ; foaf:name "Josiah Carberry" .
<https://ror.org/hoverd> a org:Organization ; foaf:name "Hover" ; foaf:homepage <https://hover.example/> .
<BASEorganization/host> a org:Organization ; foaf:name "Keeper" .
<https://doi.org/10.1000/paper.2> a schema:ScholarlyArticle ; dct:title "On the whole" ;
    dct:bibliographicCitation "Carberry, J. (2008). On the whole." .
<BASEpaper/one> a schema:ScholarlyArticle ; dct:title "On one" . <BASEgrant/nsf/1> dct:title "Waves" .
<BASEentry/whole> a dcat:CatalogRecord ; foaf:primaryTopic <DATASET/whole> ;
    foaf:page <https://catalog.leap.columbia.edu/feedstock/whole> , <javascript:alert(2)> .
<DATASET/bare> a dcat:Dataset ; dct:title "Bare" .
<DATASET/hostile> a dcat:Dataset ; dct:title "</script><script>alert(1)</script>" ;
    dct:description "</script>\\u0001\\u202e <!-- " ; dct:identifier "\\"onload=" ; dct:license <javascript:alert(3)> ;
    dct:rights "]]>" ; dcat:keyword "<b>" ; schema:version "1.0" ; dct:modified "yesterday" ;
    dct:spatial <DATASET/hostile#x> ;
    dct:creator <data:text/html,x> ; dcat:distribution <BASEstore/file/hostile> ; dct:source <javascript:alert(4)> ;
    dcat:contactPoint <DATASET/hostile#mail> ; dct:temporal <DATASET/hostile#t> ; dct:publisher <urn:a%3Eb> .
<DATASET/hostile#x> dcat:bbox "POINT(1e999 2)" . <DATASET/hostile#mail> vcard:hasEmail <javascript:alert(5)> .
<DATASET/hostile#t> dcat:startDate "the other day" .
<BASEstore/file/hostile> a dcat:Distribution ; dct:title "';x" ; leap:storageURI "file:///a b" ; dcat:byteSize "much" ;
    dcat:accessURL <javascript:alert(6)> ; dcat:mediaType "text/html\\r\\nX: y" ;
    schema:variableMeasured <BASEstore/file/hostile#v> .
<BASEstore/file/hostile#v> schema:name "</script>" ; leap:shape "a=9999999999999999999999 b=-1 =5" .
"""


def store_of(text: str = DATASETS) -> Store:
    """A store that holds a text like the one above, in one graph."""
    full = PREFIXES + text.replace("<DATASET/", f"<{BASE}dataset/leap-test/").replace("<BASE", f"<{BASE}")
    store, graph = Store(), NamedNode(f"{BASE}graph/source/test")
    store.extend(Quad(q.subject, q.predicate, q.object, graph) for q in parse(full, format=RdfFormat.TURTLE))
    return store


def record_of(iri: str, text: str = DATASETS) -> Record:
    """What is known of one of these datasets."""
    return read(Facts(store_of(text), BASE), NamedNode(iri))


def shapes(name: str) -> rdflib.Graph:
    """The shapes of a file below `SHAPES`.

    Two properties of DCAT-AP's shape for data services are named there and never defined, which pySHACL takes for a
    fault of the whole: they are taken out.
    """
    found = rdflib.Graph()
    found.parse(SHAPES / name, format="turtle")
    for shape, defined in list(found.subject_objects(rdflib.SH.property)):
        if (defined, rdflib.SH.path, None) not in found:
            found.remove((shape, rdflib.SH.property, defined))
    return found


def violations(data: rdflib.Graph, name: str) -> set[tuple[str, str, str]]:
    """What the shapes of a file find: severity, the IRI that it is about, and the last word of the property."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes(name), inference="none")
    assert isinstance(report, rdflib.Graph)
    return {
        (
            _last(report, found, "resultSeverity"),
            str(report.value(found, rdflib.SH.focusNode)),
            _last(report, found, "resultPath"),
        )
        for found in report.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult)
    }


def _last(report: rdflib.Graph, found: rdflib.term.Node, name: str) -> str:
    return str(report.value(found, rdflib.SH[name])).rsplit("/", 1)[-1].rsplit("#", 1)[-1]
