"""The simulator posts, repeats, doubles and reorders callbacks as its rules say."""

import asyncio

import pytest

from channels.wechat.simulator.deliveries import SERVICE_BROKEN
from tests.channels.simulator_stage import stage
from tests.channels.support import until


@pytest.mark.parametrize("answer", ["success", ""])
async def test_success_or_nothing_with_200_ends_a_delivery(answer: str) -> None:
    async with stage() as it:
        it.hook.answers = [(200, answer)]
        it.write()
        await until(lambda: it.states() == ["acked"])
        assert len(it.hook.bodies) == 1


@pytest.mark.parametrize("answer", [(201, "success"), (500, ""), (200, "ok"), (503, "success")])
async def test_any_other_answer_is_repeated_three_times_then_shown_as_broken(
    answer: tuple[int, str],
) -> None:
    async with stage() as it:
        it.hook.answers = [answer] * 9
        it.write()
        for _ in range(200):
            await it.clock.advance(0.25)
            await asyncio.sleep(0.002)
            if it.states() == ["failed"]:
                break
        assert len(it.hook.bodies) == 3
        assert it.bubbles("account") == [SERVICE_BROKEN]


async def test_no_answer_in_time_is_a_failed_try() -> None:
    async with stage(timeout_s=0.05, attempts=1) as it:
        it.hook.stuck = asyncio.Event()
        it.write()
        await until(lambda: it.bubbles("account") == [SERVICE_BROKEN])
        assert it.states() == ["failed"]
        assert len(it.hook.bodies) == 1
        it.hook.stuck.set()


async def test_a_patient_delivery_outlives_a_hub_that_is_down() -> None:
    async with stage(patient=True) as it:
        it.hook.answers = [(503, "")] * 7
        it.write()
        for _ in range(200):
            await it.clock.advance(0.2)
            await asyncio.sleep(0.002)
            if it.states() == ["acked"]:
                break
        assert len(it.hook.bodies) == 8
        assert it.bubbles("account") == []


async def test_copies_are_posted_as_often_as_asked_and_listed_once() -> None:
    async with stage(copies=3, seed=5) as it:
        for n in range(20):
            it.write(str(n))
        wanted = sum(row["copies"] for row in it.world.pushes)
        await until(lambda: len(it.hook.bodies) == wanted)
        assert 20 < wanted < 60
        assert len(set(it.hook.numbers())) == len(it.world.pushes) == 20
        await until(lambda: it.states() == ["acked"] * 20)


async def test_reordered_pushes_arrive_in_another_order() -> None:
    async with stage(reorder_ms=500, seed=3) as it:
        sent = [it.write(str(n)) for n in range(12)]
        for _ in range(60):
            await it.clock.advance(0.01)
            await asyncio.sleep(0.001)
        await until(lambda: len(it.hook.bodies) == 12)
        assert it.hook.numbers() != sent
        assert sorted(it.hook.numbers()) == sent


async def test_in_order_the_next_push_waits_for_the_acknowledgement() -> None:
    async with stage(in_order=True) as it:
        it.hook.stuck = asyncio.Event()
        sent = [it.write(str(n)) for n in range(5)]
        await until(lambda: len(it.hook.bodies) == 1)
        await asyncio.sleep(0.02)
        assert len(it.hook.bodies) == 1
        it.hook.stuck.set()
        await until(lambda: it.states() == ["acked"] * 5)
        assert it.hook.numbers() == sent


async def test_the_console_check_asks_for_the_echo() -> None:
    async with stage() as it:
        assert await it.call("/control/verify", {}) == {"ok": False}
