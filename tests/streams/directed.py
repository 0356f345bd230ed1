"""Hand-made schedules, part one: accepting, owning, deciding and writing.

Each puts one precise fault where one rule of the heart is needed: with the rule nothing is wrong
afterwards, without it something is.
"""

import asyncio

from hub.errors import StoreUncertain
from hub.streams.rows import input_row
from tests.streams.stage import A, B, Stage


async def first_write_is_rolled_back(stage: Stage) -> None:
    """The provider gives up on P, repeats at Q, is answered, and P's write is rolled back."""
    await stage.owning("P")
    stage.start("Q")
    stage.chaos.lag(3.0)
    asyncio.get_running_loop().call_later(1.5, stage.chaos.fail_over)
    await stage.message("PQ", "m1", A)


async def late_write_of_the_last_load(stage: Stage) -> None:
    """P's write is cut and lands after P took the shard anew and decided something else."""
    await stage.owning("P")
    late = stage.hold("P", "insert", "journal", cut=True)
    await stage.message("P", "m1", A, source="b")
    await late.reached.wait()
    second = stage.hold("P", "insert", "journal")
    await stage.message("P", "m2", B, source="a")
    await second.reached.wait()
    late.release()
    await stage.committed("m1")
    second.release()


async def owner_dies_before_the_effects(stage: Stage) -> None:
    await stage.owning("P")
    await stage.talking("P", A)
    effects = stage.hold("P", "insert", "outbox", lost=True)
    await stage.reply("P", "r1", A)
    await effects.reached.wait()
    stage.kill("P")
    await stage.owning("Q")


async def owner_wakes_with_a_number_that_is_taken(stage: Stage) -> None:
    """P freezes with its write under way; Q decides the same input; P's write goes on."""
    await stage.owning("P")
    write = stage.hold("P", "insert", "journal")
    await stage.message("P", "m1", A)
    await write.reached.wait()
    stage.freeze("P")
    await stage.owning("Q")
    await stage.committed("m1")
    write.release()
    stage.thaw("P")


async def read_row_is_rolled_back(stage: Stage) -> None:
    """A row that only the old primary has is read, rolled back, and handed in again later."""
    node = await stage.owning("P")
    chaos = stage.chaos

    def fail_over_once() -> None:
        if not chaos.counts["fail_over"]:
            chaos.fail_over()

    chaos.lag(2.5)
    stage.after("P", "get", "inbox", fail_over_once, when=bool)
    asyncio.get_running_loop().call_later(2.0, fail_over_once)
    row = input_row("m1", A, "x", "1", {"kind": "msg", "text": "m1"}, stage.clock.now())
    try:
        async with asyncio.timeout(2.5):
            await node.heart.acceptor.add(row)
    except (StoreUncertain, TimeoutError):
        pass
    await asyncio.sleep(3)
    await stage.message("P", "m1", A)


async def cursor_passes_an_earlier_message(stage: Stage) -> None:
    """While P's read stands at key m5, m1 and then m9 of one source are stored."""
    await stage.owning("P")
    read = stage.hold("P", "scan", "inbox")
    await stage.message("P", "m5", B, source="f")
    await read.reached.wait()
    await stage.message("P", "m1", A, order="1")
    await stage.message("P", "m9", A, order="2")
    read.release()


async def zombie_decides_on_an_old_state(stage: Stage) -> None:
    """P has not seen the assignment that Q committed; both read the agent's reply."""
    await stage.owning("P")
    await stage.message("P", "m1", A)
    await stage.committed("m1")
    await asyncio.sleep(1)
    stage.freeze("P")
    await stage.owning("Q")
    await stage.assigned("Q", A)
    await asyncio.sleep(1)
    stage.hold("P", "scan", "shards")
    stage.hold("P", "update", "inbox")
    write = stage.hold("Q", "insert", "journal")
    stage.thaw("P")
    await stage.reply("Q", "r1", A)
    await asyncio.sleep(3)
    write.release()
    await stage.committed("r1")


async def batch_meets_a_taken_number_in_front(stage: Stage) -> None:
    """P's batch m2, m3 finds its first number taken by Q's m1, the second still free."""
    await stage.owning("P")
    stage.start("Q")
    stage.freeze("P")
    await stage.message("Q", "m2", A, source="b", order="1")
    await stage.message("Q", "m3", A, source="b", order="2")
    old = stage.hold("P", "insert", "journal")
    stage.thaw("P")
    await old.reached.wait()
    stage.freeze("P")
    await stage.message("Q", "m1", A, source="a")
    new = stage.hold("Q", "insert", "journal", at=2)
    await new.reached.wait()
    old.release()
    await asyncio.sleep(0.5)
    new.release()
    await asyncio.sleep(0.5)


async def first_write_is_lost(stage: Stage) -> None:
    """Of m1, m2 decided at once, the write that holds m1 never reaches the database."""
    await stage.owning("P")
    stage.start("Q")
    stage.freeze("P")
    await stage.message("Q", "m1", A, source="b", order="1")
    await stage.message("Q", "m2", A, source="b", order="2")
    write = stage.hold("P", "insert", "journal", cut=True, lost=True)
    stage.thaw("P")
    await write.reached.wait()
    await stage.message("Q", "m0", A, source="a")


async def refused_owner_is_left_alone(stage: Stage) -> None:
    """P is refused after Q assigned the customer, then Q is gone and P decides the reply."""
    await stage.owning("P")
    await stage.message("P", "m0", A)
    await stage.committed("m0")
    write = stage.hold("P", "insert", "journal")
    await stage.message("P", "m1", A, order="2")
    await write.reached.wait()
    stage.freeze("P")
    await stage.owning("Q")
    await stage.committed("m1")
    await stage.assigned("Q", A)
    await asyncio.sleep(1)
    stage.kill("Q")
    write.release()
    stage.thaw("P")
    await asyncio.sleep(1)
    await stage.reply("P", "r1", A)


async def next_owner_has_a_slower_clock(stage: Stage) -> None:
    await stage.owning("P", skew_ms=9000)
    await stage.message("P", "m1", A)
    await stage.committed("m1")
    stage.kill("P")
    await stage.owning("Q", skew_ms=-9000)
    await stage.message("Q", "m2", A, order="2")
    await stage.committed("m2")


async def provider_repeats_after_all_is_done(stage: Stage) -> None:
    await stage.owning("P")
    await stage.message("P", "m1", A)
    await stage.committed("m1")
    await asyncio.sleep(3)
    await stage.message("P", "m1", A)
