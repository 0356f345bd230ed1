"""Who may see which customer: a condition of every query, not a filter of its answer."""

from collections.abc import Callable, Sequence

from hub.ports import Doc, Reading
from hub.services.access import User

Serves = Callable[[str, str], bool]
"""Whether the desk gave an interaction of a customer to an agent: `(username, customer_id)`."""

SERVED = ["offered", "active", "wrap_up"]
MOST_SERVED = 200


def serves_nobody(username: str, customer_id: str) -> bool:
    """For a process that follows no desk."""
    return False


class Visibility:
    """Leads see all. Agents see the conversations that ended with them, and all of whom they serve
    now: who handed one on, or lost it, is a stranger to it. The lists keep whose it is in `agents`.
    """

    def __init__(self, reading: Reading, serves: Serves) -> None:
        self._reading = reading
        self._serves = serves

    async def conversations(self, viewer: User, *, customer_id: str = "") -> Doc:
        """Conditions on the list of conversations."""
        where: Doc = {"customer_id": customer_id} if customer_id else {}
        if viewer.is_lead or (customer_id and await self.serves(viewer, customer_id)):
            return where
        return {**where, "agents": viewer.username}

    async def all_conversations(self, viewer: User) -> Sequence[Doc]:
        """Conditions that together find every conversation the viewer may see."""
        if viewer.is_lead:
            return ({},)
        where = {"agent_id": viewer.username, "state": SERVED}
        served = await self._reading.page("conversations", where, limit=MOST_SERVED)
        customers = sorted({doc["customer_id"] for doc in served})
        theirs = ({"customer_id": customers},) if customers else ()
        return ({"agents": viewer.username}, *theirs)

    def customers(self, viewer: User) -> Doc:
        """Conditions on the list of customers."""
        return {} if viewer.is_lead else {"agents": viewer.username}

    async def of_conversation(self, viewer: User, doc: Doc) -> bool:
        theirs = viewer.is_lead or viewer.username in doc.get("agents", ())
        return theirs or await self.serves(viewer, doc["customer_id"])

    async def of_customer(self, viewer: User, doc: Doc) -> bool:
        theirs = viewer.is_lead or viewer.username in doc.get("agents", ())
        return theirs or await self.serves(viewer, doc["_id"])

    async def serves(self, viewer: User, customer_id: str) -> bool:
        if self._serves(viewer.username, customer_id):
            return True
        where = {"customer_id": customer_id, "agent_id": viewer.username, "state": SERVED}
        return bool(await self._reading.page("conversations", where, limit=1))


def is_theirs(viewer: User, conversation: Doc) -> bool:
    """Whether the viewer is the one who answers it now."""
    mine = conversation.get("agent_id") == viewer.username
    return mine and conversation["state"] in {"active", "wrap_up"}
