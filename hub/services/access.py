"""Who may come in: users, passwords and sessions.

A session token is shown once, to the browser; the store keeps its hash. A session ends when it
stood idle, at its absolute end, on sign-out, and when its user is disabled or gets a new password.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe
from typing import Protocol

from hub.model.codec import plain, unpack_as
from hub.model.desk import AgentProfile, Medium, Skill, Slots
from hub.model.ids import AgentId
from hub.ports import Clock, Doc, Documents

USERS = "users"
SESSIONS = "sessions"
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
TOKEN_BYTES = 32
MAX_PASSWORD = 256
TOUCH_EVERY = timedelta(minutes=1)


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


LEADS = frozenset({Role.SUPERVISOR, Role.ADMIN})
FIRST_CAPACITY = {Role.AGENT: (Slots(medium=Medium.TEXT, count=4),)}
"""What somebody of a role takes at once while nobody has said otherwise."""


class Passwords(Protocol):
    """A slow hash. Both calls may raise Overloaded."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, hashed: str | None, password: str) -> bool:
        """None stands for an unknown user: as slow as a known one, and False."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """`idle` after the last request, `lifetime` after the sign-in, `min_password` in characters."""

    idle: timedelta = timedelta(minutes=30)
    lifetime: timedelta = timedelta(hours=12)
    min_password: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Who has no `capacity` gets no work."""

    username: str
    display_name: str
    role: Role
    skills: tuple[Skill, ...] = ()
    capacity: tuple[Slots, ...] = ()

    @property
    def author(self) -> str:
        """The name under which the user's commands and messages stand in the journal."""
        return f"agent:{self.username}"

    @property
    def is_lead(self) -> bool:
        return self.role in LEADS

    @property
    def is_routed(self) -> bool:
        """Whether a desk gives work to this user."""
        return any(slots.count > 0 for slots in self.capacity)

    @property
    def profile(self) -> AgentProfile:
        return AgentProfile(
            agent_id=AgentId(self.username),
            display_name=self.display_name,
            skills=self.skills,
            capacity=self.capacity,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """`key` names the stored session, `ends_at` is its absolute end."""

    user: User
    key: str
    ends_at: datetime


class Access:
    """Users and sessions in plain documents. `on_sign_out` hear the key of a session that was
    signed out in this process."""

    def __init__(
        self,
        documents: Documents,
        clock: Clock,
        passwords: Passwords,
        rules: AccessRules | None = None,
    ) -> None:
        self._documents = documents
        self._clock = clock
        self._passwords = passwords
        self._rules = rules or AccessRules()
        self.on_sign_out: list[Callable[[str], None]] = []

    async def add_user(self, user: User, password: str) -> bool:
        """Create a user; False when the name is taken.

        Raises:
            ValueError: the name or the password does not fit the rules.
        """
        if not USERNAME.fullmatch(user.username):
            raise ValueError("a user name is a-z, 0-9, '.', '_' or '-', at most 64 characters")
        self._check_password(password)
        return await self._documents.create(
            USERS,
            {
                "_id": user.username,
                "version": 1,
                "display_name": user.display_name,
                "role": user.role.value,
                **_given_routing(user),
                "password": await self._passwords.hash(password),
                "password_set": 1,
                "disabled": False,
            },
        )

    async def user_of(self, username: str) -> User | None:
        """A user who may come in; None: unknown or disabled."""
        doc = await self._documents.get(USERS, username)
        return None if doc is None or doc["disabled"] else user_of_doc(doc)

    async def set_password(self, username: str, password: str) -> bool:
        """Give a new password and end the user's sessions; False when there is no such user.

        Raises:
            ValueError: the password does not fit the rules.
        """
        self._check_password(password)
        hashed = await self._passwords.hash(password)
        return await self._change(username, {"password": hashed}, count="password_set")

    async def set_disabled(self, username: str, disabled: bool) -> bool:
        """Close or open the door for a user; False when there is no such user.

        Sessions end for good when it closes: opening it again revives none.
        """
        ends = "password_set" if disabled else ""
        return await self._change(username, {"disabled": disabled}, count=ends)

    async def sign_in(self, username: str, password: str) -> tuple[str, SignedIn] | None:
        """The new token and its session, or None: unknown, disabled and wrong look the same.

        Raises:
            Overloaded: too many sign-ins at once.
        """
        doc = await self._documents.get(USERS, username) if USERNAME.fullmatch(username) else None
        usable = doc is not None and not doc["disabled"]
        hashed = str(doc["password"]) if doc is not None and usable else None
        if not await self._passwords.verify(hashed, password) or doc is None or not usable:
            return None
        token = token_urlsafe(TOKEN_BYTES)
        now = self._clock.now()
        session: Doc = {
            "_id": _key(token),
            "version": 1,
            "username": username,
            "password_set": doc["password_set"],
            "seen_at": now,
            "expire_at": now + self._rules.lifetime,
        }
        await self._documents.create(SESSIONS, session)
        return token, _signed_in(session, doc)

    async def session_of(self, token: str) -> SignedIn | None:
        """The live session of a token; moves its idle end, at most once a minute."""
        if not token:
            return None
        session = await self._documents.get(SESSIONS, _key(token))
        if session is None:
            return None
        now = self._clock.now()
        if now >= session["expire_at"] or now >= session["seen_at"] + self._rules.idle:
            await self._documents.delete(SESSIONS, session["_id"])
            return None
        doc = await self._documents.get(USERS, session["username"])
        if doc is None or doc["disabled"] or doc["password_set"] != session["password_set"]:
            return None
        if now - session["seen_at"] >= TOUCH_EVERY:
            version = session["version"]
            touched = {**session, "seen_at": now, "version": version + 1}
            await self._documents.replace(SESSIONS, touched, version=version)
        return _signed_in(session, doc)

    async def sign_out(self, token: str) -> None:
        key = _key(token)
        await self._documents.delete(SESSIONS, key)
        for hear in self.on_sign_out:
            hear(key)

    async def _change(self, username: str, change: Doc, *, count: str) -> bool:
        while (doc := await self._documents.get(USERS, username)) is not None:
            version = doc["version"]
            changed = {**doc, **change, "version": version + 1}
            if count:
                changed[count] = doc[count] + 1
            if await self._documents.replace(USERS, changed, version=version):
                return True
        return False

    def _check_password(self, password: str) -> None:
        if not self._rules.min_password <= len(password) <= MAX_PASSWORD:
            raise ValueError(
                f"a password has {self._rules.min_password} to {MAX_PASSWORD} characters"
            )


def _key(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _signed_in(session: Doc, doc: Doc) -> SignedIn:
    return SignedIn(user=user_of_doc(doc), key=session["_id"], ends_at=session["expire_at"])


def user_of_doc(doc: Doc) -> User:
    role = Role(doc["role"])
    if "capacity" in doc:
        capacity = tuple(unpack_as(slots, Slots) for slots in doc["capacity"])
    else:
        capacity = FIRST_CAPACITY.get(role, ())
    return User(
        username=doc["_id"],
        display_name=doc["display_name"],
        role=role,
        skills=tuple(unpack_as(skill, Skill) for skill in doc.get("skills", ())),
        capacity=capacity,
    )


def _given_routing(user: User) -> Doc:
    """Without a capacity of its own a user has the first one of the role."""
    doc = routing_doc(user.skills, user.capacity)
    return doc if user.capacity else {"skills": doc["skills"]}


def routing_doc(skills: tuple[Skill, ...], capacity: tuple[Slots, ...]) -> Doc:
    """The fields of a user document that a desk routes by."""
    return {
        "skills": [plain(skill) for skill in skills],
        "capacity": [plain(slots) for slots in capacity],
    }
