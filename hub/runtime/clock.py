"""The system's clock; the only place that reads it."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SystemClock:
    """Implements `hub.ports.Clock`."""

    def now(self) -> datetime:
        return EPOCH + timedelta(milliseconds=time.time_ns() // 1_000_000)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
