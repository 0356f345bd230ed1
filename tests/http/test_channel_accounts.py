"""Accounts over the API: forms, secrets that never come back, pausing, and the audit of it all."""

from datetime import timedelta
from typing import Any

import pytest

from hub.errors import PermanentSendError, RetryableSendError
from hub.model.ids import SHARDS
from hub.ports import Doc
from hub.services.channel_host import HELD
from tests.http.pretend_channel import PretendChannel
from tests.http.world import CHANNEL, HEADERS, World, eventually, world

BASE = "/api/v1/channel-accounts"
NEW = f"{BASE}/pretend-new"
SECRET = "hush-6222020000001234567"


def body(version: int = 0, secret: str | None = SECRET, **config: Any) -> dict[str, Any]:
    secrets = {} if secret is None else {"secret": secret}
    return {
        "kind": "pretend",
        "name": "第二个号",
        "version": version,
        "config": config,
        "secrets": secrets,
    }


async def add(w: World, **config: Any) -> dict[str, Any]:
    answer = await w.put(NEW, body(**config))
    assert answer.status == 200, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def test_kinds_are_forms_in_both_languages() -> None:
    async with world() as w:
        await w.sign_in("operator1")
        [kind] = (await w.get_json("/api/v1/channel-kinds"))["items"]
        assert (kind["kind"], kind["title"]) == ("pretend", {"zh": "假装", "en": "Pretend"})
        assert [(each["name"], each["type"], each["default"]) for each in kind["fields"]] == [
            ("secret", "secret", None),
            ("account", "text", None),
            ("base_url", "address", "https://pretend.example"),
            ("window.quota", "number", 5),
            ("window.valid_s", "seconds", 60),
        ]


async def test_an_account_is_added_and_takes_pushes_at_once() -> None:
    async with world() as w:
        await w.sign_in("operator1")
        call = {"from": "o-9", "id": 1, "text": "你好"}
        assert (await w.client.post("/hooks/pretend-new?key=right", json=call)).status == 404
        account = await add(w, account="gh_2", **{"window.quota": 7})
        assert account["config"] == {
            "account": "gh_2",
            "window.quota": 7,
            "window.valid_s": 60,
        }
        assert (account["state"], account["source"], account["version"]) == ("running", "here", 1)
        assert account["secrets"]["secret"]["set"] is True
        assert account["hook_url"] == "http://hub.test/hooks/pretend-new"
        assert account["updated_by"] == "agent:operator1"
        answer = await w.client.post("/hooks/pretend-new?key=right", json=call)
        assert (answer.status, await answer.text()) == (200, "success")
        listed = (await w.get_json(BASE))["items"]
        assert [(each["id"], each["source"]) for each in listed] == [
            ("pretend-main", "file"),
            ("pretend-new", "here"),
        ]
        assert {each["id"] for each in (await w.get_json("/api/v1/channels"))["items"]} == {
            "pretend-main",
            "pretend-new",
        }


async def test_a_secret_never_comes_back() -> None:
    async with world() as w:
        await w.sign_in("admin")
        await add(w)
        answers = [
            await (await w.get(path)).text()
            for path in (BASE, NEW, "/api/v1/channel-kinds", "/api/v1/audit", "/metrics")
        ]
        answers.append(await (await w.put(NEW, body(1, secret=None, account="x"))).text())
        answers.append(await (await w.put(NEW, body(2, account="wrong"))).text())
        wrong = {"kind": "pretend", "secrets": {"key": SECRET}}
        answers.append(await (await w.post("/api/v1/channel-tests", wrong)).text())
        assert [text for text in answers if SECRET in text] == []


WRONG = [
    ({"account": "wrong"}, "/body/config/account"),
    ({"colour": "red"}, "/body/config/colour"),
]


