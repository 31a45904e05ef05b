"""Random RDF: every text, IRI and literal that can be published, the awkward ones more often than chance has it."""

from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ontology.namespaces import RDF, XSD

BASE = "https://w3id.org/leap-kg/"

AWKWARD = (
    '"', "\\", "\\\\", '\\"', "'''", '"""', "\\u0041", "\\U0001F600", "\\n", "\n", "\r", "\r\n", "\t", "\x00",
    "\x0b\x0c", "\x7f\x85", "\u2028\u2029", "\ufeff", "\ufffe\uffff", "😀", "e\u0301", "مرحبا", "} ; DROP ALL", "# x",
    "_:b", "@en", "^^<a:b>", " .", "TC .", "<x>", "%41", "&amp;", "@id",
)  # fmt: skip

texts = st.lists(
    st.one_of(st.sampled_from(AWKWARD), st.text(st.characters(exclude_categories=["Cs"]), max_size=8)), max_size=4
).map("".join)

_segments = st.text("abzAZ09-._~!$&'()*+,;=:@é中😀\u00a0\u3000", max_size=8)
_escapes = st.sampled_from(("", "%41", "%00", "%2F", "%ff", "%7B"))
_starts = st.sampled_from(
    (
        "https://example.org/", "http://[::1]:8080/", "HTTPS://EXAMPLE.org", "urn:example:", "gs://bucket/",
        "doi:10.1/", "mailto:a@b", "tag:x,2026:", "dcat:", "schema:", "kg:", "file:///", BASE, BASE + "/",
        BASE + "dataset/", BASE + "ontology#", "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "https://orcid.org/",
    )
)  # fmt: skip


def _iri(start: str, path: list[str], escape: str, query: str, fragment: str) -> NamedNode | None:
    text = start + "/".join(path) + escape + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    try:
        return NamedNode(text)
    except ValueError:
        return None


def _is_iri(node: NamedNode | None) -> bool:
    return node is not None


_candidates = st.builds(_iri, _starts, st.lists(_segments, max_size=3), _escapes, _segments, _segments)
iris: st.SearchStrategy[NamedNode] = _candidates.filter(_is_iri)  # type: ignore[assignment]

languages = st.sampled_from(("en", "en-GB", "de-CH-1996", "zh-Hant", "x-private", "es-419"))

other_datatypes = iris.filter(lambda node: not node.value.startswith(("http://www.w3.org/2001/", str(RDF))))

exact_literals = st.one_of(
    texts.map(Literal),
    st.builds(lambda text, language: Literal(text, language=language), texts, languages),
    st.builds(lambda text, datatype: Literal(text, datatype=datatype), texts, other_datatypes),
    texts.map(lambda text: Literal(text, datatype=XSD("anyURI"))),
)
"""Literals that every store gives back letter by letter."""

objects = st.one_of(iris, exact_literals)


def triples(
    subjects: st.SearchStrategy[NamedNode], predicates: st.SearchStrategy[NamedNode]
) -> st.SearchStrategy[Triple]:
    """Triples over these subjects and predicates with any object."""
    return st.builds(Triple, subjects, predicates, objects)


any_triples = st.lists(triples(iris, iris.filter(lambda node: node != RDF("type"))), max_size=12)
