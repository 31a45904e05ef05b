"""Tokens: attached to the address of their host, hidden everywhere else."""

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from leap_kg.fetching import Token
from leap_kg.ingest.http.tokens import Tokens

HOST = "api.example.org"


def test_a_bearer_token_needs_https_and_the_very_host() -> None:
    tokens = Tokens((Token(HOST, "", "s3cret"),))
    bearing = {"Authorization": "Bearer s3cret"}
    for url, wanted in {
        f"https://{HOST}/x": bearing,
        f"https://{HOST}:443/x": bearing,
        f"https://{HOST.upper()}/x": bearing,
        f"http://{HOST}/x": {},
        f"https://{HOST}:8443/x": {},
        f"https://{HOST}.evil.org/x": {},
        f"https://sub.{HOST}/x": {},
        f"https://evil.org/{HOST}": {},
        f"https://{HOST}@evil.org/": {},
    }.items():
        assert tokens.attached(url) == (url, wanted), url


@given(
    query=st.text(alphabet="abkey=&%+2;", max_size=30),
    value=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=30),
)
def test_a_key_is_set_once_and_the_rest_of_the_query_stays(query: str, value: str) -> None:
    tokens = Tokens((Token(HOST, "key", value),))
    url = f"https://{HOST}/works?{query}"
    sent, headers = tokens.attached(url)
    assert headers == {}
    pairs = parse_qsl(urlsplit(sent).query, keep_blank_values=True)
    assert [pair for pair in pairs if pair[0] == "key"] == [("key", value)]
    before = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert [pair for pair in pairs if pair[0] != "key"] == [pair for pair in before if pair[0] != "key"]
    assert value not in tokens.hide(sent)
    assert value not in repr(tokens)
