"""Anything in any order at the desk: what always holds, and that it replays."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub.decisions.desk import DeskSettings
from hub.decisions.desk.state import Work
from hub.model import desk_inputs as i
from hub.model.desk import Medium, Presence, WorkState
from hub.model.desk_events import Offered, Queued, Released
from hub.model.events import Ignored
from hub.model.ids import AgentId, InteractionId, QueueId
from hub.model.inputs import TimerFired
from tests.decisions.desk.desk import (
    ANN,
    BOB,
    CAT,
    GENERAL,
    LOANS,
    QUEUES,
    VIP,
    Desk,
    claim,
    configure,
    connect,
    desk,
    idle_beside,
    lose,
    move,
    place,
    presence,
    profile,
    release,
    room,
    seconds,
    transfer,
    work_id,
)

PROFILES = {
    ANN: (profile(ANN, slots=1), profile(ANN, slots=2, loans=1)),
    BOB: (profile(BOB, slots=2, loans=2), profile(BOB, slots=1)),
    CAT: (profile(CAT, slots=3, loans=5), profile(CAT, slots=3)),
}
AGENTS = st.sampled_from(sorted(PROFILES))
ANYBODY = st.sampled_from([ANN, BOB, CAT, None, None])
WORKS = st.integers(0, 7).map(work_id)
QUEUE_IDS = st.sampled_from([GENERAL, LOANS, VIP, QueueId("gone")])
MEDIA = st.sampled_from([Medium.TEXT, Medium.TEXT, Medium.TEXT, Medium.VOICE])
SELDOM = st.sampled_from([0, 0, 0, 0, 1])
SHORT = tuple(replace(queue, decline_pause=seconds(3)) for queue in QUEUES)
LEASED = (WorkState.OFFERED, WorkState.ACTIVE)


class Routing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.desk: Desk = desk()
        self.screens = 0
        self.since: dict[InteractionId, Any] = {}
        self.epochs: Counter[InteractionId] = Counter()
        self.released: set[InteractionId] = set()
        self.born = 0

    @initialize(
        grace=st.sampled_from([5, 30]),
        there=st.sets(AGENTS),
        waiting=st.lists(st.tuples(QUEUE_IDS, MEDIA), max_size=7),
    )
    def a_day_begins(
        self, grace: int, there: set[AgentId], waiting: list[tuple[QueueId, Medium]]
    ) -> None:
        self.desk = desk(
            *SHORT, settings=DeskSettings(agent_grace=seconds(grace), offers_a_commit=3)
        )
        for agent_id in sorted(there):
            self.comes_to_work(agent_id)
        for queue, medium in waiting:
            self.somebody_wants_an_agent(queue, medium, 0, 0)

    # ------------------------------------------------------------ agents
    @rule(agent_id=AGENTS, other=SELDOM)
    def a_screen_opens(self, agent_id: AgentId, other: int) -> None:
        self.screens += 1
        self.do(connect(PROFILES[agent_id][other], f"p.{self.screens}"))

    @rule(agent_id=AGENTS)
    def comes_to_work(self, agent_id: AgentId) -> None:
        self.a_screen_opens(agent_id, 0)
        self.do(presence(agent_id, Presence.READY))

    @rule(agent_id=AGENTS)
    def reloads_the_page(self, agent_id: AgentId) -> None:
        """The old screen may be found dead before or after the new one is there."""
        found = self.desk.state.agents.get(agent_id)
        for connection in list(found.connections) if found else []:
            self.screens += 1
            self.do(connect(PROFILES[agent_id][0], f"p.{self.screens}"))
            self.do(lose(agent_id, connection))

    @rule(agent_id=AGENTS)
    def a_screen_closes(self, agent_id: AgentId) -> None:
        found = self.desk.state.agents.get(agent_id)
        self.do(lose(agent_id, found.connections[0] if found and found.connections else "x"))

    @rule(really=SELDOM)
    def a_gateway_dies(self, really: int) -> None:
        if not really:
            return
        for agent_id, agent in list(self.desk.state.agents.items()):
            for connection in list(agent.connections):
                self.do(lose(agent_id, connection))

    @rule(agent_id=AGENTS, to=st.sampled_from([Presence.READY] * 4 + list(Presence)))
    def says_what_for(self, agent_id: AgentId, to: Presence) -> None:
        self.do(presence(agent_id, to))

    @rule(agent_id=AGENTS, other=SELDOM)
    def is_trained(self, agent_id: AgentId, other: int) -> None:
        self.do(i.UpdateAgent(agent=PROFILES[agent_id][other]))

    # ------------------------------------------------------------ work
    @rule(queue=QUEUE_IDS, medium=MEDIA, age=st.integers(0, 3), known=SELDOM)
    def somebody_wants_an_agent(self, queue: QueueId, medium: Medium, age: int, known: int) -> None:
        self.born += 0 if known else 1
        since = self.desk.at - seconds(age)
        if self.desk.state.works.get(work_id(self.born)) is None:
            self.since.setdefault(work_id(self.born), since)
        if work_id(self.born) not in self.released:
            self.do(place(work_id(self.born), since, queue=queue, medium=medium))

    @rule(nth=st.integers(0, 5), wrong=SELDOM, accepts=st.sampled_from([True, True, False]))
    def an_offer_is_answered(self, nth: int, wrong: int, accepts: bool) -> None:
        work = self.nth(nth, WorkState.OFFERED)
        if work is None or work.agent_id is None:
            return
        answer = i.AcceptOffer if accepts else i.DeclineOffer
        self.do(
            answer(
                interaction_id=work.interaction_id,
                agent_id=work.agent_id,
                epoch=work.epoch - wrong,
            )
        )

    @rule(agent_id=AGENTS, nth=st.integers(0, 5))
    def somebody_claims(self, agent_id: AgentId, nth: int) -> None:
        work = self.nth(nth, WorkState.QUEUED)
        if work is not None:
            self.do(claim(work.interaction_id, agent_id))

    @rule(nth=st.integers(0, 5), queue=QUEUE_IDS, to_agent=ANYBODY)
    def the_owner_transfers(self, nth: int, queue: QueueId, to_agent: AgentId | None) -> None:
        work = self.nth(nth, WorkState.ACTIVE)
        if work is not None and work.agent_id is not None:
            self.do(
                transfer(
                    work.interaction_id,
                    agent_id=work.agent_id,
                    epoch=work.epoch,
                    to_queue=queue,
                    to_agent=to_agent,
                )
            )

    @rule(nth=st.integers(0, 7), queue=QUEUE_IDS, to_agent=ANYBODY, first=st.booleans())
    def a_lead_moves(self, nth: int, queue: QueueId, to_agent: AgentId | None, first: bool) -> None:
        work = self.nth(nth, *WorkState)
        if work is not None:
            self.do(move(work.interaction_id, queue, to_agent=to_agent, first=first))

    @rule(nth=st.integers(0, 5), behind=SELDOM)
    def the_talk_ends(self, nth: int, behind: int) -> None:
        work = self.nth(nth, *WorkState)
        if work is not None:
            epoch = work.epoch - behind
            self.do(i.WrapUpWork(interaction_id=work.interaction_id, epoch=epoch))

    @rule(nth=st.integers(0, 5), behind=SELDOM)
    def the_customer_writes_on(self, nth: int, behind: int) -> None:
        work = self.nth(nth, WorkState.WRAP_UP, WorkState.ACTIVE)
        if work is not None:
            epoch = work.epoch - behind
            self.do(i.ResumeWork(interaction_id=work.interaction_id, epoch=epoch))

    @rule(nth=st.integers(0, 7))
    def the_conversation_closes(self, nth: int) -> None:
        work = self.nth(nth, *WorkState)
        if work is not None:
            self.do(release(work.interaction_id))

    @rule(kept=st.sets(st.integers(0, 2)), really=SELDOM)
    def the_queues_change(self, kept: set[int], really: int) -> None:
        if not really:
            return
        self.do(configure(*(SHORT[n] for n in sorted(kept))))

    # ------------------------------------------------------------ time
    @rule(wait=st.sampled_from([0, 1, 1, 9, 21, 31]))
    def time_passes(self, wait: float) -> None:
        for events in self.desk.later(seconds(wait)):
            self.check(events)

    @rule(nth=st.integers(0, 5))
    def a_timer_fires_too_late(self, nth: int) -> None:
        work = self.nth(nth, *WorkState)
        name = f"offer:{work.interaction_id}" if work else "match"
        late = TimerFired(name=name, generation=work.epoch - 1 if work else 0)
        assert self.do(late) == [Ignored(reason="timer_not_armed")]

    # ------------------------------------------------------------ what always holds
    def do(self, value: Any) -> list[Any]:
        events = self.desk.do(value)
        self.check(events)
        return events

    def check(self, events: list[Any]) -> None:
        """Epochs rise by one, nothing comes back from the dead, offers respect the capacity."""
        placed = [e.interaction_id for e in events if isinstance(e, Offered)]
        assert len(set(placed)) == len(placed)
        for event in events:
            match event:
                case Queued():
                    assert event.interaction_id not in self.released
                case Offered():
                    self.epochs[event.interaction_id] += 1
                    assert event.epoch == self.epochs[event.interaction_id]
                    self.fits(event.agent_id, self.desk.state.works.get(event.interaction_id))
                case Released():
                    self.released.add(event.interaction_id)
                case _:
                    pass

    def fits(self, agent_id: AgentId, work: Work | None) -> None:
        if work is not None and work.agent_id == agent_id:
            assert room(self.desk.state, self.desk.state.agents[agent_id], work.medium) >= 0

    @invariant()
    def whoever_has_work_is_there_and_timed(self) -> None:
        state = self.desk.state
        armed = state.timers.armed
        hands: dict[str, set[InteractionId]] = {}
        for work in state.works.values():
            name = f"offer:{work.interaction_id}"
            assert (name in armed) == (work.state is WorkState.OFFERED)
            assert (work.agent_id is None) == (work.state is WorkState.QUEUED)
            assert work.waiting_since == self.since[work.interaction_id]
            assert all(f"bar:{work.interaction_id}:{a}" in armed for a in work.barred)
            if work.agent_id is not None:
                hands.setdefault(work.agent_id, set()).add(work.interaction_id)
                if work.state in LEASED:
                    assert state.agents[work.agent_id].signed_in
        assert state.hands == hands
        for agent_id, agent in state.agents.items():
            alone = agent.signed_in and not agent.connections
            assert (f"agent:{agent_id}" in armed) == alone
            assert agent.signed_in or agent.connections

    @invariant()
    def nobody_eligible_is_idle_beside_servable_work(self) -> None:
        state = self.desk.state
        assert [w.interaction_id for w in state.works.values() if idle_beside(state, w)] == []

    @invariant()
    def the_estimate_knows_all_slots(self) -> None:
        state = self.desk.state
        there = [agent for agent in state.agents.values() if agent.signed_in]
        assert state.signed_in == len(there)
        for medium in (Medium.TEXT, Medium.VOICE):
            counts = [s.count for a in there for s in a.profile.capacity if s.medium is medium]
            assert state.slots[medium] == sum(counts)

    def nth(self, nth: int, *states: WorkState) -> Work | None:
        works = [w for w in self.desk.state.works.values() if w.state in states]
        return works[nth % len(works)] if works else None

    def teardown(self) -> None:
        """The commits alone give the same events and the same state; nothing stays for ever."""
        rules = self.desk.rules
        again = rules.new(self.desk.stream)
        for commit in self.desk.commits:
            body, at = commit["input"]["body"], commit["at"]
            events = rules.decide(again, body, commit["input"]["key"], at)
            assert [rules.pack(event) for event in events] == commit["events"]
            for packed in commit["events"]:
                rules.apply(again, rules.unpack(packed), at)
            again.seq = commit["seq"]
        assert rules.freeze(again) == rules.freeze(self.desk.state)
        for work in list(self.desk.state.works):
            self.do(release(work))
        self.time_passes(timedelta(hours=1).total_seconds())
        assert self.desk.state.timers.armed == {}
        assert self.desk.state.hands == {}


def busy_day(seed: int) -> Desk:
    """Like a real one: agents are mostly there, offers mostly accepted, work keeps coming."""
    chance = random.Random(seed)  # noqa: S311 - chance to repeat, not to keep secret
    day = Routing()
    queues, agents = [GENERAL, LOANS, VIP], sorted(PROFILES)
    media = [Medium.TEXT, Medium.TEXT, Medium.VOICE]
    waiting = [(chance.choice(queues), chance.choice(media)) for _ in range(5)]
    day.a_day_begins(chance.choice([5, 30]), set(chance.sample(agents, 2)), waiting)
    seldom = [0] * 9 + [1]
    acts: list[tuple[int, Callable[[], None]]] = [
        (4, lambda: day.comes_to_work(chance.choice(agents))),
        (2, lambda: day.reloads_the_page(chance.choice(agents))),
        (3, lambda: day.a_screen_closes(chance.choice(agents))),
        (1, lambda: day.a_gateway_dies(chance.choice(seldom))),
        (2, lambda: day.says_what_for(chance.choice(agents), chance.choice(list(Presence)))),
        (3, lambda: day.is_trained(chance.choice(agents), chance.randint(0, 1))),
        (6, lambda: day.somebody_wants_an_agent(chance.choice(queues), chance.choice(media), 0, 0)),
        (9, lambda: day.an_offer_is_answered(chance.randint(0, 5), 0, chance.random() < 0.6)),
        (2, lambda: day.somebody_claims(chance.choice(agents), chance.randint(0, 5))),
        (
            2,
            lambda: day.the_owner_transfers(
                chance.randint(0, 5), chance.choice(queues), chance.choice([ANN, BOB, None])
            ),
        ),
        (
            2,
            lambda: day.a_lead_moves(
                chance.randint(0, 5),
                chance.choice(queues),
                chance.choice([CAT, None, None]),
                chance.random() < 0.5,
            ),
        ),
        (4, lambda: day.the_talk_ends(chance.randint(0, 5), 0)),
        (2, lambda: day.the_customer_writes_on(chance.randint(0, 5), 0)),
        (4, lambda: day.the_conversation_closes(chance.randint(0, 5))),
        (2, lambda: day.the_queues_change({*chance.sample(range(3), 2)}, 1)),
        (6, lambda: day.time_passes(chance.choice([0, 1, 1, 4, 21]))),
    ]
    for act in chance.choices([a for _, a in acts], [w for w, _ in acts], k=100):
        act()
        day.whoever_has_work_is_there_and_timed()
        day.nobody_eligible_is_idle_beside_servable_work()
        day.the_estimate_knows_all_slots()
    day.teardown()
    return day.desk


@pytest.mark.parametrize("seed", range(50))
def test_busy_days_break_nothing(seed: int) -> None:
    events = Counter(e["is"] for commit in busy_day(seed).commits for e in commit["events"])
    assert min(events["Offered"], events["Accepted"], events["Released"]) > 0


TestRouting = Routing.TestCase
TestRouting.settings = settings(
    max_examples=70,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
