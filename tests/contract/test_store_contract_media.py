"""What every store promises of files."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.model.message import MediaFile, MediaKind
from hub.ports import MediaMeta, Rendition
from hub.store.mongo.stores import MongoStores
from tests.fakes.clock import NOON
from tests.fakes.stores import Stores

BYTES = bytes(range(256)) * 3000
META = MediaMeta(
    media_id="m1",
    kind=MediaKind.IMAGE,
    file=MediaFile(content_type="image/png", size=len(BYTES), name="纸.png"),
    digest="d1",
    author="agent:ann",
    stored_at=NOON,
    expires_at=NOON + timedelta(days=1),
)
NO_COPY = "the connection was cut"


async def pieces(content: bytes, *, size: int = 100_000) -> AsyncIterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


async def broken() -> AsyncIterator[bytes]:
    yield BYTES[:300_000]
    raise ConnectionError(NO_COPY)


async def read(stores: Stores, rendition: Rendition = Rendition.ORIGINAL) -> bytes | None:
    stored = await stores.media.open("m1", rendition)
    return None if stored is None else await stored.read()


async def test_a_file_comes_back_as_it_was_given(stores: Stores) -> None:
    await stores.media.put(META, pieces(BYTES))
    assert await stores.media.get("m1") == META
    stored = await stores.media.open("m1", Rendition.ORIGINAL)
    assert stored is not None
    assert (stored.meta, stored.size, stored.content_type) == (META, len(BYTES), "image/png")
    assert await stored.read() == BYTES


async def test_what_was_never_stored_is_not_there(stores: Stores) -> None:
    media = stores.media
    assert await media.get("m1") is None
    assert await media.open("m1", Rendition.ORIGINAL) is None
    assert not await media.keep("m1", "c.1")
    await media.finish("m1", META.file)
    await media.add("m1", Rendition.PREVIEW, "image/webp", pieces(b"x"))
    await media.delete("m1")
    assert await media.get("m1") is None


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (255_000, 262_000), (700_000, None), (767_999, 768_000), (5, 5)]
)
async def test_a_range_is_read_alone(stores: Stores, start: int, end: int | None) -> None:
    await stores.media.put(META, pieces(BYTES))
    stored = await stores.media.open("m1", Rendition.ORIGINAL, start=start, end=end)
    assert stored is not None
    assert stored.size == len(BYTES)
    assert await stored.read() == BYTES[start:end]


async def test_renditions_stand_beside_the_original(stores: Stores) -> None:
    await stores.media.put(META, pieces(BYTES))
    assert await read(stores, Rendition.PREVIEW) is None
    await stores.media.add("m1", Rendition.PREVIEW, "image/webp", pieces(b"small"))
    await stores.media.add("m1", Rendition.PREVIEW, "image/webp", pieces(b"smaller"))
    assert await read(stores, Rendition.PREVIEW) == b"smaller"
    assert await read(stores) == BYTES


async def test_a_file_is_ready_when_it_is_finished(stores: Stores) -> None:
    await stores.media.put(META, pieces(BYTES))
    known = replace(META.file, preview=True, width=8, height=9)
    await stores.media.finish("m1", known)
    assert await stores.media.get("m1") == replace(META, ready=True, file=known)


async def test_a_second_put_replaces_all_of_the_first(stores: Stores) -> None:
    await stores.media.put(META, pieces(BYTES))
    await stores.media.add("m1", Rendition.PREVIEW, "image/webp", pieces(b"small"))
    await stores.media.put(replace(META, digest="d2"), pieces(b"other"))
    assert await read(stores) == b"other"
    assert await read(stores, Rendition.PREVIEW) is None
    assert await stores.media.get("m1") == replace(META, digest="d2")


async def test_a_file_that_was_cut_off_is_not_there_and_can_be_put_again(stores: Stores) -> None:
    with pytest.raises(ConnectionError):
        await stores.media.put(META, broken())
    assert await stores.media.get("m1") is None
    assert not await stores.media.keep("m1", "c.1")
    await stores.media.put(META, pieces(BYTES))
    assert await read(stores) == BYTES


async def test_a_file_that_was_said_expires_no_more(stores: Stores) -> None:
    await stores.media.put(META, pieces(BYTES))
    for conversation in ("c.1", "c.2", "c.1"):
        assert await stores.media.keep("m1", conversation)
    assert await stores.media.get("m1") == replace(
        META, conversations=("c.1", "c.2"), expires_at=None
    )
    assert await stores.media.drop_expired(NOON + timedelta(days=9), 10) == 0
    assert await read(stores) == BYTES


async def test_what_nobody_said_expires(stores: Stores) -> None:
    await stores.media.put(META, pieces(BYTES))
    await stores.media.put(replace(META, media_id="m2", expires_at=None), pieces(b"kept"))
    just_before = NOON + timedelta(hours=23, minutes=59)
    assert await stores.media.drop_expired(just_before, 10) == 0
    assert await read(stores) == BYTES
    assert await stores.media.drop_expired(NOON + timedelta(days=1), 10) == 1
    assert await stores.media.get("m1") is None
    assert await stores.media.get("m2") is not None


async def test_files_expire_the_oldest_first(stores: Stores) -> None:
    for n, hours in enumerate((5, 1, 3)):
        over = replace(META, media_id=f"m{n}", expires_at=NOON + timedelta(hours=hours))
        await stores.media.put(over, pieces(b"x"))
    assert await stores.media.drop_expired(NOON + timedelta(days=1), 2) == 2
    assert await stores.media.get("m0") is not None
    assert await stores.media.get("m1") is None
    assert await stores.media.get("m2") is None


async def left_in(stores: MongoStores) -> list[int]:
    names = ("media", "media_files.files", "media_files.chunks")
    return [await stores.database[name].count_documents({}) for name in names]


async def test_a_deleted_file_leaves_nothing_in_the_database(mongo_stores: MongoStores) -> None:
    await mongo_stores.media.put(META, pieces(BYTES))
    await mongo_stores.media.add("m1", Rendition.PREVIEW, "image/webp", pieces(b"small"))
    await mongo_stores.media.delete("m1")
    assert await left_in(mongo_stores) == [0, 0, 0]


async def test_what_a_killed_upload_left_goes_after_a_day(mongo_stores: MongoStores) -> None:
    with pytest.raises(ConnectionError):
        await mongo_stores.media.put(replace(META, expires_at=None), broken())
    row = await mongo_stores.database["media"].find_one({"_id": "m1"})
    assert row is not None
    piece = {"files_id": row["keys"][0], "n": 0, "data": b"half"}
    await mongo_stores.database["media_files.chunks"].insert_one(piece)
    assert await left_in(mongo_stores) == [1, 0, 1]
    assert await mongo_stores.media.drop_expired(NOON + timedelta(days=1), 10) == 1
    assert await left_in(mongo_stores) == [0, 0, 0]
