"""Argon2id in threads, a few at a time."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.errors import Overloaded

P = ParamSpec("P")
R = TypeVar("R")


class ArgonPasswords:
    """Implements `hub.services.access.Passwords`.

    One hash takes 64 MiB and some 50 ms of a core: `at_once` run, `waiting` more may wait.
    """

    def __init__(
        self, *, at_once: int = 2, waiting: int = 32, hasher: PasswordHasher | None = None
    ) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._nobody = self._hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        return await self._run(self._hasher.hash, password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        right = await self._run(self._check, hashed or self._nobody, password)
        return right and hashed is not None

    async def _run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if not self._room:
            raise Overloaded("too many sign-ins at once")
        self._room -= 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work, *args, **kwargs)
        finally:
            self._room += 1

    def _check(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False
