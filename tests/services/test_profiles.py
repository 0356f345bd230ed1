"""Asking providers who a customer is: with patience, not many at once, not for ever."""

import asyncio
from datetime import timedelta
from typing import Any

from hub.errors import PermanentSendError, RetryableSendError
from hub.model.codec import unpack_as
from hub.model.ids import ChannelId, CustomerId
from hub.model.inputs import ProfileReport
from hub.model.message import Address
from hub.model.profile import Profile
from hub.services.limits import Rate
from hub.services.persons import Persons
from hub.services.profiles import Pace, ProfileWorker
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.fakes.clock import ManualClock

WX = ChannelId("wechat-main")
FIRST, SECOND = CustomerId("1" * 20), CustomerId("2" * 20)
KNOWN = Profile(following=True, union_id="o6_u")


def row_of(customer: CustomerId = FIRST, attempts: int = 0) -> dict[str, Any]:
    return {
        "_id": f"00:1#{customer[:2]}",
        "stream": f"customer:{customer}",
        "attempts": attempts,
        "body": {"address": {"channel_id": WX, "value": f"o-{customer[:2]}"}},
    }


class Provider:
    def __init__(self) -> None:
        self.answer: Profile | Exception = KNOWN
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch_profile(self, address: Address) -> Profile:
        self.asked += 1
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Desk:
    def __init__(self, pace: Pace | None = None) -> None:
        self.clock, self.provider = ManualClock(), Provider()
        self.stores = MemoryStores(Database(), self.clock)
        persons = Persons(self.stores.documents, self.stores.reading)
        adapters: dict[ChannelId, Any] = {WX: self.provider}
        self.worker = ProfileWorker(adapters, persons, self.clock, pace)

    async def told(self, row: dict[str, Any]) -> ProfileReport:
        done = await self.worker.do(row)
        assert done.change == {"state": "done", "told": True}
        [(key, body)] = done.inputs
        assert key == f"p:{row['_id']}"
        return unpack_as(body, ProfileReport)


async def test_what_the_provider_tells_is_an_input_of_the_customer() -> None:
    desk = Desk()
    report = await desk.told(row_of())
    assert report.profile == KNOWN
    assert report.address == Address(channel_id=WX, value="o-11")
    assert report.same_as is None


async def test_the_second_customer_of_one_person_is_told_of_the_first() -> None:
    desk = Desk()
    await desk.told(row_of(FIRST))
    assert (await desk.told(row_of(SECOND))).same_as == FIRST
    assert (await desk.told(row_of(FIRST))).same_as is None


async def test_people_without_a_common_id_stay_apart() -> None:
    desk = Desk()
    desk.provider.answer = Profile(following=True)
    await desk.told(row_of(FIRST))
    assert (await desk.told(row_of(SECOND))).same_as is None


async def test_a_refusal_for_now_is_asked_again_later_and_later_and_then_given_up() -> None:
    desk = Desk(Pace(first_pause_s=5, tries=3))
    desk.provider.answer = RetryableSendError("provider_busy", provider_code="-1")
    pauses = []
    for attempts in range(2):
        change = (await desk.worker.do(row_of(attempts=attempts))).change
        assert (change["state"], change["open"], change["attempts"]) == (
            "queued", True, attempts + 1,
        )  # fmt: skip
        pauses.append(change["not_before"] - desk.clock.now())
    assert pauses == [timedelta(seconds=5), timedelta(seconds=10)]
    last = await desk.worker.do(row_of(attempts=2))
    assert (last.change, last.inputs) == ({"state": "done", "told": True}, ())


async def test_the_providers_own_wish_for_a_pause_is_kept() -> None:
    desk = Desk()
    wish = timedelta(seconds=60)
    desk.provider.answer = RetryableSendError("rate_limited", retry_after=wish)
    change = (await desk.worker.do(row_of())).change
    assert change["not_before"] - desk.clock.now() == wish


async def test_a_refusal_for_good_is_no_dead_letter() -> None:
    desk = Desk()
    desk.provider.answer = PermanentSendError("bad_address", provider_code="40003")
    done = await desk.worker.do(row_of())
    assert (done.change, done.inputs) == ({"state": "done", "told": True}, ())


async def test_a_channel_that_tells_nothing_is_left_alone() -> None:
    desk = Desk()
    row = row_of()
    row["body"]["address"]["channel_id"] = "elsewhere"
    assert (await desk.worker.do(row)).inputs == ()
    assert desk.provider.asked == 0


async def test_only_so_many_are_asked_at_once_and_waiting_is_no_try() -> None:
    desk = Desk(Pace(at_once=1))
    desk.provider.gate.clear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(desk.worker.do(row_of(FIRST)))
        await asyncio.sleep(0)
        change = (await desk.worker.do(row_of(SECOND))).change
        desk.provider.gate.set()
    assert (change["state"], change["attempts"]) == ("queued", 0)
    assert desk.provider.asked == 1


async def test_an_account_is_asked_no_faster_than_its_rate() -> None:
    desk = Desk(Pace(rate=Rate(per_minute=60, burst=2)))
    changes = [(await desk.worker.do(row_of())).change for _ in range(3)]
    assert [each["state"] for each in changes] == ["done", "done", "queued"]
    assert changes[2]["not_before"] - desk.clock.now() == timedelta(seconds=1)
    desk.clock.advance(timedelta(seconds=1))
    assert (await desk.worker.do(row_of())).change["state"] == "done"


async def test_a_customer_who_was_merged_is_named_by_what_became_of_it() -> None:
    desk = Desk()
    third = CustomerId("3" * 20)
    await desk.told(row_of(SECOND))
    projection = {"_id": SECOND, "merged_into": FIRST, "shard": 0, "n": 1}
    await desk.stores.heart.projections.save("customers", [projection])
    assert (await desk.told(row_of(third))).same_as == FIRST
