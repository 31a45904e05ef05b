"""Twelve questions of the kind that people put to a graph of stores, and the look-up of one of them.

The graph has, for each store, its type, title, variable, model, experiment, size in bytes, date of issue and address.
"""

_PREFIXES = """PREFIX leap: <https://w3id.org/leap/>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX var: <https://leap.example/id/var/>
PREFIX model: <https://leap.example/id/model/>
PREFIX exp: <https://leap.example/id/exp/>
"""

_BODIES = {
    "stores": "SELECT (COUNT(*) AS ?n) { ?s a leap:ZarrStore }",
    "stores per variable": "SELECT ?v (COUNT(?s) AS ?n) { ?s leap:variable ?v } GROUP BY ?v ORDER BY DESC(?n)",
    "bytes per model": (
        "SELECT ?m (SUM(?b) AS ?total) { ?s leap:model ?m ; dcat:byteSize ?b } "
        "GROUP BY ?m ORDER BY DESC(?total) LIMIT 10"
    ),
    "largest stores": "SELECT ?s ?b { ?s dcat:byteSize ?b } ORDER BY DESC(?b) LIMIT 20",
    "one variable of one model": (
        "SELECT ?s ?t { ?s leap:variable var:tas ; leap:model model:MODEL-7 ; dct:title ?t } ORDER BY ?t LIMIT 100"
    ),
    "experiments of a model": (
        "SELECT ?e (COUNT(?s) AS ?n) { ?s leap:model model:MODEL-3 ; leap:experiment ?e } GROUP BY ?e ORDER BY ?e"
    ),
    "titles that match": 'SELECT (COUNT(*) AS ?n) { ?s dct:title ?t FILTER(REGEX(?t, "^store [0-9]*77 tas")) }',
    "issued in a range": (
        "SELECT (COUNT(*) AS ?n) { ?s dct:issued ?d "
        'FILTER(?d >= "2020-01-01"^^xsd:date && ?d < "2021-01-01"^^xsd:date) }'
    ),
    "models with two experiments": (
        "SELECT ?m (COUNT(DISTINCT ?v) AS ?n) { ?a leap:model ?m ; leap:experiment exp:ssp585 ; leap:variable ?v } "
        "GROUP BY ?m HAVING(?n > 5) ORDER BY ?m"
    ),
    "large recent stores of a variable": (
        "SELECT ?s ?b ?d { ?s leap:variable var:pr ; dcat:byteSize ?b ; dct:issued ?d "
        'FILTER(?b > 990000000 && ?d > "2022-01-01"^^xsd:date) } ORDER BY DESC(?b) LIMIT 50'
    ),
    "average per variable and experiment": (
        "SELECT ?v ?e (AVG(?b) AS ?mean) { ?s leap:variable ?v ; leap:experiment ?e ; dcat:byteSize ?b } "
        "GROUP BY ?v ?e ORDER BY ?v ?e"
    ),
    "variables that a model lacks": (
        "SELECT DISTINCT ?v { ?x leap:variable ?v MINUS { ?y leap:model model:MODEL-59 ; "
        "leap:experiment exp:piControl ; leap:variable ?v } } ORDER BY ?v"
    ),
}
QUERIES = {name: _PREFIXES + body for name, body in _BODIES.items()}
STORE = "https://leap.example/id/store/"


def lookup(number: int) -> str:
    """Everything said of one store."""
    return f"SELECT ?p ?o WHERE {{ <{STORE}{number}> ?p ?o }}"
