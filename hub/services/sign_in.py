"""Coming in: lock, password, second factor, audit, in this order."""

from asyncio import CancelledError
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from hub.errors import Overloaded, StoreUncertain
from hub.services.access import USERNAME, Access, SignedIn
from hub.services.audit import Audit, Happening
from hub.services.lockout import Lockout
from hub.services.second_factor import SecondFactor

OPENED = "session.opened"
CLOSED = "session.closed"
NOBODY_LOOKED = (Overloaded, StoreUncertain, TimeoutError, CancelledError)
"""A try that ends so was no guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    token: str
    session: SignedIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """Whoever it is, known or not: no try is made for so long."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class WrongCredentials:
    """Unknown, disabled, wrong password and wrong code look the same."""


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """The password is right, the code of the second factor is missing."""


class SignIn:
    def __init__(
        self, access: Access, lockout: Lockout, second_factor: SecondFactor, audit: Audit
    ) -> None:
        self._access = access
        self._lockout = lockout
        self._second_factor = second_factor
        self._audit = audit

    async def enter(
        self, username: str, password: str, code: str, *, source: str
    ) -> Entered | Locked | WrongCredentials | CodeNeeded:
        """Raises Overloaded, StoreUncertain."""
        if left := await self._lockout.begin(username, source):
            await self._note(username, "locked", source)
            return Locked(wait=left)
        try:
            found = await self._enter(username, password, code, source)
        except NOBODY_LOOKED:
            self._lockout.owe(username, source)
            raise
        if isinstance(found, str):
            await self._note(username, found, source)
            return WrongCredentials()
        if isinstance(found, Entered):
            await self._note(username, "done", source)
        return found

    async def _enter(
        self, username: str, password: str, code: str, source: str
    ) -> Entered | CodeNeeded | Literal["refused", "wrong_code"]:
        doc = await self._access.verified(username, password)
        if doc is None:
            return "refused"
        if doc.get("otp"):
            if not code:
                await self._lockout.undecided(username, source)
                return CodeNeeded()
            if not await self._second_factor.accepts(username, code):
                return "wrong_code"
        token, session = await self._access.open_session(doc)
        await self._lockout.succeeded(username, source)
        return Entered(token=token, session=session)

    async def prove(self, username: str, password: str, code: str, *, source: str) -> bool:
        """Whether somebody who is signed in is still the same person; wrong tries count.

        A `code` is asked for where there is a second factor and one is given.
        """
        if await self._lockout.begin(username, source):
            return False
        try:
            if await self._access.verified(username, password) is None:
                return False
            if code and not await self._second_factor.accepts(username, code):
                return False
            await self._lockout.succeeded(username, source)
        except NOBODY_LOOKED:
            self._lockout.owe(username, source)
            raise
        return True

    async def leave(self, token: str, session: SignedIn, *, source: str) -> None:
        await self._access.sign_out(token)
        await self._audit.record(Happening(actor=session.user.author, act=CLOSED, source=source))

    async def _note(self, username: str, outcome: str, source: str) -> None:
        """What cannot be a user name is not written down: it may be a password."""
        name = username if USERNAME.fullmatch(username) else "?"
        actor = f"agent:{name}" if outcome == "done" else f"user:{name}"
        await self._audit.record(Happening(actor=actor, act=OPENED, outcome=outcome, source=source))
