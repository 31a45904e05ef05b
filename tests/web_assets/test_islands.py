"""The islands in a real browser, under the content security policy, against answers of a local server."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.web_assets.chromium import chromium
from tests.web_assets.samples import CODE, DATASET, QUERY
from tests.web_assets.site import Site, serving

pytestmark = pytest.mark.all

PAGES = ("home", "entity", "browse", "query", "plain")
WATCH = """
window.broken = [];
addEventListener("securitypolicyviolation", (broken) => {
  window.broken.push(`${broken.violatedDirective} ${broken.blockedURI}`);
});
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@contextmanager
def tab(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A page that may ask only this site, throw nothing and break no policy."""
    faults: list[str] = []
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type in ("warning", "error") else None)
    page.on("request", lambda request: None if request.url.startswith(site.address) else faults.append(request.url))
    yield page
    assert page.evaluate("window.broken") == []
    context.close()
    assert faults == []


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with tab(browser.new_context(), site) as opened:
        yield opened


def search(page: Page, site: Site, text: str) -> Locator:
    """Type into the home page's field; gives the popup."""
    page.goto(f"{site.address}/home.html")
    page.get_by_role("combobox").press_sequentially(text, delay=15)
    return page.locator(".suggestions")


class TestTypeahead:
    def test_suggestions_are_grouped_by_kind(self, page: Page, site: Site) -> None:
        popup = search(page, site, "heat")
        expect(popup.get_by_role("group", name="Dataset").get_by_role("option")).to_have_count(3)
        expect(popup.get_by_role("group", name="Person").get_by_role("option")).to_have_text("Heath Aldous")
        expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "true")
        expect(page.get_by_role("status")).to_have_text("4 suggestions, use the arrow keys")

    def test_server_is_asked_once_typing_rests(self, page: Page, site: Site) -> None:
        # The page's clock stands still: a busy machine's pauses between the keys are none to the page.
        page.clock.install(time=0)
        page.clock.pause_at(1_000)
        popup = search(page, site, "heat")
        page.clock.run_for(100)
        assert site.queries() == []
        page.get_by_role("combobox").press_sequentially("w")
        page.clock.run_for(100)
        assert site.queries() == []
        page.get_by_role("combobox").press("Backspace")
        page.clock.run_for(200)
        expect(popup.get_by_role("option").first).to_be_visible()
        assert site.queries() == ["heat"]
        assert [one for one in site.asked if "search.json" in one] == ["/search.json?q=heat&limit=8&facets=none"]

    def test_arrows_walk_and_enter_opens(self, page: Page, site: Site) -> None:
        popup = search(page, site, "heat")
        expect(popup.get_by_role("option").first).to_be_visible()
        field = page.get_by_role("combobox")
        field.press("ArrowDown")
        field.press("ArrowDown")
        chosen = popup.get_by_role("option", selected=True)
        expect(chosen).to_contain_text("Marine heatwaves")
        expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "none")
        expect(field).to_be_focused()
        field.press("Enter")
        page.wait_for_url(f"{site.address}/dataset/heatwaves")

    def test_arrows_go_round_through_the_field(self, page: Page, site: Site) -> None:
        popup = search(page, site, "heat")
        expect(popup.get_by_role("option").first).to_be_visible()
        field = page.get_by_role("combobox")
        field.press("ArrowUp")
        expect(popup.get_by_role("option").last).to_have_attribute("aria-selected", "true")
        field.press("ArrowDown")
        expect(popup.get_by_role("option", selected=True)).to_have_count(0)
        assert field.get_attribute("aria-activedescendant") is None

    def test_enter_without_choice_searches(self, page: Page, site: Site) -> None:
        expect(search(page, site, "heat").get_by_role("option").first).to_be_visible()
        page.get_by_role("combobox").press("Enter")
        page.wait_for_url(f"{site.address}/search?q=heat")

    def test_escape_closes_and_keeps_the_text(self, page: Page, site: Site) -> None:
        popup = search(page, site, "heat")
        expect(popup).to_be_visible()
        field = page.get_by_role("combobox")
        field.press("Escape")
        expect(popup).to_be_hidden()
        expect(field).to_have_value("heat")
        expect(field).to_have_attribute("aria-expanded", "false")
        field.press("ArrowDown")
        expect(popup).to_be_visible()

    def test_leaving_the_field_closes(self, page: Page, site: Site) -> None:
        popup = search(page, site, "heat")
        expect(popup).to_be_visible()
        page.get_by_role("heading", level=1).click()
        expect(popup).to_be_hidden()

    def test_click_opens(self, page: Page, site: Site) -> None:
        search(page, site, "heat").get_by_role("option", name="Heath Aldous").click()
        page.wait_for_url(f"{site.address}/person/heath")

    def test_nothing_found_is_said(self, page: Page, site: Site) -> None:
        expect(search(page, site, "zzz")).to_have_text("Nothing found for “zzz”.")
        expect(page.get_by_role("status")).to_have_text("Nothing found for zzz")
        expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "false")

    def test_more_hits_lead_to_the_search_page(self, page: Page, site: Site) -> None:
        site.extra_hits = 36
        search(page, site, "ocean").get_by_role("option", name="Show all 37 results").click()
        page.wait_for_url(f"{site.address}/search?q=ocean")

    def test_hostile_hits_stay_text(self, page: Page, site: Site) -> None:
        popup = search(page, site, "heat")
        expect(popup.get_by_role("option", name="<b>at the surface</b>")).to_contain_text("<img src=x")
        assert popup.locator("img, b").count() == 0
        assert (
            page.locator(".suggestions a").evaluate_all("links => links.map((a) => a.origin)") == [site.address] * 5
        )  # four hits and "Show all"

    @pytest.mark.parametrize("text", ["(((", "\\", "[a-", "$&*+?.{}|^-/"])
    def test_signs_of_patterns_are_just_text(self, page: Page, site: Site, text: str) -> None:
        expect(search(page, site, text)).to_have_text(f"Nothing found for “{text}”.")

    def test_signs_beside_a_match_do_not_disturb_it(self, page: Page, site: Site) -> None:
        popup = search(page, site, "flux <b>")
        expect(popup.locator("mark")).to_have_text(["flux", "<b>"])

    def test_an_overtaken_answer_is_dropped(self, page: Page, site: Site) -> None:
        site.slow["heat"] = 1.0
        popup = search(page, site, "heat")
        while "heat" not in site.queries():
            page.wait_for_timeout(20)
        page.get_by_role("combobox").fill("ocean")
        expect(popup.get_by_role("option")).to_have_count(1)
        page.wait_for_timeout(1200)
        expect(popup.get_by_role("option")).to_have_text("Ocean heat uptakeDaily heat content of the upper ocean")

    def test_emptied_field_has_no_suggestions(self, page: Page, site: Site) -> None:
        popup = search(page, site, "heat")
        expect(popup).to_be_visible()
        page.get_by_role("combobox").fill("")
        expect(popup).to_be_hidden()


