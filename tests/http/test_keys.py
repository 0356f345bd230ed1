"""API keys: shown once, bound to scopes, ended by time or by hand."""

from datetime import timedelta
from typing import Any

from hub.services.keys import KEYS
from tests.http.world import CHANNEL, World, world

PATH = "/api/v1/keys"


async def created(w: World, *scopes: str, **more: Any) -> tuple[str, dict[str, str]]:
    """The key's id and the headers of a program that holds it."""
    await w.sign_in("admin")
    answer = await w.post(PATH, {"name": "crm", "scopes": list(scopes), **more})
    assert answer.status == 201, await answer.text()
    made = await answer.json()
    w.client.session.cookie_jar.clear()
    return made["key"]["id"], {"Authorization": f"Bearer {made['secret']}"}


async def test_the_secret_is_shown_once_and_not_kept() -> None:
    async with world() as w:
        key_id, headers = await created(w, "read:channels")
        secret = headers["Authorization"].removeprefix("Bearer ")
        assert secret.startswith(f"llk_{key_id}_")
        assert len(secret.rpartition("_")[2]) <= 43
        stored = await w.stores.documents.get(KEYS, key_id)
        assert secret.removeprefix(f"llk_{key_id}_") not in str(stored)
        await w.sign_in("admin")
        listed = await w.get_json(PATH)
        assert "secret" not in str(listed)
        assert [key["scopes"] for key in listed["items"]] == [["read:channels"]]


async def test_a_program_needs_no_origin_and_writes_under_the_keys_name() -> None:
    async with world() as w:
        conversation = await w.customer_says("o-1", "在吗")
        key_id, headers = await created(w, "write:messages", "read:conversations")
        path = f"/api/v1/conversations/{conversation}"
        seen = (await (await w.get(path, **headers)).json())["seq"]
        body = {"command_id": "k-1", "seen": seen, "text": "您的补卡已寄出"}
        answer = await w.client.post(f"{path}/messages", json=body, headers=headers)
        assert answer.status == 201, await answer.text()
        messages = await (await w.get(f"{path}/messages", **headers)).json()
        assert messages["items"][-1]["author"] == f"api:{key_id}"


async def test_a_revoked_and_an_expired_key_are_as_unknown_as_a_wrong_one() -> None:
    async with world() as w:
        ends = (w.clock.now() + timedelta(days=1)).isoformat()
        _, expiring = await created(w, "read:channels", expires_at=ends)
        revoked_id, revoked = await created(w, "read:channels")
        assert (await w.get("/api/v1/channels", **expiring)).status == 200
        assert (await w.get("/api/v1/channels", **revoked)).status == 200
        await w.sign_in("admin")
        for _ in range(2):
            answer = await w.client.delete(
                f"{PATH}/{revoked_id}", headers={"Origin": "http://hub.test"}
            )
            assert answer.status == 200
        w.client.session.cookie_jar.clear()
        w.clock.ahead += timedelta(days=1)
        wrong = {"Authorization": f"Bearer llk_{revoked_id}_wrong"}
        for headers in (expiring, revoked, wrong, {"Authorization": "Bearer x"}):
            answer = await w.get("/api/v1/channels", **headers)
            assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_a_wrong_key_is_not_helped_by_a_session_beside_it() -> None:
    async with world() as w:
        await w.sign_in("admin")
        answer = await w.get("/api/v1/channels", Authorization="Bearer llk_000000000000_x")
        assert answer.status == 401
        assert (await w.get("/api/v1/channels", Authorization="Basic YTpi")).status == 401


async def test_the_last_use_is_shown_to_the_minute() -> None:
    async with world() as w:
        key_id, headers = await created(w, "read:channels")
        await w.get("/api/v1/channels", **headers)
        first = (await w.stores.documents.get(KEYS, key_id) or {})["used_at"]
        await w.get("/api/v1/channels", **headers)
        assert (await w.stores.documents.get(KEYS, key_id) or {})["used_at"] == first
        w.clock.ahead += timedelta(minutes=2)
        await w.get("/api/v1/channels", **headers)
        last = (await w.stores.documents.get(KEYS, key_id) or {})["used_at"]
        assert last - first >= timedelta(minutes=2)


async def test_channels_are_listed_for_a_program() -> None:
    async with world() as w:
        _, headers = await created(w, "read:channels")
        items = (await (await w.get("/api/v1/channels", **headers)).json())["items"]
        assert [item["id"] for item in items] == [CHANNEL]
