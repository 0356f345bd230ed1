"""Files in messages: each is named when the message is taken in, fetched after it stands."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hub.decisions.customer.draft import Draft
from hub.model.codec import pack
from hub.model.effects import Job, JobKind
from hub.model.events import MediaDelayed, MediaRefused, MediaStored, MessageReceived, MessageSent
from hub.model.ids import MessageId, media_of
from hub.model.inputs import MediaReport
from hub.model.message import LinkPart, MediaKind, MediaPart, MediaState, Part


def awaited(message_id: MessageId, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """What the provider holds gets the id under which we shall keep it."""
    return tuple(
        replace(part, media_id=media_of(message_id, index))
        if isinstance(part, MediaPart) and not part.media_id and (part.provider_ref or part.url)
        else part
        for index, part in enumerate(parts)
    )


def report(draft: Draft, command: MediaReport) -> None:
    where: dict[str, Any] = {
        "media_id": command.media_id,
        "conversation_id": command.conversation_id,
        "message_id": command.message_id,
        "index": command.index,
    }
    match command.state:
        case MediaState.STORED if command.file is not None:
            draft.add(MediaStored(**where, file=command.file))
        case MediaState.HELD:
            draft.add(MediaDelayed(**where, code=command.code))
        case _:
            draft.add(MediaRefused(**where, code=command.code))


def media_jobs(event: MessageReceived | MessageSent) -> Sequence[Job]:
    """A file the provider holds is fetched, one of ours is kept with the conversation from now on.

    The channel is the address's: its adapter knows how to ask.
    """
    return [
        Job(
            kind=JobKind.MEDIA,
            destination=file.media_id,
            body={
                "media_id": file.media_id,
                "channel_id": event.address.channel_id,
                "conversation_id": event.conversation_id,
                "message_id": event.message_id,
                "index": index,
                "part": pack(file),
            },
            repeatable=True,
        )
        for index, part in enumerate(event.parts)
        if (file := _file_of(part)) is not None and file.media_id
    ]


def _file_of(part: Part) -> MediaPart | None:
    """The picture of a link card is a file of ours."""
    if isinstance(part, LinkPart):
        return MediaPart(media=MediaKind.IMAGE, provider_ref="", media_id=part.media_id)
    return part if isinstance(part, MediaPart) else None
