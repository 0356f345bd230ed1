"""The network between a browser and the hub, to be cut, frozen and restored."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

HOST = "127.0.0.1"
CHUNK = 64 * 1024


class Cable:
    """Serves on `port` what the hub on `hub_port` says.

    Cut, every connection is reset and so is every new one. Frozen, both ends stay connected and
    nothing passes, or only what the page says; what was on its way passes after `restore`.
    """

    def __init__(self, port: int, hub_port: int) -> None:
        self.port = port
        self._hub_port = hub_port
        self._whole = True
        self._from_page = asyncio.Event()
        self._from_hub = asyncio.Event()
        self._ends: set[asyncio.StreamWriter] = set()
        self.restore()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def cut(self) -> None:
        self._whole = False
        for end in tuple(self._ends):
            end.transport.abort()

    def freeze(self, *, page: bool = True) -> None:
        """`page`: what the page says is held back too."""
        self._from_hub.clear()
        if page:
            self._from_page.clear()

    def restore(self) -> None:
        self._whole = True
        self._from_page.set()
        self._from_hub.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        try:
            if self._whole:
                there, hub = await asyncio.open_connection(HOST, self._hub_port)
                await self._join(reader, writer, there, hub)
        except OSError:
            pass
        finally:
            self._ends.discard(writer)
            writer.transport.abort()

    async def _join(
        self,
        page: asyncio.StreamReader,
        to_page: asyncio.StreamWriter,
        hub: asyncio.StreamReader,
        to_hub: asyncio.StreamWriter,
    ) -> None:
        self._ends.add(to_hub)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pass_on(page, to_hub, self._from_page))
                both.create_task(_pass_on(hub, to_page, self._from_hub))
        finally:
            self._ends.discard(to_hub)
            to_hub.transport.abort()

    @classmethod
    @asynccontextmanager
    async def laid(cls, port: int, hub_port: int) -> AsyncIterator[Self]:
        cable = cls(port, hub_port)
        server = await asyncio.start_server(cable._serve, HOST, port, backlog=1024)
        try:
            yield cable
        finally:
            server.close()
            cable.restore()
            cable.cut()


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passing: asyncio.Event
) -> None:
    """Whatever comes, until either side ends."""
    try:
        while chunk := await reader.read(CHUNK):
            await passing.wait()
            writer.write(chunk)
            await writer.drain()
        await passing.wait()
    except OSError:
        pass
    finally:
        writer.close()
