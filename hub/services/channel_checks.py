"""What an account page asks of an adapter: a test of its credentials, and its quotas."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from weakref import WeakKeyDictionary

from hub.errors import ConfigurationError, PermanentSendError, RetryableSendError, SendError
from hub.ports import ChannelAdapter, ChannelKinds, Clock, SupportsAccount

CONFIGURATION, REACHABLE, CREDENTIALS, CLOCK = (
    "configuration",
    "reachable",
    "credentials",
    "clock",
)
PROVIDER_TIME = "provider_time"
TEST_S = 25.0
SKEW = timedelta(seconds=60)
"""Providers reject calls, and we their pushes, when the clocks are further apart than minutes."""

QUOTA_S = 3.0
QUOTA_KEPT_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`code` is stable, "" when it is fine; `detail` is for people, without secrets."""

    name: str
    ok: bool
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    name: str
    used: int | None
    limit: int | None
    until: datetime | None = None


def refused(error: ConfigurationError) -> tuple[Check, ...]:
    """The checks of a draft that is not even complete."""
    return (
        Check(
            name=CONFIGURATION, ok=False, code="wrong_field", detail=f"{error.key} {error.problem}"
        ),
    )


async def check(
    kinds: ChannelKinds, document: Mapping[str, Any], clock: Clock
) -> tuple[Check, ...]:
    """Ask the provider by one harmless call; nothing is kept."""
    try:
        adapter = kinds.build(document)
    except ConfigurationError as error:
        return refused(error)
    fine = Check(name=CONFIGURATION, ok=True)
    if not hasattr(adapter, "test"):
        return (fine,)
    try:
        async with asyncio.timeout(TEST_S):
            facts = await cast(SupportsAccount, adapter).test()
    except (RetryableSendError, PermanentSendError) as error:
        return (fine, *_failed(error))
    except TimeoutError:
        return (fine, Check(name=REACHABLE, ok=False, code="no_answer_in_time"))
    shown = ", ".join(f"{k}: {v}" for k, v in facts.items() if k != PROVIDER_TIME)
    return (
        fine,
        Check(name=REACHABLE, ok=True),
        Check(name=CREDENTIALS, ok=True, detail=shown),
        *_clock(facts.get(PROVIDER_TIME), clock.now()),
    )


def _failed(error: SendError) -> tuple[Check, ...]:
    """An answer with a code of the provider's own came from the provider: only a status of HTTP
    may be somebody else's."""
    code = error.provider_code
    if not code or (code.isdigit() and len(code) == 3):
        told = f"{code} {error.detail}".strip()
        return (Check(name=REACHABLE, ok=False, code=error.code, detail=told),)
    detail = f"{code} {error.detail}".strip()
    return (
        Check(name=REACHABLE, ok=True),
        Check(name=CREDENTIALS, ok=False, code=error.code, detail=detail),
    )


def _clock(told: str | None, now: datetime) -> tuple[Check, ...]:
    if not told:
        return ()
    apart = abs(now - datetime.fromisoformat(told))
    detail = f"{apart.total_seconds():.0f} s"
    if apart <= SKEW:
        return (Check(name=CLOCK, ok=True, detail=detail),)
    return (Check(name=CLOCK, ok=False, code="clock_skew", detail=detail),)


@dataclass(slots=True, kw_only=True)
class _Known:
    quotas: tuple[Quota, ...]
    asked_at: float


class Quotas:
    """What providers told of their quotas, asked again after `QUOTA_KEPT_S`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: WeakKeyDictionary[ChannelAdapter, _Known] = WeakKeyDictionary()

    def of(self, adapter: ChannelAdapter) -> tuple[Quota, ...]:
        """What is known; asks nobody."""
        known = self._known.get(adapter)
        return () if known is None else known.quotas

    async def ask(self, adapters: Sequence[ChannelAdapter]) -> None:
        """What is not told in time stays as it was told before."""
        async with asyncio.TaskGroup() as tasks:
            for adapter in adapters:
                tasks.create_task(self._ask(adapter))

    async def _ask(self, adapter: ChannelAdapter) -> None:
        now = self._clock.monotonic()
        known = self._known.get(adapter)
        if known is not None and now - known.asked_at < QUOTA_KEPT_S:
            return
        self._known[adapter] = known = _Known(
            quotas=() if known is None else known.quotas, asked_at=now
        )
        if not hasattr(adapter, "quota"):
            return
        try:
            async with asyncio.timeout(QUOTA_S):
                told = await cast(SupportsAccount, adapter).quota()
        except (SendError, TimeoutError):
            return
        known.quotas = tuple(
            Quota(name=name, used=_used(numbers), limit=numbers.get("daily_limit"))
            for name, numbers in told.items()
        )


def _used(numbers: Mapping[str, int]) -> int | None:
    if "used" in numbers:
        return numbers["used"]
    if "daily_limit" in numbers and "remain" in numbers:
        return numbers["daily_limit"] - numbers["remain"]
    return None
