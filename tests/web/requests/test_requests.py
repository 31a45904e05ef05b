"""Requests on the site: the list, the form that asks, the form that decides, and who may send which."""

import json

import pytest

from leap_kg.graph.home import Home
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.requests.conftest import FORM
from tests.web.requests.page import Page
from tests.web.requests.world import FILLED, INSTANCE, MARKUP, person
from tests.web.server import Server

ALPHA = "/request/github/lab/data/7"


def rows(server: Server, query: str = "") -> dict[str, dict[str, str]]:
    """The list as JSON, by title."""
    found = json.loads(server.get(f"/requests.json{query}", "application/json").text)
    return {row["title"]: row for row in found["requests"]}


def test_the_list_shows_each_with_its_state_the_newest_first(asked: Server) -> None:
    page = Page(asked.get("/requests").text)
    titles = page.words(".//article/h2")
    assert titles.index("Sea surface of Alpha") < titles.index("An old wish") < titles.index(INSTANCE)
    assert "Ice <script>alert(1)</script>" in titles
    found = rows(asked)
    states = [found[title]["status"] for title in ("Sea surface of Alpha", "An old wish", INSTANCE)]
    assert states == ["published", "declined", "asked"]
    assert found["Sea surface of Alpha"]["answer"] == f"{BASE}dataset/leap-test/alpha"
    assert asked.get("/requests.csv", "text/csv").text.startswith("request,title,status,asked,by,")
    assert FORM in [each.get("href") for each in page.all(".//header//a")]


def test_filters_words_and_orders_stand_in_the_address(asked: Server) -> None:
    assert set(rows(asked, "?status=declined")) == {"An old wish"}
    assert set(rows(asked, "?about=instances")) == {INSTANCE}
    assert set(rows(asked, "?q=alpha+surface")) == {"Sea surface of Alpha"}
    assert next(iter(rows(asked, "?sort=oldest"))) == "An old wish"
    assert next(iter(rows(asked, "?sort=title"))) == "An old wish"
    wrong = asked.get("/requests?status=%3Cscript%3E")
    assert wrong.status_code == 400
    assert "Status is one of asked" in wrong.text
    assert "<script>%" not in wrong.text
    assert asked.get("/requests?page=99").status_code == 200
    assert asked.get("/requests.txt").status_code == 404
    shown = asked.get("/requests")
    again = asked.get("/requests", headers={"If-None-Match": shown.headers["ETag"]})
    assert again.status_code == 304


def test_the_page_of_a_request_tells_where_it_is_and_how_it_came_there(asked: Server) -> None:
    text = Page(asked.get(ALPHA).text).text
    assert "State: published" in text
    assert "What answers it can be read." in text
    assert "2025-03-01 08:00 UTC" in text
    assert "revision 6" in text
    assert "Decide" not in text


def test_a_request_for_several_things_lists_them_with_their_states(asked: Server) -> None:
    shown = Page(asked.get("/request/heat").text)
    assert shown.words(".//section[@aria-labelledby='section-parts-asked']//li") == [f"asked {INSTANCE}"]
    assert "Of 1 that it asks for: 1 asked." in shown.text


def test_without_a_name_the_form_leads_elsewhere(asked: Server) -> None:
    page = asked.get("/requests/new")
    assert page.status_code == 200
    assert "<textarea" not in page.text
    assert FORM.replace("&", "&amp;") in page.text
    assert "/curation/sign-in?back=/requests/new" in page.text
    sent = asked.session.post(f"{asked.origin}/requests/new", data=FILLED, allow_redirects=False, timeout=60)
    assert sent.status_code == 401


def test_somebody_asks_and_the_request_is_there_at_once(asked: Server, asked_home: Home) -> None:
    kim = person(asked, asked_home)
    key = kim.hidden("key")
    answer = kim.ask(key=key)
    assert answer.status_code == 303
    place = answer.headers["Location"]
    assert place.startswith("/request/drift-of-ice-")
    page = Page(kim.get(place).text).text
    for shown in (
        "Drift of ice",
        "Weekly drift",
        "What it is for: To see where it goes.",
        "3 GB",
        "Kim Example",
        "asked",
    ):
        assert shown in page
    assert rows(asked)["Drift of ice"]["status"] == "asked"
    # Sent twice, it is one request.
    before = asked.get("/requests.json", "application/json").json()["revision"]
    assert kim.ask(key=key).headers["Location"] == place
    assert asked.get("/requests.json", "application/json").json()["revision"] == before


