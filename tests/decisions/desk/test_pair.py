"""The real customers and the real desk: whatever order their words arrive in, they agree."""

import random
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from hub.decisions.customer import CustomerRules
from hub.decisions.desk import DeskRules, DeskSettings
from hub.decisions.policy import Policy
from hub.model import desk_inputs as d, inputs as i
from hub.model.codec import pack
from hub.model.desk import Presence, WorkState
from hub.model.effects import Tell
from hub.model.ids import (
    AgentId,
    customer_of,
    customer_stream,
    desk_stream,
)
from hub.model.message import Address, TextPart
from tests.decisions.desk.desk import (
    ANN,
    BOB,
    GENERAL,
    QUEUES,
    START,
    WX,
    configure,
    connect,
    lose,
    move,
    presence,
    profile,
    seconds,
)

HOMES = [Address(channel_id=WX, value=f"openid-{n}") for n in range(3)]
CUSTOMERS = [customer_of(home.channel_id, home.value) for home in HOMES]
DESK = desk_stream()
WHO = st.integers(0, len(HOMES) - 1)
AGENTS = st.sampled_from([ANN, BOB])
SELDOM = st.sampled_from([False, False, False, True])
MINUTE = timedelta(minutes=1)


class Streams:
    """Streams side by side; what one tells another waits in a line for each pair of them."""

    def __init__(self) -> None:
        self.rules: dict[str, Any] = {
            "customer": CustomerRules(Policy(without_bot=frozenset({WX}))),
            "desk": DeskRules(DeskSettings(agent_grace=seconds(10))),
        }
        self.at: datetime = START
        self.states: dict[str, Any] = {}
        self.told: defaultdict[tuple[str, str], deque[dict[str, Any]]] = defaultdict(deque)

    def state(self, stream: str) -> Any:
        if stream not in self.states:
            self.states[stream] = self.rules[stream.partition(":")[0]].new(stream)
        return self.states[stream]

    def do(self, stream: str, value: Any) -> list[Any]:
        return self.take(stream, pack(value))

    def take(self, stream: str, body: dict[str, Any]) -> list[Any]:
        rules, state = self.rules[stream.partition(":")[0]], self.state(stream)
        events = list(rules.decide(state, body, "", self.at))
        for event in events:
            for effect in rules.effects(stream, event, body):
                if isinstance(effect, Tell):
                    self.told[stream, effect.stream].append(effect.body)
            rules.apply(state, event, self.at)
        state.seq += 1
        return events

    def deliver(self, nth: int) -> bool:
        """The oldest word of one pair of streams; False when nothing is on its way."""
        lines = sorted(pair for pair, line in self.told.items() if line)
        if not lines:
            return False
        source, stream = lines[nth % len(lines)]
        self.take(stream, self.told[source, stream].popleft())
        return True

    def fire(self) -> None:
        """Every timer that is due."""
        for stream in sorted(self.states):
            rules = self.rules[stream.partition(":")[0]]
            while fired := rules.fired(self.states[stream], self.at):
                for _, body in fired:
                    self.take(stream, body)


