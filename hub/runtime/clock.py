"""The system's clock; the only place that reads it."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """Implements `hub.ports.Clock`."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time_ns() // 1_000_000 / 1000, UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
