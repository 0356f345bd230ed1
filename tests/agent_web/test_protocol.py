"""The screen protocol on both sides: the UI's types are made from it, every frame survives JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from agent_web import commands, documents, protocol, typescript
from agent_web.commands import AgentCommand
from agent_web.documents import Frame, ScreenDoc
from agent_web.protocol import ClientFrame, ServerFrame
from hub.model.desk import Medium, Presence, WorkState
from hub.model.message import DeliveryState
from hub.services.access import Role

AT = datetime(2026, 11, 22, 3, 4, 5, 678000, tzinfo=UTC)
TALK = "1f0a2b3c4d5e6f708192.1"
WORK = f"{TALK}-1"

COMMANDS: list[AgentCommand] = [
    commands.SendText(interaction_id=WORK, epoch=1, conversation_id=TALK, text="您好", seen=7),
    commands.Note(conversation_id=TALK, text="VIP"),
    commands.Resend(of="1f:000000000042#0"),
    commands.Discard(of="1f:000000000042#0"),
    commands.SetPresence(presence=Presence.BREAK, reason="lunch"),
    commands.Accept(interaction_id=WORK, epoch=1),
    commands.Decline(interaction_id=WORK, epoch=1, reason="language"),
    commands.Claim(interaction_id=WORK),
    commands.Transfer(interaction_id=WORK, epoch=1, to_queue="card", to_agent="", note="看看账单"),
    commands.Move(interaction_id=WORK, to_queue="card", to_agent="agent2", first=True),
    commands.End(interaction_id=WORK, epoch=1),
    commands.Finish(interaction_id=WORK, epoch=1, disposition="solved", summary="补卡"),
    commands.HandOff(conversation_id=TALK),
]

CLIENT: list[Frame] = [
    protocol.Watch(topic="desk", seq=3),
    protocol.Unwatch(topic="desk"),
    protocol.TypingNow(topic="customer:1f0a2b3c4d5e6f708192"),
    protocol.Ping(),
    *(protocol.Do(id="act-1", command=command) for command in COMMANDS),
]

SKILL = documents.SkillShape(skill="card", level=3)
DOCS: list[ScreenDoc] = [
    documents.WorkDoc(
        seq=1,
        id=WORK,
        conversation_id=TALK,
        customer_id="1f0a2b3c4d5e6f708192",
        queue_id="card",
        state=WorkState.OFFERED,
        medium=Medium.TEXT,
        channel_id="wechat-main",
        display_name="张三",
        reason="asked",
        language="zh",
        agent_id="agent1",
        epoch=2,
        waiting_since=AT,
        since=AT,
        offer_until=AT,
        first=True,
        returns=1,
        returned_because="declined",
        target="",
        note="",
        why=documents.WhyShape(
            strategy="longest_idle",
            candidates=(documents.ScoredShape(agent_id="agent1", load=0, idle_s=9),),
            refused=(documents.RefusedShape(reason="at_capacity", count=2),),
            eligible=1,
            waited_s=30,
            rules="desk/1.00000000",
        ),
    ),
    documents.ColleagueDoc(
        seq=1, id="agent2", display_name="李静", presence=Presence.READY, free=3
    ),
    documents.AgentDoc(
        seq=1,
        id="agent1",
        display_name="王晓",
        presence=Presence.NOT_READY,
        presence_reason="no_answer",
        since=AT,
        connected=True,
        screens=2,
        skills=(SKILL,),
        load={"text": 1},
        capacity={"text": 4},
    ),
    documents.QueueDoc(
        seq=1,
        id="card",
        name="信用卡",
        name_en="Cards",
        skills=(SKILL,),
        waiting=2,
        offered=1,
        active=3,
        oldest=None,
        ready=0,
        wait_s=-1,
        target_s=60,
    ),
    documents.CustomerDoc(
        seq=1,
        id="1f0a2b3c4d5e6f708192",
        display_name="张三",
        language="zh",
        addresses=(
            documents.AddressShape(
                key="wechat-main|o1",
                channel_id="wechat-main",
                channel_kind="wechat",
                value="o1",
                display_name="张三",
                reachable=True,
                windows=True,
                grants=(documents.GrantShape(kind="message", left=4, quota=5, until=AT),),
            ),
        ),
        conversations=1,
    ),
    documents.ConversationDoc(
        seq=1,
        id=TALK,
        customer_id="1f0a2b3c4d5e6f708192",
        state="active",
        channel_id="wechat-main",
        display_name="张三",
        reply_to="wechat-main|o1",
        interaction_id=WORK,
        agent_id="agent1",
        epoch=2,
        opened_at=AT,
        updated_at=AT,
        closed_at=None,
        close_reason="",
        handed_off_reason="asked",
        disposition="",
        summary="",
        owed_since=AT,
        messages=2,
        last_text="您好",
        last_kind="TextPart",
        last_author="customer",
        undelivered=0,
    ),
    documents.MessageDoc(
        seq=1,
        id=f"{TALK}.1",
        conversation_id=TALK,
        n=1,
        at=AT,
        author="agent:agent1",
        parts=({"is": "TextPart", "text": "您好"},),
        deliveries=(
            documents.DeliveryDoc(
                key="1f:000000000042#0",
                state=DeliveryState.FAILED,
                code="window",
                provider_code="45047",
            ),
        ),
        withheld="",
        resend_of="",
        command_id="act-1",
        article="",
        score=0.0,
    ),
    documents.NoteDoc(
        seq=1, id="n1", conversation_id=TALK, n=2, at=AT, author="agent:agent1", text="VIP"
    ),
    documents.MarkDoc(
        seq=1, id="m1", conversation_id=TALK, n=3, at=AT, what="closed", who="", detail="idle"
    ),
]

SERVER: list[Frame | protocol.Done] = [
    protocol.Welcome(
        protocol=1,
        username="agent1",
        display_name="王晓",
        role=Role.AGENT,
        now=AT,
        build="1",
        connection_id="p.1",
        heartbeat_s=10.0,
        bank="联络银行",
        environment="demo",
    ),
    protocol.Update(
        topic="desk",
        seq=9,
        full=True,
        docs=tuple(DOCS),
        gone=(protocol.GoneDoc(kind="work", id=WORK),),
    ),
    protocol.Closed(topic="desk", reason="forbidden"),
    protocol.Done(id="act-1", state="refused", reason="stale_view", seq=9),
    protocol.TypingSeen(topic="desk", who="agent2"),
    protocol.Pong(now=AT),
    protocol.Bye(reason="stopping"),
]


def members(union: Any) -> set[type]:
    return set(get_args(get_args(union)[0]))


def test_types_of_the_ui_are_those_made_from_the_protocol() -> None:
    made = typescript.text()
    assert typescript.PLACE.read_text(encoding="utf-8") == made, (
        "run python -m agent_web.typescript"
    )


@pytest.mark.parametrize(
    ("union", "samples"),
    [
        pytest.param(ClientFrame, CLIENT, id="client"),
        pytest.param(ServerFrame, SERVER, id="server"),
        pytest.param(AgentCommand, COMMANDS, id="commands"),
        pytest.param(ScreenDoc, DOCS, id="documents"),
    ],
)
def test_every_frame_comes_back_from_json_as_it_was(
    union: Any, samples: Sequence[Frame | protocol.Done]
) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(union)
    for sample in samples:
        assert adapter.validate_json(protocol.written(sample), strict=True) == sample
    assert {type(sample) for sample in samples} == members(union)


def test_instants_are_written_as_browsers_read_them() -> None:
    assert (
        protocol.Pong(now=AT).model_dump_json()
        == '{"t":"pong","now":"2026-11-22T03:04:05.678000Z"}'
    )


@pytest.mark.parametrize("frame", ['{"t":"ping","more":1}', '{"t":"pong"}', '{"t":"watch"}'])
def test_unknown_kinds_and_fields_are_refused(frame: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[Any](ClientFrame).validate_json(frame, strict=True)
