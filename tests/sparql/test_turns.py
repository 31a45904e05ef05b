"""Turns: nobody waits for a client that asks for much, and no place is lost."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.sparql.turns import TooManyWaiting, Turns, TurnsClosed


def run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(work())  # type: ignore[arg-type]


def test_clients_are_served_in_turn() -> None:
    served: list[str] = []

    async def ask(turns: Turns, client: str) -> None:
        await turns.enter(client)
        served.append(client)
        await asyncio.sleep(0)
        turns.leave(client)

    async def work() -> None:
        turns = Turns(1, 1, 100, 50)
        await turns.enter("first")
        tasks = [asyncio.create_task(ask(turns, client)) for client in "aaaaabb"]
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(ask(turns, "c")))
        await asyncio.sleep(0)
        turns.leave("first")
        await asyncio.gather(*tasks)

    run(work)
    assert served == ["a", "b", "c", "a", "b", "a", "a", "a"]


def test_one_client_leaves_a_place_to_others() -> None:
    async def work() -> None:
        turns = Turns(3, 2, 100, 50)
        await turns.enter("greedy")
        await turns.enter("greedy")
        third = asyncio.create_task(turns.enter("greedy"))
        await asyncio.sleep(0)
        assert not third.done()
        await asyncio.wait_for(turns.enter("modest"), 1)
        turns.leave("modest")
        await asyncio.sleep(0)
        assert not third.done()
        turns.leave("greedy")
        await asyncio.wait_for(third, 1)

    run(work)


def test_the_queue_is_bounded_for_all_and_for_each() -> None:
    async def work() -> None:
        turns = Turns(1, 1, 3, 2)
        await turns.enter("x")
        tasks = [asyncio.create_task(turns.enter("x")) for _ in "12"]
        await asyncio.sleep(0)
        with pytest.raises(TooManyWaiting):
            await turns.enter("x")
        tasks.append(asyncio.create_task(turns.enter("y")))
        await asyncio.sleep(0)
        with pytest.raises(TooManyWaiting):
            await turns.enter("z")
        own = asyncio.create_task(turns.enter(""))
        await asyncio.sleep(0)
        turns.close()
        done = await asyncio.gather(*tasks, own, return_exceptions=True)
        assert [type(each) for each in done] == [TurnsClosed] * 4
        with pytest.raises(TurnsClosed):
            await turns.enter("x")
        turns.leave("x")
        await asyncio.wait_for(turns.empty(), 1)

    run(work)


STEPS = st.lists(st.tuples(st.sampled_from(["enter", "leave", "cancel"]), st.sampled_from("abc")), max_size=60)


@given(steps=STEPS, places=st.integers(1, 3), data=st.data())
@settings(max_examples=150, deadline=None)
def test_no_place_is_lost_or_made(steps: list[tuple[str, str]], places: int, data: st.DataObject) -> None:
    share = data.draw(st.integers(1, places))

    async def work() -> None:
        turns = Turns(places, share, 1000, 1000)
        waiting: dict[str, list[asyncio.Task[None]]] = {"a": [], "b": [], "c": []}
        held: dict[str, int] = dict.fromkeys("abc", 0)

        def settle() -> None:
            for client, tasks in waiting.items():
                done = [task for task in tasks if task.done()]
                held[client] += sum(1 for task in done if not task.cancelled())
                waiting[client] = [task for task in tasks if not task.done()]
                assert held[client] <= share
            assert sum(held.values()) <= places

        for step, client in steps:
            if step == "enter":
                waiting[client].append(asyncio.create_task(turns.enter(client)))
            elif step == "leave" and held[client]:
                held[client] -= 1
                turns.leave(client)
            elif step == "cancel" and waiting[client]:
                waiting[client][0].cancel()
            if data.draw(st.booleans()):
                await asyncio.sleep(0)
                await asyncio.sleep(0)
            settle()
        for _ in range(len(steps) + 1):
            await asyncio.sleep(0)
            settle()
            for client, number in held.items():
                for _ in range(number):
                    turns.leave(client)
                held[client] = 0
        await asyncio.sleep(0)
        assert not any(waiting.values())
        for number in range(places):
            await asyncio.wait_for(turns.enter(f"new{number}"), 1)

    run(work)
