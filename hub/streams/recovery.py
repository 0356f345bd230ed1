"""Taking a shard: finish what every commit after the cursor owes, before the inbox is read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
    """
    heads = await stores.journal.tails(taken)
    shards = []
    for number, cursor in taken.items():
        shard = Shard(number, token, cursor, start)
        if number in heads:
            await _finish(stores, rules, effects, shard)
        elif cursor:
            last = await stores.journal.get(commit_id(number, cursor))
            if last is not None:
                shard.at = last["at"]
        shards.append(shard)
    moved = {s.number: s.n for s in shards if s.n > taken[s.number]}
    if moved:
        await stores.shards.advance(moved)
    return shards


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
