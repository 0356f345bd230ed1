"""Guessing passwords: each try counts before it is made, and soon costs waiting.

A name that nobody has is counted like one that somebody has, so that waiting tells nothing.
"""

from asyncio import CancelledError
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from hub.errors import StoreUncertain
from hub.ports import Clock, Doc, Documents

ATTEMPTS = "attempts"
MOST_OWED = 1000
"""Tries that could not be taken back yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRules:
    """After `free` tries a pause of `first`, doubling with each further one up to `longest`.

    A quiet `forget` starts anew. Many share an address, so it has more tries.
    """

    free: int = 5
    free_of_address: int = 50
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=1)
    forget: timedelta = timedelta(hours=2)

    def pause(self, count: int, free: int) -> timedelta:
        """After so many tries."""
        over = count - free
        if over < 0:
            return timedelta()
        return min(self.first * (1 << min(over, 20)), self.longest)


class Lockout:
    def __init__(self, documents: Documents, clock: Clock, rules: LockRules) -> None:
        self._documents = documents
        self._clock = clock
        self._rules = rules
        self._owed: deque[str] = deque(maxlen=MOST_OWED)

    async def begin(self, username: str, source: str) -> timedelta:
        """Count a try; a pause that is left means it must not be made.

        Raises StoreUncertain: it may have been counted, and is owed.
        """
        await self._settle()
        rules = self._rules
        try:
            left = await self._count(_of_address(source), rules.free_of_address) if source else None
            return left or await self._count(_of_user(username), rules.free)
        except (StoreUncertain, TimeoutError, CancelledError):
            self.owe(username, source)
            raise

    async def succeeded(self, username: str, source: str) -> None:
        """The name starts anew; of the address only this try is taken back."""
        await self.unlock(username)
        await self.take_back(_of_address(source))

    async def undecided(self, username: str, source: str) -> None:
        """A right password without its second factor was no guess, and is no success."""
        await self.take_back(_of_user(username))
        await self.take_back(_of_address(source))

    def owe(self, username: str, source: str) -> None:
        """Nobody could look at the try: it is taken back before the next one is counted."""
        self._owed.extend((_of_user(username), _of_address(source)))

    async def unlock(self, username: str) -> None:
        await self._documents.delete(ATTEMPTS, _of_user(username))

    async def locked_for(self, username: str) -> timedelta:
        doc = await self._documents.get(ATTEMPTS, _of_user(username))
        return timedelta() if doc is None else max(timedelta(), doc["until"] - self._clock.now())

    async def take_back(self, key: str) -> None:
        while (doc := await self._documents.get(ATTEMPTS, key)) is not None:
            version = doc["version"]
            less = {**doc, "count": max(0, doc["count"] - 1), "version": version + 1}
            less["until"] = self._clock.now()
            if await self._documents.replace(ATTEMPTS, less, version=version):
                return

    async def _settle(self) -> None:
        """Raises StoreUncertain; what is owed stays owed then."""
        while self._owed:
            key = self._owed.popleft()
            try:
                await self.take_back(key)
            except BaseException:
                self._owed.append(key)
                raise

    async def _count(self, key: str, free: int) -> timedelta:
        """The pause that is left, or zero when this try was counted and may be made."""
        while True:
            doc = await self._documents.get(ATTEMPTS, key)
            now = self._clock.now()
            known = 0 if doc is None or now >= doc["expire_at"] else doc["count"]
            if doc is not None and known >= free and now < doc["until"]:
                left: timedelta = doc["until"] - now
                return left
            count = known + 1
            new: Doc = {
                "_id": key,
                "version": 1 if doc is None else doc["version"] + 1,
                "count": count,
                "until": now + self._rules.pause(count, free),
                "expire_at": now + self._rules.forget,
            }
            if doc is None:
                if await self._documents.create(ATTEMPTS, new):
                    return timedelta()
            elif await self._documents.replace(ATTEMPTS, new, version=doc["version"]):
                return timedelta()


def _of_user(username: str) -> str:
    """Hashed: what was typed there may be a password."""
    return f"user:{sha256(username.casefold().encode()).hexdigest()[:32]}"


def _of_address(source: str) -> str:
    return f"address:{source}"
