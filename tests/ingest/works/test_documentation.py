"""The example entry of each source's page is one that can be used."""

import re
from pathlib import Path

import pytest

from leap_kg.ingest.sources import read_sources
from leap_kg.settings import DEFAULT_BASE

PAGES = Path(__file__).parents[3] / "docs" / "sources"


@pytest.mark.parametrize("kind", ["crossref", "datacite", "orcid", "openalex"])
def test_the_example_is_a_source(kind: str, tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", (PAGES / f"{kind}.md").read_text(), re.DOTALL)
    file = tmp_path / "sources.yaml"
    file.write_text(f"sources:\n{example}")
    (source,) = read_sources(file, DEFAULT_BASE)
    assert source.id == kind
    fields = set(type(source.__dict__["_config"]).model_fields)
    # What the page does not show cannot be found; `title` and the like are shown by every page.
    assert {field for field in fields if not re.search(rf"^    {field}:|^  - {field}:", example, re.MULTILINE)} == set()
