"""The outbox: retries, dead letters, honest outcomes, order per destination."""

import asyncio
from datetime import timedelta
from itertools import pairwise

from hub.errors import PermanentSendError, RetryableSendError, SendHeld, UncertainSendError
from hub.streams.sending import Done
from tests.streams.loop import until
from tests.streams.rig import Doc, Rig, S, rigged


async def send(rig: Rig, *texts: str, to: str = "d", repeatable: bool = False) -> None:
    for text in texts:
        await rig.do(f"send {text}", "job", to=to, text=text, repeatable=repeatable)


def reports(rig: Rig) -> list[Doc]:
    bodies = [c["input"]["body"] for c in rig.journal()]
    return [{k: b[k] for k in b if k != "is"} for b in bodies if b.get("is") == "DeliveryReport"]


def settled(rig: Rig, text: str, state: str) -> bool:
    row = rig.jobs().get(text, {})
    return bool(row.get("state") == state and row.get("told") is not False)


async def all_sent(rig: Rig, count: int) -> None:
    await until(
        lambda: len(rig.jobs()) == count and all(settled(rig, t, "sent") for t in rig.jobs())
    )


def test_what_the_provider_took_is_sent_and_its_stream_is_told_once() -> None:
    async def body(rig: Rig) -> None:
        async def take(row: Doc) -> Done:
            return Done(change={"provider_id": "p1", "channel_id": "c1"})

        rig.answer = take
        await rig.start()
        await send(rig, "a")
        await until(lambda: settled(rig, "a", "sent"))
        await asyncio.sleep(10)
        row = rig.jobs()["a"]
        assert (row["provider_id"], row["open"], row["dead"]) == ("p1", False, False)
        assert reports(rig) == [{"of": row["_id"], "state": "sent", "provider_id": "p1"}]
        assert len(rig.seen) == 1

    rigged(body)


def test_a_refused_send_is_repeated_with_growing_pauses() -> None:
    async def body(rig: Rig) -> None:
        async def refuse(_row: Doc) -> Done:
            if len(rig.seen) < 5:
                raise RetryableSendError("busy")
            return Done()

        rig.answer = refuse
        await rig.start()
        await send(rig, "a")
        await until(lambda: settled(rig, "a", "sent"))
        times = [t for t, _ in rig.seen]
        pauses = [b - a for a, b in pairwise(times)]
        wanted = (1, 2, 4, 5)
        assert all(w <= p <= w + 1.2 for p, w in zip(pauses, wanted, strict=True)), pauses
        assert rig.jobs()["a"]["attempts"] == 4

    rigged(body, sweep_s=1.0)


def test_the_pause_the_provider_asks_for_is_kept() -> None:
    async def body(rig: Rig) -> None:
        async def later(_row: Doc) -> Done:
            if len(rig.seen) == 1:
                raise RetryableSendError("quota", retry_after=timedelta(seconds=90))
            return Done()

        rig.answer = later
        await rig.start()
        await send(rig, "a")
        await until(lambda: settled(rig, "a", "sent"))
        (first, _), (second, _) = rig.seen
        assert 90 <= second - first <= 92.5

    rigged(body)


def test_when_the_attempts_are_used_up_it_has_failed_and_waits_for_a_person() -> None:
    async def body(rig: Rig) -> None:
        async def refuse(_row: Doc) -> Done:
            raise RetryableSendError("busy", provider_code="-1")

        rig.answer = refuse
        await rig.start()
        await send(rig, "a")
        await until(lambda: settled(rig, "a", "failed"))
        row = rig.jobs()["a"]
        assert (row["code"], row["provider_code"], row["dead"]) == ("busy", "-1", True)
        assert len(rig.seen) == 3
        dead = await rig.p.stores.heart.outbox.dead(10)
        assert [d["_id"] for d in dead] == [row["_id"]]

    rigged(body, attempts=3)


def test_what_we_hold_back_ourselves_waits_as_long_as_it_takes() -> None:
    """A pause of the account is no try: more of them than attempts fail nothing."""

    async def body(rig: Rig) -> None:
        async def held(_row: Doc) -> Done:
            if len(rig.seen) <= 20:
                raise SendHeld("channel_paused", retry_after=timedelta(seconds=5))
            return Done()

        rig.answer = held
        await rig.start()
        await send(rig, "a", "b")
        await until(lambda: len(rig.seen) == 10)
        row = rig.jobs()["a"]
        assert (row["state"], row["code"], row["attempts"]) == ("queued", "channel_paused", 0)
        await all_sent(rig, 2)
        assert [text for _, text in rig.seen] == ["a"] * 21 + ["b"]

    rigged(body, attempts=3)


