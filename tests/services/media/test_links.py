"""Links to files: what opens one, and for how long."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.errors import PermanentSendError, RetryableSendError, StoreUncertain
from hub.model.codec import pack, plain
from hub.model.ids import ChannelId
from hub.model.message import Address, LinkPart, MediaFile, MediaKind, MediaPart, Part
from hub.ports import Capabilities, MediaMeta, MediaRule, SendReceipt
from hub.services.delivery import message_worker
from hub.services.fitting import fit
from hub.services.media.files import not_carried
from hub.services.media.links import FileLinks
from hub.services.media.spool import whole
from hub.services.vault import Vault
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.fakes.clock import ManualClock
from tests.fakes.media import links_of
from tests.services.media import samples

ID = "0123456789abcdef" * 2
PDF = samples.pdf()
KEY, NEXT_KEY = b"k" * 32, b"n" * 32
IMAGES = {MediaKind.IMAGE: MediaRule(max_bytes=9, content_types=frozenset({"image/png"}))}


class Shelf:
    """One file, its store and a clock that stands at noon UTC."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.media = MemoryStores(Database(), self.clock).media
        self.links = links_of(self.media, self.clock)
        self.file = MediaFile(content_type="application/pdf", size=len(PDF), name="合同.pdf")
        self.part = MediaPart(
            media=MediaKind.FILE, provider_ref="", name="合同.pdf", media_id=ID, file=self.file
        )

    async def put(self, *, ready: bool = True) -> None:
        meta = MediaMeta(
            media_id=ID,
            kind=MediaKind.FILE,
            file=self.file,
            digest="d" * 64,
            author="agent:agent1",
            stored_at=self.clock.now(),
        )
        await self.media.put(meta, whole(PDF))
        if ready:
            await self.media.finish(ID, self.file)

    async def token(self) -> str:
        return token_of(await self.links.part_of(self.part))

    async def content(self, token: str, links: FileLinks | None = None) -> bytes | None:
        stored = await (links or self.links).open(token)
        return None if stored is None else await stored.read()

    def under(self, *keys: bytes) -> FileLinks:
        vault, valid = Vault(keys), timedelta(hours=72)
        return FileLinks(self.media, vault, self.clock, base="https://hub.example", valid=valid)


def token_of(link: LinkPart) -> str:
    base, _, token = link.url.rpartition("/")
    assert base == "https://hub.example/files"
    return token


@pytest.fixture
async def shelf() -> Shelf:
    made = Shelf()
    await made.put()
    return made


async def test_a_link_says_the_files_name_and_how_long_it_opens(shelf: Shelf) -> None:
    link = await shelf.links.part_of(shelf.part)
    assert link.title == "合同.pdf"
    assert link.description == (
        "点击下载，2026-11-24 20:00 前有效 · Tap to download, open until 2026-11-24 20:00"
    )


async def test_a_link_opens_as_often_as_it_is_asked_until_its_time_is_over(shelf: Shelf) -> None:
    token = await shelf.token()
    for _ in range(3):
        assert await shelf.content(token) == PDF
    shelf.clock.advance(timedelta(hours=72, seconds=-1))
    assert await shelf.content(token) == PDF
    shelf.clock.advance(timedelta(seconds=1))
    assert await shelf.content(token) is None


async def test_a_token_holds_the_file_its_end_and_the_proof_and_nothing_else(
    shelf: Shelf,
) -> None:
    raw = base64.urlsafe_b64decode(await shelf.token())
    until = shelf.clock.now() + timedelta(hours=72)
    assert len(raw) == 16 + 5 + 4 + 32
    assert raw[:16].hex() == ID
    assert int.from_bytes(raw[16:21]) == int(until.timestamp())


async def test_no_changed_byte_of_a_token_opens_anything(shelf: Shelf) -> None:
    raw = base64.urlsafe_b64decode(await shelf.token())
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert await shelf.content(base64.urlsafe_b64encode(changed).decode()) is None, place


async def test_a_link_stays_good_while_its_key_is_there(shelf: Shelf) -> None:
    token = token_of(await shelf.under(KEY).part_of(shelf.part))
    assert await shelf.content(token, shelf.under(NEXT_KEY, KEY)) == PDF
    assert await shelf.content(token, shelf.under(NEXT_KEY)) is None


async def test_a_proof_made_for_something_else_is_none(shelf: Shelf) -> None:
    raw = base64.urlsafe_b64decode(await shelf.token())
    key_id, _, proof = Vault([b"v" * 32]).mac(raw[:21], purpose="audit").partition(".")
    other = base64.urlsafe_b64encode(raw[:21] + bytes.fromhex(key_id + proof)).decode()
    assert await shelf.content(other) is None


