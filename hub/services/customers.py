"""Customers: lists, and joining two records of one person."""

from datetime import datetime

from hub.model.codec import pack
from hub.model.ids import CustomerId, customer_stream
from hub.model.inputs import MergeCustomer, UndoMerge
from hub.ports import Commands, Doc, Reading
from hub.services.access import User
from hub.services.commands import Command, Missing, Outcome, Refusal, submit
from hub.services.visibility import Visibility

CUSTOMERS = "customers"


class Customers:
    """Every call names its viewer and finds what the viewer may see."""

    def __init__(
        self, *, reading: Reading, visibility: Visibility, commands: Commands, wait: float
    ) -> None:
        self._reading = reading
        self._visibility = visibility
        self._commands = commands
        self._wait = wait

    async def page(
        self, viewer: User, *, limit: int, before: tuple[datetime, str] | None
    ) -> list[Doc]:
        where = self._visibility.customers(viewer)
        return await self._reading.page(CUSTOMERS, where, limit=limit, before=before)

    async def get(self, viewer: User, customer_id: str) -> Doc | None:
        doc = await self._reading.get(CUSTOMERS, customer_id)
        if doc is None or not await self._visibility.of_customer(viewer, doc):
            return None
        return doc

    async def merge(
        self, viewer: User, customer_id: str, other_id: str, command: Command
    ) -> Outcome:
        """Join two customers; the one with the higher id goes into the other, at its next close.

        Raises StoreUncertain, Overloaded.
        """
        for one in (customer_id, other_id):
            if await self.get(viewer, one) is None:
                return Missing()
        if customer_id == other_id:
            return Refusal(reason="same_customer")
        lower, higher = sorted((customer_id, other_id))
        body = pack(MergeCustomer(into=CustomerId(lower), author=command.author))
        return await self._submit(higher, command, body)

    async def unmerge(self, viewer: User, customer_id: str, command: Command) -> Outcome:
        """Undo the merge of this customer into another. Raises StoreUncertain, Overloaded."""
        if await self.get(viewer, customer_id) is None:
            return Missing()
        return await self._submit(customer_id, command, pack(UndoMerge(author=command.author)))

    async def _submit(self, customer_id: str, command: Command, body: Doc) -> Outcome:
        stream = customer_stream(customer_id)
        return await submit(self._commands, stream, command, body, wait=self._wait)
