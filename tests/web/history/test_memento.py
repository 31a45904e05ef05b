"""Memento, RFC 7089: negotiation in time on every node, and the lists of its states."""

import re
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.settings import Settings
from leap_kg.web.history import timemaps
from leap_kg.web.history.memento import http_date
from leap_kg.web.history.mementos import Mementos
from leap_kg.web.site import Site
from tests.web.platform import BETA, PERSON
from tests.web.server import Server
from tests.web.story import LAST, day

PATH = "/dataset/leap-test/beta"
STATES = [2, 4, 5]


def links(header: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Targets and attributes of a Link header or a link-format document, by each relation."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for target, rest in re.findall(r"<([^>]*)>((?:\s*;\s*[\w-]+=(?:\"[^\"]*\"|[\w-]+))*)", header):
        attributes = {name: value.strip('"') for name, value in re.findall(r"([\w-]+)=(\"[^\"]*\"|[\w-]+)", rest)}
        for relation in attributes.get("rel", "").split():
            found.setdefault(relation, (target, attributes))
    return found


def asked(server: Server, path: str, moment: str) -> dict[str, str]:
    answer = server.get(path, headers={"Accept-Datetime": moment})
    assert answer.status_code == 200
    return dict(answer.headers)


def test_the_original_is_its_own_timegate(past_server: Server) -> None:
    answer = past_server.get(PATH)
    assert answer.headers["Vary"] == "Accept, Accept-Datetime"
    assert "Memento-Datetime" not in answer.headers
    found = links(answer.headers["Link"])
    assert found["original"][0] == found["timegate"][0] == PATH
    assert found["timemap"][1]["type"] == "application/link-format"
    assert found["first"] == (f"{PATH}?at=2", {"rel": "first memento", "datetime": http_date(day(2))})
    assert found["last"][0] == f"{PATH}?at=5"
    assert "canonical" in found
    assert "describedby" in found


@pytest.mark.parametrize(
    ("moment", "state", "memento"),
    [
        *((day(1), 2, 2), (day(2), 2, 2), (day(3), 3, 2), (day(4), 4, 4), (day(5), 5, 5), (day(6), 6, 5)),
        (day(900), LAST, 5),
    ],
)
def test_negotiation_gives_the_state_that_held_then(
    past_server: Server, moment: object, state: int, memento: int
) -> None:
    """The page as it was then: of a node that did not change, with what others had become."""
    text = http_date(moment)  # type: ignore[arg-type]
    headers = asked(past_server, PATH, text)
    assert headers["leap-revision"] == str(state)
    assert parsedate_to_datetime(headers["memento-datetime"]) == day(state)
    assert headers["content-location"] == f"{PATH}?at={state}"
    assert headers["vary"] == "Accept, Accept-Datetime"
    assert headers["cache-control"] == "no-cache"
    found = links(headers["link"])
    assert found["original"][0] == PATH
    assert [found[name][0] for name in ("first", "last")] == [f"{PATH}?at=2", f"{PATH}?at=5"]
    place = STATES.index(memento)
    for name, other in (("prev", place - 1), ("next", place + 1)):
        wanted = f"{PATH}?at={STATES[other]}" if 0 <= other < len(STATES) else None
        assert found.get(name, (None,))[0] == wanted
    again = past_server.get(headers["content-location"])
    assert again.headers["Memento-Datetime"] == headers["memento-datetime"]
    assert again.headers["Vary"] == "Accept"
    same = past_server.get(f"{PATH}.json?at={max(state, 2)}")
    assert past_server.get(f"{PATH}.json", headers={"Accept-Datetime": text}).content == same.content


def test_form_and_moment_are_negotiated_together(past_server: Server) -> None:
    answer = past_server.get(PATH, accept="text/turtle", headers={"Accept-Datetime": http_date(day(2))})
    assert answer.headers["Content-Type"].startswith("text/turtle")
    assert "Beta, its old name" in answer.text
    tag = answer.headers["ETag"]
    headers = {"Accept-Datetime": http_date(day(2)), "If-None-Match": tag}
    again = past_server.get(PATH, accept="text/turtle", headers=headers)
    assert again.status_code == 304
    assert again.headers["Memento-Datetime"] == http_date(day(2))
    assert past_server.get(PATH, accept="text/turtle", headers={"If-None-Match": tag}).status_code == 200


def test_a_header_that_is_no_date_is_refused(past_server: Server) -> None:
    for text in ("yesterday", "2026-03-01"):
        answer = past_server.get(PATH, headers={"Accept-Datetime": text})
        assert answer.status_code == 400
        assert "Accept-Datetime" in answer.headers["Vary"]


def test_the_address_goes_before_the_header(past_server: Server) -> None:
    answer = past_server.get(f"{PATH}?at=4", headers={"Accept-Datetime": http_date(day(2))})
    assert answer.headers["Leap-Revision"] == "4"
    assert "Content-Location" not in answer.headers


@pytest.mark.parametrize("path", ["/dataset/leap-test/gamma", "/dataset/leap-test/beta.json", f"/node?iri={PERSON}"])
def test_every_node_has_states(past_server: Server, path: str) -> None:
    found = links(past_server.get(path, accept="*/*").headers["Link"])
    assert found["timegate"][0].partition("?")[0] in (
        "/dataset/leap-test/gamma",
        "/dataset/leap-test/beta",
        "/node",
        "/orcid/0000-0002-1825-0097",
    )
    timemap = past_server.get(found["timemap"][0], accept="*/*")
    assert timemap.status_code == 200
    for target in re.findall(r"<([^>]*at=\d+)>", timemap.text):
        assert past_server.get(target).status_code in (200, 410)


def test_a_timemap_lists_the_states(past_server: Server) -> None:
    answer = past_server.get(f"/timemap?iri={BETA}", accept="application/link-format")
    assert answer.headers["Content-Type"].startswith("application/link-format")
    found = re.findall(r'<([^>]*)>; rel="([^"]*memento)"; datetime="([^"]*)"', answer.text)
    origin = past_server.origin
    assert [(target, parsedate_to_datetime(when)) for target, _, when in found] == [
        (f"{origin}{PATH}?at={number}", day(number)) for number in STATES
    ]
    assert [relation for _, relation, _ in found] == ["first memento", "memento", "last memento"]
    itself = links(answer.text)["self"]
    assert past_server.get(itself[0], accept="application/link-format").text == answer.text
    assert (itself[1]["from"], itself[1]["until"]) == (http_date(day(2)), http_date(day(5)))
    document = past_server.get(f"/timemap.json?iri={BETA}").json()
    assert [each["revision"] for each in document["mementos"]["list"]] == STATES
    assert document["mementos"]["first"]["uri"] == f"{origin}{PATH}?at=2"
    assert past_server.get("/timemap?iri=https://example.org/never").status_code == 404
    assert past_server.get("/timemap?path=/etc/passwd").status_code == 404
    assert past_server.get(f"/timemap?iri={BETA}", accept="image/png").status_code == 406


def test_the_endpoint_has_every_revision_as_a_state(past_server: Server) -> None:
    document = past_server.get("/timemap.json?path=/sparql").json()
    assert [each["revision"] for each in document["mementos"]["list"]] == list(range(1, LAST + 1))


def test_a_long_timemap_has_pages(past_home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    site = Site(Settings(home=past_home.path))
    monkeypatch.setattr(timemaps, "_PAGE", 4)
    mementos = Mementos(site.history, "", LAST)
    last = -(-mementos.total // 4)

    def document(page: int) -> str:
        return timemaps._Document("http://h", "/sparql", {"path": "/sparql"}, mementos, page, last).link_format()

    index = document(0)
    pages = re.findall(r'<([^>]*)>; rel="timemap"[^\n]*from="([^"]*)"; until="([^"]*)"', index)
    assert [(parsedate_to_datetime(a), parsedate_to_datetime(b)) for _, a, b in pages] == [
        (day(1), day(4)),
        (day(5), day(8)),
        (day(9), day(9)),
    ]
    assert "at=" not in index
    listed = [int(n) for page in range(1, last + 1) for n in re.findall(r"sparql\?at=(\d+)", document(page))]
    assert listed == list(range(1, LAST + 1))
