"""The form that takes a verdict: what it does, and every way to misuse it that the table of attacks knows of writes."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from leap_kg.graph.home import Home
from leap_kg.links.checkout import Checkout
from leap_kg.links.judged import verdicts_on
from leap_kg.links.mining import mine
from leap_kg.links.readers import READERS
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.site import Site
from tests.links.test_verdicts import JOSIAH, OTHER, PERSON, SURE, UNSURE, UNSURE_OF_FILE
from tests.links.worlds import commit
from tests.web.curation.world import MARKUP, Curator, curator, fill
from tests.web.server import Server, running

VERDICT = "/curation/verdict"


def revision(home: Home) -> int:
    return Site(Settings(home=home.path)).revision().number


def words(home: Home, link: str) -> dict[str, str]:
    store = Site(Settings(home=home.path)).revision().reading.snapshot.store
    return {each.curator.name: each.word for each in verdicts_on(store, BASE, link)}


def page_of(link: str) -> str:
    return "/" + link.removeprefix(BASE)


def test_a_verdict_is_written_shown_and_taken_back(kim: Curator, linked: Server, linked_home: Home) -> None:
    answer = kim.say(UNSURE, "accepted", MARKUP, back="/curation?page=2")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/curation?page=2")
    assert words(linked_home, UNSURE) == {"kim": "accepted"}
    page = linked.get(page_of(UNSURE)).text
    assert "<span data-standing>Published as a plain triple</span>" in page
    assert f'href="{page_of(UNSURE_OF_FILE)}"' in page
    assert "Agreed" in page
    of_file = linked.get(page_of(UNSURE_OF_FILE)).text
    assert "<span data-standing>Published as a plain triple</span>" in of_file
    assert "Curators said so of the repository and of this file at once" in of_file
    assert UNSURE_OF_FILE not in linked.get("/curation.csv", accept="text/csv").text
    assert "by kim" in page
    assert "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page
    assert "<script>alert" not in page
    assert UNSURE not in linked.get("/curation.csv", accept="text/csv").text
    assert UNSURE in linked.get("/curation.csv?show=accepted", accept="text/csv").text
    used = linked.get("/github/lab/code").text
    assert "accepted by kim" in used
    plain = linked.get("/github/lab/code.nt", accept="*/*").text
    assert "land-2020.zarr>" in plain
    assert kim.say(UNSURE, "none").status_code == 303
    assert words(linked_home, UNSURE) == {}
    assert "land-2020.zarr>" not in linked.get("/github/lab/code.nt", accept="*/*").text


def test_a_yes_is_explained_on_the_pages_of_both_people(kim: Curator, linked: Server) -> None:
    assert kim.say(PERSON, "accepted", "Same papers.").status_code == 303
    try:
        for path in ("/orcid/0000-0002-1825-0097", page_of(JOSIAH)):
            page = linked.get(path).text
            assert "accepted by kim: Same papers." in page, path
            assert "Josiah Carberry / Josiah S. Carberry" in page or "Josiah S. Carberry / Josiah Carberry" in page
        refused = kim.say(OTHER, "accepted")
        assert refused.status_code == 409
        assert "two ORCID iDs are two people" in refused.text
    finally:
        assert kim.say(PERSON, "none").status_code == 303


def test_posting_twice_writes_once_and_a_stale_page_is_told(kim: Curator, linked: Server, linked_home: Home) -> None:
    ada = curator(linked, linked_home, "ada")
    ada.sign_in()
    stale = {"form": ada.form, "link": SURE, "word": "rejected", "seen": ada.seen(SURE)}
    seen = kim.seen(SURE)
    fields = {"form": kim.form, "link": SURE, "word": "accepted", "seen": seen}
    assert kim.post(VERDICT, fields).status_code == 303
    first = revision(linked_home)
    assert kim.post(VERDICT, fields).status_code == 303
    assert revision(linked_home) == first
    answer = ada.post(VERDICT, stale)
    assert answer.status_code == 409
    assert "changed since you looked" in answer.text
    assert f'href="{page_of(SURE)}"' in answer.text
    assert words(linked_home, SURE) == {"kim": "accepted"}
    assert ada.say(SURE, "rejected").status_code == 303
    assert "Curators differ" in linked.get(page_of(SURE)).text
    assert SURE in linked.get("/curation.csv?show=disputed", accept="text/csv").text
    assert "Curators differ" in linked.get("/curation").text
    for one in (ada, kim):
        assert one.say(SURE, "none").status_code == 303


def test_scripts_get_an_answer_that_they_can_read(kim: Curator) -> None:
    fields = {"form": kim.form, "link": UNSURE, "word": "rejected", "seen": kim.seen(UNSURE)}
    answer = kim.post(VERDICT, fields, Accept="application/json")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["word"], told["status"], told["text"]) == ("rejected", "rejected", "Disagreed")
    assert told["standing"] == "Not published as a plain triple"
    assert told["seen"] == kim.seen(UNSURE)
    undone = kim.post(VERDICT, {**fields, "word": "none"}, Accept="application/json")
    assert (undone.json()["status"], undone.json()["seen"]) == ("", fields["seen"])
    wrong = kim.post(VERDICT, {**fields, "word": "perhaps"}, Accept="application/json")
    assert wrong.status_code == 400
    assert "say accepted, rejected, none" in wrong.json()["error"]


def test_a_link_that_never_was_is_not_there_and_one_that_is_no_link_is_refused(kim: Curator) -> None:
    fields = {"form": kim.form, "word": "accepted"}
    assert kim.post(VERDICT, {**fields, "link": f"{BASE}link/000000000000"}).status_code == 404
    for link in ("", "x", "urn:x", f"{BASE}dataset/ocean", "http://[", f"{BASE}link/<x>", "javascript:alert(1)"):
        answer = kim.post(VERDICT, {**fields, "link": link})
        assert answer.status_code == 400, link
        assert "javascript:" not in answer.text


Bad = Callable[[Curator, dict[str, str]], tuple[dict[str, str] | bytes, dict[str, str]]]
ATTACKS: dict[str, tuple[int, Bad]] = {
    "another-origin": (403, lambda kim, form: (form, {"Origin": "https://evil.example"})),
    "origin-null": (403, lambda kim, form: (form, {"Origin": "null"})),
    "cross-site": (403, lambda kim, form: (form, {"Sec_Fetch_Site": "cross-site"})),
    "same-site": (403, lambda kim, form: (form, {"Sec_Fetch_Site": "same-site"})),
    "host-of-another": (403, lambda kim, form: (form, {"Host": "evil.example", "Origin": kim.server.origin})),
    "no-form-token": (403, lambda kim, form: ({k: v for k, v in form.items() if k != "form"}, {})),
    "wrong-form-token": (403, lambda kim, form: ({**form, "form": "0" * 64}, {})),
    "odd-form-token": (403, lambda kim, form: ({**form, "form": "\ud7ffé\x00"}, {})),
    "no-cookie": (401, lambda kim, form: (form, {"Cookie": "x=y"})),
    "json": (415, lambda kim, form: (json.dumps(form).encode(), {"Content_Type": "application/json"})),
    "plain-text": (415, lambda kim, form: (urlencode(form).encode(), {"Content_Type": "text/plain"})),
    "multipart": (415, lambda kim, form: (b"--x\r\n\r\n--x--", {"Content_Type": "multipart/form-data; boundary=x"})),
    "too-large": (413, lambda kim, form: ({**form, "why": "x" * 40_000}, {})),
    "too-long": (400, lambda kim, form: ({**form, "why": "x" * 1001}, {})),
    "too-many-fields": (400, lambda kim, form: ("&".join(f"f{n}=1" for n in range(50)).encode(), {})),
    "given-twice": (400, lambda kim, form: (urlencode([*form.items(), ("word", "rejected")]).encode(), {})),
    "no-utf-8": (400, lambda kim, form: (urlencode(form).encode() + b"&why=%ff", {})),
    "raw-bytes": (400, lambda kim, form: (urlencode(form).encode() + b"&why=\xff", {})),
    "no-word": (400, lambda kim, form: ({**form, "word": ""}, {})),
    "stale": (409, lambda kim, form: ({**form, "seen": "0" * 12}, {})),
}


@pytest.mark.all
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_changes_nothing_and_the_server_goes_on(kim: Curator, linked_home: Home, name: str) -> None:
    status, bad = ATTACKS[name]
    form = {"form": kim.form, "link": UNSURE, "word": "accepted", "why": "", "seen": kim.seen(UNSURE)}
    before = revision(linked_home)
    body, headers = bad(kim, form)
    answer = kim.post(VERDICT, body, **headers)
    assert answer.status_code == status, answer.text
    assert revision(linked_home) == before
    assert words(linked_home, UNSURE) == {}
    assert kim.get("/curation").status_code == 200


def test_the_form_of_one_curator_is_none_of_another(kim: Curator, linked: Server, linked_home: Home) -> None:
    ada = curator(linked, linked_home, "ada")
    ada.sign_in()
    fields = {"form": kim.form, "link": UNSURE, "word": "accepted"}
    assert ada.post(VERDICT, fields).status_code == 403


def test_a_session_writes_nothing_but_verdicts(kim: Curator) -> None:
    assert kim.session.put(f"{kim.server.origin}/graph-store?graph={BASE}graph/curated", data="").status_code == 401
    update = kim.session.post(f"{kim.server.origin}/update", data={"update": "CLEAR ALL"})
    assert update.status_code == 401


@pytest.mark.parametrize("path", [VERDICT, "/curation/sign-in", "/curation/sign-out"])
def test_other_sites_may_not_even_ask(linked: Server, path: str) -> None:
    offered = linked.ask("OPTIONS", path, headers={"Origin": "https://evil.example"})
    assert "POST" in offered.headers["Allow"]
    assert "POST" not in offered.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in offered.headers
    assert linked.ask("PUT", path).status_code == 405
    if path != "/curation/sign-in":
        assert linked.get(path).status_code == 405


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nX-Evil: 1", ""]
)
def test_nobody_is_led_elsewhere(kim: Curator, back: str) -> None:
    answer = kim.say(UNSURE, "none", back=back)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/curation")
    assert "X-Evil" not in answer.headers
    page = kim.get(f"/curation/sign-in?{urlencode({'back': back})}").text
    assert "evil.example" not in page
    assert "javascript:" not in page


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}])
def test_no_other_site_signs_anybody_in_or_out(kim: Curator, linked: Server, headers: dict[str, str]) -> None:
    other = Curator(linked, kim.token)
    answer = other.post("/curation/sign-in", {"token": kim.token}, **headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert kim.post("/curation/sign-out", {"form": kim.form}, **headers).status_code == 403
    assert "Signed in" in kim.get("/curation").text


@pytest.mark.all
def test_a_link_that_went_meanwhile_is_gone_and_its_verdict_can_be_taken_back(tmp_path: Path) -> None:
    home = fill(tmp_path)
    with running(home.path) as server:
        kim = curator(server, home)
        kim.sign_in()
        assert kim.say(SURE, "accepted").status_code == 303
        (tmp_path / "code" / "run.py").write_text("x = 1\n")
        (tmp_path / "code" / "README.md").write_text("# Code\n")
        commit(tmp_path / "code")
        mine(home, BASE, READERS, [Checkout.of(tmp_path / "code", "", BASE)])
        answer = kim.say(SURE, "rejected")
        assert answer.status_code == 410
        assert "The last mining did not find it any more" in answer.text
        assert words(home, SURE) == {"kim": "accepted"}
        assert kim.say(SURE, "none").status_code == 303
        assert words(home, SURE) == {}


@pytest.mark.all
def test_a_form_that_never_ends_is_given_up(linked_home: Home) -> None:
    with running(linked_home.path, {"LEAP_KG_BODY_SECONDS": "1"}) as hasty:
        place = urlsplit(hasty.origin)
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=30) as line:
            head = "POST /curation/verdict HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            line.sendall(f"{head}Content-Length: 100\r\n\r\nword=".encode())
            assert b" 408 " in line.recv(200).partition(b"\r\n")[0] + b" "
        assert hasty.get("/curation").status_code == 200
