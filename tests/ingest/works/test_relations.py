"""Relations are the same in both registers' spellings, and versions are never the same thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.works import relations
from leap_kg.ingest.works.relations import is_known, kebab, relation
from leap_kg.ontology.namespaces import CITO, DCT, OWL, PROV

# https://datacite-metadata-schema.readthedocs.io/en/4.5/appendices/appendix-1/relationType/
_NAMES = """IsCitedBy Cites IsSupplementTo IsSupplementedBy IsContinuedBy Continues Describes IsDescribedBy
    HasMetadata IsMetadataFor HasVersion IsVersionOf IsNewVersionOf IsPreviousVersionOf IsPartOf HasPart IsPublishedIn
    IsReferencedBy References IsDocumentedBy Documents IsCompiledBy Compiles IsVariantFormOf IsOriginalFormOf
    IsIdenticalTo IsReviewedBy Reviews IsDerivedFrom IsSourceOf IsRequiredBy Requires Obsoletes IsObsoletedBy"""
DATACITE = _NAMES.split()


@pytest.mark.parametrize("name", DATACITE)
def test_every_relation_of_datacite_is_known_in_both_spellings(name: str) -> None:
    assert is_known(name)
    assert relation(name) == relation(kebab(name))


def test_a_preprint_and_its_article_are_one_statement_from_both_sides() -> None:
    assert relation("has-preprint").predicate == relation("is-preprint-of").predicate == PROV("wasRevisionOf")
    assert relation("is-preprint-of").inverse
    assert not relation("has-preprint").inverse


def test_nothing_is_the_same_as_another_or_moved() -> None:
    said = {each.predicate for each in relations._RELATIONS.values()}
    assert not said & {OWL("sameAs"), DCT("isReplacedBy")}
    assert {DCT("isVersionOf"), CITO("isRetractedBy")} <= said


@given(st.text(max_size=40))
def test_any_word_is_some_relation(name: str) -> None:
    assert relation(name).predicate.value.startswith("http")
    assert is_known(name) or relation(name).predicate == DCT("relation")
