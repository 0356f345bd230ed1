"""What signing in costs and when it is too much."""

import asyncio
import threading
from typing import Literal

import pytest
from argon2 import PasswordHasher

from hub.errors import Overloaded
from hub.http.passwords import ArgonPasswords
from hub.runtime.clock import SystemClock
from hub.services.access import Access, Role, User
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores


class CountedPasswords:
    """Keeps what it was asked to verify."""

    def __init__(self) -> None:
        self.verified: list[str | None] = []

    async def hash(self, password: str) -> str:
        return f"hash of {password}"

    async def verify(self, hashed: str | None, password: str) -> bool:
        self.verified.append(hashed)
        return hashed == f"hash of {password}"


async def test_an_unknown_a_disabled_and_a_known_user_cost_one_verification_each() -> None:
    clock, passwords = SystemClock(), CountedPasswords()
    access = Access(MemoryStores(Database(), clock).documents, clock, passwords)
    for name in ("known", "gone"):
        user = User(username=name, display_name="", role=Role.AGENT)
        assert await access.add_user(user, "a long password")
    await access.set_disabled("gone", True)
    assert await access.sign_in("known", "a long password") is not None
    assert await access.sign_in("gone", "a long password") is None
    assert await access.sign_in("unknown", "a long password") is None
    assert await access.sign_in("NO\u0000NAME", "a long password") is None
    assert passwords.verified == ["hash of a long password", None, None, None]


class SlowHasher(PasswordHasher):
    """Waits in its thread until it is let go."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.go = threading.Event()
        self.running = 0
        self.most = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.running += 1
        self.most = max(self.most, self.running)
        self.go.wait(5)
        self.running -= 1
        return super().verify(hash, password)


async def test_few_hashes_run_at_once_and_a_crowd_is_turned_away() -> None:
    hasher = SlowHasher()
    passwords = ArgonPasswords(at_once=2, waiting=3, hasher=hasher)
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(passwords.verify(None, "x")) for _ in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await passwords.verify(None, "x")
        hasher.go.set()
    assert [task.result() for task in asked] == [False] * 5
    assert hasher.most <= 2
    assert await passwords.verify(None, "x") is False
