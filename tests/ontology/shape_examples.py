"""For each shape a node that it accepts, and ways to spoil that node, each of which it must notice.

A node is a table of predicates and objects in Turtle. A spoiling names the predicate it changes, and what stands
there instead (`""`: nothing); `also` are statements about other nodes that the example needs.
"""

from dataclasses import dataclass

PREFIXES = """
@prefix kg: <https://w3id.org/leap-kg/> .
@prefix leap: <https://w3id.org/leap-kg/ontology#> .
@prefix shape: <https://w3id.org/leap-kg/shape/> .
@prefix cito: <http://purl.org/spar/cito/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix schema: <https://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@dataclass(frozen=True, slots=True)
class Spoiling:
    """One fault: what stands at `predicate` instead, or `node` as another name of the node itself."""

    predicate: str = ""
    objects: str = ""
    node: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A node that its shape accepts, and the spoilings that it does not."""

    node: str
    valid: dict[str, str]
    spoilt: list[Spoiling]
    also: str = ""

    def turtle(self, spoiling: Spoiling | None = None) -> str:
        """The node, spoilt or not, as a Turtle document."""
        spoiling = spoiling or Spoiling()
        said = {**self.valid, **({spoiling.predicate: spoiling.objects} if spoiling.predicate else {})}
        lines = " ;\n    ".join(f"{predicate} {objects}" for predicate, objects in said.items() if objects)
        return f"{PREFIXES}\n{spoiling.node or self.node} {lines} .\n{self.also}\n"


def _one_text(predicate: str) -> list[Spoiling]:
    return [Spoiling(predicate), Spoiling(predicate, '"a" , "b"'), Spoiling(predicate, '""')]


_ATTRIBUTION = "<https://w3id.org/leap-kg/dataset/x#attribution-1>"
_ROLE = "<https://w3id.org/leap-kg/role/host>"
_TIME = '"2026-03-01T12:00:00Z"^^xsd:dateTime'

