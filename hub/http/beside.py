"""What providers and watchers call: not of the route table, but of the API's document."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from hub.http.health import Health
from hub.http.shapes import ChannelKey, Nothing, Shape


class HookPath(Shape):
    channel_id: ChannelKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """`caller`: who calls, and how it is known. `answers`: by status what it means; `content` its
    shape, None = plain text."""

    method: str
    path: str
    name: str
    tag: str
    summary: str
    caller: str
    answers: Mapping[int, str]
    content: type[BaseModel] | None = None
    params: type[BaseModel] = field(default=Nothing)
    takes_body: bool = False


PROVIDER = "the provider, known by the signature of its protocol"
WATCHER = "whoever reaches it: keep it from the internet"
HOOK = "/hooks/{channel_id}"
NO_HOOK = {
    400: "Not readable as a call of this provider; the body is a code",
    403: "Not authentic or too old; the body is a code",
    404: "No such account, or it takes no calls",
    405: "Not a method of this provider",
    413: "More than 64 KiB",
    500: "Failed; the log says why",
    503: "Not stored: call again",
}

BESIDE = (
    Beside(
        method="GET",
        path=HOOK,
        name="check_hook",
        tag="Hooks",
        summary="A provider checks that this is the address of the account",
        caller=PROVIDER,
        answers={200: "What the provider's protocol asks for", **NO_HOOK},
        params=HookPath,
    ),
    Beside(
        method="POST",
        path=HOOK,
        name="receive_hook",
        tag="Hooks",
        summary="A provider tells what a customer did, in its own format",
        caller=PROVIDER,
        answers={200: "Stored, now or before; the body is what its protocol asks for", **NO_HOOK},
        params=HookPath,
        takes_body=True,
    ),
    Beside(
        method="GET",
        path="/health/live",
        name="get_live",
        tag="Operation",
        summary="The process answers",
        caller=WATCHER,
        answers={200: "It does"},
        content=Health,
    ),
    Beside(
        method="GET",
        path="/health/ready",
        name="get_ready",
        tag="Operation",
        summary="The database answers and every shard has an owner",
        caller=WATCHER,
        answers={200: "So it is", 503: "What fails is named"},
        content=Health,
    ),
    Beside(
        method="GET",
        path="/metrics",
        name="get_metrics",
        tag="Operation",
        summary="Numbers for Prometheus",
        caller=WATCHER,
        answers={200: "In Prometheus' text format"},
    ),
)
