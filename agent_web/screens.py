"""One open screen: who looks at it, what it watches, and the way of bytes to it."""

import asyncio
from collections.abc import Callable
from struct import Struct
from typing import TYPE_CHECKING

from aiohttp import web

from agent_web.documents import Frame
from agent_web.protocol import Bye, Done, written
from agent_web.topics import LEADS, Viewer
from hub.services.access import STAFF, SignedIn

if TYPE_CHECKING:
    from agent_web.lanes import Lanes
    from agent_web.rooms import Room

MAX_UNSENT = 4 * 1024 * 1024
"""Bytes that may wait for a slow screen; then it is closed and comes back with its numbers."""

CLOSE_CODES = {
    "session_ended": 4401,
    "too_many_screens": 4429,
    "malformed": 4400,
    "too_slow": 1013,
    "stopping": 1001,
}

_TEXT = 0x81
_SHORT, _MIDDLE, _LONG = Struct("!BB"), Struct("!BBH"), Struct("!BBQ")


class Screen:
    """`heard_at`, `used_at` (by a person), `checked_at` and `typed_at` are monotonic seconds;
    `ended` the reason of its end.

    `watching` has None for a topic that is being opened. `known` is done when
    the desk has heard of this screen, None where nobody tells it.
    """

    __slots__ = (
        "_closer",
        "_joined",
        "_soon",
        "checked_at",
        "connection_id",
        "ended",
        "heard_at",
        "known",
        "lanes",
        "session",
        "token",
        "transport",
        "typed_at",
        "used_at",
        "viewer",
        "watching",
        "ws",
    )

    def __init__(
        self,
        *,
        ws: "web.WebSocketResponse[bool]",
        transport: "asyncio.Transport",
        session: SignedIn,
        token: str,
        connection_id: str,
        now: float,
        closer: "Callable[[Screen], None]",
    ) -> None:
        self.ws = ws
        self.transport = transport
        self.session = session
        self.token = token
        self.connection_id = connection_id
        self.heard_at = self.checked_at = now
        self.typed_at = self.used_at = float("-inf")
        self.ended = ""
        self.watching: dict[str, Room | None] = {}
        self.lanes: Lanes | None = None
        self.known: asyncio.Future[None] | None = None
        self.viewer = viewer_of(session)
        self._closer = closer
        self._joined: list[bytes] = []
        self._soon = asyncio.get_running_loop().call_soon

    def send(self, frame: Frame | Done) -> None:
        self.join(text_frame(written(frame)))

    def write(self, wire: bytes) -> None:
        """Bytes of a whole frame, at once; no frame overtakes another."""
        if self.ended or self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > MAX_UNSENT:
            self.bye("too_slow")
            return
        if self._joined:
            self._flush()
        self.transport.write(wire)

    def join(self, wire: bytes) -> None:
        """As `write`, but what comes in one turn of the loop goes out in one call of the system.

        For what a person did and the words of a talk, where an answer and several changes come
        together; a room of many screens with one frame each is faster with `write`.
        """
        self._joined.append(wire)
        if len(self._joined) == 1:
            self._soon(self._flush)

    def bye(self, reason: str) -> None:
        """Say why and close; nothing is sent or done for this screen any more."""
        if self.ended:
            return
        if not self.transport.is_closing():
            self._joined.append(text_frame(written(Bye(reason=reason))))
            self.transport.write(b"".join(self._joined))
        self._joined.clear()
        self.ended = reason
        self._closer(self)

    def _flush(self) -> None:
        if self._joined:
            wire = b"".join(self._joined)
            self._joined.clear()
            self.write(wire)


def viewer_of(session: SignedIn) -> Viewer:
    """Operators see nothing of customers: no document is for a viewer without keys."""
    user = session.user
    name = user.username
    if user.role not in STAFF:
        return Viewer(name, frozenset())
    return Viewer(name, frozenset({name, LEADS} if user.is_lead else {name}))


def text_frame(payload: bytes) -> bytes:
    """The payload as one unmasked text frame (RFC 6455, 5.2): the same bytes serve all screens."""
    size = len(payload)
    if size < 126:
        return _SHORT.pack(_TEXT, size) + payload
    if size < 65536:
        return _MIDDLE.pack(_TEXT, 126, size) + payload
    return _LONG.pack(_TEXT, 127, size) + payload
