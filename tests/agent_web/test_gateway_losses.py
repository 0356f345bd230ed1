"""Screens of a process that stood still so long that the desk gave them up."""

from hub.model.codec import pack
from hub.model.desk_inputs import LoseConnection
from hub.model.ids import AgentId, desk_stream
from tests.agent_web.gateway_rig import Rig, eventually, rig


async def lose(it: Rig, connection_id: str) -> None:
    """What the desk's owner hands in when a gateway's beat is missing."""
    loss = LoseConnection(agent_id=AgentId("agent1"), connection_id=connection_id)
    await it.heart.commands.submit(
        desk_stream(), f"lost.{connection_id}", "system:test", pack(loss), wait=5.0
    )


async def connections(it: Rig) -> list[str]:
    """Of agent1, as the journal tells them."""
    there: list[str] = []
    for event in await it.desk_events("AgentConnected", "AgentDisconnected"):
        if event["is"] == "AgentConnected":
            there.append(event["connection_id"])
        else:
            there.remove(event["connection_id"])
    return there


async def test_screen_the_desk_gave_up_is_sent_away_and_counts_again_when_it_is_back() -> None:
    async with rig(live=True) as it:
        await it.topics.desk.ready()
        async with it.screen() as link:
            first = link.welcome["connection_id"]
            await eventually(lambda: connections(it))
            await lose(it, first)
            assert await link.end() == ("stopping", 1001)
        async with it.screen() as link:
            again = link.welcome["connection_id"]
            assert again != first
            assert await eventually(lambda: connections(it)) == [again]


async def test_other_screens_of_the_same_agent_stay() -> None:
    async with rig(live=True) as it:
        await it.topics.desk.ready()
        async with it.screen() as lost, it.screen() as other:
            await eventually(lambda: _both(it))
            await lose(it, lost.welcome["connection_id"])
            assert await lost.end() == ("stopping", 1001)
            await other.say(t="ping")
            assert (await other.hear("pong"))["t"] == "pong"
            assert await connections(it) == [other.welcome["connection_id"]]


async def _both(it: Rig) -> bool:
    return len(await connections(it)) == 2
