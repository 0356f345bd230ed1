"""People as an administrator keeps them: added, changed, closed, let in again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from hub.ports import Doc, Documents
from hub.services.access import USERS, Access, User, user_of_doc
from hub.services.commands import Missing, Refusal
from hub.services.lockout import Lockout
from hub.services.second_factor import SecondFactor, recovery_codes_left


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`locked_for`: no sign-in is tried for so long. `must_change`: the password is a given one."""

    user: User
    version: int
    disabled: bool
    must_change: bool
    second_factor: bool
    recovery_codes: int
    locked_for: timedelta


class Accounts:
    def __init__(
        self, documents: Documents, access: Access, lockout: Lockout, second_factor: SecondFactor
    ) -> None:
        self._documents = documents
        self._access = access
        self._lockout = lockout
        self._second_factor = second_factor

    async def page(self, *, limit: int, after: str) -> list[Account]:
        """By user name."""
        docs = await self._documents.page(USERS, {}, limit=limit, after=after)
        return [await self._account(doc) for doc in docs]

    async def add(self, user: User) -> tuple[Account, str] | Refusal:
        """The account and its first password, good for choosing another one.

        Raises:
            ValueError: the name does not fit.
        """
        password = self._access.first_password()
        if not await self._access.add_user(user, password, to_change=True):
            return Refusal(reason="name_taken")
        doc = await self._documents.get(USERS, user.username)
        if doc is None:
            return Refusal(reason="name_taken")
        return await self._account(doc), password

    async def change(
        self, username: str, change: Mapping[str, str | bool], *, version: int, by: str
    ) -> Account | Missing | Refusal:
        """`display_name`, `role`, `disabled`, over the version seen; sessions end where the door
        closes or the role is another."""
        doc = await self._documents.get(USERS, username)
        if doc is None:
            return Missing()
        if doc["version"] != version:
            return Refusal(reason="stale_version", detail=f"It stands at {doc['version']}.")
        new = {**doc, **change, "version": version + 1}
        if username == by and (new["disabled"] or new["role"] != doc["role"]):
            return Refusal(reason="yourself", detail="Ask another administrator.")
        if new["disabled"] or new["role"] != doc["role"]:
            new["password_set"] = doc["password_set"] + 1
        if not await self._documents.replace(USERS, new, version=version):
            return Refusal(reason="stale_version", detail="Somebody changed this user meanwhile.")
        return await self._account(new)

    async def reset_password(self, username: str) -> str | Missing:
        """A new first password; all sessions end."""
        password = self._access.first_password()
        known = await self._access.set_password(username, password, to_change=True)
        return password if known else Missing()

    async def unlock(self, username: str) -> Missing | None:
        if await self._documents.get(USERS, username) is None:
            return Missing()
        await self._lockout.unlock(username)
        return None

    async def reset_second_factor(self, username: str) -> Missing | None:
        """For a lost telephone without recovery codes; a role that needs one enrols again."""
        if await self._documents.get(USERS, username) is None:
            return Missing()
        await self._second_factor.remove(username)
        return None

    async def _account(self, doc: Doc) -> Account:
        return Account(
            user=user_of_doc(doc),
            version=doc["version"],
            disabled=doc["disabled"],
            must_change=bool(doc.get("must_change")),
            second_factor=bool(doc.get("otp")),
            recovery_codes=recovery_codes_left(doc),
            locked_for=await self._lockout.locked_for(doc["_id"]),
        )
