"""Stores by themselves: as distributions of the datasets that have them, whether one, several or none."""

import pytest
import rdflib
from pyoxigraph import NamedNode, RdfFormat, serialize

from leap_kg.catalog.distribution import (
    Distribution,
    dcat_ap_of,
    distribution,
    is_distribution,
    schema_org_of,
    signposts_of,
)
from leap_kg.catalog.facts import Facts
from leap_kg.ontology.namespaces import DCAT, DCT
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.catalog.made import DATASETS, NO_SHAPES, PLACE, SHAPES, WHOLE, store_of, violations

ZARR, NC = f"{BASE}store/gs/leap-test/whole.zarr", f"{BASE}store/s3/leap-test/whole.nc"
LONELY = f"{BASE}store/gs/leap-test/lonely.zarr"
MORE = f"""
<{LONELY}> a dcat:Distribution ; dct:title "Lonely" ; leap:storageURI "gs://leap-test/lonely.zarr" .
<DATASET/second> a dcat:Dataset ; dct:title "Second" ; dct:description "It has the same store." ;
    dcat:distribution <{ZARR}> .
"""


def made(iri: str, text: str = DATASETS) -> Distribution:
    return distribution(Facts(store_of(text), BASE), NamedNode(iri))


def test_what_is_a_distribution() -> None:
    facts = Facts(store_of(DATASETS), BASE)
    assert is_distribution(facts, NamedNode(ZARR))
    assert not any(is_distribution(facts, NamedNode(iri)) for iri in (WHOLE, f"{ZARR}#sst", f"{BASE}store/none"))


@pytest.mark.skipif(not SHAPES.is_dir(), reason=NO_SHAPES)
@pytest.mark.parametrize("iri", [ZARR, NC, LONELY])
def test_the_profile_has_nothing_to_say_of_a_store(iri: str) -> None:
    found = dcat_ap_of(made(iri, DATASETS + MORE), PLACE)
    text = (serialize(found, format=RdfFormat.N_TRIPLES) or b"").decode()
    data = rdflib.Graph().parse(data=text, format="nt")
    broken = violations(data, "dcat-ap/dcat-ap-3.0.1-SHACL.ttl")
    # Nobody but its storage address knows where the lonely one lies; that is what libraries open.
    assert broken == set()


def test_the_licence_is_that_of_the_one_dataset_that_has_it() -> None:
    assert made(ZARR).licence == "https://spdx.org/licenses/CC-BY-4.0"
    assert made(NC).licence == "https://spdx.org/licenses/MIT"
    shared = made(ZARR, DATASETS + MORE)
    assert (shared.licence, len(shared.datasets)) == ("", 2)
    assert not any(t.predicate == DCT("license") for t in dcat_ap_of(shared, PLACE))
    assert [each["name"] for each in schema_org_of(shared, PLACE)["encodesCreativeWork"]] == [
        "Second",
        "Whole sea surface",
    ]


def test_links_lead_to_the_data_and_to_all_datasets() -> None:
    found = signposts_of(made(ZARR, DATASETS + MORE), PLACE)
    assert [post.target for post in found if post.relation == "item"] == [
        "https://storage.googleapis.com/leap-test/whole.zarr"
    ]
    assert [post.target for post in found if post.relation == "collection"] == [
        "https://kg.example/dataset/leap-test/second",
        "https://kg.example/dataset/leap-test/whole",
    ]
    alone = signposts_of(made(LONELY, DATASETS + MORE), PLACE)
    assert not {"item", "collection", "license"} & {post.relation for post in alone}
    assert not any(t.predicate == DCAT("distribution") for t in dcat_ap_of(made(LONELY, DATASETS + MORE), PLACE))
