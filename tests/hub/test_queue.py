"""The queue against what it promises: every key in time, none twice at once, none lost, longer waits after failures."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.hub.loop.queue import Backoff, WorkQueue


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


keys = st.sampled_from("abc")
moves = st.lists(
    st.one_of(
        st.tuples(st.just("add"), keys, st.floats(0, 5)),
        st.tuples(st.just("take"), keys, st.just(0.0)),
        st.tuples(st.just("done"), keys, st.just(0.0)),
        st.tuples(st.just("failed"), keys, st.just(0.0)),
        st.tuples(st.just("pass"), keys, st.floats(0, 5)),
    ),
    max_size=40,
)


@settings(max_examples=50, deadline=None)
@given(moves)
def test_it_gives_out_what_is_due_once_and_loses_nothing(steps: list[tuple[str, str, float]]) -> None:
    clock = Clock()
    queue: WorkQueue[str] = WorkQueue(Backoff(first=1.0, most=8.0), clock)
    due: dict[str, float] = {}
    taken: dict[str, int] = {}
    failures: dict[str, int] = {}
    for what, key, seconds in steps:
        if what == "add":
            queue.add(key, seconds)
            due[key] = min(due.get(key, float("inf")), clock.now + seconds)
        elif what == "pass":
            clock.now += seconds
        elif what == "take":
            found = queue.take()
            free = {each: at for each, at in due.items() if each not in taken and at <= clock.now}
            assert (found is None) == (not free)
            if found is not None:
                assert free[found] == min(free.values())
                del due[found]
                taken[found] = 1
        elif key in taken:
            del taken[key]
            if what == "done":
                queue.done(key)
                failures.pop(key, None)
            else:
                failures[key] = failures.get(key, 0) + 1
                wait = queue.failed(key)
                assert 0 <= wait <= min(8.0, 2.0 ** (failures[key] - 1))
                due[key] = min(due.get(key, float("inf")), clock.now + wait)
        assert len(queue) == sum(at <= clock.now for each, at in due.items() if each not in taken)
    for key in list(taken):
        queue.done(key)
    clock.now += 100
    assert sorted(iter_taken(queue)) == sorted(due)


def iter_taken(queue: WorkQueue[str]) -> list[str]:
    """All that it has left."""
    found: list[str] = []
    while (key := queue.take()) is not None:
        found.append(key)
    return found


def test_a_key_that_changes_while_it_is_worked_on_comes_again() -> None:
    queue: WorkQueue[str] = WorkQueue()
    queue.add("a")
    queue.add("a")
    assert queue.take() == "a"
    queue.add("a")
    assert queue.take() is None
    queue.done("a")
    assert queue.take() == "a"
    queue.done("a")
    assert queue.take() is None


@pytest.mark.parametrize("wake", [lambda queue: queue.add("a"), lambda queue: queue.close()], ids=["added", "closed"])
def test_who_waits_is_woken(wake: Callable[[WorkQueue[str]], None]) -> None:
    queue: WorkQueue[str] = WorkQueue()
    found: list[str | None] = []
    waiting = threading.Thread(target=lambda: found.append(queue.take(60)))
    waiting.start()
    wake(queue)
    waiting.join(10)
    assert found in (["a"], [None])


def test_waits_spread_over_all_that_is_allowed() -> None:
    backoff = Backoff(first=1.0, most=60.0)
    assert [backoff.longest(failures) for failures in (1, 2, 5, 50, 5000)] == [1.0, 2.0, 16.0, 60.0, 60.0]
    waits = [backoff.wait(5) for _ in range(400)]
    assert min(waits) < 2
    assert max(waits) > 14
