"""The STAC API over all real STAC documents: each link of each object leads to something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leap_kg.stac.naming import LOOSE
from tests.real.mapped import DATA, MIRROR
from tests.web.server import running
from tests.web.stac.linked import follow_all

SOURCES = Path(__file__).parents[2] / "ingest" / "leap.yaml"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not beside the project")


def test_every_link_of_the_real_items_and_collections_leads_somewhere(tmp_path: Path) -> None:
    home = tmp_path / "home"
    variables = {name: value for name, value in os.environ.items() if not name.startswith("LEAP_KG_")}
    arguments = ["harvest", "stac-catalogs", "stac-documents", "--sources", str(SOURCES), "--mirror", str(MIRROR)]
    done = subprocess.run(
        [sys.executable, "-m", "leap_kg", *arguments],
        env={**variables, "LEAP_KG_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with running(home) as server:
        collections, items = follow_all(server)
    assert len(items) > 30
    assert sum(item["collection"] == LOOSE for item in items) > 10
    assert LOOSE in {each["id"] for each in collections}
