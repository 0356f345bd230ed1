"""The topic "desk": who sees what, and that coming back shows what is there now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from agent_web.desk_view import DeskView
from agent_web.topics import LEADS, Viewer
from hub.model.desk import Medium, Presence, Slots
from hub.model.desk_inputs import UpdateAgent
from hub.model.ids import AgentId
from tests.agent_web.screen import LEAD, Doc, Screen, fresh, person
from tests.decisions.desk import desk as d

ANN, BOB, CAT = (person(name) for name in ("ann", "bob", "cat"))
CHIEF = Viewer("ann", frozenset({"ann", LEADS}))
"""A supervisor who takes work too."""

VIEWERS = (ANN, BOB, CAT, CHIEF, LEAD)
SKILLED = d.profile(d.ANN, slots=2, loans=3)
UNSKILLED = d.profile(d.BOB)
WRITER = replace(d.profile(d.ANN, loans=3), capacity=(Slots(medium=Medium.TEXT, count=1),))


@dataclass
class WatchedDesk(d.Desk):
    """Tells the view of every commit, as the live stream does."""

    view: DeskView | None = None

    def take(self, body: dict[str, Any], key: str = "") -> list[Any]:
        events = super().take(body, key)
        if self.view is not None:
            self.view.committed(self.state, self.commits[-1], events)
        return events


class Floor:
    """A desk by hand with the view of it, and a screen of each person that follows."""

    def __init__(self, window: int = 100) -> None:
        self.desk = WatchedDesk()
        self.desk.do(d.configure(*d.QUEUES))
        self.desk.later(timedelta())
        self.view = DeskView("desk/1.test", window=window)
        self.view.loaded(self.desk.state, ())
        self.desk.view = self.view
        self.do = self.desk.do
        self.screens = [Screen(viewer, self.may_see) for viewer in VIEWERS]
        for screen in self.screens:
            screen.follow(self.view)

    def later(self, seconds: float) -> None:
        self.desk.later(timedelta(seconds=seconds))

    def anew(self) -> DeskView:
        view = DeskView("desk/1.test", window=self.view._window)
        view.loaded(self.desk.rules.thaw(self.desk.rules.freeze(self.desk.state)), ())
        return view

    def sees(self, viewer: Viewer, kind: str) -> list[str]:
        screen = next(s for s in self.screens if s.viewer is viewer)
        return sorted(doc["id"] for doc in screen.docs.values() if doc["kind"] == kind)

    def doc(self, viewer: Viewer, kind: str, id: str) -> Doc:
        screen = next(s for s in self.screens if s.viewer is viewer)
        return screen.docs[kind, id]

    def may_see(self, viewer: Viewer, doc: Mapping[str, Any]) -> bool:
        """Said again in other words than the view's."""
        if doc["kind"] in ("queue", "colleague") or LEADS in viewer.keys:
            return not (doc["kind"] == "work" and doc["state"] == "queued" and doc["note"])
        if doc["kind"] == "agent":
            return bool(doc["id"] == viewer.username)
        if doc["state"] != "queued":
            return bool(doc["agent_id"] == viewer.username)
        agent = self.desk.state.agents.get(AgentId(viewer.username))
        skilled = doc["queue_id"] != d.LOANS or (agent and agent.skills.get("loans", 0) >= 2)
        return not doc["note"] and bool(agent and agent.signed_in and skilled)


# ---------------------------------------------------------------- who sees what
def test_waiting_work_is_seen_by_supervisors_and_by_agents_who_could_serve_it() -> None:
    floor = Floor()
    floor.do(d.connect(SKILLED, "p.1"))
    floor.do(d.connect(UNSKILLED, "p.2"))
    floor.do(d.place(d.W1, queue=d.LOANS))
    floor.do(d.place(d.W2, queue=d.GENERAL))
    assert floor.sees(ANN, "work") == sorted([d.W1, d.W2])
    assert floor.sees(LEAD, "work") == sorted([d.W1, d.W2])
    assert floor.sees(BOB, "work") == [d.W2]
    assert floor.sees(CAT, "work") == []


