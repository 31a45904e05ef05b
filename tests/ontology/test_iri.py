"""IRIs: one name for one thing, and a path of the web server for every one of them."""

import hashlib
import re
from urllib.parse import quote, unquote

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ontology.iri import digest, iri_of, iri_text, mint, part, path_of, readable, slug
from tests.ontology.terms import BASE, iris, texts

ORCID = "https://orcid.org/0000-0002-1825-0097"

any_text = st.one_of(texts, st.text(max_size=30), st.text(st.characters(), max_size=10))
words = st.text("abcXYZ019-._~!$&'()*+,;=:@%/ éß中😀\u00a0?#[]{}|\\^`\"<>", max_size=20)
unicode_text = any_text.filter(lambda text: not re.search("[\ud800-\udfff]", text))


# --- paths --------------------------------------------------------------------------------------------------------


def shown(path: str, base: str) -> str:
    """The IRI that the server looks up for a path, once a browser has resolved it and asked for it."""
    assert re.fullmatch("/[!-~]*", path), "a path is printable ASCII"
    assert not path.startswith("//"), "the path leads to another host"
    asked, _, fragment = path.partition("#")
    asked, _, query = asked.partition("?")
    segments = re.sub("%2e", ".", asked, flags=re.IGNORECASE).split("/")
    assert not {".", ".."} & set(segments), "a browser resolves the path to another one"
    if asked == "/node" and query:
        assert not fragment
        return unquote(query.removeprefix("iri="))
    assert not query
    return iri_of(base, asked) + (f"#{fragment}" if fragment else "")


own = st.builds(
    lambda kind, name: f"{BASE}{kind}/{name}", st.sampled_from(("dataset", "store", "orcid", "node", "")), words
)
external = st.builds(
    lambda start, name: start + name,
    st.sampled_from(
        (
            "https://orcid.org/", "https://github.com/", "https://doi.org/", "https://ror.org/", "https://spdx.org/licenses/",
            "https://arxiv.org/abs/", "https://example.org/", "https://orcid.org", "http://orcid.org/",
        )
    ),
    words,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(own, external, iris.map(lambda node: node.value)))
@example(BASE)
@example(BASE + "/")
@example(BASE + "//evil.example/x")
@example(BASE + "dataset/../../x")
@example(BASE + "dataset/%2e%2e/x")
@example(BASE + "dataset/.")
@example(BASE + "node?iri=x")
@example(BASE + "dataset/x?y")
@example(BASE + "dataset/x#")
@example(BASE + "dataset/x#a")
@example(BASE + "#a")
@example(BASE + "orcid/0000-0002-1825-0097")
@example(BASE + "dataset/%41")
@example(BASE + "dataset/é")
@example("https://github.com/")
@example("https://github.com//x")
@example("https://github.com/o/r#readme")
@example("https://doi.org/10.1000/(a)<b>;c")
@example("https://doi.org/10.1/a%2Fb")
@example(ORCID)
def test_every_node_has_a_path_that_leads_back(text: str) -> None:
    try:
        iri = NamedNode(text).value
    except ValueError:
        assume(False)
    assert shown(path_of(BASE, iri), BASE) == iri


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        (BASE + "dataset/leap-stc/gotm", "/dataset/leap-stc/gotm"),
        (BASE + "dataset/x#finding-1", "/dataset/x#finding-1"),
        (BASE + "ontology#ZarrStore", "/ontology#ZarrStore"),
        (ORCID, "/orcid/0000-0002-1825-0097"),
        ("https://github.com/leap-stc/gotm", "/github/leap-stc/gotm"),
        ("https://doi.org/10.5281/zenodo.1", "/doi/10.5281/zenodo.1"),
        ("https://ror.org/00hj8s172", "/ror/00hj8s172"),
        ("https://spdx.org/licenses/CC-BY-4.0", "/licence/CC-BY-4.0"),
        ("https://arxiv.org/abs/2306.08754", "/arxiv/2306.08754"),
        ("http://www.w3.org/ns/dcat#Dataset", "/node?iri=http%3A%2F%2Fwww.w3.org%2Fns%2Fdcat%23Dataset"),
        ("https://github.com/o/r?tab=readme", "/node?iri=https%3A%2F%2Fgithub.com%2Fo%2Fr%3Ftab%3Dreadme"),
        (BASE, "/node?iri=" + quote(BASE, safe="")),
    ],
)
def test_paths_are_the_ones_people_expect(iri: str, path: str) -> None:
    assert path_of(BASE, iri) == path
    assert shown(path, BASE) == iri


