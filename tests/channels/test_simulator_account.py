"""The account's API keeps the provider's books: tokens, windows, messages."""

import json

from tests.channels.simulator_stage import ACCOUNT, stable, stage


async def test_stable_token_repeats_the_same_until_five_minutes_before_its_end() -> None:
    async with stage() as it:
        first = await it.token()
        await it.clock.advance(6899)
        assert await it.token() == first
        await it.clock.advance(2)
        second = await it.token()
        assert second != first
        it.world.windows.grant(it.phone.openid, "message")
        assert await it.text(first) == 0
        assert await it.text(second) == 0
        await it.clock.advance(300)
        assert await it.text(first) == 42001


async def test_force_refresh_ends_the_old_token_and_is_limited() -> None:
    async with stage() as it:
        first = await it.token()
        second = await it.token(force=True)
        assert await it.text(first) == 40001
        assert second != first
        answer = await it.call("/cgi-bin/stable_token", stable(force=True))
        assert answer["errcode"] == 45011
        for _ in range(19):
            await it.clock.advance(30)
            await it.token(force=True)
        await it.clock.advance(30)
        answer = await it.call("/cgi-bin/stable_token", stable(force=True))
        assert answer["errcode"] == 45009


async def test_token_makes_a_new_one_each_time_apart_from_the_stable_one() -> None:
    async with stage() as it:
        query = {
            "grant_type": "client_credential",
            "appid": ACCOUNT.app_id,
            "secret": ACCOUNT.app_secret,
        }
        one = await it.call("/cgi-bin/token", **query)
        two = await it.call("/cgi-bin/token", **query)
        steady = await it.token()
        assert len({one["access_token"], two["access_token"], steady}) == 3
        assert one["expires_in"] == 7200
        wrong = await it.call("/cgi-bin/token", **{**query, "secret": "x"})
        assert wrong["errcode"] == 40125
        wrong = await it.call("/cgi-bin/token", **{**query, "appid": "x"})
        assert wrong["errcode"] == 40013


async def test_expired_unknown_and_missing_tokens_have_their_codes() -> None:
    async with stage() as it:
        token = await it.token()
        assert await it.text("") == 41001
        assert await it.text("invented") == 40001
        await it.call("/control/faults", {"expire_tokens": True})
        assert await it.text(token) == 42001


# ------------------------------------------------------------ customer-service messages
async def test_five_replies_after_a_message_and_three_after_a_click() -> None:
    async with stage() as it:
        token = await it.token()
        it.write()
        assert [await it.text(token) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
        await it.call(f"/phone/{it.phone.openid}/events", {"event": "CLICK", "key": "k"})
        assert [await it.text(token) for _ in range(4)] == [0, 0, 0, 45047]
        it.write()
        assert [await it.text(token) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


async def test_the_window_that_ends_first_is_charged_first() -> None:
    async with stage() as it:
        token = await it.token()
        it.write()
        await it.call(f"/phone/{it.phone.openid}/events", {"event": "CLICK", "key": "k"})
        assert [await it.text(token) for _ in range(2)] == [0, 0]
        await it.clock.advance(61)
        assert [await it.text(token) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


async def test_windows_close_after_48_hours_and_after_one_minute() -> None:
    async with stage() as it:
        it.phone.following = True
        token = await it.token()
        assert await it.text(token) == 45015
        await it.call(f"/phone/{it.phone.openid}/events", {"event": "subscribe"})
        await it.clock.advance(61)
        assert await it.text(token) == 45015
        it.write()
        await it.clock.advance(48 * 3600 - 1)
        token = await it.token()
        assert await it.text(token) == 0
        await it.clock.advance(2)
        assert await it.text(token) == 45015


async def test_who_does_not_follow_and_who_is_unknown_is_refused() -> None:
    async with stage() as it:
        token = await it.token()
        assert await it.text(token) == 43004
        assert await it.text(token, openid="o" + "x" * 27) == 43004
        assert await it.text(token, openid="short") == 40003
        it.write()
        assert await it.text(token) == 0
        await it.call(f"/phone/{it.phone.openid}/events", {"event": "unsubscribe"})
        assert await it.text(token) == 43004


async def test_the_account_can_lose_the_right_to_send() -> None:
    async with stage() as it:
        token = await it.token()
        await it.call("/control/faults", {"send_authorised": False})
        assert await it.text(token) == 48001


async def test_wrong_bodies_are_refused_and_charge_nothing() -> None:
    async with stage() as it:
        token = await it.token()
        it.write()
        path = "/cgi-bin/message/custom/send"
        for body, code in [
            ([], 47001),
            ({"touser": it.phone.openid, "msgtype": "hologram"}, 40008),
            ({"touser": it.phone.openid, "msgtype": "text", "text": {"content": ""}}, 44004),
            (
                {"touser": it.phone.openid, "msgtype": "text", "text": {"content": "长" * 700}},
                45002,
            ),
            ({"touser": it.phone.openid, "msgtype": "msgmenu", "msgmenu": {"list": []}}, 44004),
        ]:
            answer = await it.call(path, body, access_token=token)
            assert answer["errcode"] == code
            assert "rid: " in answer["errmsg"]
        assert [await it.text(token) for _ in range(5)] == [0] * 5


async def test_an_escaped_character_is_shown_as_it_was_written() -> None:
    async with stage() as it:
        token = await it.token()
        it.write()
        body = json.dumps({"touser": it.phone.openid, "msgtype": "text", "text": {"content": "您"}})
        url = f"{it.url}/cgi-bin/message/custom/send"
        async with it.http.post(url, params={"access_token": token}, data=body) as response:
            assert json.loads(await response.text())["errcode"] == 0
        assert it.bubbles("account") == ["\\u60a8"]


async def test_every_accepted_message_is_listed_once() -> None:
    async with stage() as it:
        token = await it.token()
        it.write()
        for n in range(7):
            await it.text(token, f"答{n}")
        books = await it.call("/control/books")
        assert [row["content"]["content"] for row in books["sent"]] == [f"答{n}" for n in range(5)]
        assert [row["n"] for row in books["sent"]] == [1, 2, 3, 4, 5]
        assert books["refused"] == {"45047": 2}
        assert books["windows"][it.phone.openid]["message"]["left"] == 0
        assert len((await it.call("/control/books", after="3"))["sent"]) == 2


async def test_typing_needs_an_exchange_and_ends_with_a_message() -> None:
    async with stage() as it:
        token = await it.token()

        async def typing(command: str) -> int:
            body = {"touser": it.phone.openid, "command": command}
            path = "/cgi-bin/message/custom/typing"
            return int((await it.call(path, body, access_token=token))["errcode"])

        assert await typing("Typing") == 45080
        it.write()
        assert await typing("Dance") == 45072
        assert await typing("Typing") == 0
        assert await typing("Typing") == 45081
        assert await it.text(token) == 0
        assert await typing("Typing") == 0
        assert await typing("CancelTyping") == 0
        await it.clock.advance(31)
        assert await typing("Typing") == 45080