def test_who_signs_in_sees_what_waits_and_who_leaves_sees_it_no_more() -> None:
    floor = Floor()
    floor.do(d.place(d.W1))
    assert floor.sees(BOB, "work") == []
    floor.do(d.connect(UNSKILLED, "p.2"))
    assert floor.sees(BOB, "work") == [d.W1]
    floor.do(d.presence(d.BOB, Presence.OFFLINE))
    assert floor.sees(BOB, "work") == []
    assert floor.sees(LEAD, "work") == [d.W1]


def test_offered_work_is_its_agents_alone() -> None:
    floor = Floor()
    floor.do(d.connect(SKILLED, "p.1"))
    floor.do(d.connect(UNSKILLED, "p.2"))
    floor.do(d.place(d.W1))
    floor.do(d.ready(d.BOB))
    assert floor.sees(BOB, "work") == [d.W1]
    assert floor.sees(ANN, "work") == []
    offered = floor.doc(BOB, "work", d.W1)
    assert (offered["state"], offered["agent_id"], offered["epoch"]) == ("offered", "bob", 1)
    assert offered["offer_until"] == "2026-11-21T09:00:20Z"
    assert offered["why"]["strategy"] == "longest_idle"
    assert offered["why"]["rules"] == "desk/1.test"
    floor.do(d.accept(d.W1, d.BOB))
    assert floor.doc(BOB, "work", d.W1)["state"] == "active"
    floor.do(d.release(d.W1))
    assert [floor.sees(viewer, "work") for viewer in VIEWERS] == [[], [], [], [], []]


def test_a_supervisor_who_takes_work_keeps_what_leaves_an_agent() -> None:
    floor = Floor()
    floor.do(d.connect(SKILLED, "p.1"))
    floor.do(d.place(d.W1))
    floor.do(d.connect(UNSKILLED, "p.2"))
    floor.do(d.ready(d.BOB))
    assert floor.sees(ANN, "work") == []
    assert floor.sees(CHIEF, "work") == [d.W1]


def test_the_note_of_a_transfer_is_shown_to_who_gets_the_work() -> None:
    floor = Floor()
    floor.do(d.connect(SKILLED, "p.1"))
    floor.do(d.connect(UNSKILLED, "p.2"))
    floor.do(d.ready(d.ANN))
    floor.do(d.place(d.W1))
    floor.do(d.accept(d.W1, d.ANN))
    floor.do(d.transfer(d.W1, to_queue=d.GENERAL, note="急，客户在机场"))
    waiting = floor.doc(BOB, "work", d.W1)
    assert (waiting["state"], waiting["note"], waiting["why"]) == ("queued", "", None)
    assert (waiting["returns"], waiting["returned_because"]) == (0, "transferred")
    assert waiting["first"]
    floor.do(d.claim(d.W1, d.BOB))
    assert floor.doc(BOB, "work", d.W1)["note"] == "急，客户在机场"


def test_agents_see_themselves_supervisors_all_and_everybody_a_little_of_everybody() -> None:
    floor = Floor()
    floor.do(d.connect(SKILLED, "p.1"))
    floor.do(d.connect(UNSKILLED, "p.2"))
    floor.do(d.presence(d.BOB, Presence.BREAK, "lunch"))
    assert floor.sees(ANN, "agent") == ["ann"]
    assert floor.sees(LEAD, "agent") == ["ann", "bob"]
    assert floor.sees(CAT, "colleague") == ["ann", "bob"]
    assert floor.doc(CAT, "colleague", "bob") == {
        "seq": 5,
        "kind": "colleague",
        "id": "bob",
        "display_name": "Bob",
        "presence": "break",
        "free": 1,
    }
    assert floor.doc(BOB, "agent", "bob") == {
        "seq": 5,
        "kind": "agent",
        "id": "bob",
        "display_name": "Bob",
        "presence": "break",
        "presence_reason": "lunch",
        "since": "2026-11-21T09:00:00Z",
        "connected": True,
        "screens": 1,
        "skills": [],
        "load": {},
        "capacity": {"text": 1, "voice": 1},
    }


