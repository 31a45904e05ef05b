"""How a dataset is opened in an environment: what its format and place need, and what is known against it."""

from tests.sparql.questions.asked import ask, said, stored

STORES = """
<urn:rain> a dcat:Dataset ; dct:title "Rain" ; dcat:distribution <urn:s3> , <urn:gs> , <urn:web> , <urn:osn> .
<urn:osn> dct:title "Near" ; leap:storageURI "s3://rain/near"^^xsd:anyURI ;
    dct:format <https://w3id.org/leap-kg/format/zarr> ;
    leap:storageEndpoint "https://osn.org"^^xsd:anyURI ; dcat:accessURL <https://osn.org/rain/near> .
<urn:s3> dct:title "Fine" , "s3://rain/fine.zarr" ; leap:storageURI "s3://rain/fine.zarr"^^xsd:anyURI ;
    dct:format <https://w3id.org/leap-kg/format/zarr> ; leap:openKwargs "{\\"engine\\": \\"zarr\\"}" ;
    adms:status <https://w3id.org/leap-kg/status/answers> ; dct:date "2026-03-01"^^xsd:date .
<urn:gs> dct:title "Coarse" ; leap:storageURI "gs://rain/coarse"^^xsd:anyURI .
<urn:web> dct:title "File" ; leap:storageURI "https://rain.org/a.nc"^^xsd:anyURI ;
    dct:format <https://w3id.org/leap-kg/format/netcdf> .
<urn:finding> sh:focusNode <urn:web> ; sh:resultMessage "The engine does not fit" ; leap:fixHint "Set it." .
<urn:look> a schema:SoftwareSourceCode ; prov:used <urn:s3> .
<urn:image> a leap:ContainerImage ; dct:title "lab/tide:1" ; schema:softwareRequirements <urn:x> , <urn:z> , <urn:s> .
<urn:x> dct:isVersionOf <urn:xarray> ; schema:softwareVersion "2026.1" . <urn:xarray> dct:title "xarray" .
<urn:z> dct:isVersionOf <urn:zarr> ; schema:softwareVersion "3.1" . <urn:zarr> dct:title "zarr" .
<urn:s> dct:isVersionOf <urn:s3fs> ; schema:softwareVersion "2025.2" . <urn:s3fs> dct:title "s3fs" .
<urn:empty> a leap:ContainerImage ; dct:title "lab/tide:2" .
"""


def test_a_store_says_what_it_needs_and_what_the_image_has() -> None:
    store = stored(said(STORES))
    rows = {row.pop("store"): row for row in ask(store, "open-store", title="rain", image="lab/tide:1")}
    assert rows == {
        "urn:s3": {
            "name": "Fine",
            "address": "s3://rain/fine.zarr",
            "arguments": '{"engine": "zarr"}',
            "packages": "s3fs 2025.2, xarray 2026.1, zarr 3.1",
            "answer": "answers",
            "asked": "2026-03-01",
            "readers": "1",
        },
        "urn:osn": {
            "name": "Near",
            "address": "https://osn.org/rain/near",
            "packages": "aiohttp absent, fsspec absent, xarray 2026.1, zarr 3.1",
            "answer": "unknown",
            "readers": "0",
        },
        "urn:gs": {
            "name": "Coarse",
            "address": "gs://rain/coarse",
            "packages": "gcsfs absent, xarray 2026.1, zarr 3.1",
            "answer": "unknown",
            "readers": "0",
        },
        "urn:web": {
            "name": "File",
            "address": "https://rain.org/a.nc",
            "packages": "aiohttp absent, fsspec absent, h5netcdf absent, xarray 2026.1",
            "answer": "unknown",
            "readers": "0",
            "faults": "The engine does not fit: Set it.",
        },
    }


def test_what_nobody_listed_is_unknown_and_not_absent() -> None:
    for image in ("lab/tide:2", "lab/other:1"):
        (row,) = ask(stored(said(STORES)), "open-store", title="coarse", image=image)
        assert row["packages"] == (
            "gcsfs (version not recorded), xarray (version not recorded), zarr (version not recorded)"
        )


def test_a_package_that_an_image_has_twice_is_named_with_both_versions() -> None:
    more = """<urn:image> schema:softwareRequirements <urn:y> .
        <urn:y> dct:isVersionOf <urn:xarray> ; schema:softwareVersion "0.9" ."""
    (row,) = ask(stored(said(STORES + more)), "open-store", title="coarse", image="lab/tide:1")
    assert row["packages"] == "gcsfs absent, xarray 0.9, xarray 2026.1, zarr 3.1"
