"""Checks of feedstocks: those of ours pass, mistakes are told with their places, and LEAP's own give reports."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.recipes.checking import Report, check_all, feedstocks_below
from leap_kg.ingest.recipes.checkout import NoFeedstock, read_checkout
from leap_kg.ingest.recipes.letter import as_json, letter
from leap_kg.ingest.recipes.requirements import check_requirements
from leap_kg.ingest.recipes.scaffold import Taken, scaffold
from leap_kg.ontology.identifiers import github
from leap_kg.settings import DEFAULT_BASE

ROOT = Path(__file__).parents[3]
OURS = sorted((ROOT / "ingest" / "recipes").glob("*/feedstock/recipe.py"))
REAL = ROOT / ".." / "shared" / "data" / "feedstocks"
INSTALLED = {"pangeo-forge-recipes": "0.10.8", "xarray": "2026.7.0"}


def check(*paths: Path) -> list[Report]:
    return list(check_all(feedstocks_below(paths), INSTALLED, DEFAULT_BASE))


def made(folder: Path, **files: str) -> Path:
    """A feedstock with these files in place of those that are right."""
    scaffold(folder, github.Repository("Lab", "warm-feedstock"), "Warm water")
    for name, text in files.items():
        (folder / "feedstock" / name.replace("_", ".")).write_text(text)
    return folder


@pytest.mark.parametrize("module", OURS, ids=[path.parents[1].name for path in OURS])
def test_recipes_of_our_own_have_nothing_to_mend(module: Path) -> None:
    (report,) = check(module.parents[1])
    assert [each.message for each in report.findings] == ["the record lists no store"]


def test_a_new_feedstock_passes_and_is_not_made_twice(tmp_path: Path) -> None:
    (report,) = check(made(tmp_path / "new"))
    assert report.passes
    assert report.name == "Lab/warm-feedstock"
    # What stands there to be replaced is told, and nothing else.
    left = [each for each in report.findings if each.severity is not Severity.INFO]
    assert {each.kind for each in left} == {"placeholder"}
    assert sorted(each.pointer.partition(" ")[0] for each in left) == [
        "description",
        "maintainers[0].github",
        "maintainers[0].name",
        "provenance.providers[0].description",
        "provenance.providers[0].name",
    ]
    with pytest.raises(Taken, match="name a new folder"):
        made(tmp_path / "new")


def test_mistakes_are_told_with_place_and_remedy(tmp_path: Path) -> None:
    meta = (made(tmp_path / "good") / "feedstock" / "meta.yaml").read_text()
    spoilt = meta.replace("CC-BY-4.0", "who knows").replace('"recipe:recipe"', '"recipe:recipes"')
    catalog = (
        "meta_yaml_url: https://github.com/lab/warm-feedstock/blob/main/feedstock/meta.yaml\nstores:\n"
        "  - {id: a, name: a, url: 'https://data.example.org/a.nc', xarray_open_kwargs: {engine: zarr}}\n"
    )
    requirements = "pangeo-forge-recipes==0.9.0\ngit+https://github.com/x/y@main\nxarray\n!!\ngcsfs\n# a note\n"
    folder = made(tmp_path / "bad", meta_yaml=spoilt, catalog_yaml=catalog, requirements_txt=requirements)
    (report,) = check(folder)
    places = {(each.kind, each.pointer) for each in report.findings}
    assert places >= {
        ("unknown-licence", "provenance.license (line 14)"),
        ("missing-object", "recipes[0].object (line 6)"),
        ("requirement", "requirements.txt (line 1)"),
        ("requirement", "requirements.txt (line 2)"),
        ("requirement", "requirements.txt (line 3)"),
        ("requirement", "requirements.txt (line 4)"),
    }
    assert "engine-suffix" in {each.kind for each in report.findings}
    text = letter(report)
    assert text.startswith("## lab/warm-feedstock\n")
    assert "Name one of those that look like recipes: recipe." in text
    assert json.loads(json.dumps(as_json(report)))["warning"] == report.counts[Severity.WARNING]


def test_a_recipe_of_an_older_form_is_told(tmp_path: Path) -> None:
    folder = made(tmp_path, recipe_py="recipe = XarrayZarrRecipe(pattern)\n")
    (report,) = check(folder)
    assert "recipe.py is of a form that pangeo-forge-recipes 0.10 and later do not run" in letter(report)


@pytest.mark.parametrize("text", ["", "- a list", "title: [", "\x00"], ids=["empty", "list", "broken", "nul"])
def test_a_description_that_cannot_be_read_fails_and_the_next_is_checked(text: str, tmp_path: Path) -> None:
    made(tmp_path / "a", meta_yaml=text)
    made(tmp_path / "b")
    first, second = check(tmp_path)
    assert first.failure
    assert not first.passes
    assert second.passes
    assert "could not be checked" in letter(first)


def test_a_checkout_knows_its_repository_and_its_commit(tmp_path: Path) -> None:
    folder = made(tmp_path / "feed")
    git = ["git", "-C", str(folder), "-c", "user.name=Lab", "-c", "user.email=lab@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    subprocess.run([*git, "remote", "add", "origin", "git@github.com:Other/feed.git"], check=True)
    found = read_checkout(folder)
    assert found.repository.key == "other/feed"
    assert found.commit is not None
    assert found.commit.clean
    assert found.commit_url == f"https://github.com/Other/feed/commit/{found.commit.name}"
    (folder / "feedstock" / "recipe.py").write_text("changed = 1\n")
    changed = read_checkout(folder, "lab/named")
    assert changed.repository.key == "lab/named"
    assert changed.commit is not None
    assert not changed.commit.clean
    assert not changed.commit_url
    assert changed.digest != found.digest


def test_a_folder_that_is_none_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoFeedstock, match=r"neither feedstock/meta\.yaml nor meta\.yaml"):
        read_checkout(tmp_path)
    (tmp_path / "meta.yaml").write_text("title: A\n")
    with pytest.raises(NoFeedstock, match="--as OWNER/NAME"):
        read_checkout(tmp_path)


@given(st.text(max_size=200))
def test_any_requirements_are_findings_or_fine(text: str) -> None:
    for finding in check_requirements(text, None, INSTALLED):
        assert finding.hint
        assert finding.pointer.startswith("requirements.txt (line ")


@pytest.mark.skipif(not REAL.is_dir(), reason="the feedstocks of LEAP are not beside the checkout")
def test_each_feedstock_of_leap_gives_a_report_worth_sending() -> None:
    reports = {report.name: report for report in check(REAL)}
    assert len(reports) == len([path for path in REAL.iterdir() if path.is_dir()])
    assert not [report.failure for report in reports.values() if report.failure]
    assert {name for name, report in reports.items() if not report.passes} == {
        "leap-stc/GODAS",
        "leap-stc/wavewatch3_feedstock",
    }
    told = letter(reports["leap-stc/proto_feedstock"])
    assert "'Just a Test' is not recognised" in told
    assert "is what a branch or an address holds today" in "".join(map(letter, reports.values()))
