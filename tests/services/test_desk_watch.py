"""A gateway that died loses its connections; one that lives loses none."""

import asyncio

from hub.model.ids import AgentId, desk_stream, shard_of
from tests.services.live_rig import LEASE_S, Process, Start, d, in_virtual_time
from tests.streams.loop import until

DESK = shard_of(desk_stream())
OWNER = range(DESK, DESK + 1)
NONE = range(0)


def connections(process: Process) -> list[str]:
    return sorted(
        c for agent in process.topics.desk.state.agents.values() for c in agent.connections
    )


async def join(process: Process, connection: str, agent: str = "ann") -> None:
    profile = d.profile(AgentId(agent))
    await process.tell(d.connect(profile, connection), f"connect:{connection}")
    await until(lambda: connection in connections(process))


def losses(process: Process) -> list[str]:
    rows = process.database.majority("inbox").rows
    return sorted(str(key) for key in rows if str(key).startswith("lost:"))


def test_a_dead_gateways_connections_are_lost_after_a_lease() -> None:
    async def body(start: Start) -> None:
        owner = await start("P", OWNER).started()
        gateway = await start("Q", NONE).started()
        await join(owner, f"{gateway.name}.1")
        await join(owner, f"{owner.name}.1")
        await asyncio.sleep(3 * LEASE_S)
        assert connections(owner) == sorted([f"{gateway.name}.1", f"{owner.name}.1"])
        await gateway.die()
        await asyncio.sleep(LEASE_S / 2)
        assert len(connections(owner)) == 2
        await asyncio.sleep(LEASE_S)
        assert connections(owner) == [f"{owner.name}.1"]
        assert losses(owner) == [f"lost:{gateway.name}.1"]

    in_virtual_time(body)


def test_a_gateway_that_never_beat_is_given_a_lease_too() -> None:
    async def body(start: Start) -> None:
        owner = await start("P", OWNER).started()
        await join(owner, "unknown.1")
        await asyncio.sleep(LEASE_S - 1)
        assert connections(owner) == ["unknown.1"]
        await asyncio.sleep(LEASE_S)
        assert connections(owner) == []

    in_virtual_time(body)


def test_a_new_owner_of_the_desk_gives_everybody_one_lease() -> None:
    async def body(start: Start) -> None:
        owner = await start("P", OWNER).started()
        await join(owner, f"{owner.name}.1")
        await owner.die()
        heir = start("Q", OWNER)
        await until(lambda: DESK in heir.heart.owner.shards)
        taken = heir.clock.monotonic()
        await until(lambda: connections(heir) == [])
        assert LEASE_S <= heir.clock.monotonic() - taken < 2 * LEASE_S

    in_virtual_time(body)


def test_who_does_not_own_the_desk_hands_in_nothing() -> None:
    async def body(start: Start) -> None:
        owner = await start("P", OWNER).started()
        other = await start("Q", NONE).started()
        owner.lives[2].cancel()
        await join(owner, "unknown.1")
        await asyncio.sleep(5 * LEASE_S)
        assert other.topics.desk.seq == owner.topics.desk.seq
        assert (connections(other), losses(owner)) == (["unknown.1"], [])

    in_virtual_time(body)


def test_a_loss_handed_in_twice_is_one() -> None:
    async def body(start: Start) -> None:
        owner = await start("P", OWNER).started()
        await join(owner, "unknown.1")
        await until(lambda: connections(owner) == [])
        decided = owner.topics.desk.seq
        loss = d.lose(d.ANN, "unknown.1")
        await owner.tell(loss, "lost:unknown.1")
        await asyncio.sleep(3 * LEASE_S)
        assert owner.topics.desk.seq == decided
        assert losses(owner) == ["lost:unknown.1"]

    in_virtual_time(body)
