"""The door of a service of a hub: who comes in, as whom, and what a page that somebody else made can do with it."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from leap_kg.graph.scopes import ADMIN, CURATE
from leap_kg.hub.declared.members import ADMINS, CURATORS
from leap_kg.settings import Settings
from leap_kg.web.curation.cookies import session_of
from leap_kg.web.signin.member import KEPT_SECONDS, Member, member_of

pytest.importorskip("jupyterhub", reason="jupyterhub is absent: it comes with the extra hub-local")

from leap_kg.web.signin.door import Door
from leap_kg.web.signin.hub import Hub, HubAway, Identity, NotAllowed, identity_of

PREFIX = "/services/leap-kg"
HOST = "hub.example.org"
BROWSER = {"accept": "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
SCRIPT = {"accept": "text/html", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}


@dataclass
class Known(Hub):
    """A hub that knows these tokens and codes, in place of one that has to be asked; all else is as it is."""

    people: dict[str, Identity]
    codes: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    away: bool = False

    def __post_init__(self) -> None:
        super().__init__(
            SimpleNamespace(
                api_token="the service's own",
                hub_prefix="/hub/",
                login_url="/hub/api/oauth2/authorize?client_id=service-leap-kg",
            )
        )

    async def who(self, token: str, session: str) -> Identity | None:
        self.asked.append((token, session))
        if self.away:
            raise HubAway
        if token == "stranger":
            raise NotAllowed("your account on the hub may not use this service")
        return self.people.get(token)

    async def token_for(self, code: str) -> str:
        if code not in self.codes:
            raise HubAway
        return self.codes[code]


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """What is behind the door: it tells who came in."""
    request = Request(scope)
    member = member_of(request)
    assert member is not None or scope["path"] == "/health"
    session = session_of(request) if member else None
    told = {
        "name": member and member.name,
        "scopes": member and member.token.scopes,
        "by_cookie": member and member.by_cookie,
        "form": session and session.form_token,
    }
    response = JSONResponse(told, headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=60"})
    await response(scope, receive, send)


@dataclass
class Answer:
    status: int
    headers: Headers
    body: bytes


class Visitor:
    """Someone with cookies of their own at the door."""

    def __init__(self, hub: Known) -> None:
        self.hub = hub
        site = SimpleNamespace(settings=Settings(home=Path("unused"), path=PREFIX))
        self.door = Door(inside, site, hub)  # type: ignore[arg-type]
        self.cookies: dict[str, str] = {}
        self.given: list[str] = []

    def ask(self, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Answer:
        place, _, query = path.partition("?")
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = {"host": HOST, **(BROWSER if headers is None else headers), **({"cookie": cookie} if cookie else {})}
        scope: Scope = {
            "type": "http", "method": method, "scheme": "http", "path": place, "raw_path": place.encode(),
            "query_string": query.encode(), "client": ("127.0.0.1", 1), "server": (HOST, 80),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }  # fmt: skip
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        asyncio.run(self.door(scope, receive, send))
        answer_headers = Headers(raw=list(sent[0]["headers"]))
        for text in answer_headers.getlist("set-cookie"):
            self.given.append(text)
            for name, morsel in SimpleCookie(text).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        return Answer(sent[0]["status"], answer_headers, b"".join(one.get("body", b"") for one in sent[1:]))

    def sign_in(self, path: str, code: str) -> Answer:
        """Be sent to the hub from a path, and come back with a code."""
        sent = self.ask(path)
        assert sent.status == 302
        state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
        return self.ask(f"/oauth_callback?code={code}&state={state}")

    def told(self, path: str = "/x", headers: dict[str, str] | None = None, method: str = "GET") -> dict[str, object]:
        answer = self.ask(path, headers, method)
        assert answer.status == 200, answer.body
        found: dict[str, object] = json.loads(answer.body)
        return found


@pytest.fixture
def hub() -> Known:
    people = {
        "kim's": Identity("kim", frozenset({"users"})),
        "ada's": Identity("ada", frozenset({CURATORS, "users"})),
        "eve's": Identity("eve", frozenset({ADMINS, CURATORS})),
    }
    return Known(people, {"1": "kim's", "2": "ada's"})


@pytest.fixture
def visitor(hub: Known) -> Visitor:
    return Visitor(hub)


def test_people_are_sent_to_the_hub_and_come_back_to_where_they_were(visitor: Visitor) -> None:
    sent = visitor.ask("/curation?show=open")
    assert sent.headers["location"].startswith(
        f"http://{HOST}/hub/api/oauth2/authorize?client_id=service-leap-kg&state="
    )
    back = Visitor.sign_in(visitor, "/curation?show=open", "2")
    assert (back.status, back.headers["location"]) == (302, f"http://{HOST}{PREFIX}/curation?show=open")
    told = visitor.told()
    assert (told["name"], told["scopes"], told["by_cookie"]) == ("ada", [CURATE], True)
    assert re.fullmatch("[0-9a-f]{64}", str(told["form"]))
    cookie = visitor.given[-2]
    assert "HttpOnly" in cookie
    assert f"Path={PREFIX}/" in cookie
    assert "ada's" not in "".join(visitor.given)


def test_a_sign_in_that_another_browser_began_is_refused(visitor: Visitor, hub: Known) -> None:
    sent = visitor.ask("/")
    state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
    assert Visitor(hub).ask(f"/oauth_callback?code=2&state={state}").status == 403
    assert visitor.ask(f"/oauth_callback?code=2&state={state[:-4]}AAAA").status == 403
    assert visitor.ask("/oauth_callback?code=2").status == 403
    assert visitor.ask(f"/oauth_callback?error=access_denied&state={state}").status == 403
    assert hub.asked == []


def test_nobody_is_led_elsewhere_after_signing_in(visitor: Visitor) -> None:
    back = visitor.sign_in("//evil.example/x", "1")
    assert back.headers["location"] == f"http://{HOST}{PREFIX}/"


def test_programs_are_told_what_to_send_and_never_sent_to_a_form(visitor: Visitor) -> None:
    for headers, method in ((SCRIPT, "GET"), ({"accept": "text/csv"}, "GET"), (BROWSER, "POST")):
        answer = visitor.ask("/sparql", headers, method)
        assert (answer.status, answer.headers["www-authenticate"][:6]) == (401, "Bearer")
        assert b"token" in answer.body
    assert visitor.ask("/health", {}).status == 200


def test_a_token_of_the_hub_does_what_its_groups_allow(visitor: Visitor) -> None:
    told = {name: visitor.told(headers={"authorization": f"token {name}'s"}) for name in ("kim", "ada", "eve")}
    assert {name: one["scopes"] for name, one in told.items()} == {"kim": [], "ada": [CURATE], "eve": [ADMIN, CURATE]}
    assert {(one["by_cookie"], one["form"]) for one in told.values()} == {(False, None)}


def test_groups_are_those_of_the_moment(visitor: Visitor, hub: Known) -> None:
    visitor.sign_in("/", "2")
    assert visitor.told()["scopes"] == [CURATE]
    hub.people["ada's"] = Identity("ada", frozenset())
    told = visitor.told()
    assert (told["scopes"], told["form"]) == ([], None)
    del hub.people["ada's"]
    assert visitor.ask("/x").status == 302
    assert KEPT_SECONDS <= 60


def test_a_page_of_a_server_on_the_hub_gets_no_form_with_a_visitors_cookie(visitor: Visitor) -> None:
    visitor.sign_in("/", "2")
    framed = {**BROWSER, "sec-fetch-dest": "iframe"}
    assert [visitor.told(headers=one)["form"] for one in (SCRIPT, framed)] == [None, None]
    assert visitor.told(headers=SCRIPT, method="POST")["form"] == visitor.told()["form"] is not None


def test_who_signs_out_of_the_hub_is_asked_about_anew(visitor: Visitor, hub: Known) -> None:
    visitor.sign_in("/", "1")
    for session in ("first", "second"):
        visitor.cookies["jupyterhub-session-id"] = session
        visitor.ask("/x")
    assert hub.asked[-2:] == [("kim's", "first"), ("kim's", "second")]


def test_guessing_tokens_ends_soon(visitor: Visitor, hub: Known) -> None:
    statuses = [visitor.ask("/x", {"authorization": f"Bearer guess{n}"}).status for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert len(hub.asked) == 10


def test_answers_are_for_this_visitor_alone(visitor: Visitor, hub: Known) -> None:
    answer = visitor.ask("/x", {"authorization": "Bearer kim's"})
    assert answer.headers["cache-control"] == "private, max-age=60"
    assert "access-control-allow-origin" not in answer.headers
    hub.away = True
    away = visitor.ask("/x", {"authorization": "Bearer kim's"})
    assert (away.status, away.headers["retry-after"]) == (503, "5")
    hub.away = False
    assert visitor.ask("/x", {"authorization": "Bearer stranger"}).status == 403


def test_a_cookie_of_another_service_opens_nothing(visitor: Visitor) -> None:
    other = Visitor(Known({"kim's": Identity("kim", frozenset())}))
    other.hub._seal = type(other.hub._seal)(b"A" * 43 + b"=")
    visitor.cookies["leap-kg-hub"] = other.hub.sealed("kim's")
    assert visitor.ask("/x").status == 302
    visitor.cookies["leap-kg-hub"] = "no seal at all é"
    assert visitor.ask("/x").status == 302


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\nb", "x" * 101])
def test_a_name_that_cannot_sign_is_refused(name: str) -> None:
    with pytest.raises(NotAllowed, match="cannot be used here"):
        identity_of({"name": name, "groups": []})


def test_a_service_that_no_hub_started_says_so() -> None:
    with pytest.raises(ValueError, match=r"LEAP_KG_SIGN_IN=jupyterhub.*JUPYTERHUB_API_TOKEN"):
        Hub.of({})
    assert identity_of({"name": "tests", "kind": "service"}) == Identity("tests", frozenset())


def test_what_a_member_shows_holds_no_secret() -> None:
    member = Member("ada", frozenset({CURATORS}), True, "h", "l", secret="hidden")
    assert "hidden" not in repr(member)
    assert "hidden" not in repr(member.session)
    assert (member.role, Member("kim", frozenset(), True, "h", "l").role) == ("curator", "")
