"""Users as a desk sees them: skills and capacity, changed by version."""

from dataclasses import dataclass

from hub.model.codec import unpack_as
from hub.model.desk import Skill, Slots
from hub.ports import Clock, Doc, Documents
from hub.services.access import USERS, User, routing_doc, user_of_doc
from hub.services.catalogue import KEPT_CHANGES, Change
from hub.services.commands import Missing, Refusal

CHANGES = "routing_changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    user: User
    disabled: bool
    version: int
    changes: tuple[Change, ...]


class Agents:
    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock

    async def page(self, *, limit: int, after: str) -> list[Agent]:
        """By user name."""
        docs = await self._documents.page(USERS, {}, limit=limit, after=after)
        return [_agent(doc) for doc in docs]

    async def get(self, username: str) -> Agent | None:
        doc = await self._documents.get(USERS, username)
        return None if doc is None else _agent(doc)

    async def set_routing(
        self,
        username: str,
        skills: tuple[Skill, ...],
        capacity: tuple[Slots, ...],
        *,
        version: int,
        author: str,
    ) -> Agent | Missing | Refusal:
        """Write over the version the author saw; the same call again changes nothing."""
        doc = await self._documents.get(USERS, username)
        if doc is None:
            return Missing()
        routing = routing_doc(skills, capacity)
        if _is_repeated(doc, routing, version + 1, author):
            return _agent(doc)
        change = {"version": version + 1, "at": self._clock.now(), "by": author}
        new = {
            **doc,
            **routing,
            "version": version + 1,
            CHANGES: [*doc.get(CHANGES, ()), change][-KEPT_CHANGES:],
        }
        fits = doc["version"] == version
        if not fits or not await self._documents.replace(USERS, new, version=version):
            return Refusal(reason="stale_version", detail="Somebody changed this user meanwhile.")
        return _agent(new)


def _is_repeated(doc: Doc, routing: Doc, version: int, author: str) -> bool:
    last = doc.get(CHANGES, ())[-1:]
    mine = bool(last) and (last[0]["version"], last[0]["by"]) == (version, author)
    return mine and doc["version"] == version and routing.items() <= doc.items()


def _agent(doc: Doc) -> Agent:
    return Agent(
        user=user_of_doc(doc),
        disabled=doc["disabled"],
        version=doc["version"],
        changes=tuple(unpack_as(change, Change) for change in doc.get(CHANGES, ())),
    )
