"""What every store promises of the channel log."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.ports import Doc, ExchangeQuery
from hub.store.mongo.stores import MongoStores
from tests.fakes.clock import NOON
from tests.fakes.stores import Stores


def row(number: int, *, minutes: float = 0, **more: Any) -> Doc:
    at = NOON - timedelta(minutes=minutes)
    return {
        "_id": f"{round(at.timestamp() * 1000):013d}-0a0b0c0d-{number:08x}",
        "channel_id": "wx",
        "at": at,
        "direction": "to_provider",
        "operation": "message/custom/send",
        "outcome": "ok",
        "status": 200,
        "milliseconds": 12,
        "sent": [["text.content", "‹2 characters›"]],
        "received": [["$errcode", "0"]],
        "expire_at": at + timedelta(days=30),
        **more,
    }


async def numbers(stores: Stores, limit: int = 50, before: str = "", **asked: Any) -> list[int]:
    rows = await stores.exchanges.page(ExchangeQuery(**asked), limit=limit, before=before)
    return [int(each["_id"][-8:], 16) for each in rows]


async def test_a_row_comes_back_as_it_was_given(stores: Stores) -> None:
    given = row(1, outcome="refused", code="reply_window_closed", ref="00:1#0")
    await stores.exchanges.add([given])
    assert await stores.exchanges.page(ExchangeQuery(), limit=5) == [given]


async def test_a_row_added_again_stays_as_it_was(stores: Stores) -> None:
    await stores.exchanges.add([row(1), row(2)])
    await stores.exchanges.add([row(2, status=500), row(3)])
    assert await numbers(stores) == [3, 2, 1]
    assert {each["status"] for each in await stores.exchanges.page(ExchangeQuery(), limit=5)} == {
        200
    }
    await stores.exchanges.add([])


async def test_pages_are_newest_first_over_minutes_days_and_months(stores: Stores) -> None:
    ages = [0, 0, 0, 5, 90, 400, 5_000, 60_000]
    await stores.exchanges.add([row(n, minutes=age) for n, age in enumerate(ages)])
    assert await numbers(stores) == [2, 1, 0, 3, 4, 5, 6, 7]
    seen: list[int] = []
    before = ""
    while rows := await stores.exchanges.page(ExchangeQuery(), limit=3, before=before):
        seen += [int(each["_id"][-8:], 16) for each in rows]
        before = rows[-1]["_id"]
    assert seen == [2, 1, 0, 3, 4, 5, 6, 7]


async def test_a_page_begins_behind_the_row_seen_last_also_among_equal_times(
    stores: Stores,
) -> None:
    await stores.exchanges.add([row(n) for n in range(5)])
    assert await numbers(stores, limit=2, before=row(3)["_id"]) == [2, 1]
    assert await numbers(stores, before=row(0)["_id"]) == []


FIELDS: list[tuple[dict[str, Any], list[int]]] = [
    ({"channel_id": "wx"}, [3, 2, 1]),
    ({"channel_id": "w"}, []),
    ({"direction": "from_provider"}, [4]),
    ({"outcome": "ok"}, [4, 1]),
    ({"outcome": "refused"}, [3]),
    ({"outcome": "uncertain"}, [2]),
    ({"operation": "media/upload"}, [2]),
    ({"operation": "media"}, []),
    ({"request_id": "r-3"}, [3]),
    ({"ref": "00:1#0"}, [3, 1]),
    ({"ref": "00:1#0", "outcome": "refused"}, [3]),
    ({"text": "MEDIA"}, [2]),
    ({"text": "45047"}, [3]),
    ({"text": "window_cl"}, [3]),
    ({"text": "."}, []),
    ({"text": "custom/send", "channel_id": "other"}, []),
]


@pytest.mark.parametrize(("asked", "found"), FIELDS)
async def test_rows_are_found_by_their_fields_and_by_words_of_operation_and_codes(
    stores: Stores, asked: dict[str, Any], found: list[int]
) -> None:
    await stores.exchanges.add(
        [
            row(1, ref="00:1#0"),
            row(2, operation="media/upload", outcome="uncertain", code="no_answer_in_time"),
            row(
                3,
                outcome="refused",
                code="reply_window_closed",
                provider_code="45047",
                request_id="r-3",
                ref="00:1#0",
            ),
            row(4, channel_id="other", direction="from_provider", operation="text"),
        ]
    )
    assert await numbers(stores, **asked) == found


SPANS: list[tuple[datetime | None, datetime | None, list[int]]] = [
    (NOON - timedelta(minutes=5), None, [0, 5]),
    (None, NOON - timedelta(minutes=5), [90, 5000]),
    (NOON - timedelta(minutes=90), NOON, [5, 90]),
    (NOON - timedelta(days=2), NOON - timedelta(minutes=5), [90]),
    (NOON, NOON, []),
]


@pytest.mark.parametrize(("since", "until", "found"), SPANS)
async def test_a_span_holds_its_beginning_and_not_its_end(
    stores: Stores, since: datetime | None, until: datetime | None, found: list[int]
) -> None:
    await stores.exchanges.add([row(age, minutes=age) for age in (0, 5, 90, 5000)])
    assert await numbers(stores, since=since, until=until) == found
    before = row(0)["_id"]
    assert await numbers(stores, since=since, until=until, before=before) == [
        each for each in found if each
    ]


async def test_rows_expire_by_the_time_written_in_them(mongo_stores: MongoStores) -> None:
    information = await mongo_stores.database["exchanges"].index_information()
    expiring = [i for i in information.values() if "expireAfterSeconds" in i]
    assert [(i["key"], i["expireAfterSeconds"]) for i in expiring] == [([("expire_at", 1)], 0)]
