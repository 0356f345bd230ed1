"""Where providers call: stored before answered, short answers, nothing else."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import structlog

from hub.errors import Overloaded, StoreUncertain
from hub.http import hooks
from hub.model.inputs import Inbound
from tests.http.world import CHANNEL, world

HOOK = f"/hooks/{CHANNEL}"
CALL = {"from": "o-1", "id": 1, "text": "secret words 6222021234567890"}


async def test_a_call_is_stored_before_it_is_answered_and_a_repeat_changes_nothing() -> None:
    async with world() as w:
        for _ in range(3):
            answer = await w.client.post(HOOK + "?key=right", json=CALL)
            assert (answer.status, await answer.text()) == (200, "success")
            key = f"{CHANNEL}:o-1:1"
            assert await w.stores.heart.inbox.touch([key]) == {key}
        page = (await (await w.get("/metrics")).text()).splitlines()
        assert f'lianluo_inbound_total{{channel="{CHANNEL}",result="accepted"}} 1.0' in page
        assert f'lianluo_inbound_total{{channel="{CHANNEL}",result="duplicate"}} 2.0' in page
        assert f'lianluo_hook_seconds_count{{channel="{CHANNEL}"}} 3.0' in page


async def test_a_provider_s_question_is_answered_by_the_adapter() -> None:
    async with world() as w:
        answer = await w.get(HOOK + "?echo=<b>42</b>")
        assert (answer.status, await answer.text()) == (200, "<b>42</b>")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_unauthentic_call_has_no_effect_and_a_clear_answer() -> None:
    async with world() as w:
        answer = await w.client.post(HOOK + "?key=wrong", json=CALL)
        assert (answer.status, await answer.text()) == (403, "bad_signature")
        assert await w.stores.heart.inbox.touch([f"{CHANNEL}:o-1:1"]) == set()


async def test_an_unknown_channel_is_not_found_and_other_methods_are_not_offered() -> None:
    async with world() as w:
        assert (await w.client.post("/hooks/nobody", json=CALL)).status == 404
        assert (await w.client.post("/hooks/%00%ff", json=CALL)).status == 404
        assert (await w.client.put(HOOK, json=CALL)).status == 405


async def test_too_much_is_refused_before_it_is_read() -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b"x" * 1024

    async with world() as w:
        answer = await w.client.post(HOOK, data=b"x" * (hooks.MAX_BODY + 1))
        assert answer.status == 413
        answer = await w.client.post(HOOK, data=endless())
        assert answer.status == 413


@pytest.mark.parametrize("error", [StoreUncertain("cut"), Overloaded("full")])
async def test_what_may_not_be_stored_is_answered_with_503(error: Exception) -> None:
    async def refuse(inbound: Inbound) -> bool:
        raise error

    async with world(accept=refuse) as w:
        answer = await w.client.post(HOOK + "?key=right", json=CALL)
        assert answer.status == 503


async def test_the_answer_comes_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "BUDGET_S", 0.02)

    async def hang(inbound: Inbound) -> bool:
        await asyncio.Event().wait()
        return True

    async with world(accept=hang) as w:
        answer = await w.client.post(HOOK + "?key=right", json=CALL)
        assert answer.status == 503


async def test_a_fault_of_the_adapter_is_a_500_and_the_log_has_ids_only() -> None:
    async with world() as w:
        with structlog.testing.capture_logs() as logs:
            answer = await w.client.post(HOOK + "?key=right", json={"text": CALL["text"]})
        assert (answer.status, await answer.text()) == (500, "failed")
        failed = [entry for entry in logs if entry["event"] == "hook failed"]
        assert len(failed) == 1
        assert failed[0]["channel_id"] == CHANNEL
        assert failed[0]["request_id"]
        assert "6222021234567890" not in str(logs)
