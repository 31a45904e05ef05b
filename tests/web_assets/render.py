"""Renders the templates as the app does: the same environment, assets looked up in Vite's manifest."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, select_autoescape

WEB = Path(__file__).resolve().parents[2] / "web"
MANIFEST = WEB / "dist" / ".vite" / "manifest.json"
PREFIX = "/static/"
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"


def manifest() -> dict[str, Any]:
    """Vite's manifest, empty if nothing was built."""
    if not MANIFEST.is_file():
        return {}
    read: dict[str, Any] = json.loads(MANIFEST.read_text())
    return read


@cache
def environment(*, assets: bool = True) -> Environment:
    """The templates of `web/` and the pages of this folder, with or without built assets."""
    entries = manifest() if assets else {}

    def asset(source: str) -> str:
        return PREFIX + entries[source]["file"] if source in entries else ""

    def asset_css(source: str) -> list[str]:
        return [PREFIX + name for name in entries.get(source, {}).get("css", [])]

    here = Path(__file__).parent / "pages"
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(WEB / "templates"), PrefixLoader({"sample": FileSystemLoader(here)})]),
        autoescape=select_autoescape(["html"]),
    )
    made.globals.update(asset=asset, asset_css=asset_css)
    return made


def page(name: str, *, assets: bool = True, **context: object) -> str:
    """The page `name` of `pages/`."""
    return environment(assets=assets).get_template(f"sample/{name}").render(**context)


def macro(call: str, **context: object) -> str:
    """What one macro call such as `ui.badge(kind)` prints."""
    source = '{% import "macros.html" as ui %}{{ ' + call + " }}"
    template = environment().from_string(source)
    return template.render(**context)
