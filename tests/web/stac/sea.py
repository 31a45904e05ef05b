"""A dataset on the antimeridian, with a Zarr store and its variables, beside the items of `tests.stac.made`."""

SEA = """
<DATASET/sea> a dcat:Dataset ; dct:title "Sea of <b>bold</b>" ; dcat:keyword "sea" ;
    dct:license <https://spdx.org/licenses/CC-BY-4.0> ; dct:bibliographicCitation "Somebody (2020)." ;
    dct:source <https://github.com/leap-test/sea/blob/main/catalog.yaml> ;
    dct:spatial <DATASET/sea#spatial-1> ; dct:temporal <DATASET/sea#temporal-1> ; dcat:distribution <STORE/sea.zarr> ;
    prov:qualifiedAttribution <DATASET/sea#attribution-1> ; leap:feedstock <https://github.com/leap-test/sea> .
<DATASET/sea#spatial-1> a dct:Location ;
    dcat:bbox "MULTIPOLYGON(((170 -10,180 -10,180 10,170 10,170 -10)),((-180 -10,-170 -10,-170 10,-180 10,-180 -10)))" .
<DATASET/sea#temporal-1> a dct:PeriodOfTime ; dcat:startDate "1990-01-01T00:00:00Z"^^xsd:dateTime .
<DATASET/sea#attribution-1> a prov:Attribution ; prov:agent <BASEorganization/lab> ; dcat:hadRole <BASErole/producer> .
<BASEorganization/lab> a org:Organization ; foaf:name "The Lab" .
<STORE/sea.zarr> a leap:ZarrStore , dcat:Distribution ; dct:title "Sea store" ; dct:format <BASEformat/zarr> ;
    dct:identifier "sea-store" ; leap:storageURI "gs://leap-test/sea.zarr"^^xsd:anyURI ;
    dcat:accessURL <https://storage.googleapis.com/leap-test/sea.zarr> ; leap:openKwargs "{\\"chunks\\": {}}" ;
    dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
    schema:variableMeasured <STORE/sea.zarr#variable-1> , <STORE/sea.zarr#variable-2> .
<STORE/sea.zarr#variable-1> a leap:Variable ; schema:name "sst" ; schema:unitText "K" ; leap:dataType "float32" ;
    leap:shape "time=12 lat=180 lon=360" ; leap:chunkShape "time=1 lat=180 lon=360" ;
    schema:propertyID <http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/> .
<STORE/sea.zarr#variable-2> a leap:Variable ; schema:name "time" ; leap:shape "time=12" .
"""
