"""The site as a visitor without scripts walks it: no broken link, no foreign request, valid HTML."""

import shutil
import subprocess
from pathlib import Path

import pytest

from leap_kg.ontology.iri import path_of
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE
from leap_kg.web.site import Site
from tests.web import crawler
from tests.web.server import Server

pytestmark = pytest.mark.all


@pytest.fixture(scope="session")
def crawled(server: Server) -> crawler.Site:
    return crawler.crawl(server)


def test_every_link_leads_to_a_page(crawled: crawler.Site) -> None:
    broken = {address: status for address, status in crawled.statuses.items() if status not in (200, 301, 303, 410)}
    assert not broken
    assert [address for address, status in crawled.statuses.items() if status == 410] == [
        address for address in crawled.statuses if address.partition(".")[0] == "/dataset/leap-test/gone"
    ]


def test_every_node_with_a_page_is_reached_from_the_first_one(crawled: crawler.Site, site: Site) -> None:
    with site.search() as index:
        hits = index.find(limit=10_000).hits
    assert len(hits) > 60
    wanted = {path_of(DEFAULT_BASE, hit.iri).partition("#")[0] for hit in hits}
    assert wanted <= crawled.statuses.keys()


def test_a_link_to_a_part_finds_it_on_the_page(crawled: crawler.Site) -> None:
    missing = [
        fragment
        for fragment in crawled.fragments
        if fragment[1] in crawled.anchors and fragment[2] not in crawled.anchors[fragment[1]]
    ]
    assert not missing
    assert any(fragment.startswith("finding-") for _, _, fragment in crawled.fragments)


def test_no_identifier_stands_twice_on_a_page(crawled: crawler.Site) -> None:
    assert {page for page, found in crawled.anchors.items() if len(found) != len(set(found))} == set()


def test_pages_load_nothing_from_elsewhere_and_link_only_where_browsers_may_go(crawled: crawler.Site) -> None:
    for found in crawled.external:
        tag, name, address = found.split(" ", 2)
        assert (tag, name) == ("a", "href") or (tag, name) == ("link", "href"), found
        assert address.startswith(("https://", "http://", "mailto:")), found
        assert tag == "a", f"the page loads {address}"


def test_every_page_parses_without_an_error(crawled: crawler.Site) -> None:
    assert crawled.faults == []


def test_pages_that_have_an_element_of_their_own_pass_the_html_validator(crawled: crawler.Site, tmp_path: Path) -> None:
    """Every kind of element, with its attributes and where it stands, is on one of them."""
    chosen, seen = [], set[tuple[str, ...]]()
    for address, kinds in crawled.markup.items():
        if kinds - seen:
            chosen.append(address)
            seen |= kinds
    assert len(chosen) > 30
    assert_valid({address: crawled.pages[address] for address in chosen}, tmp_path)


def test_every_page_passes_the_html_validator(crawled: crawler.Site, tmp_path: Path) -> None:
    assert_valid(crawled.pages, tmp_path)


def assert_valid(pages: dict[str, str], folder: Path) -> None:
    web, node = declarations() / "web", shutil.which("node")
    if node is None or not (web / "node_modules" / "html-validate").is_dir():
        pytest.skip("needs Node and `npm ci` in web/")
    names = {}
    for number, (address, text) in enumerate(pages.items()):
        names[f"{number}.html"] = address
        (folder / f"{number}.html").write_text(text, encoding="utf-8")
    result = subprocess.run(
        [node, str(web / "scripts" / "validate.mjs"), str(folder)], capture_output=True, text=True, timeout=240
    )
    told = "\n".join(f"{names.get(Path(line.split(':')[0]).name)}: {line}" for line in result.stdout.splitlines()[:20])
    assert result.returncode == 0, told or result.stderr
