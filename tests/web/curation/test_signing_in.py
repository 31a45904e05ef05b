"""Signing in: what the cookie is, who gets one, when it ends, and that nothing secret is shown or kept."""

import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.graph.tokens import Tokens
from leap_kg.web.curation.sessions import LIFE, MOST, Sessions
from tests.web.curation.world import Curator, curator
from tests.web.server import Server, running


def test_a_token_becomes_a_cookie_that_no_script_and_no_other_site_gets(linked: Server, linked_home: Home) -> None:
    kim = curator(linked, linked_home)
    assert "Sign in to decide" in kim.get("/curation").text
    answer = kim.sign_in()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/curation")
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["leap-kg-curator"]
    assert cookie["httponly"] is True
    assert cookie["samesite"].lower() == "strict"
    assert (cookie["path"], cookie["domain"], cookie["secure"]) == ("/", "", "")
    assert int(cookie["max-age"]) == LIFE.total_seconds()
    assert "no-store" in answer.headers["Cache-Control"]
    page = kim.get("/curation")
    assert "Signed in as <strong>kim</strong>" in page.text
    for secret in (kim.token, kim.token.rpartition("_")[2], cookie.value):
        assert secret not in page.text + answer.text + str(page.headers)
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("private, no-store", "same-origin")
    assert "ETag" not in page.headers


@pytest.mark.all
def test_by_https_the_cookie_is_secure_and_bound_to_the_host(linked_home: Home) -> None:
    with running(linked_home.path, {"LEAP_KG_TRUSTED_PROXIES": "127.0.0.1"}) as behind:
        answer = curator(behind, linked_home).post(
            "/curation/sign-in", {"token": curator(behind, linked_home).token}, X_Forwarded_Proto="https"
        )
        cookie = SimpleCookie(answer.headers["Set-Cookie"])["__Host-leap-kg-curator"]
        assert cookie["secure"] is True


@pytest.mark.parametrize("scopes", [("publish:*",), ("operate",), ("links",)])
def test_a_token_for_something_else_does_not_sign_in(
    linked: Server, linked_home: Home, scopes: tuple[str, ...]
) -> None:
    answer = curator(linked, linked_home, "other", *scopes).sign_in()
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert "scope curate" in answer.text


def test_revoking_the_token_ends_the_session_with_the_next_request(kim: Curator, linked_home: Home) -> None:
    assert "Signed in" in kim.get("/curation").text
    assert Tokens(linked_home).revoke(kim.token.split("_")[1])
    assert "Sign in to decide" in kim.get("/curation").text
    answer = kim.say("https://w3id.org/leap-kg/link/x", "accepted")
    assert answer.status_code == 401
    assert 'leap-kg-curator=""' in answer.headers["Set-Cookie"]


def test_signing_out_ends_the_session_everywhere(kim: Curator) -> None:
    secret = kim.session.cookies["leap-kg-curator"]
    assert kim.post("/curation/sign-out", {"form": "0" * 64}).status_code == 403
    answer = kim.post("/curation/sign-out", {"form": kim.form, "back": "/about"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/about")
    assert "leap-kg-curator" not in kim.session.cookies
    assert "Sign in" in kim.get("/curation", Cookie=f"leap-kg-curator={secret}").text


@pytest.mark.all
def test_wrong_tokens_have_to_wait_and_so_has_the_right_one(linked_home: Home) -> None:
    with running(linked_home.path) as fresh:
        right = curator(fresh, linked_home)
        wrong = Curator(fresh, right.token[:-1] + ("a" if right.token[-1] != "a" else "b"))
        assert {wrong.sign_in().status_code for _ in range(10)} == {401}
        answer = right.sign_in()
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) <= 60
        assert "Set-Cookie" not in answer.headers


@pytest.mark.all
def test_neither_token_nor_session_reaches_a_log_or_the_disk(
    linked_home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    with running(linked_home.path, {"LEAP_KG_LOG_LEVEL": "debug", "LEAP_KG_LOG_CLIENTS": "1"}) as talking:
        kim = curator(talking, linked_home)
        assert kim.sign_in().status_code == 303
        kim.post("/curation/sign-in", {"token": f"{kim.token}x"})
        kim.say("https://w3id.org/leap-kg/link/x", "accepted")
    told = "".join(capfd.readouterr())
    assert "/curation/sign-in" in told
    secrets = (kim.token.rpartition("_")[2], kim.session.cookies["leap-kg-curator"], kim.form)
    file = linked_home.path / "sessions.sqlite"
    kept = file.read_bytes() + (linked_home.path / "tokens.sqlite").read_bytes()
    for secret in secrets:
        assert secret not in told
        assert secret.encode() not in kept
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "value", ["", "x", "x" * 43, "é" * 43, "../../etc/passwd", "' OR 1=1 --", "\x00" * 43, "x" * 4000]
)
def test_a_cookie_of_somebody_elses_making_is_nobodys(linked: Server, value: str) -> None:
    answer = linked.get("/curation", headers={"Cookie": f"leap-kg-curator={value}".encode("utf-8", "replace")})
    assert answer.status_code in (200, 400)
    assert "Signed in" not in answer.text


def test_sessions_end_and_a_token_has_few(tmp_path: Path) -> None:
    home = Home(tmp_path)
    token, _ = Tokens(home).create("kim", ["curate"], timedelta(hours=1))
    sessions = Sessions(home)
    made = [sessions.open(token) for _ in range(MOST + 2)]
    assert sum(sessions.find(one.secret) is not None for one in made) == MOST
    with sqlite3.connect(tmp_path / "sessions.sqlite") as database:
        (last,) = database.execute("SELECT max(expires) FROM session").fetchone()
        assert datetime.fromisoformat(last) <= token.expires
        database.execute("UPDATE session SET expires = ?", (datetime.now(UTC).isoformat(),))
    assert not any(sessions.find(one.secret) for one in made)
    assert len({one.form_token for one in made}) == len(made)
