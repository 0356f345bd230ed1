"""Coming in while the hub cannot look: nobody is locked out by an outage."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

import pytest
from argon2 import PasswordHasher

from hub.errors import Overloaded, StoreUncertain
from hub.http.passwords import ArgonPasswords
from hub.services.access import Access, Role, User
from hub.services.audit import Audit
from hub.services.lockout import Lockout, LockRules
from hub.services.second_factor import SecondFactor
from hub.services.sign_in import Entered, Locked, SignIn, WrongCredentials
from hub.services.vault import Vault
from hub.store.memory.database import Database
from hub.store.memory.faults import NoFaults, Operation
from hub.store.memory.stores import MemoryStores
from tests.fakes.clock import ManualClock

T = TypeVar("T")
PASSWORD = "correct horse battery"
SOURCE = "192.0.2.7"


class Outage(NoFaults):
    """While `down`, sessions are not written; while `out`, nothing is read or written at all.

    While `silent`, tries are counted but nobody hears of it; with `dice` others come between.
    """

    def __init__(self) -> None:
        self.down = False
        self.out = False
        self.silent = False
        self.dice: Random | None = None

    async def run(self, operation: Operation, work: Callable[[], Awaitable[T]]) -> T:
        if self.out or (self.down and operation.collection == "sessions"):
            raise StoreUncertain("planted")
        for _ in range(self.dice.randrange(6) if self.dice else 0):
            await asyncio.sleep(0)
        done = await work()
        if self.silent and operation.collection == "attempts" and operation.kind != "get":
            raise StoreUncertain("planted")
        return done


class Busy(ArgonPasswords):
    busy = False

    async def verify(self, hashed: str | None, password: str) -> bool:
        if self.busy:
            raise Overloaded("passwords")
        return await super().verify(hashed, password)


class Running(ManualClock):
    """A millisecond passes between two looks."""

    def now(self) -> datetime:
        self.advance(timedelta(milliseconds=1))
        return super().now()


class Door:
    def __init__(self, clock: ManualClock | None = None) -> None:
        self.outage = Outage()
        self.clock = clock or ManualClock()
        documents = MemoryStores(Database(self.outage), self.clock).documents
        self.passwords = Busy(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.access = Access(documents, self.clock, self.passwords)
        self.lockout = Lockout(documents, self.clock, LockRules())
        vault = Vault((bytes(32),))
        factor = SecondFactor(documents, self.clock, vault, "test")
        audit = Audit(documents, self.clock, vault)
        self.sign_in = SignIn(self.access, self.lockout, factor, audit)

    async def open(self) -> None:
        user = User(username="agent1", display_name="agent1", role=Role.AGENT)
        await self.access.add_user(user, PASSWORD)

    async def enter(self, password: str) -> object:
        return await self.sign_in.enter("agent1", password, "", source=SOURCE)


async def test_tries_the_hub_was_too_busy_for_do_not_count() -> None:
    door = Door()
    await door.open()
    door.passwords.busy = True
    for _ in range(60):
        with pytest.raises(Overloaded):
            await door.enter(PASSWORD)
    door.passwords.busy = False
    assert isinstance(await door.enter(PASSWORD), Entered)


async def test_tries_that_ended_in_an_outage_do_not_count() -> None:
    door = Door()
    await door.open()
    door.outage.down = True
    for _ in range(60):
        with pytest.raises(StoreUncertain):
            await door.enter(PASSWORD)
        door.outage.out = True
        with pytest.raises(StoreUncertain):
            await door.enter(PASSWORD)
        door.outage.out = False
    door.outage.down = False
    assert isinstance(await door.enter(PASSWORD), Entered)


async def test_tries_of_which_the_count_was_not_heard_do_not_count() -> None:
    door = Door()
    await door.open()
    for _ in range(60):
        door.outage.silent = True
        with pytest.raises(StoreUncertain):
            await door.enter(PASSWORD)
        door.outage.silent = False
    assert isinstance(await door.enter(PASSWORD), Entered)


async def test_a_house_that_signs_in_at_once_from_one_address_locks_nobody() -> None:
    for seed in range(20):
        door = Door(Running())
        await door.open()
        door.outage.dice = Random(seed)  # noqa: S311 - repeatable turns
        async with asyncio.TaskGroup() as tasks:
            tries = [tasks.create_task(door.enter(PASSWORD)) for _ in range(4)]
        assert [type(each.result()) for each in tries] == [Entered] * 4


async def test_wrong_passwords_between_outages_still_count() -> None:
    door = Door()
    await door.open()
    for _ in range(5):
        door.passwords.busy = True
        with pytest.raises(Overloaded):
            await door.enter("wrong")
        door.passwords.busy = False
        assert isinstance(await door.enter("wrong"), WrongCredentials)
    locked = await door.enter(PASSWORD)
    assert isinstance(locked, Locked)
    assert timedelta(seconds=29) < locked.wait <= timedelta(seconds=30)
