"""The board answers as a scan of plain lists does."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis.strategies import integers, randoms, sampled_from

from hub.decisions.desk.board import Board, Staff, Tally
from hub.decisions.desk.line import BLOCK, NOTHING, Line
from hub.decisions.desk.order import Order
from hub.decisions.desk.pool import Seat
from hub.decisions.desk.ranking import Candidate, LongestIdle, Need, Rank, Strategy, need_of
from hub.model.desk import Medium, Queue, Skill
from hub.model.ids import AgentId, InteractionId, QueueId
from tests.decisions.desk.twins import DAY, MostExpert, Twins

SIZES = {
    "as it is": {},
    "walked": {"FEW": 0, "DENSE": 0, "BLOCK": 4},
    "sorted": {"FEW": 0, "BLOCK": 4},
}
"""How the best are found, with blocks so small that they are cut and joined often."""


def resized(patch: pytest.MonkeyPatch, sizes: dict[str, int]) -> None:
    for name, size in sizes.items():
        patch.setattr(f"hub.decisions.desk.{'floor' if name == 'FEW' else 'order'}.{name}", size)


A, B, C = AgentId("a"), AgentId("b"), AgentId("c")
TEXT = {Medium.TEXT: 1}
CARD = Need(Medium.TEXT, frozenset({("card", 1)}))
GOLD = Need(Medium.TEXT, frozenset({("card", 4)}))
ANY = Need(Medium.TEXT)


def at(second: int) -> datetime:
    return DAY + timedelta(seconds=second)


def rank(name: str, second: int, *, turn: int = 1, priority: int = 5) -> Rank:
    return Rank(turn, priority, at(second), InteractionId(name))


def board_of(*agents: tuple[AgentId, int, int, int]) -> Board:
    """Ready agents of one text slot: id, level in "card", load, idle since."""
    board = Board()
    for agent_id, level, load, idle in agents:
        board.put_agent(agent_id, {"card": level} if level else {}, TEXT, load, at(idle))
    return board


def who(found: list[Candidate]) -> list[str]:
    return [candidate.agent_id for candidate in found]


# ---------------------------------------------------------------- work arrives
def test_the_least_loaded_then_the_longest_idle_then_the_lower_name_is_best() -> None:
    board = board_of((C, 1, 0, 30), (B, 1, 0, 30), (A, 1, 1, 10))
    assert board.best_agents(CARD) == [
        Candidate(B, 0, at(30)),
        Candidate(C, 0, at(30)),
        Candidate(A, 1, at(10)),
    ]
    assert who(board.best_agents(CARD, 2)) == ["b", "c"]


def test_a_higher_level_serves_a_lower_need_and_not_the_other_way_round() -> None:
    board = board_of((A, 5, 0, 1), (B, 3, 0, 2), (C, 0, 0, 3))
    assert who(board.best_agents(CARD)) == ["a", "b"]
    assert who(board.best_agents(GOLD)) == ["a"]
    assert who(board.best_agents(ANY)) == ["a", "b", "c"]
    assert [board.staff(need).able for need in (CARD, GOLD, ANY)] == [2, 1, 3]


def test_staff_is_counted_by_who_is_ready_and_who_has_work_in_hand() -> None:
    board = Board()
    board.put_agent(A, {}, {}, 2, at(0))
    board.put_agent(B, {}, TEXT, 0, at(0), ready=False)
    board.put_agent(C, {}, {}, 1, at(0), ready=False)
    assert board.staff(ANY) == Staff(able=3, ready=1, serving=2)
    board.put_agent(C, {}, TEXT, 0, at(9), ready=False)
    assert board.staff(ANY) == Staff(able=3, ready=1, serving=1)
    board.drop_agent(A)
    assert board.staff(ANY) == Staff(able=2, ready=0, serving=0)


def test_slots_given_away_in_this_decision_count_as_load_and_end_at_the_last() -> None:
    board = Board()
    board.put_agent(A, {}, {Medium.TEXT: 2, Medium.VOICE: 1}, 0, at(1))
    board.put_agent(B, {}, {Medium.TEXT: 1}, 0, at(2))
    once, twice = {A: {Medium.TEXT: 1}}, {A: {Medium.TEXT: 2}}
    assert board.best_agents(ANY, taken=once) == [Candidate(B, 0, at(2)), Candidate(A, 1, at(1))]
    assert board.best_agents(ANY, taken=twice) == [Candidate(B, 0, at(2))]
    assert who(board.best_agents(Need(Medium.VOICE), taken=twice)) == ["a"]
    assert who(board.best_agents(ANY)) == ["a", "b"]


def test_who_becomes_better_and_who_becomes_worse_are_both_found_in_their_new_place() -> None:
    board = board_of((A, 1, 0, 1), (B, 1, 1, 2), (C, 1, 2, 3))
    assert who(board.best_agents(CARD)) == ["a", "b", "c"]
    board.put_agent(A, {"card": 1}, TEXT, 3, at(1))
    board.put_agent(C, {"card": 1}, TEXT, 0, at(9))
    assert who(board.best_agents(CARD)) == ["c", "b", "a"]


def test_new_skills_replace_the_old_ones() -> None:
    board = board_of((A, 5, 0, 1))
    assert who(board.best_agents(GOLD)) == ["a"]
    board.put_agent(A, {"card": 2, "loan": 1}, TEXT, 0, at(1))
    assert who(board.best_agents(GOLD)) == []
    assert who(board.best_agents(CARD)) == ["a"]


def test_each_agent_is_refused_for_the_first_reason_that_applies() -> None:
    board = Board()
    board.put_agent(AgentId("1"), {}, {}, 0, at(0), ready=False, connected=False)
    board.put_agent(AgentId("2"), {"card": 1}, {}, 0, at(0), ready=False, connected=False)
    board.put_agent(AgentId("3"), {"card": 1}, {}, 0, at(0), ready=False)
    board.put_agent(AgentId("4"), {"card": 1}, {Medium.VOICE: 1}, 0, at(0))
    board.put_agent(AgentId("5"), {"card": 1}, TEXT, 0, at(0))
    board.put_agent(AgentId("6"), {"card": 1}, TEXT, 0, at(0))
    board.put_agent(AgentId("7"), {"card": 1}, TEXT, 0, at(0))
    found = board.tally(CARD, barred=[AgentId("5")], taken={AgentId("6"): {Medium.TEXT: 1}})
    assert found == Tally(
        eligible=1,
        refused={
            "missing_skill": 1,
            "disconnected": 1,
            "not_ready": 1,
            "at_capacity": 2,
            "declined": 1,
        },
    )


# ---------------------------------------------------------------- an agent frees
def test_returned_work_goes_first_then_priority_then_waiting_time_then_name() -> None:
    board = board_of((A, 5, 0, 1))
    board.add_work(rank("d", 5), CARD)
    board.add_work(rank("c", 5), GOLD)
    board.add_work(rank("b", 9, priority=1), ANY)
    board.add_work(rank("a", 30, turn=0, priority=9), CARD)
    assert board.next_work(A, 9) == ["a", "b", "c", "d"]
    assert board.next_work(A) == ["a"]
    assert board.next_work(A, 2, placed={InteractionId("a")}) == ["b", "c"]
    board.remove_work(InteractionId("b"))
    assert board.next_work(A, 9) == ["a", "c", "d"]


def test_targeted_work_is_for_its_agent_whatever_the_skills() -> None:
    board = board_of((A, 0, 0, 1), (B, 5, 0, 1))
    board.add_work(rank("x", 1), GOLD, target=A)
    assert (board.next_work(A), board.next_work(B)) == (["x"], [])
    board.add_work(rank("x", 1), GOLD)
    assert (board.next_work(A), board.next_work(B)) == ([], ["x"])


def test_barred_work_is_passed_over_until_it_is_added_without_the_bar() -> None:
    board = board_of((A, 1, 0, 1), (B, 1, 0, 1))
    board.add_work(rank("x", 1), CARD, barred=[A])
    board.add_work(rank("y", 2), CARD)
    assert (board.next_work(A), board.next_work(B)) == (["y"], ["x"])
    board.add_work(rank("x", 1), CARD)
    assert board.next_work(A) == ["x"]


def test_nobody_without_a_free_slot_of_the_medium_is_given_work() -> None:
    board = Board()
    board.put_agent(A, {}, {Medium.TEXT: 1, Medium.VOICE: 1}, 0, at(1))
    board.add_work(rank("call", 1), Need(Medium.VOICE))
    board.add_work(rank("chat", 2), ANY)
    assert board.next_work(A, 2) == ["call", "chat"]
    assert board.next_work(A, taken={A: {Medium.VOICE: 1}}) == ["chat"]
    board.put_agent(A, {}, {Medium.TEXT: 1}, 1, at(1), ready=False)
    assert board.next_work(A) == []
    board.put_agent(A, {}, {Medium.TEXT: 1}, 1, at(1), connected=False)
    assert board.next_work(A) == []


def test_only_work_somebody_can_take_now_is_servable() -> None:
    board = board_of((A, 1, 0, 1), (B, 0, 0, 1))
    board.add_work(rank("expert", 1), GOLD)
    board.add_work(rank("barred", 2), CARD, barred=[A])
    board.add_work(rank("plain", 3), CARD)
    board.add_work(rank("for-b", 4), GOLD, target=B)
    board.add_work(rank("for-c", 5), ANY, target=C)
    assert board.servable(9) == ["plain", "for-b"]
    assert board.servable(9, taken={A: {Medium.TEXT: 1}}) == ["for-b"]
    assert board.servable(1, placed={InteractionId("plain")}) == ["for-b"]


def test_the_place_counts_who_is_served_before() -> None:
    board = board_of()
    for n in range(3):
        board.add_work(rank(f"{n}", n), CARD)
    board.add_work(rank("other", 0), ANY)
    assert board.ahead(rank("2", 2), CARD) == 2
    assert board.ahead(rank("new", 9), CARD) == 3
    assert board.ahead(rank("vip", 9, priority=0), CARD) == 0
    assert board.ahead(rank("new", 9), GOLD) == 0


def test_a_queue_asks_for_its_skills() -> None:
    queue = Queue(queue_id=QueueId("q"), name="卡", skills=(Skill(skill="card", level=4),))
    assert need_of(queue, Medium.TEXT) == GOLD


# ---------------------------------------------------------------- the same as a scan
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("strategy", [LongestIdle(), MostExpert()])
@pytest.mark.parametrize("seed", range(2))
def test_5000_random_events_are_answered_as_by_a_scan(
    seed: int, strategy: Strategy, sizes: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    resized(monkeypatch, sizes)
    many = Twins(seed, strategy=strategy)
    few = Twins(seed, agents=4, works=8, seconds=4, strategy=strategy)
    many.run(2500)
    few.run(2500)
    assert min(many.asked, few.asked) > 7 * 1500


@settings(max_examples=25, deadline=None)
@given(
    randoms(use_true_random=False),
    integers(4, 30),
    integers(5, 90),
    integers(1, 60),
    sampled_from(list(SIZES.values())),
)
def test_any_events_are_answered_as_by_a_scan(
    random: Random, agents: int, works: int, seconds: int, sizes: dict[str, int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        resized(patch, sizes)
        Twins(random, agents=agents, works=works, seconds=seconds).run(40)


def test_needs_nothing_waits_with_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.decisions.desk.floor.POOLS_KEPT", 8)
    twins = Twins(1, works=6)
    twins.run(1500)
    assert len(twins.board._floor.pools) <= 2 * 6 + 8


def test_blocks_of_the_order_stay_neither_long_nor_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.decisions.desk.order.BLOCK", 8)
    random = Random(6)  # noqa: S311 - a repeatable run
    order = Order()
    seats = [Seat(AgentId(f"{n}"), n, {}, DAY) for n in range(200)]
    for n in range(4000):
        seat = random.choice(seats)
        order.put(seat, (n + random.randrange(500), seat.index, seat))
    standing = sorted(seat.stands for seat in seats if seat.stands)
    assert [seat.stands for seat in order.walk([""])] == standing
    assert len(order._blocks) <= 200 / (8 // 4) + 1
    assert max(len(block.keys) for block in order._blocks) < 2 * 8 + 8 // 4
    for seat in seats:
        order.put(seat, ())
    assert (list(order.walk([""])), order._blocks) == ([], [])


HASHED = """
from hub.model.desk import Medium
from hub.decisions.desk.ranking import Need
from tests.decisions.desk.twins import SKILLS, Twins
twins = Twins(3)
twins.run(400)
board = twins.board
print(board.servable(99), [board.next_work(a, 9) for a in twins.agent_ids])
for skill in SKILLS:
    print(board.best_agents(Need(Medium.TEXT, frozenset({(skill, 1), ("card", 1)})), 9))
"""


def test_answers_do_not_depend_on_the_hash_seed() -> None:
    path = os.pathsep.join(sys.path)
    said = [
        subprocess.run(
            [sys.executable, "-c", HASHED],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert "Candidate" in said[0]
    assert said[0] == said[1]


# ---------------------------------------------------------------- the line
def test_a_line_of_many_blocks_stays_sorted_and_counted() -> None:
    random = Random(4)  # noqa: S311 - a repeatable run
    heads: list[Rank] = []
    line, expected = Line(heads), []
    for n in range(5 * BLOCK):
        new = rank(f"{n}", random.randrange(9000))
        line.add(new)
        expected.append(new)
    expected.sort()
    assert (list(line), heads) == (expected, expected[:1])
    assert [line.before(expected[i]) for i in (0, 700, 2000)] == [0, 700, 2000]
    for gone in random.sample(expected, 4 * BLOCK):
        line.remove(gone)
        expected.remove(gone)
    assert list(line) == expected
    assert line.before(rank("end", 9999)) == BLOCK
    for gone in expected:
        line.remove(gone)
    assert (heads, list(line)) == ([NOTHING], [])
