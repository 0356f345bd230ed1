"""What an event causes outside its stream, from the event and its input alone."""

from collections.abc import Iterable, Mapping
from typing import Any

from hub.decisions.customer.media import media_jobs
from hub.decisions.customer.state import SYSTEM_AUTHOR
from hub.model.codec import pack, plain
from hub.model.desk_inputs import PlaceWork, ReleaseWork, ResumeWork, WrapUpWork
from hub.model.effects import Effect, Job, JobKind, Tell
from hub.model.events import (
    BotAsked,
    ConversationClosed,
    Forwarded,
    HandedOff,
    InteractionResumed,
    MessageReceived,
    MessageSent,
    WrapUpStarted,
)
from hub.model.ids import ChannelId, CustomerId, customer_stream, desk_stream, stream_name
from hub.model.inputs import AbsorbCustomer, MergeCustomer, ReleaseCustomer
from hub.model.people_events import MergedInto, MergeUndone, ProfileWanted, SamePersonFound


def effects_of(stream: str, event: Any, body: Mapping[str, Any]) -> Iterable[Effect]:
    match event:
        case MessageSent():
            sends = [_send(event, index) for index in range(len(event.parts))]
            return [*sends, *media_jobs(event)]
        case MessageReceived():
            return media_jobs(event)
        case BotAsked():
            return [_ask(stream, event)]
        case ProfileWanted():
            return [_ask_who(event)]
        case SamePersonFound():
            here = CustomerId(stream_name(stream))
            come = MergeCustomer(into=here, author=SYSTEM_AUTHOR)
            return [Tell(stream=customer_stream(event.customer_id), body=pack(come))]
        case Forwarded():
            return [Tell(stream=customer_stream(event.to), body=dict(body))]
        case MergedInto():
            merged = AbsorbCustomer(
                customer_id=CustomerId(stream_name(stream)),
                addresses=event.addresses,
                grants=event.grants,
                consents=event.consents,
                profiles=event.profiles,
            )
            return [Tell(stream=customer_stream(event.into), body=pack(merged))]
        case MergeUndone() if event.addresses:
            freed = ReleaseCustomer(
                customer_id=CustomerId(stream_name(stream)), addresses=event.addresses
            )
            return [Tell(stream=customer_stream(event.from_customer), body=pack(freed))]
    told = _for_desk(event)
    return () if told is None else (Tell(stream=desk_stream(), body=pack(told)),)


def _for_desk(event: Any) -> PlaceWork | WrapUpWork | ResumeWork | ReleaseWork | None:
    """What the desk must hear. Events of before there was a desk lack what it needs."""
    match event:
        case HandedOff(waiting_since=since) if since is not None:
            return PlaceWork(
                interaction_id=event.interaction_id,
                conversation_id=event.conversation_id,
                queue_id=event.queue_id,
                channel_id=event.channel_id or ChannelId(""),
                waiting_since=since,
                display_name=event.display_name,
                reason=event.reason,
                language=event.language,
            )
        case WrapUpStarted() if event.epoch:
            return WrapUpWork(interaction_id=event.interaction_id, epoch=event.epoch)
        case InteractionResumed():
            return ResumeWork(interaction_id=event.interaction_id, epoch=event.epoch)
        case ConversationClosed(interaction_id=interaction) if interaction is not None:
            return ReleaseWork(interaction_id=interaction, reason=event.reason)
    return None


def _send(event: MessageSent, index: int) -> Job:
    return Job(
        kind=JobKind.MESSAGE,
        destination=event.address.key,
        body={
            "address": plain(event.address),
            "part": pack(event.parts[index]),
            "index": index,
            "message_id": event.message_id,
            "conversation_id": event.conversation_id,
            "author": event.author,
        },
    )


def _ask_who(event: ProfileWanted) -> Job:
    return Job(
        kind=JobKind.PROFILE,
        destination=event.address.key,
        body={"address": plain(event.address)},
        repeatable=True,
    )


def _ask(stream: str, event: BotAsked) -> Job:
    return Job(
        kind=JobKind.BOT,
        destination=stream,
        body={
            "conversation_id": event.conversation_id,
            "message_id": event.message_id,
            "question": plain(event.question),
            "channel_id": event.channel_id,
        },
        repeatable=True,
    )
