"""Budgets: what is used up comes back with time, and one client's use is not another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.sparql import budget as module
from leap_kg.sparql.budget import Budget
from leap_kg.sparql.query import QueryFailed


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def refusal(budget: Budget, client: str) -> QueryFailed:
    with pytest.raises(QueryFailed) as caught:
        budget.check(client)
    return caught.value


def test_a_client_has_twice_a_minute_at_once_and_waits_for_more() -> None:
    clock = Clock()
    budget = Budget(60, 0, clock)
    for _ in range(12):
        budget.check("a")
        budget.spend("a", 10)
    failed = refusal(budget, "a")
    assert (failed.status, failed.retry_after) == (429, 1)
    assert "more than 60 s of computing a minute" in failed.reason
    budget.check("b")
    clock.now += 1
    budget.check("a")
    budget.spend("a", 31)
    failed = refusal(budget, "a")
    assert failed.retry_after == 30
    clock.now += 29.5
    assert refusal(budget, "a").retry_after == 1
    clock.now += 1
    budget.check("a")


def test_failed_queries_are_counted_too() -> None:
    clock = Clock()
    budget = Budget(0, 30, clock)
    for _ in range(60):
        budget.check("a")
        budget.fail("a")
    failed = refusal(budget, "a")
    assert (failed.status, failed.retry_after) == (429, 2)
    assert "have failed" in failed.reason
    clock.now += 2
    budget.check("a")


def test_without_limits_nothing_is_remembered() -> None:
    budget = Budget(0, 0)
    for _ in range(1000):
        budget.spend("a", 1e9)
        budget.fail("a")
    budget.check("a")
    assert not budget._accounts


def test_only_so_many_clients_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_CLIENTS", 10)
    budget = Budget(1, 1)
    for number in range(100):
        budget.spend(str(number), 5)
    assert len(budget._accounts) == 10
    refusal(budget, "99")


@given(
    rate=st.floats(0.5, 500),
    uses=st.lists(st.tuples(st.floats(0, 30), st.floats(0, 100)), max_size=30),
)
def test_the_wait_that_is_named_is_enough_and_not_too_long(rate: float, uses: list[tuple[float, float]]) -> None:
    clock = Clock()
    budget = Budget(rate, 0, clock)
    for pause, seconds in uses:
        clock.now += pause
        budget.spend("a", seconds)
    wait = 0
    try:
        budget.check("a")
    except QueryFailed as failure:
        wait = failure.retry_after or 0
    if wait > 1:
        clock.now += wait - 1.01
        assert refusal(budget, "a").retry_after in (1, 2)
        clock.now += 1.02
    elif wait:
        clock.now += 1
    budget.check("a")
