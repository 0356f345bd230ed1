"""Writes and answers that arrive when another owner has gone on change nothing that is newer."""

import asyncio

from tests.streams.loop import until
from tests.streams.scene import SHARDS
from tests.streams.stage import A, Stage, perform
from tests.streams.toy import DESK

DESK_SHARD = SHARDS[2]


def journal(stage: Stage) -> list[str]:
    return [
        packed.get("e", [packed["is"]])[0]
        for commit in stage.tables()["journal"].values()
        for packed in commit["events"]
    ]


def test_an_alarm_write_that_lands_late_does_not_silence_a_newer_timer() -> None:
    async def schedule(stage: Stage) -> None:
        await stage.owning("P", DESK_SHARD)
        await stage.desk("P", "place1", "place", "w1")
        await stage.desk("P", "release1", "release", "w1")
        late = stage.hold("P", "update", "alarms", cut=True)
        await late.reached.wait()
        await asyncio.sleep(2)
        await stage.desk("P", "place2", "place", "w2")
        await asyncio.sleep(1)
        late.release()
        await asyncio.sleep(1)
        assert journal(stage).count("Requeued") == 0
        await asyncio.sleep(8)
        assert journal(stage).count("Requeued") == 1

    assert perform(schedule) == []


def test_an_alarm_of_a_frozen_owner_does_not_silence_a_newer_timer() -> None:
    async def schedule(stage: Stage) -> None:
        await stage.owning("P", DESK_SHARD)
        await stage.desk("P", "place1", "place", "w1")
        await stage.desk("P", "release1", "release", "w1")
        late = stage.hold("P", "update", "alarms")
        await late.reached.wait()
        stage.freeze("P")
        await stage.owning("Q", DESK_SHARD)
        await stage.desk("Q", "place2", "place", "w2")
        await asyncio.sleep(1)
        late.release()
        await asyncio.sleep(9)
        assert journal(stage).count("Requeued") == 1

    assert perform(schedule) == []


def test_a_result_that_replaced_an_uncertain_one_meanwhile_is_still_reported() -> None:
    async def schedule(stage: Stage) -> None:
        await stage.owning("P")
        await stage.talking("P", A)
        answer = stage.hold("P", "update", "outbox", at=2)
        await stage.reply("P", "r1", A)
        await answer.reached.wait()
        stage.freeze("P")
        told = stage.hold("Q", "update", "outbox", at=3)  # a touch, the claim overdue, told
        await stage.owning("Q")
        await told.reached.wait()
        answer.release()
        await until(lambda: stage.row("r1")["state"] == "sent")
        told.release()
        await asyncio.sleep(4)
        assert stage.reports() == ["uncertain", "sent"]

    assert perform(schedule) == []


def test_a_claim_whose_answer_comes_too_late_is_not_sent() -> None:
    """Another owner calls it uncertain by then, and a person may have decided."""

    async def schedule(stage: Stage) -> None:
        await stage.owning("P")
        await stage.talking("P", A)
        stage.after("P", "update", "outbox", lambda: stage.freeze("P"))
        await stage.reply("P", "r1", A)
        await stage.owning("Q")
        await until(lambda: stage.row("r1")["state"] == "uncertain")
        stage.thaw("P")
        await asyncio.sleep(4)
        assert stage.carried == []
        assert stage.row("r1")["state"] == "failed"

    assert perform(schedule) == []


def test_a_late_refusal_of_an_uncertain_send_is_left_to_a_person() -> None:
    async def schedule(stage: Stage) -> None:
        await stage.owning("P")
        await stage.talking("P", A)
        stage.refuse = lambda _: True
        answer = stage.hold("P", "update", "outbox", at=2)
        await stage.reply("P", "r1", A)
        await answer.reached.wait()
        stage.freeze("P")
        await stage.owning("Q")
        await until(lambda: stage.row("r1")["state"] == "uncertain")
        stage.thaw("P")
        answer.release()
        await asyncio.sleep(4)
        assert stage.row("r1")["state"] == "failed"
        assert stage.row("r1")["dead"] is True
        assert stage.carried == []
        assert stage.reports() == ["uncertain", "failed"]

    assert perform(schedule) == []


def test_an_owner_that_lost_its_shard_does_not_write_under_another_name() -> None:
    async def schedule(stage: Stage) -> None:
        await stage.owning("P", DESK_SHARD)
        stage.freeze("P")
        await stage.owning("Q", DESK_SHARD)
        await stage.desk("Q", "place1", "place", "w1")
        stage.thaw("P")
        await asyncio.sleep(5)
        assert not stage.nodes["P"].owns(DESK_SHARD)
        assert stage.nodes["Q"].owns(DESK_SHARD)
        assert stage.commits(DESK) == 1

    assert perform(schedule) == []
