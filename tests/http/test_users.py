"""People as administrators keep them."""

from typing import Any

from tests.http.world import HEADERS, PASSWORD, World, world

PATH = "/api/v1/users"
NEW = {"username": "wang", "display_name": "王晓", "role": "agent"}


async def _user(w: World, username: str) -> Any:
    found = {u["username"]: u for u in (await w.get_json(PATH))["items"]}
    return found[username]


async def test_a_new_user_gets_a_first_password_once() -> None:
    async with world() as w:
        await w.sign_in("admin")
        answer = await w.post(PATH, NEW)
        made = await answer.json()
        assert (answer.status, made["user"]["must_change"]) == (201, True)
        assert made["password"] not in str(await w.stores.documents.get("users", "wang"))
        again = await w.post(PATH, NEW)
        assert (again.status, (await again.json())["reason"]) == (409, "name_taken")
        w.client.session.cookie_jar.clear()
        body = {"username": "wang", "password": made["password"]}
        entered = await w.post("/api/v1/session", body)
        assert (entered.status, (await entered.json())["owes"]) == (201, "password")


async def test_another_role_or_a_closed_door_ends_sessions() -> None:
    for change in ({"role": "supervisor"}, {"disabled": True}):
        async with world() as w:
            session = await w.access.sign_in("agent1", PASSWORD)
            assert session is not None
            await w.sign_in("admin")
            stands = await _user(w, "agent1")
            body = {"version": stands["version"], "display_name": "A", "role": "agent"}
            answer = await w.put(f"{PATH}/agent1", {**body, "disabled": False, **change})
            assert answer.status == 200
            assert await w.access.session_of(session[0]) is None


async def test_nobody_changes_the_own_role_or_closes_the_own_door() -> None:
    async with world() as w:
        await w.sign_in("admin")
        version = (await _user(w, "admin"))["version"]
        body = {"version": version, "display_name": "A", "role": "admin", "disabled": True}
        for change in ({}, {"role": "agent", "disabled": False}):
            answer = await w.put(f"{PATH}/admin", {**body, **change})
            assert (answer.status, (await answer.json())["reason"]) == (409, "yourself")


async def test_a_change_over_an_older_version_is_refused() -> None:
    async with world() as w:
        await w.sign_in("admin")
        body = {"version": 0, "display_name": "A", "role": "agent", "disabled": False}
        answer = await w.put(f"{PATH}/agent1", body)
        assert (answer.status, (await answer.json())["reason"]) == (409, "stale_version")
        missing = await w.put(f"{PATH}/nobody", body)
        assert missing.status == 404
        assert (await w.client.post(f"{PATH}/nobody/unlock", headers=HEADERS)).status == 404