EXAMPLES: dict[str, Example] = {
    "dataset": Example(
        "<https://w3id.org/leap-kg/dataset/x>",
        {
            "a": "dcat:Dataset",
            "dct:title": '"Sea ice"',
            "dct:description": '"Thickness of sea ice."',
            "dct:license": "<https://spdx.org/licenses/CC-BY-4.0>",
            "dcat:distribution": "<https://w3id.org/leap-kg/store/x>",
            "dcat:keyword": '"ice" , "ocean"@en',
            "dct:source": "<https://example.org/catalog.yaml>",
            "schema:maintainer": "<https://orcid.org/0000-0002-1825-0097>",
            "leap:feedstock": "<https://github.com/leap-stc/x>",
            "prov:qualifiedAttribution": _ATTRIBUTION,
        },
        [
            *_one_text("dct:title"),
            Spoiling("dct:description", '"a" , "b"'),
            Spoiling("dct:description", "<https://example.org/text>"),
            Spoiling("dct:license", '"CC-BY"'),
            Spoiling("dct:license", "<https://spdx.org/licenses/MIT> , <https://spdx.org/licenses/CC-BY-4.0>"),
            Spoiling("dcat:distribution", '"gs://bucket/x"'),
            Spoiling("dcat:keyword", '"ice" , ""'),
            Spoiling("dcat:keyword", "<https://example.org/ice>"),
            Spoiling("dct:source"),
            Spoiling("dct:source", '"catalog.yaml"'),
            Spoiling("schema:maintainer", '"Ada"'),
            Spoiling("leap:feedstock", '"leap-stc/x"'),
            Spoiling("leap:feedstock", "<https://github.com/a/b> , <https://github.com/c/d>"),
            Spoiling("prov:qualifiedAttribution", "<https://example.org/nobody>"),
        ],
        also=f"{_ATTRIBUTION} a prov:Attribution ; prov:agent <https://ror.org/00hj8s172> ; dcat:hadRole {_ROLE} .",
    ),
    "attribution": Example(
        _ATTRIBUTION,
        {"a": "prov:Attribution", "prov:agent": "<https://ror.org/00hj8s172>", "dcat:hadRole": _ROLE},
        [
            Spoiling("prov:agent"),
            Spoiling("prov:agent", "<https://ror.org/a> , <https://ror.org/b>"),
            Spoiling("prov:agent", '"NOAA"'),
            Spoiling("dcat:hadRole"),
            Spoiling("dcat:hadRole", '"host"'),
        ],
    ),
    "distribution": Example(
        "<https://w3id.org/leap-kg/store/x>",
        {
            "a": "dcat:Distribution , leap:ZarrStore",
            "dct:title": '"daily"',
            "leap:storageURI": '"gs://bucket/x.zarr"^^xsd:anyURI',
            "dcat:accessURL": "<https://storage.example.org/bucket/x.zarr>",
            "leap:openKwargs": '"{\\"consolidated\\": true}"',
        },
        [
            Spoiling("dct:title"),
            Spoiling("dct:title", '""'),
            Spoiling("leap:storageURI"),
            Spoiling("leap:storageURI", '"gs://b/x"^^xsd:anyURI , "gs://b/y"^^xsd:anyURI'),
            Spoiling("leap:storageURI", '"gs://bucket/x.zarr"'),
            Spoiling("dcat:accessURL", "<https://a.example/x> , <https://b.example/x>"),
            Spoiling("dcat:accessURL", '"https://a.example/x"'),
            Spoiling("dcat:accessURL", "<gs://bucket/x.zarr>"),
            Spoiling("leap:openKwargs", '"consolidated=True"'),
            Spoiling("leap:openKwargs", '"{}"@en'),
        ],
    ),
    "variable": Example(
        "<https://w3id.org/leap-kg/variable/x/sst>",
        {"a": "leap:Variable", "schema:name": '"sst"'},
        _one_text("schema:name"),
    ),
    "catalog-record": Example(
        "<https://w3id.org/leap-kg/entry/x>",
        {
            "a": "dcat:CatalogRecord",
            "dct:title": '"Sea ice"',
            "foaf:primaryTopic": "<https://w3id.org/leap-kg/dataset/x>",
        },
        [
            Spoiling("dct:title"),
            Spoiling("dct:title", '"a" , "b"'),
            Spoiling("foaf:primaryTopic"),
            Spoiling("foaf:primaryTopic", "<https://example.org/a> , <https://example.org/b>"),
            Spoiling("foaf:primaryTopic", '"x"'),
        ],
    ),
    "person": Example(
        "<https://orcid.org/0000-0002-1825-0097>",
        {"a": "foaf:Person", "foaf:name": '"Ada Lovelace"', "foaf:account": "<https://github.com/ada-l>"},
        [
            *_one_text("foaf:name"),
            Spoiling("foaf:account", '"https://github.com/ada"'),
            Spoiling("foaf:account", "<https://github.com/Ada>"),
            Spoiling("foaf:account", "<https://example.org/ada>"),
            Spoiling(node="_:somebody"),
        ],
    ),
    "orcid": Example(
        "<https://w3id.org/leap-kg/person/github/ada>",
        {"a": "foaf:Person", "foaf:name": '"Ada"'},
        [
            Spoiling(node="<https://orcid.org/0000-0002-1825-009>"),
            Spoiling(node="<http://orcid.org/0000-0002-1825-0097>"),
            Spoiling(node="<https://github.com/ada>"),
        ],
    ),
    "organization": Example(
        "<https://ror.org/00hj8s172>",
        {"a": "org:Organization", "foaf:name": '"Columbia University"', "foaf:homepage": "<https://www.columbia.edu/>"},
        [
            Spoiling("foaf:name"),
            Spoiling("foaf:name", '""'),
            Spoiling("foaf:homepage", '"https://www.columbia.edu/"'),
            Spoiling(node="_:some"),
        ],
    ),
    "source-code": Example(
        "<https://github.com/leap-stc/x>",
        {
            "a": "schema:SoftwareSourceCode",
            "dct:title": '"leap-stc/x"',
            "schema:codeRepository": "<https://github.com/leap-stc/x>",
        },
        [*_one_text("dct:title"), Spoiling("schema:codeRepository", '"https://github.com/leap-stc/x"')],
    ),
    "recipe": Example(
        "<https://w3id.org/leap-kg/recipe/x/one>",
        {
            "a": "leap:Recipe",
            "dct:identifier": '"one"',
            "schema:isPartOf": "<https://github.com/leap-stc/x>",
            "leap:runsIn": "<https://w3id.org/leap-kg/image/pangeo/forge:1>",
        },
        [
            Spoiling("dct:identifier"),
            Spoiling("dct:identifier", '"a" , "b"'),
            Spoiling("schema:isPartOf"),
            Spoiling("schema:isPartOf", '"leap-stc/x"'),
            Spoiling("leap:runsIn", '"pangeo/forge:1"'),
        ],
    ),
    "notebook": Example(
        "<https://w3id.org/leap-kg/notebook/x>",
        {"a": "leap:Notebook", "dct:title": '"A first look"'},
        [Spoiling("dct:title")],
    ),
    "image": Example(
        "<https://w3id.org/leap-kg/image/pangeo/forge:1>",
        {"a": "leap:ContainerImage", "dct:title": '"pangeo/forge:1"'},
        [Spoiling("dct:title"), Spoiling("dct:title", '"a" , "b"')],
    ),
    "hub": Example(
        "<https://w3id.org/leap-kg/hub/leap.2i2c.cloud>",
        {"a": "leap:HubDeployment", "dct:title": '"LEAP"', "leap:offersImage": "<https://w3id.org/leap-kg/image/x>"},
        [Spoiling("dct:title"), Spoiling("leap:offersImage", '"pangeo/pangeo-notebook"')],
    ),
    "paper": Example(
        "<https://doi.org/10.5194/x>",
        {"a": "schema:ScholarlyArticle", "dct:title": '"On sea ice"'},
        [Spoiling("dct:title")],
    ),
    "finding": Example(
        "<https://w3id.org/leap-kg/dataset/x#finding-1>",
        {
            "a": "sh:ValidationResult",
            "sh:focusNode": "<https://w3id.org/leap-kg/dataset/x>",
            "sh:resultSeverity": "sh:Warning",
            "sh:resultMessage": '"the licence is not known"',
            "leap:fixHint": '"Write an SPDX identifier."',
            "dct:type": "<https://w3id.org/leap-kg/finding-kind/unknown-licence>",
        },
        [
            Spoiling("sh:focusNode"),
            Spoiling("sh:focusNode", "<https://example.org/a> , <https://example.org/b>"),
            Spoiling("sh:focusNode", '"x"'),
            Spoiling("sh:resultSeverity"),
            Spoiling("sh:resultSeverity", "sh:Warning , sh:Info"),
            Spoiling("sh:resultSeverity", "sh:Fatal"),
            Spoiling("sh:resultMessage"),
            Spoiling("sh:resultMessage", '"a" , "b"'),
            Spoiling("leap:fixHint"),
            Spoiling("leap:fixHint", '"a" , "b"'),
            Spoiling("dct:type"),
            Spoiling("dct:type", "<https://example.org/a> , <https://example.org/b>"),
            Spoiling("dct:type", '"unknown-licence"'),
        ],
    ),
    "run": Example(
        "<https://w3id.org/leap-kg/run/one/1>",
        {"a": "leap:HarvestRun", "prov:startedAtTime": _TIME, "prov:endedAtTime": _TIME},
        [
            Spoiling("prov:startedAtTime"),
            Spoiling("prov:startedAtTime", f'{_TIME} , "2026-03-01T13:00:00Z"^^xsd:dateTime'),
            Spoiling("prov:startedAtTime", '"yesterday"'),
            Spoiling("prov:endedAtTime"),
            Spoiling("prov:endedAtTime", f'{_TIME} , "2026-03-01T13:00:00Z"^^xsd:dateTime'),
            Spoiling("prov:endedAtTime", '"2026-02-30T12:00:00Z"^^xsd:dateTime'),
        ],
    ),
    "tombstone": Example(
        "<https://w3id.org/leap-kg/dataset/gone>",
        {"a": "leap:Tombstone", "dct:title": '"Sea ice"', "prov:invalidatedAtTime": _TIME},
        [
            Spoiling("dct:title"),
            Spoiling("prov:invalidatedAtTime"),
            Spoiling("prov:invalidatedAtTime", f'{_TIME} , "2026-03-01T13:00:00Z"^^xsd:dateTime'),
            Spoiling("prov:invalidatedAtTime", '"2026"^^xsd:gYear'),
        ],
    ),
    "link": Example(
        "<https://w3id.org/leap-kg/link/x>",
        {
            "a": "leap:LinkAssertion",
            "dct:title": '"one uses the other"',
            "rdf:subject": "<https://example.org/one>",
            "rdf:predicate": "prov:used",
            "rdf:object": "<https://example.org/other>",
            "leap:confidence": '"0.97"^^xsd:decimal',
            "leap:method": "<https://w3id.org/leap-kg/link-method/D1>",
            "prov:wasGeneratedBy": "<https://w3id.org/leap-kg/run/links/1>",
            "cito:citesAsEvidence": "<https://w3id.org/leap-kg/link/x#evidence-1>",
        },
        [
            Spoiling("dct:title"),
            Spoiling("dct:title", '"a" , "b"'),
            *(
                Spoiling(f"rdf:{part}", objects)
                for part in ("subject", "predicate", "object")
                for objects in ("", "<https://example.org/a> , <https://example.org/b>", '"a"')
            ),
            Spoiling("leap:confidence"),
            Spoiling("leap:confidence", "0.9 , 0.8"),
            Spoiling("leap:confidence", '"high"'),
            Spoiling("leap:method"),
            Spoiling("leap:method", '"D1"'),
            Spoiling("prov:wasGeneratedBy"),
            Spoiling("prov:wasGeneratedBy", '"1"'),
            Spoiling("cito:citesAsEvidence"),
            Spoiling("cito:citesAsEvidence", '"line 5"'),
        ],
    ),
    "request": Example(
        "<https://w3id.org/leap-kg/request/x>",
        {
            "a": "schema:Demand",
            "dct:title": '"Daily sea ice"',
            "schema:itemOffered": "<https://w3id.org/leap-kg/dataset/x>",
            "schema:availability": "<https://w3id.org/leap-kg/request-status/in-progress>",
        },
        [
            Spoiling(node="_:x"),
            Spoiling("dct:title"),
            Spoiling("dct:title", '""'),
            Spoiling("schema:itemOffered", '"Sea ice"'),
            Spoiling(
                "schema:availability",
                "<https://w3id.org/leap-kg/request-status/asked> , <https://w3id.org/leap-kg/request-status/failed>",
            ),
            Spoiling("schema:availability", '"https://w3id.org/leap-kg/request-status/asked"'),
            Spoiling("schema:availability", "<https://w3id.org/leap-kg/state/requested>"),
        ],
    ),
    "evidence": Example(
        "<https://w3id.org/leap-kg/link/x#evidence-1>",
        {
            "a": "oa:SpecificResource",
            "oa:hasSource": "<https://example.org/file.py>",
            "oa:hasSelector": "<https://w3id.org/leap-kg/link/x#quote-1>",
            "leap:confidence": '"0.97"^^xsd:decimal',
        },
        [
            *(
                Spoiling(f"oa:{part}", objects)
                for part in ("hasSource", "hasSelector")
                for objects in ("", "<https://example.org/a> , <https://example.org/b>", '"a"')
            ),
            Spoiling("leap:confidence"),
            Spoiling("leap:confidence", "0.9 , 0.8"),
            Spoiling("leap:confidence", '"high"'),
        ],
    ),
}
