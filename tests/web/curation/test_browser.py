"""A curator with a keyboard, in a real browser: five links decided, one taken back, nothing broken or out of reach."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from leap_kg.graph.home import Home
from leap_kg.graph.tokens import Tokens
from leap_kg.links.judged import all_verdicts
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.site import Site
from tests.web.curation.world import fill
from tests.web.server import Server, running
from tests.web_assets.chromium import chromium
from tests.web_assets.render import WEB

pytestmark = pytest.mark.all

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Visit:
    """A page of a signed-in curator that may ask only its own server and must throw nothing."""

    page: Page
    server: Server
    home: Home
    faults: list[str] = field(default_factory=list)

    def words(self) -> dict[str, str]:
        """What was said in the graph, by link."""
        store = Site(Settings(home=self.home.path)).revision().reading.snapshot.store
        return {each.link: each.word for each in all_verdicts(store, BASE)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return fill(tmp_path_factory.mktemp("browser"))


@pytest.fixture
def visit(browser: Browser, own_home: Home) -> Iterator[Visit]:
    token = Tokens(own_home).create("kim", ["curate"])[1]
    with running(own_home.path) as server:
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(15_000)
        made = Visit(page, server, own_home)
        page.on("pageerror", lambda error: made.faults.append(str(error)))
        page.on("console", lambda one: made.faults.append(one.text) if one.type == "error" else None)
        page.on("request", lambda r: None if r.url.startswith(server.origin) else made.faults.append(r.url))
        page.goto(f"{server.origin}/curation")
        page.get_by_role("link", name="Sign in to decide").click()
        page.get_by_label("Token").fill(token)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{server.origin}/curation")
        expect(page.get_by_text("Signed in as kim")).to_be_visible()
        yield made
        context.close()
        assert made.faults == []


def focused(page: Page) -> str:
    """The number of the link that has the focus, from 0."""
    found = page.evaluate("[...document.querySelectorAll('[data-case]')].indexOf(document.activeElement)")
    return str(found)


def problems(page: Page) -> list[str]:
    """What axe finds wrong with the page."""
    if not AXE.is_file():
        pytest.skip("web/node_modules/axe-core is absent: run `npm ci --ignore-scripts` in web/")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


def test_five_links_are_decided_by_keyboard(visit: Visit) -> None:
    page = visit.page
    cases = page.locator("[data-case]")
    links = [cases.nth(n).locator("input[name=link]").get_attribute("value") for n in range(6)]
    page.keyboard.press("j")
    assert focused(page) == "0"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "the focus is not seen"
    for number, key in enumerate("ynyn"):
        page.keyboard.press(key)
        assert focused(page) == str(number + 1)
        expect(cases.nth(number).locator("[data-said]")).to_have_text("Agreed" if key == "y" else "Disagreed")
    page.keyboard.press("w")
    page.keyboard.type("yes, see y and n above")
    page.keyboard.press("Escape")
    assert focused(page) == "4"
    page.keyboard.press("y")
    expect(cases.nth(4).locator("[data-said]")).to_have_text("Agreed")
    expect(page.get_by_role("status")).to_contain_text("Agreed: ")
    said = dict(zip(links, ["accepted", "rejected", "accepted", "rejected", "accepted"], strict=False))
    assert visit.words() == said
    page.keyboard.press("u")
    expect(cases.nth(4).locator("[data-said]")).to_have_text("Taken back")
    assert focused(page) == "4"
    assert visit.words() == {link: word for link, word in said.items() if link != links[4]}
    page.keyboard.press("k")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("s")
    assert focused(page) == "4"
    assert problems(page) == []
    page.get_by_role("link", name="Load what is left").click()
    expect(cases.first.locator("input[name=link]")).to_have_attribute("value", links[4] or "")
    for _ in range(4):
        visit.page.goto(f"{visit.server.origin}/curation?show={'accepted' if _ < 2 else 'rejected'}")
        visit.page.get_by_role("button", name=re.compile("^Take back")).first.click()
        expect(visit.page.locator("[data-said]").first).to_have_text("Taken back")
    assert visit.words() == {}


def test_keys_can_be_learnt_and_turned_off_and_trap_nobody(visit: Visit) -> None:
    page = visit.page
    page.keyboard.press("?")
    expect(page.get_by_text("take back the last verdict")).to_be_visible()
    page.get_by_label("Keys on").uncheck()
    page.keyboard.press("j")
    assert focused(page) == "-1"
    page.reload()
    page.keyboard.press("j")
    assert focused(page) == "-1"
    page.keyboard.press("?")
    page.get_by_label("Keys on").check()
    page.keyboard.press("j")
    assert focused(page) == "0"
    seen = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.closest('footer') ? 'footer' : 'page'"))
        if "footer" in seen:
            break
    assert "footer" in seen
    page.get_by_role("combobox").first.fill("y")
    page.get_by_role("combobox").first.press("n")
    assert visit.words() == {}


def test_a_verdict_on_what_changed_is_told_and_not_written(visit: Visit) -> None:
    page = visit.page
    first = page.locator("[data-case]").first
    first.locator("input[name=seen]").evaluate("field => { field.value = '000000000000'; }")
    page.keyboard.press("j")
    page.keyboard.press("y")
    expect(first.locator("[data-said]")).to_contain_text("changed since you looked")
    expect(page.get_by_role("status")).to_contain_text("Not noted")
    assert visit.words() == {}
    visit.faults[:] = [fault for fault in visit.faults if "409" not in fault]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_curators_is_for_everybody(visit: Visit, scheme: Any, tmp_path: Path) -> None:
    page = visit.page
    page.emulate_media(color_scheme=scheme)
    link = page.locator("input[name=link]").first.get_attribute("value") or ""
    paths = ("/curation", "/" + link.removeprefix(BASE), "/orcid/0000-0002-1825-0097", "/curation/sign-in")
    for path in paths:
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(visit.server.origin + path)
            assert problems(page) == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_without_javascript_buttons_do_it(browser: Browser, own_home: Home) -> None:
    token = Tokens(own_home).create("noscript", ["curate"])[1]
    with running(own_home.path) as server:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{server.origin}/curation/sign-in?back=/curation%3Fproperty%3DsameAs")
        page.get_by_label("Token").fill(token)
        page.get_by_role("button", name="Sign in").click()
        assert page.url == f"{server.origin}/curation?property=sameAs"
        page.get_by_role("button", name=re.compile("^Disagree: ")).first.click()
        assert page.url == f"{server.origin}/curation?property=sameAs"
        page.goto(f"{server.origin}/curation?show=rejected")
        expect(page.get_by_text("by noscript")).to_be_visible()
        page.get_by_role("button", name=re.compile("^Take back: ")).click()
        expect(page.get_by_text("Nothing to decide")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("link", name="Sign in to decide")).to_be_visible()
        context.close()


def test_keys_act_on_the_first_link_of_a_page_just_opened(visit: Visit) -> None:
    page = visit.page
    cases = page.locator("[data-case]")
    links = [cases.nth(n).locator("input[name=link]").get_attribute("value") or "" for n in range(2)]
    expect(cases.first).to_have_attribute("data-current", "")
    assert page.evaluate("document.activeElement === document.body"), "opening the page takes the focus from nobody"
    page.keyboard.press("y")
    assert focused(page) == "1"
    expect(page.locator("[data-current]")).to_have_count(0)
    expect(cases.first.locator("[data-said]")).to_have_text("Agreed")
    assert visit.words() == {links[0]: "accepted"}
    page.keyboard.press("u")
    expect(cases.first.locator("[data-said]")).to_have_text("Taken back")
    page.reload()
    page.keyboard.press("n")
    expect(cases.first.locator("[data-said]")).to_have_text("Disagreed")
    page.keyboard.press("u")
    expect(cases.first.locator("[data-said]")).to_have_text("Taken back")
    assert visit.words() == {}


def test_no_key_decides_on_a_link_that_is_out_of_sight(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": 320, "height": 400})
    page.goto(f"{visit.server.origin}/curation")
    page.evaluate("scrollTo(0, 0)")
    page.keyboard.press("y")
    assert focused(page) == "0"
    expect(page.get_by_role("status")).to_contain_text("press again")
    assert visit.words() == {}
