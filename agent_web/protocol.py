"""The screen protocol of `/ws/agent`: one schema for both sides.

A screen watches topics. A topic is a set of documents, each with the `seq` of the stream's commit
that changed it last. The server first sends what changed after the number the screen has (or, with
`full`, everything: drop what you hold), then every change as it happens. So a screen that was away
is brought up to date by the same message that keeps it up to date.

Topics: "desk" (work, agents, queues), "customer:<id>" (conversations, messages, notes of one
customer), "conversations" (the live list, for supervisors).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import orjson
from pydantic import Field

from agent_web.commands import AgentCommand
from agent_web.documents import Frame, ScreenDoc
from hub.http.shapes import CommandKey, Seq
from hub.services.access import Role

VERSION = 1
HEARTBEAT_S = 10.0
"""Each side says something at least so often; 2.5 times this of silence is loss."""


# ---------------------------------------------------------------- frames of the screen
class Watch(Frame):
    """Begin or go on: `seq` is the number held, 0 for nothing."""

    t: Literal["watch"] = "watch"
    topic: str = Field(min_length=1, max_length=80)
    seq: Seq = 0


class Unwatch(Frame):
    t: Literal["unwatch"] = "unwatch"
    topic: str = Field(min_length=1, max_length=80)


class Do(Frame):
    """`id` is new for each act; the same one again changes nothing and answers the same."""

    t: Literal["do"] = "do"
    id: CommandKey
    command: AgentCommand


class TypingNow(Frame):
    """Somebody writes in a conversation; said again every 3 s while it lasts."""

    t: Literal["typing"] = "typing"
    topic: str = Field(min_length=1, max_length=80)


class Ping(Frame):
    """`used`: hand or key touched the page since the last ping; the session lives on by that."""

    t: Literal["ping"] = "ping"
    used: bool = False


ClientFrame = Annotated[Watch | Unwatch | Do | TypingNow | Ping, Field(discriminator="t")]


# ---------------------------------------------------------------- frames of the server
class Welcome(Frame):
    """The first frame. `now` corrects the screen's clock; `build` changes with the program."""

    t: Literal["welcome"] = "welcome"
    protocol: int
    username: str
    display_name: str
    role: Role
    now: datetime
    build: str
    connection_id: str
    heartbeat_s: float
    bank: str
    environment: str


class GoneDoc(Frame):
    kind: str
    id: str


class Update(Frame):
    """`full`: drop what you hold of the topic. `seq` holds even when nothing changed for you."""

    t: Literal["update"] = "update"
    topic: str
    seq: int
    full: bool
    docs: tuple[ScreenDoc, ...]
    gone: tuple[GoneDoc, ...]


class Closed(Frame):
    """The topic is not (or no more) for this screen. `reason`: "forbidden", "unknown",
    "too_many", "malformed"."""

    t: Literal["closed"] = "closed"
    topic: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Done:
    """The answer to a `do`.

    `state`: "decided"; "stored" (durable, decided soon: ask again with the same id); "refused"
    (a rule says no: `reason`); "unknown" (the store did not answer: repeat with the same id).
    """

    t: Literal["done"] = "done"
    id: str
    state: Literal["decided", "stored", "refused", "unknown"]
    changed: bool = False
    reason: str = ""
    detail: str = ""
    seq: int = 0
    message_ids: tuple[str, ...] = ()


class TypingSeen(Frame):
    """A colleague (`who`) writes in the topic right now."""

    t: Literal["typing"] = "typing"
    topic: str
    who: str


class Pong(Frame):
    t: Literal["pong"] = "pong"
    now: datetime


class Bye(Frame):
    """The last frame before the server closes.

    `reason`: "session_ended", "too_slow", "too_many_screens", "malformed", "stopping".
    """

    t: Literal["bye"] = "bye"
    reason: str


ServerFrame = Annotated[
    Welcome | Update | Closed | Done | TypingSeen | Pong | Bye, Field(discriminator="t")
]


def written(frame: Frame | Done) -> bytes:
    """A frame as JSON. An answer comes with each act, so it is no model, whose way is longer."""
    return orjson.dumps(frame) if isinstance(frame, Done) else frame.model_dump_json().encode()
