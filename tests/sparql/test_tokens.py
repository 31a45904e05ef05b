"""The tokenizer: what it reads, that it reads all of it, and in linear time."""

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from leap_kg.sparql.tokens import Kind, LexicalError, Token, decode_codepoints, position, tokenize

FRAGMENTS = [
    "SELECT", "?x", "$y", "<http://a/b>", "<", ">", "<=", "ex:a", "ex:", ":", "a.b:c.d", "_:b1", "'a'", '"b"',
    "'''c'''", '"""d"""', "'\\n'", "'", "\\", "#c\n", " ", "\n", "(", ")", "{", "}", "[", "]", "<<", "<<(", ")>>",
    ">>", "{|", "|}", "||", "&&", "!", "!=", "^", "^^", "@en", "@en--ltr", "1", "1.5", "-2e3", ".", ";", ",", "~",
    "é", "\u00a0", "\\u0041", "%41",
]  # fmt: skip
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join) | st.text(max_size=60)


def kinds(text: str) -> list[tuple[Kind, str]]:
    return [(token.kind, token.text) for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?x $y1 ?1", [(Kind.VARIABLE, "?x"), (Kind.VARIABLE, "$y1"), (Kind.VARIABLE, "?1")]),
        ("ex:a.b.", [(Kind.NAME, "ex:a.b"), (Kind.SEPARATOR, ".")]),
        ("ex:%41\\-\\'b :c d:", [(Kind.NAME, "ex:%41\\-\\'b"), (Kind.NAME, ":c"), (Kind.NAME, "d:")]),
        ("''x", [(Kind.STRING, "''"), (Kind.WORD, "x")]),
        ("'''a'' \\''''", [(Kind.STRING, "'''a'' \\''''")]),
        ('"""a\n"b"""', [(Kind.STRING, '"""a\n"b"""')]),
        ('"#" # "x"\n1', [(Kind.STRING, '"#"'), (Kind.NUMBER, "1")]),
        ("'a'@en--ltr", [(Kind.STRING, "'a'"), (Kind.LANGUAGE, "@en--ltr")]),
        ("'1'^^x:y", [(Kind.STRING, "'1'"), (Kind.MARK, "^^"), (Kind.NAME, "x:y")]),
        ("1.5e-3 .5 7", [(Kind.NUMBER, "1.5e-3"), (Kind.NUMBER, ".5"), (Kind.NUMBER, "7")]),
        ("1SERVICE", [(Kind.NUMBER, "1"), (Kind.WORD, "SERVICE")]),
        ("_:a.b-c.", [(Kind.BLANK, "_:a.b-c"), (Kind.SEPARATOR, ".")]),
        ("true-1", [(Kind.WORD, "true"), (Kind.OPERATOR, "-"), (Kind.NUMBER, "1")]),
        ("{|?a|}", [(Kind.OPEN, "{|"), (Kind.VARIABLE, "?a"), (Kind.CLOSE, "|}")]),
        ("<<(?a)>>", [(Kind.OPEN, "<<("), (Kind.VARIABLE, "?a"), (Kind.CLOSE, ")>>")]),
        ("<http://a/\\u0041'#>", [(Kind.IRI, "<http://a/\\u0041'#>")]),
    ],
)  # fmt: skip
def test_terminals(text: str, expected: list[tuple[Kind, str]]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "text", ["'a\nb'", "'a", "'''a''", '"', "'\\q'", "'\\uD800'", "'\\U00110000'", "\\u0041", "é", "\u00a0"]
)
def test_what_is_no_token_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(LexicalError) as caught:
        kinds(f"?x\n {text}")
    assert caught.value.within(f"?x\n {text}").startswith("line 2, column 2: ")


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("(?a<?b&&?c>?d)", "<"),
        ("(?a<=?b&&?c>=?d)", "<="),
        ("(1<2&&3>2)", "<"),
        ("(?a < ?b)", "<"),
    ],
)
def test_less_than(text: str, operator: str) -> None:
    assert (Kind.OPERATOR, operator) in kinds(text)
    assert Kind.IRI not in [kind for kind, _ in kinds(text)]


