"""Parameters of addresses: what is taken comes back the same, what is not is told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.selection import Access
from leap_kg.web.outputs.asked import KINDS, Asked, NotAsked

_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
_NAMES = ("from", "to", "year", "kind", "person", "theme", "award", "access", "others", "page", "at")


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from(_NAMES), _TEXT | st.sampled_from(["2024", "article", "open", "1"])), max_size=6)
)
def test_any_query_string_is_taken_or_refused_and_what_is_taken_stays(pairs: list[tuple[str, str]]) -> None:
    try:
        asked = Asked.read(QueryParams(pairs))
    except NotAsked:
        return
    again = Asked.read(QueryParams(asked.href("/x").partition("?")[2]))
    assert again == asked
    assert again.selection == asked.selection


def test_all_parameters_choose() -> None:
    asked = Asked.read(
        QueryParams("from=2023&to=2024-02&kind=article&kind=thesis&person=rei&award=12&theme=rain&access=open&others=1")
    )
    wanted = asked.selection
    assert str(wanted.period) == "2023-01-01 to 2024-02-29"
    assert wanted.kinds == {Kind.ARTICLE, Kind.THESIS}
    assert (wanted.person, wanted.award, wanted.theme, wanted.access) == ("rei", "12", "rain", Access.OPEN)
    assert wanted.others
    assert asked.fields("from", "to") == [pair for pair in asked.pairs if pair[0] not in ("from", "to")]


def test_kinds_are_those_of_publications() -> None:
    assert "dataset" not in KINDS
    with pytest.raises(NotAsked, match="article"):
        Asked.read(QueryParams("kind=dataset"))


@pytest.mark.parametrize("text", ["0000-0002-1825-0097", "0000000218250097", "http://orcid.org/0000-0002-1825-0097"])
def test_an_orcid_id_is_one_in_any_spelling(text: str) -> None:
    assert Asked.read(QueryParams({"person": text})).selection.person == "https://orcid.org/0000-0002-1825-0097"


@pytest.mark.parametrize("text", ["0000-0002-1825-0098", "https://orcid.org/0000-0002-1825-0098", "orcid.org/x"])
def test_what_looks_like_an_orcid_id_and_is_none_is_told(text: str) -> None:
    with pytest.raises(NotAsked, match="not an ORCID iD"):
        Asked.read(QueryParams({"person": text}))
