"""Every kind of source has a page, whose example entry is one that its configuration takes."""

import re
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
KINDS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["leap_kg.sources"]
# The lists of instances that were asked for stand with the tables of those that are there.
PAGES = {kind: "esm" if kind == "esm-requests" else kind for kind in KINDS}
SECTIONS = ("What it asks", "What it keeps", "What it drops", "Configuration", "Findings")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_has_a_page_with_an_example_that_works(kind: str) -> None:
    text = (ROOT / "docs" / "sources" / f"{PAGES[kind]}.md").read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [section for section in SECTIONS if section not in headings] == []
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    loaded = [yaml.safe_load(block) for block in blocks]
    entries = [entry for one in loaded if isinstance(one, list) for entry in one if isinstance(entry, dict)]
    examples = [entry for entry in entries if entry.get("kind") == kind]
    assert examples, f"docs/sources/{PAGES[kind]}.md shows no entry of kind {kind}"
    configuration = EntryPoint(kind, KINDS[kind], "leap_kg.sources").load()
    for example in examples:
        assert configuration(**example).id == example["id"]


def test_the_reference_leads_to_each_page() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text()
    assert [kind for kind, page in PAGES.items() if f"(sources/{page}.md)" not in reference] == []