def test_broken_search_leaves_the_form_working(browser: Browser, site: Site) -> None:
    site.broken = True
    context = browser.new_context()
    page = context.new_page()
    popup = search(page, site, "heat")
    while not site.queries():
        page.wait_for_timeout(20)
    page.wait_for_timeout(100)
    expect(popup).to_be_hidden()
    page.get_by_role("combobox").press("Enter")
    page.wait_for_url(f"{site.address}/search?q=heat")
    context.close()


class TestCopy:
    @pytest.fixture
    def page(self, browser: Browser, site: Site) -> Iterator[Page]:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        with tab(context, site) as opened:
            opened.goto(f"{site.address}/entity.html")
            yield opened

    def test_code_is_copied_to_the_letter_and_announced(self, page: Page) -> None:
        button = page.get_by_role("button", name="Copy code")
        button.click()
        expect(button).to_have_text("Copied")
        expect(page.get_by_role("status")).to_have_text("Copied to the clipboard")
        assert page.evaluate("navigator.clipboard.readText()") == CODE
        expect(button).to_have_text("Copy", timeout=5000)

    def test_address_of_the_node_is_copied(self, page: Page) -> None:
        page.get_by_role("button", name=f"Copy {DATASET.iri}").click()
        assert page.evaluate("navigator.clipboard.readText()") == DATASET.iri


