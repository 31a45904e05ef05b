"""Exceptions that no source should raise: where they arose, and who is to be told."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from structlog.testing import capture_logs

from leap_kg.ingest.leap.catalog import CatalogSource
from leap_kg.ingest.runs.defects import defect
from leap_kg.ingest.source import Mapped, RawRecord
from tests.ingest.ledger import Desk, Ledger

PLUGIN = '''
from pathlib import PurePath

from tests.ingest.ledger import Ledger


class Tides(Ledger):
    def map(self, record):
        return self._heights(record)

    def _heights(self, record):
        return PurePath(None)
'''


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A package that offers a source, installed under another name than its module's."""
    (tmp_path / "tidewater.py").write_text(PLUGIN)
    info = tmp_path / "lab_tides-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-tides\nVersion: 1.0\n")
    (info / "top_level.txt").write_text("tidewater\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("leap_kg.ingest.runs.defects._distributions.__wrapped__", None, raising=False)
    return __import__("tidewater")
