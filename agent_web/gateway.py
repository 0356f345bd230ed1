"""`/ws/agent`: the sockets of the workspace."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from itertools import count
from typing import Any

import structlog
from aiohttp import WSMsgType, web
from pydantic import TypeAdapter, ValidationError

from agent_web.acts import Acts, lane_of
from agent_web.attendance import Attendance
from agent_web.lanes import Lanes
from agent_web.protocol import (
    HEARTBEAT_S,
    VERSION,
    ClientFrame,
    Do,
    Done,
    Ping,
    Pong,
    TypingNow,
    Unwatch,
    Watch,
    Welcome,
)
from agent_web.rooms import Rooms
from agent_web.screens import CLOSE_CODES, Screen
from agent_web.topics import TopicSource
from agent_web.typing_shown import TypingShown
from hub.errors import StoreUncertain
from hub.http.problems import ProblemError
from hub.http.sessions import ORIGINS, token_of
from hub.ports import Clock
from hub.runtime.tasks import supervise
from hub.services.access import Access, SignedIn

log = structlog.get_logger(__name__)

PATH = "/ws/agent"
MAX_FRAME = 64 * 1024
MAX_SCREENS = 10
SILENCE_S = 2.5 * HEARTBEAT_S
CHECK_S = 30.0
ROUND_S = 5.0
AT_THE_DOOR = 16
"""Screens let in at once: a whole house that comes back leaves room for those who work."""

CLOSE_S = 2.0
STOP_S = 3.0

_FRAMES: TypeAdapter[Any] = TypeAdapter(ClientFrame)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What every screen is told of where it is. `process` is unique for ever; `build` changes with
    the program."""

    process: str
    bank: str
    environment: str
    build: str


