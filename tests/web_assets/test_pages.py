"""Whole pages from the frame and the building blocks: valid, safe, and usable without any built asset."""

import json
import re
from pathlib import Path

import pytest

from tests.web_assets.node import need_build, run
from tests.web_assets.render import WEB, page
from tests.web_assets.samples import FORMATS, PAGES_TO_RENDER

TEMPLATES = sorted((WEB / "templates").rglob("*.html"))


def render(name: str, *, assets: bool = True) -> str:
    return page(name, assets=assets, **PAGES_TO_RENDER[name])


@pytest.mark.parametrize("assets", [True, False], ids=["built", "unbuilt"])
def test_pages_are_valid_html(tmp_path: Path, assets: bool) -> None:
    if assets:
        need_build()
    for name in PAGES_TO_RENDER:
        (tmp_path / name).write_text(render(name, assets=assets))
    done = run("validate", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(PAGES_TO_RENDER)} pages, 0 problems" in done.stderr


def test_validator_finds_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text("<!DOCTYPE html><html><body><img src='x.png'><p id=a><p id=a></body></html>")
    done = run("validate", tmp_path)
    assert done.returncode == 1
    assert "bad.html:1:" in done.stdout
    assert "no-dup-id" in done.stdout


def test_validator_wants_something_to_validate(tmp_path: Path) -> None:
    assert run("validate", tmp_path).returncode == 2


@pytest.mark.parametrize("name", PAGES_TO_RENDER)
def test_pages_without_build_ask_for_nothing(name: str) -> None:
    html = render(name, assets=False)
    assert 'rel="stylesheet"' not in html
    assert not re.search(r"<script(?! type=\"application/ld\+json\")", html)


@pytest.mark.parametrize("name", PAGES_TO_RENDER)
def test_pages_keep_to_the_policy(name: str) -> None:
    need_build()
    html = render(name)
    assert re.findall(r"<script[^>]*>", html.replace('<script type="application/ld+json">', "")) == re.findall(
        r'<script (?:type="module" )?src="/static/assets/[\w-]+\.js">', html
    )
    assert not re.search(r"<style|<[^>]* style=|<[a-z][^>\"']* on\w+=", html)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_templates_have_nothing_inline(template: Path) -> None:
    source = template.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:|data:|\|\s*safe\b", source)


def test_theme_blocks_and_the_rest_does_not() -> None:
    need_build()
    head = render("plain.html").partition("</head>")[0]
    assert re.search(r'<script src="/static/assets/theme-', head)
    assert head.index("theme-") < head.index("stylesheet")
    assert re.search(r'<script type="module" src="/static/assets/main-', head)


def test_embedded_json_cannot_end_its_script() -> None:
    html = render("entity.html")
    embedded = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert [json.loads(text) for text in embedded] == [PAGES_TO_RENDER["entity.html"]["jsonld"]]


def test_twins_are_linked() -> None:
    html = render("entity.html")
    for twin in FORMATS:
        assert f'<link rel="alternate" type="{twin["type"]}" href="{twin["path"]}" title="{twin["label"]}">' in html


def test_aside_makes_the_second_column() -> None:
    assert '<aside class="columns__aside"' in render("entity.html")
    assert "<aside" not in render("plain.html")
    assert render("entity.html").count("In short") == 1


def test_navigation_marks_the_section() -> None:
    assert '<a href="/query" aria-current="page">Query</a>' in render("query.html")
    assert "aria-current" not in render("plain.html")


def test_footer_names_the_revision() -> None:
    assert '<a href="/changes/41">41</a>' in render("home.html")
    assert "Revision" not in render("plain.html")
    assert "<strong>0</strong>" in page("plain.html", revision=0)
