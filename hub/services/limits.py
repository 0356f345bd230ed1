"""How often somebody may ask: token buckets in the memory of one process."""

from collections import OrderedDict
from dataclasses import dataclass

from hub.ports import Clock

REMEMBERED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`burst` at once, and then `per_minute`."""

    per_minute: float
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """`caller`: one user or key; `address`: all who are not signed in there, sign-ins included."""

    caller: Rate = Rate(per_minute=1200, burst=300)
    address: Rate = Rate(per_minute=120, burst=60)


class Buckets:
    """One rate for many names. The longest unused is forgotten first: by then it is full again."""

    def __init__(self, rate: Rate, clock: Clock, *, remembered: int = REMEMBERED) -> None:
        self._rate = rate
        self._clock = clock
        self._remembered = remembered
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """0 when one was left; otherwise the seconds until there is one."""
        now = self._clock.monotonic()
        left, at = self._left.pop(name, (float(self._rate.burst), now))
        left = min(self._rate.burst, left + (now - at) * self._rate.per_minute / 60)
        wait = 0.0 if left >= 1 else (1 - left) * 60 / self._rate.per_minute
        self._left[name] = (left if wait else left - 1, now)
        if len(self._left) > self._remembered:
            self._left.popitem(last=False)
        return wait
