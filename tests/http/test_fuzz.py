"""Every operation of the OpenAPI document, fed with what fits it and with what does not.

The hub runs in a thread with a loop of its own, because schemathesis asks synchronously.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle, repeat
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from hub.http import openapi
from hub.http.app import routes
from hub.http.guards import guards_of
from hub.http.sessions import COOKIE
from hub.http.webhook_post import WebhookPost
from tests.http.world import HEADERS, PASSWORD, World, compose, eventually, world

pytestmark = [pytest.mark.slow]

EXAMPLES = 25
REPLIES, LETTERS_A_REPLY = 8, 5
WEBHOOKS = 40
NOBODY_THERE = "http://127.0.0.1:9"
ENTRIES = {
    "/api/v1/queues": {"name": "综合服务"},
    "/api/v1/phrases": {"key": "nh", "name": "问候", "text": "您好"},
    "/api/v1/dispositions": {"name": "已解决"},
}
KNOWN_EVERY = 2
"""Of the well-formed ids in paths every second one is replaced by one that stands."""

MAY_NEVER_SUCCEED = {
    "POST /api/v1/knowledge/publications/{publication_id}/stop": "none runs so long",
    "POST /api/v1/knowledge/publications/{publication_id}/restore": "it is the one in use",
    "POST /api/v1/knowledge/unanswered/{question_id}": "nobody guesses a question",
    "POST /api/v1/session": "nobody guesses a password",
    "POST /api/v1/conversations/{conversation_id}/hand-off": "it is handed off already",
    "POST /api/v1/customers/{customer_id}/merge": "nobody guesses a second customer",
    "POST /api/v1/media": "bytes by chance are no file of a known kind",
    "GET /api/v1/media/{media_id}": "nobody guesses a file",
    "GET /api/v1/media/{media_id}/preview": "nobody guesses a file",
    "GET /api/v1/media/{media_id}/playable": "nobody guesses a file",
    "PUT /api/v1/session/password": "nobody guesses a password",
    "PUT /api/v1/session/otp": "nobody guesses a code",
    "DELETE /api/v1/session/otp": "nobody guesses a code",
    "PUT /api/v1/channel-accounts/{channel_id}": "nobody guesses a kind",
    "DELETE /api/v1/channel-accounts/{channel_id}": "one that is paused, at its version",
    "POST /api/v1/customers/{customer_id}/unmask": "administrators have no need",
}


@dataclass(kw_only=True)
class Served:
    """A hub with two customers to be joined and many dead letters.

    `token` makes a new session; `known` names for a parameter what stands, one after another;
    `version` is that of a document in a collection, 0 without one.
    """

    base: str
    token: Callable[[], str]
    known: dict[str, Iterator[Any]]
    version: Callable[[str, str], int]
    asked: int = 0
    seen: set[tuple[str, int]] = field(default_factory=set)

    def without_success(self) -> set[str]:
        asked = {label for label, _ in self.seen}
        return asked - {label for label, status in self.seen if status < 300}


async def _furnish(w: World) -> dict[str, Iterator[Any]]:
    await w.ready("agent2")
    conversation = await w.customer_says("o-1", "在吗")
    await w.sign_in("admin")
    w.channel.broken = "not_in_window"
    third = await w.customer_says("o-3", "您好")
    path = f"/api/v1/conversations/{third}"
    for n in range(1, REPLIES + 1):
        seen = (await w.get_json(path))["seq"]
        reply = {"command_id": f"reply-{n}", "seen": seen, "text": "好" * 600 * LETTERS_A_REPLY}
        assert (await w.post(f"{path}/messages", reply)).status == 201
        await w.customer_says("o-3", f"在吗 {n}")

    async def dead() -> Any:
        items = (await w.get_json("/api/v1/dead-letters?limit=100"))["items"]
        return items if len(items) == REPLIES * LETTERS_A_REPLY else None

    letters = await eventually(dead)
    w.channel.broken = ""
    other = await w.customer_says("o-2", "你好")
    lower, higher = sorted(one.partition(".")[0] for one in (conversation, other))
    merge = {"command_id": "second", "into": lower}
    await w.post(f"/api/v1/customers/{higher}/merge", merge)
    seq = (await w.get_json(f"/api/v1/conversations/{conversation}"))["seq"]
    for path, entry in ENTRIES.items():
        assert (await w.put(f"{path}/first", {"version": 0, **entry})).status == 200
    webhooks = []
    for _ in range(WEBHOOKS):
        subscription = {"url": f"{NOBODY_THERE}/in", "events": ["message.sent"]}
        made = await (await w.post("/api/v1/webhooks", subscription)).json()
        webhooks.append(made["webhook"]["id"])
    account = {"version": 0, "kind": "pretend"}
    assert (await w.put("/api/v1/channel-accounts/second", account)).status == 200
    key = {"name": "crm", "scopes": ["read:channels"]}
    key_id = (await (await w.post("/api/v1/keys", key)).json())["key"]["id"]
    return {
        "seen": repeat(seq),
        "webhook_id": cycle(webhooks),
        "key_id": repeat(key_id),
        "channel_id": repeat("second"),
        "entry_id": repeat("first"),
        "username": repeat("agent2"),
        "interaction_id": repeat(f"{conversation}-1"),
        "conversation_id": repeat(conversation),
        "customer_id": repeat(higher),
        "article_id": cycle(["zh-card-loss", "zh-transfer-fee"]),
        "publication_id": repeat(1),
        "dead_letter_id": cycle([letter["id"] for letter in letters]),
    }


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    found: list[Served] = []
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with world(webhook_post=WebhookPost((NOBODY_THERE,))) as w:

            async def token() -> str:
                signed_in = await w.access.sign_in("admin", PASSWORD)
                assert signed_in is not None
                return signed_in[0]

            def from_outside() -> str:
                return asyncio.run_coroutine_threadsafe(token(), loop).result(10)

            async def stands(collection: str, key: str) -> int:
                doc = await w.deps.documents.get(collection, key)
                return 0 if doc is None or doc.get("deleted") else int(doc["version"])

            def version(collection: str, key: str) -> int:
                asked = stands(collection, key)
                return asyncio.run_coroutine_threadsafe(asked, loop).result(10)

            known = await _furnish(w)
            found.append(Served(base=w.base, token=from_outside, known=known, version=version))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(20)
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
    assert found[0].without_success() <= set(MAY_NEVER_SUCCEED)


schemathesis.serializer.alias("application/csp-report", "application/json")


def described() -> Any:
    made = compose()
    document = openapi.document(routes(made.deps, guards_of(made.deps)), version="1")
    return schemathesis.openapi.from_dict(document)


schema = described()


@schema.parametrize()  # type: ignore[untyped-decorator]
@seed(20261121)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_asked_the_answer_is_as_described(case: Any, served: Served) -> None:
    served.asked += 1
    session = {}
    if case.operation.definition.raw["security"] and not _is_wrong(case, ParameterLocation.COOKIE):
        session = {COOKIE: served.token()}
        case.headers.pop("Authorization", None)
    if _fits(case, ParameterLocation.PATH) and served.asked % KNOWN_EVERY == 0:
        case.path_parameters = {
            name: next(served.known.get(name, repeat(value)))
            for name, value in case.path_parameters.items()
        }
    fits = _fits(case, ParameterLocation.BODY) and isinstance(case.body, dict)
    if fits and "command_id" in case.body:
        case.body = {**case.body, "command_id": f"fuzz-{served.asked}"}
        if "seen" in case.body and served.asked % KNOWN_EVERY == 0:
            case.body["seen"] = next(served.known["seen"])
    if served.asked % KNOWN_EVERY == 0:
        _see_the_version(case, served)
    by_chance = case.operation.definition.raw["operationId"] == "upload_media"
    answer = case.call_and_validate(
        base_url=served.base,
        headers=HEADERS,
        cookies=session,
        timeout=20,
        excluded_checks=[positive_data_acceptance] if by_chance else [],
    )
    served.seen.add((case.operation.label, answer.status_code))


def _see_the_version(case: Any, served: Served) -> None:
    """Changes of plain documents name the version they saw."""
    collection = str(case.path).split("/")[3].replace("agents", "users")
    stands = served.version(collection, next(iter(case.path_parameters.values()), ""))
    if _fits(case, ParameterLocation.QUERY) and "version" in case.query:
        case.query["version"] = max(1, stands)
    named = _fits(case, ParameterLocation.BODY) and isinstance(case.body, dict)
    if named and "version" in case.body:
        case.body = {**case.body, "version": stands}


def _is_wrong(case: Any, place: ParameterLocation) -> bool:
    """Whether this part of the case was made to be refused."""
    component = case.meta.components.get(place)
    return component is not None and component.mode is GenerationMode.NEGATIVE


def _fits(case: Any, place: ParameterLocation) -> bool:
    """Whether this part of the case was made to be right."""
    component = case.meta.components.get(place)
    return component is not None and component.mode is GenerationMode.POSITIVE
