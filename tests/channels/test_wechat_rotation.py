"""Token and key changed by one act, while customers write and the console lags behind."""

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from channels.registry import Kinds
from channels.wechat.adapter import WeChatAdapter
from channels.wechat.simulator.account import FaultPlan
from channels.wechat.simulator.pushes import message_fields
from hub.errors import ConfigurationError
from hub.model.ids import ChannelId
from hub.ports import Accept, WebhookReply, WebhookRequest
from hub.runtime.bus import LocalBus
from hub.services.channel_accounts import Account, ChannelAccounts, Draft
from hub.services.channel_host import ChannelHost
from hub.services.channel_log import ChannelLog
from hub.services.commands import Missing, Refusal
from hub.services.media.files import ReadyMedia
from hub.services.vault import Vault
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.channels.line import Line, line
from tests.channels.support import CHANNEL, Inbox, ManualClock, free_port, hook_server, until
from tests.channels.test_wechat_key_change import came, texts

BY = "agent:operator1"
NEW_TOKEN = "token-of-tomorrow"
NEW_KEY = base64.b64encode(hashlib.sha256(b"tomorrow").digest()).decode().rstrip("=")
SECRETS = ("app_secret", "token", "aes_key")


class House:
    """The accounts of a hub that runs; its hook asks for the adapter as it stands at each push."""

    def __init__(self, clock: ManualClock) -> None:
        stores = MemoryStores(Database(), clock)
        log = ChannelLog(stores.exchanges, clock)
        kinds = Kinds(clock, stores.tokens, ReadyMedia(stores.media), log)
        self.accounts = ChannelAccounts(stores.documents, clock, Vault([b"v" * 32]), kinds, [])
        self.host = ChannelHost(self.accounts, LocalBus(), clock)

    async def on_webhook(self, request: WebhookRequest, accept: Accept) -> WebhookReply:
        adapter = self.host[ChannelId(CHANNEL)]
        assert isinstance(adapter, WeChatAdapter)
        return await adapter.on_webhook(request, accept)

    async def add(self, it: Line) -> Account:
        document = it.world.account.channel_document(CHANNEL, it.url)
        secrets: dict[str, str | None] = {name: document.pop(name) for name in SECRETS}
        values = {name: value for name, value in document.items() if name not in {"id", "kind"}}
        draft = Draft(kind="wechat", name="", values=values, secrets=secrets)
        return await self.written(self.accounts.put(CHANNEL, draft, version=0, author=BY))

    async def rotate(self, version: int, **secrets: str) -> Account:
        rotated = self.accounts.rotate(CHANNEL, secrets, version=version, author=BY)
        return await self.written(rotated)

    async def written(self, act: Any) -> Account:
        account = await act
        assert isinstance(account, Account)
        await self.host.load()
        return account


@asynccontextmanager
async def house() -> AsyncIterator[tuple[Line, House, Inbox]]:
    inbox, port = Inbox(), free_port()
    async with line() as it:
        made = House(it.clock)
        await made.add(it)
        async with hook_server(made, inbox.accept, it.clock, port) as hook:
            it.world.hook = hook
            yield it, made, inbox


def write(it: Line, start: int) -> None:
    for n in range(start, start + 50):
        it.deliveries.message(it.phone, message_fields("text", {"Content": f"第{n}句"}))


async def test_nothing_is_lost_while_token_and_key_are_rotated() -> None:
    """Rotated amid pushes by the old ones; then the console changes, and mixes for a while."""
    async with house() as (it, made, inbox):
        old = (it.world.account.token, it.world.account.aes_key)
        new = (NEW_TOKEN, NEW_KEY)
        write(it, 0)
        await until(partial(came, inbox, 10))
        await made.rotate(1, token=NEW_TOKEN, aes_key=NEW_KEY)
        for round_, (token, key) in enumerate((new, old, new), start=1):
            it.world.account.token = token
            it.world.plan(FaultPlan(aes_key=key))
            write(it, round_ * 50)
            await until(partial(came, inbox, round_ * 50 + 10))
        await until(lambda: len(inbox.taken) == 200)
        assert sorted(texts(inbox)) == sorted(f"第{n}句" for n in range(200))
        assert {push["attempts"] for push in it.world.pushes} == {1}


async def test_the_one_before_the_last_is_not_taken_any_more() -> None:
    async with house() as (it, made, inbox):
        await made.rotate(1, token="second-token")
        await made.rotate(2, token="third-token")
        it.deliveries.message(it.phone, message_fields("text", {"Content": "x"}))
        await until(lambda: it.world.pushes[0]["attempts"] > 0)
        await until(lambda: made.host[ChannelId(CHANNEL)].health()["rejected_pushes"] != "0")
        assert inbox.taken == []


async def test_only_the_secrets_that_were_named_move_on() -> None:
    async with house() as (_, made, _inbox):
        account = await made.rotate(1, aes_key=NEW_KEY)
        assert sorted(account.secrets) == ["aes_key", "app_secret", "previous_aes_key", "token"]


WRONG = [
    ({"app_secret": "x" * 32}, "app_secret", "has no place for the one before"),
    ({"previous_token": "x" * 8}, "previous_token", "has no place for the one before"),
    ({"aes_key": "short"}, "aes_key", "must be the 43 characters of the EncodingAESKey"),
]


@pytest.mark.parametrize(("secrets", "name", "problem"), WRONG)
async def test_what_cannot_be_rotated_is_named(
    secrets: dict[str, str], name: str, problem: str
) -> None:
    async with house() as (_, made, _inbox):
        with pytest.raises(ConfigurationError) as caught:
            await made.accounts.rotate(CHANNEL, secrets, version=1, author=BY)
        assert caught.value.key == name
        assert caught.value.problem.endswith(problem)


async def test_the_same_secret_again_would_take_the_old_one_away() -> None:
    async with house() as (it, made, _inbox):
        with pytest.raises(ConfigurationError) as caught:
            await made.accounts.rotate(
                CHANNEL, {"token": it.world.account.token}, version=1, author=BY
            )
        assert (caught.value.key, caught.value.problem) == ("token", "is the one in use")


async def test_an_outdated_version_and_an_unknown_account_are_refused() -> None:
    async with house() as (_, made, _inbox):
        stale = await made.accounts.rotate(CHANNEL, {"token": "abc"}, version=9, author=BY)
        assert isinstance(stale, Refusal)
        assert stale.reason == "stale_version"
        nobody = await made.accounts.rotate("nobody", {"token": "abc"}, version=1, author=BY)
        assert isinstance(nobody, Missing)
