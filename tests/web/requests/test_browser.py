"""Requests in a real browser: without scripts, at 320 pixels, in both colours, and for everybody."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from leap_kg.graph.home import Home
from leap_kg.graph.tokens import Tokens
from tests.web.curation.test_browser import problems
from tests.web.requests.world import FILLED, asked_of
from tests.web.server import Server, running
from tests.web_assets.chromium import chromium

pytestmark = pytest.mark.all


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return asked_of(tmp_path_factory.mktemp("browser") / "home")


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[Server]:
    with running(home.path) as started:
        yield started


def signed_in(page: Page, server: Server, home: Home, *scopes: str) -> None:
    page.goto(f"{server.origin}/requests/new")
    page.get_by_role("link", name="sign in").click()
    page.get_by_label("Token").fill(Tokens(home).create("Kim Example", scopes)[1])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server.origin}/requests/new")


def test_without_javascript_somebody_asks_and_a_curator_answers(browser: Browser, server: Server, home: Home) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(15_000)
    signed_in(page, server, home, "request", "curate")
    page.get_by_label("Name of the dataset").fill("Drift of ice")
    page.locator("#ask-url").fill("nowhere")
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_text("Some fields need mending")).to_be_visible()
    expect(page.get_by_label("Name of the dataset")).to_have_value("Drift of ice")
    assert page.locator("#ask-url").get_attribute("aria-describedby") == "ask-url-hint ask-url-wrong"
    expect(page.locator("#ask-url-wrong")).to_contain_text("This is no address")
    page.locator("#ask-url").fill(FILLED["url"])
    page.locator("#ask-description").fill(FILLED["description"])
    page.get_by_label("Format of the files").select_option("NetCDF")
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_role("heading", name="State: asked")).to_be_visible()
    page.get_by_label("The dataset that answers it").fill("/dataset/leap-test/alpha")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("heading", name="State: published")).to_be_visible()
    page.goto(f"{server.origin}/requests?status=published")
    expect(page.get_by_role("link", name="Drift of ice")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_for_everybody(browser: Browser, server: Server, home: Home, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(15_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(server.origin) else faults.append(asked.url))
    _look(page, server, "/requests", "/requests/new", "/request/ice", "/requests?q=none")
    signed_in(page, server, home, "curate")
    _look(page, server, "/requests/new", "/request/ice")
    page.goto(f"{server.origin}/requests/new")
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_text("Some fields need mending")).to_be_visible()
    assert problems(page) == []
    assert faults == []
    context.close()


def _look(page: Page, server: Server, *paths: str) -> None:
    for path in paths:
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(server.origin + path)
            assert problems(page) == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
