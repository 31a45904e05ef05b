"""What the page of a store says of the cost of reading it: what is known, and what is not."""

import pytest
from pyoxigraph import NamedNode

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.nodes.payment import Payment, payment_of
from leap_kg.web.reading import Reading
from leap_kg.web.site import Site
from tests.web.platform import publish, triples
from tests.web.server import Server

_TRAFFIC = "the region it is kept in, and the price of traffic out of it"
_UNSAID = "unknown: its record does not say"
SAID = """
<STORE/paid> a dcat:Distribution , leap:ZarrStore ; dct:title "Paid" ;
    leap:storageURI "gs://lab/paid.zarr"^^xsd:anyURI ;
    leap:openKwargs "{\\"storage_options\\": {\\"requester_pays\\": true}}" ;
    schema:variableMeasured <STORE/paid#x> , <STORE/paid#y> , <STORE/paid#z> .
<STORE/paid#x> a leap:Variable ; schema:name "x" ; leap:shape "time=24 lat=36" ; leap:chunkShape "time=1 lat=36" ;
    dcat:byteSize 3456 .
<STORE/paid#y> a leap:Variable ; schema:name "y" ; leap:shape "lat=36" ; leap:chunkShape "lat=18" ; dcat:byteSize 288 .
<STORE/paid#z> a leap:Variable ; schema:name "z" ; leap:shape "time=0" ; leap:chunkShape "time=10" ; dcat:byteSize 0 .
<STORE/osn> a dcat:Distribution ; dct:title "Near" ; leap:storageURI "s3://lab/near"^^xsd:anyURI ;
    leap:storageEndpoint "https://nyu1.osn.mghpcc.org"^^xsd:anyURI ; leap:openKwargs "{\\"requester_pays\\": false}" .
<STORE/ceph> a dcat:Distribution ; dct:title "Ceph" ; leap:storageURI "s3://lab/ceph"^^xsd:anyURI ;
    leap:storageEndpoint "https://s3.example.org"^^xsd:anyURI .
<STORE/here> a dcat:Distribution ; dct:title "Here" ; leap:storageURI "file:///data/here.zarr"^^xsd:anyURI .
<STORE/none> a dcat:Distribution ; dct:title "None" ; leap:storageURI "abfs://lab@lake/none.zarr"^^xsd:anyURI .
"""


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    home = Home(tmp_path_factory.mktemp("payment") / "home")
    with Writer(home, BASE) as writer:
        publish(writer, "payment", "Payment", triples(SAID), 1)
    return Site(Settings(home=home.path)).revision().reading


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "paid",
            Payment("Google Cloud Storage", "who reads, as its record says (requester pays)", "144 bytes", _TRAFFIC),
        ),
        ("osn", Payment("Open Storage Network", _UNSAID, "", _TRAFFIC)),
        ("ceph", Payment("a store with the interface of S3", _UNSAID, "", _TRAFFIC)),
        ("here", Payment("the machine that harvested it", "nobody: no data leave the machine", "", "")),
        ("none", Payment("unknown", _UNSAID, "", _TRAFFIC)),
    ],
)
def test_what_is_known_of_the_cost_is_said_and_the_rest_is_unknown(
    reading: Reading, name: str, expected: Payment
) -> None:
    assert payment_of(reading, NamedNode(f"{BASE}store/nyu1.osn.mghpcc.org/leap-test/{name}")) == expected


def test_the_page_of_a_store_says_it_and_that_its_code_was_not_run(server: Server) -> None:
    page = server.get("/store/nyu1.osn.mghpcc.org/leap-test/alpha.zarr").text
    assert "What reading costs" in page
    assert "Open Storage Network" in page
    assert _TRAFFIC in page
    assert "No run of this code is on record." in page
