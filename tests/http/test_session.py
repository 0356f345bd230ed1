"""Signing in, staying in, going out."""

import pytest
from aiohttp import CookieJar

from hub.services.access import Role, User
from tests.http.world import HEADERS, ORIGIN, PASSWORD, world

PATH = "/api/v1/session"
RIGHT = {"username": "agent1", "password": PASSWORD}


async def test_signing_in_answers_who_you_are_and_sets_a_careful_cookie() -> None:
    async with world() as w:
        answer = await w.post(PATH, RIGHT)
        assert answer.status == 201
        body = await answer.json()
        assert (body["username"], body["role"]) == ("agent1", "agent")
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert (await w.get_json(PATH))["display_name"] == "Agent1"


async def test_the_store_keeps_no_token_and_no_password() -> None:
    async with world() as w:
        answer = await w.post(PATH, RIGHT)
        token = answer.cookies["lianluo_session"].value
        assert len(token) == 43
        sessions = await w.stores.documents.page("sessions", {}, limit=10)
        assert len(sessions) == 1
        assert token not in str(sessions)
        users = await w.stores.documents.page("users", {}, limit=10)
        assert PASSWORD not in str(users)
        assert "$argon2id$" in users[0]["password"]


@pytest.mark.parametrize(
    ("label", "body"),
    [
        ("wrong password", {"username": "agent1", "password": "wrong"}),
        ("unknown user", {"username": "nobody", "password": PASSWORD}),
        ("disabled user", {"username": "gone", "password": PASSWORD}),
        ("impossible name", {"username": "\u0000'; drop", "password": PASSWORD}),
    ],
)
async def test_every_failed_sign_in_looks_the_same(label: str, body: dict[str, str]) -> None:
    async with world() as w:
        await w.access.add_user(User(username="gone", display_name="", role=Role.AGENT), PASSWORD)
        await w.access.set_disabled("gone", True)
        answer = await w.post(PATH, body)
        problem = await answer.json()
        assert answer.status == 401
        assert problem["detail"] == "User name or password is wrong"
        assert problem["type"] == "/api/docs#problem-wrong_credentials"


async def test_a_session_ends_when_idle() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        rules = w.deps.options.access
        w.clock.ahead += rules.idle * 0.9
        assert (await w.get(PATH)).status == 200
        w.clock.ahead += rules.idle * 0.9
        assert (await w.get(PATH)).status == 200
        w.clock.ahead += rules.idle
        assert (await w.get(PATH)).status == 401


async def test_a_session_in_use_ends_at_its_absolute_end() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        rules = w.deps.options.access
        step = rules.idle * 0.9
        while w.clock.ahead + step < rules.lifetime:
            w.clock.ahead += step
            assert (await w.get(PATH)).status == 200
        w.clock.ahead = rules.lifetime
        assert (await w.get(PATH)).status == 401


async def test_signing_out_ends_the_session_in_the_store_too() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        jar = w.client.session.cookie_jar
        token = next(cookie.value for cookie in jar)
        answer = await w.client.delete(PATH, headers=HEADERS)
        assert answer.status == 204
        assert await w.stores.documents.page("sessions", {}, limit=10) == []
        again = await w.client.get(PATH, headers={"Cookie": f"lianluo_session={token}"})
        assert again.status == 401


async def test_a_new_password_and_a_disabled_user_end_sessions() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        await w.access.set_password("agent1", "another password")
        assert (await w.get(PATH)).status == 401
        await w.sign_in("admin")
        await w.access.set_disabled("admin", True)
        assert (await w.get(PATH)).status == 401


async def test_add_user_refuses_a_taken_name_and_a_short_password() -> None:
    async with world() as w:
        user = User(username="agent1", display_name="", role=Role.AGENT)
        assert not await w.access.add_user(user, PASSWORD)
        with pytest.raises(ValueError, match="10 to 256"):
            await w.access.add_user(User(username="new", display_name="", role=Role.AGENT), "short")
        with pytest.raises(ValueError, match="a-z"):
            await w.access.add_user(
                User(username="New User", display_name="", role=Role.AGENT), PASSWORD
            )


@pytest.mark.parametrize(
    ("label", "headers", "status"),
    [
        ("our page", {"Origin": ORIGIN}, 204),
        ("the browser's word without origin", {"Sec-Fetch-Site": "same-origin"}, 204),
        ("foreign page", {"Origin": "http://evil.test"}, 403),
        ("our host, other port", {"Origin": ORIGIN + ":81"}, 403),
        ("sandboxed page", {"Origin": "null"}, 403),
        ("neither origin nor word", {}, 403),
        ("foreign by the browser's word", {"Sec-Fetch-Site": "cross-site"}, 403),
        (
            "foreign page that claims more",
            {"Origin": "http://evil.test", "Sec-Fetch-Site": "same-origin"},
            403,
        ),
    ],
)
async def test_changes_with_a_cookie_need_our_origin(
    label: str, headers: dict[str, str], status: int
) -> None:
    async with world() as w:
        await w.sign_in("agent1")
        answer = await w.client.delete(PATH, headers=headers)
        assert answer.status == status


async def test_a_foreign_page_cannot_sign_a_browser_in() -> None:
    async with world() as w:
        answer = await w.client.post(PATH, json=RIGHT, headers={"Origin": "http://evil.test"})
        assert answer.status == 403
        assert isinstance(w.client.session.cookie_jar, CookieJar)
        assert list(w.client.session.cookie_jar) == []


async def test_a_program_without_cookie_needs_no_origin() -> None:
    async with world() as w:
        assert (await w.client.post(PATH, json=RIGHT)).status == 201
