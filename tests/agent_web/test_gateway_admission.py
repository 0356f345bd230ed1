"""Who gets a socket, and how it ends."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from agent_web.gateway import CHECK_S, MAX_FRAME, MAX_SCREENS, SILENCE_S
from hub.http.sessions import COOKIE
from tests.agent_web.gateway_rig import ORIGIN, PASSWORD, Link, Rig, eventually, rig


@pytest.mark.parametrize(
    ("origin", "with_session", "status", "slug"),
    [
        ("http://evil.test", True, 403, "foreign_origin"),
        (None, True, 403, "foreign_origin"),
        (None, False, 403, "foreign_origin"),
        (ORIGIN, False, 401, "signed_out"),
    ],
)
async def test_without_own_origin_and_session_there_is_no_socket(
    origin: str | None, with_session: bool, status: int, slug: str
) -> None:
    async with rig() as hub:
        headers = await hub.headers("agent1") if with_session else {}
        headers["Sec-Fetch-Site"] = "same-origin"
        with pytest.raises(InvalidStatus) as refused:
            async with connect(
                hub.url, origin=Origin(origin) if origin else None, additional_headers=headers
            ):
                pass
        assert refused.value.response.status_code == status
        assert json.loads(refused.value.response.body)["type"].endswith(slug)
        assert hub.gateway.screens == 0


async def test_stolen_token_of_an_ended_session_opens_nothing() -> None:
    async with rig() as hub:
        token = await hub.token("agent1")
        await hub.access.sign_out(token)
        with pytest.raises(InvalidStatus) as refused:
            async with connect(
                hub.url,
                origin=Origin(ORIGIN),
                additional_headers={"Cookie": f"{COOKIE}={token}"},
            ):
                pass
        assert refused.value.response.status_code == 401


async def test_welcome_says_who_where_and_when() -> None:
    async with rig() as hub, hub.screen("supervisor1") as link:
        now = link.welcome.pop("now")
        assert link.welcome == {
            "t": "welcome",
            "protocol": 1,
            "username": "supervisor1",
            "display_name": "Supervisor1",
            "role": "supervisor",
            "build": "test",
            "connection_id": "gate.1",
            "heartbeat_s": 10.0,
            "bank": "联络银行",
            "environment": "demo",
        }
        assert now.endswith("Z")


async def test_signing_out_ends_the_screens_of_that_session_at_once_and_no_others() -> None:
    async with rig() as hub, hub.screen("agent1") as tab, hub.screen("agent1") as second:
        other = await hub.access.sign_in("agent1", PASSWORD)
        assert other is not None
        first, hub.tokens["agent1"] = hub.tokens["agent1"], other[0]
        async with hub.screen("agent1") as elsewhere:
            await hub.access.sign_out(first)
            await tab.say(t="do", id="late", command={"do": "presence", "presence": "ready"})
            assert await tab.end() == ("session_ended", 4401)
            assert await second.end() == ("session_ended", 4401)
            assert await hub.desk_events("PresenceChanged") == []
            await elsewhere.say(t="ping")
            await elsewhere.hear("pong")


async def test_session_that_ends_while_connected_ends_its_screens_and_no_others() -> None:
    async with rig() as hub, hub.screen("agent1") as one, hub.screen("agent2") as other:
        await hub.access.set_disabled("agent1", True)
        hub.later(20)
        for link in (one, other):
            await link.say(t="ping")
            await link.hear("pong")
        await hub.gateway.check()
        assert hub.gateway.screens == 2
        hub.later(CHECK_S - 20)
        await hub.gateway.check()
        assert await one.end() == ("session_ended", 4401)
        await other.say(t="ping")
        await other.hear("pong")


async def rounds(hub: Rig, link: Link, minutes: int) -> None:
    """An open page, checked twice a minute."""
    for _ in range(minutes * 60 // int(CHECK_S)):
        hub.later(CHECK_S)
        await link.say(t="ping")
        await link.hear("pong")
        await hub.gateway.check()


async def test_an_open_screen_nobody_uses_keeps_no_session_alive() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        await rounds(hub, link, 29)
        assert hub.gateway.screens == 1
        hub.later(61)
        await link.say(t="ping")
        await link.hear("pong")
        await hub.gateway.check()
        assert await link.end() == ("session_ended", 4401)


async def test_acts_at_a_screen_keep_its_session_alive() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        for _ in range(3):
            await rounds(hub, link, 20)
            await link.say(t="watch", topic="desk", seq=0)
        await rounds(hub, link, 20)
        assert hub.gateway.screens == 1


async def test_act_of_an_ended_session_is_not_done() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        await eventually(lambda: hub.desk_events("AgentConnected"))
        await hub.access.set_disabled("agent1", True)
        hub.later(CHECK_S)
        command = {"do": "presence", "presence": "ready"}
        await link.say(t="do", id="late", command=command)
        assert await link.end() == ("session_ended", 4401)
        assert await hub.desk_events("PresenceChanged") == []


async def test_silence_of_two_and_a_half_beats_is_loss() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        hub.later(SILENCE_S - 1)
        await hub.gateway.check()
        assert hub.gateway.screens == 1
        hub.later(2)
        await hub.gateway.check()
        assert await link.end() == ("", 1006)
        await eventually(lambda: hub.gateway.screens == 0)


async def test_the_eleventh_screen_of_a_user_is_sent_away_and_the_others_stay() -> None:
    async with rig() as hub:
        async with AsyncExitStack() as stack:
            links = [
                await stack.enter_async_context(hub.screen("agent1")) for _ in range(MAX_SCREENS)
            ]
            eleventh = await stack.enter_async_context(hub.screen("agent1"))
            assert eleventh.welcome == {"t": "bye", "reason": "too_many_screens"}
            assert await eleventh.end() == ("", 4429)
            for link in links:
                await link.say(t="ping")
                await link.hear("pong")
        await eventually(lambda: hub.gateway.screens == 0)
        async with hub.screen("agent1") as again:
            assert again.welcome["t"] == "welcome"


async def test_stop_says_so_and_the_desk_hears_of_every_loss() -> None:
    async with rig() as hub, hub.screen("agent1") as one, hub.screen("agent2") as other:
        await eventually(lambda: _both_connected(hub))
        await hub.gateway.stop(hub.app)
        assert await one.end() == ("stopping", 1001)
        assert await other.end() == ("stopping", 1001)
        lost = await hub.desk_events("AgentDisconnected")
        assert {each["connection_id"] for each in lost} == {"gate.1", "gate.2"}


async def _both_connected(hub: Rig) -> bool:
    return len(await hub.desk_events("AgentConnected")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '{"t":"nothing"}',
        '{"t":"watch"}',
        '{"t":"watch","topic":"desk","seq":-1}',
        '{"t":"watch","topic":"desk","seq":"1"}',
        '{"t":"watch","topic":"desk","more":1}',
        '{"t":"do","id":"a b","command":{"do":"claim","interaction_id":"x"}}',
        '{"t":"do","id":"a","command":{"do":"send","conversation_id":"x","text":"y","seen":0}}',
        '{"t":"watch","topic":"\\ud800"}',
        '{"t":"do","id":"a","command":{"do":"decline","interaction_id":"x","epoch":1,'
        '"agent_id":"agent2"}}',
    ],
)
async def test_frame_that_is_not_of_the_protocol_ends_the_screen(text: str) -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        await link.socket.send(text)
        assert await link.end() == ("malformed", 4400)


async def test_binary_frame_ends_the_screen() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        await link.socket.send(b'{"t":"ping"}')
        assert await link.end() == ("malformed", 4400)


async def test_frame_over_the_limit_closes_with_the_code_for_it() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        await link.socket.send("x" * (MAX_FRAME + 1))
        assert (await link.end())[1] == 1009


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    frames=st.lists(
        st.one_of(
            st.binary(max_size=200),
            st.recursive(
                st.none() | st.booleans() | st.floats() | st.text(max_size=20),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner),
                max_leaves=8,
            ).map(lambda value: json.dumps(value).encode()),
            st.fixed_dictionaries(
                {"t": st.sampled_from(["watch", "do", "typing", "unwatch", "ping", "welcome"])},
                optional={
                    "topic": st.text(max_size=90),
                    "seq": st.integers() | st.floats(),
                    "id": st.text(max_size=70),
                    "command": st.dictionaries(st.sampled_from(["do", "text"]), st.text()),
                },
            ).map(lambda value: json.dumps(value).encode()),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_no_frame_whatsoever_breaks_the_gateway(frames: list[bytes]) -> None:
    async def run() -> None:
        async with rig() as hub, hub.screen("supervisor1") as watcher:
            async with hub.screen("agent1") as link:
                for frame in frames:
                    await link.socket.send(frame, text=True)
                await link.say(t="nonsense")
                reason, code = await link.end()
                assert (reason, code) in {("malformed", 4400), ("", 1007)}
            await watcher.say(t="ping")
            await watcher.hear("pong")

    asyncio.run(run())
