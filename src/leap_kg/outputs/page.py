"""The report as a file of HTML that stands alone: sent to a funder, opened without a network, printed."""

import re
from datetime import date

from jinja2 import Environment, FileSystemLoader

from leap_kg.outputs.method import Method
from leap_kg.outputs.period import Span
from leap_kg.outputs.report import Report
from leap_kg.resources import declarations

# What HTML may not hold, not even escaped; harvested texts do.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")


def report_file(report: Report, name: str, method: Method) -> str:
    """The report on the platform of this name, which ends with how it was made."""
    web = declarations() / "web"
    templates = Environment(loader=FileSystemLoader([web / "documents", web / "templates"]), autoescape=True)
    text = templates.get_template("report-file.html").render(
        report=report,
        title=f"{name}: what was produced",
        period=period_in_words(report.selection.period),
        name=name,
        method=method,
    )
    return _UNPRINTABLE.sub("\ufffd", text)


def period_in_words(period: Span) -> str:
    """The period as a heading says it."""
    if period.first == date.min and period.last == date.max:
        return "All dates"
    if period.first == date.min:
        return f"Until {period.last}"
    return f"Since {period.first}" if period.last == date.max else f"From {period.first} to {period.last}"