def test_refused_copy_is_said(browser: Browser, site: Site) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))")
    page.goto(f"{site.address}/entity.html")
    page.get_by_role("button", name="Copy code").click()
    expect(page.get_by_role("status")).to_contain_text("did not allow copying")
    context.close()


class TestEditor:
    @pytest.fixture
    def editor(self, page: Page, site: Site) -> Locator:
        page.goto(f"{site.address}/query.html")
        return page.locator(".editor .cm-content")

    def test_query_is_shown_coloured_with_its_error_line(self, page: Page, editor: Locator) -> None:
        expect(editor).to_be_visible()
        expect(page.locator("textarea[data-sparql]")).to_be_hidden()
        expect(page.locator(".cm-errorLine")).to_have_text(re.compile("OPTIONAL"))
        expect(page.locator(".cm-errorNumber")).to_have_text("7")
        colours = editor.evaluate(
            "e => Object.fromEntries([...e.querySelectorAll('span')]"
            ".map((span) => [span.textContent, getComputedStyle(span).color]))"
        )
        plain = editor.evaluate("e => getComputedStyle(e).color")
        for token in ("SELECT", "?store", '"en"', "1.5e3", "dcat:Dataset", "# Datasets and their stores", "lang", "a"):
            assert colours[token] != plain, token
        assert colours["SELECT"] != colours["?store"] != colours['"en"'] != colours["dcat:Dataset"]

    def test_editor_is_named_for_screen_readers(self, page: Page, editor: Locator) -> None:
        expect(editor).to_have_attribute("aria-label", "SPARQL query, error in line 7. Control + Enter runs it.")
        page.get_by_text("SPARQL query", exact=True).click()
        expect(editor).to_be_focused()

    def test_text_goes_back_to_the_field(self, page: Page, editor: Locator) -> None:
        editor.press("Control+End")
        page.keyboard.type("\n# more")
        expect(page.locator("textarea[data-sparql]")).to_have_value(QUERY + "\n# more")
        page.keyboard.press("Control+z")
        expect(page.locator("textarea[data-sparql]")).to_have_value(QUERY)

    def test_control_enter_runs_the_query(self, page: Page, site: Site, editor: Locator) -> None:
        editor.press("Control+a")
        page.keyboard.type("ASK {{}")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(re.compile(re.escape(f"{site.address}/query?query=ASK+%7B%7B%7D&format=html")))

    def test_brackets_are_matched(self, page: Page, editor: Locator) -> None:
        editor.press("Control+a")
        page.keyboard.type("ASK { ?s ?p ?o }")
        expect(page.locator(".cm-matchingBracket")).to_have_count(2)

    def test_tab_leaves_the_editor(self, page: Page, editor: Locator) -> None:
        editor.press("Tab")
        expect(page.get_by_role("button", name="Run query")).to_be_focused()

    def test_strings_over_lines_and_unknown_words(self, page: Page, editor: Locator) -> None:
        editor.press("Control+a")
        page.keyboard.insert_text('SELEKT """one\nPREFIX two\n""" PREFIX')
        lines = page.locator(".cm-line")
        expect(lines.nth(1).locator("span")).to_have_text("PREFIX two")
        expect(lines.nth(2).locator("span")).to_have_text(['"""', "PREFIX"])
        assert lines.nth(0).locator("span").first.evaluate("s => getComputedStyle(s).textDecorationStyle") == "wavy"

    def test_other_pages_do_not_load_it(self, page: Page, site: Site) -> None:
        page.goto(f"{site.address}/entity.html")
        page.wait_for_load_state("networkidle")
        assert not [one for one in site.asked if "editor" in one]


