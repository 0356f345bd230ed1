"""Subscriptions of integrators' servers: where to, what, how far, and whether it works.

A cursor is kept for each subscription and shard: the commit told completely, and how many notices
of the next one. A generation begins with each replay, so that cursors of an earlier one are none.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes, token_hex

from hub.model.ids import SHARDS, commit_id
from hub.ports import Clock, Doc, Documents, Journal
from hub.services.vault import Vault
from hub.services.webhook_events import EventType
from hub.services.webhook_signing import SECRET_BYTES, secret_text
from hub.services.webhook_tries import WebhookTries

WEBHOOKS = "webhooks"
CURSORS = "webhook_cursors"
ACTIVE, PAUSED = "active", "paused"
BEFORE_ALL: Mapping[int, int] = dict.fromkeys(range(SHARDS), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """`start`: the n of each shard after which this generation begins.

    `failures` in a row since `failing_since`; `because` of a pause is a stable code.
    """

    webhook_id: str
    version: int
    url: str
    events: frozenset[str]
    state: str
    because: str
    generation: int
    start: Mapping[int, int]
    failures: int
    failing_since: datetime | None
    last_status: int
    last_at: datetime | None
    created_at: datetime
    created_by: str


class Webhooks:
    def __init__(self, documents: Documents, journal: Journal, clock: Clock, vault: Vault) -> None:
        self._documents = documents
        self._journal = journal
        self._clock = clock
        self._vault = vault
        self.tries = WebhookTries(documents)

    async def create(
        self, url: str, events: Collection[EventType], *, by: str
    ) -> tuple[Webhook, str]:
        """The subscription, from now on, and its secret, which is not shown again."""
        secret = secret_text(token_bytes(SECRET_BYTES))
        now = self._clock.now()
        while True:
            webhook_id = token_hex(6)
            doc: Doc = {
                "_id": webhook_id,
                "version": 1,
                "url": url,
                "events": sorted(set(events)),
                "secret": self._vault.seal(secret, purpose=_purpose(webhook_id)),
                "state": ACTIVE,
                "because": "",
                "generation": 1,
                "start": _stored(await self._journal.tails(BEFORE_ALL)),
                "failures": 0,
                "failing_since": None,
                "last_status": 0,
                "last_at": None,
                "created_at": now,
                "created_by": by,
            }
            if await self._documents.create(WEBHOOKS, doc):
                return _webhook(doc), secret

    async def page(self, *, limit: int, after: str) -> list[Webhook]:
        """By id."""
        docs = await self._documents.page(WEBHOOKS, {}, limit=limit, after=after)
        return [_webhook(doc) for doc in docs]

    async def get(self, webhook_id: str) -> Webhook | None:
        doc = await self._documents.get(WEBHOOKS, webhook_id)
        return None if doc is None else _webhook(doc)

    async def remove(self, webhook_id: str) -> bool:
        """False: there is none. Its cursors and tries go with it."""
        removed = await self._documents.delete(WEBHOOKS, webhook_id)
        await self.tries.forget(webhook_id)
        prefix = f"{webhook_id}:"
        while docs := await self._documents.page(CURSORS, {}, limit=SHARDS, after=prefix):
            keys = [doc["_id"] for doc in docs if doc["_id"].startswith(prefix)]
            for key in keys:
                await self._documents.delete(CURSORS, key)
            if len(keys) < len(docs) or len(docs) < SHARDS:
                break
        return removed

    async def secret_of(self, webhook_id: str) -> str | None:
        """Raises SealBroken."""
        doc = await self._documents.get(WEBHOOKS, webhook_id)
        if doc is None:
            return None
        return self._vault.open(doc["secret"], purpose=_purpose(webhook_id))

    async def resume(self, webhook_id: str) -> Webhook | None:
        """Go on where it stopped. None: there is none."""
        fresh = {"state": ACTIVE, "because": "", "failures": 0, "failing_since": None}
        return await self._change(webhook_id, lambda _: fresh)

    async def pause(self, webhook_id: str, because: str) -> Webhook | None:
        return await self._change(webhook_id, lambda _: {"state": PAUSED, "because": because})

    async def replay(self, webhook_id: str, start: Mapping[int, int]) -> Webhook | None:
        """Tell everything after these numbers again, with the ids it had. None: there is none."""

        def change(doc: Doc) -> Doc:
            return {
                "generation": doc["generation"] + 1,
                "start": _stored(start),
                "state": ACTIVE,
                "because": "",
                "failures": 0,
                "failing_since": None,
            }

        return await self._change(webhook_id, change)

    async def succeeded(self, webhook_id: str, status: int) -> None:
        told = {"last_status": status, "last_at": self._clock.now()}
        await self._change(webhook_id, lambda _: {**told, "failures": 0, "failing_since": None})

    async def failed(self, webhook_id: str, status: int) -> Webhook | None:
        """`status` 0: no answer. None: it is gone."""
        now = self._clock.now()

        def change(doc: Doc) -> Doc:
            return {
                "failures": doc["failures"] + 1,
                "failing_since": doc["failing_since"] or now,
                "last_status": status,
                "last_at": now,
            }

        return await self._change(webhook_id, change)

    async def numbers_at(self, at: datetime) -> dict[int, int]:
        """Of each shard the last n before this time. Times rise with the numbers of a shard."""
        tails = await self._journal.tails(BEFORE_ALL)
        return {shard: await self._number_at(shard, n, at) for shard, n in tails.items()}

    async def _number_at(self, shard: int, last: int, at: datetime) -> int:
        low, high = 0, last
        while low < high:
            middle = (low + high + 1) // 2
            commit = await self._journal.get(commit_id(shard, middle))
            if commit is not None and commit["at"] < at:
                low = middle
            else:
                high = middle - 1
        return low

    # ------------------------------------------------------------ cursors
    async def cursors(self, webhook: Webhook) -> dict[int, tuple[int, int]]:
        """By shard: the commit told completely, and how many notices of the next one were."""
        found = {shard: (webhook.start.get(shard, 0), 0) for shard in range(SHARDS)}
        prefix = _prefix(webhook)
        for doc in await self._documents.page(CURSORS, {}, limit=SHARDS, after=prefix):
            if doc["_id"].startswith(prefix):
                found[int(doc["_id"].removeprefix(prefix))] = (doc["n"], doc["told"])
        return found

    async def advance(self, webhook: Webhook, shard: int, n: int, told: int) -> None:
        """Only forwards: of two processes the one that is ahead is right."""
        key = f"{_prefix(webhook)}{shard:03d}"
        while True:
            doc = await self._documents.get(CURSORS, key)
            version = 0 if doc is None else doc["version"]
            if doc is not None and (doc["n"], doc["told"]) >= (n, told):
                return
            new = {"_id": key, "version": version + 1, "n": n, "told": told}
            if doc is None:
                if await self._documents.create(CURSORS, new):
                    return
            elif await self._documents.replace(CURSORS, new, version=version):
                return

    async def _change(self, webhook_id: str, change: Callable[[Doc], Doc]) -> Webhook | None:
        while (doc := await self._documents.get(WEBHOOKS, webhook_id)) is not None:
            version = doc["version"]
            new = {**doc, **change(doc), "version": version + 1}
            if await self._documents.replace(WEBHOOKS, new, version=version):
                return _webhook(new)
        return None


def _purpose(webhook_id: str) -> str:
    return f"webhook:{webhook_id}"


def _prefix(webhook: Webhook) -> str:
    return f"{webhook.webhook_id}:{webhook.generation:06d}:"


def _stored(numbers: Mapping[int, int]) -> dict[str, int]:
    return {str(shard): n for shard, n in numbers.items()}


def _webhook(doc: Doc) -> Webhook:
    fields = {name: value for name, value in doc.items() if name not in {"_id", "secret"}}
    return Webhook(
        **{
            **fields,
            "webhook_id": doc["_id"],
            "events": frozenset(doc["events"]),
            "start": {int(shard): n for shard, n in doc["start"].items()},
        }
    )
