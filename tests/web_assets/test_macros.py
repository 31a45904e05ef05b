"""The building blocks of the pages: what they print, and that no text gets out of its place."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.ontology.kinds import Kind, kinds
from leap_kg.settings import DEFAULT_BASE
from tests.web_assets.render import environment, macro
from tests.web_assets.samples import HOSTILE, LICENCE, PAGES, UNKNOWN, Node, node

# What HTML parsers change by themselves: control characters, carriage returns, surrogates.
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)
cells = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | texts
    | st.fixed_dictionaries({"text": texts, "lang": texts}),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)


class Reader(HTMLParser):
    """The elements and the text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def names(self) -> set[str]:
        return {name for name, _ in self.elements}

    def first(self, name: str) -> dict[str, str | None]:
        return next(attributes for tag, attributes in self.elements if tag == name)


def read(call: str, **context: Any) -> Reader:
    return Reader(macro(call, **context))


@pytest.mark.parametrize("kind", kinds(DEFAULT_BASE), ids=lambda kind: kind.name)
def test_every_kind_has_a_drawing_and_a_colour_by_word_and_by_name(kind: Kind) -> None:
    """And a drawing of its own: two kinds with one drawing cannot be told apart in a list."""
    known = environment().get_template("macros.html").module.KINDS  # type: ignore[attr-defined]
    drawing, family = known[kind.label.lower()]
    assert known[kind.name] == (drawing, family)
    assert f"badge--{family}" in macro("ui.badge(kind)", kind=kind.label)
    drawn = macro("ui.icon(name)", name=drawing)
    assert drawn.partition("<path")[2] != macro("ui.icon('node')").partition("<path")[2]
    others = {known[other.name][0] for other in kinds(DEFAULT_BASE) if other != kind}
    assert drawing not in others


def test_drawings_stay_on_their_grid() -> None:
    for name, path in environment().get_template("macros.html").module.ICONS.items():  # type: ignore[attr-defined]
        start = re.match(r"M(-?[\d.]+) (-?[\d.]+)", path)
        assert start is not None, name
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path):
            assert 0 < float(x) < 16, name
            assert 0 < float(y) < 16, name


def test_badge_knows_kinds_by_word_and_by_name() -> None:
    assert "badge--data" in macro("ui.badge('Zarr store')")
    assert "badge--data" in macro("ui.badge('store')")
    assert "badge--other" in macro("ui.badge('something else')")
    assert macro("ui.badge(none)") == ""


def test_entity_link_leads_to_the_page() -> None:
    link = read("ui.entity_link(n)", n=node("Ada Quist", "Person", "person/ada-quist"))
    assert link.first("a")["href"] == "/person/ada-quist"
    assert "rel" not in link.first("a")
    assert link.text == "Ada Quist"


def test_entity_link_marks_other_sites() -> None:
    link = read("ui.entity_link(n)", n=LICENCE)
    assert link.first("a")["rel"] == "noopener"
    assert "icon-external" in macro("ui.entity_link(n)", n=LICENCE)


def test_entity_without_page_is_text() -> None:
    link = read("ui.entity_link(n)", n=UNKNOWN)
    assert "a" not in link.names()
    assert link.text == UNKNOWN.label


def test_entity_link_can_spell_the_kind() -> None:
    assert read("ui.entity_link(n, show_kind=true)", n=node("x", "Dataset", "d")).text == "x Dataset"


@given(texts, texts, texts)
@settings(max_examples=60, deadline=None)
def test_label_and_path_come_through_unchanged(label: str, path: str, kind: str) -> None:
    link = read("ui.entity_link(n)", n=Node(label, "/" + path, "i", kind))
    assert link.text == label
    assert link.first("a")["href"] == "/" + path
    assert link.names() <= {"a", "span", "svg", "path"}


@given(cells)
@settings(max_examples=80, deadline=None)
def test_cell_takes_any_value(value: Any) -> None:
    assert read("ui.cell(v)", v=value).names() <= {"span", "ul", "li"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1_234_567, "1,234,567"),
        (True, "yes"),
        (False, "no"),
        (None, "–"),
        ("", "–"),
        ([], "–"),
        (["one"], "one"),
        (0, "0"),
        ({"text": "Daten", "lang": "de", "note": "German"}, "Daten German"),
        (HOSTILE, HOSTILE),
    ],
)
def test_cell_shows(value: Any, shown: str) -> None:
    assert read("ui.cell(v)", v=value).text == shown


def test_cell_gives_the_language() -> None:
    assert read("ui.cell(v)", v={"text": "Daten", "lang": "de"}).first("span")["lang"] == "de"


