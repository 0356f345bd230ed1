"""A folder of its own for one file while it is looked at."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hub.ports import Rendition

READ_AT_ONCE = 256 * 1024


class TooLargeError(Exception):
    """More bytes came than are taken."""


@asynccontextmanager
async def spooled(content: AsyncIterator[bytes], most: int) -> AsyncIterator[Path]:
    """The content as a file that is gone afterwards, with all that was put beside it.

    Raises:
        TooLargeError: there is more than `most` bytes of it.
    """
    folder = await asyncio.to_thread(TemporaryDirectory, prefix="lianluo-media-")
    try:
        file = Path(folder.name) / Rendition.ORIGINAL.value
        size = 0
        with file.open("wb") as target:
            async for chunk in content:
                size += len(chunk)
                if size > most:
                    raise TooLargeError
                await asyncio.to_thread(target.write, chunk)
        yield file
    finally:
        await asyncio.to_thread(folder.cleanup)


async def pieces(file: Path, *, size: int = READ_AT_ONCE) -> AsyncGenerator[bytes, None]:
    with file.open("rb") as source:
        while chunk := await asyncio.to_thread(source.read, size):
            yield chunk


async def whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