# ---------------------------------------------------------------- queues
def test_a_queue_counts_its_work_and_who_is_free_for_it() -> None:
    floor = Floor()
    floor.do(d.connect(d.profile(d.ANN, slots=2), "p.1"))
    floor.do(d.ready(d.ANN))
    floor.do(d.place(d.W1))
    floor.do(d.place(d.W2))
    floor.do(d.accept(d.W1))
    floor.do(d.place(d.W3, floor.desk.at))
    floor.later(3)
    floor.do(d.place(d.W4, floor.desk.at))
    queue = floor.doc(CAT, "queue", d.GENERAL)
    assert {key: queue[key] for key in ("waiting", "offered", "active", "oldest", "ready")} == {
        "waiting": 2,
        "offered": 1,
        "active": 1,
        "oldest": "2026-11-21T09:00:00Z",
        "ready": 1,
    }
    assert (queue["wait_s"], queue["target_s"]) == (-1, 60)
    assert floor.doc(CAT, "queue", d.LOANS)["ready"] == 0


def test_the_oldest_is_who_waits_longest_even_behind_work_moved_to_the_front() -> None:
    floor = Floor()
    floor.do(d.place(d.W1, d.START))
    floor.do(d.place(d.W2, d.START + timedelta(minutes=5)))
    floor.do(d.move(d.W2, d.GENERAL, first=True))
    assert floor.view._lines[d.GENERAL].order[0][2] == d.W2
    assert floor.doc(LEAD, "queue", d.GENERAL)["oldest"] == "2026-11-21T09:00:00Z"


def test_the_estimate_of_a_queue_follows_agents_who_do_not_serve_it() -> None:
    """It counts slots by the mean of all who are signed in."""
    floor = Floor()
    floor.do(d.connect(WRITER, "p.1"))
    floor.do(d.ready(d.ANN))
    floor.do(d.place(d.W1, queue=d.LOANS))
    floor.do(d.accept(d.W1))
    floor.later(60)
    floor.do(d.release(d.W1))
    assert floor.doc(CAT, "queue", d.LOANS)["wait_s"] == 0
    floor.do(d.place(d.W2, queue=d.LOANS))
    assert floor.doc(CAT, "queue", d.LOANS)["wait_s"] == 60
    floor.do(d.connect(d.profile(d.BOB, slots=3), "p.2"))
    assert floor.doc(CAT, "queue", d.LOANS)["wait_s"] == 30


def test_the_estimate_of_a_queue_counts_who_is_ready_or_at_work() -> None:
    floor = Floor()
    floor.do(d.connect(WRITER, "p.1"))
    floor.do(d.ready(d.ANN))
    floor.do(d.place(d.W1))
    floor.do(d.accept(d.W1))
    floor.later(60)
    floor.do(d.release(d.W1))
    told = [floor.doc(CAT, "queue", d.GENERAL)["wait_s"]]
    for step in (
        d.place(d.W2),
        d.presence(d.ANN, Presence.BREAK),
        d.release(d.W2),
        d.ready(d.ANN),
    ):
        floor.do(step)
        told.append(floor.doc(CAT, "queue", d.GENERAL)["wait_s"])
    assert told == [0, 60, 60, -1, 0]


def test_screens_are_given_the_first_in_line_and_counts_of_all() -> None:
    floor = Floor(window=3)
    for number in range(10):
        floor.do(d.place(d.work_id(number), d.START + timedelta(seconds=number)))
    first = sorted(d.work_id(number) for number in range(3))
    assert floor.sees(LEAD, "work") == first
    assert floor.doc(LEAD, "queue", d.GENERAL)["waiting"] == 10
    floor.do(d.release(d.work_id(1)))
    assert floor.sees(LEAD, "work") == sorted(d.work_id(number) for number in (0, 2, 3))
    floor.do(d.move(d.work_id(9), d.GENERAL, first=True))
    assert floor.sees(LEAD, "work") == sorted(d.work_id(number) for number in (0, 2, 9))


def test_a_queue_that_is_removed_goes_and_its_work_is_shown_where_it_went() -> None:
    floor = Floor()
    floor.do(d.place(d.W1, queue=d.VIP))
    floor.do(d.configure(*d.QUEUES[:2]))
    assert floor.sees(CAT, "queue") == ["general", "loans"]
    assert floor.doc(LEAD, "work", d.W1)["queue_id"] == "general"
    assert floor.doc(LEAD, "queue", d.GENERAL)["waiting"] == 1


