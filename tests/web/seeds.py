"""What a fuzz run begins with: our own queries, those of the conformance suites where they are present, and attacks."""

import re
from functools import lru_cache
from pathlib import Path

from tests.sparql import hostile
from tests.sparql.body import hostile as bodies

ROOT = Path(__file__).resolve().parents[2]
SUITES = ROOT.parent / "shared/conformance/sparql11/sparql/sparql11"
_CHARS = re.compile(r'cnt:chars\s+(?:"""(.*?)"""|"((?:[^"\\\n]|\\.)*)")', re.DOTALL)
_IS_UPDATE = re.compile(r"\b(INSERT|DELETE|CLEAR|DROP|CREATE|COPY|MOVE|ADD|LOAD)\b", re.IGNORECASE)
_SHORT = 20_000


@lru_cache(maxsize=1)
def suite_texts() -> tuple[str, ...]:
    """The bodies of requests in the manifests."""
    found = []
    for manifest in sorted(SUITES.glob("*/*.ttl")):
        for long, short in _CHARS.findall(manifest.read_text(encoding="utf-8")):
            found.append((long or short).replace('\\"', '"'))
    return tuple(found)


@lru_cache(maxsize=1)
def queries() -> tuple[str, ...]:
    """Queries, good and bad."""
    named = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "sparql").rglob("*.rq"))]
    suite = [text for text in suite_texts() if not _IS_UPDATE.search(text)]
    attacks = [hostile.nested(name) for name in hostile.NESTED] + [hostile.repeated(name) for name in hostile.REPEATED]
    attacks += [hostile.PREFIXES + text for text in hostile.SERVICE.values()]
    assert named
    return tuple(text for text in (*named, *suite, *attacks) if len(text) <= _SHORT)


@lru_cache(maxsize=1)
def updates() -> tuple[str, ...]:
    """Updates, good and bad."""
    own = (
        "INSERT DATA { <http://e/s> <http://e/p> 1 , 'x'@en , _:b . GRAPH <http://e/g> { _:b a <http://e/C> } }",
        "DELETE DATA { <http://e/s> <http://e/p> 1 }",
        "DELETE WHERE { <http://e/s> ?p ?o }",
        "PREFIX e: <http://e/> WITH e:g DELETE { ?s e:p ?o } INSERT { ?s e:p ?n } WHERE { ?s e:p ?o BIND(?o+1 AS ?n) }",
        "INSERT { GRAPH ?g { ?s <e:q> [] } } USING <e:g> USING NAMED <http://e/g> WHERE { GRAPH ?g { ?s ?p ?o } }",
        "CLEAR SILENT GRAPH <http://e/g> ; CREATE SILENT GRAPH <http://e/g> ; COPY <http://e/g> TO <http://e/h>",
        "MOVE DEFAULT TO <http://e/h> ; ADD <http://e/h> TO DEFAULT ; DROP SILENT DEFAULT",
        "LOAD <http://127.0.0.1:9/> ; CLEAR ALL",
    )
    return (*own, *(text for text in suite_texts() if _IS_UPDATE.search(text)))


def searches() -> tuple[bytes, ...]:
    """Bodies for searches of STAC, good and bad."""
    return (
        b'{"bbox":[-150,-60,150,60],"limit":7,"datetime":"../2001-01-01T00:00:00Z","collections":["rough"]}',
        b'{"bbox":[-40,-40,0,40,40,9000],"sortby":[{"field":"gsd","direction":"desc"}],"token":"e30="}',
        b'{"intersects":{"type":"Polygon","coordinates":[[[-40,-40],[40,-40],[40,40],[-40,40],[-40,-40]]]}}',
        b'{"filter-lang":"cql2-json","filter":{"op":"and","args":[{"op":"<","args":[{"property":"gsd"},3]},'
        b'{"op":"like","args":[{"property":"title"},"%a_"]},{"op":"in","args":[{"property":"id"},["wave-001"]]}]}}',
        b'{"filter-lang":"cql2-text","filter":"gsd < 3 AND NOT (id = \'x\' OR CASEI(title) LIKE \'A%\')"}',
        b'{"query":{"gsd":{"lt":3,"in":[1,2]}},"fields":{"include":["properties.gsd"],"exclude":["links"]},"q":["sea"]}',
        b'{"ids":["wave-001","wave-002"],"limit":1000000000000}',
    )


