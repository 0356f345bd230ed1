"""The documents of one topic as screens hold them, with the number each changed at last."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from agent_web.topics import Change, Gone, Shown, Viewer
from hub.services.long_numbers import LONGEST
from hub.services.masking import has_long_number, masked

GONES = 4096
"""Losses remembered; who was away for longer is given everything."""

Audience = frozenset[str] | None
NOBODY: frozenset[str] = frozenset()
_JSON = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC
_HEAD = b'{"seq":%d,'


def encoded(doc: Mapping[str, Any], *, about: str = "") -> bytes:
    """A document without its number, ready to be put on a shelf; card numbers are masked.

    `about`: an id that stands in it many times and often looks like a number. It is passed over
    when it is longer than any number, so that none can be a part of it.
    """
    wire = orjson.dumps(doc, option=_JSON)
    prose = wire.replace(about.encode(), b"#") if len(about) > LONGEST else wire
    if has_long_number(prose):
        wire = orjson.dumps(masked(doc), option=_JSON)
    return wire[1:]


class Shelf:
    """Documents in the order of their last change, so that what is new is found from the end.

    Puts and drops between `begin` and `end` are one `Change`. A document is put with an audience
    or for everybody, and stays of that kind.
    """

    def __init__(self, *, gones: int = GONES) -> None:
        self.seq = 0
        self._floor = 0
        self._shown: dict[tuple[str, str], tuple[Shown, bytes]] = {}
        self._gones: deque[Gone] = deque()
        self._kept = gones
        self._fresh: list[Shown] = []
        self._lost: list[Gone] = []
        self._moved: tuple[Audience, Audience, Audience, Audience] | None = None
        self._hearers: list[Callable[[Change], None]] = []

    def __len__(self) -> int:
        return len(self._shown)

    # ------------------------------------------------------------ changing
    def begin(self, seq: int) -> None:
        self.seq = seq

    def put(self, kind: str, id: str, doc: bytes, audience: Audience) -> None:
        """`doc` as `encoded` gives it; nothing happens when it stands so already."""
        key = (kind, id)
        held = self._shown.get(key)
        if held is None or held[1] != doc:
            new = Shown(kind, id, self.seq, _HEAD % self.seq + doc, audience)
            self._fresh.append(new)
        else:
            was = held[0]
            joined, left = self._moves(was.audience, audience)
            if joined == left == NOBODY:
                return
            new = Shown(kind, id, self.seq, was.body, audience)
            if joined is None or joined:
                self._fresh.append(Shown(kind, id, self.seq, was.body, joined))
        if held is not None:
            del self._shown[key]
            if held[0].audience is not audience:
                self._leave(held[0], audience)
        self._shown[key] = (new, doc)

    def readdress(self, kind: str, id: str, audience: Audience) -> None:
        """The same document for others."""
        self.put(kind, id, self._shown[kind, id][1], audience)

    def drop(self, kind: str, id: str) -> None:
        """For all who saw it."""
        held = self._shown.pop((kind, id), None)
        if held is not None:
            self._leave(held[0], NOBODY)

    def forget(self, kind: str, id: str) -> None:
        """Keep it no longer, while screens may; who does not hold it is given everything."""
        held = self._shown.pop((kind, id), None)
        if held is not None:
            self._floor = max(self._floor, held[0].seq)

    def end(self) -> None:
        """Tell everybody; also when nothing changed, for the number."""
        change = Change(self.seq, tuple(self._fresh), tuple(self._lost))
        self._fresh, self._lost = [], []
        for hear in tuple(self._hearers):
            hear(change)

    def restart(self, seq: int) -> None:
        """Begin anew: what is put until `end_restart` is all there is."""
        self.seq = self._floor = seq
        self._shown.clear()
        self._gones.clear()

    def end_restart(self) -> None:
        self._fresh, self._lost = [], []
        change = Change(self.seq, tuple(shown for shown, _ in self._shown.values()), full=True)
        for hear in tuple(self._hearers):
            hear(change)

    def _leave(self, was: Shown, audience: Audience) -> None:
        """Whoever saw it and is not in the new audience sees it no more."""
        _, left = self._moves(was.audience, audience)
        if left is None or left:
            gone = Gone(was.kind, was.id, self.seq, was.audience, audience or NOBODY)
            self._lost.append(gone)
            self._gones.append(gone)
            if len(self._gones) > self._kept:
                self._floor = self._gones.popleft().seq

    def _moves(self, old: Audience, new: Audience) -> tuple[Audience, Audience]:
        """Who joined and who left; many documents in a row have the same two audiences."""
        known = self._moved
        if known is None or known[0] is not old or known[1] is not new:
            known = self._moved = (old, new, _without(new, old), _without(old, new))
        return known[2], known[3]

    # ------------------------------------------------------------ reading
    def since(self, viewer: Viewer, seq: int) -> Change:
        """See `agent_web.topics.Topic`."""
        if not self._floor <= seq <= self.seq:
            docs = [shown for shown, _ in self._shown.values() if shown.is_for(viewer)]
            return Change(self.seq, tuple(docs), full=True)
        docs = []
        for shown, _ in reversed(self._shown.values()):
            if shown.seq <= seq:
                break
            if shown.is_for(viewer):
                docs.append(shown)
        docs.reverse()
        gone: dict[tuple[str, str], Gone] = {}
        for each in reversed(self._gones):
            if each.seq <= seq:
                break
            if each.is_for(viewer) and not self._sees(viewer, each.kind, each.id):
                gone[each.kind, each.id] = each
        return Change(self.seq, tuple(docs), tuple(gone.values()))

    def subscribe(self, hear: Callable[[Change], None]) -> Callable[[], None]:
        self._hearers.append(hear)

        def undo() -> None:
            self._hearers = [h for h in self._hearers if h is not hear]

        return undo

    def _sees(self, viewer: Viewer, kind: str, id: str) -> bool:
        held = self._shown.get((kind, id))
        return held is not None and held[0].is_for(viewer)


def _without(some: Audience, others: Audience) -> Audience:
    """`some` who are not among `others`; of everybody, only nobody or all can be left."""
    if some is None:
        return NOBODY if others is None else None
    return NOBODY if others is None else some - others
