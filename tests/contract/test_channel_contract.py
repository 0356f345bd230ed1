"""What every channel adapter keeps, whatever its provider."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from channels.registry import KINDS
from hub.errors import (
    InboundRejected,
    Overloaded,
    PermanentSendError,
    RetryableSendError,
    StoreUncertain,
    UncertainSendError,
)
from hub.model import message as parts
from hub.model.codec import pack, unpack
from hub.model.ids import ChannelId
from hub.model.inputs import CustomerMessage, CustomerSignal, Inbound, Receipt
from hub.model.message import Address, Part, TextPart, UnsupportedPart
from hub.ports import SupportsWebhook, WebhookReply, WebhookRequest
from tests.channels.support import Inbox, until
from tests.contract.channel_rigs import RIGS, Rig

pytestmark = pytest.mark.parametrize("kind", sorted(KINDS))


@asynccontextmanager
async def served(kind: str, *, provider_up: bool = True) -> AsyncIterator[Rig]:
    """The channel with `run` going, as the hub has it."""
    async with RIGS[kind](provider_up=provider_up) as rig, asyncio.TaskGroup() as group:
        task = group.create_task(rig.adapter.run(Inbox().accept))
        if provider_up:
            await until(lambda: rig.adapter.health()["state"] == "ok")
        try:
            yield rig
        finally:
            task.cancel()


async def hand_in(rig: Rig, request: WebhookRequest, inbox: Inbox) -> WebhookReply:
    channel: SupportsWebhook = rig.adapter  # type: ignore[assignment]
    return await channel.on_webhook(request, inbox.accept)


async def send(rig: Rig, part: Part) -> None:
    to = Address(channel_id=ChannelId(rig.adapter.id), value=rig.customer)
    await rig.adapter.send(to, part, key="2a:000000000001#0")


async def test_every_kind_has_a_rig_here(kind: str) -> None:
    assert kind in RIGS


async def test_it_says_what_it_is_and_can(kind: str) -> None:
    async with RIGS[kind](provider_up=False) as rig:
        can = rig.adapter.capabilities
        assert rig.adapter.kind == kind
        assert can.parts
        assert all(hasattr(parts, name) for name in can.parts)
        assert can.max_text > 0
        assert (can.max_options > 0) is ("MenuPart" in can.parts)
        assert all(g.quota > 0 and g.valid > timedelta() for g in can.grants.values())


async def test_a_message_is_accepted_once_and_acknowledged(kind: str) -> None:
    async with RIGS[kind](provider_up=False) as rig:
        inbox = Inbox()
        reply = await hand_in(rig, rig.push(text="你好😀"), inbox)
        assert reply.status == 200
        [found] = inbox.taken
        assert isinstance(found, CustomerMessage)
        assert found.address == Address(channel_id=rig.adapter.id, value=rig.customer)
        assert found.parts == (TextPart(text="你好😀"),)


async def test_a_repeated_message_is_acknowledged_like_the_first(kind: str) -> None:
    async with RIGS[kind](provider_up=False) as rig:
        inbox = Inbox()
        replies = [await hand_in(rig, rig.push(), inbox) for _ in range(3)]
        assert replies[0] == replies[1] == replies[2]
        assert (inbox.calls, len(inbox.taken)) == (3, 1)


async def test_nothing_is_acknowledged_before_it_is_stored(kind: str) -> None:
    async with RIGS[kind](provider_up=False) as rig:
        stored = asyncio.Event()

        async def slow(_: Inbound) -> bool:
            await stored.wait()
            return True

        channel: SupportsWebhook = rig.adapter  # type: ignore[assignment]
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(channel.on_webhook(rig.push(), slow))
            for _ in range(20):
                await asyncio.sleep(0)
            assert not answer.done()
            stored.set()


@pytest.mark.parametrize("error", [StoreUncertain("x"), Overloaded("x")])
async def test_what_cannot_be_stored_is_not_acknowledged(kind: str, error: Exception) -> None:
    async with RIGS[kind](provider_up=False) as rig:
        inbox = Inbox()
        inbox.fail = error
        with pytest.raises(type(error)):
            await hand_in(rig, rig.push(), inbox)


@pytest.mark.parametrize("what", ["unsigned", "altered", "stale", "oversized", "unreadable"])
async def test_what_is_not_authentic_and_whole_has_no_effect(kind: str, what: str) -> None:
    async with RIGS[kind](provider_up=False) as rig:
        inbox = Inbox()
        with pytest.raises(InboundRejected) as caught:
            await hand_in(rig, getattr(rig, what)(), inbox)
        assert inbox.calls == 0
        assert 400 <= caught.value.status < 500
        assert caught.value.reason.replace("_", "").isalnum()


async def test_unknown_content_is_kept_whole(kind: str) -> None:
    async with RIGS[kind](provider_up=False) as rig:
        inbox = Inbox()
        await hand_in(rig, rig.unknown(), inbox)
        [found] = inbox.taken
        assert isinstance(found, CustomerMessage)
        [part] = found.parts
        assert isinstance(part, UnsupportedPart)
        assert part.kind == rig.unknown_word
        assert part.raw


async def test_equal_numbers_of_two_customers_are_two_messages(kind: str) -> None:
    async with RIGS[kind](provider_up=False) as rig:
        inbox = Inbox()
        await hand_in(rig, rig.push(sender="oAlice", number=7), inbox)
        await hand_in(rig, rig.push(sender="oBob", number=7), inbox)
        assert len({found.external_id for found in inbox.taken}) == 2


async def test_messages_sort_as_they_were_written(kind: str) -> None:
    async with RIGS[kind](provider_up=False) as rig:
        inbox = Inbox()
        for number in (9, 10, 11):
            await hand_in(rig, rig.push(number=number), inbox)
        await rig.clock.advance(1)
        await hand_in(rig, rig.push(number=1), inbox)
        orders = [found.order for found in inbox.taken if isinstance(found, CustomerMessage)]
        assert orders == sorted(orders)
        assert len(set(orders)) == 4


async def test_what_comes_in_is_plain_data_with_aware_times(kind: str) -> None:
    async with RIGS[kind](provider_up=False) as rig:
        inbox = Inbox()
        await hand_in(rig, rig.push(), inbox)
        await hand_in(rig, rig.unknown(), inbox)
        for found in inbox.taken:
            assert unpack(pack(found), CustomerMessage | CustomerSignal | Receipt) == found
            assert isinstance(found, CustomerMessage)
            assert found.sent_at.utcoffset() == timedelta()


async def test_a_grant_is_one_of_the_capabilities(kind: str) -> None:
    async with RIGS[kind](provider_up=False) as rig:
        inbox = Inbox()
        await hand_in(rig, rig.push(), inbox)
        [found] = inbox.taken
        assert isinstance(found, CustomerMessage)
        grants = rig.adapter.capabilities.grants
        if found.grant is None:
            assert not grants
        else:
            rule = grants[found.grant.kind]
            assert found.grant.quota == rule.quota
            assert found.grant.until == found.sent_at + rule.valid


async def test_texts_arrive_whole_and_in_order(kind: str) -> None:
    async with served(kind) as rig:
        longest = "长" * rig.adapter.capabilities.max_text
        for text in ("您好😀", "a\n\"b\" <c> & 'd'", longest):
            await send(rig, TextPart(text=text))
        assert rig.sent() == ["您好😀", "a\n\"b\" <c> & 'd'", longest]


async def test_what_does_not_fit_is_refused_for_good_and_not_sent(kind: str) -> None:
    async with served(kind) as rig:
        too_long = TextPart(text="x" * (rig.adapter.capabilities.max_text + 1))
        for part in (rig.unsendable, too_long):
            with pytest.raises(PermanentSendError):
                await send(rig, part)
        assert rig.sent() == []


async def test_a_provider_that_is_not_there_may_be_tried_again(kind: str) -> None:
    async with served(kind, provider_up=False) as rig:
        with pytest.raises(RetryableSendError):
            await send(rig, TextPart(text="x"))
        assert rig.adapter.health()["state"] != "ok"


async def test_a_lost_answer_is_uncertain(kind: str) -> None:
    async with served(kind) as rig:
        rig.break_answers()
        with pytest.raises(UncertainSendError):
            await send(rig, TextPart(text="x"))
        assert rig.sent() == ["x"]


async def test_the_providers_wish_to_wait_is_handed_on(kind: str) -> None:
    async with served(kind) as rig:
        rig.slow_down(60)
        with pytest.raises(RetryableSendError) as caught:
            await send(rig, TextPart(text="x"))
        assert caught.value.retry_after == timedelta(seconds=60)


async def test_refused_credentials_are_final_and_shown_to_operators(kind: str) -> None:
    async with served(kind) as rig:
        await send(rig, TextPart(text="x"))
        rig.refuse_credentials()
        with pytest.raises(PermanentSendError):
            await send(rig, TextPart(text="y"))
        assert rig.adapter.health()["state"] == "down"
        assert rig.sent() == ["x"]


async def test_health_and_errors_hold_no_secret_and_no_text(kind: str) -> None:
    async with served(kind) as rig:
        rig.refuse_credentials()
        with pytest.raises(PermanentSendError) as caught:
            await send(rig, TextPart(text="我的卡号"))
        told = f"{caught.value!r}{caught.value.__dict__}{dict(rig.adapter.health())}{rig.adapter!r}"
        for hidden in (*rig.secrets, "卡号"):
            assert hidden not in told


async def test_run_ends_only_by_cancellation_and_leaves_nothing_open(kind: str) -> None:
    async with served(kind) as rig:
        await send(rig, TextPart(text="x"))
    with pytest.raises(RetryableSendError):
        await send(rig, TextPart(text="y"))