def test_short_texts_share_a_line() -> None:
    assert "values--inline" in macro("ui.cell(['ocean', 'heat'])")
    assert "values--inline" not in macro("ui.cell(v)", v=["ocean " * 20, "heat " * 20])
    assert "values--inline" not in macro("ui.cell(v)", v=[node("a", None, "a"), "b"])


def test_panel_counts_and_links_its_query() -> None:
    columns = [{"key": "thing", "label": "Thing"}]
    rows = [{"thing": node(str(n), "Dataset", f"d/{n}")} for n in range(3)]
    panel = read("ui.panel('Used by', r, c, '/query?panel=x')", r=rows, c=columns)
    assert "Used by 3" in panel.text
    assert {"href": "/query?panel=x", "class": "panel__query", "aria-label": "Query behind Used by"} in [
        attributes for tag, attributes in panel.elements if tag == "a"
    ]
    assert panel.first("section")["aria-labelledby"] == panel.first("h2")["id"] == "panel-used-by"
    assert "Used by 1,500" in read("ui.panel('Used by', r, c, total=1500)", r=rows, c=columns).text


def test_panel_is_a_list_or_a_table() -> None:
    one = [{"key": "a", "label": "A"}]
    two = [*one, {"key": "b", "label": "B", "number": True}]
    assert "table" not in read("ui.panel('P', r, c)", r=[{"a": "x"}], c=one).names()
    table = read("ui.panel('P', r, c)", r=[{"a": "x", "b": 2}, {"a": "y"}], c=two)
    assert {"table", "th", "td"} <= table.names()
    assert table.text.split() == ["P", "2", "P", "AB", "x2", "y–"]


def test_empty_panel_says_so() -> None:
    assert "None yet" in read("ui.panel('P', [], [], empty='None yet')").text


@given(texts)
@settings(max_examples=60, deadline=None)
def test_panel_has_a_usable_anchor_whatever_its_title(title: str) -> None:
    anchor = read("ui.panel(t, [], [])", t=title).first("h2")["id"]
    assert anchor
    assert not any(character.isspace() for character in anchor)


@pytest.mark.parametrize(
    ("severity", "look"), [("Violation", "error"), ("Warning", "warning"), ("Info", "info"), ("unheard-of", "info")]
)
def test_finding_says_its_severity_in_words_and_drawing(severity: str, look: str) -> None:
    html = macro("ui.finding(f)", f={"severity": severity, "message": "No licence.", "hint": "Name one."})
    assert f"callout--{look}" in html
    assert f"icon-{look}" in html
    assert {"error": "Error", "warning": "Warning", "info": "Note"}[look] + " No licence." in Reader(html).text
    assert "To mend it: Name one." in Reader(html).text


def test_finding_keeps_hostile_text_in_place() -> None:
    finding = dict.fromkeys(("severity", "message", "hint", "pointer", "value", "kind"), HOSTILE)
    assert "script" not in read("ui.finding(f)", f=finding).names()


def test_pagination_of_one_page_is_nothing() -> None:
    assert macro("ui.pagination(p)", p={"number": 1, "pages": 1, "previous": None, "next": None, "links": []}) == ""


def test_pagination_marks_the_page() -> None:
    links = [attributes for tag, attributes in read("ui.pagination(p)", p=PAGES).elements if tag == "a"]
    assert [link["href"] for link in links if link.get("aria-current") == "page"] == ["/search?page=4"]
    assert [link.get("rel") for link in links][0::6] == ["prev", "next"]


def test_facet_marks_what_is_chosen() -> None:
    values = [
        {"label": "Dataset", "count": 1204, "path": "/a", "active": True},
        {"label": "Person", "count": 3, "path": "/b", "active": False},
    ]
    facet = read("ui.facet('Type', v)", v=values)
    assert [a.get("aria-current") for tag, a in facet.elements if tag == "a"] == ["true", None]
    assert "1,204" in facet.text
    assert macro("ui.facet('Type', [])") == ""


@given(texts)
@settings(max_examples=40, deadline=None)
def test_snippet_is_the_code_to_the_letter(code: str) -> None:
    assert read("ui.snippet('Python', c)", c=code).text == f"\nPython\n{code}\n"


def test_query_form_keeps_the_first_line_break() -> None:
    html = macro("ui.query_form(q, error_line=2)", q="\nSELECT")
    assert ">\n\nSELECT</textarea>" in html
    assert Reader(html).first("textarea")["data-error-line"] == "2"


def test_a_panel_that_holds_only_the_first_rows_says_so() -> None:
    call = "ui.panel('All', [{'a': 'one'}], [{'key': 'a', 'label': 'A'}], more_url='/more', cut=cut)"
    assert "1 or more</span>" in macro(call, cut=True)
    assert "Show the first 1<" in macro(call, cut=True)
    assert "or more" not in macro(call, cut=False)
    assert "Show all 1<" in macro(call, cut=False)
