"""The channel log over the API: who may read it, what is asked of it, and its pages."""

import asyncio
from datetime import timedelta

import pytest

from hub.model.ids import ChannelId
from hub.ports import Direction, Exchange, Outcome
from hub.services.channel_log import ChannelLog
from tests.http.world import World, eventually, world

LOG = "/api/v1/channel-log"


async def written(w: World, count: int = 4) -> None:
    """The newest is a push; `ref` counts from the oldest."""
    log = ChannelLog(w.stores.exchanges, w.clock)
    for n in range(count):
        pushed = n == count - 1
        log.record(
            Exchange(
                channel_id=ChannelId("pretend-main"),
                at=w.clock.now() + timedelta(milliseconds=n),
                direction=Direction.FROM_PROVIDER if pushed else Direction.TO_PROVIDER,
                operation="text" if pushed else "message/custom/send",
                outcome=Outcome.REFUSED if n == 1 else Outcome.OK,
                status=200,
                code="rate_limited" if n == 1 else "",
                provider_code="45011" if n == 1 else "",
                request_id=f"r-{n}",
                milliseconds=n,
                sent={"touser": "…ab"},
                ref=f"row-{n}",
            )
        )

    async def all_there() -> bool:
        return log.written == count

    async with asyncio.TaskGroup() as tasks:
        writer = tasks.create_task(log.run())
        await eventually(all_there)
        writer.cancel()


async def refs(w: World, query: str = "") -> list[str]:
    return [row["ref"] for row in (await w.get_json(f"{LOG}?{query}"))["items"]]


async def test_an_exchange_is_shown_as_it_was() -> None:
    async with world() as w:
        await written(w)
        await w.sign_in("operator1")
        row = (await w.get_json(f"{LOG}?q=45011"))["items"][0]
        assert row.pop("id")[13] == "-"
        assert row.pop("at")
        assert row == {
            "channel_id": "pretend-main",
            "direction": "out",
            "operation": "message/custom/send",
            "outcome": "refused",
            "status": 200,
            "code": "rate_limited",
            "provider_code": "45011",
            "request_id": "r-1",
            "ms": 1,
            "sent": {"touser": "…ab"},
            "received": {},
            "ref": "row-1",
        }


ASKED = [
    ("direction=in", ["row-3"]),
    ("direction=out&outcome=ok", ["row-2", "row-0"]),
    ("outcome=refused", ["row-1"]),
    ("channel_id=other", []),
    ("request_id=r-2", ["row-2"]),
    ("ref=row-0", ["row-0"]),
    ("q=RATE_", ["row-1"]),
    ("operation=text", ["row-3"]),
    ("since=2999-01-01T00:00:00Z", []),
    ("until=2001-01-01T00:00:00Z", []),
    ("since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59Z", [f"row-{n}" for n in (3, 2, 1, 0)]),
]


@pytest.mark.parametrize(("query", "found"), ASKED)
async def test_rows_are_found_by_what_is_known_of_them(query: str, found: list[str]) -> None:
    async with world() as w:
        await written(w)
        await w.sign_in("admin")
        assert await refs(w, query) == found


async def test_pages_follow_each_other() -> None:
    async with world() as w:
        await written(w, 7)
        await w.sign_in("operator1")
        seen, cursor = [], ""
        while True:
            page = await w.get_json(f"{LOG}?limit=3{cursor}")
            seen += [row["ref"] for row in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert seen == [f"row-{n}" for n in range(6, -1, -1)]


@pytest.mark.parametrize(
    "query",
    [
        "outcome=bad",
        "direction=up",
        "since=yesterday",
        "since=1700000000",
        "until=2026-11-22T10:00:00",
        "cursor=1",
        "limit=0",
        "q=",
    ],
)
async def test_a_wrong_question_is_told(query: str) -> None:
    async with world() as w:
        await w.sign_in("operator1")
        assert (await w.get(f"{LOG}?{query}")).status == 422
