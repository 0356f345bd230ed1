"""Accounts that come, change, stand still and go while the hub runs."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from hub.errors import PermanentSendError, SendHeld
from hub.model.codec import pack, plain
from hub.model.ids import ChannelId
from hub.model.inputs import Inbound
from hub.model.message import Address, Part, TextPart
from hub.ports import Accept, Capabilities, Doc, SendReceipt
from hub.runtime.bus import LocalBus
from hub.runtime.clock import SystemClock
from hub.services import channel_host
from hub.services.channel_accounts import Account, Draft
from hub.services.channel_host import AccountState, ChannelHost, Seen
from hub.services.commands import Missing, Refusal
from hub.services.delivery import message_worker
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from hub.streams.sending import Worker
from tests.fakes.channels import PRETEND, host_of
from tests.fakes.media import links_of

FILE = ChannelId("in-file")
HERE = ChannelId("added")
BY = "agent:admin"
TEXT = Capabilities(parts=frozenset({"TextPart"}), max_text=600)


@dataclass(eq=False)
class Adapter:
    """`gate` holds its sends up; `runs` counts how often it serves."""

    document: Mapping[str, Any]
    kind: str = PRETEND
    capabilities: Capabilities = TEXT
    serving: bool = False
    runs: int = 0
    sent: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    state: str = "ok"

    def __post_init__(self) -> None:
        self.id = ChannelId(self.document["id"])
        self.gate.set()

    async def run(self, accept: Accept) -> None:
        self.serving, self.runs = True, self.runs + 1
        try:
            await asyncio.Event().wait()
        finally:
            self.serving = False

    async def send(self, to: Address, part: Part, *, key: str) -> SendReceipt:
        await self.gate.wait()
        assert self.serving, "cut off while sending"
        assert isinstance(part, TextPart)
        self.sent.append(part.text)
        return SendReceipt()

    def health(self) -> Mapping[str, str]:
        return {"state": self.state}


@dataclass(kw_only=True)
class Rig:
    host: ChannelHost
    built: list[Adapter]
    stores: MemoryStores

    def made(self, channel_id: ChannelId) -> list[Adapter]:
        return [each for each in self.built if each.id == channel_id]

    async def put(self, version: int = 0, account: str = "gh", **secrets: str | None) -> Any:
        draft = Draft(kind=PRETEND, name="", values={"account": account}, secrets=secrets)
        written = await self.host.accounts.put(HERE, draft, version=version, author=BY)
        await self.host.changed()
        return written

    async def account(self, channel_id: ChannelId = HERE) -> Account:
        found = await self.host.accounts.get(channel_id)
        assert found is not None
        return found

    async def state(self, channel_id: ChannelId = HERE) -> AccountState:
        return self.host.state_of(await self.account(channel_id))

    async def send(self, text: str) -> None:
        await self.worker(row(text))

    @property
    def worker(self) -> Worker:
        links = links_of(self.stores.media, SystemClock())
        return self.host.guarded(message_worker(self.host, links))


async def nobody(inbound: Inbound) -> bool:
    raise AssertionError


def row(text: str, channel_id: ChannelId = HERE) -> Doc:
    to = Address(channel_id=channel_id, value="o-1")
    return {"_id": "00:1#0", "body": {"address": plain(to), "part": pack(TextPart(text=text))}}


def rig_on(stores: MemoryStores) -> Rig:
    built: list[Adapter] = []

    def make(document: Mapping[str, Any]) -> Adapter:
        built.append(Adapter(document))
        return built[-1]

    of_file = [{"id": FILE, "kind": PRETEND, "account": "gh_file", "secret": "s"}]
    host = host_of(stores.documents, SystemClock(), LocalBus(), make, of_file)
    return Rig(host=host, built=built, stores=stores)


@asynccontextmanager
async def running(stores: MemoryStores | None = None) -> AsyncIterator[Rig]:
    made = rig_on(stores or MemoryStores(Database(), SystemClock()))
    await made.host.load()
    async with asyncio.TaskGroup() as tasks:
        life = tasks.create_task(made.host.run(nobody))
        await asyncio.sleep(0)
        yield made
        life.cancel()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_accounts_of_the_file_are_served_from_the_start() -> None:
    async with running() as it:
        assert list(it.host) == [FILE]
        await settled()
        assert it.made(FILE)[0].serving
        account = await it.account(FILE)
        assert (account.source, account.version, account.values) == (
            "file",
            0,
            {"account": "gh_file"},
        )
        assert account.secrets == {"secret": None}
        assert await it.state(FILE) == "running"


async def test_an_added_account_is_served_without_a_restart() -> None:
    async with running() as it:
        seen = Seen(it.host, lambda channel: channel.kind)
        assert seen.get(HERE) is None
        await it.put(secret="hush")
        assert dict(seen) == {FILE: "pretend", HERE: "pretend"}
        assert it.made(HERE)[0].document == {
            "id": "added",
            "kind": "pretend",
            "account": "gh",
            "secret": "hush",
        }
        await settled()
        assert it.made(HERE)[0].serving
        assert await it.state() == "running"


async def test_an_account_comes_back_after_a_restart() -> None:
    stores = MemoryStores(Database(), SystemClock())
    async with running(stores) as it:
        await it.put(secret="hush")
    async with running(stores) as it:
        assert set(it.host) == {FILE, HERE}
        assert it.made(HERE)[0].document["secret"] == "hush"


async def test_another_process_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_host, "LOOK_S", 0.01)
    stores = MemoryStores(Database(), SystemClock())
    async with running(stores) as one, running(stores) as other:
        await one.put(secret="hush")
        async with asyncio.timeout(2):
            while HERE not in other.host:  # noqa: ASYNC110 - no event tells of it
                await asyncio.sleep(0.005)
        assert await other.state() == "running"


async def test_a_changed_account_is_replaced_and_what_was_on_its_way_is_not_cut_off() -> None:
    async with running() as it:
        await it.put()
        [old] = it.made(HERE)
        old.gate.clear()
        async with asyncio.TaskGroup() as tasks:
            on_its_way = tasks.create_task(it.send("before"))
            await settled()
            assert (await it.put(version=1, account="gh_2")).version == 2
            await settled()
            assert it.host[HERE] is it.made(HERE)[1]
            assert old.serving
            await it.worker(row("after"))
            old.gate.set()
            await on_its_way
        await settled()
        assert (old.sent, old.serving) == (["before"], False)
        assert (it.made(HERE)[1].sent, it.made(HERE)[1].serving) == (["after"], True)


async def test_what_does_not_change_is_left_alone() -> None:
    async with running() as it:
        await it.put()
        for _ in range(3):
            await it.host.changed()
        assert (len(it.built), [each.runs for each in it.built]) == (2, [1, 1])


@pytest.mark.parametrize("channel_id", [FILE, HERE])
async def test_a_paused_account_takes_in_and_sends_nothing_until_it_goes_on(
    channel_id: ChannelId,
) -> None:
    async with running() as it:
        await it.put()
        assert await it.host.accounts.pause(channel_id, author=BY) is not None
        await it.host.changed()
        assert await it.state(channel_id) == "paused"
        with pytest.raises(SendHeld) as caught:
            await it.worker(row("wait", channel_id))
        assert caught.value.code == "channel_paused"
        assert it.made(channel_id)[0].serving
        await it.host.accounts.resume(channel_id)
        await it.host.changed()
        await it.worker(row("wait", channel_id))
        assert it.made(channel_id)[0].sent == ["wait"]


async def test_only_a_paused_account_is_removed_and_its_secrets_with_it() -> None:
    async with running() as it:
        await it.put(secret="hush")
        remove = it.host.accounts.remove
        assert await remove(HERE, version=1, author=BY) == Refusal(
            reason="not_paused", detail="Pause it first."
        )
        await it.host.accounts.pause(HERE, author=BY)
        stale = await remove(HERE, version=7, author=BY)
        assert isinstance(stale, Refusal)
        assert stale.reason == "stale_version"
        assert await remove(HERE, version=1, author=BY) is None
        await it.host.changed()
        await settled()
        assert list(it.host) == [FILE]
        assert not it.made(HERE)[0].serving
        with pytest.raises(PermanentSendError, match="unknown_channel"):
            await it.worker(row("too late"))
        assert await remove(HERE, version=1, author=BY) == Missing()
        doc = await it.stores.documents.get("channel_accounts", HERE)
        assert doc is not None
        assert (doc["deleted"], doc["value"]["secrets"]) == (True, {})


async def test_what_stands_in_the_file_is_not_changed_here() -> None:
    async with running() as it:
        draft = Draft(kind=PRETEND, name="", values={}, secrets={})
        refused = await it.host.accounts.put(FILE, draft, version=0, author=BY)
        assert isinstance(refused, Refusal)
        assert refused.reason == "in_file"
        removed = await it.host.accounts.remove(FILE, version=1, author=BY)
        assert isinstance(removed, Refusal)
        assert removed.reason == "in_file"


async def test_an_account_this_program_cannot_build_leaves_the_one_before() -> None:
    """As after a change by a newer program, or under a seal key that is gone."""
    async with running() as it:
        await it.put(secret="hush")
        doc = await it.stores.documents.get("channel_accounts", HERE)
        assert doc is not None
        value = {**doc["value"], "config": {"account": "wrong"}}
        changes = [*doc["changes"], {**doc["changes"][0], "version": 2}]
        newer = {**doc, "value": value, "version": 2, "changes": changes}
        assert await it.stores.documents.replace("channel_accounts", newer, version=1)
        await it.host.changed()
        account = await it.account()
        assert (await it.state(), it.host.problem_of(account)) == (
            "failed",
            "channels.added.account: is wrong",
        )
        await it.worker(row("still"))
        assert it.made(HERE)[0].sent == ["still"]
        assert isinstance(await it.put(version=2, secret="new"), Account)
        assert await it.state() == "running"


async def test_an_account_whose_provider_refuses_it_is_failed() -> None:
    async with running() as it:
        await it.put()
        it.made(HERE)[0].state = "down"
        assert await it.state() == "failed"


async def test_an_account_added_elsewhere_a_moment_ago_is_waited_for() -> None:
    stores = MemoryStores(Database(), SystemClock())
    async with running(stores) as one, running(stores) as other:
        await one.put()
        with pytest.raises(SendHeld, match="channel_not_ready"):
            await other.worker(row("early"))
        await settled()
        await other.worker(row("early"))
