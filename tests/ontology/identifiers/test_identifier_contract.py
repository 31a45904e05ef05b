"""What every normaliser promises, whatever it is given: an answer, the same answer again, a valid IRI."""

import re
import time
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, fields
from typing import Any, Protocol, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ontology.identifiers import (
    Location,
    Refusal,
    arxiv,
    doi,
    github,
    licence,
    orcid,
    ror,
    storage,
)


@dataclass(frozen=True)
class Kind:
    """A normaliser, pieces of text that lead into its corners, and examples it accepts."""

    parse: Callable[[str], object]
    pieces: tuple[str, ...]
    accepted: tuple[str, ...]


_URLS = ["https://", "http://", "HTTPS://www.", "/", "//", "?", "#", "%", "%2F", "%25", "%41", "%ff", "@", ":", ".."]
KINDS = {
    "doi": Kind(
        doi.parse,
        (
            *_URLS,
            *[
                "doi.org/",
                "dx.doi.org/",
                "doi:",
                "DOI",
                "10.",
                "10.5281/",
                "zenodo.1",
                "(",
                ")",
                "<",
                ">",
                "[",
                "]",
                ".",
                '"',
            ],
            " ",
        ),
        (
            "10.5281/zenodo.7761881",
            "https://doi.org/10.1002/(SICI)1097(1998)17:15<1661::AID>3.0.CO;2-2",
            "10.1000/é|^`\\{}x",
        ),
    ),
    "arxiv": Kind(
        arxiv.parse,
        (
            *(*_URLS, "arXiv preprint ", " ", "CoRR, "),
            *["arxiv.org/abs/", "arXiv:", "2306.", "08754", "v2", "hep-th/", "9901001", ".pdf", "10.48550/arxiv."],
        ),
        ("2306.08754", "hep-th/9901001", "math.GT/0309136v3", "https://doi.org/10.48550/arXiv.2204.08322"),
    ),
    "orcid": Kind(
        orcid.parse,
        (
            *_URLS,
            *["orcid.org/", "ORCID", "0000", "-", "–", "0002", "1825", "0097", "000X", "x", "²", "٣"],
            " ",
            "\u00a0",
        ),
        ("0000-0002-1825-0097", "http://orcid.org/0000-0002-5631-889x", "0000 0003 3538 633X"),
    ),
    "ror": Kind(
        ror.parse,
        (*_URLS, *["ror.org/", "ror:", "00hj8s172", "05dxps055", "0", "O", "72"], " ", "\u212a"),
        ("00hj8s172", "https://ror.org/05DXPS055"),
    ),
    "repository": Kind(
        github.parse_repository,
        (
            *_URLS,
            *[
                "github.com/",
                "git@github.com:",
                "api.github.com/repos/",
                "Leap-STC",
                "GODAS",
                ".git",
                "blob/",
                "-",
                "_",
                "{x}",
            ],
        ),
        ("leap-stc/GODAS", "git@github.com:Leap-STC/a.b_c.git", "https://github.com/o/r/blob/main/a"),
    ),
    "file": Kind(
        github.parse_file,
        (
            *(*_URLS, "https://github.com/o/r/blob/", "https://github.com/o/r/tree/", "a b"),
            *("https://raw.githubusercontent.com/O/R/", "refs%2Fheads%2F", "heads%2F"),
            *["refs/", "heads/", "tags/", "main/", "#L12"],
        ),
        (
            "https://github.com/O/r/blob/main/a%20b/[x].py?plain=1#L10-L20",
            "https://github.com/o/r/tree/feature%2Fx/docs",
        ),
    ),
    "login": Kind(
        github.parse_login,
        (*_URLS, *["github.com/", "rabernat", "JBusecke", "-", "_acme", "settings", "[bot]"], "\u212a"),
        ("jbusecke", "@mitraA90", "https://github.com/norlandrhagen/", "jane_acme"),
    ),
    "storage": Kind(
        storage.parse,
        (
            *(*_URLS, "storage.googleapis.com/", "bkt.s3.us-west-2.amazonaws.com/", "nyu1.osn.mghpcc.org/", " "),
            *[
                "gs://",
                "gcs://",
                "s3://",
                "file://",
                "leap",
                "x.zarr",
                "simplecache::",
                "zip://",
                "::",
                "{v}",
                "host:8080/",
                "\\",
                "é",
            ],
        ),
        (
            "gcs://leap/a%41//b/",
            "s3://bucket",
            "https://storage.googleapis.com/leap/a%20b",
            "https://nyu1.osn.mghpcc.org/leap-pangeo-manual/x.nc",
            "http://h:80/x",
            "https://h",
            "/data/é b.zarr",
        ),
    ),
    "licence": Kind(
        licence.parse,
        (
            *(*_URLS, " ", " OR ", "Creative Commons "),
            *["CC", "BY", "-", "NC", "SA", "4.0", "0", "Attribution", "MIT", "Apache", "(", ")", "v", "GPL", "+"],
        ),
        ("cc-by-4.0", "Apache License, Version 2.0", "https://creativecommons.org/licenses/by-sa/3.0/igo/", "GPL-2.0+"),
    ),
}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def texts(kind: Kind) -> st.SearchStrategy[str]:
    """Any text, lone surrogates included, and texts made of the pieces this kind looks for."""
    piece = st.one_of(st.sampled_from(kind.pieces), st.sampled_from(kind.accepted), st.characters())
    return st.one_of(st.text(st.characters()), st.lists(piece, max_size=9).map("".join))


