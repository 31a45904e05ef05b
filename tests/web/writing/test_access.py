"""Checking of tokens: what every refusal says, and that nobody can try for ever."""

from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.graph.tokens import Token, Tokens
from leap_kg.web.writing.access import Authorisation, Denied, Failures, require_graphs
from tests.ontology.terms import BASE


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def denied(authorisation: Authorisation, header: str | None, client: str = "a") -> Denied:
    with pytest.raises(Denied) as caught:
        authorisation.token(header, client)
    return caught.value


def test_a_token_is_taken_from_the_header(home: Home) -> None:
    token, text = Tokens(home).create("ci", ["curate"])
    authorisation = Authorisation(home)
    for header in (f"Bearer {text}", f"bearer  {text}", f" BEARER {text} "):
        assert authorisation.token(header, "a").id == token.id


@pytest.mark.parametrize("wrong", ["", "Bearer", "Basic dTpw", "Bearer a b", "Bearer " + "x" * 5000, "TOKEN"])
def test_refusals_tell_nothing(home: Home, wrong: str) -> None:
    token, text = Tokens(home).create("ci", ["admin"])
    Tokens(home).revoke(token.id)
    authorisation = Authorisation(home)
    revoked, unknown = denied(authorisation, f"Bearer {text}"), denied(authorisation, wrong)
    assert (revoked.status, revoked.reason) == (unknown.status, unknown.reason) == (401, revoked.reason)
    assert text not in revoked.reason + str(revoked.headers)
    assert 'error="invalid_token"' in revoked.headers["WWW-Authenticate"]


def test_who_sends_no_token_is_told_how(home: Home) -> None:
    failure = denied(Authorisation(home), None)
    assert failure.status == 401
    assert failure.headers == {"WWW-Authenticate": 'Bearer realm="leap-kg"'}
    assert "leap-kg token create" in failure.reason


def test_who_guesses_waits_and_others_do_not(home: Home) -> None:
    clock = Clock()
    _, text = Tokens(home).create("ci", ["admin"])
    authorisation = Authorisation(home, Failures(3, 60, clock))
    for _ in range(3):
        assert denied(authorisation, "Bearer wrong").status == 401
        clock.now += 1
    for header in ("Bearer wrong", f"Bearer {text}"):
        failure = denied(authorisation, header)
        assert (failure.status, failure.headers["Retry-After"]) == (429, "58")
    assert denied(authorisation, None).status == 401
    assert authorisation.token(f"Bearer {text}", "b")
    clock.now += 58
    assert authorisation.token(f"Bearer {text}", "a")


def test_the_memory_of_failures_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leap_kg.web.writing.access._MOST_CLIENTS", 3)
    failures = Failures(1, 60, Clock())
    for client in "abcd":
        failures.add(client)
    assert failures.wait("a") == 0
    assert failures.wait("d") == 60


def token(*scopes: str) -> Token:
    from datetime import UTC, datetime

    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Token("0" * 12, "ci", scopes, moment, moment)


@pytest.mark.parametrize(
    ("scopes", "graph", "needed"),
    [
        (["publish:a"], "graph/source/b", "publish:b"),
        (["publish:*"], "graph/curated", "curate"),
        (["curate"], "graph/desired/x", "operate"),
        (["operate"], "graph/links/x", "links"),
        (["publish:*"], "graph/links/x", "links"),
    ],
)
def test_a_refusal_names_the_scope_that_is_missing(scopes: list[str], graph: str, needed: str) -> None:
    with pytest.raises(Denied, match=f"scope {needed}") as caught:
        require_graphs(token(*scopes), [BASE + graph], BASE)
    assert caught.value.status == 403
    assert f'scope="{needed}"' in caught.value.headers["WWW-Authenticate"]


def test_every_graph_is_looked_at() -> None:
    allowed = [f"{BASE}graph/source/a", f"{BASE}graph/curated"]
    require_graphs(token("publish:a", "curate"), allowed, BASE)
    for other in ("graph/source/b", "graph/prov", "graph/source/ontology", "graph/ontology"):
        with pytest.raises(Denied):
            require_graphs(token("publish:a", "curate"), [*allowed, BASE + other], BASE)
    with pytest.raises(Denied, match="cannot be written from outside"):
        require_graphs(token("admin"), [f"{BASE}graph/prov"], BASE)
    require_graphs(token(), [], BASE)
