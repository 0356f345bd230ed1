"""Files stand at a provider's own server too: of accounts as they are now, and of no others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from channels.registry import Kinds
from hub.config.media import intake_of, media_worker
from hub.config.settings import Media, Settings
from hub.model.codec import pack, unpack_as
from hub.model.ids import ChannelId
from hub.model.inputs import MediaReport
from hub.model.message import MediaKind, MediaPart
from hub.runtime.bus import LocalBus
from hub.services.channel_accounts import ChannelAccounts, Draft
from hub.services.channel_host import ChannelHost
from hub.services.channel_log import ChannelLog
from hub.services.media.files import ReadyMedia
from hub.services.media.worker import MediaWorker
from hub.services.vault import Vault
from hub.store.embedded_process import pick_port
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.fakes.clock import NOON, ManualClock
from tests.services.media import samples

LIVE = ChannelId("added-live")
OTHER = ChannelId("another")
BY = "agent:admin"
PNG = samples.image("PNG")


@asynccontextmanager
async def provider() -> AsyncIterator[str]:
    """A server in our own network; its address."""

    async def picture(request: web.Request) -> web.Response:
        return web.Response(body=PNG, content_type="image/png")

    app = web.Application()
    app.router.add_get("/picture", picture)
    runner, port = web.AppRunner(app), pick_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


class House:
    """The fetching part of a hub whose file names no account at all."""

    def __init__(self, **media: Any) -> None:
        clock = ManualClock()
        stores = MemoryStores(Database(), clock)
        log = ChannelLog(stores.exchanges, clock)
        kinds = Kinds(clock, stores.tokens, ReadyMedia(stores.media), log)
        accounts = ChannelAccounts(stores.documents, clock, Vault([b"v" * 32]), kinds, [])
        settings = Settings(media=Media(**media))
        intake = intake_of(settings, stores.media)
        self.host = ChannelHost(accounts, LocalBus(), clock)
        self.worker: MediaWorker = media_worker(settings, intake, self.host, log, clock)
        self.log, self.exchanges = log, stores.exchanges
        self.fetched = 0

    async def add(self, channel_id: ChannelId, base_url: str, version: int = 0) -> None:
        values = {"account": "gh_1", "app_id": "wx1", "mode": "plain", "base_url": base_url}
        draft = Draft(
            kind="wechat",
            name="",
            values=values,
            secrets={"app_secret": "s" * 32, "token": "token"},
        )
        await self.host.accounts.put(channel_id, draft, version=version, author=BY)
        await self.host.load()

    async def fetch(self, url: str, channel_id: ChannelId = LIVE) -> str:
        """What became of a picture that is said to stand there: "stored", or why not."""
        self.fetched += 1
        media_id = f"{self.fetched:032x}"
        part = MediaPart(media=MediaKind.IMAGE, provider_ref="", url=url, media_id=media_id)
        body = {
            "media_id": media_id,
            "channel_id": channel_id,
            "conversation_id": "c.1",
            "message_id": "c.1.1",
            "index": 0,
            "part": pack(part),
        }
        done = await self.worker.do({"_id": media_id, "attempts": 0, "at": NOON, "body": body})
        [(_, told)] = done.inputs
        report = unpack_as(told, MediaReport)
        return report.code or report.state.value


async def test_a_file_at_the_provider_of_an_account_added_live_is_fetched() -> None:
    house = House()
    async with provider() as ours:
        assert await house.fetch(f"{ours}/picture") == "address_not_public"
        await house.add(LIVE, ours)
        assert await house.fetch(f"{ours}/picture") == "stored"


async def test_other_servers_inside_stay_closed_and_other_accounts_gain_nothing() -> None:
    house = House()
    async with provider() as ours, provider() as foreign:
        await house.add(LIVE, ours)
        await house.add(OTHER, "https://api.weixin.qq.com")
        assert await house.fetch(f"{foreign}/picture") == "address_not_public"
        assert await house.fetch(f"{ours}/picture", OTHER) == "address_not_public"
        assert await house.fetch(f"{ours}/picture", ChannelId("nobody")) == "address_not_public"


async def test_an_account_that_moves_or_goes_takes_its_leave_with_it() -> None:
    house = House()
    async with provider() as before, provider() as after:
        await house.add(LIVE, before)
        await house.add(LIVE, after, version=1)
        assert await house.fetch(f"{before}/picture") == "address_not_public"
        assert await house.fetch(f"{after}/picture") == "stored"
        await house.host.accounts.pause(LIVE, author=BY)
        assert await house.host.accounts.remove(LIVE, version=2, author=BY) is None
        await house.host.load()
        assert await house.fetch(f"{after}/picture") == "address_not_public"


@pytest.mark.parametrize("channel_id", [LIVE, ChannelId("nobody")])
async def test_a_server_named_in_the_settings_is_open_to_all_accounts(
    channel_id: ChannelId,
) -> None:
    async with provider() as ours:
        house = House(fetch_from=(ours,))
        assert await house.fetch(f"{ours}/picture", channel_id) == "stored"
