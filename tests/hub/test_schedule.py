"""When CronJobs run: what a cluster would not take is refused as it is declared."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.hub.declared.release import ReleasesFaulty, releases_of
from leap_kg.hub.declared.schedule import schedule_problem
from tests.hub.test_parts import COMMIT

FINE = (
    "* * * * *",
    "0 0 1 1 0",
    "59 23 31 12 6",
    "*/15 0-6,12 1-31/2 jan-mar mon-fri",
    "5/10 4 29 feb *",
    "0 0 31 4 MON",
    "00 007 * * *",
)
WRONG = (
    "99 * * * *",
    "60 * * * *",
    "0 24 * * *",
    "0 0 0 * *",
    "0 0 32 * *",
    "0 0 * 13 *",
    "0 0 * * 7",
    "0 0 * * mo",
    "5-1 * * * *",
    "*/0 * * * *",
    "1-2-3 * * * *",
    "1/2/3 * * * *",
    "- * * * *",
    "* * * *",
)
NEVER = ("0 0 30 2 *", "0 0 31 4,6 *", "1,,2 * * * *", ", * * * *")


@pytest.mark.parametrize("text", FINE)
def test_a_schedule_that_a_cluster_takes_is_fine(text: str) -> None:
    assert schedule_problem(text) == ""


@pytest.mark.parametrize("text", [*WRONG, *NEVER])
def test_another_is_refused_with_its_place(text: str) -> None:
    recipe = {
        "name": "warm", "namespace": "ingest", "feedstock": "a/b", "commit": COMMIT, "recipe": "warm", "image": "a:1",
        "schedule": text,
    }  # fmt: skip
    with pytest.raises(ReleasesFaulty, match=r"recipes\.0\.schedule: ") as caught:
        releases_of({"cluster": "lab", "releases": [], "recipes": [recipe]})
    assert len(str(caught.value)) < 400


@settings(max_examples=50, deadline=None)
@given(st.text() | st.lists(st.text("0159*/,-jan ", max_size=6), min_size=5, max_size=5).map(" ".join))
def test_any_text_is_taken_or_refused(text: str) -> None:
    assert isinstance(schedule_problem(text), str)
