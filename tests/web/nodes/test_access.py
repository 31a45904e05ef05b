"""A store's page says who may read it, and what those can do who may not."""

import pytest
from pyoxigraph import NamedNode

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.nodes.access import access_of
from leap_kg.web.nodes.store import store_entry
from leap_kg.web.reading import Reading
from leap_kg.web.site import Site
from tests.web.platform import publish, triples

_RIGHT = "http://publications.europa.eu/resource/authority/access-right"
SAID = f"""
<STORE/closed> a dcat:Distribution, leap:ZarrStore ; dct:title "Closed" ; dct:accessRights <{_RIGHT}/NON_PUBLIC> ;
    dct:format <BASEformat/zarr> ; leap:storageURI "gs://lab-data/closed.zarr"^^xsd:anyURI .
<STORE/open> a dcat:Distribution ; dct:title "Open" ; leap:storageURI "gs://lab-data/open.zarr"^^xsd:anyURI ;
    dct:accessRights <{_RIGHT}/NON_PUBLIC>, <{_RIGHT}/PUBLIC> .
<STORE/alone> a dcat:Distribution ; dct:title "Alone" ; dct:accessRights <https://example.org/rights/members_only> ;
    leap:storageURI "gs://lab-data/alone.zarr"^^xsd:anyURI .
<STORE/silent> a dcat:Distribution ; dct:title "Silent" ; leap:storageURI "gs://x/silent.zarr"^^xsd:anyURI .
<DATASET/kept> a dcat:Dataset ; dct:title "Kept" ; dct:source <https://example.org/kept> ;
    dcat:distribution <STORE/closed>, <STORE/open> ;
    schema:maintainer <https://orcid.org/0000-0002-1825-0097> ; dcat:contactPoint <DATASET/kept#contact> .
<DATASET/kept#contact> a vcard:Kind ; vcard:hasEmail <mailto:data@example.org> .
<https://orcid.org/0000-0002-1825-0097> a foaf:Person ; foaf:name "Josiah Carberry" .
<BASEbucket/gs/lab-data> a dcat:DataService ; dct:title "gs://lab-data" .
<BASEhub/lab> a leap:HubDeployment ; dct:title "Lab hub" ; dct:requires <BASEbucket/gs/lab-data> .
"""


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    home = Home(tmp_path_factory.mktemp("access") / "home")
    with Writer(home, BASE) as writer:
        text = "@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .\n" + SAID
        publish(writer, "access", "Access", triples(text), 1)
    return Site(Settings(home=home.path)).revision().reading


def node(name: str) -> NamedNode:
    return NamedNode(f"{BASE}store/nyu1.osn.mghpcc.org/leap-test/{name}")


def test_a_closed_store_says_so_and_where_and_whom_to_ask(reading: Reading) -> None:
    entry = store_entry(reading, node("closed"))
    assert entry.access.closed
    assert entry.access.words.startswith("not public")
    assert [hub.label for hub in entry.access.hubs] == ["Lab hub"]
    assert [one.label for one in entry.access.ask] == ["data@example.org", "Josiah Carberry"]
    assert entry.snippet is not None
    assert not any("If the bucket is private" in note for note in entry.snippet.notes)


def test_what_answers_outweighs_a_record_and_silence_says_nothing(reading: Reading) -> None:
    assert access_of(reading, node("open"), "gs://lab-data/open.zarr").public
    silent = access_of(reading, node("silent"), "gs://lab-data/silent.zarr")
    assert (silent.words, silent.closed, silent.public) == ("not stated", False, False)


def test_a_right_that_nobody_knows_is_shown_and_a_bad_address_has_no_hub(reading: Reading) -> None:
    found = access_of(reading, node("alone"), "gs://[bad/closed.zarr")
    assert (found.words, found.closed, found.hubs, found.ask) == ("members only", True, (), ())
