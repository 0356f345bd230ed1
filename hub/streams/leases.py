"""Who owns which shard. The lease only saves work; the fence is the journal's unique id."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from hub.ports import Clock, Shards

Doc = dict[str, Any]
BEATS_A_LEASE = 3
BEAT_MARGIN_S = 1.0


@dataclass(slots=True)
class Watch:
    """Which processes live, by our own monotonic clock; clocks are never compared.

    A process has lapsed when its counter stood still for `lease_s` while we watched.
    """

    clock: Clock
    process: str
    lease_s: float
    _seen: dict[str, tuple[int, float]] = field(default_factory=dict)

    def observe(self, beats: Mapping[str, int]) -> set[str]:
        """The processes that live, ours included."""
        now = self.clock.monotonic()
        for process, beat in beats.items():
            seen = self._seen.get(process)
            if seen is None or seen[0] != beat:
                self._seen[process] = (beat, now)
        alive = {p for p in beats if now - self._seen[p][1] < self.lease_s}
        return alive | {self.process}


async def beating(shards: Shards, clock: Clock, lease_s: float) -> set[str]:
    """The processes whose counter moves, for a program that is none of them.

    Takes a little longer than the pause between two beats; at once when nobody ever beat.
    """
    before = await shards.beats()
    if not before:
        return set()
    await clock.sleep(lease_s / BEATS_A_LEASE + BEAT_MARGIN_S)
    after = await shards.beats()
    return {process for process, beat in after.items() if before.get(process) != beat}


def free_shards(
    wanted: Collection[int], docs: Mapping[int, Doc], owned: set[int], alive: set[str], me: str
) -> dict[int, str | None]:
    """Shards to take now, with the token last seen in each.

    What is ours and was lost is taken anew in any case; what nobody holds, up to a fair share.
    """
    share = ceil(len(wanted) / len(alive))
    free: dict[int, str | None] = {}
    unheld: dict[int, str | None] = {}
    for number in sorted(set(wanted) - owned):
        doc = docs.get(number)
        if doc is None:
            unheld[number] = None
        elif doc["process"] == me:
            free[number] = doc["token"]
        elif doc["process"] not in alive:
            unheld[number] = doc["token"]
    room = max(0, share - len(owned) - len(free))
    free.update(list(unheld.items())[:room])
    return free
