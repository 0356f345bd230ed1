"""Who may come in: users, passwords and sessions.

A session token is shown once, to the browser; the store keeps its hash. A session ends when it
stood idle, at its absolute end, on sign-out, and when its user is disabled or gets a new password.
A session whose user owes something (a password of their own, a second factor) opens nothing else.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe
from typing import Protocol

from hub.model.codec import plain, unpack_as
from hub.model.desk import AgentProfile, Medium, Skill, Slots
from hub.model.ids import AgentId
from hub.ports import Clock, Doc, Documents
from hub.services.password_rules import PasswordRules

USERS = "users"
SESSIONS = "sessions"
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
TOKEN_BYTES = 32
FIRST_PASSWORD_BYTES = 12
TOUCH_EVERY = timedelta(minutes=1)


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    OPERATOR = "operator"


LEADS = frozenset({Role.SUPERVISOR, Role.ADMIN})
STAFF = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN})
"""Who may see customers. Operators keep the machine running and see none."""

OWES_PASSWORD = "password"  # noqa: S105 - what is owed, no secret
OWES_OTP = "otp"
FIRST_CAPACITY = {Role.AGENT: (Slots(medium=Medium.TEXT, count=4),)}
"""What somebody of a role takes at once while nobody has said otherwise."""


class Passwords(Protocol):
    """A slow hash. Both calls may raise Overloaded."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, hashed: str | None, password: str) -> bool:
        """None stands for an unknown user: as slow as a known one, and False."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """`idle` after the last request, `lifetime` after the sign-in.

    People of `otp_roles` do nothing before they have a second factor.
    """

    idle: timedelta = timedelta(minutes=30)
    lifetime: timedelta = timedelta(hours=12)
    passwords: PasswordRules = field(default_factory=PasswordRules)
    otp_roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Who has no `capacity` gets no work. A program comes as a user with the id of its `api_key`:
    it sees what its scopes name, of all customers, and belongs to no role but the least."""

    username: str
    display_name: str
    role: Role
    skills: tuple[Skill, ...] = ()
    capacity: tuple[Slots, ...] = ()
    api_key: str = ""

    @property
    def author(self) -> str:
        """The name under which the user's commands and messages stand in the journal."""
        return f"api:{self.api_key}" if self.api_key else f"agent:{self.username}"

    @property
    def is_lead(self) -> bool:
        """Sees all customers."""
        return self.role in LEADS or bool(self.api_key)

    @property
    def is_routed(self) -> bool:
        """Whether a desk gives work to this user."""
        return self.role in STAFF and any(slots.count > 0 for slots in self.capacity)

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
    """`key` names the stored session, `ends_at` is its absolute end.

    `owes`: OWES_PASSWORD or OWES_OTP, "" when nothing is missing. `scopes` are those of an API key.
    """

    user: User
    key: str
    ends_at: datetime
    owes: str = ""
    scopes: frozenset[str] = frozenset()


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

    async def add_user(self, user: User, password: str, *, to_change: bool = False) -> bool:
        """Create a user; False when the name is taken. `to_change` as in `set_password`.

        Raises:
            ValueError: the name or the password does not fit the rules.
        """
        if not USERNAME.fullmatch(user.username):
            raise ValueError("a user name is a-z, 0-9, '.', '_' or '-', at most 64 characters")
        self._check_password(user.username, password)
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
                "must_change": to_change,
                "disabled": False,
            },
        )

    async def user_of(self, username: str) -> User | None:
        """A user who may come in; None: unknown or disabled."""
        doc = await self._documents.get(USERS, username)
        return None if doc is None or doc["disabled"] else user_of_doc(doc)

    async def set_password(self, username: str, password: str, *, to_change: bool = False) -> bool:
        """Give a new password and end the user's sessions; False when there is no such user.

        With `to_change` it opens nothing until its user has chosen another one.

        Raises:
            ValueError: the password does not fit the rules, or is one of the last ones.
        """
        self._check_password(username, password)
        kept = self._rules.passwords.history
        hashed = await self._passwords.hash(password)
        while (doc := await self._documents.get(USERS, username)) is not None:
            earlier = [doc["password"], *doc.get("passwords_before", ())][:kept]
            for one in earlier:
                if await self._passwords.verify(one, password):
                    raise ValueError(f"not one of the last {kept} passwords")
            change = {
                "password": hashed,
                "passwords_before": earlier[: kept - 1] if kept else [],
                "must_change": to_change,
            }
            if await self._replaced(doc, change, count="password_set"):
                return True
        return False

    async def set_disabled(self, username: str, disabled: bool) -> bool:
        """Close or open the door for a user; False when there is no such user.

        Sessions end for good when it closes: opening it again revives none.
        """
        ends = "password_set" if disabled else ""
        return await self._change(username, {"disabled": disabled}, count=ends)

    async def sign_in(self, username: str, password: str) -> tuple[str, SignedIn] | None:
        """A session by password alone, or None; `hub.services.sign_in` asks for the rest.

        Raises:
            Overloaded: too many sign-ins at once.
        """
        doc = await self.verified(username, password)
        return None if doc is None else await self.open_session(doc)

    async def verified(self, username: str, password: str) -> Doc | None:
        """The user's document, or None: unknown, disabled and wrong look the same.

        Raises:
            Overloaded: too many sign-ins at once.
        """
        doc = await self._documents.get(USERS, username) if USERNAME.fullmatch(username) else None
        usable = doc is not None and not doc["disabled"]
        hashed = str(doc["password"]) if doc is not None and usable else None
        right = await self._passwords.verify(hashed, password)
        return doc if right and usable else None

    async def open_session(self, doc: Doc) -> tuple[str, SignedIn]:
        """A new token and its session, for a user who has proved who they are."""
        token = token_urlsafe(TOKEN_BYTES)
        now = self._clock.now()
        session: Doc = {
            "_id": _key(token),
            "version": 1,
            "username": doc["_id"],
            "password_set": doc["password_set"],
            "seen_at": now,
            "expire_at": now + self._rules.lifetime,
        }
        await self._documents.create(SESSIONS, session)
        return token, self._signed_in(session, doc)

    async def session_of(self, token: str, *, used: bool = True) -> SignedIn | None:
        """The live session of a token whose user owes nothing."""
        session = await self.any_session_of(token, used=used)
        return None if session is None or session.owes else session

    async def any_session_of(self, token: str, *, used: bool = True) -> SignedIn | None:
        """The live session of a token; where it is `used` its idle end moves, once a minute."""
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
        if used and now - session["seen_at"] >= TOUCH_EVERY:
            version = session["version"]
            touched = {**session, "seen_at": now, "version": version + 1}
            await self._documents.replace(SESSIONS, touched, version=version)
        return self._signed_in(session, doc)

    async def sign_out(self, token: str) -> None:
        key = _key(token)
        await self._documents.delete(SESSIONS, key)
        for hear in self.on_sign_out:
            hear(key)

    async def _change(self, username: str, change: Doc, *, count: str) -> bool:
        while (doc := await self._documents.get(USERS, username)) is not None:
            if await self._replaced(doc, change, count=count):
                return True
        return False

    async def _replaced(self, doc: Doc, change: Doc, *, count: str) -> bool:
        """False: somebody else was faster. `count` names a number that grows with it."""
        version = doc["version"]
        changed = {**doc, **change, "version": version + 1}
        if count:
            changed[count] = doc[count] + 1
        return await self._documents.replace(USERS, changed, version=version)

    def first_password(self) -> str:
        """Made by chance, for somebody who will choose another one."""
        return token_urlsafe(max(FIRST_PASSWORD_BYTES, self._rules.passwords.min_length))

    def _check_password(self, username: str, password: str) -> None:
        if problem := self._rules.passwords.problem(username, password):
            raise ValueError(problem)

    def _signed_in(self, session: Doc, doc: Doc) -> SignedIn:
        user = user_of_doc(doc)
        owes = ""
        if doc.get("must_change"):
            owes = OWES_PASSWORD
        elif user.role in self._rules.otp_roles and not doc.get("otp"):
            owes = OWES_OTP
        return SignedIn(user=user, key=session["_id"], ends_at=session["expire_at"], owes=owes)


def _key(token: str) -> str:
    return sha256(token.encode()).hexdigest()


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