@pytest.mark.parametrize(("config", "pointer"), WRONG)
async def test_a_wrong_field_is_named_and_the_account_that_runs_stays(
    config: dict[str, str], pointer: str
) -> None:
    async with world() as w:
        await w.sign_in("admin")
        await add(w)
        answer = await w.put(NEW, body(1, **config))
        problem = await answer.json()
        assert (answer.status, problem["reason"]) == (409, "wrong_field")
        assert [each["pointer"] for each in problem["errors"]] == [pointer]
        account = await w.get_json(NEW)
        assert (account["version"], account["state"]) == (1, "running")


async def test_the_change_of_an_outdated_version_is_refused() -> None:
    async with world() as w:
        await w.sign_in("admin")
        await add(w)
        answer = await w.put(NEW, body(0, account="other"))
        assert (answer.status, (await answer.json())["reason"]) == (409, "stale_version")
        changed = await (await w.put(NEW, body(1, account="other"))).json()
        assert [each["version"] for each in changed["changes"]] == [1, 2]


async def test_an_account_of_the_file_is_read_only_here() -> None:
    async with world() as w:
        await w.sign_in("admin")
        path = f"{BASE}/{CHANNEL}"
        for answer in (await w.put(path, body()), await _delete(w, path)):
            assert (answer.status, (await answer.json())["reason"]) == (409, "in_file")


async def test_while_paused_customers_are_heard_and_nothing_is_sent() -> None:
    async with world() as w:
        await w.sign_in("supervisor1")
        conversation = await w.customer_says("o-1", "在吗")
        await w.sign_in("operator1")
        paused = await (await w.post(f"{BASE}/{CHANNEL}/pause", None)).json()
        assert (paused["state"], paused["paused"]) == ("paused", True)
        await w.sign_in("supervisor1")
        seq = (await w.get_json(f"/api/v1/conversations/{conversation}"))["seq"]
        message = {"command_id": "m1", "seen": seq, "text": "您好"}
        answer = await w.post(f"/api/v1/conversations/{conversation}/messages", message)
        assert answer.status == 201
        call = {"from": "o-2", "id": 77, "text": "还在吗"}
        heard = await w.client.post(f"/hooks/{CHANNEL}?key=right", json=call)
        assert (heard.status, await heard.text()) == (200, "success")
        row = await _waiting(w)
        assert (row["state"], row["code"], row["attempts"]) == ("queued", "channel_paused", 0)
        assert [text for to, text in w.channel.sent if text == "您好"] == []
        await w.sign_in("operator1")
        resumed = await (await w.post(f"{BASE}/{CHANNEL}/resume", None)).json()
        assert resumed["state"] == "running"
        w.clock.ahead += HELD
        await eventually(lambda: _sent(w, "您好"))


async def test_only_a_paused_account_is_removed() -> None:
    async with world() as w:
        await w.sign_in("admin")
        await add(w)
        answer = await _delete(w, NEW)
        assert (answer.status, (await answer.json())["reason"]) == (409, "not_paused")
        await w.post(f"{NEW}/pause", None)
        assert (await _delete(w, NEW)).status == 204
        assert (await w.get(NEW)).status == 404
        assert (await w.client.post("/hooks/pretend-new?key=right", json={})).status == 404


async def test_every_change_stands_in_the_audit_log_without_a_value() -> None:
    async with world() as w:
        await w.sign_in("admin")
        await add(w, account="gh_2")
        await w.post(f"{NEW}/pause", None)
        await w.post(f"{NEW}/resume", None)
        rows = (await w.get_json("/api/v1/audit?object=pretend-new&outcome=done"))["items"]
        assert [(row["act"], row["outcome"], row["detail"]) for row in reversed(rows)] == [
            ("channel.changed", "done", {"version": 1, "secrets": "secret"}),
            ("channel.paused", "done", {}),
            ("channel.resumed", "done", {}),
        ]