@pytest.mark.parametrize(
    "text",
    [
        "{?s<#p>?o}",
        "{?s<p>?o}",
        "(<http://a/#b> <http://a/'(c)>)",
        "(?a = <urn:a#b>)",
        "(<urn:uuid:0-0-0-0> <urn:uuid:1-2-3-4>)",
        "(1^^<#a>)",
    ],
)
def test_iris(text: str) -> None:
    assert Kind.IRI in [kind for kind, _ in kinds(text)]
    assert not any(token in ("<", "<=") for _, token in kinds(text))


@pytest.mark.parametrize(
    "inside", ["?b)#", "?b#", "?b'", "x:y#", "x:y(1", "x:y&&?z", "x:y--1", "x:service", "x:" + "a/x:" * 17]
)
def test_an_angle_bracket_that_could_hide_something_is_refused(inside: str) -> None:
    with pytest.raises(LexicalError, match="write a space after it"):
        kinds(f"(?a<{inside}>?c)")


@given(texts)
def test_every_text_is_read_to_its_end_or_refused(text: str) -> None:
    tokens: list[Token] = []
    try:
        tokens.extend(tokenize(text))
    except LexicalError as error:
        stopped = error.offset
    else:
        stopped = len(text)
    text = text[:stopped]
    end = 0
    for token in tokens:
        assert text[token.offset : token.end] == token.text != ""
        between = text[end : token.offset]
        assert not between.strip(" \t\r\n") or between.lstrip(" \t\r\n").startswith("#")
        end = token.end


@given(st.text())
def test_any_string_the_engine_writes_is_one_token(value: str) -> None:
    written = str(Literal(value))
    assert kinds(written) == [(Kind.STRING, written)]
    decoded = decode_codepoints(written)
    assert kinds(decoded) == [(Kind.STRING, decoded)]


@given(st.text(min_size=1))
def test_any_iri_the_engine_accepts_is_one_token(value: str) -> None:
    try:
        written = str(NamedNode("http://a/" + value))
    except ValueError:
        assume(False)
    assert kinds(f"{{?s{written}?o}}")[2] == (Kind.IRI, written)
    assert (Kind.IRI, written) in kinds(f"(?s{written}?o)")


@given(st.text(alphabet="\\uU0041dD8'x", max_size=30))
def test_decoding_needs_a_valid_escape(text: str) -> None:
    decoded = decode_codepoints(text)
    assert len(decoded) <= len(text)
    if "\\u0041" not in text and "\\U" not in text and "\\u" not in text:
        assert decoded == text


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("\\u0053ERVICE", "SERVICE"),
        ("\\U00000053ERVICE", "SERVICE"),
        ("\\\\u0053", "\\\\u0053"),
        ("\\\\\\u0053", "\\\\S"),
        ("\\uD83D", "\\uD83D"),
        ("\\U0001F600", "\U0001f600"),
        ("\\u005Cu0053", "\\u0053"),
    ],
)
def test_decoding(text: str, decoded: str) -> None:
    assert decode_codepoints(text) == decoded


@given(st.text(alphabet="ab\n", max_size=30), st.data())
def test_positions(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    line, column = position(text, offset)
    assert sum(len(each) + 1 for each in text.split("\n")[: line - 1]) + column - 1 == offset


@pytest.mark.parametrize(
    "unit",
    [
        "?a ", "<", "(", "1+", "<a:", "?a<", "(?a<b ", "a", ":", "a.", "_:a.", "a:.", "'\\n", "'''''a", "<\\u0041",
        "@a-", ".", "a.b-", "_:a-", "#\n", "'", '"', "\\\\", "''", "a-", "\u00e9.", "%41", "ex:\\-",
    ],
)  # fmt: skip
def test_time_is_linear(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        fastest = float("inf")
        for _ in range(3):
            started = time.process_time()
            try:
                for _ in tokenize(text):
                    pass
            except LexicalError:
                pass
            fastest = min(fastest, time.process_time() - started)
        return fastest

    # Quadratic work would take 16 times as long; the floor keeps timer noise out.
    assert seconds(32_000) < 8 * max(seconds(8_000), 0.004)
