"""Every task has an owner: run a body for ever, start it again after a failure."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)


class Waits(Protocol):
    """The part of `hub.ports.Clock` used here."""

    def monotonic(self) -> float: ...
    async def sleep(self, seconds: float) -> None: ...


async def supervise(
    name: str, body: Callable[[], Awaitable[None]], clock: Waits, *, longest_s: float = 30.0
) -> None:
    """Run `body` until cancelled; after an error wait 0.5 s, doubling to `longest_s`."""
    wait = 0.5
    while True:
        began = clock.monotonic()
        try:
            await body()
        except Exception:
            log.exception("task failed", task=name, again_in_s=wait)
        else:
            log.warning("task ended", task=name, again_in_s=wait)
        if clock.monotonic() - began > 60:
            wait = 0.5
        await clock.sleep(wait)
        wait = min(wait * 2, longest_s)
