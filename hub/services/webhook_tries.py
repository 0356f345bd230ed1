"""The last tries of each subscription, for whoever looks why a receiver hears nothing.

A ring of `KEPT` documents a subscription, overwritten in turn: what is kept never grows. The
version of a place says which turn it is in, so that two processes do not write over each other.
"""

from dataclasses import dataclass
from datetime import datetime

from hub.model.codec import plain, unpack_as
from hub.ports import Doc, Documents

TRIES = "webhook_tries"
KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """Notices of the commits `first` to `last` of a shard: a run that was confirmed, or the one
    that was not. `status` 0: no answer, and `error` says why. `attempt` counts the tries of the
    first of them; `milliseconds` all of them took. `number` rises with each try.
    """

    at: datetime
    shard: int
    first: int
    last: int
    notices: int
    status: int
    attempt: int
    milliseconds: int
    error: str = ""
    number: int = 0

    @property
    def delivered(self) -> bool:
        return 200 <= self.status < 300


class WebhookTries:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._last: dict[str, int] = {}

    async def add(self, webhook_id: str, tried: Try) -> None:
        """Raises StoreUncertain: perhaps written."""
        known = self._last.get(webhook_id)
        number = 1 + (await self._newest(webhook_id) if known is None else known)
        while not await self._put(webhook_id, number, tried):
            number = max(number, await self._newest(webhook_id)) + 1
        self._last[webhook_id] = number

    async def page(self, webhook_id: str, *, limit: int, before: int = 0) -> list[Try]:
        """Newest first; `before`: the number to go on from, 0 = the newest."""
        found = [unpack_as(doc, Try) for doc in await self._ring(webhook_id)]
        found.sort(key=lambda tried: -tried.number)
        return [tried for tried in found if not before or tried.number < before][:limit]

    async def forget(self, webhook_id: str) -> None:
        self._last.pop(webhook_id, None)
        for doc in await self._ring(webhook_id):
            await self._documents.delete(TRIES, doc["_id"])

    async def _put(self, webhook_id: str, number: int, tried: Try) -> bool:
        turn, place = divmod(number - 1, KEPT)
        new = {
            **plain(tried),
            "_id": f"{_prefix(webhook_id)}{place:03d}",
            "version": turn + 1,
            "number": number,
        }
        if turn == 0:
            return await self._documents.create(TRIES, new)
        return await self._documents.replace(TRIES, new, version=turn)

    async def _newest(self, webhook_id: str) -> int:
        return max((doc["number"] for doc in await self._ring(webhook_id)), default=0)

    async def _ring(self, webhook_id: str) -> list[Doc]:
        prefix = _prefix(webhook_id)
        docs = await self._documents.page(TRIES, {}, limit=KEPT, after=prefix)
        return [doc for doc in docs if doc["_id"].startswith(prefix)]


def _prefix(webhook_id: str) -> str:
    return f"{webhook_id}:"
