"""A disk that fills up under the embedded database, with the real program."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from hub.runtime.clock import SystemClock
from hub.store.embedded import EmbeddedMongo
from hub.store.embedded_errors import DiskFull
from hub.store.embedded_folder import MEGABYTE, EmbeddedSettings

Client = AsyncMongoClient[dict[str, object]]


def embedded(data: Path, **settings: object) -> EmbeddedMongo:
    return EmbeddedMongo(EmbeddedSettings(data=data, **settings), SystemClock())  # type: ignore[arg-type]


async def ids(mongo: EmbeddedMongo) -> list[object]:
    async with Client(mongo.uri) as client:
        return [row["_id"] async for row in client.shop.rows.find()]


def run_as_root(*command: str) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


async def test_little_free_space_stops_the_start(tmp_path: Path) -> None:
    mongo = EmbeddedMongo(
        EmbeddedSettings(data=tmp_path), SystemClock(), free=lambda _: 199 * MEGABYTE
    )
    with pytest.raises(DiskFull, match="has 199 MB free; the embedded database needs 200 MB"):
        await mongo.start()
    assert mongo.pid is None


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", str(disk))
    if sys.platform != "linux" or not run_as_root(*mount):
        pytest.skip("may not mount a small disk")
    yield disk
    assert run_as_root("umount", "-l", str(disk))


async def fill(mongo: EmbeddedMongo, acknowledged: list[int]) -> None:
    """Write batches of 20 rows until one is refused."""
    async with Client(mongo.uri) as client:
        for batch in range(2000):
            rows = [{"_id": batch * 20 + n, "text": "x" * 5000} for n in range(20)]
            try:
                await client.shop.rows.insert_many(rows)
            except PyMongoError:
                return
            acknowledged += [int(str(row["_id"])) for row in rows]


@pytest.mark.parametrize("small_disk", ["80m"], indirect=True)
async def test_server_is_stopped_before_the_disk_is_full_and_loses_nothing(
    small_disk: Path,
) -> None:
    acknowledged: list[int] = []
    kept = 40 * MEGABYTE
    mongo = embedded(small_disk, free_needed=kept, free_kept=kept)
    async with mongo, asyncio.TaskGroup() as group:
        group.create_task(fill(mongo, acknowledged))
        with pytest.raises(DiskFull, match="Free some space and start again"):
            await mongo.run()
    assert len(acknowledged) > 100
    assert run_as_root("mount", "-o", "remount,size=300m", str(small_disk))
    async with embedded(small_disk, free_kept=0) as mongo:
        assert set(acknowledged) <= set(await ids(mongo))


@pytest.mark.parametrize("small_disk", ["24m"], indirect=True)
async def test_disk_that_fills_up_at_once_is_reported_and_the_rest_stands(
    small_disk: Path,
) -> None:
    acknowledged: list[int] = []
    mongo = embedded(small_disk, free_needed=8 * MEGABYTE, free_kept=0)
    async with mongo, asyncio.TaskGroup() as group:
        group.create_task(fill(mongo, acknowledged))
        with pytest.raises(DiskFull, match="Free some space and start again"):
            await mongo.run()
    assert len(acknowledged) > 100
    assert run_as_root("mount", "-o", "remount,size=300m", str(small_disk))
    async with embedded(small_disk, free_kept=0) as mongo:
        assert set(acknowledged[:-20]) <= set(await ids(mongo)), "all but the last moment"
