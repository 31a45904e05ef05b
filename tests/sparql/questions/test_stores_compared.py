"""Which store is where, how large, and what is known of the cost of reading it."""

from tests.sparql.questions.asked import ask, said, stored

STORES = """
<urn:sea> a dcat:Dataset ; dct:title "Sea" ; dcat:distribution <urn:gs> , <urn:s3> , <urn:osn> , <urn:ceph> ,
    <urn:web> , <urn:here> , <urn:az> .
<urn:gs> dct:title "gs" ; leap:storageURI "gs://sea/a.zarr"^^xsd:anyURI ; dcat:byteSize 4000 ;
    leap:openKwargs "{\\"engine\\": \\"zarr\\", \\"storage_options\\": {\\"requester_pays\\": true}}" ;
    schema:variableMeasured <urn:gs#x> , <urn:gs#y> .
<urn:gs#x> leap:shape "time=100 lat=10 lon=1" ; leap:chunkShape "time=10 lat=10 lon=1" ; leap:dataType "float32" .
<urn:gs#y> leap:shape "time=100 z=3 lat=10 lon=2" ; leap:chunkShape "time=5 z=3 lat=10 lon=2" ; leap:dataType "int64" .
<urn:s3> dct:title "s3" ; leap:storageURI "s3://sea/a.zarr"^^xsd:anyURI ;
    leap:openKwargs "{\\"requester_pays\\": false}" ;
    schema:variableMeasured <urn:s3#x> .
<urn:s3#x> leap:shape "a b=1 lat=1 lon=1" ; leap:chunkShape "a b=1 lat=1 lon=1" ; leap:dataType "float32" .
<urn:osn> dct:title "osn" ; leap:storageURI "s3://sea/o.zarr"^^xsd:anyURI ;
    leap:storageEndpoint "https://nyu1.osn.mghpcc.org"^^xsd:anyURI .
<urn:ceph> dct:title "ceph" ; leap:storageURI "s3://sea/c.zarr"^^xsd:anyURI ;
    leap:storageEndpoint "https://s3.example.org"^^xsd:anyURI .
<urn:web> dct:title "web" ; leap:storageURI "https://sea.example.org/w.zarr"^^xsd:anyURI ;
    schema:variableMeasured <urn:web#x> .
<urn:web#x> leap:shape "t=2 y=2 x=2" ; leap:dataType "float32" .
<urn:here> dct:title "here" ; leap:storageURI "file:///data/h.zarr"^^xsd:anyURI ; schema:variableMeasured <urn:here#x> .
<urn:here#x> leap:shape "t=2 y=2 x=2" ; leap:chunkShape "t=1 y=2 x=2" ; leap:dataType "<U10" .
<urn:az> dct:title "az" ; leap:storageURI "abfs://sea@lake/z.zarr"^^xsd:anyURI .
"""


def test_what_is_known_of_the_cost_of_reading_is_said_and_the_rest_is_unknown() -> None:
    rows = ask(stored(said(STORES)), "stores-compared", title="sea")
    assert {row["name"]: (row["provider"], row["payer"], row.get("chunk")) for row in rows} == {
        "gs": ("Google Cloud Storage", "who reads", "2400"),  # 5 * 3 * 10 * 2 values of 8 bytes
        "s3": ("Amazon S3", "unknown", None),
        "osn": ("Open Storage Network", "unknown", None),
        "ceph": ("a store with the interface of S3", "unknown", None),
        "web": ("a web server", "unknown", None),
        "here": ("the machine that harvested it", "nobody", None),
        "az": ("unknown", "unknown", None),
    }


def test_it_finds_something_as_it_stands_where_titles_speak_of_temperature() -> None:
    titled = STORES.replace('"Sea"', '"Sea-surface Temperature"')
    for name in ("stores-compared", "exact-link", "open-store"):
        assert len(ask(stored(said(titled)), name)) == 7
