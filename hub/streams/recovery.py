"""Taking a shard: finish what every commit after the cursor owes, before the inbox is read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.errors import JournalDamaged
from hub.model.ids import commit_id
from hub.ports import HeartStores
from hub.streams.effects import Effects, rows_of
from hub.streams.loading import effects_of, load_streams
from hub.streams.shard import RuleBook, Shard

Doc = dict[str, Any]
PAGE = 500


async def recover(
    stores: HeartStores,
    rules: RuleBook,
    effects: Effects,
    taken: Mapping[int, int],
    token: str,
    start: datetime,
) -> list[Shard]:
    """Shards ready to decide; `taken` maps each to its cursor, `token` is fresh for this load.

    Raises:
        StoreUncertain: take them again under another token.
        JournalDamaged: a cursor stands behind the end of the journal; no effect was made.
    """
    shards = [
        Shard(number, token, cursor, await _reached(stores, number, cursor) if cursor else start)
        for number, cursor in taken.items()
    ]
    heads = await stores.journal.tails(taken)
    for shard in shards:
        if shard.number in heads:
            await _finish(stores, rules, effects, shard)
    moved = {s.number: s.n for s in shards if s.n > taken[s.number]}
    if moved:
        await stores.shards.advance(moved)
    return shards


async def _reached(stores: HeartStores, number: int, cursor: int) -> datetime:
    """The time of the commit at the cursor.

    A new primary may show an older majority until it has written something by the majority, so a
    commit counts as missing only when it is not found after such a write.
    """
    place = commit_id(number, cursor)
    commit = await stores.journal.get(place)
    if commit is None:
        await stores.shards.advance({number: cursor})
        commit = await stores.journal.get(place)
    if commit is None:
        raise JournalDamaged(
            f"the journal of shard {number:02x} is damaged: its effects are made up to commit "
            f"{place}, which is missing. Nothing was decided, sent or changed in this shard. "
            "Restore a backup of the whole database; `lianluo verify` lists what is missing."
        )
    at: datetime = commit["at"]
    return at


async def _finish(stores: HeartStores, rules: RuleBook, effects: Effects, shard: Shard) -> None:
    while True:
        tail = await stores.journal.tail(shard.number, shard.n, PAGE)
        if not tail:
            return
        await effects.make(*rows_of([(c, effects_of(rules, c)) for c in tail]))
        held = await load_streams(stores, rules, {c["stream"] for c in tail})
        await effects.set_alarms(
            {s: (shard.number, h.state.seq, h.rules.due(h.state)) for s, h in held.items()}
        )
        keys = [c["input"]["key"] for c in tail]
        await effects.mark([k for k in keys if not k.startswith("t:")])
        shard.known.update(keys)
        shard.n = tail[-1]["n"]
        shard.at = max(shard.at, tail[-1]["at"])
