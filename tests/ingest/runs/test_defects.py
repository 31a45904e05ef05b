"""Exceptions that no source should raise: where they arose, and who is to be told."""

import sys
from collections.abc import Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType

import pytest
from structlog.testing import capture_logs

from leap_kg.ingest.runs.defects import _distributions, defect
from leap_kg.ingest.source import Mapped, RawRecord
from tests.ingest.ledger import Desk, Ledger
from tests.ingest.shelf import catalog_source, dataset

PLUGIN = """
from pathlib import PurePath

from tests.ingest.ledger import Ledger


class Tides(Ledger):
    def map(self, record):
        return self._heights(record)

    def _heights(self, record):
        return PurePath(None)
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A package that offers a source, installed under another name than its module's."""
    (tmp_path / "tidewater.py").write_text(PLUGIN)
    info = tmp_path / "lab_tides-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-tides\nVersion: 1.0\n")
    (info / "top_level.txt").write_text("tidewater\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    _distributions.cache_clear()
    yield import_module("tidewater")
    sys.modules.pop("tidewater", None)
    _distributions.cache_clear()


def test_a_defect_of_another_package_names_its_line_and_its_maintainers(tmp_path: Path, plugin: ModuleType) -> None:
    desk = Desk(tmp_path / "home")
    with capture_logs() as logs:
        report = desk.harvest(plugin.Tides({"a": "A"}))
    assert report.dead == 1
    (letter,) = desk.remembered(lambda state: state.dead_letters())
    assert letter.reason.startswith("a defect of the package lab-tides, please report it to its maintainers")
    assert "TypeError" in letter.reason
    line = next(number for number, text in enumerate(PLUGIN.splitlines(), 1) if "PurePath(None)" in text)
    assert f"(tidewater line {line} in _heights)" in letter.reason
    (told,) = [entry for entry in logs if entry["event"] == "defect"]
    assert (told["log_level"], told["source"], told["key"]) == ("debug", "lab", "a")
    assert isinstance(told["exc_info"], TypeError)
    assert told["exc_info"].__traceback__ is not None


def test_our_own_defect_is_to_be_reported_to_us() -> None:
    source = catalog_source()
    with pytest.raises(Exception) as caught:
        source.map(None)  # type: ignore[arg-type]
    reason = defect(caught.value, source)
    assert reason.startswith("a defect of leap-kg, please report it: ")
    assert "(leap_kg.ingest." in reason


def test_what_arose_elsewhere_names_the_source(tmp_path: Path) -> None:
    """What a source gives back may break in our hands; the source is to be named all the same."""

    class Nothing(Ledger):
        def map(self, record: RawRecord) -> Mapped:
            return Mapped(record.key, dataset("a"), [None], [])  # type: ignore[list-item]

    desk = Desk(tmp_path / "home")
    desk.harvest(Nothing({"a": "A"}))
    (letter,) = desk.remembered(lambda state: state.dead_letters())
    assert "leap_kg.ingest.runs.taking line " in letter.reason
    assert "of what tests.ingest.runs.test_defects." in letter.reason
    assert "the package tests, please report it to its maintainers" in letter.reason


PARSING = """
import json

from leap_kg.ingest.fetch import Ask
from leap_kg.ingest.source import Part, RawRecord, Ref
from tests.ingest.ledger import Ledger


class Readings(Ledger):
    def enumerate(self, listing):
        for name in json.loads(listing.fetcher.fetch("https://lab.example.org/list").data):
            yield Ref(name, f"https://lab.example.org/{name}")

    def fetch(self, ref, fetcher):
        body = fetcher.fetch(ref.url)
        if ref.key == "early":
            json.loads(body.data)
        return RawRecord(ref.key, (Part.of("text", body),))

    def map(self, record):
        return super().map(RawRecord(record.key, (Part.cut("text", "x", json.loads(record.parts[0].data).encode()),)))
"""
PAGE = b"\xef\xbb\xbf\n<!DOCTYPE html><html><body>Sign in</body></html>"


@pytest.fixture
def readings(plugin: ModuleType, tmp_path: Path) -> Iterator[ModuleType]:
    """A source of the same package that parses what it was given by itself."""
    (tmp_path / "tidewater.py").write_text(PARSING)
    sys.modules.pop("tidewater")
    invalidate_caches()
    return import_module("tidewater")


def test_a_web_page_where_a_source_parses_for_itself_is_the_cause_that_is_named(
    tmp_path: Path, readings: ModuleType
) -> None:
    desk = Desk(tmp_path / "home")
    desk.fetcher.bodies["https://lab.example.org/list"] = b'["early", "late", "odd", "good"]'
    for name, body in (("early", PAGE), ("late", PAGE), ("odd", b"{"), ("good", b'"Good"')):
        desk.fetcher.bodies[f"https://lab.example.org/{name}"] = body
    report = desk.harvest(readings.Readings({}))
    assert (report.published, report.dead) == (1, 3)
    letters = {letter.key: letter for letter in desk.remembered(lambda state: state.dead_letters())}
    for key in ("early", "late"):
        reason = letters[key].reason
        assert reason.startswith(
            "a web page came where the package lab-tides reads data, from https://lab.example.org/"
        )
        assert f"/{key}: open that address in a browser, and mend it in the sources file" in reason
        assert "to its maintainers, not to those of leap-kg: JSONDecodeError" in reason
        assert "a defect" not in reason
    assert letters["odd"].reason.startswith("a defect of the package lab-tides, please report it to its maintainers")


def test_a_listing_that_is_a_web_page_is_told_so_too(tmp_path: Path, readings: ModuleType) -> None:
    desk = Desk(tmp_path / "home")
    desk.fetcher.bodies["https://lab.example.org/list"] = PAGE
    report = desk.harvest(readings.Readings({}))
    assert report.outcome == "failed"
    assert report.message.startswith(
        "a web page came where the package lab-tides reads data, from https://lab.example.org/list"
    )