def test_a_final_refusal_is_not_repeated() -> None:
    async def body(rig: Rig) -> None:
        async def refuse(_row: Doc) -> Done:
            raise PermanentSendError("blocked", provider_code="48002", request_id="r9")

        rig.answer = refuse
        await rig.start()
        await send(rig, "a")
        await until(lambda: settled(rig, "a", "failed"))
        await asyncio.sleep(60)
        assert len(rig.seen) == 1
        row = rig.jobs()["a"]
        assert (row["code"], row["provider_code"], row["request_id"]) == ("blocked", "48002", "r9")
        assert reports(rig) == [
            {"of": row["_id"], "state": "failed", "code": "blocked", "provider_code": "48002"}
        ]

    rigged(body)


def test_no_answer_in_time_is_uncertain_and_never_sent_again() -> None:
    async def body(rig: Rig) -> None:
        async def silence(_row: Doc) -> Done:
            await asyncio.sleep(1e6)
            return Done()

        rig.answer = silence
        await rig.start()
        await send(rig, "a")
        await until(lambda: settled(rig, "a", "uncertain"))
        await asyncio.sleep(120)
        assert len(rig.seen) == 1
        assert (rig.jobs()["a"]["code"], rig.jobs()["a"]["dead"]) == ("no_answer", True)

    rigged(body)


def test_an_unreadable_answer_and_a_broken_worker_are_uncertain() -> None:
    async def body(rig: Rig) -> None:
        async def fail(row: Doc) -> Done:
            if row["body"]["text"] == "a":
                raise UncertainSendError("unreadable", provider_code="502")
            raise KeyError("bug")

        rig.answer = fail
        await rig.start()
        await send(rig, "a", "b")
        await until(lambda: settled(rig, "a", "uncertain") and settled(rig, "b", "uncertain"))
        assert rig.jobs()["a"]["code"] == "unreadable"
        assert rig.jobs()["b"]["code"] == "no_answer"

    rigged(body)


def test_repeatable_work_without_an_answer_is_done_again() -> None:
    async def body(rig: Rig) -> None:
        async def slow_once(row: Doc) -> Done:
            if len(rig.seen) == 1:
                await asyncio.sleep(1e6)
            said = {"do": "say", "text": "answer"}
            return Done(inputs=[(f"bot:{row['_id']}", said)])

        rig.answer = slow_once
        await rig.start()
        await send(rig, "a", repeatable=True)
        await until(lambda: {"is": "Say", "text": "answer"} in rig.events())
        assert len(rig.seen) == 2

    rigged(body)


def test_repeatable_work_of_a_dead_process_is_taken_up_by_the_next() -> None:
    async def body(rig: Rig) -> None:
        async def hang(_row: Doc) -> Done:
            await asyncio.sleep(1e6 if len(rig.seen) == 1 else 0)
            return Done()

        rig.answer = hang
        await rig.start(send_timeout_s=1000)
        await send(rig, "a", repeatable=True)
        await until(lambda: len(rig.seen) == 1)
        rig.chaos.freeze("P", 1e9)
        await rig.start("Q")
        await until(lambda: settled(rig, "a", "sent"))
        assert len(rig.seen) == 2

    rigged(body)


def test_a_send_of_a_dead_process_becomes_uncertain_after_its_time() -> None:
    async def body(rig: Rig) -> None:
        async def hang(_row: Doc) -> Done:
            await asyncio.sleep(1e6)
            return Done()

        rig.answer = hang
        await rig.start(send_timeout_s=1000)
        await send(rig, "a")
        await until(lambda: len(rig.seen) == 1)
        rig.chaos.freeze("P", 1e9)
        await rig.start("Q")
        taken = asyncio.get_running_loop().time()
        await until(lambda: settled(rig, "a", "uncertain"))
        assert 30 <= asyncio.get_running_loop().time() - taken <= 35
        assert rig.jobs()["a"]["code"] == "overdue"
        assert len(rig.seen) == 1

    rigged(body)


def test_one_destination_gets_one_at_a_time_in_order_others_do_not_wait() -> None:
    async def body(rig: Rig) -> None:
        running: list[str] = []
        most: dict[str, int] = {}

        async def slow(row: Doc) -> Done:
            running.append(row["destination"])
            count = running.count(row["destination"])
            most[row["destination"]] = max(most.get(row["destination"], 0), count)
            most["all"] = max(most.get("all", 0), len(running))
            await asyncio.sleep(0.5)
            running.remove(row["destination"])
            return Done()

        rig.answer = slow
        await rig.start()
        await send(rig, "d1", "d2", "d3", to="d")
        await send(rig, "e1", "e2", to="e")
        await until(lambda: settled(rig, "d3", "sent") and settled(rig, "e2", "sent"))
        sent = [text for _, text in rig.seen]
        assert [t for t in sent if t[0] == "d"] == ["d1", "d2", "d3"]
        assert [t for t in sent if t[0] == "e"] == ["e1", "e2"]
        assert most == {"d": 1, "e": 1, "all": 2}

    rigged(body)


