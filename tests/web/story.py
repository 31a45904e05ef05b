"""A platform with a past: nine revisions, one a day from the first of March 2026, with all that can happen to a node.

Made from a log whose commits are given their days, so that tests know what was in force when.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import FIRST, PatchLog
from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.platform import CATALOGUE, fill, followed, publish, triples

FIRST_DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
LAST = 9
DELTA = f"{BASE}dataset/leap-test/delta"
EPSILON = f"{BASE}dataset/leap-test/epsilon"

CORRECTED = CATALOGUE.replace('"Beta winds"', '"Beta winds, corrected"').replace("CC BY 4.0", "Creative Commons BY 4.0")
_GAMMA = CORRECTED.partition("<DATASET/gamma>")[2].partition("<DATASET/gone>")[0]
DROPPED = CORRECTED.replace(f"<DATASET/gamma>{_GAMMA}", "").replace(
    "<DATASET/alpha#contact-1> a vcard:Kind ; vcard:hasEmail <mailto:data@example.org> .\n", ""
)
NEW = '<DATASET/delta> a dcat:Dataset ; dct:title "Delta" ; dct:source <https://example.org/delta> .\n'
MOVED = (
    NEW.replace("delta>", "epsilon>").replace("Delta", "Epsilon")
    + "<DATASET/delta> dct:isReplacedBy <DATASET/epsilon> .\n"
)


def day(number: int) -> datetime:
    """When a revision came into force."""
    return FIRST_DAY + timedelta(days=number - 1)


def tell(path: Path) -> Home:
    """Make the home."""
    return dated(fill(path.with_name(path.name + "-draft"), _go_on), path)


def _go_on(writer: Writer) -> None:
    publish(writer, "test-catalog", "Test catalogue", triples(CORRECTED), 5)
    publish(writer, "test-catalog", "Test catalogue", triples(DROPPED), 6)
    publish(writer, "hostile", "Hostile records", [], 7)
    publish(writer, "test-catalog", "Test catalogue", triples(DROPPED + NEW), 8)
    publish(writer, "test-catalog", "Test catalogue", triples(DROPPED + MOVED), 9)


def dated(draft: Home, path: Path, step: timedelta = timedelta(days=1)) -> Home:
    """A home with the same log, its commits `step` apart from the first day on."""
    home, previous = Home(path), FIRST
    home.create()
    log = PatchLog(home.log)
    for number, patch in enumerate(PatchLog(draft.log).patches()):
        again = replace(patch, at=FIRST_DAY + number * step, previous=previous)
        log.append(again)
        previous = again.id
    with Writer(home, BASE):
        pass
    return followed(home)
