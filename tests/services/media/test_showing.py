"""What readers see of a file: screens and the API tell the same story of it."""

from hub.model import inputs as i
from hub.model.ids import MessageId, media_of
from hub.model.message import MediaFile, MediaKind, MediaPart, MediaState, TextPart
from hub.services.history import History
from hub.services.media.showing import follow_media, shown_parts
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.agent_web.screen import LEAD, Doc, Screen
from tests.agent_web.test_customer_view import WatchedStream, loaded
from tests.decisions import stream as s
from tests.fakes.clock import ManualClock

PHOTO = MediaPart(media=MediaKind.IMAGE, provider_ref="ref-1")
FILE = MediaFile(content_type="image/png", size=7, preview=True, width=3, height=2)
FIRST = MessageId(f"{s.CONVERSATION}.1")
ID = media_of(FIRST, 1)


def report(state: MediaState, *, code: str = "", file: MediaFile | None = None) -> i.MediaReport:
    return i.MediaReport(
        media_id=ID,
        conversation_id=s.CONVERSATION,
        message_id=FIRST,
        index=1,
        state=state,
        code=code,
        file=file,
    )


STORY = (
    (None, ("fetching", "")),
    (report(MediaState.HELD, code="being_checked"), ("checking", "being_checked")),
    (report(MediaState.STORED, file=FILE), ("stored", "")),
)
KNOWN = {"content_type": "image/png", "size": 7, "preview": True, "width": 3, "height": 2}


def photo(screen: Screen) -> Doc:
    [message] = [doc for doc in screen.docs.values() if doc.get("id") == FIRST]
    part: Doc = message["parts"][1]
    return part


async def said(stream: s.Stream) -> Doc:
    stores = MemoryStores(Database(), ManualClock())
    await stores.heart.journal.append([{**commit, "token": "t"} for commit in stream.commits])
    history = History(stores.heart.journal, stream.rules)
    page = await history.page(s.CONVERSATION, after=0, limit=10)
    return dict(page.messages[0].parts[1])


def test_a_screen_follows_a_file_from_fetching_to_stored() -> None:
    stream = WatchedStream()
    stream.view = loaded(stream)
    screen = Screen(LEAD)
    screen.follow(stream.view)
    stream.do(s.message(parts=(TextPart(text="看"), PHOTO)))
    for told, (state, code) in STORY:
        if told is not None:
            stream.do(told)
        part = photo(screen)
        assert (part["media_id"], part["media_state"]) == (ID, state)
        assert part.get("media_code", "") == code
    assert photo(screen)["file"] == KNOWN
    fresh = Screen(LEAD)
    fresh.follow(loaded(stream))
    assert photo(fresh) == photo(screen)


async def test_the_api_tells_what_the_screen_shows() -> None:
    stream = s.Stream()
    stream.do(s.message(parts=(TextPart(text="看"), PHOTO)))
    for told, (state, code) in STORY:
        if told is not None:
            stream.do(told)
        part = await said(stream)
        assert (part["media_state"], part.get("media_code", "")) == (state, code)
    assert (await said(stream))["file"] == KNOWN


def test_a_late_word_that_it_is_checked_changes_nothing() -> None:
    parts = shown_parts([{"is": "MediaPart", "media_id": ID}])
    where = {"index": 0, "media_id": ID}
    assert follow_media(parts, {"is": "MediaRefused", "code": "polyglot", **where})
    assert not follow_media(parts, {"is": "MediaDelayed", "code": "being_checked", **where})
    assert not follow_media(parts, {"is": "MediaStored", "index": 0, "media_id": "another"})
    assert not follow_media(parts, {"is": "MediaStored", "index": 5, "media_id": ID})
    assert (parts[0]["media_state"], parts[0]["media_code"]) == ("refused", "polyglot")


def test_the_journal_is_not_touched_and_old_parts_stay_as_they_are() -> None:
    old = {"is": "MediaPart", "provider_ref": "r"}
    ours = {"is": "MediaPart", "media_id": ID, "file": {"size": 7}}
    text = {"is": "TextPart", "text": "a"}
    shown = shown_parts([old, ours, text])
    assert shown == [old, {**ours, "media_state": "stored"}, text]
    assert "media_state" not in ours