def test_what_waits_for_a_retry_holds_its_destination_back() -> None:
    async def body(rig: Rig) -> None:
        async def refuse_once(_row: Doc) -> Done:
            if len(rig.seen) == 1:
                raise RetryableSendError("busy", retry_after=timedelta(seconds=20))
            return Done()

        rig.answer = refuse_once
        await rig.start()
        await send(rig, "a", "b")
        await until(lambda: settled(rig, "b", "sent"))
        assert [text for _, text in rig.seen] == ["a", "a", "b"]

    rigged(body)


def test_what_is_uncertain_or_failed_lets_the_next_go() -> None:
    async def body(rig: Rig) -> None:
        async def first_fails(row: Doc) -> Done:
            if row["body"]["text"] == "a":
                raise PermanentSendError("blocked")
            if row["body"]["text"] == "b":
                raise UncertainSendError("no_answer")
            return Done()

        rig.answer = first_fails
        await rig.start()
        await send(rig, "a", "b", "c")
        await until(lambda: settled(rig, "c", "sent"))
        assert [text for _, text in rig.seen] == ["a", "b", "c"]

    rigged(body)


def test_an_answer_after_the_time_resolves_what_was_uncertain() -> None:
    async def body(rig: Rig) -> None:
        async def take(_row: Doc) -> Done:
            return Done(change={"provider_id": "p1", "channel_id": "c1"})

        rig.answer = take
        await rig.start()
        answer = rig.hold("update", "outbox", at=2)
        await send(rig, "a")
        await answer.reached.wait()
        rig.chaos.freeze("P", 1e9)
        await rig.start("Q")
        await until(lambda: settled(rig, "a", "uncertain"))
        answer.release()
        await until(lambda: settled(rig, "a", "sent"))
        await asyncio.sleep(5)
        assert [r["state"] for r in reports(rig)] == ["uncertain", "sent"]
        assert (rig.jobs()["a"]["provider_id"], rig.jobs()["a"]["dead"]) == ("p1", False)

    rigged(body)


def test_no_more_than_so_many_sends_run_at_once() -> None:
    async def body(rig: Rig) -> None:
        running = 0
        most = 0

        async def slow(_row: Doc) -> Done:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.2)
            running -= 1
            return Done()

        rig.answer = slow
        await rig.start()
        for i in range(9):
            await send(rig, f"t{i}", to=f"d{i}")
        await all_sent(rig, 9)
        assert most == 3
        assert len(rig.seen) == 9

    rigged(body, sends=3)


def test_a_claim_that_waited_too_long_for_room_is_given_back_and_sent_later() -> None:
    async def body(rig: Rig) -> None:
        async def slow(_row: Doc) -> Done:
            await asyncio.sleep(4)
            return Done()

        rig.answer = slow
        await rig.start()
        rows = [rig.row(f"k{i}", "job", to=f"d{i}", text=f"t{i}", source=f"s{i}") for i in range(6)]
        await rig.p.stores.heart.inbox.insert(rows, ordered=False)
        await all_sent(rig, 6)
        assert sorted(text for _, text in rig.seen) == [f"t{i}" for i in range(6)]
        assert {r["attempts"] for r in rig.jobs().values()} == {0}

    rigged(body, sends=1, overdue_s=10.0)


def test_inputs_of_a_worker_are_stored_before_its_row_is_settled() -> None:
    async def body(rig: Rig) -> None:
        async def answer(row: Doc) -> Done:
            return Done(inputs=[(f"bot:{row['_id']}", {"do": "say", "text": "answer"})])

        rig.answer = answer
        await rig.start()
        settle = rig.hold("update", "outbox", at=2)
        await send(rig, "a", repeatable=True)
        await settle.reached.wait()
        assert "bot:00:000000000001#0" in rig.table("inbox")
        assert rig.jobs()["a"]["state"] == "sending"
        settle.release()
        await until(lambda: settled(rig, "a", "sent"))
        row = rig.table("inbox")["bot:00:000000000001#0"]
        assert (row["stream"], row["source"]) == (S, "o:bot:d")

    rigged(body)
