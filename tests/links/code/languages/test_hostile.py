"""Bad input is a finding, never a crash; the rest is read, and the work is bounded."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.code import bounds
from leap_kg.links.code.languages import grammar
from leap_kg.links.code.languages.files import read_source
from tests.links.code.reading import short

UNREADABLE = {
    "nul": b"x <- 1\0",
    "too large": b"#" * (bounds.MAX_SOURCE + 1),
    "no code": b"\x01\x02 ((( ]]] }}} )))",
    "brackets": b"(" * 50_000,
}


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize("path", ["a.R", "a.jl", "a.sh"])
def test_what_cannot_be_read_is_a_finding(name: str, path: str) -> None:
    mined = read_source(UNREADABLE[name], path)
    assert [finding.kind for finding in mined.findings] == ["unreadable-file"]
    assert len(mined.findings[0].message) < 400


def test_latin_is_read_and_told() -> None:
    mined = read_source("# précipitation\nnc_open('s3://lake/é.nc')\n".encode("latin-1"), "a.R")
    assert [(finding.kind, finding.pointer) for finding in mined.findings] == [("bad-text", "a.R (line 1)")]
    assert short(mined) == [("D1", "s3://lake/é.nc")]


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("u <- 's3://lake/a.nc'\nnc_open(u)\nx <- (1 +\ny <- )\n", "a.R"),
        ('NCDataset("s3://lake/a.nc")\nfunction f(\nx = )\n', "a.jl"),
        ("wget https://host.org/a.nc\nif [ x; then\n", "a.sh"),
    ],
)
def test_what_is_sound_is_read_beside_what_is_not(code: str, path: str) -> None:
    mined = read_source(code.encode(), path)
    assert [finding.kind for finding in mined.findings] == ["unreadable-file"]
    assert "D1" in [signal.method for signal in mined.signals]


def test_addresses_in_what_is_no_code_are_mentions() -> None:
    signals = read_source(b"x <- ((( 's3://lake/a.nc'", "a.R").signals
    assert [(s.method, s.target, s.via) for s in signals] == [("D5", "s3://lake/a.nc", "unparsed code")]


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("x <- " + "+".join(["'s3://lake/b'"] * 2000), "a.R"),
        ("x <- " + "f(" * 500 + ")" * 500, "a.R"),
        ("x <- " + "{" * 500 + "}" * 500, "a.R"),
        ("if (a) " * 2000 + "b", "a.R"),
        ("x <- y" + " %>% f('s3://lake/b')" * 500, "a.R"),
        ("f <- function(x) { f(paste0(x, x)); g(x) }\ng <- function(x) f(x)\nf('s3://')", "a.R"),
        ("x <- 1:1000000000\nsprintf('%999999999d', 1)\nrep('a', 10^9)", "a.R"),
        ("x <- c(1)\n" + "x <- c(x, x)\n" * 60, "a.R"),
        ("x = " + " * ".join(['"s3://lake/b"'] * 2000), "a.jl"),
        ("x = " + "[" * 2000 + "]" * 2000, "a.jl"),
        ('x = "a"\n' + "x = x * x\n" * 60, "a.jl"),
        ("f(x) = g(x * x)\ng(x) = f(x)\nf(\"s3://\")", "a.jl"),
    ],
)  # fmt: skip
def test_what_is_deep_or_endless_is_followed_as_far_as_it_goes(code: str, path: str) -> None:
    limit = sys.getrecursionlimit()
    call = "\nnc_open('s3://lake/a.nc')\n" if path == "a.R" else '\nNCDataset("s3://lake/a.nc")\n'
    assert ("D1", "s3://lake/a.nc") in short(read_source((code + call).encode(), path))
    assert sys.getrecursionlimit() == limit


def test_more_signals_than_are_kept_are_a_finding() -> None:
    mined = read_source("\n".join(f"# gs://lake/{n}.zarr" for n in range(bounds.MOST_SIGNALS + 1)).encode(), "a.R")
    assert [finding.kind for finding in mined.findings] == ["list-cut"]


def test_a_text_that_takes_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammar, "MAX_PARSING", 0.0)
    mined = read_source(b"x <- 1\n" * 1000, "a.R")
    assert ["takes too long" in finding.message for finding in mined.findings] == [True]
    monkeypatch.undo()
    assert short(read_source(b"nc_open('s3://lake/a.nc')\n" + b"x <- 1\n" * 1000, "a.R")) == [("D1", "s3://lake/a.nc")]


WORDS = st.sampled_from(
    [
        *(
            "nc_open(",
            "'s3://l/a'",
            '"s3://$x"',
            "paste0(",
            "for",
            "if",
            "else",
            "function",
            "(",
            ")",
            "{",
            "}",
            "[",
            "]",
        ),
        *(
            "[[",
            "]]",
            "x",
            "<-",
            "=",
            "->",
            "|>",
            "%>%",
            ",",
            "$",
            "@",
            "::",
            "~",
            "!",
            "+",
            "*",
            ":",
            "begin",
            "end",
            "do",
        ),
        *(
            "in",
            "let",
            "module",
            "const",
            "@load",
            "@time",
            "=>",
            "?",
            ";",
            '"',
            "'",
            "`",
            "#",
            "\\",
            "$(",
            "${",
            "wget",
        ),
        *("<<EOF", "case", "esac", "&&", "|", "struct", "where", "..."),
    ]
)


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, max_size=40), st.sampled_from(["a.R", "a.jl", "a.sh", "a.Rmd", "Makefile"]))
def test_any_words_give_an_answer(words: list[str], path: str) -> None:
    text = " ".join(words).replace(" ; ", "\n")
    for signal in read_source(text.encode(), path).signals:
        assert signal.place.quote in text


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["a.R", "a.jl", "a.sh", "a.qmd", "Artifacts.toml"]))
def test_any_bytes_give_an_answer(data: bytes, path: str) -> None:
    assert len(read_source(data, path).findings) <= 3
