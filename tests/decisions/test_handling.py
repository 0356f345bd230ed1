"""People at work: epochs, ownership, idling, wrap-up."""

from datetime import timedelta

import pytest

from hub.decisions.customer import CustomerRules
from hub.decisions.policy import Policy
from hub.model import inputs as i
from hub.model.events import (
    ConversationClosed,
    Ignored,
    InteractionAssigned,
    InteractionRequeued,
    InteractionResumed,
    Refused,
    TimerArmed,
    WrapUpFinished,
    WrapUpStarted,
)
from hub.model.ids import AgentId, InteractionId
from tests.decisions.stream import (
    AGENT,
    CONVERSATION,
    INTERACTION,
    START,
    WX,
    Stream,
    agent_reply,
    assign,
    end,
    finish,
    give_back,
    message,
    minutes,
    names,
    offer,
    reply,
    stream_in,
)

SUPERSEDED = [Ignored(reason="superseded")]
NOT_YOURS = [Refused(reason="not_yours")]
IDLE_WARNING = "您还在吗？如果暂时没有其他问题，本次服务稍后将自动结束。"
IDLE_CLOSE = "由于较长时间没有收到您的消息，本次服务先到这里。如有需要，随时在这里给我们留言。"


def over_with(reason: str) -> ConversationClosed:
    return ConversationClosed(
        conversation_id=CONVERSATION, reason=reason, interaction_id=INTERACTION
    )


def test_an_offer_of_the_same_epoch_is_superseded() -> None:
    stream = stream_in("offered")
    assert stream.do(offer(epoch=1, agent=AgentId("8"))) == SUPERSEDED


def test_a_later_offer_replaces_an_earlier_one() -> None:
    stream = stream_in("offered")
    stream.do(offer(epoch=2, agent=AgentId("8")))
    assert stream.do(assign(epoch=1)) == SUPERSEDED
    (assigned, _) = stream.do(assign(epoch=2, agent=AgentId("8")))
    assert assigned == InteractionAssigned(
        interaction_id=INTERACTION, agent_id=AgentId("8"), epoch=2
    )


def test_only_who_was_offered_accepts_an_offer() -> None:
    stream = stream_in("offered")
    assert stream.do(assign(epoch=1, agent=AgentId("8"))) == SUPERSEDED


def test_the_desk_assigns_without_an_offer() -> None:
    stream = stream_in("queued")
    assert names(stream.do(assign(epoch=1))) == ["InteractionAssigned", "TimerArmed"]


def test_what_came_back_is_not_assigned_by_an_old_acceptance() -> None:
    stream = stream_in("offered")
    assert stream.do(give_back(epoch=1)) == [
        InteractionRequeued(interaction_id=INTERACTION, epoch=1, reason="declined")
    ]
    assert stream.do(assign(epoch=1)) == SUPERSEDED
    assert stream.standing == "queued"


def test_what_came_back_belongs_to_nobody() -> None:
    stream = stream_in("active")
    stream.do(give_back(epoch=1))
    assert stream.state.conversation is not None
    assert stream.state.conversation.agent_id is None


def test_an_old_return_takes_nothing_from_the_new_owner() -> None:
    stream = stream_in("active")
    stream.do(assign(epoch=3))
    assert stream.do(give_back(epoch=2)) == SUPERSEDED
    assert stream.standing == "active"


def test_an_agent_who_lost_the_work_writes_no_more() -> None:
    stream = stream_in("active")
    stream.do(give_back(epoch=1))
    stream.do(assign(epoch=2, agent=AgentId("8")))
    assert stream.do(agent_reply(epoch=1)) == NOT_YOURS
    assert stream.do(end(epoch=1)) == NOT_YOURS


@pytest.mark.parametrize(
    "command",
    [
        agent_reply(epoch=2),
        reply(author="agent:8", epoch=1, interaction=INTERACTION),
        reply(author="agent:7", epoch=1, interaction=InteractionId(f"{CONVERSATION}-2")),
        reply(author="agent:7"),
        reply(author="api:crm"),
    ],
)
def test_only_the_assigned_agent_writes(command: i.SendMessage) -> None:
    assert stream_in("active").do(command) == NOT_YOURS


def test_the_assigned_agent_writes() -> None:
    (sent,) = stream_in("active").do(agent_reply("我来帮您。"))
    assert (sent.author, sent.message_id) == ("agent:7", f"{CONVERSATION}.5.0")


def test_another_interaction_is_not_this_one() -> None:
    stream = stream_in("queued")
    other = InteractionId(f"{CONVERSATION}-2")
    assert stream.do(i.WorkAssigned(interaction_id=other, agent_id=AGENT, epoch=5)) == SUPERSEDED


