"""Reply windows: which grants a message uses, giving back, closing."""

from collections.abc import Sequence
from datetime import datetime

from hub.decisions.customer.state import CustomerState, Grant, KnownAddress, Outgoing
from hub.model.events import DeliveryChanged, MessageSent, Refused
from hub.model.message import DeliveryState, NoticePart, Part, ReplyGrant

REMEMBERED = 16
"""How many unsettled messages and rows one stream keeps; older ones are forgotten."""

NO_ADDRESS = Refused(reason="no_address")
UNREACHABLE = Refused(reason="unreachable")
WINDOW_CLOSED = Refused(reason="reply_window_closed")
QUOTA_EXHAUSTED = Refused(reason="reply_quota_exhausted")
WINDOW_CODES = frozenset({WINDOW_CLOSED.reason, QUOTA_EXHAUSTED.reason})
UNSETTLED = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNCERTAIN})


def charge(known: KnownAddress | None, parts: int, at: datetime) -> tuple[str, ...] | Refused:
    """The grant kind each part would use, or why they may not be sent: all parts or none.

    A window holds up to and including its `until`; the one that ends first is used first.
    """
    if known is None:
        return NO_ADDRESS
    if not known.reachable:
        return UNREACHABLE
    if not known.grants or parts == 0:
        return ("",) * parts
    still = [grant for grant in known.grants.values() if at <= grant.until]
    if not still:
        return WINDOW_CLOSED
    still.sort(key=lambda grant: (grant.until, grant.kind))
    kinds: list[str] = []
    for grant in still:
        kinds += [grant.kind] * min(grant.left, parts - len(kinds))
    return tuple(kinds) if len(kinds) == parts else QUOTA_EXHAUSTED


def charge_parts(
    known: KnownAddress | None, parts: Sequence[Part], at: datetime
) -> tuple[str, ...] | Refused:
    """The same for these parts; a service notice uses no grant ("")."""
    free = [isinstance(part, NoticePart) for part in parts]
    kinds = charge(known, free.count(False), at)
    if isinstance(kinds, Refused):
        return kinds
    used = iter(kinds)
    return tuple("" if is_free else next(used) for is_free in free)


def sends_left(known: KnownAddress, at: datetime) -> int | None:
    """How many sends the open windows still allow; None where the channel has no windows."""
    if not known.grants:
        return None
    return sum(grant.left for grant in known.grants.values() if at <= grant.until)


def give(known: KnownAddress, grant: ReplyGrant, seq: int) -> None:
    """A late, older trigger does not shorten a window."""
    held = known.grants.get(grant.kind)
    if held is None or grant.until >= held.until:
        known.grants[grant.kind] = Grant(grant.kind, grant.quota, grant.until, seq)


def reopen(state: CustomerState, known: KnownAddress, grant: ReplyGrant, seq: int) -> None:
    """Give a window, less what is still on its way: the provider counts that when it arrives.

    What is uncertain was handed over before.
    """
    give(known, grant, seq)
    opened = known.grants[grant.kind]
    if opened.given != seq:
        return
    uncertain = {
        row.message_id for row in state.rows.values() if row.state is DeliveryState.UNCERTAIN
    }
    for message_id, sent in state.outgoing.items():
        if sent.address == known.address.key and message_id not in uncertain:
            for index, (kind, _) in sent.charges.items():
                if kind == grant.kind and opened.left:
                    opened.left -= 1
                    sent.charges[index] = (kind, seq)


def take(state: CustomerState, event: MessageSent, seq: int) -> None:
    known = state.addresses.get(event.address.key)
    if known is None or not any(event.charged):
        return
    charges = {}
    for index, kind in enumerate(event.charged):
        if kind:
            grant = known.grants[kind]
            grant.left -= 1
            charges[index] = (kind, grant.given)
    state.outgoing[event.message_id] = Outgoing(event.address.key, seq, charges)
    if len(state.outgoing) > REMEMBERED:
        del state.outgoing[next(iter(state.outgoing))]


def settle(state: CustomerState, event: DeliveryChanged) -> None:
    """A part that was certainly not taken gives its charge back, if the grant is still the same;
    a provider that calls the window closed is believed."""
    if event.message_id is None or event.state in UNSETTLED:
        return
    sent = state.outgoing.get(event.message_id)
    charged = sent.charges.pop(event.index, None) if sent else None
    if sent is None or charged is None:
        return
    if not sent.charges:
        del state.outgoing[event.message_id]
    known = state.addresses.get(sent.address)
    if known is None or event.state is not DeliveryState.FAILED:
        return
    if event.code in WINDOW_CODES:
        for grant in known.grants.values():
            if grant.given < sent.seq:
                grant.left = 0
    kind, given = charged
    grant_now = known.grants.get(kind)
    closed = event.code in WINDOW_CODES and given < sent.seq
    if grant_now is not None and grant_now.given == given and not closed:
        grant_now.left += 1