async def test_a_file_that_is_not_checked_to_the_end_gets_no_link_and_opens_by_none() -> None:
    shelf = Shelf()
    with pytest.raises(PermanentSendError, match="media_missing"):
        await shelf.token()
    await shelf.put()
    token = await shelf.token()
    await shelf.put(ready=False)
    assert await shelf.content(token) is None
    with pytest.raises(PermanentSendError, match="media_missing"):
        await shelf.token()


async def test_a_store_that_does_not_answer_makes_the_message_wait(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(media_id: str) -> MediaMeta | None:
        raise StoreUncertain("away")

    monkeypatch.setattr(shelf.media, "get", away)
    with pytest.raises(RetryableSendError, match="media_unavailable"):
        await shelf.token()


# ---------------------------------------------------------------- which files
@pytest.mark.parametrize(
    ("parts", "kind", "size", "expected"),
    [
        ({"TextPart", "LinkPart", "MediaPart"}, MediaKind.FILE, 1, True),
        ({"TextPart", "LinkPart"}, MediaKind.FILE, 1, True),
        ({"TextPart", "LinkPart", "MediaPart"}, MediaKind.IMAGE, 9, False),
        ({"TextPart", "LinkPart", "MediaPart"}, MediaKind.IMAGE, 10, True),
        ({"TextPart", "MediaPart"}, MediaKind.IMAGE, 10, False),
        ({"TextPart", "MediaPart"}, MediaKind.FILE, 1, False),
    ],
)
def test_what_a_channel_does_not_carry_is_linked_where_links_are_sent(
    parts: set[str], kind: MediaKind, size: int, expected: bool
) -> None:
    can = Capabilities(parts=frozenset(parts), max_text=9, media_rules=IMAGES)
    assert can.is_linked(kind, size) is expected


@pytest.mark.parametrize(
    ("content_type", "size", "expected"),
    [
        ("image/png", 9, None),
        ("image/png", 10, None),
        ("image/webp", 9, "media_type_not_carried"),
        ("image/webp", 10, "media_type_not_carried"),
    ],
)
def test_a_type_the_channel_has_no_word_for_is_refused_at_any_size(
    shelf: Shelf, content_type: str, size: int, expected: str | None
) -> None:
    meta = MediaMeta(
        media_id=ID,
        kind=MediaKind.IMAGE,
        file=MediaFile(content_type=content_type, size=size),
        digest="d" * 64,
        author="agent:agent1",
        stored_at=shelf.clock.now(),
    )
    parts = frozenset({"TextPart", "LinkPart", "MediaPart"})
    refusal = not_carried(meta, Capabilities(parts=parts, max_text=9, media_rules=IMAGES))
    assert (refusal and refusal.reason) == expected


@pytest.mark.parametrize("media", [MediaKind.FILE, MediaKind.IMAGE])
async def test_a_linked_file_stays_a_file_in_the_talk_and_leaves_as_a_link(
    shelf: Shelf, media: MediaKind
) -> None:
    """A document, and a picture that is too large."""

    class Channel:
        kind = "pretend"
        id = ChannelId("w")
        capabilities = Capabilities(
            parts=frozenset({"TextPart", "LinkPart", "MediaPart"}),
            max_text=600,
            media_rules=IMAGES,
        )
        sent: object = None

        async def send(self, to: Address, part: Part, *, key: str) -> SendReceipt:
            self.sent = part
            return SendReceipt()

    channel = Channel()
    part = replace(shelf.part, media=media, size=len(PDF))
    assert fit([part], channel.capabilities) == (part,)
    send = message_worker({channel.id: channel}, shelf.links)  # type: ignore[dict-item]
    to = Address(channel_id=channel.id, value="o-1")
    done = await send({"_id": "00:1#0", "body": {"address": plain(to), "part": pack(part)}})
    assert isinstance(channel.sent, LinkPart)
    assert await shelf.content(token_of(channel.sent)) == PDF
    assert "files" not in str(done.change)


async def test_a_card_leaves_with_an_address_of_its_picture_and_is_kept_without(
    shelf: Shelf,
) -> None:
    card = LinkPart(title="合同", url="https://bank.example", media_id=ID)
    left = await shelf.links.pictured(card)
    address = left.picture_url
    assert left == replace(card, picture_url=address)
    assert address.startswith("https://hub.example/files/")
    assert await shelf.content(address.rpartition("/")[2]) == PDF
    with pytest.raises(PermanentSendError, match="media_missing"):
        await shelf.links.pictured(replace(card, media_id="f" * 32))
