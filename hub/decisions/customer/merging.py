"""One person found under two ids: always the higher into the lower, so there is no cycle."""

from hub.decisions.customer.draft import Draft
from hub.decisions.customer.state import SYSTEM_AUTHOR, CustomerState
from hub.model.events import Forwarded, Ignored, Refused
from hub.model.ids import CustomerId
from hub.model.inputs import AbsorbCustomer, MergeCustomer, ReleaseCustomer, UndoMerge
from hub.model.message import ReplyGrant
from hub.model.people_events import (
    CustomerAbsorbed,
    CustomerReleased,
    MergedInto,
    MergePlanned,
    MergeUndone,
)

KEPT_APART = Ignored(reason="kept_apart")


def merge(draft: Draft, command: MergeCustomer, state: CustomerState | None = None) -> None:
    """`state` is what the decision's own events make of it, where they matter."""
    if command.author == SYSTEM_AUTHOR and command.into in draft.state.apart:
        draft.add(KEPT_APART)
        return
    refusal = refusal_of(draft.state, command.into)
    if refusal:
        draft.add(Refused(reason=refusal))
        return
    draft.add(MergePlanned(into=command.into, author=command.author))
    if draft.state.conversation is None:
        draft.add(merged_now(state or draft.state, command.into))


def merged_now(state: CustomerState, into: CustomerId) -> MergedInto:
    """What is left of the grants goes along."""
    return MergedInto(
        into=into,
        addresses=tuple(known.address for known in state.addresses.values()),
        grants=tuple(
            (key, ReplyGrant(kind=grant.kind, quota=grant.left, until=grant.until))
            for key, known in state.addresses.items()
            for grant in known.grants.values()
        ),
        consents=tuple(
            (key, template, count)
            for key, known in state.addresses.items()
            for template, count in known.consents.items()
        ),
        profiles=tuple(
            (key, known.profile)
            for key, known in state.addresses.items()
            if known.profile is not None
        ),
    )


def undo(draft: Draft, command: UndoMerge) -> None:
    state = draft.state
    if state.merged_into is not None:
        addresses = tuple(known.address for known in state.addresses.values())
        draft.add(
            MergeUndone(from_customer=state.merged_into, author=command.author, addresses=addresses)
        )
    elif state.merge_planned is not None:
        draft.add(MergeUndone(from_customer=state.merge_planned, author=command.author))
    else:
        draft.add(Refused(reason="not_merged"))


def absorb(draft: Draft, command: AbsorbCustomer) -> None:
    """A merged customer passes on what it absorbs, and remembers it for its own undoing."""
    draft.add(
        CustomerAbsorbed(
            customer_id=command.customer_id,
            addresses=command.addresses,
            grants=command.grants,
            consents=command.consents,
            profiles=command.profiles,
        )
    )
    _pass_on(draft)


def release(draft: Draft, command: ReleaseCustomer) -> None:
    known = draft.state.addresses
    if command.customer_id not in draft.state.absorbed and not any(
        address.key in known for address in command.addresses
    ):
        draft.add(Ignored(reason="not_absorbed"))
        return
    draft.add(CustomerReleased(customer_id=command.customer_id, addresses=command.addresses))
    _pass_on(draft)


def _pass_on(draft: Draft) -> None:
    if draft.state.merged_into is not None:
        draft.add(Forwarded(to=draft.state.merged_into))


def refusal_of(state: CustomerState, into: CustomerId) -> str:
    if into == state.customer_id:
        return "same_customer"
    if state.merged_into is not None:
        return "already_merged"
    if state.merge_planned is not None:
        return "merge_planned"
    if into > state.customer_id:
        return "wrong_direction"
    return "" if state.addresses else "unknown_customer"
