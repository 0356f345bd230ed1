"""API keys of programs: shown once, kept as a hash, good for the scopes they name."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_hex, token_urlsafe

from hub.ports import Clock, Doc, Documents
from hub.services.access import Role, SignedIn, User

KEYS = "api_keys"
MARK = "llk"
SECRET_BYTES = 32
TOUCH_EVERY = timedelta(minutes=1)
LONGEST = 128


class Scope(StrEnum):
    """What a program may do; each route names at most one."""

    READ_CONVERSATIONS = "read:conversations"
    WRITE_CONVERSATIONS = "write:conversations"
    WRITE_MESSAGES = "write:messages"
    WRITE_NOTICES = "write:notices"
    READ_CUSTOMERS = "read:customers"
    WRITE_CUSTOMERS = "write:customers"
    READ_MEDIA = "read:media"
    WRITE_MEDIA = "write:media"
    READ_CHANNELS = "read:channels"
    READ_DEAD_LETTERS = "read:dead-letters"
    WRITE_DEAD_LETTERS = "write:dead-letters"
    READ_CATALOGUE = "read:catalogue"
    WRITE_CATALOGUE = "write:catalogue"
    READ_KNOWLEDGE = "read:knowledge"
    WRITE_KNOWLEDGE = "write:knowledge"
    READ_AGENTS = "read:agents"
    READ_AUDIT = "read:audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """`expires_at` None: until it is revoked. `used_at` to the minute."""

    key_id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None


class Keys:
    """A key reads `llk_<id>_<secret>`: the id finds it, the secret has 256 bits of chance."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock

    async def create(
        self, name: str, scopes: Collection[Scope], *, by: str, expires_at: datetime | None
    ) -> tuple[ApiKey, str]:
        """The key and its text, which is not shown again."""
        secret = token_urlsafe(SECRET_BYTES)
        while True:
            key_id = token_hex(6)
            doc: Doc = {
                "_id": key_id,
                "version": 1,
                "name": name,
                "scopes": sorted(set(scopes)),
                "hash": _hash(secret),
                "created_at": self._clock.now(),
                "created_by": by,
                "expires_at": expires_at,
                "revoked_at": None,
                "used_at": None,
            }
            if await self._documents.create(KEYS, doc):
                return _key(doc), f"{MARK}_{key_id}_{secret}"

    async def page(self, *, limit: int, after: str) -> list[ApiKey]:
        """By id, revoked ones too."""
        docs = await self._documents.page(KEYS, {}, limit=limit, after=after)
        return [_key(doc) for doc in docs]

    async def revoke(self, key_id: str) -> ApiKey | None:
        """At once and for good; again it changes nothing. None: there is no such key."""
        while (doc := await self._documents.get(KEYS, key_id)) is not None:
            if doc["revoked_at"] is not None:
                return _key(doc)
            changed = {**doc, "revoked_at": self._clock.now(), "version": doc["version"] + 1}
            if await self._documents.replace(KEYS, changed, version=doc["version"]):
                return _key(changed)
        return None

    async def caller(self, text: str) -> SignedIn | None:
        """Who comes with this key; None: unknown, revoked and expired look the same."""
        mark, _, rest = text[:LONGEST].partition("_")
        key_id, _, secret = rest.partition("_")
        doc = await self._documents.get(KEYS, key_id) if mark == MARK and key_id else None
        kept = "" if doc is None else str(doc["hash"])
        right = hmac.compare_digest(kept, _hash(secret))
        now = self._clock.now()
        if doc is None or not right or doc["revoked_at"] is not None:
            return None
        expires_at = doc["expires_at"]
        if expires_at is not None and now >= expires_at:
            return None
        if doc["used_at"] is None or now - doc["used_at"] >= TOUCH_EVERY:
            used = {**doc, "used_at": now, "version": doc["version"] + 1}
            await self._documents.replace(KEYS, used, version=doc["version"])
        user = User(
            username=f"api:{key_id}", display_name=doc["name"], role=Role.OPERATOR, api_key=key_id
        )
        ends_at = expires_at or now + timedelta(days=1)
        return SignedIn(user=user, key="", ends_at=ends_at, scopes=frozenset(doc["scopes"]))


def _hash(secret: str) -> str:
    """Fast on purpose: a secret of 256 bits is not guessed."""
    return sha256(secret.encode()).hexdigest()


def _key(doc: Doc) -> ApiKey:
    return ApiKey(
        key_id=doc["_id"],
        name=doc["name"],
        scopes=tuple(Scope(scope) for scope in doc["scopes"]),
        created_at=doc["created_at"],
        created_by=doc["created_by"],
        expires_at=doc["expires_at"],
        revoked_at=doc["revoked_at"],
        used_at=doc["used_at"],
    )
