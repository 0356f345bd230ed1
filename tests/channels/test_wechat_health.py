"""What operators read of an account's health, while it fails and once it works again."""

import asyncio
from datetime import timedelta

from channels.wechat.simulator.account import FaultPlan
from hub.model.inputs import Inbound
from hub.model.message import TextPart
from tests.channels.line import Line, line

WORDS = TextPart(text="您好")


async def test_an_account_that_gets_its_token_again_is_well_before_anything_is_sent() -> None:
    async with line() as it:
        it.world.account.ip_allowed = False
        assert (await it.fails(WORDS)).code == "address_not_allowed"
        ill = it.adapter.health()
        assert (ill["state"], ill["token_problem"], ill["send_problem"]) == (
            "down",
            "address_not_allowed",
            "address_not_allowed",
        )
        it.world.account.ip_allowed = True
        await it.clock.advance(timedelta(minutes=2).total_seconds())
        await it.adapter.show_typing(it.to, on=True)
        well = it.adapter.health()
        assert well["state"] == "ok"
        assert not [name for name in well if name.endswith("_problem")]
        assert it.sent == []


async def test_a_token_the_provider_killed_is_replaced_though_nobody_writes() -> None:
    async with line() as it:
        await it.send(WORDS)
        it.world.plan(FaultPlan(expire_tokens=True, ip_allowed=False))
        assert (await it.fails(WORDS)).code == "address_not_allowed"
        async with asyncio.TaskGroup() as tasks:
            tending = tasks.create_task(it.adapter.run(nothing_comes))
            await pass_time(it, 200)
            assert it.adapter.health()["state"] == "down"
            it.world.account.ip_allowed = True
            await pass_time(it, 90)
            tending.cancel()
        assert it.adapter.health()["state"] == "ok"
        assert len(it.sent) == 1


async def pass_time(it: Line, seconds: int) -> None:
    """Slowly enough for what is asked of the provider meanwhile."""
    for _ in range(seconds // 5):
        await it.clock.advance(5)
        await asyncio.sleep(0.02)


async def nothing_comes(event: Inbound) -> bool:
    raise AssertionError(event)


async def test_what_the_account_may_not_send_stays_told_until_something_is_sent() -> None:
    async with line() as it:
        it.world.account.send_authorised = False
        assert (await it.fails(WORDS)).code == "not_authorised"
        await it.adapter.show_typing(it.to, on=True)
        assert it.adapter.health()["send_problem"] == "not_authorised"
        it.world.account.send_authorised = True
        await it.send(WORDS)
        assert it.adapter.health()["state"] == "ok"