class Gateway:
    """`run` must be running; `add_to` puts the route into the application, `attendance` listens to
    the desk."""

    def __init__(
        self,
        *,
        access: Access,
        clock: Clock,
        source: TopicSource,
        acts: "Callable[[Rooms], Acts]",
        house: House,
        typing: TypingShown | None = None,
    ) -> None:
        self._typing = typing
        self._access = access
        self._clock = clock
        self._house = house
        self._tasks: asyncio.TaskGroup | None = None
        self._numbers = count(1)
        self._screens: set[Screen] = set()
        self._of_user: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self._door = asyncio.Semaphore(AT_THE_DOOR)
        self._asking: dict[str, asyncio.Future[SignedIn | None]] = {}
        self._rooms = Rooms(source, clock, self._spawn)
        self._acts = acts(self._rooms)
        self.attendance = Attendance(self._acts.commands, clock, self._spawn)
        access.on_sign_out.append(self._signed_out)

    @property
    def screens(self) -> int:
        return len(self._screens)

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(PATH, self.serve, allow_head=False)
        app.on_shutdown.append(self.stop)

    async def run(self) -> None:
        """Own what the screens start, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                await supervise("screens", self._rounds, self._clock)
            finally:
                self._tasks = None

    async def stop(self, app: web.Application) -> None:
        """Send all screens away and let the desk hear of it, for at most STOP_S."""
        for screen in tuple(self._screens):
            screen.bye("stopping")
        try:
            async with asyncio.timeout(STOP_S):
                while self._screens:
                    self._empty.clear()
                    await self._empty.wait()
                await self.attendance.settled.wait()
        except TimeoutError:
            log.warning("screens left open", count=len(self._screens))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse(
            compress=False, max_msg_size=MAX_FRAME, timeout=CLOSE_S, decode_text=False
        )
        async with self._door:
            session = await self._admitted(request)
            await ws.prepare(request)
        if request.transport is None:
            return ws
        screen = Screen(
            ws=ws,
            transport=request.transport,
            session=session,
            token=token_of(request),
            connection_id=f"{self._house.process}.{next(self._numbers)}",
            now=self._clock.monotonic(),
            closer=self._close,
        )
        username = session.user.username
        self._screens.add(screen)
        self._of_user[username] += 1
        try:
            if self._of_user[username] > MAX_SCREENS:
                screen.bye("too_many_screens")
            else:
                screen.send(self._welcome(screen))
                self.attendance.enter(screen)
            await self._read(screen)
        finally:
            self._gone(screen)
        if screen.ended in CLOSE_CODES:
            await _close(screen)
        return ws

    async def check(self) -> None:
        """One round: what is silent goes, and so does who is not signed in any more."""
        now = self._clock.monotonic()
        due: dict[str, list[Screen]] = {}
        for screen in tuple(self._screens):
            if now - screen.heard_at > SILENCE_S:
                screen.transport.abort()
            elif now - screen.checked_at >= CHECK_S:
                due.setdefault(screen.token, []).append(screen)
        for screens in due.values():
            if not await self._check(screens):
                return

    # ------------------------------------------------------------ coming and going
    async def _admitted(self, request: web.Request) -> SignedIn:
        headers = request.headers
        if "Origin" not in headers or not request.app[ORIGINS].allows(
            "POST", headers, with_cookie=True
        ):
            raise ProblemError("foreign_origin")
        try:
            async with asyncio.timeout(CLOSE_S):
                session = await self._session_of(token_of(request))
        except (StoreUncertain, TimeoutError) as exc:
            raise ProblemError("unavailable", "Try again.") from exc
        if session is None:
            raise ProblemError("signed_out")
        if self._tasks is None or self.attendance.full:
            raise ProblemError("unavailable", "Try again.")
        return session

    async def _session_of(self, token: str) -> SignedIn | None:
        """One read for all screens of a session that come at once. Raises StoreUncertain."""
        asked = self._asking.get(token)
        if asked is not None:
            return await asyncio.shield(asked)
        asked = self._asking[token] = asyncio.get_running_loop().create_future()
        try:
            session = await self._access.session_of(token)
            asked.set_result(session)
            return session
        finally:
            del self._asking[token]
            if not asked.done():
                asked.set_exception(StoreUncertain("the session was not read"))
                asked.exception()

    def _welcome(self, screen: Screen) -> Welcome:
        user = screen.session.user
        return Welcome(
            protocol=VERSION,
            username=user.username,
            display_name=user.display_name,
            role=user.role,
            now=self._clock.now(),
            build=self._house.build,
            connection_id=screen.connection_id,
            heartbeat_s=HEARTBEAT_S,
            bank=self._house.bank,
            environment=self._house.environment,
        )

    def _signed_out(self, session_key: str) -> None:
        """All tabs of that browser, at once."""
        for screen in tuple(self._screens):
            if screen.session.key == session_key:
                screen.bye("session_ended")

    def _gone(self, screen: Screen) -> None:
        self._screens.discard(screen)
        username = screen.session.user.username
        self._of_user[username] -= 1
        if not self._of_user[username]:
            del self._of_user[username]
        if screen.lanes is not None:
            screen.lanes.drop()
            screen.lanes = None
        screen.ended = screen.ended or "gone"
        self._rooms.leave(screen)
        self.attendance.leave(screen)
        if not self._screens:
            self._empty.set()

    def _close(self, screen: Screen) -> None:
        """After a bye: the closing handshake, and an end to it when the screen does not read."""
        asyncio.get_running_loop().call_later(CLOSE_S, screen.transport.abort)
        log.info("screen closed", connection=screen.connection_id, reason=screen.ended)
        self._spawn(_close(screen))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Nothing when the process is ending."""
        if self._tasks is None:
            work.close()
        else:
            self._tasks.create_task(_guarded(work))

    async def _rounds(self) -> None:
        while True:
            await self._clock.sleep(ROUND_S)
            await self.check()

    async def _check(self, screens: list[Screen]) -> bool:
        """Of one session; False when the store does not say. Looking at it is no use of it."""
        used = any(screen.used_at >= screen.checked_at for screen in screens)
        try:
            async with asyncio.timeout(ROUND_S):
                session = await self._access.session_of(screens[0].token, used=used)
        except (StoreUncertain, TimeoutError):
            return False
        now = self._clock.monotonic()
        for screen in screens:
            if session is None or session.user.role is not screen.session.user.role:
                screen.bye("session_ended")
            else:
                screen.checked_at = now
        return True

    # ------------------------------------------------------------ frames
    async def _read(self, screen: Screen) -> None:
        while not screen.ended:
            message = await screen.ws.receive()
            if message.type is not WSMsgType.TEXT:
                if message.type is WSMsgType.BINARY:
                    screen.bye("malformed")
                return
            screen.heard_at = self._clock.monotonic()
            try:
                frame = _FRAMES.validate_json(message.data, strict=True)
            except ValidationError:
                screen.bye("malformed")
                return
            self._take(screen, frame)

    def _take(self, screen: Screen, frame: Watch | Unwatch | Do | TypingNow | Ping) -> None:
        if not isinstance(frame, Ping) or frame.used:
            screen.used_at = screen.heard_at
        match frame:
            case Do(command=command):
                lanes = screen.lanes
                if lanes is None:
                    lanes = screen.lanes = Lanes(lambda act: self._do(screen, act), self._spawn)
                if not lanes.add(lane_of(command), frame):
                    screen.bye("too_slow")
            case Ping():
                screen.send(Pong(now=self._clock.now()))
                self._rooms.refresh(screen)
            case Watch(topic=topic, seq=seq):
                self._rooms.watch(screen, topic, seq)
            case Unwatch(topic=topic):
                self._rooms.unwatch(screen, topic)
            case TypingNow(topic=topic):
                self._rooms.typing(screen, topic)
                self._show_typing(screen, topic)

    def _show_typing(self, screen: Screen, topic: str) -> None:
        """To the customer too, by the one who watches the talk."""
        shown = self._typing
        if shown is not None and screen.watching.get(topic) is not None and shown.due(topic):
            self._spawn(shown.show(screen.viewer.username, topic))

    async def _do(self, screen: Screen, act: Do) -> None:
        if self._clock.monotonic() - screen.checked_at >= CHECK_S:
            checked = await self._check([screen])
            if not checked:
                screen.send(Done(id=act.id, state="unknown"))
                return
        if screen.ended:
            return
        try:
            done = await self._acts.do(screen.session.user, screen.viewer, act)
        except Exception:
            log.exception("act failed", connection=screen.connection_id, act=act.command.do)
            done = Done(id=act.id, state="refused", reason="failed")
        screen.send(done)


async def _close(screen: Screen) -> None:
    await screen.ws.close(code=CLOSE_CODES[screen.ended], message=screen.ended.encode())


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    """What fails for one screen ends nothing else."""
    try:
        await work
    except Exception:
        log.exception("screen task failed")
