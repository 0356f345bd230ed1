"""Receipts find the message they speak of, before or after its answer, or wait."""

import asyncio
from collections.abc import Awaitable, Callable

from hub.model.ids import SHARDS
from hub.model.inputs import Receipt
from hub.model.message import DeliveryState
from hub.streams.sending import Done
from hub.streams.settings import EngineSettings
from tests.streams.loop import VirtualClock, until
from tests.streams.rig import Doc, Rig, rigged


async def receipt(rig: Rig, provider_id: str, state: DeliveryState) -> bool:
    return await rig.p.heart.acceptor.accept(
        Receipt(
            channel_id="c1",  # type: ignore[arg-type]
            provider_id=provider_id,
            external_id=f"{provider_id}:{state}",
            state=state,
            reported_at=VirtualClock().now(),
        )
    )


def taken(after_s: float) -> Callable[[Doc], Awaitable[Done]]:
    async def take(_row: Doc) -> Done:
        await asyncio.sleep(after_s)
        return Done(change={"provider_id": "p1", "channel_id": "c1"})

    return take


def states(rig: Rig) -> list[str]:
    bodies = [c["input"]["body"] for c in rig.journal()]
    return [b["state"] for b in bodies if b.get("is") == "DeliveryReport"]


def test_a_receipt_is_told_to_the_stream_of_its_message() -> None:
    async def body(rig: Rig) -> None:
        rig.answer = taken(0)
        await rig.start()
        await rig.do("k1", "job", to="d", text="a")
        await until(lambda: states(rig) == ["sent"])
        assert await receipt(rig, "p1", DeliveryState.DELIVERED) is True
        assert await receipt(rig, "p1", DeliveryState.DELIVERED) is False
        await asyncio.sleep(10)
        assert states(rig) == ["sent", "delivered"]
        assert rig.journal()[-1]["input"]["body"]["of"] == "00:000000000001#0"

    rigged(body, shards=frozenset(range(SHARDS)))


def test_a_receipt_before_the_answer_waits_for_it() -> None:
    async def body(rig: Rig) -> None:
        rig.answer = taken(9)
        await rig.start()
        await rig.do("k1", "job", to="d", text="a")
        await until(lambda: len(rig.seen) == 1)
        await receipt(rig, "p1", DeliveryState.DELIVERED)
        await asyncio.sleep(8)
        assert rig.table("inbox")["c1:p1:delivered"]["open"] is True
        await asyncio.sleep(10)
        assert sorted(states(rig)) == ["delivered", "sent"]

    rigged(body)


def test_a_receipt_of_another_channel_is_not_taken_for_ours() -> None:
    async def body(rig: Rig) -> None:
        async def take(_row: Doc) -> Done:
            return Done(change={"provider_id": "p1", "channel_id": "c2"})

        rig.answer = take
        await rig.start()
        await rig.do("k1", "job", to="d", text="a")
        await receipt(rig, "p1", DeliveryState.DELIVERED)
        await asyncio.sleep(20)
        assert states(rig) == ["sent"]

    rigged(body)


def test_a_receipt_nobody_waits_for_is_a_visible_dead_letter_after_72_hours() -> None:
    """Here 72 seconds: the hours are the setting's default."""
    assert EngineSettings().receipt_keep_s == 72 * 3600

    async def body(rig: Rig) -> None:
        await rig.start()
        await receipt(rig, "p9", DeliveryState.READ)
        key = "c1:p9:read"
        await asyncio.sleep(71)
        assert rig.table("inbox")[key]["open"] is True
        await asyncio.sleep(5)
        row = rig.table("inbox")[key]
        assert (row["open"], row["reason"]) == (False, "receipt_without_message")
        assert row["body"]["provider_id"] == "p9"
        assert [r["_id"] for r in await rig.p.stores.heart.inbox.dead(10)] == [key]

    rigged(body, receipt_keep_s=72.0)


def test_receipts_of_other_systems_hide_none_of_ours() -> None:
    """600 that match nothing, more than are read at once, came before the one that does."""
    assert EngineSettings().round_rows < 600

    async def body(rig: Rig) -> None:
        rig.answer = taken(0)
        await rig.start()
        for i in range(600):
            await receipt(rig, f"foreign{i:03d}", DeliveryState.DELIVERED)
        await rig.do("k1", "job", to="d", text="a")
        await until(lambda: states(rig) == ["sent"])
        await receipt(rig, "p1", DeliveryState.DELIVERED)
        await until(lambda: states(rig) == ["sent", "delivered"])
        assert sum(r["open"] for r in rig.table("inbox").values()) >= 600

    rigged(body)
