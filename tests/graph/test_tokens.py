"""Tokens: their secret is kept nowhere, and what ends them ends them at once."""

import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.graph import secretfile, tokens
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.tokens import PREFIX, Tokens


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def known(home: Home) -> Tokens:
    return Tokens(home)


def test_a_token_is_known_by_its_text(known: Tokens) -> None:
    token, text = known.create("ci", ["publish:one", "curate"])
    found = known.check(text)
    assert found is not None
    assert (found.id, found.name, found.scopes) == (token.id, "ci", ("curate", "publish:one"))
    assert found.allows("publish:one")
    assert not found.allows("publish:two")
    assert found.expires - found.created == timedelta(days=90)


def test_the_text_is_kept_nowhere(known: Tokens, home: Home) -> None:
    token, text = known.create("ci", ["admin"])
    secret = text.rpartition("_")[2]
    assert text.startswith(f"{PREFIX}{token.id}_")
    for path in home.path.iterdir():
        assert secret.encode() not in path.read_bytes()
    assert secret not in repr(known.all()) + repr(token)


def test_two_tokens_share_nothing(known: Tokens) -> None:
    texts = {known.create("ci", ["admin"])[1] for _ in range(20)}
    assert len({text.rpartition("_")[2] for text in texts}) == 20


def test_nobody_else_can_read_the_file(known: Tokens, home: Home) -> None:
    known.create("ci", ["admin"])
    for path in home.path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_others_can_read_is_made_private_again(known: Tokens, home: Home) -> None:
    known.create("ci", ["admin"])
    (home.path / "tokens.sqlite").chmod(0o644)
    known.create("ci", ["admin"])
    assert stat.S_IMODE((home.path / "tokens.sqlite").stat().st_mode) == 0o600


def test_a_revoked_token_is_refused_by_who_has_the_file_open(known: Tokens, home: Home) -> None:
    token, text = known.create("ci", ["admin"])
    assert known.check(text)
    assert Tokens(home).revoke(token.id)
    assert known.check(text) is None
    assert not known.revoke(token.id)
    assert not known.revoke("0" * 12)
    (listed,) = known.all()
    assert listed.revoked is not None


def test_a_token_ends_by_itself(known: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    _, text = known.create("ci", ["admin"], timedelta(days=1))
    later = datetime.now(UTC) + timedelta(hours=23)
    monkeypatch.setattr(tokens, "_now", lambda: later)
    assert known.check(text)
    later += timedelta(hours=2)
    assert known.check(text) is None


def test_the_last_use_is_noted_now_and_then(known: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    _, text = known.create("ci", ["admin"])
    assert known.all()[0].used is None
    known.check(text)
    first = known.all()[0].used
    assert first is not None
    monkeypatch.setattr(tokens, "_now", lambda: first + timedelta(seconds=30))
    known.check(text)
    assert known.all()[0].used == first
    monkeypatch.setattr(tokens, "_now", lambda: first + timedelta(seconds=90))
    known.check(text)
    assert known.all()[0].used == first + timedelta(seconds=90)


def test_a_check_works_while_the_file_cannot_be_written(
    known: Tokens, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, text = known.create("ci", ["admin"])
    monkeypatch.setattr(secretfile, "_PATIENCE", 0.05)
    writer = sqlite3.connect(home.path / "tokens.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert known.check(text)
    finally:
        writer.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tokens, str]:
    known = Tokens(Home(tmp_path_factory.mktemp("tokens")))
    return known, known.create("ci", ["admin"])[1]


@given(st.data())
def test_no_other_text_is_a_token(shared: tuple[Tokens, str], data: st.DataObject) -> None:
    known, text = shared
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("abcdefABC0189_-. "))
    changed = data.draw(
        st.sampled_from([text[:place] + other + text[place + 1 :], text[:place], text + other, other + text])
    )
    assert (known.check(changed) is not None) == (changed == text)


@given(st.text(max_size=80))
def test_any_text_can_be_checked(shared: tuple[Tokens, str], text: str) -> None:
    assert shared[0].check(text) is None


def test_nothing_is_valid_where_no_token_was_made(known: Tokens, home: Home) -> None:
    assert known.check(f"{PREFIX}{'0' * 12}_{'a' * 43}") is None
    assert known.all() == []
    assert not known.revoke("0" * 12)
    assert not home.path.exists()


@pytest.mark.parametrize(
    ("name", "scopes", "life", "reason"),
    [
        ("ci", [], 90, "at least one scope"),
        ("ci", ["all"], 90, "is no scope"),
        ("", ["admin"], 90, "name the token"),
        ("a\nb", ["admin"], 90, "name the token"),
        ("ci", ["admin"], 0, "for some time"),
        ("ci", ["admin"], 4_000_000, "so long"),
    ],
)
def test_what_cannot_be_a_token_is_refused(known: Tokens, name: str, scopes: list[str], life: int, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        known.create(name, scopes, timedelta(days=life))


def test_a_damaged_file_is_a_clear_error(known: Tokens, home: Home) -> None:
    _, text = known.create("ci", ["admin"])
    (home.path / "tokens.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(HomeError, match="check the disk") as caught:
        known.check(text)
    assert text not in str(caught.value)