class TestTheme:
    def ground(self, page: Page) -> str:
        return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))

    def test_follows_the_system_and_keeps_a_choice(self, browser: Browser, site: Site) -> None:
        with tab(browser.new_context(color_scheme="light"), site) as page:
            page.goto(f"{site.address}/plain.html")
            light = self.ground(page)
            toggle = page.get_by_role("button", name="Dark colours")
            expect(toggle).to_have_attribute("aria-pressed", "false")
            toggle.click()
            dark = self.ground(page)
            assert dark != light
            expect(toggle).to_have_attribute("aria-pressed", "true")
            page.goto(f"{site.address}/entity.html")
            assert self.ground(page) == dark
            page.get_by_role("button", name="Dark colours").click()
            assert self.ground(page) == light
            assert page.evaluate("localStorage.getItem('theme')") is None
            page.emulate_media(color_scheme="dark")
            assert self.ground(page) == dark
            expect(page.get_by_role("button", name="Dark colours")).to_have_attribute("aria-pressed", "true")

    def test_choice_stands_before_anything_is_painted(self, browser: Browser, site: Site) -> None:
        context = browser.new_context(color_scheme="light")
        context.add_init_script(
            "localStorage.setItem('theme', 'dark');"
            "new MutationObserver((_, watch) => {"
            "  if (!document.body) return;"
            "  window.early = document.documentElement.dataset.theme;"
            "  watch.disconnect();"
            "}).observe(document, { childList: true, subtree: true });"
        )
        with tab(context, site) as page:
            page.goto(f"{site.address}/plain.html")
            assert page.evaluate("window.early") == "dark"

    def test_nonsense_in_storage_is_ignored(self, browser: Browser, site: Site) -> None:
        context = browser.new_context(color_scheme="light")
        context.add_init_script("localStorage.setItem('theme', 'x\"><script>')")
        with tab(context, site) as page:
            page.goto(f"{site.address}/plain.html")
            assert page.evaluate("document.documentElement.dataset.theme") is None


def test_table_filter_counts_and_hides(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/query.html")
    rows = page.locator("table[data-filter] tbody tr:visible")
    expect(rows).to_have_count(13)
    field = page.get_by_label("Filter rows")
    field.fill("SECTION zarr")
    expect(rows).to_have_count(2)
    expect(page.locator("output")).to_have_text("2 of 13 rows")
    field.fill("")
    expect(rows).to_have_count(13)


def test_facets_fold_on_narrow_screens_only(browser: Browser, site: Site) -> None:
    for width, opened in ((390, [True, False]), (1280, [True, True])):
        with tab(browser.new_context(viewport={"width": width, "height": 800}), site) as page:
            page.goto(f"{site.address}/browse.html")
            assert page.locator("details.facet").evaluate_all("all => all.map((one) => one.open)") == opened


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_the_screen(browser: Browser, site: Site, name: str, width: int) -> None:
    with tab(browser.new_context(viewport={"width": width, "height": 700}), site) as page:
        page.goto(f"{site.address}/{name}.html", wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_keyboard_reaches_the_content_first(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/entity.html")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_reduced_motion_is_respected(browser: Browser, site: Site) -> None:
    with tab(browser.new_context(reduced_motion="reduce"), site) as page:
        page.goto(f"{site.address}/entity.html")
        moving = page.locator("*").evaluate_all(
            "all => all.filter((e) => parseFloat(getComputedStyle(e).transitionDuration) > 0.001).length"
        )
        assert moving == 0


class TestWithoutScripts:
    @pytest.fixture
    def page(self, browser: Browser) -> Iterator[Page]:
        context = browser.new_context(java_script_enabled=False)
        yield context.new_page()
        context.close()

    def test_search_is_a_form(self, page: Page, site: Site) -> None:
        page.goto(f"{site.address}/home.html")
        page.get_by_role("searchbox").fill("heat")
        page.get_by_role("button", name="Search").click()
        assert page.url == f"{site.address}/search?q=heat"

    def test_query_is_a_form(self, page: Page, site: Site) -> None:
        page.goto(f"{site.address}/query.html")
        field = page.get_by_label("SPARQL query")
        expect(field).to_have_value(QUERY)
        field.fill("ASK {}")
        page.get_by_role("button", name="Run query").click()
        assert page.url == f"{site.address}/query?query=ASK+%7B%7D&format=html"

    def test_nothing_is_offered_that_needs_scripts(self, page: Page, site: Site) -> None:
        page.goto(f"{site.address}/entity.html")
        expect(page.locator("[data-theme-toggle]")).to_be_hidden()
        assert page.get_by_role("button", name="Copy").count() == 0
