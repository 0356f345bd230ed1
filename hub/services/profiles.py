"""The worker of the outbox that asks providers who a customer is.

Nobody waits for it: what a provider does not tell is left unknown after a while.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import structlog

from hub.errors import PermanentSendError, RetryableSendError, StoreUncertain
from hub.model.codec import pack, unpack_as
from hub.model.ids import ChannelId, CustomerId, stream_name
from hub.model.inputs import ProfileReport
from hub.model.message import Address
from hub.model.profile import Profile
from hub.ports import ChannelAdapter, Clock, SupportsProfiles
from hub.services.limits import Buckets, Rate
from hub.services.persons import Persons
from hub.streams.sending import Done, later

Doc = dict[str, Any]
log = structlog.get_logger(__name__)
NO_ROOM = timedelta(seconds=1)


RATE = Rate(per_minute=600, burst=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`at_once` calls of one process, so that they never keep words waiting; `rate` of one account.
    Pauses double from `first_pause_s`; after `tries` the provider is left alone until the customer
    follows again."""

    at_once: int = 4
    rate: Rate = RATE
    step_s: float = 8.0
    first_pause_s: float = 5.0
    tries: int = 6


class ProfileWorker:
    def __init__(
        self,
        adapters: Mapping[ChannelId, ChannelAdapter],
        persons: Persons,
        clock: Clock,
        pace: Pace | None = None,
    ) -> None:
        self._adapters = adapters
        self._persons = persons
        self._clock = clock
        self._pace = pace or Pace()
        self._room = Buckets(self._pace.rate, clock)
        self._working = 0

    async def do(self, row: Doc) -> Done:
        address: Address = unpack_as(row["body"]["address"], Address)
        adapter = self._adapters.get(address.channel_id)
        if adapter is None or not hasattr(adapter, "fetch_profile"):
            return _done()
        if pause := self._pause(address.channel_id):
            return later(row, self._clock.now() + pause, row.get("code", ""), attempt=False)
        self._working += 1
        try:
            async with asyncio.timeout(self._pace.step_s):
                profile = await cast(SupportsProfiles, adapter).fetch_profile(address)
                return await self._report(row, address, profile)
        except PermanentSendError as error:
            log.info("no profile", row=row["_id"], code=error.code)
            return _done()
        except RetryableSendError as error:
            return self._again(row, error.code, error.retry_after)
        except (StoreUncertain, TimeoutError):
            return self._again(row, "no_answer_in_time")
        finally:
            self._working -= 1

    def _pause(self, channel_id: ChannelId) -> timedelta | None:
        if self._working >= self._pace.at_once:
            return NO_ROOM
        wait = self._room.take(channel_id)
        return timedelta(seconds=wait) if wait else None

    async def _report(self, row: Doc, address: Address, profile: Profile) -> Done:
        own = CustomerId(stream_name(row["stream"]))
        same_as = await self._persons.same_as(profile.union_id, own)
        told = ProfileReport(address=address, profile=profile, same_as=same_as)
        return _done((f"p:{row['_id']}", pack(told)))

    def _again(self, row: Doc, code: str, wish: timedelta | None = None) -> Done:
        attempts = row["attempts"]
        if attempts + 1 >= self._pace.tries:
            log.info("profile given up", row=row["_id"], code=code)
            return _done()
        wait = wish or timedelta(seconds=self._pace.first_pause_s * 2**attempts)
        return later(row, self._clock.now() + wait, code)


def _done(*inputs: tuple[str, Doc]) -> Done:
    return Done(change={"state": "done", "told": True}, inputs=inputs)
