"""A recipe's module with other values for its settings; what cannot be loaded says why."""

from pathlib import Path
from typing import Any

import pytest

from leap_kg.ingest.recipes.engine.leap_recipe.failing import Failed
from leap_kg.ingest.recipes.engine.leap_recipe.loading import load

SOURCE = """
SOURCE = "https://data.example.org"
YEARS: list[int] = [2020]
address = SOURCE + f"/{YEARS[0]}"
made = Create({"a": 1}.items())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "recipe_of_test.py").write_text("Create = list\n" + SOURCE)
    return tmp_path


def loaded(folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Any:
    monkeypatch.syspath_prepend(str(folder))
    module = load(folder, "recipe_of_test", settings, {}, lambda create, pattern: ("created", create, pattern))
    monkeypatch.delitem(__import__("sys").modules, "recipe_of_test")
    return module


def test_settings_take_the_place_of_literals_before_anything_is_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loaded(folder, monkeypatch).address == "https://data.example.org/2020"
    assert loaded(folder, monkeypatch, SOURCE="/tmp/x", YEARS=[1]).address == "/tmp/x/1"  # noqa: S108 - a text


def test_what_a_pipeline_is_created_from_passes_through_us(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(folder, monkeypatch).made == ("created", list, {"a": 1})


@pytest.mark.parametrize("name", ["address", "missing"])
def test_a_setting_that_is_no_literal_names_those_that_are(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Failed, match="binds no such name to a literal; those it binds: SOURCE, YEARS"):
        loaded(folder, monkeypatch, **{name: 1})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import not_installed_here", "imports not_installed_here, which the environment of recipes lacks"),
        ("import apache_beam.io", "imports apache_beam.*: a recipe of Pangeo Forge is run with --runner direct"),
        ("def", "is no Python"),
        ("from json import nothing_of_it", "may be written for another release"),
    ],
    ids=["module", "beam", "syntax", "name"],
)
def test_a_module_that_cannot_be_loaded_says_why(
    text: str, told: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "recipe_of_test.py").write_text(text)
    with pytest.raises(Failed, match=told):
        loaded(folder, monkeypatch)
