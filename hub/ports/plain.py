"""Plain documents, the queries of lists, and tokens of providers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Doc = dict[str, Any]


class Documents(Protocol):
    """Plain documents (users, sessions, articles, settings, policies): version and compare-and-set.

    `collection` is one of `hub.ports.PLAIN`. Every document has `_id` and `version` (from 1).
    """

    async def get(self, collection: str, key: str) -> Doc | None: ...
    async def create(self, collection: str, doc: Doc) -> bool:
        """False when the key stands already."""

    async def replace(self, collection: str, doc: Doc, *, version: int) -> bool:
        """False when the stored version is another."""

    async def delete(self, collection: str, key: str) -> bool: ...
    async def page(
        self, collection: str, where: Mapping[str, Any], *, limit: int, after: str = ""
    ) -> list[Doc]:
        """By `_id`, equality conditions only."""


PLAIN = (
    "users",
    "sessions",
    "policies",
    "provider_tokens",
    "settings",
    "queues",
    "phrases",
    "dispositions",
    "api_keys",
    "attempts",
    "audit",
    "webhooks",
    "webhook_cursors",
    "webhook_tries",
    "articles",
    "publications",
    "publication_articles",
    "unanswered",
    "channel_accounts",
    "channel_pauses",
    "notice_templates",
    "channel_menus",
    "qr_codes",
    "persons",
)


SEARCHED = ("display_name", "last_text")


@dataclass(frozen=True, slots=True)
class Above:
    """A condition: the number that stands there is larger than this one."""

    number: int


class Reading(Protocol):
    """Queries of the projections for lists and search.

    `where`: equality conditions; a list of values means any of them, `Above` a larger number, and
    a field that is a list matches when one of its elements does.
    """

    async def page(
        self,
        name: str,
        where: Mapping[str, Any],
        *,
        limit: int,
        before: tuple[datetime, str] | None = None,
    ) -> list[Doc]:
        """Newest `updated_at` first; `before` is the (updated_at, _id) of the last row seen."""

    async def search(
        self, name: str, text: str, where: Mapping[str, Any], *, limit: int
    ) -> list[Doc]:
        """Documents with `text` anywhere in a field of `SEARCHED`, newest first.

        Upper and lower case are the same; nothing in `text` is a pattern.
        """

    async def get(self, name: str, key: str) -> Doc | None: ...
    async def changed(self, name: str, after: Mapping[int, int], limit: int) -> list[Doc]:
        """Documents whose (shard, n) lies above the given numbers."""


class TokenStore(Protocol):
    """Provider tokens shared by all processes: one refresher, many readers."""

    async def read(self, name: str) -> Doc | None:
        """`{token, expires_at, generation, refreshing_until?}` or None."""

    async def begin_refresh(self, name: str, generation: int, until: datetime) -> bool:
        """True for the one caller that may refresh the token of this generation now."""

    async def finish_refresh(
        self, name: str, generation: int, token: str, expires_at: datetime
    ) -> None:
        """Store the token as generation + 1."""
