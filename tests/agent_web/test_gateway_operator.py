"""Whoever runs the machine may have the workspace open, and sees no customer in it."""

import pytest

from hub.services.access import Role
from tests.agent_web import gateway_rig
from tests.agent_web.gateway_rig import rig


async def test_an_operator_is_let_in_and_shown_and_allowed_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(gateway_rig.ROLES, "operator1", Role.OPERATOR)
    async with rig() as hub, hub.screen("operator1") as link:
        for topic in ("desk", "conversations", "customer:" + "00" * 10):
            await link.say(t="watch", topic=topic, seq=0)
            closed = await link.hear("closed")
            assert (closed["topic"], closed["reason"]) == (topic, "forbidden")
        command = {"do": "presence", "presence": "ready"}
        await link.say(t="do", id="a", command=command)
        done = await link.hear("done")
        assert (done["state"], done["reason"]) == ("refused", "forbidden")
        assert await hub.desk_events("AgentConnected") == []
