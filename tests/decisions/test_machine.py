"""Anything in any order: what always holds of a conversation, and that it replays."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.decisions.customer.table import TABLE, ConversationState
from hub.model import inputs as i
from hub.model.bot import BotAction
from hub.model.codec import unpack
from hub.model.events import (
    ConversationClosed,
    ConversationOpened,
    Ignored,
    InteractionAssigned,
    InteractionOffered,
    InteractionRequeued,
    InteractionResumed,
    MessageSent,
    Refused,
    TimerArmed,
)
from hub.model.ids import AgentId, ConversationId, CustomerId, InteractionId, MessageId
from hub.model.meanings import Meaning
from hub.model.message import Address, DeliveryState, TextPart
from hub.model.profile import Profile
from hub.projections.conversations import Conversations
from hub.projections.customers import Customers
from tests.decisions import stream as s
from tests.decisions.lists import lists_agree
from tests.decisions.stream import CUSTOMER_ID, HOME, WX, Stream, answer, grant, message, reply

OTHER = Address(channel_id=WX, value="openid-2")
ABSORBED = CustomerId("ff" * 10)
LOWER = CustomerId("0" * 20)
STEPS = st.sampled_from([0, 1, 1, 1, -1])  # from the epoch of today
OFTEN = st.sampled_from([True, True, True, False])
SELDOM = st.sampled_from([False, False, False, True])
AGENTS = st.sampled_from([AgentId("7"), AgentId("8")])
WORDS = st.sampled_from(["你好", "hello", "???", "转人工", "", "转账", "手续费"])
CHOICES = st.sampled_from(["", "", "", "a0", "person", "rate:up:", "rate:down:"])


def is_open(machine: "Conversing") -> bool:
    return machine.open is not None


def is_merged(machine: "Conversing") -> bool:
    return machine.stream.state.merged_into is not None


class Conversing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.stream = Stream()
        self.closed: set[str] = set()
        self.open: str | None = None
        self.epoch = 0
        self.generation = 0

    @initialize(standing=st.sampled_from(ConversationState))
    def begin_anywhere(self, standing: ConversationState) -> None:
        for step in s.way_to(standing.value):
            self.do(step)

    # ------------------------------------------------------------ who does something
    @rule(words=WORDS, address=st.sampled_from([HOME, OTHER]), windowed=OFTEN, choice=CHOICES)
    def customer_writes(self, words: str, address: Address, windowed: bool, choice: str) -> None:
        if choice.startswith("rate:"):
            choice += next(iter(self.stream.state.given), "x")
        self.do(
            message(words, at=self.stream.at, address=address, windowed=windowed, choice=choice)
        )

    @precondition(is_open)
    @rule(
        kind=st.sampled_from(["followed", "unfollowed", "menu_click", "unsupported"]),
        given=st.booleans(),
        meaning=st.sampled_from(s.MEANINGS),
    )
    def customer_does_something(self, kind: str, given: bool, meaning: Meaning | None) -> None:
        granted = grant(self.stream.at, quota=3, kind="click", hours=1 / 60) if given else None
        self.do(replace(s.signal(kind, given=granted), meaning=meaning, has_profile=given))

    @rule(address=st.sampled_from([HOME, OTHER]))
    def provider_tells_who(self, address: Address) -> None:
        self.do(i.ProfileReport(address=address, profile=Profile(following=True)))

    @precondition(is_open)
    @rule(
        action=st.sampled_from(BotAction), oldest=st.booleans(), words=WORDS, article=st.booleans()
    )
    def bot_answers(self, action: BotAction, oldest: bool, words: str, article: bool) -> None:
        asked = list(self.conversation.asked) if self.conversation else []
        message_id = asked[0 if oldest else -1] if asked else MessageId("x")
        found = "a0" if article and action is BotAction.ANSWER else ""
        said = answer(action, conversation=self.name, words=words, candidates=2, article=found)
        self.do(
            i.BotReplied(
                conversation_id=self.name,
                message_id=message_id,
                answer=said.answer,
                rateable=article,
            )
        )

    @precondition(is_open)
    @rule(pending=SELDOM)
    def bot_fails(self, pending: bool) -> None:
        asked = list(self.conversation.asked) if self.conversation else []
        message_id = asked[0] if asked and pending else MessageId("x")
        self.do(i.BotFailed(conversation_id=self.name, message_id=message_id, code="x"))

    @precondition(is_open)
    @rule(behind=st.integers(0, 3), parts=st.integers(0, 3))
    def program_writes(self, behind: int, parts: int) -> None:
        said = tuple(TextPart(text=str(n)) for n in range(parts))
        seen = self.stream.state.seq - behind
        self.do(reply(seen=seen, parts=said, conversation=self.name))

    @precondition(is_open)
    @rule(other=SELDOM, behind=SELDOM)
    def agent_writes(self, other: bool, behind: bool) -> None:
        said = reply(
            author=f"agent:{self.agent(other)}",
            epoch=self.epoch - behind,
            interaction=self.interaction,
            conversation=self.name,
            seen=self.stream.state.seq,
        )
        self.do(said)

    @precondition(is_open)
    @rule()
    def person_asks_for_hand_off(self) -> None:
        self.do(i.RequestHandOff(conversation_id=self.name, author="api:crm"))

    @precondition(is_open)
    @rule(really=SELDOM)
    def person_closes(self, really: bool) -> None:
        if really:
            self.do(i.CloseConversation(conversation_id=self.name, author="api:crm"))

    @precondition(is_open)
    @rule(kind=st.sampled_from([i.WorkOffered, i.WorkAssigned]), agent=AGENTS, step=STEPS)
    def desk_gives(self, kind: Any, agent: AgentId, step: int) -> None:
        epoch = self.epoch + step
        self.do(kind(interaction_id=self.interaction, agent_id=agent, epoch=epoch))

    @precondition(is_open)
    @rule(other=SELDOM)
    def agent_accepts(self, other: bool) -> None:
        agent = self.agent(other)
        self.do(i.WorkAssigned(interaction_id=self.interaction, agent_id=agent, epoch=self.epoch))

    @precondition(is_open)
    @rule(step=st.sampled_from([-1, -1, 0, 1]), note=st.sampled_from(["", "急"]))
    def desk_takes_back(self, step: int, note: str) -> None:
        self.do(
            i.WorkReturned(
                interaction_id=self.interaction,
                epoch=self.epoch + step,
                reason="transferred",
                note=note,
                author="agent:7",
            )
        )

    @precondition(is_open)
    @rule(place=st.integers(0, 2), agents=st.integers(0, 1), ready=st.integers(-1, 1))
    def desk_tells_the_place(self, place: int, agents: int, ready: int) -> None:
        self.do(
            i.WorkQueued(interaction_id=self.interaction, place=place, agents=agents, ready=ready)
        )

    @precondition(is_open)
    @rule(words=WORDS)
    def colleague_notes(self, words: str) -> None:
        self.do(i.AddNote(conversation_id=self.name, author="agent:8", text=words))

    @precondition(is_open)
    @rule(kind=st.sampled_from([i.EndInteraction, i.FinishWrapUp]), other=SELDOM)
    def agent_ends(self, kind: Any, other: bool) -> None:
        agent = self.agent(other)
        self.do(kind(interaction_id=self.interaction, agent_id=agent, epoch=self.epoch))

    @rule(row=st.integers(0, 50), state=st.sampled_from(DeliveryState), window=st.booleans())
    def provider_tells(self, row: int, state: DeliveryState, window: bool) -> None:
        if self.stream.rows():
            code = "reply_window_closed" if window else "rejected"
            self.check(self.stream.report(row % len(self.stream.rows()), state, code))

    @precondition(is_open)
    @rule(row=st.integers(0, 50), again=st.booleans())
    def person_decides_about_a_row(self, row: int, again: bool) -> None:
        rows = self.stream.rows()
        if not rows:
            return
        key, job = rows[row % len(rows)]
        resend = i.ResendMessage(
            conversation_id=job.body["conversation_id"],
            author="api:crm",
            of=key,
            address=HOME,
            part=TextPart(text="再发"),
        )
        self.do(resend if again else i.DiscardMessage(author="api:crm", of=key))

    @precondition(is_open)
    @rule(absorb=st.booleans())
    def another_customer_comes_or_goes(self, absorb: bool) -> None:
        addresses = (OTHER,)
        grants = ((OTHER.key, grant(self.stream.at)),)
        self.do(
            i.AbsorbCustomer(customer_id=ABSORBED, addresses=addresses, grants=grants)
            if absorb
            else i.ReleaseCustomer(customer_id=ABSORBED, addresses=addresses)
        )

    @precondition(is_open)
    @rule(into=st.sampled_from([LOWER, CUSTOMER_ID, ABSORBED]))
    def person_merges(self, into: CustomerId) -> None:
        self.do(i.MergeCustomer(into=into, author="api:crm"))

    @precondition(is_merged)
    @rule()
    def person_undoes_a_merge(self) -> None:
        self.do(i.UndoMerge(author="api:crm"))

    @precondition(is_open)
    @rule()
    def person_thinks_better_of_merging(self) -> None:
        self.do(i.UndoMerge(author="api:crm"))

    @rule(minutes=st.sampled_from([0.01, 0.01, 0.05, 0.05, 1, 1, 5, 25, 25, 3000]))
    def time_passes(self, minutes: float) -> None:
        for events in self.stream.later(timedelta(minutes=minutes)):
            self.check(events)

    @precondition(is_open)
    @rule(
        name=st.sampled_from(["bot", "burst", "idle", "grace", "wrap_up", "x"]),
        back=st.integers(1, 3),
    )
    def a_timer_fires_too_late(self, name: str, back: int) -> None:
        armed = self.stream.state.timers.get(name)
        generation = (armed.generation if armed else self.generation) - back
        assert self.do(i.TimerFired(name=name, generation=generation)) == [
            Ignored(reason="timer_not_armed")
        ]

    # ------------------------------------------------------------ what always holds
    def do(self, value: Any) -> list[Any]:
        before = self.conversation
        row = TABLE[type(value)]
        named = not row.names or (
            before is not None and getattr(before, row.names) == getattr(value, row.names)
        )
        column = before.state if before is not None and named else ConversationState.CLOSED
        cell = row.cells[column]
        events = self.stream.do(value)
        if not isinstance(cell, frozenset):
            assert events == [cell]
        elif not isinstance(events[0], Ignored | Refused) and (named and before is not None):
            assert self.stream.standing in cell
        self.check(events)
        return events

    def check(self, events: list[Any]) -> None:
        """One conversation at most is open; epochs and generations rise; no word after a close."""
        for event in events:
            match event:
                case ConversationOpened():
                    assert self.open is None
                    assert event.conversation_id not in self.closed
                    self.open, self.epoch = event.conversation_id, 0
                case ConversationClosed():
                    assert self.open == event.conversation_id
                    self.closed.add(event.conversation_id)
                    self.open = None
                case MessageSent() if not event.resend_of:
                    assert event.conversation_id == self.open
                case InteractionOffered() | InteractionAssigned() | InteractionRequeued():
                    assert event.epoch >= self.epoch
                    self.epoch = event.epoch
                case InteractionResumed():
                    assert event.epoch == self.epoch
                case TimerArmed():
                    assert event.generation == self.generation + 1
                    self.generation = event.generation
                case _:
                    pass

    @property
    def conversation(self) -> Any:
        return self.stream.state.conversation

    def agent(self, other: bool) -> AgentId:
        owner = self.conversation.agent_id if self.conversation else None
        return AgentId("9") if other or owner is None else owner

    @property
    def name(self) -> ConversationId:
        episodes = max(1, self.stream.state.episodes)
        return ConversationId(f"{CUSTOMER_ID}.{episodes}")

    @property
    def interaction(self) -> InteractionId:
        return InteractionId(f"{self.name}-1")

    @invariant()
    def whoever_waits_has_a_timer(self) -> None:
        conversation, timers = self.conversation, set(self.stream.state.timers)
        if conversation is None:
            assert timers == set()
            return
        match conversation.state:
            case ConversationState.BOT:
                owed = {"bot"} if conversation.asked else set()
                held = {"burst"} if conversation.held else set()
                assert timers == {"idle"} | owed | held
            case ConversationState.ACTIVE:
                assert timers in ({"idle"}, {"grace"})
            case ConversationState.WRAP_UP:
                assert timers == {"wrap_up"}
            case _:
                assert timers == set()

    @invariant()
    def an_agent_owns_exactly_what_is_with_an_agent(self) -> None:
        if self.conversation is not None:
            with_agent = self.conversation.state in ("offered", "active", "wrap_up")
            assert (self.conversation.agent_id is not None) == with_agent
            assert self.conversation.state is not ConversationState.CLOSED
            assert self.conversation.state == "bot" or not self.conversation.asked

    @invariant()
    def no_words_are_left_unasked(self) -> None:
        """Words without an answer are held for more, or a question that is owed an answer."""
        if self.conversation is None:
            return
        words, held = self.conversation.words, self.conversation.held
        question = self.conversation.question
        assert held is None or question is None
        assert question is None or question in self.conversation.asked
        assert not words or held or question

    @invariant()
    def no_grant_is_overdrawn_and_nothing_grows_without_bound(self) -> None:
        state = self.stream.state
        for known in state.addresses.values():
            for held in known.grants.values():
                assert 0 <= held.left <= {"message": 5, "click": 3}[held.kind]
        assert len(state.addresses) <= 2
        assert len(state.rows) <= 16
        assert len(state.outgoing) <= 16
        assert len(state.given) <= 8

    @invariant()
    def a_merged_customer_has_nothing_open(self) -> None:
        state = self.stream.state
        assert state.merged_into is None or state.conversation is None

    def teardown(self) -> None:
        """The commits alone give the same events, the same state and the same lists."""
        stream, rules = self.stream, self.stream.rules
        again = rules.new(stream.stream)
        lists: dict[str, dict[str, Any]] = {}
        for commit in stream.commits:
            body, at = commit["input"]["body"], commit["at"]
            assert unpack(body, i.CustomerInput)
            events = rules.decide(again, body, commit["input"]["key"], at)
            assert [rules.pack(event) for event in events] == commit["events"]
            for packed in commit["events"]:
                rules.apply(again, rules.unpack(packed), at)
            again.seq = commit["seq"]
            for projection in (Conversations(), Customers()):
                for key in projection.ids(commit):
                    docs = lists.setdefault(projection.name, {})
                    docs[key] = projection.fold(key, docs.get(key), commit)
        assert rules.freeze(again) == rules.freeze(stream.state)
        lists_agree(stream, lists.get("conversations", {}), lists.get("customers", {}))


Conversing.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestConversing = Conversing.TestCase