# ---------------------------------------------------------------- cost
def test_a_commit_encodes_only_what_it_touches() -> None:
    floor = Floor()
    for number in range(50):
        floor.do(d.place(d.work_id(number), d.START + timedelta(seconds=number)))
    heard: list[tuple[int, int]] = []
    floor.view.subscribe(lambda change: heard.append((len(change.docs), len(change.gone))))
    floor.do(d.place(d.work_id(50), d.START + timedelta(seconds=50)))
    assert heard == [(2, 0)]


def test_serves_tells_whose_customer_it_is() -> None:
    floor = Floor()
    floor.do(d.connect(SKILLED, "p.1"))
    floor.do(d.ready(d.ANN))
    customer = d.W1.partition(".")[0]
    floor.do(d.place(d.W1))
    assert floor.view.serves("ann", customer)
    assert not floor.view.serves("bob", customer)
    floor.do(d.release(d.W1))
    assert not floor.view.serves("ann", customer)


# ---------------------------------------------------------------- resume
AGENTS = (SKILLED, UNSKILLED, d.profile(d.CAT, slots=3, loans=2))
WORKS = tuple(d.work_id(number) for number in range(7))


def act(floor: Floor, number: int) -> None:
    """One of the things that happen at a desk; `number` says which."""
    number, what = divmod(number, 16)
    number, who = divmod(number, 3)
    number, which = divmod(number, len(WORKS))
    agent, work = AGENTS[who], WORKS[which]
    held = floor.desk.state.works.get(work)
    epoch = held.epoch if held else 1
    owner = (held and held.agent_id) or agent.agent_id
    queue = (d.GENERAL, d.LOANS, d.VIP)[number % 3]
    later = d.START + timedelta(seconds=number % 7)
    match what:
        case 0 | 1 | 2:
            floor.do(d.place(work, later, queue=queue))
        case 3:
            floor.do(d.connect(agent, f"p.{agent.agent_id}.{number % 2}"))
        case 4:
            floor.do(d.lose(agent.agent_id, f"p.{agent.agent_id}.{number % 2}"))
        case 5 | 6:
            floor.do(d.ready(agent.agent_id))
        case 7:
            to = (Presence.OFFLINE, Presence.NOT_READY, Presence.BREAK)[number % 3]
            floor.do(d.presence(agent.agent_id, to))
        case 8:
            floor.do(d.accept(work, owner, epoch))
        case 9:
            floor.do(d.decline(work, owner, epoch))
        case 10:
            floor.do(d.claim(work, agent.agent_id))
        case 11:
            floor.do(d.transfer(work, agent_id=owner, epoch=epoch, to_queue=queue, note="密"))
        case 12:
            floor.do(d.move(work, queue, first=bool(number % 2)))
        case 13:
            floor.do(d.wrap_up(work, epoch) if number % 3 == 0 else d.release(work))
        case 14:
            floor.later(1 + number % 40)
        case _:
            other = d.profile(agent.agent_id, slots=1 + number % 2, loans=1 + number % 3)
            if number % 4:
                floor.do(UpdateAgent(agent=other))
            else:
                floor.do(d.configure(*d.QUEUES[: 2 + number % 2]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(0, 10**6), min_size=30, max_size=90),
    st.integers(0, 60),
    st.sampled_from([2, 100]),
)
def test_whoever_comes_back_holds_what_a_fresh_screen_is_given(
    numbers: list[int], leave_at: int, window: int
) -> None:
    floor = Floor(window)
    away: list[Screen] = []
    for at, number in enumerate(numbers):
        act(floor, number)
        if at % 7 == leave_at % 7:
            away += [screen.away() for screen in floor.screens]
    new = floor.anew()
    for screen in floor.screens:
        assert screen.shown == fresh(new, screen.viewer)
        assert screen.shown == fresh(floor.view, screen.viewer)
    for screen in away:
        screen.hear(floor.view.since(screen.viewer, screen.seq))
        assert screen.fulls == 0
        assert screen.shown == fresh(new, screen.viewer)
    for screen in floor.screens:
        screen.hear(new.since(screen.viewer, screen.seq))
        assert screen.shown == fresh(new, screen.viewer)
