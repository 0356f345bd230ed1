"""Who watches which topic: joining, leaving, and one change for all who see the same of it."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from agent_web.protocol import Closed, TypingSeen, written
from agent_web.screens import Screen, text_frame
from agent_web.topics import LEADS, Change, Gone, Shown, Topic, TopicSource, Viewer, frame
from hub.errors import StoreUncertain
from hub.ports import Clock

MAX_TOPICS = 64
LISTS = frozenset({"desk", "conversations"})
"""Topics of a whole house. A burst of their changes is gathered; words of a talk never wait."""

GATHER_S = 0.05
CROWD = 16
OPEN_S = 10.0
AGAIN_S = 1.0
TYPING_S = 1.0
NAME = re.compile(r"[a-z]+(:[A-Za-z0-9._-]+)?")
_ABSENT = object()


class Room:
    """A topic and the screens that watch it, each with the number it was told last."""

    def __init__(self, topic: Topic, expel: "Callable[[Room, Screen], None]") -> None:
        self.topic = topic
        self.members: dict[Screen, int] = {}
        self._expel = expel
        self._is_list = topic.name in LISTS
        self._told_at = float("-inf")
        self._gathering: asyncio.TimerHandle | None = None
        self._unsubscribe = topic.subscribe(self._hear)

    def close(self) -> None:
        self._unsubscribe()
        if self._gathering is not None:
            self._gathering.cancel()

    def answer(self, screen: Screen, seq: int) -> None:
        """Everything after `seq`, also when that is nothing: the screen is up to date then."""
        self._tell(screen, self.topic.since(screen.viewer, seq))

    def remind(self, screen: Screen) -> None:
        """The number the topic stands at, where changes for others have moved it.

        With what is still being gathered: a number alone would say it had been told.
        """
        seq = self.members[screen]
        if seq != self.topic.seq:
            self._tell(screen, self.topic.since(screen.viewer, seq))

    def _tell(self, screen: Screen, change: Change) -> None:
        wire = _wire(self.topic.name, change, screen.viewer)
        self._put(screen, change.seq, wire)

    def _put(self, screen: Screen, seq: int, wire: bytes) -> None:
        self.members[screen] = seq
        if self._is_list:
            screen.write(wire)
        else:
            screen.join(wire)

    def _hear(self, change: Change) -> None:
        """At once, but for a crowd at a list: what follows within `GATHER_S` goes in one frame."""
        if self._gathering is not None:
            return
        if self._is_list and len(self.members) >= CROWD:
            loop = asyncio.get_running_loop()
            if loop.time() - self._told_at < GATHER_S:
                self._gathering = loop.call_later(GATHER_S, self._catch_up)
                return
            self._told_at = loop.time()
        self._tell_all(change)

    def _catch_up(self) -> None:
        """Each screen from its own number; those who see the same from the same share a frame."""
        self._gathering = None
        self._told_at = asyncio.get_running_loop().time()
        topic = self.topic
        wires: dict[tuple[frozenset[str], int], bytes | None] = {}
        outside: list[Screen] = []
        for screen, seq in self.members.items():
            viewer = screen.viewer
            if not topic.may_watch(viewer):
                outside.append(screen)
                continue
            key = (viewer.keys, seq)
            if key not in wires:
                change = topic.since(viewer, seq)
                new = change.full or change.docs or change.gone
                wires[key] = _wire(topic.name, change, viewer) if new else None
            wire = wires[key]
            if wire is not None:
                self._put(screen, topic.seq, wire)
        for screen in outside:
            self._expel(self, screen)

    def _tell_all(self, change: Change) -> None:
        name, may_watch = self.topic.name, self.topic.may_watch
        wires: dict[frozenset[str], bytes | None] = {}
        made: dict[tuple[bool, ...], bytes | None] = {}
        public = not change.gone and all(doc.audience is None for doc in change.docs)
        everybodys = _everybodys(name, change) if public else None
        outside: list[Screen] = []
        for screen in self.members:
            viewer = screen.viewer
            if not may_watch(viewer):
                outside.append(screen)
                continue
            if public:
                wire = everybodys
            elif viewer.keys in wires:
                wire = wires[viewer.keys]
            else:
                wire = wires[viewer.keys] = _shared(name, change, viewer, made)
            if wire is not None:
                self._put(screen, change.seq, wire)
        for screen in outside:
            self._expel(self, screen)


def _everybodys(name: str, change: Change) -> bytes | None:
    """The frame of a change in which all is for everybody."""
    if change.full or change.docs:
        return text_frame(frame(name, change, change.docs, ()))
    return None


def _shared(
    name: str, change: Change, viewer: Viewer, made: dict[tuple[bool, ...], bytes | None]
) -> bytes | None:
    """The frame for this viewer, None when nothing of the change is for it."""
    seen = tuple(each.is_for(viewer) for each in _parts(change))
    if seen not in made:
        made[seen] = _wire(name, change, viewer) if change.full or any(seen) else None
    return made[seen]


def _parts(change: Change) -> Iterator[Shown | Gone]:
    yield from change.docs
    yield from change.gone


def _wire(name: str, change: Change, viewer: Viewer) -> bytes:
    docs = [each for each in change.docs if each.is_for(viewer)]
    gone = [each for each in change.gone if each.is_for(viewer)]
    return text_frame(frame(name, change, docs, gone))


class Rooms:
    """`spawn` starts a task that somebody owns."""

    def __init__(
        self,
        source: TopicSource,
        clock: Clock,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._source = source
        self._clock = clock
        self._spawn = spawn
        self._rooms: dict[str, Room] = {}

    def watch(self, screen: Screen, name: str, seq: int) -> None:
        if name in screen.watching:
            room = screen.watching[name]
            if room is not None:
                self._enter(room, screen, seq)
        elif not NAME.fullmatch(name):
            screen.send(Closed(topic=name, reason="malformed"))
        elif not screen.viewer.keys:
            screen.send(Closed(topic=name, reason="forbidden"))
        elif len(screen.watching) >= MAX_TOPICS:
            screen.send(Closed(topic=name, reason="too_many"))
        elif name in self._rooms:
            self._enter(self._rooms[name], screen, seq)
        else:
            screen.watching[name] = None
            self._spawn(self._open(screen, name, seq))

    def unwatch(self, screen: Screen, name: str) -> None:
        room = screen.watching.pop(name, None)
        if room is not None:
            del room.members[screen]
            self._tidy(room)

    def leave(self, screen: Screen) -> None:
        for name in tuple(screen.watching):
            self.unwatch(screen, name)

    def typing(self, screen: Screen, name: str) -> None:
        """Tell the other people in the room; the writer's own screens know."""
        room = screen.watching.get(name)
        now = self._clock.monotonic()
        if room is None or now - screen.typed_at < TYPING_S:
            return
        screen.typed_at = now
        who = screen.viewer.username
        seen = TypingSeen(topic=name, who=who)
        wire = text_frame(written(seen))
        for other in room.members:
            if other.viewer.username != who and room.topic.may_watch(other.viewer):
                other.write(wire)

    def refresh(self, screen: Screen) -> None:
        """What may have changed without a change of the topic itself: permission and number."""
        for room in tuple(screen.watching.values()):
            if room is None:
                continue
            if room.topic.may_watch(screen.viewer):
                room.remind(screen)
            else:
                self._expel(room, screen)

    async def may_watch(self, viewer: Viewer, name: str) -> bool:
        """Whether this topic is for the viewer right now. Raises StoreUncertain, TimeoutError."""
        room = self._rooms.get(name)
        if room is not None:
            return room.topic.may_watch(viewer)
        async with asyncio.timeout(OPEN_S):
            topic = await self._source.open(name)
        if topic is None:
            return False
        try:
            return topic.may_watch(viewer)
        finally:
            self._source.release(topic)

    async def _open(self, screen: Screen, name: str, seq: int) -> None:
        while self._wanted(screen, name):
            try:
                async with asyncio.timeout(OPEN_S):
                    topic = await self._source.open(name)
            except (StoreUncertain, TimeoutError):
                await self._clock.sleep(AGAIN_S)
                continue
            self._opened(screen, name, seq, topic)
            return

    def _opened(self, screen: Screen, name: str, seq: int, topic: Topic | None) -> None:
        """Of several that opened it at once, the first makes the room."""
        if topic is None:
            if self._wanted(screen, name):
                del screen.watching[name]
                known = LEADS in screen.viewer.keys
                screen.send(Closed(topic=name, reason="unknown" if known else "forbidden"))
            return
        room = self._rooms.get(name)
        if room is not None:
            self._source.release(topic)
        else:
            room = self._rooms[name] = Room(topic, self._expel)
        if self._wanted(screen, name):
            self._enter(room, screen, seq)
        self._tidy(room)

    def _wanted(self, screen: Screen, name: str) -> bool:
        return not screen.ended and screen.watching.get(name, _ABSENT) is None

    def _enter(self, room: Room, screen: Screen, seq: int) -> None:
        name = room.topic.name
        if room.topic.may_watch(screen.viewer):
            screen.watching[name] = room
            room.answer(screen, seq)
        else:
            self._expel(room, screen)

    def _expel(self, room: Room, screen: Screen) -> None:
        room.members.pop(screen, None)
        screen.watching.pop(room.topic.name, None)
        screen.send(Closed(topic=room.topic.name, reason="forbidden"))
        self._tidy(room)

    def _tidy(self, room: Room) -> None:
        if not room.members and self._rooms.get(room.topic.name) is room:
            del self._rooms[room.topic.name]
            room.close()
            self._source.release(room.topic)
