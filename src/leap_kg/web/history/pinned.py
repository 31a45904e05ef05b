"""Keeps the links of a page about the past in the past: each leads to the same moment as the page does.

Pictures too are those of that moment.

Works on the finished page, so that no template and no maker of links has to think of it. That is safe because Jinja2
escapes every quotation mark of a value: `href="/` stands only where a template wrote it.
"""

import re
from html import escape, unescape

from leap_kg.web.links import at_moment

# What has no past, or brings the moment with it.
_TIMELESS = re.compile(
    r"/(static/|changes|history|timemap|ldes|watch|queries$|about|void|graph-store|ontology|context\.jsonld|favicon)"
)
_LINK = re.compile(r'(?<!rel="latest-version" )(href|src)="(/[^"]*)"')
_FORM = re.compile(r'<form\b[^>]* action="(/[^"]*)" method="get"[^>]*>')


def pinned(html: str, revision: int) -> str:
    """The page with a moment added to each link to this server and to each form that asks it."""

    def link(found: re.Match[str]) -> str:
        address = unescape(found[2])
        if _TIMELESS.match(address) or re.search(r"[?&]at=", address):
            return found[0]
        return f'{found[1]}="{escape(at_moment(address, revision))}"'

    def form(found: re.Match[str]) -> str:
        if _TIMELESS.match(unescape(found[1])):
            return found[0]
        return f'{found[0]}<input type="hidden" name="at" value="{revision}">'

    return _FORM.sub(form, _LINK.sub(link, html))
