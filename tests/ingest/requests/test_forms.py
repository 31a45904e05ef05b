"""Issue forms: what GitHub writes is read back, whatever was typed, and nothing that anybody types breaks it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.requests.forms import LONGEST, Section, sections
from leap_kg.ingest.requests.wish import wish_of
from leap_kg.resources import declarations
from tests.ingest.requests.writing import body

LEAP_FORM = Path("../shared/data/leap-catalog/new_dataset_issue_form.yaml")
OURS = declarations() / "ingest" / "requests" / "issue-form.yaml"

REST = {"Source File Organization", "Transformation / Processing", "Target Format", "Comments", "Anything else",
        "Data Format (other)"}  # fmt: skip

# What is typed into a form: no heading of its own outside of a fence, no fence, nothing that means no answer.
words = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="#`~_*<"), min_size=1, max_size=30)
lines = st.lists(words, min_size=1, max_size=4).map(" ".join)
answers = st.lists(lines, max_size=4).map("\n".join).filter(lambda text: text != "None")


@given(st.lists(st.tuples(lines, answers), max_size=8, unique_by=lambda pair: pair[0]), st.booleans())
def test_what_a_form_wrote_is_read_back(asked: list[tuple[str, str]], fenced: bool) -> None:
    text = body(asked, (heading for heading, _ in asked) if fenced else ())
    assert sections(text) == [Section(heading, answer) for heading, answer in asked]


@given(st.text(max_size=400) | st.lists(st.sampled_from(("### a", "```", "~~~", "- [x] b", "<!--", "")), max_size=40)
       .map("\n".join))  # fmt: skip
def test_any_text_is_read_within_bounds(text: str) -> None:
    found = sections(text)
    assert len(found) <= 100
    assert sum(len(each.answer) for each in found) <= len(text)
    assert all(each.heading and "\n" not in each.heading for each in found)
    wish_of(found)


def test_a_body_of_a_megabyte_is_cut_and_a_thousand_headings_are_a_hundred() -> None:
    (only,) = sections("### a\n" + "x" * 2**20)
    assert len(only.answer) < LONGEST
    assert len(sections("### a\n" * 1000)) == 100


def test_boxes_fences_and_headings_within_them() -> None:
    boxes = "### Formats\n- [X] NetCDF\n- [ ] HDF\n- [x] Zarr\n\n"
    text = f"before\n{boxes}### Files\n```\n### no heading\n```\n### Last ###\nx"
    formats, files, last = sections(text)
    assert formats.ticked == ("NetCDF", "Zarr")
    assert files.answer == "### no heading"
    assert (last.heading, last.answer) == ("Last", "x")
    assert sections("### Two\n```\na\n```\nand\n```\nb\n```")[0].answer.startswith("```")
    assert sections("### Open\n```\n### never closed\n")[0].answer == "```\n### never closed"
    assert sections("### Empty\n<!-- say it -->\n") == [Section("Empty", "")]


@pytest.mark.parametrize("form", [OURS, LEAP_FORM], ids=["ours", "leap"])
def test_a_real_form_filled_in_gives_every_answer(form: Path) -> None:
    if not form.is_file():
        pytest.skip(f"{form} is not here")
    asked = [each for each in yaml.safe_load(form.read_text())["body"] if each["type"] != "markdown"]
    filled = [(each["attributes"]["label"], _typed(each)) for each in asked]
    render = [each["attributes"]["label"] for each in asked if "render" in each["attributes"]]
    wish = wish_of(sections(body(filled, render)))
    assert (wish.title, wish.url) == ("typed into name", "https://data.example.org/typed")
    assert wish.description == "typed into description"
    assert (wish.size, wish.licence) == ("typed into size", "typed into licence")
    assert wish.format in ("NetCDF", "typed into format-other")
    assert wish.protocol == "HTTP(S)"
    assert wish.access
    assert wish.examples == ("https://data.example.org/1.nc", "https://data.example.org/2.nc")
    assert wish.more
    assert {heading for heading, _ in wish.more} <= REST


def _typed(asked: dict[str, Any]) -> str:
    name = asked["id"]
    if name == "url":
        return "https://data.example.org/typed"
    if name == "examples":
        return "https://data.example.org/1.nc\nhttps://data.example.org/2.nc"
    if name == "instances":
        return "CMIP6.CMIP.NCC.NorESM2-LM.historical.r1i1p1f1.Omon.thetao.gr.*"
    if asked["type"] == "dropdown":
        return str(asked["attributes"]["options"][0])
    return f"typed into {({'title': 'name', 'license': 'licence'}).get(name, name)}"