@pytest.mark.all
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(asked: Server, asked_home: Home) -> None:
    kim = person(asked, asked_home, "Mistaken")
    before = asked.get("/requests.json", "application/json").json()["revision"]
    answer = kim.ask(
        title="", url="ice dot org", description=MARKUP, examples="https://x.org/1\nnonsense", format="Paper"
    )
    assert answer.status_code == 422
    page = Page(answer.text)
    assert not any("alert" in script for script in page.scripts())
    assert (page.named("description").text or "").strip() == MARKUP
    assert page.named("url").get("value") == "ice dot org"
    for name, told in (("title", "needed"), ("url", "no address"), ("examples", "Line 2"), ("format", "of the list")):
        field, said = page.named(name), page.identified(f"ask-{name}-wrong")
        assert field.get("aria-invalid") == "true"
        assert told in "".join(said.itertext())
        assert f"ask-{name}-wrong" in (field.get("aria-describedby") or "").split()
    assert asked.get("/requests.json", "application/json").json()["revision"] == before
    assert kim.ask(description="d" * 5000).status_code == 422
    assert kim.ask(description="d" * 300_000).status_code == 413
    # The form that comes back can be sent.
    assert kim.ask(title="Mended").status_code == 303


@pytest.mark.all
def test_markup_is_text_wherever_a_request_is_shown(asked: Server, asked_home: Home) -> None:
    kim = person(asked, asked_home, MARKUP[:60])
    place = kim.ask(title=MARKUP, description=MARKUP + " and more", why=MARKUP).headers["Location"]
    for path in (place, "/requests", "/requests?sort=title"):
        page = Page(kim.get(path).text)
        assert not any("alert(1)" in script for script in page.scripts()), path
        assert MARKUP in page.text, path


def test_a_form_of_another_site_or_session_is_refused(asked: Server, asked_home: Home) -> None:
    kim = person(asked, asked_home, "Forged")
    assert kim.post("/requests/new", {**FILLED, "form": "0" * 64}).status_code == 403
    sent = {**FILLED, "form": kim.form, "key": "1"}
    assert kim.post("/requests/new", sent, Origin="https://evil.example.org").status_code == 403
    assert kim.post("/requests/new", sent, Sec_Fetch_Site="cross-site").status_code == 403
    assert (
        kim.post(
            "/requests/decision", {"form": kim.form, "request": BASE + "request/ice", "word": "accepted"}
        ).status_code
        == 401
    )


def test_who_may_ask_does_not_curate_and_can_sign_out(asked: Server, asked_home: Home) -> None:
    kim = person(asked, asked_home, "Only asks")
    assert "Sign in to decide" in kim.get("/curation").text
    assert "Decide</h2>" not in kim.get("/request/ice").text
    assert kim.get("/requests").headers["Cache-Control"] == "private, no-store"
    assert kim.post("/curation/sign-out", {"form": kim.form, "back": "/requests"}).status_code == 303
    assert "<textarea" not in kim.get("/requests/new").text


@pytest.mark.parametrize("scopes", [("publish:*",), ("operate",)])
def test_a_token_for_something_else_does_not_ask(asked: Server, asked_home: Home, scopes: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError):
        person(asked, asked_home, "other", *scopes)


@pytest.mark.all
def test_a_curator_decides_and_everybody_sees_why(asked: Server, asked_home: Home) -> None:
    ada = person(asked, asked_home, "ada", "curate")
    assert ada.decide("/request/ice", word="declined").status_code == 400
    assert ada.decide("/request/ice", word="nonsense").status_code == 400
    assert ada.decide("/request/ice", answer="/dataset/none").status_code == 400
    assert ada.decide("/request/none", word="accepted").status_code == 404
    assert (
        ada.decide("/request/ice", word="declined", why="Far too large.").headers["Location"] == "/request/ice#decision"
    )
    assert "Far too large." in asked.get("/request/ice").text
    assert rows(asked)["Ice <script>alert(1)</script>"]["status"] == "declined"
    # Somebody who looked before that is told.
    fields = {"form": ada.form, "request": f"{BASE}request/ice", "seen": "", "word": "accepted"}
    assert ada.post("/requests/decision", fields).status_code == 409
    answer = ada.decide("/request/ice", answer=f"{asked.origin}/dataset/leap-test/alpha", why="There it is.")
    assert answer.status_code == 303
    row = rows(asked)["Ice <script>alert(1)</script>"]
    assert (row["status"], row["answer"]) == ("published", f"{BASE}dataset/leap-test/alpha")
    steps = Page(asked.get("/request/ice").text).words(".//section[@aria-labelledby='section-steps']//li//span")
    assert steps == ["asked", "declined", "published"]
    assert ada.decide("/request/ice").status_code == 303
    assert rows(asked)["Ice <script>alert(1)</script>"]["status"] == "asked"


@pytest.mark.all
def test_somebody_asks_twenty_times_a_day(asked: Server, asked_home: Home) -> None:
    kim = person(asked, asked_home, "Eager")
    codes = [kim.ask(title=f"Ice {number}", key=f"{number:024x}").status_code for number in range(21)]
    assert codes == [303] * 20 + [429]
