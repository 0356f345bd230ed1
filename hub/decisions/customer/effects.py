"""What an event causes outside its stream, from the event and its input alone."""

from collections.abc import Iterable, Mapping
from typing import Any

from hub.model.codec import pack, plain
from hub.model.effects import Effect, Job, JobKind, Tell
from hub.model.events import BotAsked, Forwarded, MergedInto, MergeUndone, MessageSent
from hub.model.ids import CustomerId, customer_stream, stream_name
from hub.model.inputs import AbsorbCustomer, ReleaseCustomer


def effects_of(stream: str, event: Any, body: Mapping[str, Any]) -> Iterable[Effect]:
    match event:
        case MessageSent():
            return [_send(event, index) for index in range(len(event.parts))]
        case BotAsked():
            return [_ask(stream, event)]
        case Forwarded():
            return [Tell(stream=customer_stream(event.to), body=dict(body))]
        case MergedInto():
            told = AbsorbCustomer(
                customer_id=CustomerId(stream_name(stream)),
                addresses=event.addresses,
                grants=event.grants,
            )
            return [Tell(stream=customer_stream(event.into), body=pack(told))]
        case MergeUndone() if event.addresses:
            freed = ReleaseCustomer(
                customer_id=CustomerId(stream_name(stream)), addresses=event.addresses
            )
            return [Tell(stream=customer_stream(event.from_customer), body=pack(freed))]
    return ()


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


def _ask(stream: str, event: BotAsked) -> Job:
    return Job(
        kind=JobKind.BOT,
        destination=stream,
        body={
            "conversation_id": event.conversation_id,
            "message_id": event.message_id,
            "question": plain(event.question),
        },
        repeatable=True,
    )