def documents() -> dict[str, tuple[bytes, ...]]:
    """Bodies of RDF and of patches by media type, good and bad."""
    attacks = {
        "text/turtle": bodies.TURTLE,
        "application/ld+json": {**bodies.JSON, **bodies.REMOTE_CONTEXT, **bodies.WRONG_JSON, **bodies.TOO_MUCH_JSON},
        "application/rdf+xml": bodies.XML,
    }
    short = {kind: tuple(text for text in found.values() if len(text) <= _SHORT) for kind, found in attacks.items()}
    rdf = bodies.RDF
    return {
        "text/turtle": (
            b"@prefix e: <http://e/> . e:s e:p 1 , 'x'@en , [ e:q ( 1 2 ) ] ; a e:C .",
            b'<s> <p> """long\n"text""" . <s> <p> "\\u00e9"^^<http://e/t> .',
            *short["text/turtle"],
        ),
        "application/n-triples": (b'<http://e/s> <http://e/p> "x" .\n_:a <http://e/p> _:b .\n',),
        "application/trig": (b"<http://e/g> { <http://e/s> <http://e/p> 1 } <http://e/s> <http://e/p> 2 .",),
        "application/ld+json": (
            b'{"@context":{"@vocab":"http://e/","k":{"@id":"http://e/k","@type":"@id"}},"@id":"http://e/s","k":"x","n":[1,{"m":2}]}',
            b'[{"@id":"http://e/s","http://e/p":{"@list":[1,"a",{"@value":"x","@language":"en"}]}}]',
            *short["application/ld+json"],
        ),
        "application/rdf+xml": (
            b"<rdf:RDF " + rdf + b'><rdf:Description rdf:about="http://e/s"><a:p rdf:parseType="Collection">'
            b'<a:x/></a:p><a:q xml:lang="en">t</a:q></rdf:Description></rdf:RDF>',
            *short["application/rdf+xml"],
        ),
        "application/rdf-patch": (
            b"TX .\nD <http://e/s> <http://e/p> <http://e/o> .\nA <http://e/s> <http://e/p> <http://e/o> .\nTC .\n",
        ),
    }


PATHS = (
    b"/", b"/browse", b"/browse.json?q=a&kind=dataset", b"/search?q=alpha", b"/dataset/leap-test/alpha",
    b"/dataset/leap-test/alpha.ttl", b"/dataset/leap-test/hostile.jsonld", b"/node?iri=urn:x", b"/changes",
    b"/changes/1", b"/changes.atom", b"/findings?severity=warning", b"/ontology", b"/context.jsonld",
    b"/.well-known/void", b"/queries", b"/health", b"/ready", b"/metrics", b"/sparql", b"/update",
    b"/graph-store?default",
    b"/graph-store?graph=http://e/g", b"/ldes", b"/timemap/x", b"/timegate/x", b"/static/assets/x.js", b"/sitemap.xml",
    b"/dataset/leap-test/alpha?at=2020-01-01T00:00:00Z", b"/sparql?query=ASK%7B%7D&at=1", b"/watch?since=999999",
    b"/export.nq", b"/robots.txt", b"/orcid/0000-0002-1825-0097", b"/doi/10.1000/alpha.1", b"/stac/", b"/stac/api",
    b"/stac/collections?q=calm&sortby=-title&limit=2", b"/stac/collections/rough/items?limit=3&bbox=170,-10,-170,10",
    b"/stac/collections/rough/items/wave-001", b"/stac/search?datetime=2000-01-01T00:00:00Z/..&fields=-links",
    b"/stac/search?filter-lang=cql2-text&filter=gsd%20%3C%204%20AND%20S_INTERSECTS(geometry,POINT(1%202))",
    b"/stac/queryables", b"/curation", b"/curation?status=candidate&kind=data", b"/curation/sign-in", b"/missing",
    b"/publications?award=x", b"/outputs.csv",
)  # fmt: skip
"""Addresses of the server."""
