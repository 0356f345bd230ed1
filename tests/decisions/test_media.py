"""Files in messages: named when they are taken in, fetched and kept by jobs, told by events."""

from dataclasses import replace

from hub.model import events as e, inputs as i
from hub.model.effects import Job, JobKind
from hub.model.ids import MessageId, media_of
from hub.model.message import (
    LinkPart,
    MediaFile,
    MediaKind,
    MediaPart,
    MediaState,
    Part,
    TextPart,
)
from tests.decisions.stream import CONVERSATION, NEWEST, WX, Stream, message

PHOTO = MediaPart(media=MediaKind.IMAGE, provider_ref="ref-1")
FILE = MediaFile(content_type="image/png", size=7, preview=True)
FIRST = MessageId(f"{CONVERSATION}.1")
OURS = "ab" * 16


def jobs(stream: Stream) -> list[Job]:
    return [x for _, x in stream.effects if isinstance(x, Job) and x.kind is JobKind.MEDIA]


def told(state: MediaState, *, code: str = "", file: MediaFile | None = None) -> i.MediaReport:
    return i.MediaReport(
        media_id=media_of(FIRST, 0),
        conversation_id=CONVERSATION,
        message_id=FIRST,
        index=0,
        state=state,
        code=code,
        file=file,
    )


def heard(*parts: Part) -> Stream:
    stream = Stream()
    stream.do(message(parts=parts))
    return stream


def test_a_file_of_the_provider_is_fetched_by_a_job_of_its_own() -> None:
    stream = heard(TextPart(text="看图"), PHOTO)
    [job] = jobs(stream)
    media_id = media_of(FIRST, 1)
    assert (job.destination, job.repeatable) == (media_id, True)
    assert job.body == {
        "media_id": media_id,
        "channel_id": WX,
        "conversation_id": CONVERSATION,
        "message_id": FIRST,
        "index": 1,
        "part": {
            "is": "MediaPart",
            "media": "image",
            "provider_ref": "ref-1",
            "media_id": media_id,
        },
    }


def test_the_message_names_the_file_it_waits_for() -> None:
    stream = Stream()
    [received] = [x for x in stream.do(message(parts=(PHOTO,))) if isinstance(x, e.MessageReceived)]
    [part] = received.parts
    assert isinstance(part, MediaPart)
    assert part.media_id == media_of(FIRST, 0)


def test_the_same_message_always_waits_for_the_same_file() -> None:
    assert media_of("c.1.1", 0) == media_of("c.1.1", 0)
    assert len({media_of("c.1.1", 0), media_of("c.1.1", 1), media_of("c.1.11", 0)}) == 3
    assert len(media_of("c.1.1", 0)) == 32


def test_an_address_alone_is_fetched_too() -> None:
    linked = MediaPart(media=MediaKind.IMAGE, provider_ref="", url="https://cdn.example/1.png")
    [job] = jobs(heard(linked))
    assert job.body["part"]["url"] == "https://cdn.example/1.png"


def test_a_part_that_names_nothing_is_not_waited_for() -> None:
    assert jobs(heard(MediaPart(media=MediaKind.IMAGE, provider_ref=""))) == []


def test_a_commit_of_before_there_were_files_asks_for_nothing() -> None:
    """Its parts have no id of ours, and its effects must stay what they were."""
    stream = Stream()
    event = e.MessageReceived(
        message_id=FIRST,
        conversation_id=CONVERSATION,
        address=message().address,
        parts=(PHOTO,),
        sent_at=stream.at,
    )
    assert list(stream.rules.effects(stream.stream, event, {})) == []


def test_what_we_send_is_kept_with_the_conversation_after_it_is_sent() -> None:
    stream = heard(TextPart(text="你好"))
    stream.effects.clear()
    ours = MediaPart(media=MediaKind.IMAGE, provider_ref="", media_id=OURS, file=FILE)
    stream.do(
        i.SendMessage(
            conversation_id=CONVERSATION,
            author="api:crm",
            parts=(TextPart(text="请看"), ours),
            seen=NEWEST,
        )
    )
    kinds = [(x.kind.value, x.destination) for _, x in stream.effects if isinstance(x, Job)]
    home = message().address.key
    assert kinds == [("message", home), ("message", home), ("media", OURS)]


def test_the_picture_of_a_card_is_kept_with_the_conversation_and_of_a_bare_link_nothing() -> None:
    stream = heard(TextPart(text="你好"))
    stream.effects.clear()
    bare = LinkPart(title="说明", url="https://bank.example")
    stream.do(
        i.SendMessage(
            conversation_id=CONVERSATION,
            author="api:crm",
            parts=(bare, replace(bare, media_id=OURS)),
            seen=NEWEST,
        )
    )
    kept = [x for _, x in stream.effects if isinstance(x, Job) and x.kind.value == "media"]
    assert [(x.destination, x.body["index"], x.body["part"]) for x in kept] == [
        (OURS, 1, {"is": "MediaPart", "media": "image", "provider_ref": "", "media_id": OURS})
    ]


def test_the_fate_of_a_file_is_an_event() -> None:
    where = {
        "media_id": media_of(FIRST, 0),
        "conversation_id": CONVERSATION,
        "message_id": FIRST,
        "index": 0,
    }
    stream = heard(PHOTO)
    assert stream.do(told(MediaState.HELD, code="being_checked")) == [
        e.MediaDelayed(**where, code="being_checked")  # type: ignore[arg-type]
    ]
    assert stream.do(told(MediaState.STORED, file=FILE)) == [
        e.MediaStored(**where, file=FILE)  # type: ignore[arg-type]
    ]
    assert stream.do(told(MediaState.REFUSED, code="polyglot")) == [
        e.MediaRefused(**where, code="polyglot")  # type: ignore[arg-type]
    ]


def test_a_file_that_comes_after_the_close_is_told_too() -> None:
    stream = heard(PHOTO)
    stream.do(i.CloseConversation(conversation_id=CONVERSATION, author="api:crm"))
    [stored] = stream.do(told(MediaState.STORED, file=FILE))
    assert isinstance(stored, e.MediaStored)
