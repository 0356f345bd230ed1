"""The document of a customer: who it is, where to be reached, how long we may still answer."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.decisions.customer.state import CustomerState, Grant, KnownAddress
from hub.decisions.customer.table import WRAP_UP
from hub.model.ids import ChannelId
from hub.model.profile import Profile
from hub.ports import Capabilities

Doc = dict[str, Any]
WRAP_UP_TIMER = "wrap_up"


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What screens must know of a configured channel."""

    kind: str
    capabilities: Capabilities


def customer_doc(state: CustomerState, channels: Mapping[ChannelId, ChannelFacts]) -> Doc:
    """The name is the one under which the customer wrote last."""
    named = [known for known in state.addresses.values() if known.display_name]
    profiles = (known.profile for known in state.addresses.values())
    people = Counter(each.union_id for each in profiles if each is not None and each.union_id)
    latest = max(named, key=lambda known: known.heard, default=None)
    return {
        "kind": "customer",
        "id": state.customer_id,
        "display_name": latest.display_name if latest else "",
        "language": state.language,
        "addresses": [
            _address(key, known, channels.get(known.address.channel_id), people)
            for key, known in state.addresses.items()
        ],
        "conversations": state.episodes,
    }


def _address(
    key: str, known: KnownAddress, channel: ChannelFacts | None, people: Counter[str]
) -> Doc:
    """`people`: how many addresses here one person has, by what the provider calls them."""
    rules = channel.capabilities.grants if channel else {}
    return {
        "key": key,
        "channel_id": known.address.channel_id,
        "channel_kind": channel.kind if channel else "",
        "value": known.address.value,
        "display_name": known.display_name,
        "reachable": known.reachable,
        "windows": bool(rules or known.grants),
        "grants": [
            _grant(grant, rules[kind].quota if kind in rules else grant.left)
            for kind, grant in known.grants.items()
        ],
        "consents": dict(known.consents),
        "scene": known.scene or (known.profile.scene if known.profile else ""),
        "profile": None if known.profile is None else _profile(known.profile, people),
    }


def _profile(profile: Profile, people: Counter[str]) -> Doc:
    return {
        "language": profile.language,
        "source": profile.source,
        "followed_at": profile.followed_at,
        "linked": people[profile.union_id] > 1,
    }


def _grant(grant: Grant, quota: int) -> Doc:
    return {"kind": grant.kind, "left": grant.left, "quota": quota, "until": grant.until}


def open_facts(state: CustomerState) -> Doc:
    """What only the open stream knows of its conversation, for `conversation_doc`."""
    conversation = state.conversation
    if conversation is None:
        return {}
    timer = state.timers.get(WRAP_UP_TIMER)
    until: datetime | None = None
    if timer is not None and conversation.state is WRAP_UP:
        until = timer.due
    return {
        "reply_to": conversation.address or "",
        "epoch": conversation.epoch,
        "wrap_up_until": until,
    }
