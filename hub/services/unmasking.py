"""Numbers that screens hide, for somebody who has a reason to see them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.model.ids import customer_stream
from hub.ports import Doc, Journal, Reading
from hub.services.access import User
from hub.services.commands import Missing, Refusal
from hub.services.conversations import CONVERSATIONS, NOT_YOURS
from hub.services.customers import Customers
from hub.services.masking import sensitive

PAGE = 200
WRITTEN = frozenset({"MessageReceived", "MessageSent", "NoteAdded", "WrapUpFinished"})
"""Where words stand first; what other events and inputs hold is mostly a copy of them."""


class Reason(StrEnum):
    """Why somebody must see a number. A fixed list, so that the audit log holds no content."""

    IDENTITY_CHECK = "identity_check"
    TRANSACTION = "transaction"
    COMPLAINT = "complaint"
    FRAUD = "fraud"
    LEGAL = "legal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """One number, as it was written; `seq` and `message_id` name the place, "" = a profile."""

    kind: str
    masked: str
    value: str
    seq: int
    at: datetime
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealedPage:
    """`next`: the seq to go on after, None at the end."""

    items: Sequence[Revealed]
    next: int | None


class Unmasking:
    def __init__(self, customers: Customers, journal: Journal, reading: Reading) -> None:
        self._customers = customers
        self._journal = journal
        self._reading = reading

    async def reveal(
        self, viewer: User, customer_id: str, *, after: int
    ) -> RevealedPage | Missing | Refusal:
        """What people wrote in the next commits of a customer whom the viewer serves or leads."""
        customer = await self._customers.get(viewer, customer_id)
        if customer is None:
            return Missing()
        if not viewer.is_lead and not await self._serves(viewer, customer):
            return Refusal(reason=NOT_YOURS)
        stream = customer_stream(customer_id)
        commits = await self._journal.of_stream(stream, after, PAGE)
        items = list(_revealed(commits))
        more = len(commits) == PAGE
        return RevealedPage(items=items, next=commits[-1]["seq"] if more else None)

    async def _serves(self, viewer: User, customer: Doc) -> bool:
        """Whoever ended a talk has no need any more."""
        talk = await self._reading.get(CONVERSATIONS, customer.get("open_conversation_id", ""))
        return talk is not None and talk.get("agent_id") == viewer.username


def _revealed(commits: Sequence[Doc]) -> Iterator[Revealed]:
    """Everything that is masked on screens: each time it was written, else once a page."""
    seen: set[tuple[str, str]] = set()
    for commit in commits:
        events = sorted(commit["events"], key=lambda event: event["is"] not in WRITTEN)
        for said in (*events, commit["input"]["body"]):
            for found in sensitive(said):
                known = (found.kind, found.digits)
                if said["is"] in WRITTEN or known not in seen:
                    seen.add(known)
                    yield Revealed(
                        kind=found.kind,
                        masked=found.masked,
                        value=found.value,
                        seq=commit["seq"],
                        at=commit["at"],
                        message_id=said.get("message_id") or said.get("note_id") or "",
                    )
