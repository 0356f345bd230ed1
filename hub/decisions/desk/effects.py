"""What the desk tells the conversations, from the event alone."""

from collections.abc import Iterable
from typing import Any

from hub.model.codec import pack
from hub.model.desk_events import AT_ONCE, Accepted, Offered, Queued, Returned
from hub.model.effects import Effect, Tell
from hub.model.ids import conversation_of_interaction, customer_of_conversation, customer_stream
from hub.model.inputs import WorkAssigned, WorkOffered, WorkQueued, WorkReturned


def effects_of(event: Any) -> Iterable[Effect]:
    match event:
        case Queued() if event.ready != AT_ONCE or event.place or not event.agents:
            told: Any = WorkQueued(
                interaction_id=event.interaction_id,
                place=event.place,
                wait_s=event.wait_s,
                agents=event.agents,
                ready=event.ready,
            )
        case Offered():
            told = WorkOffered(
                interaction_id=event.interaction_id, agent_id=event.agent_id, epoch=event.epoch
            )
        case Accepted():
            told = WorkAssigned(
                interaction_id=event.interaction_id, agent_id=event.agent_id, epoch=event.epoch
            )
        case Returned():
            told = WorkReturned(
                interaction_id=event.interaction_id,
                epoch=event.epoch,
                reason=event.reason,
                queue_id=event.queue_id,
                note=event.note,
                author=event.author,
            )
        case _:
            return ()
    customer = customer_of_conversation(conversation_of_interaction(event.interaction_id))
    return (Tell(stream=customer_stream(customer), body=pack(told)),)
