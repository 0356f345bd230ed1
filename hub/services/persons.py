"""Which customers of ours a provider calls one person."""

from hub.model.ids import CustomerId
from hub.ports import Documents, Reading

PERSONS = "persons"
CUSTOMERS = "customers"
MOST_MERGES = 16


class Persons:
    """The first customer under a `union_id` is written down; everybody else finds that one."""

    def __init__(self, documents: Documents, reading: Reading) -> None:
        self._documents = documents
        self._reading = reading

    async def same_as(self, union_id: str, customer_id: CustomerId) -> CustomerId | None:
        """Another customer who is this person, as what became of it by merges.

        Raises StoreUncertain.
        """
        if not union_id:
            return None
        mine = {"_id": union_id, "version": 1, "customer_id": customer_id}
        if await self._documents.create(PERSONS, mine):
            return None
        known = await self._documents.get(PERSONS, union_id)
        if known is None:
            return None
        found = await self._merged(CustomerId(known["customer_id"]))
        return None if found == customer_id else found

    async def _merged(self, customer_id: CustomerId) -> CustomerId:
        for _ in range(MOST_MERGES):
            doc = await self._reading.get(CUSTOMERS, customer_id)
            into = (doc or {}).get("merged_into")
            if not into:
                break
            customer_id = CustomerId(into)
        return customer_id
