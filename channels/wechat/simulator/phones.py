"""The pretended customers: what each phone shows and what went over the wire for it."""

import asyncio
import secrets
from collections import Counter, deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from hub.ports import Clock

Entry = dict[str, Any]
KEPT = 2000


def fresh_openid() -> str:
    """28 characters, as WeChat's are."""
    return "o" + secrets.token_urlsafe(20)


@dataclass(slots=True, eq=False)
class Phone:
    """`entries` are numbered from 1; only the last 2,000 are kept."""

    openid: str
    nickname: str
    clock: Clock
    following: bool = False
    followed_at: int = 0
    scene: str = ""
    unionid: str = field(default_factory=lambda: "o6_" + secrets.token_urlsafe(19))
    consents: Counter[str] = field(default_factory=Counter)
    last_exchange: float = float("-inf")
    typing_until: float = float("-inf")
    count: int = 0
    closed: bool = False
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def show(self, kind: str, **fields: Any) -> None:
        self.count += 1
        at = self.clock.now().isoformat()
        self.entries.append({"n": self.count, "at": at, "kind": kind, **fields})
        self._wake()

    def close(self) -> None:
        """End every `follow`."""
        self.closed = True
        self._wake()

    async def follow(self, after: int) -> AsyncIterator[Entry]:
        """Entries with n > `after`, old ones first; ends when the phone is closed."""
        while not self.closed:
            more = self._more
            for entry in [e for e in self.entries if e["n"] > after]:
                after = entry["n"]
                yield entry
            if more is self._more:
                await more.wait()

    def menu_text(self, menu_id: str) -> str:
        """What a button of a shown menu says."""
        for entry in reversed(self.entries):
            for item in (entry.get("menu") or {}).get("list", ()):
                if item["id"] == menu_id:
                    return str(item["content"])
        return menu_id

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()
