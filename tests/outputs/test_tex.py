"""BibTeX: whatever a title or a name holds, an entry is one entry, and TeX reads it as text."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.outputs.formats.tex import bibtex
from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import Maker, Output

UNDONE = {
    r"\textbackslash{}": "\\",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    **{f"\\{character}": character for character in "{}&%$#_"},
}
ESCAPED = "|".join(re.escape(each) for each in sorted(UNDONE, key=len, reverse=True))
WORDS = st.text(st.characters(codec="utf-8"), max_size=30)
NASTY = st.text(alphabet="\\{}~^&%$#_@,\"' \nandé", max_size=30)
IRI = "https://doi.org/10.5555/x"


def undone(text: str) -> str:
    """What TeX prints for a text."""
    return re.sub(ESCAPED, lambda found: UNDONE[found[0]], text)


def depth(text: str) -> list[int]:
    """How deep in braces each character is; escaped braces are none."""
    levels, level = [], 0
    for one in re.sub(r"\\[{}\\]", "xx", text):
        level += (one == "{") - (one == "}")
        levels.append(level)
    return levels


@settings(max_examples=50)
@given(WORDS | NASTY, st.lists(WORDS | NASTY, max_size=3), WORDS | NASTY)
def test_an_entry_is_one_entry_and_says_what_was_given(title: str, names: list[str], container: str) -> None:
    makers = tuple(map(Maker, names))
    text = bibtex([Output(IRI, Kind.ARTICLE, title, makers, "2020", container, doi=container)]).rstrip("\n")
    levels = depth(text)
    assert text.startswith("@article{")
    assert levels[-1] == 0
    assert min(levels[len("@article{") : -1]) >= 1
    found = re.search(r"^  title = \{\{(.*)\}\},$", text, re.MULTILINE)
    assert found is not None
    assert not re.search(r"[\\{}&%$#_~^]", re.sub(ESCAPED, "", found[1]))
    assert undone(found[1]) == " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", title).split())


def test_names_that_bibtex_would_take_apart_wrongly_stay_whole() -> None:
    makers = (
        Maker("Carberry, Josiah"),
        Maker("Research and Development"),
        Maker("Lab, Unit, City"),
        Maker("NOAA", body=True),
    )
    (line,) = [one for one in bibtex([Output(IRI, Kind.ARTICLE, "T", makers)]).splitlines() if "author" in one]
    assert line == "  author = {Carberry, Josiah and {Research and Development} and {Lab, Unit, City} and {NOAA}},"


def test_a_work_of_which_nothing_is_known_is_an_entry_too() -> None:
    assert bibtex([Output("urn:x", Kind.PREPRINT, "")]) == "@misc{work,\n  title = {{}},\n}\n"


def test_a_report_names_its_house_as_the_institution() -> None:
    assert "institution = {FAO}" in bibtex([Output(IRI, Kind.REPORT, "T", publisher="FAO")])
    in_a_series = bibtex([Output(IRI, Kind.REPORT, "T", container="S", publisher="FAO")])
    assert "institution = {S}" in in_a_series


def test_data_of_one_maker_have_keys_of_their_own_in_files_of_their_own() -> None:
    lab = (Maker("Example Climate Lab", body=True),)
    titles = ("Example sea-surface temperature", "Example wind stress", "Example wind stress")
    made = [Output(f"{IRI}/{at}", Kind.DATASET, title, lab) for at, title in enumerate(titles)]
    keys = [re.search(r"\{([^,]+),", bibtex([each]))[1] for each in made]  # type: ignore[index]
    assert len(set(keys)) == 3
    assert [key.partition("-")[0] for key in keys] == ["examplesurface", "examplewind", "examplewind"]
    published = bibtex([Output(IRI, Kind.DATASET, "Rain", publisher="NOAA", issued="2020")])
    assert re.match(r"@\w+\{noaa2020rain-[0-9a-f]{6},", published)


def test_equal_keys_get_letters() -> None:
    entries = bibtex([Output(IRI, Kind.ARTICLE, "Rain", issued="2020")] * 28)
    keys = re.findall(r"@article\{(\w+),", entries)
    assert keys[:2] == ["2020raina", "2020rainb"]
    assert len(set(keys)) == 28
