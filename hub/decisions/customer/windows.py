"""Reply windows: which grants a message uses, giving back, closing."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from hub.decisions.customer.state import CustomerState, Grant, KnownAddress, Outgoing
from hub.model.events import DeliveryChanged, MessageSent, Refused
from hub.model.message import DeliveryState, NoticeConsent, NoticePart, Part, ReplyGrant

CONSENT_REFUSED = "consent_refused"
"""Providers' word for it: what we thought the customer had agreed to is not so."""

REMEMBERED = 16
"""How many unsettled messages and rows one stream keeps; older ones are forgotten."""

NO_ADDRESS = Refused(reason="no_address")
UNREACHABLE = Refused(reason="unreachable")
WINDOW_CLOSED = Refused(reason="reply_window_closed")
QUOTA_EXHAUSTED = Refused(reason="reply_quota_exhausted")
CONSENT_MISSING = Refused(reason="consent_missing")
CONSENT = "consent:"
"""What a notice is charged instead of a grant: one consent to its template."""

CONSENTS = 50
"""Templates one address has a word about; older ones are forgotten."""

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
    """The same for these parts; a service notice uses no grant, but perhaps a consent."""
    notices = [part for part in parts if isinstance(part, NoticePart)]
    kinds = charge(known, len(parts) - len(notices), at)
    if isinstance(kinds, Refused) or known is None:
        return kinds
    needed = Counter(part.template_id for part in notices if part.consent)
    if any(known.consents.get(template, 0) < count for template, count in needed.items()):
        return CONSENT_MISSING
    used = iter(kinds)
    return tuple(_of_notice(part) if isinstance(part, NoticePart) else next(used) for part in parts)


def _of_notice(part: NoticePart) -> str:
    return CONSENT + part.template_id if part.consent and not part.lasting else ""


def heed(known: KnownAddress, consent: NoticeConsent) -> None:
    """The customer's word about a template; what was refused takes all that was given."""
    held = known.consents.pop(consent.template_id, 0)
    if consent.given:
        known.consents[consent.template_id] = held + 1
    if len(known.consents) > CONSENTS:
        del known.consents[next(iter(known.consents))]


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
        if kind.startswith(CONSENT):
            _use(known, kind.removeprefix(CONSENT))
            charges[index] = (kind, 0)
        elif kind:
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
    if kind.startswith(CONSENT):
        _give_back(known, kind.removeprefix(CONSENT), refused=event.code == CONSENT_REFUSED)
        return
    grant_now = known.grants.get(kind)
    closed = event.code in WINDOW_CODES and given < sent.seq
    if grant_now is not None and grant_now.given == given and not closed:
        grant_now.left += 1


def _use(known: KnownAddress, template: str) -> None:
    left = known.consents.get(template, 0) - 1
    if left > 0:
        known.consents[template] = left
    else:
        known.consents.pop(template, None)


def _give_back(known: KnownAddress, template: str, *, refused: bool) -> None:
    """A notice that was certainly not taken used nothing up."""
    if refused:
        known.consents.pop(template, None)
    else:
        known.consents[template] = known.consents.get(template, 0) + 1
