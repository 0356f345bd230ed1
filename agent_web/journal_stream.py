"""The journal as the sandbox shows it: a customer's commits and the desk's about this customer."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from aiohttp import web

from agent_web.event_stream import event
from hub.http.problems import ProblemError
from hub.model.ids import customer_stream
from hub.ports import Doc, Feed, Journal

PAGE = 200
NUMBERS = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,15}))?")


@dataclass(slots=True)
class Numbers:
    """The last commit seen of either stream; `3.17` for whoever resumes."""

    customer: int = 0
    desk: int = 0

    def __str__(self) -> str:
        return f"{self.customer}.{self.desk}"


def numbers_of(request: web.Request) -> Numbers:
    """Where to go on: the client's own word, or the browser's when it reconnects."""
    asked = request.headers.get("Last-Event-ID") or request.query.get("after") or "0"
    found = NUMBERS.fullmatch(asked)
    if found is None:
        raise ProblemError("malformed", "after: <number of the customer>.<number of the desk>")
    return Numbers(customer=int(found[1]), desk=int(found[2] or 0))


class CustomerJournal:
    """Both streams of one request. First what happened, by time; then what happens, at once."""

    def __init__(
        self,
        feed: Feed,
        journal: Journal,
        *,
        customer_id: str,
        desk: str,
        after: Numbers,
        show: Callable[[Doc], bytes],
    ) -> None:
        self._feed = feed
        self._journal = journal
        self._customer = customer_stream(customer_id)
        self._begin = f"{customer_id}."
        self._desk = desk
        self._numbers = after
        self._show = show
        self._told = asyncio.Event()

    def sources(self) -> tuple[AsyncIterator[bytes], AsyncIterator[bytes]]:
        """Events to be read side by side."""
        return self._of_customer(), self._of_desk()

    async def _of_customer(self) -> AsyncIterator[bytes]:
        for commit in await self._past():
            yield self._event(commit)
        self._told.set()
        async for commit in _follow(self._feed, self._customer, self._numbers.customer):
            yield self._event(commit)

    async def _of_desk(self) -> AsyncIterator[bytes]:
        await self._told.wait()
        async for commit in _follow(self._feed, self._desk, self._numbers.desk):
            if self._names(commit):
                yield self._event(commit)
            else:
                self._numbers.desk = commit["seq"]

    async def _past(self) -> list[Doc]:
        commits = await self._read(self._customer, self._numbers.customer)
        of_desk = await self._read(self._desk, self._numbers.desk)
        commits += [commit for commit in of_desk if self._names(commit)]
        return sorted(commits, key=lambda c: (c["at"], c["stream"] == self._desk, c["seq"]))

    async def _read(self, stream: str, after: int) -> list[Doc]:
        found: list[Doc] = []
        while page := await self._journal.of_stream(stream, after, PAGE):
            found += page
            after = page[-1]["seq"]
        return found

    def _names(self, commit: Doc) -> bool:
        """Whether an interaction of this customer stands in the input or in an event."""
        places = (commit["input"]["body"], *commit["events"])
        return any(str(each.get("interaction_id", "")).startswith(self._begin) for each in places)

    def _event(self, commit: Doc) -> bytes:
        if commit["stream"] == self._desk:
            self._numbers.desk = commit["seq"]
        else:
            self._numbers.customer = commit["seq"]
        return event(str(self._numbers), self._show(commit))


async def _follow(feed: Feed, stream: str, after: int) -> AsyncIterator[Doc]:
    async with aclosing(feed.stream(stream, after)) as commits:
        async for commit in commits:
            yield commit
