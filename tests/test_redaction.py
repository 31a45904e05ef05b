"""Texts without the secrets of the addresses in them: what is hidden, and what is no secret."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.redaction import hide, may_hold_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://u:pw@b/k", "s3://REDACTED@b/k"),
        ("s3://KEY:abc/d+f@bucket/k", "s3://REDACTED@bucket/k"),
        ("https://ghp_abc@github.com/o/r", "https://REDACTED@github.com/o/r"),
        ("https:/u:pw@h/x", "https:/REDACTED@h/x"),
        (r"https:\/\/u:p\"w@h\/x", r"https:\/\/REDACTED@h\/x"),
        ("['https://a?sig=s','https://u:pw@b']", "['https://a?sig=REDACTED','https://REDACTED@b']"),
        ("in 'https://h/w?X-Amz-Signature=s' of", "in 'https://h/w?X-Amz-Signature=REDACTED' of"),
        ("./x.tif?se=1&sig=AA&b=1", "./x.tif?se=1&sig=REDACTED&b=1"),
        ("https://h/p#access_token=zzz&x=1", "https://h/p#access_token=REDACTED&x=1"),
        ("https://h/?key=AIzaSy0123456789abcdefghijk", "https://h/?key=REDACTED"),
        ("https://h/?u=https%3A%2F%2Fa%3Ab%40c", "https://h/?u=REDACTED"),
        ("a%20https://u:pw@h", "a%20https://REDACTED@h"),
        ("x.tif%3Fse=1%26sig=AA", "x.tif?se=1&sig=REDACTED"),
        ("https://user:PASSW…", "https://REDACTED@…"),
    ],
)
def test_secrets_are_hidden(text: str, shown: str) -> None:
    assert hide(text) == shown
    assert may_hold_secrets(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "https://host:80/a@b",
        "https://[::1]:80/a@x",
        "https://medium.com/@x?code=1",
        "https://h/?session=12&key=3&pass=1",
        "https://h/?author=x",
        "git+https://git@github.com/o/r",
        "ssh://git@h/x",
        "abfs://container@account.dfs.core.windows.net/x",
        "mail a@b.org, see https://x.org or a@b",
        "https://$TOKEN@h/x",
        "https://{user}:{password}@h/x",
        "https://h/?token=<your token>",
        "http://localhost:PORT",
        "see http://h:80, or https://x.org: there",
        r"https://h\nfoo@bar",
        "f(x; key=3)",
        "a%20b%3Dc",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert hide(text) == text


@given(st.text("ab:/@?&=%24053DFsigtoken.\\\"' \n", max_size=40))
@settings(max_examples=50)
def test_hiding_twice_hides_no_more(text: str) -> None:
    assert hide(hide(text)) == hide(text)


@pytest.mark.parametrize(
    "text",
    ["a://b:c" * 50_000 + "@", "?token=" * 50_000, "&" * 300_000 + "=", "?a=%" + "25" * 50_000, "a%3D" * 50_000],
    ids=["schemes", "parameters", "marks", "encoded", "signs"],
)
def test_texts_made_to_take_long_are_read_to_their_end(text: str) -> None:
    assert hide(hide(text)) == hide(text)