TESTS: list[tuple[Any, list[tuple[str, bool, str]]]] = [
    (
        {"provider_addresses": "3"},
        [("configuration", True, ""), ("reachable", True, ""), ("credentials", True, "")],
    ),
    (
        PermanentSendError("wrong_app_secret", provider_code="40125"),
        [
            ("configuration", True, ""),
            ("reachable", True, ""),
            ("credentials", False, "wrong_app_secret"),
        ],
    ),
    (
        RetryableSendError("connection_failed"),
        [("configuration", True, ""), ("reachable", False, "connection_failed")],
    ),
    (
        PermanentSendError("unexpected_status", provider_code="404"),
        [("configuration", True, ""), ("reachable", False, "unexpected_status")],
    ),
]


@pytest.mark.parametrize(("told", "checks"), TESTS)
async def test_an_account_is_tried_before_it_is_saved(
    monkeypatch: pytest.MonkeyPatch, told: Any, checks: list[tuple[str, bool, str]]
) -> None:
    async def test(self: PretendChannel) -> Any:
        if isinstance(told, Exception):
            raise told
        return told

    monkeypatch.setattr(PretendChannel, "test", test, raising=False)
    async with world() as w:
        await w.sign_in("operator1")
        answer = await w.post(
            "/api/v1/channel-tests", {"kind": "pretend", "secrets": {"secret": "x"}}
        )
        tried = await answer.json()
        assert [(each["name"], each["ok"], each["code"]) for each in tried["checks"]] == checks
        assert tried["ok"] is all(ok for _, ok, _ in checks)
        assert [each["id"] for each in (await w.get_json(BASE))["items"]] == [CHANNEL]


@pytest.mark.parametrize(("apart_s", "ok"), [(0, True), (-50, True), (90, False), (-90, False)])
async def test_a_clock_that_is_off_is_told(
    monkeypatch: pytest.MonkeyPatch, apart_s: int, ok: bool
) -> None:
    async with world() as w:

        async def test(self: PretendChannel) -> dict[str, str]:
            return {"provider_time": (w.clock.now() + timedelta(seconds=apart_s)).isoformat()}

        monkeypatch.setattr(PretendChannel, "test", test, raising=False)
        await w.sign_in("operator1")
        tried = await (await w.post("/api/v1/channel-tests", {"kind": "pretend"})).json()
        last = tried["checks"][-1]
        assert (last["name"], last["ok"]) == ("clock", ok)
        assert last["code"] == ("" if ok else "clock_skew")


async def test_a_wrong_draft_fails_its_first_check() -> None:
    async with world() as w:
        await w.sign_in("operator1")
        draft = {"kind": "pretend", "config": {"account": "wrong"}}
        tried = await (await w.post("/api/v1/channel-tests", draft)).json()
        assert tried == {
            "ok": False,
            "checks": [
                {
                    "name": "configuration",
                    "ok": False,
                    "code": "wrong_field",
                    "detail": "account is wrong",
                }
            ],
        }


async def test_quotas_are_asked_once_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    async def quota(self: PretendChannel) -> dict[str, dict[str, int]]:
        nonlocal asked
        asked += 1
        return {"send": {"daily_limit": 100, "used": 7, "remain": 93}}

    monkeypatch.setattr(PretendChannel, "quota", quota, raising=False)
    async with world() as w:
        await w.sign_in("operator1")
        answers = [await w.get_json(BASE) for _ in range(3)]
        [account] = answers[-1]["items"]
        assert account["quota"] == [{"name": "send", "used": 7, "limit": 100, "until": None}]
        assert asked == 1


async def _delete(w: World, path: str) -> Any:
    return await w.client.delete(f"{path}?version=1", headers=HEADERS)


async def _waiting(w: World) -> Doc:
    async def held() -> Any:
        rows = await w.stores.heart.outbox.open(range(SHARDS))
        return [each for each in rows if each.get("code") == "channel_paused"]

    found: list[Doc] = await eventually(held)
    return found[0]


async def _sent(w: World, text: str) -> bool:
    return any(each == text for _, each in w.channel.sent)
