"""What a fault run leaves behind, and how to read it: plain documents, no engine."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Doc = dict[str, Any]
Content = tuple[str, ...]

DESK = "desk:main"
OF_SCREENS = ("connect.", "lose.")
"""How the gateway's own words to the desk begin, in the place of a command id."""


@dataclass(slots=True, kw_only=True)
class Command:
    """One command id of one author; `outcome` "accepted", "refused" or "" while unknown.

    `text` is what the customer is told, `note` what colleagues are; `kind` what was done.
    """

    author: str
    command_id: str
    openid: str
    text: str
    outcome: str = ""
    reason: str = ""
    note: str = ""
    kind: str = "send"

    @property
    def name(self) -> tuple[str, str]:
        return self.author, self.command_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a screen held of a topic at the end, and all the server said there was of it."""

    username: str
    topic: str
    held: Mapping[tuple[str, str], Doc]
    fresh: Mapping[tuple[str, str], Doc]


@dataclass(slots=True, kw_only=True)
class Evidence:
    """`pushes` and `sent` are the simulator's books; `projected` and `rebuilt` are the projections
    before and after they were dropped and folded again; `complaints` what logs and clients say.

    `desk_seq`: the desk's number when the load was over and everybody still there, 0 when nobody
    worked at it. `wire` is everything the provider was ever sent, as text.
    """

    channel_id: str
    journal: Sequence[Doc]
    inbox: Sequence[Doc]
    outbox: Sequence[Doc]
    pushes: Sequence[Doc]
    sent: Sequence[Doc]
    commands: Sequence[Command]
    dead_letters: frozenset[str]
    projected: Mapping[str, Sequence[Doc]] = field(default_factory=dict)
    rebuilt: Mapping[str, Sequence[Doc]] = field(default_factory=dict)
    verified: tuple[int, str] = (0, "nothing wrong")
    complaints: Sequence[str] = ()
    screens: Sequence[Shown] = ()
    desk_seq: int = 0
    wire: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One part of a message of ours, with the row that carries it; `place` is the row's (n, k)."""

    message_id: str
    index: int
    openid: str
    content: Content
    row: Doc

    @property
    def place(self) -> tuple[int, int]:
        return self.row["n"], self.row["k"]


def message_key(evidence: Evidence, push: Mapping[str, Any]) -> str:
    return f"{evidence.channel_id}:m:{push['openid']}:{push['msg_id']}"


def command_name(key: str) -> tuple[str, str] | None:
    """Author ("agent:<name>") and command id of a command's key, whatever stands between."""
    words = key.split(":")
    return (f"{words[1]}:{words[2]}", words[-1]) if words[0] == "cmd" else None


def heard(commit: Mapping[str, Any]) -> str:
    """The text of the message a commit received."""
    for event in commit["events"]:
        if event["is"] == "MessageReceived":
            return str(event["parts"][0].get("text", ""))
    return ""


def messages_sent(commit: Mapping[str, Any]) -> list[Doc]:
    return [event for event in commit["events"] if event["is"] == "MessageSent"]


def outgoing(evidence: Evidence) -> list[Outgoing]:
    rows = {
        (r["body"]["message_id"], r["body"]["index"]): r
        for r in evidence.outbox
        if r["kind"] == "message"
    }
    return [
        Outgoing(
            message_id=event["message_id"],
            index=index,
            openid=event["address"]["value"],
            content=content_of_part(part),
            row=rows.get((event["message_id"], index), {}),
        )
        for commit in evidence.journal
        for event in messages_sent(commit)
        for index, part in enumerate(event["parts"])
    ]


def content_of_part(part: Mapping[str, Any]) -> Content:
    if part["is"] == "MenuPart":
        ids = (option["id"] for option in part["options"])
        return ("msgmenu", part["head"], part.get("tail", ""), *ids)
    return ("text", part["text"])


def content_of_phone(sent: Mapping[str, Any]) -> Content:
    content = sent["content"]
    if sent["msgtype"] == "msgmenu":
        ids = (str(item["id"]) for item in content["list"])
        return ("msgmenu", content["head_content"], content.get("tail_content", ""), *ids)
    return ("text", content["content"])


def ordered_pairs(evidence: Evidence) -> Iterator[tuple[Doc, Doc]]:
    """Messages of one customer, the later one posted after the earlier one was acknowledged."""
    by_customer: dict[str, list[Doc]] = defaultdict(list)
    for push in evidence.pushes:
        by_customer[push["openid"]].append(push)
    for pushes in by_customer.values():
        pushes.sort(key=lambda p: (p["create_time"], int(p["msg_id"])))
        for i, later in enumerate(pushes):
            for earlier in pushes[:i]:
                if 0 < earlier["acked"] < later["posted"]:
                    yield earlier, later


def doubtful_rows(evidence: Evidence) -> set[str]:
    """Rows that are or were uncertain: the provider may have taken them at any time."""
    now = {r["_id"] for r in evidence.outbox if r["state"] == "uncertain"}
    overdue = {r["_id"] for r in evidence.outbox if r.get("code") in {"overdue", "no_answer"}}
    once = {
        event["of"]
        for commit in evidence.journal
        for event in commit["events"]
        if event["is"] == "DeliveryChanged" and event["state"] == "uncertain"
    }
    return now | overdue | once
