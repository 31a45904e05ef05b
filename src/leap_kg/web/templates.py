"""The Jinja2 environment: every value escaped, templates parsed once, characters that HTML cannot hold replaced."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import escape

from leap_kg.ontology.iri import digest
from leap_kg.web.assets import Assets
from leap_kg.web.reading import moment

_LONGEST_TITLE = 70
# What HTML may not hold, not even escaped; harvested texts do.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
_NAVIGATION = (
    ("browse", "Browse", "/browse"),
    ("publications", "Publications", "/publications"),
    ("query", "Query", "/sparql"),
    ("findings", "Findings", "/findings"),
    ("changes", "Changes", "/changes"),
    ("about", "About", "/about"),
)
_FOOTER = (
    *_NAVIGATION,
    ("hubs", "Hubs and environments", "/hubs"),
    ("requests", "Requests for data", "/requests"),
    ("queries", "Questions", "/queries"),
    ("report", "Report", "/report"),
    ("missing", "What is missing", "/missing"),
    ("curation", "Curation", "/curation"),
    ("ontology", "Ontology", "/ontology"),
)


class Templates:
    """Renders pages; `digest` stands for the texts of all templates."""

    def __init__(self, folder: Path, assets: Assets, site_name: str) -> None:
        files = (file for file in sorted(folder.iterdir()) if file.is_file())
        self.digest = digest(*(file.read_text(encoding="utf-8") for file in files))
        self._environment = Environment(loader=FileSystemLoader(folder), autoescape=True, auto_reload=False)
        self._environment.globals.update(
            asset=assets.script,
            asset_css=assets.styles,
            site_name=site_name,
            nav=_entries(_NAVIGATION),
            footer_links=_entries(_FOOTER),
        )
        self._environment.filters["moment"] = moment
        self._environment.filters["aged"] = aged
        self._environment.filters["titled"] = lambda title: _titled(title, site_name)
        for template in self._environment.list_templates():
            self._environment.get_template(template)

    def render(self, template: str, context: Mapping[str, object]) -> str:
        """A page as text."""
        text = self._environment.get_template(template).render(context)
        return _UNPRINTABLE.sub("\ufffd", text)


def aged(day: str, now: str) -> str:
    """How long before the time `now` a day was, in words: `3 months old`; `""` where one of them is no day."""
    try:
        days = (date.fromisoformat(now[:10]) - date.fromisoformat(day[:10])).days
    except ValueError:
        return ""
    if days < 0:
        return ""
    for unit, length in (("year", 365), ("month", 30), ("day", 1)):
        if days >= 2 * length or length == 1:
            count = days // length
            return f"{count} {unit}{'' if count == 1 else 's'} old"
    return ""


def _titled(title: str, site_name: str) -> str:
    """The title of a page for tabs and search engines: with the site's name, cut where those cut it.

    Counted as it stands in the page, where `&` is five characters.
    """
    room = _LONGEST_TITLE - len(escape(f" – {site_name}"))
    cut = title[: max(room, 0) + 1]
    while cut and len(escape(cut)) + (cut != title) > room:
        cut = cut[:-1]
    return f"{cut}{'' if cut == title else '…'} – {site_name}"


def _entries(entries: tuple[tuple[str, str, str], ...]) -> list[dict[str, str]]:
    return [{"key": key, "label": label, "path": path} for key, label, path in entries]
