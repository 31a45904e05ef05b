"""Who provides a dataset: in their order, over the steps from what it was derived from to its stores."""

from tests.sparql.questions.asked import ask, said, stored

TIDES = """
<urn:tides> a dcat:Dataset ; dct:title "Tides" ; prov:wasDerivedFrom <urn:gauges> ; dcat:distribution <urn:store> ;
    dct:isPartOf <urn:sea> ; dct:creator <urn:lab> ; prov:qualifiedAttribution <urn:1> , <urn:2> , <urn:3> , <urn:4> .
<urn:1> prov:agent <urn:lab> ; dcat:hadRole <https://w3id.org/leap-kg/role/producer> ,
    <https://w3id.org/leap-kg/role/licensor> ; schema:position 1 ; dct:description "Gridded them." .
<urn:2> prov:agent <urn:cloud> ; dcat:hadRole <https://w3id.org/leap-kg/role/host> ; schema:position 3 .
<urn:3> prov:agent <urn:lab> ; dcat:hadRole <https://w3id.org/leap-kg/role/processor> ; schema:position 2 .
<urn:4> prov:agent <urn:kim> ; dcat:hadRole <https://w3id.org/leap-kg/role/maintainer> .
<urn:gauges> a dcat:Dataset ; dct:title "Gauges" ; prov:wasDerivedFrom <urn:raw> ; prov:qualifiedAttribution <urn:5> .
<urn:5> prov:agent <urn:office> ; dcat:hadRole <https://w3id.org/leap-kg/role/producer> ; schema:position 1 .
<urn:raw> prov:qualifiedAttribution <urn:6> .
<urn:6> prov:agent <urn:crew> ; dcat:hadRole <urn:role/observer> .
<urn:role/observer> skos:prefLabel "observer" .
<urn:sea> dct:publisher <urn:cloud> .
<urn:alone> leap:storageURI "gs://t/a" ; dct:title "Alone" ; dct:publisher <urn:cloud> .
<urn:store> leap:storageURI "gs://t/s" ; dct:title "Tides, gridded" ;
    dct:creator <urn:lab> ; prov:wasAttributedTo <urn:office> .
"""


def test_each_step_has_its_providers_in_their_order() -> None:
    rows = ask(stored(said(TIDES)), "providers", title="tides")
    assert {row["dataset"] for row in rows} == {"urn:tides"}
    found = [(r["step"], r["of"], r.get("place", ""), r["who"], r["roles"], r.get("did", "")) for r in rows]
    assert found == [
        ("what it was derived from", "urn:gauges", "1", "urn:office", "producer", ""),
        ("what it was derived from", "urn:raw", "", "urn:crew", "observer", ""),
        ("its collection", "urn:sea", "", "urn:cloud", "publisher", ""),
        ("itself", "urn:tides", "1", "urn:lab", "licensor, producer", "Gridded them."),
        ("itself", "urn:tides", "2", "urn:lab", "processor", ""),
        ("itself", "urn:tides", "3", "urn:cloud", "host", ""),
        ("its store", "urn:store", "", "urn:lab", "creator", ""),
        ("its store", "urn:store", "", "urn:office", "institution", ""),
    ]
    assert {row["dataset"] for row in ask(stored(said(TIDES)), "providers")} == {"urn:tides", "urn:gauges", "urn:alone"}
    assert ask(stored(said(TIDES)), "providers", title="moon") == []
