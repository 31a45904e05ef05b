"""What the environment says of fetching: read once, wrong values named, secrets never repeated."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from leap_kg.fetching import Fetching, Token
from leap_kg.ingest.http.guard import Guard
from leap_kg.settings import Settings


def test_nothing_is_set_by_default() -> None:
    assert Settings.from_environment({}).fetching == Fetching("", (), frozenset(), 60.0, 64 * 2**20)


def test_everything_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("from-file\n")
    found = Settings.from_environment(
        {
            "LEAP_KG_FETCH_CONTACT": "data@example.org",
            "LEAP_KG_FETCH_TOKENS": f"api.github.com=env:GITHUB_TOKEN, API.crossref.org:8443=file:{secret}\n"
            "api.openalex.org?api_key=env:ALEX",
            "GITHUB_TOKEN": "from-variable",
            "ALEX": " k3y ",
            "LEAP_KG_FETCH_PRIVATE_HOSTS": "data.internal, 127.0.0.1:8000,[::1]:80",
            "LEAP_KG_FETCH_WAIT_SECONDS": "600",
            "LEAP_KG_FETCH_BYTES": "1e9",
        }
    ).fetching
    assert found.contact == "data@example.org"
    assert found.tokens == (
        Token("api.github.com", "", "from-variable"),
        Token("api.crossref.org:8443", "", "from-file"),
        Token("api.openalex.org", "api_key", "k3y"),
    )
    assert (found.wait_seconds, found.most_bytes) == (600, 10**9)
    assert not any(token.value in repr(found) for token in found.tokens)
    guard = Guard(found.private_hosts)
    assert ip_address(guard.addresses("127.0.0.1", 8000)[0][1][0]).is_loopback


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEAP_KG_FETCH_CONTACT", "nobody"),
        ("LEAP_KG_FETCH_CONTACT", "a@b.org\r\nX: y"),
        ("LEAP_KG_FETCH_TOKENS", "ghp_s3cret"),
        ("LEAP_KG_FETCH_TOKENS", "api.github.com=ghp_s3cret"),
        ("LEAP_KG_FETCH_TOKENS", "https://api.github.com=env:GOOD"),
        ("LEAP_KG_FETCH_TOKENS", "h=env:GOOD h=env:GOOD"),
        ("LEAP_KG_FETCH_TOKENS", "h=env:NOT_SET"),
        ("LEAP_KG_FETCH_TOKENS", "h=env:BROKEN"),
        ("LEAP_KG_FETCH_TOKENS", "h=file:/nowhere/at/all"),
        ("LEAP_KG_FETCH_PRIVATE_HOSTS", "http://h/"),
        ("LEAP_KG_FETCH_WAIT_SECONDS", "soon"),
        ("LEAP_KG_FETCH_WAIT_SECONDS", "0"),
        ("LEAP_KG_FETCH_BYTES", "-1"),
        ("LEAP_KG_FETCH_BYTES", "inf"),
    ],
)
def test_what_cannot_be_used_is_named_without_the_secret(name: str, value: str) -> None:
    environment = {name: value, "GOOD": "s3cret", "BROKEN": "s3cret\nX-Evil: 1"}
    with pytest.raises(ValueError, match=name) as caught:
        Settings.from_environment(environment)
    assert "s3cret" not in str(caught.value)
