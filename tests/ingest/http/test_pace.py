"""What answers say about limits, in all spellings: never less than was asked for."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.http.pace import Budget, asked_to_wait, budget, gap, later, refused, retry_after

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
LAST_DAY = datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120), (" 7 ", 7), ("007", 7), ("0", None), ("", None), ("-5", None), ("1.5", None), ("soon", None),
        ("٣", None),
        ("Mon, 01 Jun 2026 12:01:30 GMT", 90), ("Mon, 01 Jun 2026 11:00:00 GMT", -3600),
        ("Mon, 01 Jun 2026 14:00:30 +0200", 30), ("Mon, 01 Jun 2026 12:00:10 -0000", 10),
        ("Monday, 01-Jun-26 12:00:10 GMT", 10),
    ],
)  # fmt: skip
def test_retry_after_is_read(header: str, seconds: float | None) -> None:
    wanted = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert retry_after({"retry-after": header}, NOW) == wanted


@pytest.mark.parametrize("header", ["9" * 12, "9" * 5000])
def test_no_wait_is_too_long(header: str) -> None:
    assert retry_after({"retry-after": header}, NOW) == LAST_DAY


def test_a_host_whose_clock_is_behind_ours_is_waited_for_by_its_own() -> None:
    headers = {"retry-after": "Mon, 01 Jun 2026 12:01:30 GMT", "date": "Mon, 01 Jun 2026 11:50:00 GMT"}
    assert retry_after(headers, NOW) == NOW + timedelta(seconds=90, minutes=10)
    ahead = headers | {"date": "Mon, 01 Jun 2026 12:01:00 GMT"}
    assert retry_after(ahead, NOW) == NOW + timedelta(seconds=90)
    lost = headers | {"date": "Thu, 01 Jan 1970 00:00:00 GMT"}
    assert retry_after(lost, NOW) == NOW + timedelta(seconds=90)


@given(
    wait=st.integers(0, 10**6),
    skew=st.integers(-80_000, 80_000),
    as_date=st.booleans(),
)
def test_nobody_is_asked_early_by_either_clock(wait: int, skew: int, *, as_date: bool) -> None:
    theirs = NOW + timedelta(seconds=skew)
    named = format_datetime(theirs + timedelta(seconds=wait), usegmt=True) if as_date else str(wait)
    until = retry_after({"retry-after": named, "date": format_datetime(theirs, usegmt=True)}, NOW)
    if as_date:
        assert until is not None
        assert until - NOW >= timedelta(seconds=wait)
        assert until >= theirs + timedelta(seconds=wait)
    else:
        assert until == (NOW + timedelta(seconds=wait) if wait else None)


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        # GitHub and Zenodo: a moment
        ({"x-ratelimit-remaining": "4875", "x-ratelimit-reset": str(EPOCH + 600), "x-ratelimit-resource": "core"},
         Budget("core", 4875, NOW + timedelta(minutes=10))),
        ({"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 31)},
         Budget("", 0, NOW + timedelta(seconds=31))),
        # a moment in milliseconds
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": str((EPOCH + 5) * 1000)},
         Budget("", 1, NOW + timedelta(seconds=5))),
        # OpenAlex and the drafts: seconds from now
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "86399"}, Budget("", 3, NOW + timedelta(seconds=86399))),
        ({"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "0", "ratelimit-reset": "12"},
         Budget("", 0, NOW + timedelta(seconds=12))),
        ({"ratelimit": "limit=100, remaining=50, reset=30"}, Budget("", 50, NOW + timedelta(seconds=30))),
        ({"ratelimit": '"default";r=0;t=30'}, Budget("", 0, NOW + timedelta(seconds=30))),
        ({"ratelimit": "\"a b\"; r=7 ; t=9"}, Budget("", 7, NOW + timedelta(seconds=9))),
        # nothing, or nothing readable
        ({}, None), ({"x-ratelimit-remaining": "5"}, None),
        ({"x-ratelimit-remaining": "-1", "x-ratelimit-reset": "5"}, None),
        ({"ratelimit": "default"}, None), ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 400}, Budget("", 0, LAST_DAY)),
    ],
)  # fmt: skip
def test_budgets_are_read(headers: dict[str, str], wanted: Budget | None) -> None:
    assert budget(headers, NOW) == wanted


@pytest.mark.parametrize(
    ("limit", "interval", "seconds"),
    [("5", "1s", 0.2), ("50", "1s", 0.02), ("3", "1", 1 / 3), ("60", "1m", 1.0), ("10", "500ms", 0.05),
     ("0", "1s", None), ("", "1s", None), ("5", "", None), ("5", "often", None), ("-5", "1s", None)],
)  # fmt: skip
def test_intervals_are_read(limit: str, interval: str, seconds: float | None) -> None:
    found = gap({"x-rate-limit-limit": limit, "x-rate-limit-interval": interval, "x-concurrency-limit": "1"})
    assert found == (None if seconds is None else pytest.approx(seconds))


SECONDARY = b'{"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}'
PRIMARY = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 900)}


@pytest.mark.parametrize(
    ("status", "headers", "excerpt", "strikes", "seconds"),
    [
        # the order of GitHub's rule: Retry-After, then the reset, then a minute and more each time
        (403, {"retry-after": "400", **PRIMARY}, SECONDARY, 0, 400),
        (403, PRIMARY, SECONDARY, 0, 900),
        (429, PRIMARY, b"", 3, 900),
        (403, {"x-ratelimit-remaining": "10", "x-ratelimit-reset": str(EPOCH + 900)}, SECONDARY, 0, 60),
        (403, {}, SECONDARY, 1, 120),
        (403, {}, SECONDARY, 4, 960),
        (403, {}, b'{"message":"API rate limit exceeded for 192.0.2.1."}', 0, 60),
        (403, {}, b"You have triggered an abuse detection mechanism.", 0, 60),
        (429, {"x-github-request-id": "0:1"}, b"", 0, 60),
        # everybody else
        (429, {"retry-after": "5"}, b"", 9, 5),
        (503, {"retry-after": "7"}, b"", 0, 7),
        (429, {}, b"", 0, None), (503, {}, b"", 0, None), (503, PRIMARY, b"", 0, None),
        (403, {}, b'{"message": "Resource not accessible by personal access token"}', 0, None),
        (403, {"x-github-request-id": "0:1"}, b"", 0, None),
        (200, {"retry-after": "5"}, b"", 0, None), (404, {"retry-after": "5"}, b"", 0, None),
        (301, PRIMARY, b"", 0, None),
    ],
)  # fmt: skip
def test_answers_that_ask_to_wait(
    status: int, headers: dict[str, str], excerpt: bytes, strikes: int, seconds: float | None
) -> None:
    found = asked_to_wait(status, headers, excerpt, NOW, strikes)
    assert found == (None if seconds is None else NOW + timedelta(seconds=seconds))


NAMES = st.sampled_from([
    "retry-after", "date", "ratelimit", "ratelimit-remaining", "ratelimit-reset", "x-ratelimit-remaining",
    "x-ratelimit-reset", "x-ratelimit-resource", "x-rate-limit-limit", "x-rate-limit-interval",
])  # fmt: skip


@given(
    headers=st.dictionaries(
        NAMES,
        st.text(max_size=40) | st.text(alphabet="0123456789 ;=rtsm,.-GMTJun:", max_size=40) | st.integers().map(str),
    ),
    status=st.integers(100, 599),
    excerpt=st.binary(max_size=50),
    strikes=st.integers(0, 10_000),
)
def test_any_headers_are_read(headers: dict[str, str], status: int, excerpt: bytes, strikes: int) -> None:
    until = asked_to_wait(status, headers, excerpt, NOW, strikes)
    assert until is None or until.tzinfo is UTC
    found = budget(headers, NOW)
    assert found is None or found.remaining >= 0
    seconds = gap(headers)
    assert seconds is None or seconds >= 0
    assert later(NOW, seconds or 0) >= NOW


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b'{"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}]}', True),
        (b'{"data": null, "errors": [{"message": "You have exceeded a secondary rate limit."}]}', True),
        (b'{"data": {"text": "You have exceeded a secondary rate limit."}}', False),
        (b'{"errors": [{"type": "NOT_FOUND", "message": "Could not resolve"}]}', False),
        (b'{"errors": "RATE_LIMITED"}', False), (b"[]", False), (b"", False), (b"[" * 9999, False),
    ],
)  # fmt: skip
def test_answers_to_questions_that_were_too_many(data: bytes, *, wanted: bool) -> None:
    assert refused(data) is wanted


@given(data=st.binary(max_size=100) | st.text(alphabet='{}[]":errosTYPE, ', max_size=60).map(str.encode))
def test_any_answer_is_read(data: bytes) -> None:
    assert refused(data) in (False, True)
