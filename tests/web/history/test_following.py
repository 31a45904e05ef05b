"""What somebody follows, in addresses and in the timeline."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from leap_kg.graph.home import Home
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.history.following import MOST_FOLLOWED, Filter, Following, revisions, since_revision
from leap_kg.web.history.refusal import NotThen
from leap_kg.web.site import Site
from tests.web.platform import ALPHA, BETA
from tests.web.story import LAST, day

WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).map(str.strip).filter(bool)
FILTERS = st.builds(Filter, source=WORDS | st.just(""), kind=WORDS | st.just(""), entity=WORDS | st.just(""))


@given(FILTERS, st.lists(WORDS, max_size=4, unique=True), WORDS | st.just(""))
def test_an_address_says_what_is_followed(condition: Filter, follow: list[str], since: str) -> None:
    following = Following(condition, tuple(follow), since)
    query = following.href("/changes").partition("?")[2]
    again = Following.read(QueryParams(parse_qsl(query)), BASE)
    wanted = condition.entity if not condition.entity.startswith("/") else BASE + condition.entity[1:]
    if not condition.entity.startswith("/"):
        assert again == following
    else:
        assert again.condition.entity.endswith(wanted.rsplit("/", 1)[-1])


def test_no_more_can_be_followed_than_a_server_bears() -> None:
    many = QueryParams([("follow", str(number)) for number in range(MOST_FOLLOWED + 1)])
    with pytest.raises(NotThen, match="at most"):
        Following.read(many, BASE)


def test_what_is_followed_is_any_of_the_things_within_the_condition(past_home: Home) -> None:
    timeline = Site(Settings(home=past_home.path)).history.timeline

    def found(query: str) -> list[int]:
        following = Following.read(QueryParams(query), BASE)
        return [r.revision for r in revisions(timeline, following.filters(BASE), 0, None, 50)]

    assert found("") == list(range(LAST, 0, -1))
    assert found("source=hostile") == [7, 3]
    assert found(f"entity={BETA}") == [5, 4, 2]
    assert found("entity=/dataset/leap-test/beta") == [5, 4, 2]
    assert found("follow=source:hostile&follow=/dataset/leap-test/beta") == [7, 5, 4, 3, 2]
    assert found(f"source=test-catalog&follow=source:hostile&follow={ALPHA}") == [6, 5, 2]
    assert found("source=test-catalog&follow=source:hostile") == []
    assert found("kind=person") == [2]


def test_since_is_a_span_a_day_a_time_or_a_revision(past_home: Home) -> None:
    past = Site(Settings(home=past_home.path)).history
    now = day(9) + timedelta(hours=1)
    for text, revision in (
        ("", 0),
        ("7d", 2),
        ("1w", 2),
        ("36h", 7),
        ("99y", 0),
        ("0001-01-01", 0),
        ("0001-01-02", 0),
        ("4", 4),
        ("2026-03-04", 3),
        ("2026-03-04T12:00:00Z", 4),
    ):
        assert since_revision(text, past, now) == revision, text
    for text in ("7", "99999y"):
        assert since_revision(text, past, datetime.now(UTC)) in (0, 7)
    with pytest.raises(NotThen, match="7d or 12h"):
        since_revision("last week", past, now)