class Talking(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.streams = Streams()
        self.screens = 0

    @initialize()
    def a_day_begins(self) -> None:
        self.streams.do(DESK, configure(*QUEUES))
        self.streams.fire()
        for agent_id in (ANN, BOB):
            self.comes(agent_id)
        for who in range(len(HOMES)):
            self.customer_writes(who)
        self.words_arrive([0] * 6)

    # ------------------------------------------------------------ who does something
    @rule(who=WHO)
    def customer_writes(self, who: int) -> None:
        message = i.CustomerMessage(
            address=HOMES[who],
            external_id="m",
            order="0",
            parts=(TextPart(text="你好"),),
            sent_at=self.streams.at,
        )
        self.streams.do(customer_stream(CUSTOMERS[who]), message)

    @rule(agent_id=AGENTS)
    def comes(self, agent_id: AgentId) -> None:
        self.screens += 1
        self.streams.do(DESK, connect(profile(agent_id, slots=2), f"p.{self.screens}"))
        self.streams.do(DESK, presence(agent_id, Presence.READY))

    @rule(agent_id=AGENTS, really=SELDOM)
    def is_cut_off(self, agent_id: AgentId, really: bool) -> None:
        agent = self.streams.state(DESK).agents.get(agent_id)
        for connection in list(agent.connections) if agent and really else []:
            self.streams.do(DESK, lose(agent_id, connection))

    @rule(who=WHO, declines=SELDOM)
    def an_offer_is_answered(self, who: int, declines: bool) -> None:
        work = self.work(who)
        if work is not None and work.state is WorkState.OFFERED:
            answer = d.DeclineOffer if declines else d.AcceptOffer
            self.streams.do(
                DESK,
                answer(
                    interaction_id=work.interaction_id, agent_id=work.agent_id, epoch=work.epoch
                ),
            )

    @rule(who=WHO, to_agent=st.sampled_from([ANN, BOB, None]))
    def the_owner_transfers(self, who: int, to_agent: AgentId | None) -> None:
        work = self.work(who)
        if work is not None and work.agent_id is not None:
            self.streams.do(
                DESK,
                d.TransferWork(
                    interaction_id=work.interaction_id,
                    agent_id=work.agent_id,
                    epoch=work.epoch,
                    to_queue=None if to_agent else GENERAL,
                    to_agent=to_agent,
                    note="急",
                ),
            )

    @rule(who=WHO, really=SELDOM)
    def a_lead_moves(self, who: int, really: bool) -> None:
        work = self.work(who)
        if work is not None and really:
            self.streams.do(DESK, move(work.interaction_id, GENERAL, first=True))

    @rule(who=WHO, kind=st.sampled_from([i.EndInteraction, i.EndInteraction, i.FinishWrapUp]))
    def the_owner_ends(self, who: int, kind: Any) -> None:
        talk = self.talk(who)
        if talk is not None and talk.interaction_id and talk.agent_id:
            self.streams.do(
                customer_stream(CUSTOMERS[who]),
                kind(interaction_id=talk.interaction_id, agent_id=talk.agent_id, epoch=talk.epoch),
            )

    @rule(who=WHO, really=SELDOM)
    def a_person_closes(self, who: int, really: bool) -> None:
        talk = self.talk(who)
        if talk is not None and really:
            self.streams.do(
                customer_stream(CUSTOMERS[who]),
                i.CloseConversation(conversation_id=talk.conversation_id, author="agent:lead"),
            )

    # ------------------------------------------------------------ what happens between them
    @rule(lines=st.lists(st.integers(0, 5), min_size=1, max_size=6))
    def words_arrive(self, lines: list[int]) -> None:
        for nth in lines:
            self.streams.deliver(nth)

    @rule(wait=st.sampled_from([0.1, 0.1, 0.4, 25]))
    def time_passes(self, wait: float) -> None:
        self.streams.at += wait * MINUTE
        self.streams.fire()

    @rule(lines=st.lists(st.integers(0, 5), max_size=40))
    def everything_arrives(self, lines: list[int]) -> None:
        for nth in lines:
            self.streams.deliver(nth)
        while self.streams.deliver(0):
            pass
        self.they_agree()

    def they_agree(self) -> None:
        for who, customer in enumerate(CUSTOMERS):
            talk, work = self.talk(who), self.work(who)
            if talk is None:
                assert work is None
                continue
            assert work is not None, "nobody would ever answer"
            assert (work.state.value, work.agent_id) == (talk.state.value, talk.agent_id)
            assert work.interaction_id == talk.interaction_id
            assert work.epoch == talk.epoch
            assert self.streams.state(customer_stream(customer)).customer_id == customer

    def talk(self, who: int) -> Any:
        return self.streams.state(customer_stream(CUSTOMERS[who])).conversation

    def work(self, who: int) -> Any:
        """The desk's work of this customer; one at most once everything has arrived."""
        mine = [
            work
            for interaction, work in self.streams.state(DESK).works.items()
            if interaction.startswith(CUSTOMERS[who])
        ]
        return mine[-1] if mine else None

    def teardown(self) -> None:
        self.everything_arrives([])
        for stream in sorted(self.streams.states):
            state = self.streams.states[stream]
            rules = self.streams.rules[stream.partition(":")[0]]
            frozen = rules.freeze(state)
            assert rules.freeze(rules.thaw(frozen)) == frozen
        works = self.streams.state(DESK).works
        assert len({interaction.partition(".")[0] for interaction in works}) == len(works)


def busy_day(seed: int) -> Talking:
    """Words are on their way for a while, people are quick: the streams run past each other."""
    chance = random.Random(seed)  # noqa: S311 - chance to repeat, not to keep secret
    day = Talking()
    day.a_day_begins()
    seldom = [False] * 5 + [True]

    def who() -> int:
        return chance.randrange(len(HOMES))

    acts: list[tuple[int, Callable[[], None]]] = [
        (5, lambda: day.customer_writes(who())),
        (2, lambda: day.comes(chance.choice([ANN, BOB]))),
        (2, lambda: day.is_cut_off(chance.choice([ANN, BOB]), chance.choice(seldom))),
        (8, lambda: day.an_offer_is_answered(who(), chance.choice(seldom))),
        (3, lambda: day.the_owner_transfers(who(), chance.choice([ANN, BOB, None]))),
        (2, lambda: day.a_lead_moves(who(), chance.choice(seldom))),
        (5, lambda: day.the_owner_ends(who(), i.EndInteraction)),
        (1, lambda: day.the_owner_ends(who(), i.FinishWrapUp)),
        (1, lambda: day.a_person_closes(who(), chance.choice(seldom))),
        (8, lambda: day.words_arrive([chance.randrange(6)])),
        (4, lambda: day.time_passes(chance.choice([0.05, 0.05, 0.2, 0.4]))),
        (1, lambda: day.everything_arrives([chance.randrange(6) for _ in range(20)])),
    ]
    for act in chance.choices([a for _, a in acts], [w for w, _ in acts], k=120):
        act()
    day.teardown()
    return day


@pytest.mark.parametrize("seed", range(100))
def test_busy_days_end_in_agreement(seed: int) -> None:
    streams = busy_day(seed).streams
    assert not any(streams.told.values())
    assert all(streams.state(customer_stream(customer)).seq > 3 for customer in CUSTOMERS)


Talking.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
TestTalking = Talking.TestCase