def test_paths_follow_the_base() -> None:
    base = "https://example.org/kg/"
    assert path_of(base, base + "dataset/x") == "/dataset/x"
    assert iri_of(base, "/dataset/x") == base + "dataset/x"
    assert path_of(base, BASE + "dataset/x").startswith("/node?iri=")


# --- names --------------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(any_text)
def test_slugs_are_plain_names(text: str) -> None:
    made = slug(text)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", made)
    assert len(made) <= 80
    assert slug(made) == made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sea Ice: v2.1", "sea-ice-v2-1"),
        ("Ångström", "angstrom"),
        ("ﬁne", "fine"),
        ("  --x--  ", "x"),
        ("a" * 200, "a" * 80),
    ],
)
def test_slugs_of_names(text: str, expected: str) -> None:
    assert slug(text) == expected


@pytest.mark.parametrize("text", ["海面", "", "—", "😀"])
def test_a_text_without_latin_letters_is_named_by_its_hash(text: str) -> None:
    assert slug(text) == digest(text)
    assert len({slug(text), slug(text + "水"), slug("—" + text)}) == 3


@settings(max_examples=100, deadline=None)
@given(st.lists(any_text.filter(lambda text: "\x1f" not in text), max_size=3), st.lists(any_text, max_size=3))
def test_digests_tell_texts_apart(one: list[str], other: list[str]) -> None:
    made = digest(*one)
    assert re.fullmatch("[0-9a-f]{12}", made)
    assert digest(*one) == made
    assume("\x1f" not in "".join(other))
    assert (digest(*other) == made) == ("\x1f".join(one) == "\x1f".join(other))


def test_a_digest_never_changes() -> None:
    """Fragments of published IRIs are made of these."""
    assert digest("finding", "x") == hashlib.sha256(b"finding\x1fx").hexdigest()[:12]
    assert digest("x") == "2d711642b726"
    assert part(NamedNode("a:b"), "finding", "x").value == "a:b#finding-2d711642b726"


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(("dataset", "person")), st.lists(unicode_text, min_size=1, max_size=3))
def test_minting_keeps_names_apart(kind: str, names: list[str]) -> None:
    node = mint(BASE, kind, *names)
    assert node.value.startswith(f"{BASE}{kind}/")
    assert unquote(node.value.removeprefix(f"{BASE}{kind}/")) == "/".join(names)
    assert node.value.isascii()
    assert shown(path_of(BASE, node.value), BASE) == node.value


def test_parts_belong_to_their_node() -> None:
    node = mint(BASE, "dataset", "x")
    made = {part(node, "finding", *identity).value for identity in [("a",), ("b",), ("a", "b"), ("ab",)]}
    assert len(made) == 4
    assert all(iri.startswith(node.value + "#finding-") for iri in made)
    assert path_of(BASE, part(node, "finding", "a").value).startswith("/dataset/x#finding-")


# --- texts from outside -------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        any_text, words, st.builds(lambda s, t: s + t, st.sampled_from(("https://", "gs://b/", "urn:", "a:")), any_text)
    )
)
@example("http://x/%zz%4")
@example("http://[::1")
@example("http://a#b#c")
@example("http://x/\ud800")
@example("javascript:alert(1)")
@example("://x")
@example("a:")
@example("http://ex ample.org/")
def test_any_text_is_an_iri_or_none(text: str) -> None:
    iri = iri_text(text)
    if iri is not None:
        assert NamedNode(iri).value == iri
        assert iri.isascii()
        assert iri_text(iri) == iri


@settings(max_examples=50, deadline=None)
@given(iris)
def test_what_is_an_ascii_iri_stays_as_it_is(node: NamedNode) -> None:
    if node.value.isascii() and not node.value.endswith(":"):
        assert iri_text(node.value) == node.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/ü?q=<x>", "https://example.org/%C3%BC?q=%3Cx%3E"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/%41", "https://example.org/%41"),
        ("gs://bucket/key", "gs://bucket/key"),
        ("example.org/a", None),
        ("/a/b", None),
        ("", None),
        ("https:", None),
        ("http://[x", None),
    ],
)
def test_iris_of_texts(text: str, expected: str | None) -> None:
    assert iri_text(text) == expected


@settings(max_examples=50, deadline=None)
@given(iris)
def test_every_node_has_some_readable_name(node: NamedNode) -> None:
    assert readable(node.value)


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        (BASE + "dataset/leap-stc/sea%20ice", "sea ice"),
        (BASE + "ontology#ZarrStore", "ZarrStore"),
        (BASE + "dataset/x/", "x"),
        ("urn:x:y", "urn:x:y"),
        ("https:///", "https:"),
    ],
)
def test_readable_names(iri: str, expected: str) -> None:
    assert readable(iri) == expected
