"""On a journal that lost what was durable nothing is decided."""

import asyncio
from typing import Any

import pytest

from hub.errors import JournalDamaged, StartError
from hub.streams.effects import Effects
from hub.streams.recovery import recover
from hub.streams.shard import RuleBook
from tests.streams.rig import Obedient, Rig, rigged

LAST = "00:000000000002"


async def _two_commits(rig: Rig) -> None:
    await rig.start()
    await rig.do("k1", "say", text="a")
    await rig.do("k2", "say", text="b")
    await rig.done("k1", "k2")
    await asyncio.sleep(5)
    assert rig.table("cursors")["owners"]["at"]["0"] == 2
    await rig.p.stop()


def test_a_start_on_a_journal_behind_its_cursor_stops_and_says_what_to_do() -> None:
    seen: dict[str, Any] = {}

    async def body(rig: Rig) -> None:
        await _two_commits(rig)
        rig.chaos.database.majority("journal").put(LAST, None)
        await rig.p.stores.heart.inbox.insert([rig.row("k3", "say", text="c")], ordered=True)
        seen["table"] = rig.table
        rig.add("Q")
        await asyncio.sleep(60)

    with pytest.raises(ExceptionGroup) as caught:
        rigged(body)
    assert caught.group_contains(
        JournalDamaged, match=f"shard 00 is damaged.*{LAST}.*Nothing was.*backup.*lianluo verify"
    )
    assert issubclass(JournalDamaged, StartError)
    assert sorted(seen["table"]("journal")) == ["00:000000000001"]
    assert seen["table"]("inbox")["k3"]["open"] is True


def test_no_effect_of_any_shard_is_made_before_the_damage_is_seen() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        await rig.do("k1", "job", to="d", text="a")
        await rig.done("k1")
        await rig.p.stop()
        stores = rig.p.stores.heart
        rig.chaos.database.majority("outbox").put("00:000000000001#0", None)
        rig.chaos.database.primary("outbox").put("00:000000000001#0", None)
        rules = RuleBook({"customer": Obedient()})
        effects = Effects(stores, rig.p.bus, rig.p.clock)
        with pytest.raises(JournalDamaged, match="shard 01"):
            await recover(stores, rules, effects, {0: 0, 1: 5}, "t", rig.p.clock.now())
        assert await stores.outbox.get("00:000000000001#0") is None

    rigged(body)
