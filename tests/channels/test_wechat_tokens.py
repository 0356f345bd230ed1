"""The access token: one refresher, renewed ahead of time, renewed once when it is rejected."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from channels.wechat.adapter import WeChatAdapter
from channels.wechat.simulator.account import CallFault
from channels.wechat.simulator.server import running
from channels.wechat.simulator.world import World
from hub.errors import PermanentSendError, RetryableSendError, StoreUncertain
from hub.model.ids import ChannelId
from hub.model.message import Address, TextPart
from hub.ports import TokenStore
from tests.channels.support import (
    CHANNEL,
    Inbox,
    ManualClock,
    adapter_of,
    free_port,
    memory_tokens,
    until,
    world_of,
)

HELLO = TextPart(text="您好")


class Site:
    """A provider, the shared store, and as many processes as a test starts."""

    def __init__(self, world: World, clock: ManualClock, store: TokenStore, url: str) -> None:
        self.world = world
        self.clock = clock
        self.store = store
        self.url = url
        self.openid = world.add_phone().openid
        self.adapters: list[WeChatAdapter] = []
        world.rules.windows["message"].quota = 1000
        world.windows.grant(self.openid, "message")

    def process(self, **more: Any) -> WeChatAdapter:
        adapter = adapter_of(
            self.world.account, self.clock, base_url=self.url, tokens=self.store, **more
        )
        self.adapters.append(adapter)
        return adapter

    async def send(self, adapter: WeChatAdapter) -> None:
        to = Address(channel_id=ChannelId(CHANNEL), value=self.openid)
        await adapter.send(to, HELLO, key="k")

    def fault(self, **fault: Any) -> None:
        self.world.call_faults = [CallFault.model_validate(fault)]

    @property
    def counts(self) -> dict[str, int]:
        return self.world.tokens.counts


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    clock, port = ManualClock(), free_port()
    it = Site(world_of(clock), clock, memory_tokens(clock), f"http://127.0.0.1:{port}")
    async with running(it.world, port=port):
        try:
            yield it
        finally:
            for adapter in it.adapters:
                await adapter._api.close()


@asynccontextmanager
async def kept_fresh(adapter: WeChatAdapter) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(adapter.run(Inbox().accept))
        try:
            yield
        finally:
            task.cancel()


async def test_one_token_serves_many_messages() -> None:
    async with site() as it:
        adapter = it.process()
        for _ in range(20):
            await it.send(adapter)
        assert it.counts["stable_token"] == 1
        assert len(it.world.sends.sent) == 20


async def test_many_senders_in_many_processes_fetch_one_token() -> None:
    async with site() as it:
        processes = [it.process() for _ in range(3)]
        async with asyncio.TaskGroup() as group:
            sends = [
                group.create_task(it.send(process)) for process in processes for _ in range(10)
            ]
            for _ in range(80):
                await asyncio.sleep(0.005)
                await it.clock.advance(0.2)
                if all(send.done() for send in sends):
                    break
        assert len(it.world.sends.sent) == 30
        assert it.counts["stable_token"] == 1


async def test_a_token_is_renewed_ahead_of_its_expiry() -> None:
    async with site() as it:
        adapter = it.process()
        async with kept_fresh(adapter):
            await until(lambda: it.counts["issued"] == 1)
            await until(lambda: adapter.health()["state"] == "ok")
            for _ in range(7200 // 30 - 10):
                await it.clock.advance(30)
            assert it.counts["issued"] == 1
            for _ in range(3):
                await it.clock.advance(30)
                await asyncio.sleep(0.02)
            await until(lambda: it.counts["issued"] == 2)
        assert it.clock.monotonic() < 7200


async def test_a_process_takes_over_the_token_another_has_fetched() -> None:
    async with site() as it:
        await it.send(it.process())
        second = it.process()
        async with kept_fresh(second):
            await until(lambda: second.health()["state"] == "ok")
        assert it.counts["stable_token"] == 1


async def test_an_expired_token_is_renewed_and_the_message_sent() -> None:
    async with site() as it:
        adapter = it.process()
        await it.send(adapter)
        it.world.tokens.expire_all()
        await it.send(adapter)
        assert len(it.world.sends.sent) == 2
        assert (it.counts["stable_token"], it.counts["forced"]) == (2, 0)


async def test_a_token_the_provider_forgot_is_renewed_by_force() -> None:
    async with site() as it:
        adapter = it.process()
        await it.send(adapter)
        it.world.tokens.revoke_all()
        await it.send(adapter)
        assert len(it.world.sends.sent) == 2
        assert it.counts["forced"] == 1


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_constant_rejection_leads_to_one_renewal_then_a_classified_failure(
    errcode: int,
) -> None:
    async with site() as it:
        adapter = it.process()
        it.fault(kind="errcode", code=errcode)
        with pytest.raises(PermanentSendError) as caught:
            await it.send(adapter)
        assert caught.value.code == "credentials_rejected"
        assert caught.value.provider_code == str(errcode)
        assert it.counts["forced"] == 1
        assert adapter.health()["state"] == "down"


async def test_a_constant_rejection_of_many_messages_forces_no_second_renewal() -> None:
    async with site() as it:
        adapter = it.process()
        it.fault(kind="errcode", code=40001)
        for _ in range(10):
            with pytest.raises(PermanentSendError) as caught:
                await it.send(adapter)
            assert caught.value.code == "credentials_rejected"
            await it.clock.advance(5)
        assert it.counts["forced"] == 1
        it.world.call_faults = []
        await it.send(adapter)
        assert adapter.health()["state"] == "ok"


async def test_wrong_credentials_are_an_alarm_and_send_nothing() -> None:
    async with site() as it:
        adapter = it.process(app_secret="wrong")
        with pytest.raises(PermanentSendError) as caught:
            await it.send(adapter)
        assert (caught.value.code, caught.value.provider_code) == ("wrong_app_secret", "40125")
        assert adapter.health()["state"] == "down"
        assert it.world.sends.sent == []


async def test_a_caller_that_is_not_on_the_allow_list_is_an_alarm() -> None:
    async with site() as it:
        it.world.account.ip_allowed = False
        adapter = it.process()
        with pytest.raises(PermanentSendError) as caught:
            await it.send(adapter)
        assert caught.value.code == "address_not_allowed"
        assert adapter.health()["state"] == "down"


@pytest.mark.parametrize("kind", ["status", "garbage", "half", "cut"])
async def test_without_a_token_nothing_is_sent_and_nothing_is_uncertain(kind: str) -> None:
    async with site() as it:
        it.fault(call="stable_token", kind=kind)
        adapter = it.process()
        with pytest.raises(RetryableSendError) as caught:
            await it.send(adapter)
        assert caught.value.code == "token_unavailable"
        assert adapter.health()["state"] == "degraded"


async def test_a_failing_token_is_asked_for_with_back_off() -> None:
    async with site() as it:
        it.fault(call="stable_token", kind="errcode", code=-1)
        adapter = it.process()
        for _ in range(50):
            with pytest.raises(RetryableSendError):
                await it.send(adapter)
        assert it.counts["stable_token"] == 0
        assert it.world.tokens.stable is None
        it.world.call_faults = []
        await it.clock.advance(1.1)
        await it.send(adapter)
        assert it.counts["stable_token"] == 1


async def test_run_survives_a_provider_that_fails_and_a_store_that_does_not_answer() -> None:
    class Store:
        def __init__(self, inner: TokenStore) -> None:
            self.inner = inner
            self.broken = True
            self.asked = 0

        def __getattr__(self, name: str) -> Any:
            self.asked += 1
            if self.broken:
                raise StoreUncertain("no primary")
            return getattr(self.inner, name)

    async with site() as it:
        store = Store(it.store)
        adapter = adapter_of(it.world.account, it.clock, base_url=it.url, tokens=store)
        async with kept_fresh(adapter):
            for _ in range(5):
                await it.clock.advance(60)
            assert store.asked == 10  # after 0, 1, 3, 7, 15, 31, 63, 123, 183, 243 seconds
            store.broken = False
            it.fault(call="stable_token", kind="status", times=2)
            for _ in range(8):
                await it.clock.advance(30)
                await asyncio.sleep(0.02)
            await until(lambda: adapter.health()["state"] == "ok")


async def test_after_the_end_of_run_nothing_is_sent_until_it_runs_again() -> None:
    async with site() as it:
        adapter = it.process()
        async with kept_fresh(adapter):
            await until(lambda: adapter.health()["state"] == "ok")
        with pytest.raises(RetryableSendError) as caught:
            await it.send(adapter)
        assert caught.value.code == "channel_stopped"
        async with kept_fresh(adapter):
            await asyncio.sleep(0)
            await it.send(adapter)
        assert len(it.world.sends.sent) == 1


async def test_waiting_for_a_token_that_does_not_come_is_not_uncertain() -> None:
    async with site() as it:
        it.fault(call="stable_token", kind="slow", seconds=3600)
        adapter = it.process(call_timeout_s=0.3)
        with pytest.raises(RetryableSendError) as caught:
            await it.send(adapter)
        assert caught.value.code == "token_unavailable"


async def test_a_whole_send_stays_within_its_time() -> None:
    async with site() as it:
        adapter = it.process(call_timeout_s=0.4)
        await it.send(adapter)
        it.world.tokens.revoke_all()
        it.world.call_faults = [CallFault(call="stable_token", kind="slow", seconds=3600)]
        began = asyncio.get_running_loop().time()
        with pytest.raises(RetryableSendError):
            await it.send(adapter)
        assert asyncio.get_running_loop().time() - began < 0.8
