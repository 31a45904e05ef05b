"""Pages on a narrow screen, in a browser: all that a row says is in sight, and so is every word of the navigation."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.web.server import Server
from tests.web_assets.chromium import chromium

pytestmark = pytest.mark.all

# What stands beside what is in sight, in a box that scrolls sideways.
_BESIDE = """() => [...document.querySelectorAll('.table-scroll')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.getAttribute('aria-label'))"""
_LINES = "all => all.map((one) => Math.round(one.getClientRects()[0].height))"
_PATH = "/dataset/leap-test/alpha"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [_PATH, f"{_PATH}.fair", "/store/nyu1.osn.mghpcc.org/leap-test/alpha.zarr"])
def test_rows_are_stacked_with_their_headings(browser: Browser, server: Server, path: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(server.origin + path)
    assert page.locator("table.stacks td").count() > 3
    assert page.evaluate(_BESIDE) == []
    label = page.locator("table.stacks td[data-label]").first
    heading = label.evaluate("one => getComputedStyle(one, '::before').content")
    assert (label.get_attribute("data-label") or "?") in heading
    # A cell in which nothing is said takes no room.
    assert page.locator("table.stacks td:has(> .absent:only-child):visible").count() == 0
    context.close()


def test_cells_stand_beside_each_other_where_there_is_room(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(server.origin + f"{_PATH}.fair")
    first = page.locator("table.stacks").first
    expect(first.locator("thead")).to_be_visible()
    tops = first.locator("tbody tr").first.locator("td").evaluate_all("all => all.map((one) => one.offsetTop)")
    assert len(set(tops)) == 1
    assert first.locator("td").first.evaluate("one => getComputedStyle(one, '::before').content") == "none"
    context.close()


@pytest.mark.parametrize("width", [360, 900, 1100, 1280])
def test_the_navigation_has_every_word_and_copy_is_one(browser: Browser, server: Server, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(server.origin + _PATH)
    for word in ("Browse", "Publications", "Query", "Findings", "Changes", "About"):
        expect(page.locator(".site-nav").get_by_role("link", name=word)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    buttons = page.locator("button.copy:visible")
    expect(buttons.first).to_be_visible()
    assert max(buttons.evaluate_all(_LINES)) < 40
    context.close()
