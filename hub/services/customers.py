"""Customers: lists, and joining two records of one person."""

from datetime import datetime

from hub.model.codec import pack
from hub.model.ids import CustomerId, customer_stream
from hub.model.inputs import MergeCustomer, UndoMerge
from hub.ports import Commands, Doc, Reading
from hub.services.commands import Command, Missing, Outcome, Refusal, submit

CUSTOMERS = "customers"


class Customers:
    def __init__(self, *, reading: Reading, commands: Commands, wait: float) -> None:
        self._reading = reading
        self._commands = commands
        self._wait = wait

    async def page(self, *, limit: int, before: tuple[datetime, str] | None) -> list[Doc]:
        return await self._reading.page(CUSTOMERS, {}, limit=limit, before=before)

    async def get(self, customer_id: str) -> Doc | None:
        return await self._reading.get(CUSTOMERS, customer_id)

    async def merge(self, customer_id: str, other_id: str, command: Command) -> Outcome:
        """Join two customers; the one with the higher id goes into the other, at its next close.

        Raises StoreUncertain, Overloaded.
        """
        if await self.get(customer_id) is None or await self.get(other_id) is None:
            return Missing()
        if customer_id == other_id:
            return Refusal(reason="same_customer")
        lower, higher = sorted((customer_id, other_id))
        body = pack(MergeCustomer(into=CustomerId(lower), author=command.author))
        return await self._submit(higher, command, body)

    async def unmerge(self, customer_id: str, command: Command) -> Outcome:
        """Undo the merge of this customer into another. Raises StoreUncertain, Overloaded."""
        if await self.get(customer_id) is None:
            return Missing()
        return await self._submit(customer_id, command, pack(UndoMerge(author=command.author)))

    async def _submit(self, customer_id: str, command: Command, body: Doc) -> Outcome:
        stream = customer_stream(customer_id)
        return await submit(self._commands, stream, command, body, wait=self._wait)
