"""The questions of time on the example platform, each reached by clicking from the first page."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import html5lib
import pytest

from examples.platform.build import build
from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import CachedFetcher, Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.sources import read_sources
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.platform import followed
from tests.web.server import Server, running

SST = "feedstocks/example-lab__sst-analysis-feedstock/feedstock/meta.yaml"


def harvest(home: Home, platform: Path) -> None:
    fetcher = CachedFetcher(MirrorFetcher(read_mirror(platform / "mirror.yaml"), Limits()))
    sources = read_sources(platform / "sources.yaml", BASE)
    for _ in harvest_round(home, BASE, sources, fetcher, progress=lambda source: lambda done, total, key: None):
        pass


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The platform, harvested; then the title of a dataset is changed and all is harvested again."""
    platform = build(tmp_path_factory.mktemp("platform") / "example")
    home = Home(tmp_path_factory.mktemp("home") / "kg")
    harvest(home, platform)
    file = platform / SST
    before = file.read_text()
    after = before.replace("title: Example sea-surface temperature analysis\n", "title: Example SST, second edition\n")
    assert after != before
    file.write_text(after)
    harvest(home, platform)
    followed(home)
    with running(home.path) as started:
        yield started


class Visitor:
    """Walks from page to page by the words of links."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.address, self.text = "/", ""
        self._go("/")

    def click(self, words: str) -> "Visitor":
        for link in self._page.iter("a"):
            if words in " ".join("".join(link.itertext()).split()):
                self._go(link.get("href"))
                return self
        raise AssertionError(f"no link with {words!r} on {self.address}")

    def ask(self, field: str, value: str) -> "Visitor":
        """Fill in the form that has this field and send it."""
        for form in self._page.iter("form"):
            inputs = {i.get("name"): i.get("value") or "" for i in form.iter("input") if i.get("name")}
            if field in inputs:
                query = {**inputs, field: value}
                self.address = form.get("action")
                answer = self._server.get(self.address, params=query)
                self._show(answer.status_code, answer.text)
                return self
        raise AssertionError(f"no field {field} on {self.address}")

    def _go(self, href: str) -> None:
        self.address = urljoin(self.address, href)
        answer = self._server.get(self.address)
        while answer.is_redirect:
            self.address = urljoin(self.address, answer.headers["Location"])
            answer = self._server.get(self.address)
        self._show(answer.status_code, answer.text)

    def _show(self, status: int, text: str) -> None:
        assert status == 200, self.address
        self._page = html5lib.parse(text, namespaceHTMLElements=False)
        self.text = " ".join("".join(self._page.find(".//main").itertext()).split())


def test_what_changed_since_last_week_in_what_i_follow(server: Server) -> None:
    visitor = Visitor(server).click("All changes").click("the last week").click("Datasets")
    assert "second edition" in visitor.text
    assert "changed" in visitor.text
    visitor = Visitor(server).click("Changes").ask("follow", "kind:dataset")
    assert "Following: Dataset" in visitor.text
    assert "second edition" in visitor.text
    assert "Atom feed of these" in visitor.text
    asked = Visitor(server).click("More questions")
    assert "What changed in the last days, in what I follow?" in asked.text
    led = server.get("/queries/changes/since?days=7")
    rows = server.get(led.headers["Location"], accept="text/csv").text.splitlines()
    assert any("sst-analysis" in row for row in rows[1:])


def test_what_did_we_say_then_and_why_do_we_say_something_else_now(server: Server) -> None:
    page = Visitor(server).click("second edition").click("revisions changed this")
    revision = min(int(number) for number in re.findall(r"Revision (\d+)", page.text))
    compared = page.ask("then", str(revision))
    assert "second edition" in compared.text
    assert re.search(r"\d+ statements? differs? from now", compared.text)
    assert "Because" in compared.text
    old = page.click("As it was after this")
    assert "You see revision" in old.text


def test_which_source_says_this_when_was_it_fetched_and_is_it_stale(server: Server) -> None:
    page = Visitor(server).click("second edition")
    assert "Where this comes from" in page.text
    assert re.search(r"read \d{4}-\d\d-\d\d \d\d:\d\d UTC", page.text)
    assert re.search(r"fresh\s*until \d{4}-\d\d-\d\d", page.text)
    answer = page.click("Who says what, statement by statement")
    assert "second edition" in answer.text
    assert "fresh" in answer.text


def test_a_source_that_was_read_again_and_found_unchanged_says_so(server: Server) -> None:
    page = Visitor(server)
    assert re.search(r"read \S+ \S+ UTC, found unchanged \d{4}-\d\d-\d\d", page.text)
