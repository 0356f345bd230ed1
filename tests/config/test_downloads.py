"""Every file fetched from an address leaves a row in the channel log, without the address."""

import asyncio
from typing import Any

from hub.ports import ExchangeQuery
from tests.config.test_media_origins import LIVE, PNG, House, provider

KEY_TO_THE_FILE = "picture?ticket=canary-7f3a"


async def rows(house: House) -> list[dict[str, Any]]:
    """What the log holds once it is written to the end."""
    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(house.log.run())
        await asyncio.sleep(0)
        writing.cancel()
    found = await house.exchanges.page(ExchangeQuery(), limit=10)
    return [row for row in found if row["operation"] == "download"]


async def test_a_download_is_written_down_with_its_size_and_without_its_address() -> None:
    house = House()
    async with provider() as ours:
        await house.add(LIVE, ours)
        assert await house.fetch(f"{ours}/{KEY_TO_THE_FILE}") == "stored"
    [row] = await rows(house)
    assert (row["channel_id"], row["outcome"], row["status"]) == (LIVE, "ok", 200)
    assert row["ref"] == f"{1:032x}"
    assert dict(row["received"]) == {"content_type": "image/png", "bytes": str(len(PNG))}
    assert dict(row["sent"])["host"] == "127.0.0.1"
    assert "canary" not in str(row)


async def test_a_download_that_fails_is_written_down_with_the_reason() -> None:
    house = House()
    async with provider() as ours:
        assert await house.fetch(f"{ours}/{KEY_TO_THE_FILE}") == "address_not_public"
        await house.add(LIVE, ours)
        assert await house.fetch(f"{ours}/gone?ticket=canary") == "media_gone"
    found = [(row["outcome"], row["code"], row["status"]) for row in await rows(house)]
    assert found == [("refused", "media_gone", 404), ("refused", "address_not_public", 0)]
