"""The list of customers: one document a customer stream."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from hub.model import events as e, people_events as p
from hub.model.codec import plain, reader
from hub.model.ids import CUSTOMER, stream_kind, stream_name
from hub.model.message import Address
from hub.model.profile import Profile

Doc = dict[str, Any]
_read = reader(e.Event)


class Customers:
    """`Projection` "customers".

    `ended_with` are the agents with whom a conversation ended; `agents`, whom it is open to, are
    these and the one who serves it now.
    """

    name = "customers"

    def ids(self, commit: Doc) -> Collection[str]:
        if stream_kind(commit["stream"]) != CUSTOMER:
            return ()
        for event in commit["events"]:
            if event["is"] in FOLDS:
                return (stream_name(commit["stream"]),)
        return ()

    def fold(self, key: str, doc: Doc | None, commit: Doc) -> Doc:
        new: Doc = _blank(key, commit) if doc is None else dict(doc)
        for packed in commit["events"]:
            step = FOLDS.get(packed["is"])
            if step is not None:
                step(new, _read(packed))
        return new | {
            "shard": commit["shard"],
            "n": commit["n"],
            "updated_at": commit["at"],
        }


def _blank(key: str, commit: Doc) -> Doc:
    return {
        "_id": key,
        "stream": commit["stream"],
        "display_name": "",
        "addresses": [],
        "first_seen_at": commit["at"],
        "conversations": 0,
        "agents": [],
        "ended_with": [],
        "absorbed": [],
        "profiles": [],
    }


def _opened(doc: Doc, event: e.ConversationOpened) -> None:
    doc["conversations"] += 1
    doc["open_conversation_id"] = event.conversation_id


def _received(doc: Doc, event: e.MessageReceived) -> None:
    _know(doc, event.address)
    if event.display_name:
        doc["display_name"] = event.display_name


def _signal(doc: Doc, event: e.SignalReceived) -> None:
    _know(doc, event.address)
    if event.kind == "unfollowed":
        doc["profiles"] = _others(doc, event.address)


def _who(doc: Doc, event: p.ProfileKnown) -> None:
    _told(doc, event.address, event.profile)


def _assigned(doc: Doc, event: e.InteractionAssigned) -> None:
    ended_with = doc.get("ended_with", [])
    others = [agent for agent in ended_with if agent != event.agent_id]
    doc["agents"] = [*others, event.agent_id]


def _unassigned(doc: Doc, event: e.InteractionOffered | e.InteractionRequeued) -> None:
    doc["agents"] = doc.get("ended_with", [])


def _closed(doc: Doc, event: e.ConversationClosed) -> None:
    doc.pop("open_conversation_id", None)
    doc["ended_with"] = doc.get("agents", [])


def _planned(doc: Doc, event: p.MergePlanned) -> None:
    doc["merge_planned"] = event.into


def _merged(doc: Doc, event: p.MergedInto) -> None:
    doc.pop("merge_planned", None)
    doc["merged_into"] = event.into


def _undone(doc: Doc, event: p.MergeUndone) -> None:
    doc.pop("merge_planned", None)
    doc.pop("merged_into", None)


def _absorbed(doc: Doc, event: p.CustomerAbsorbed) -> None:
    if event.customer_id not in doc["absorbed"]:
        doc["absorbed"] = [*doc["absorbed"], event.customer_id]
    profiles = dict(event.profiles)
    for address in event.addresses:
        _know(doc, address)
        if address.key in profiles:
            _told(doc, address, profiles[address.key])


def _released(doc: Doc, event: p.CustomerReleased) -> None:
    gone = [plain(address) for address in event.addresses]
    for address in event.addresses:
        doc["profiles"] = _others(doc, address)
    doc["absorbed"] = [one for one in doc["absorbed"] if one != event.customer_id]
    doc["addresses"] = [address for address in doc["addresses"] if address not in gone]


def _know(doc: Doc, address: Address) -> None:
    known = plain(address)
    if known not in doc["addresses"]:
        doc["addresses"] = [*doc["addresses"], known]


def _told(doc: Doc, address: Address, profile: Profile) -> None:
    one = {"address": plain(address), **plain(profile)}
    doc["profiles"] = [*_others(doc, address), one]
    if profile.display_name and not doc["display_name"]:
        doc["display_name"] = profile.display_name


def _others(doc: Doc, address: Address) -> list[Doc]:
    """What is known of the other addresses; documents of before there were profiles have none."""
    mine = plain(address)
    return [one for one in doc.get("profiles", ()) if one["address"] != mine]


FOLDS: Mapping[str, Callable[[Doc, Any], None]] = {
    e.ConversationOpened.__name__: _opened,
    e.MessageReceived.__name__: _received,
    e.SignalReceived.__name__: _signal,
    p.ProfileKnown.__name__: _who,
    e.InteractionOffered.__name__: _unassigned,
    e.InteractionRequeued.__name__: _unassigned,
    e.InteractionAssigned.__name__: _assigned,
    e.ConversationClosed.__name__: _closed,
    p.MergePlanned.__name__: _planned,
    p.MergedInto.__name__: _merged,
    p.MergeUndone.__name__: _undone,
    p.CustomerAbsorbed.__name__: _absorbed,
    p.CustomerReleased.__name__: _released,
}
