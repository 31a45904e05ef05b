"""Datasets as DCAT-AP: triples without blank nodes that its shapes take."""

import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from leap_kg.catalog.dcat import catalogue_triples, dcat_ap, records
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, RDF, XSD
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.catalog.made import BARE, DATASETS, HOSTILE, NO_SHAPES, PLACE, SHAPES, WHOLE, record_of, violations

NC = NamedNode(f"{BASE}store/s3/leap-test/whole.nc")
ZARR = NamedNode(f"{BASE}store/gs/leap-test/whole.zarr")


def said(iri: str, text: str = DATASETS) -> list[Triple]:
    return dcat_ap(record_of(iri, text), PLACE)


def values(triples: list[Triple], subject: NamedNode, predicate: NamedNode) -> list[str]:
    return [t.object.value for t in triples if t.subject == subject and t.predicate == predicate]  # type: ignore[union-attr]


def test_a_whole_dataset_says_everything() -> None:
    found, whole = said(WHOLE), NamedNode(WHOLE)
    assert values(found, whole, DCT("identifier")) == [WHOLE, "https://doi.org/10.1000/whole", "wss-v2"]
    assert values(found, whole, DCAT("inSeries")) == [f"{BASE}dataset/leap-test/series"]
    assert values(found, whole, DCT("isPartOf")) == [f"{BASE}dataset/leap-test/silent"]
    assert values(found, ZARR, DCAT("accessURL")) == ["https://storage.googleapis.com/leap-test/whole.zarr"]
    assert values(found, NC, DCAT("accessURL")) == ["s3://leap-test/whole.nc"]
    assert values(found, ZARR, DCT("license")) == ["https://spdx.org/licenses/CC-BY-4.0"]
    assert values(found, NC, DCT("license")) == ["https://spdx.org/licenses/MIT"]
    assert values(found, ZARR, ADMS("status")) == [f"{BASE}status/answers"]
    modified = next(t.object for t in found if t.subject == whole and t.predicate == DCT("modified"))
    assert modified == Literal("2024-05-01", datatype=XSD("date"))


def test_a_store_of_two_datasets_is_under_the_licence_of_neither() -> None:
    both = DATASETS + "<DATASET/bare> dcat:distribution <BASEstore/gs/leap-test/whole.zarr> ."
    assert values(said(WHOLE, both), ZARR, DCT("license")) == []


def test_no_node_is_blank_and_no_triple_stands_twice() -> None:
    for iri in (WHOLE, BARE, HOSTILE):
        found = [*said(iri), *records(record_of(iri), PLACE, "2026-01-01T00:00:00Z")]
        assert len(set(found)) == len(found)
        assert not any(isinstance(term, BlankNode) for t in found for term in (t.subject, t.object))
        assert serialize(found, format=RdfFormat.TURTLE)


def test_texts_that_are_no_dates_numbers_or_media_types_are_not_called_so() -> None:
    found = said(HOSTILE)
    assert Literal("yesterday") in [t.object for t in found if t.predicate == DCT("modified")]
    for predicate in (DCAT("byteSize"), DCAT("mediaType"), DCAT("startDate")):
        assert [t for t in found if t.predicate == predicate] == []


@pytest.mark.skipif(not SHAPES.is_dir(), reason=NO_SHAPES)
def test_the_shapes_find_nothing_but_the_description_that_a_bare_one_lacks() -> None:
    catalogue = catalogue_triples(PLACE, "2026-01-01T00:00:00Z", "https://spdx.org/licenses/CC-BY-4.0")
    triples = [*catalogue]
    for iri in (WHOLE, BARE, HOSTILE):
        triples += [*said(iri), *records(record_of(iri), PLACE, "2026-01-01T00:00:00Z")]
    data = rdflib.Graph()
    data.parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    kinds = {str(kind) for kind in data.objects(None, rdflib.RDF.type)}
    assert {DCAT("Catalog").value, DCAT("CatalogRecord").value, DCT("PeriodOfTime").value} <= kinds
    assert violations(data, "dcat-ap/dcat-ap-3.0.1-SHACL.ttl") == {("Violation", BARE, "description")}


def test_the_catalogue_names_who_publishes_it() -> None:
    found = catalogue_triples(PLACE, "2026-01-01T00:00:00Z", "")
    assert (NamedNode(PLACE.catalogue), RDF("type"), DCAT("Catalog")) in [
        (t.subject, t.predicate, t.object) for t in found
    ]
    assert values(found, NamedNode(PLACE.catalogue), DCT("publisher")) == [f"{PLACE.catalogue}#publisher"]
    assert not any(t.predicate == DCT("license") for t in found)
