"""Every operation of the OpenAPI document, fed with what fits it and with what does not, by an
administrator, an agent, an operator and a supervisor in turn.

The hub runs in a thread with a loop of its own, because schemathesis asks synchronously.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle, repeat
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from hub.http import openapi
from hub.http.app import routes
from hub.http.guards import guards_of
from hub.http.sessions import COOKIE
from hub.http.webhook_post import WebhookPost
from hub.ports import FetchedMedia
from tests.http.matrix import MATRIX
from tests.http.world import HEADERS, PASSWORD, World, compose, eventually, world
from tests.services.media import samples

pytestmark = [pytest.mark.slow]

EXAMPLES = 32
REPLIES, LETTERS_A_REPLY = 8, 5
WEBHOOKS = 40
SCENES = 60
PICTURE = samples.image("PNG")
NOBODY_THERE = "http://127.0.0.1:9"
ENTRIES = {
    "/api/v1/queues": {"name": "综合服务"},
    "/api/v1/phrases": {"key": "nh", "name": "问候", "text": "您好"},
    "/api/v1/dispositions": {"name": "已解决"},
}
KNOWN_EVERY = 2
"""Of the well-formed ids in paths every second one of a caller is replaced by one that stands."""

CALLERS = {
    "admin": "admin",
    "agent1": "agent",
    "operator1": "operator",
    "supervisor1": "supervisor",
}
AGENTS_REPLIES = 2

MAY_NEVER_SUCCEED = {
    "POST /api/v1/knowledge/publications/{publication_id}/stop": "none runs so long",
    "POST /api/v1/knowledge/publications/{publication_id}/restore": "it is the one in use",
    "POST /api/v1/knowledge/unanswered/{question_id}": "nobody guesses a question",
    "POST /api/v1/conversations/{conversation_id}/hand-off": "it is handed off already",
    "POST /api/v1/conversations/{conversation_id}/notices": "nobody guesses a template",
    "POST /api/v1/customers/{customer_id}/notices": "nobody guesses a template",
    "GET /api/v1/channel-accounts/{channel_id}/templates": "the pretended kind has no notices",
    "POST /api/v1/channel-accounts/{channel_id}/templates/refresh": "the pretended kind has none",
    "GET /api/v1/media/{media_id}/playable": "a picture has no sound",
    "GET /files/{token}": "nobody guesses a link",
    "POST /hooks/{channel_id}": "nobody guesses a signature",
    "HEAD /files/{token}": "nobody guesses a link",
    "PUT /api/v1/session/password": "nobody guesses a password",
    "PUT /api/v1/channel-accounts/{channel_id}/menu": "buttons by chance lead nowhere",
    "PUT /api/v1/session/otp": "nobody guesses a code",
    "DELETE /api/v1/session/otp": "nobody guesses a code",
    "DELETE /api/v1/channel-accounts/{channel_id}": "one that is paused, at its version",
    "POST /api/v1/channel-accounts/{channel_id}/rotate": "the pretended kind keeps no old secret",
}
"""By chance. What they answer then is held against the document too, in the tests of each: see
`tests.http.described`."""


@dataclass(kw_only=True)
class Served:
    """A hub with two customers to be joined and many dead letters.

    `token` makes a new session of a caller; `known` names for a parameter what stands, one after
    another, `agents` what is an agent's; `version` is that of a document in a collection, 0 without
    one. `seen` are operation, caller and status.
    """

    base: str
    token: Callable[[str], str]
    known: dict[str, Iterator[Any]]
    agents: dict[str, Iterator[Any]]
    version: Callable[[str, str], int]
    asked: int = 0
    turns: Counter[str] = field(default_factory=Counter)
    seen: set[tuple[str, str, int]] = field(default_factory=set)

    def turn(self, label: str) -> tuple[str, bool]:
        """Who asks now, and whether with ids that stand."""
        turn = self.turns[label]
        self.turns[label] += 1
        names = list(CALLERS)
        return names[turn % len(names)], turn // len(names) % KNOWN_EVERY == 0

    def known_to(self, caller: str, name: str, otherwise: Any) -> Any:
        theirs = self.agents if caller == "agent1" else {}
        return next(theirs.get(name) or self.known.get(name) or repeat(otherwise))

    def succeeded(self, caller: str) -> set[str]:
        return {label for label, who, status in self.seen if who == caller and status < 300}

    def without_success(self) -> set[str]:
        asked = {label for label, _, _ in self.seen}
        return asked.difference(*(self.succeeded(caller) for caller in CALLERS))


async def _agents(w: World) -> dict[str, Iterator[Any]]:
    """A conversation of agent1's with a customer's picture and undelivered replies."""
    await w.at_the_desk("agent1")
    conversation = await w.customer_says("o-9", "在吗")
    await w.accepts("agent1", conversation)
    w.channel.files["picture"] = FetchedMedia(content=PICTURE, content_type="image/png")
    await w.customer_says("o-9", "", file="picture", media="image")
    await w.sign_in("agent1")
    path = f"/api/v1/conversations/{conversation}"
    w.channel.broken = "not_in_window"
    for n in range(AGENTS_REPLIES):
        await w.customer_says("o-9", f"在吗 {n}")
        seen = (await w.get_json(path))["seq"]
        text = "好" * 600 * LETTERS_A_REPLY
        reply = {"command_id": f"agents-{n}", "seen": seen, "text": text}
        assert (await w.post(f"{path}/messages", reply)).status == 201

    async def dead() -> Any:
        items = (await w.get_json("/api/v1/dead-letters?limit=100"))["items"]
        return items if len(items) == AGENTS_REPLIES * LETTERS_A_REPLY else None

    letters = await eventually(dead)
    w.channel.broken = ""
    await w.customer_says("o-9", "还在吗")
    messages = (await w.get_json(f"{path}/messages"))["items"]
    [media] = [p["media_id"] for m in messages for p in m["parts"] if p.get("media_id")]
    await w.rests("agent1")
    return {
        "seen": repeat((await w.get_json(path))["seq"]),
        "conversation_id": repeat(conversation),
        "customer_id": repeat(conversation.partition(".")[0]),
        "media_id": repeat(media),
        "dead_letter_id": cycle([letter["id"] for letter in letters]),
    }


async def _furnish(w: World) -> dict[str, Iterator[Any]]:
    await w.ready("agent2")
    conversation = await w.customer_says("o-1", "在吗")
    await w.sign_in("admin")
    letters = await _letters(w)
    _, merged = await _merged(w, conversation)
    joined = await w.customer_says("o-4", "您好")
    uploaded = await w.client.post("/api/v1/media", data=PICTURE, headers=HEADERS)
    seq = (await w.get_json(f"/api/v1/conversations/{conversation}"))["seq"]
    for path, entry in ENTRIES.items():
        assert (await w.put(f"{path}/first", {"version": 0, **entry})).status == 200
    return {
        "seen": repeat(seq),
        "entry_id": repeat("first"),
        "queue_id": repeat("first"),
        "username": repeat("agent2"),
        "interaction_id": repeat(f"{conversation}-1"),
        "conversation_id": repeat(conversation),
        "customer_id": repeat(merged),
        "into": repeat(joined.partition(".")[0]),
        "media_id": repeat((await uploaded.json())["media_id"]),
        "article_id": cycle(["zh-card-loss", "zh-transfer-fee"]),
        "publication_id": repeat(1),
        "dead_letter_id": cycle(letters),
        **await _programs(w),
        **await _account(w),
    }


async def _letters(w: World) -> list[str]:
    """Replies that the provider refused."""
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
        theirs = [item["id"] for item in items if item["conversation_id"] == third]
        return theirs if len(theirs) == REPLIES * LETTERS_A_REPLY else None

    letters: list[str] = await eventually(dead)
    w.channel.broken = ""
    return letters


async def _merged(w: World, conversation: str) -> list[str]:
    """Two customers who are one now: who stays, who went."""
    other = await w.customer_says("o-2", "你好")
    both = sorted(one.partition(".")[0] for one in (conversation, other))
    merge = {"command_id": "second", "into": both[0]}
    await w.post(f"/api/v1/customers/{both[1]}/merge", merge)
    return both


async def _programs(w: World) -> dict[str, Iterator[Any]]:
    webhooks = []
    for _ in range(WEBHOOKS):
        subscription = {"url": f"{NOBODY_THERE}/in", "events": ["message.sent"]}
        made = await (await w.post("/api/v1/webhooks", subscription)).json()
        webhooks.append(made["webhook"]["id"])
    key = {"name": "crm", "scopes": ["read:channels"]}
    made = await (await w.post("/api/v1/keys", key)).json()
    return {"webhook_id": cycle(webhooks), "key_id": repeat(made["key"]["id"])}


async def _account(w: World) -> dict[str, Iterator[Any]]:
    path = "/api/v1/channel-accounts/second"
    assert (await w.put(path, {"version": 0, "kind": "pretend"})).status == 200
    assert (await w.put(f"{path}/menu", {"version": 0, "buttons": []})).status == 200
    scenes = [f"scene-{number}" for number in range(SCENES)]
    for scene in scenes:
        made = await w.post(f"{path}/qr-codes", {"scene": scene, "label": "柜台"})
        assert made.status == 201
    return {"channel_id": repeat("second"), "scene": cycle(scenes)}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    found: list[Served] = []
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with world(webhook_post=WebhookPost((NOBODY_THERE,))) as w:

            async def token(caller: str) -> str:
                signed_in = await w.access.sign_in(caller, PASSWORD)
                assert signed_in is not None
                return signed_in[0]

            def from_outside(caller: str) -> str:
                return asyncio.run_coroutine_threadsafe(token(caller), loop).result(10)

            async def stands(collection: str, key: str) -> int:
                doc = await w.deps.documents.get(collection, key)
                return 0 if doc is None or doc.get("deleted") else int(doc.get("version", 0))

            def version(collection: str, key: str) -> int:
                asked = stands(collection, key)
                return asyncio.run_coroutine_threadsafe(asked, loop).result(10)

            agents = await _agents(w)
            known = await _furnish(w)
            made = Served(
                base=w.base, token=from_outside, known=known, agents=agents, version=version
            )
            found.append(made)
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
    _check_successes(found[0])


def _check_successes(served: Served) -> None:
    """Every operation was done by somebody, and by each who may; the figures are printed."""
    asked = {label for label, _, _ in served.seen}
    for caller, role in CALLERS.items():
        done = served.succeeded(caller)
        open_to = {
            a: (MATRIX[a].roles if a in MATRIX else None) or frozenset({role}) for a in asked
        }
        lacking = {a for a in asked - done if role in open_to[a]}
        print(f"{caller}: {len(done)} of {len(asked)} operations succeeded; allowed and never:")
        print("  " + ", ".join(sorted(lacking)))
        assert {a for a in done if role not in open_to[a]} == set()
    assert served.without_success() <= set(MAY_NEVER_SUCCEED)


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
    caller, standing = served.turn(case.operation.label)
    session = {}
    if case.operation.definition.raw["security"] and not _is_wrong(case, ParameterLocation.COOKIE):
        session = {COOKIE: served.token(caller)}
        case.headers.pop("Authorization", None)
    if _fits(case, ParameterLocation.PATH) and standing:
        case.path_parameters = {
            name: served.known_to(caller, name, value)
            for name, value in case.path_parameters.items()
        }
    if case.path_parameters.get("username") in CALLERS:
        case.path_parameters["username"] = "agent2"
    if _fits(case, ParameterLocation.BODY) and isinstance(case.body, dict):
        case.body = _body(case, served, caller, standing=standing)
    if standing:
        _see_the_version(case, served)
    by_chance = case.operation.definition.raw["operationId"] == "upload_media"
    without = [positive_data_acceptance] if by_chance else []
    if by_chance and standing and _fits(case, ParameterLocation.QUERY):
        case.body = PICTURE
        without.append(negative_data_rejection)
    answer = case.call_and_validate(
        base_url=served.base,
        headers=HEADERS,
        cookies=session,
        timeout=20,
        excluded_checks=without,
    )
    served.seen.add((case.operation.label, caller, answer.status_code))


def _body(case: Any, served: Served, caller: str, *, standing: bool) -> dict[str, Any]:
    """With a command of its own, and with what stands where a body names it."""
    body = dict(case.body)
    if "command_id" in body:
        body["command_id"] = f"fuzz-{served.asked}"
    if not standing:
        return body
    for name in ("seen", "into", "queue_id"):
        if name in body:
            body[name] = served.known_to(caller, name, body[name])
    if case.operation.definition.raw["operationId"] == "put_channel_account":
        body["kind"] = "pretend"
    if {"username", "password"} <= body.keys():
        body |= {"username": "supervisor1", "password": PASSWORD}
    return body


def _see_the_version(case: Any, served: Served) -> None:
    """Changes of plain documents name the version they saw."""
    place = str(case.path).removeprefix("/api/v1").split("/")
    collection = "channel_menus" if "menu" in place else place[1].replace("agents", "users")
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