class Value(Protocol):
    """What all values but a file's have."""

    @property
    def value(self) -> str: ...
    @property
    def iri(self) -> str: ...


def valid(iri: str) -> str:
    """The IRI, if it is an absolute one in ASCII."""
    NamedNode(iri)
    assert re.match("[a-z0-9]+://", iri)
    assert iri.isascii()
    return iri


def check(kind: Kind, text: str) -> None:
    """The promises, for one text."""
    value = kind.parse(text)
    assert kind.parse(text) == value
    if isinstance(value, Refusal):
        assert value.reason
        assert value.hint
        (value.reason + value.hint).encode()
    elif isinstance(value, github.File):
        check_file(value)
    else:
        check_value(kind, cast("Value", value))


def check_value(kind: Kind, value: Value) -> None:
    """A value is read again from its own text and, where that is decoded like a URL, from its IRI."""
    endpoint = value.endpoint if isinstance(value, Location) else None
    again = storage.parse(value.value, endpoint) if isinstance(value, Location) else kind.parse(value.value)
    assert cast("Value", again).value == value.value
    assert cast("Value", again).iri == valid(value.iri)
    value.value.encode()
    if not (isinstance(value, Location) and value.provider in {"gs", "s3"}):
        assert cast("Value", kind.parse(value.iri)).iri == value.iri
    if isinstance(value, Location):
        assert again == value
        assert value.https is None or storage.parse(valid(value.https)) == value
        valid("https://example.org/store/" + value.slug)


def check_file(file: github.File) -> None:
    """A file is read again from its page, its bytes and its IRI."""
    assert github.parse_file(valid(file.blob_url)) == file
    bytes_only = github.File(file.repository, file.ref, file.path)
    assert file.folder or github.parse_file(valid(file.raw_url or "")) == bytes_only
    again = github.parse_file(valid(file.iri))
    assert isinstance(again, github.File)
    assert again.iri == file.iri


@EVERY_KIND
@given(data=st.data())
def test_any_text_gives_a_value_with_a_valid_iri_or_a_refusal_and_the_same_again(
    kind: Kind, data: st.DataObject
) -> None:
    check(kind, data.draw(texts(kind)))


@EVERY_KIND
def test_the_examples_are_accepted_and_keep_the_promises(kind: Kind) -> None:
    for text in kind.accepted:
        assert not isinstance(kind.parse(text), Refusal), text
        check(kind, text)


@EVERY_KIND
@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "a\x00b", "\ud800", "10.1000/\udfff", "\u202egs://b/k", "\ufeff", "\u2028", "\ufffe"]
)
def test_what_is_empty_or_hidden_is_refused(kind: Kind, text: str) -> None:
    assert isinstance(kind.parse(text), Refusal)


@EVERY_KIND
@pytest.mark.parametrize("size", [2_000, 4_000, 100_000])
def test_long_hostile_texts_are_answered_promptly(kind: Kind, size: int) -> None:
    """Below and above the length limits: what passes the limit must not be slow either."""
    patterns = [
        *kind.pieces,
        *kind.accepted,
        "a",
        "0",
        "-",
        "(",
        "()",
        ")",
        "\u200b",
        "\x00",
        "\ud800",
        "é",
        "%25",
        "a.",
        "a/",
        "cc ",
    ]
    for pattern in patterns:
        for head in ("", kind.accepted[0]):
            text = (head + pattern * (size // len(pattern)))[:size]
            start = time.perf_counter()
            kind.parse(text)
            assert time.perf_counter() - start < 1, (head, pattern)


@EVERY_KIND
def test_values_are_frozen_and_small(kind: Kind) -> None:
    value: Any = kind.parse(kind.accepted[0])
    assert not hasattr(value, "__dict__")
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(value)[0].name, "other")


def test_refusals_are_frozen_and_small() -> None:
    refusal = Refusal("reason", "hint")
    assert not hasattr(refusal, "__dict__")
    with pytest.raises(FrozenInstanceError):
        refusal.hint = "other"  # type: ignore[misc]