def test_twenty_silent_minutes_warn_then_wrap_up_then_close() -> None:
    stream = stream_in("active")
    stream.at = START
    stream.do(agent_reply("请问还有其他问题吗？"))
    warned, over, closed = stream.later(minutes(32))
    assert names(warned) == ["TimerDisarmed", "MessageSent", "TimerArmed"]
    assert warned[2] == TimerArmed(name="grace", generation=4, due=START + minutes(22))
    assert names(over) == ["WrapUpStarted", "TimerArmed", "MessageSent"]
    assert over[0] == WrapUpStarted(interaction_id=INTERACTION, reason="customer_idle", epoch=1)
    assert closed == [over_with("wrap_up_limit")]
    assert stream.texts()[-2:] == [IDLE_WARNING, IDLE_CLOSE]


def test_silence_counts_from_the_last_words() -> None:
    stream = stream_in("active")
    stream.at = START + minutes(15)
    stream.do(agent_reply())
    assert stream.later(minutes(5)) == [
        [TimerArmed(name="idle", generation=4, due=START + minutes(35))]
    ]
    assert len(stream.later(minutes(15))) == 1
    assert "grace" in stream.state.timers


def test_a_customer_who_waits_for_an_answer_is_not_warned() -> None:
    stream = stream_in("active")
    stream.do(message("您好？"))
    fired = stream.later(timedelta(hours=5))
    assert [names(events) for events in fired] == [["TimerArmed"]] * 15
    assert stream.standing == "active"


@pytest.mark.parametrize("words", [message("我在"), agent_reply("我再查一下")])
def test_words_after_the_warning_go_on(words: object) -> None:
    stream = stream_in("active")
    stream.do(agent_reply())
    stream.later(minutes(21))
    assert "grace" in stream.state.timers
    assert names(stream.do(words))[1:] == ["TimerDisarmed", "TimerArmed"]
    assert set(stream.state.timers) == {"idle"}


def test_a_customer_who_writes_during_wrap_up_has_the_same_agent() -> None:
    stream = stream_in("wrap_up")
    events = stream.do(message("等一下"))
    assert names(events) == ["MessageReceived", "InteractionResumed", "TimerArmed"]
    assert events[1] == InteractionResumed(interaction_id=INTERACTION, agent_id=AGENT, epoch=1)
    assert names(stream.do(agent_reply())) == ["MessageSent"]


def test_finishing_wrap_up_closes() -> None:
    stream = stream_in("wrap_up")
    assert stream.do(finish(summary="已补寄新卡")) == [
        WrapUpFinished(interaction_id=INTERACTION, disposition="solved", summary="已补寄新卡"),
        over_with("finished"),
    ]
    assert stream.state.timers == {}


def test_wrap_up_ends_after_ten_minutes() -> None:
    stream = stream_in("wrap_up")
    assert stream.later(minutes(9.9)) == []
    assert stream.later(minutes(0.1)) == [[over_with("wrap_up_limit")]]


def test_somebody_elses_wrap_up_is_not_finished() -> None:
    assert stream_in("wrap_up").do(finish(epoch=2)) == NOT_YOURS


def test_what_the_desk_took_back_goes_on_though_the_agent_ended_it() -> None:
    stream = stream_in("wrap_up")
    assert stream.do(give_back(epoch=1, reason="transferred")) == [
        InteractionRequeued(interaction_id=INTERACTION, epoch=1, reason="transferred")
    ]
    assert (stream.standing, stream.state.timers) == ("queued", {})
    assert stream.do(finish()) == NOT_YOURS


def test_a_return_of_an_earlier_epoch_does_not_end_a_wrap_up() -> None:
    stream = stream_in("active")
    stream.do(assign(epoch=3))
    stream.do(end(epoch=3))
    assert stream.do(give_back(epoch=2)) == SUPERSEDED
    assert stream.standing == "wrap_up"


def test_generations_only_rise() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(i.CloseConversation(conversation_id=CONVERSATION, author="api:crm"))
    opened = stream.do(message())
    assert [e.generation for e in opened if isinstance(e, TimerArmed)] == [3, 4]


def test_a_timer_replaced_since_is_not_armed() -> None:
    stream = stream_in("active")
    stale = stream.state.timers["idle"].generation
    stream.do(assign(epoch=2))
    assert stream.do(i.TimerFired(name="idle", generation=stale)) == [
        Ignored(reason="timer_not_armed")
    ]


def test_timers_fire_earliest_first_under_their_own_key() -> None:
    stream = Stream()
    stream.do(message())
    fired = stream.rules.fired(stream.state, START + minutes(60))
    assert fired == [
        (f"t:{stream.stream}:bot:1", {"is": "TimerFired", "name": "bot", "generation": 1}),
        (f"t:{stream.stream}:idle:2", {"is": "TimerFired", "name": "idle", "generation": 2}),
    ]
    assert stream.rules.due(stream.state) == START + timedelta(seconds=10)
    assert stream.rules.fired(stream.state, START + timedelta(seconds=9)) == []


def test_limits_are_settings() -> None:
    policy = Policy(wrap_up_limit=minutes(1), without_bot=frozenset({WX}))
    stream = Stream(rules=CustomerRules(policy))
    for step in (message(), assign(), end()):
        stream.do(step)
    assert names(stream.later(minutes(1))[0]) == ["ConversationClosed"]
