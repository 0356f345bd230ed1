"""Commands: stored, decided, answered with their commit, whoever decides them."""

import asyncio

from tests.streams.rig import OTHER, Rig, S, rigged

HELLO = {"do": "say", "text": "hello"}


def test_a_command_is_answered_with_its_durable_commit() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        commit = await process.heart.commands.submit(S, "c1", "alice", HELLO, wait=5)
        assert commit is not None
        assert commit["events"] == [{"is": "Say", "text": "hello"}]
        assert commit["input"]["key"] == "cmd:alice:customer:00s:c1"
        assert rig.journal() == [commit]

    rigged(body)


def test_the_same_command_id_is_decided_once_and_answered_alike() -> None:
    async def body(rig: Rig) -> None:
        submit = (await rig.start()).heart.commands.submit
        first = await submit(S, "c1", "alice", HELLO, wait=5)
        again = await submit(S, "c1", "alice", {"do": "say", "text": "other"}, wait=5)
        assert first is not None
        assert again == first
        assert rig.inputs() == ["cmd:alice:customer:00s:c1"]

    rigged(body)


def test_the_same_command_at_the_same_time_is_answered_to_both() -> None:
    async def body(rig: Rig) -> None:
        submit = (await rig.start()).heart.commands.submit
        async with asyncio.TaskGroup() as tasks:
            both = [tasks.create_task(submit(S, "c1", "a", HELLO, wait=5)) for _ in range(2)]
        assert both[0].result() == both[1].result() == rig.journal()[0]

    rigged(body)


def test_equal_ids_of_two_authors_are_two_commands() -> None:
    async def body(rig: Rig) -> None:
        submit = (await rig.start()).heart.commands.submit
        await submit(S, "c1", "alice", HELLO, wait=5)
        await submit(S, "c1", "bob", HELLO, wait=5)
        assert rig.inputs() == ["cmd:alice:customer:00s:c1", "cmd:bob:customer:00s:c1"]

    rigged(body)


def test_equal_ids_for_two_streams_are_two_commands() -> None:
    async def body(rig: Rig) -> None:
        submit = (await rig.start()).heart.commands.submit
        await submit(S, "c1", "alice", HELLO, wait=5)
        await submit(OTHER, "c1", "alice", HELLO, wait=5)
        assert len(rig.journal(S)) == len(rig.journal(OTHER)) == 1

    rigged(body)


def test_who_waits_too_short_gets_none_and_finds_the_commit_later_by_the_same_id() -> None:
    async def body(rig: Rig) -> None:
        submit = (await rig.start()).heart.commands.submit
        write = rig.hold("insert", "journal")
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await submit(S, "c1", "alice", HELLO, wait=1.5) is None
        assert 1.4 < loop.time() - began < 1.8
        write.release()
        commit = await submit(S, "c1", "alice", HELLO, wait=5)
        assert commit is not None
        assert rig.inputs() == ["cmd:alice:customer:00s:c1"]

    rigged(body)


def test_a_commit_of_another_process_is_found_in_the_journal() -> None:
    async def body(rig: Rig) -> None:
        await rig.start()
        second = rig.add("Q")
        await asyncio.sleep(5)
        assert second.heart.owned() == []
        commit = await second.heart.commands.submit(OTHER, "c1", "alice", HELLO, wait=10)
        assert commit is not None
        assert commit["token"] == rig.p.heart.owner.shards[1].token

    rigged(body)


def test_a_command_that_fails_is_answered_with_the_failure() -> None:
    async def body(rig: Rig) -> None:
        process = await rig.start()
        commit = await process.heart.commands.submit(S, "c1", "a", {"do": "break"}, wait=10)
        assert commit is not None
        assert commit["events"] == [{"is": "Failed", "error": "RuntimeError"}]

    rigged(body)
