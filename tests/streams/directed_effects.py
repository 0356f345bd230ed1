"""Hand-made schedules, part two: effects, sends and receipts."""

import asyncio

from hub.model.inputs import Receipt
from hub.model.message import DeliveryState
from hub.streams.rows import inbound_row
from tests.streams.loop import until
from tests.streams.stage import A, B, Stage


async def effect_is_rolled_back_under_the_next_owner(stage: Stage) -> None:
    """Q finds the effect row of dead P, and the row is rolled back."""
    await stage.owning("P")
    await stage.talking("P", A)
    old = stage.hold("P", "insert", "outbox")
    await stage.reply("P", "r1", A)
    await old.reached.wait()
    stage.kill("P")
    new = stage.hold("Q", "insert", "outbox")
    stage.start("Q")
    await new.reached.wait()
    stage.chaos.lag(2.0)
    old.release()
    await asyncio.sleep(0.5)
    stage.after("Q", "insert", "outbox", stage.chaos.fail_over)
    new.release()
    await until(lambda: stage.nodes["Q"].owns(0))


async def commit_never_reaches_the_database(stage: Stage) -> None:
    """P dies before its commit stands, and Q gives the number to another input."""
    await stage.owning("P")
    write = stage.hold("P", "insert", "journal", lost=True)
    await stage.message("P", "m1", A, source="b")
    await write.reached.wait()
    stage.kill("P")
    stage.start("Q")
    await stage.message("Q", "m0", B, source="a")
    await stage.owning("Q")


async def replies_of_one_batch(stage: Stage) -> None:
    """Two replies become durable at once; the outbox insert stops half way for a while."""
    await stage.owning("P")
    await stage.talking("P", A)
    stage.start("Q")
    stage.freeze("P")
    await stage.reply("Q", "r1", A, order="1")
    await stage.reply("Q", "r2", A, order="2")
    rows = stage.hold("P", "insert", "outbox", at=2)
    stage.thaw("P")
    await rows.reached.wait()
    await asyncio.sleep(2)
    rows.release()


async def first_reply_is_slow(stage: Stage) -> None:
    """The first reply takes a second to the provider, the next one no time."""
    await stage.owning("P")
    await stage.talking("P", A)
    stage.way = lambda row: (1.0 if row["body"]["reply"] == "r1" else 0.0, 0.0)
    await stage.reply("P", "r1", A, order="1")
    await stage.reply("P", "r2", A, order="2")


async def sender_dies_before_the_answer(stage: Stage) -> None:
    await stage.owning("P")
    await stage.talking("P", A)
    stage.way = lambda _: (0.0, 1.5)
    await stage.reply("P", "r1", A)
    await until(lambda: bool(stage.carried))
    stage.kill("P")
    await stage.owning("Q")
    await asyncio.sleep(8)


async def receipt_overtakes_the_answer(stage: Stage) -> None:
    node = await stage.owning("P")
    await stage.talking("P", A)
    stage.way = lambda _: (0.0, 1.8)
    await stage.reply("P", "r1", A)
    await until(lambda: bool(stage.carried))
    receipt = Receipt(
        channel_id="toy",  # type: ignore[arg-type]
        provider_id=stage.carried[0],
        external_id=f"r:{stage.carried[0]}",
        state=DeliveryState.DELIVERED,
        reported_at=stage.clock.now(),
    )
    row = inbound_row(receipt, stage.clock.now())
    await node.heart.acceptor.add(row)
    stage.history.receipts[row["_id"]] = stage.carried[0]
    await asyncio.sleep(4)
