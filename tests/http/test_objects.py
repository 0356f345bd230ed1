"""Role × object × verb: one stated answer in each cell, for every route that names somebody's.

Objects by how they stand to agent1: their own conversation, one that ended with them, agent2's,
whom they handed it to, and one that waits for anybody; with its customer, file, undelivered reply
and assignment.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from hub.http.app import routes
from hub.http.guards import guards_of
from hub.model.ids import customer_of
from hub.services.keys import Scope
from tests.http.matrix import BODIES, CONVERSATIONS, CUSTOMERS, LETTERS, MATRIX, place_of
from tests.http.scene import Scene, scene
from tests.http.world import CHANNEL, HEADERS, world

STRANGER = "o-20"
"""A customer whose id is lower than those of the others."""

WHOSE = ("own", "had", "foreign", "waiting")
ROLES = {
    "agent1": "agent",
    "agent2": "agent",
    "supervisor1": "supervisor",
    "admin": "admin",
    "operator1": "operator",
}
CALLERS = (*ROLES, "nobody", "key", "key without")
SOMEBODYS = {"conversation_id", "customer_id", "media_id", "dead_letter_id", "interaction_id"}

PICTURE_HAS_NO_SOUND = "/playable"
Cells = tuple[str, str, str, str]
"""Answers for own, had, foreign and waiting."""

DONE, MADE, GONE = "200", "201", "404"
ALL: Cells = (DONE, DONE, DONE, DONE)
HIDDEN: Mapping[str, Cells] = {
    "agent1": (DONE, DONE, GONE, GONE),
    "agent2": (GONE, GONE, DONE, GONE),
}
"""What is foreign to an agent, also what they handed on, is not there; those who lead, and keys
with the scope, see all."""

NOT_YOURS, CLOSED = "409 not_yours", "409 conversation_closed"
TALKS, HANDED = "409 talk_not_ended", "409 already_handed_off"
NO_NOTICES = "409 part_not_carried"
"""The channel of these tests has no notices; whoever gets this answer was let through."""

LEADS = ("supervisor1", "admin", "key")


def cells(leads: Cells, one: Cells | None = None, two: Cells | None = None) -> dict[str, Cells]:
    """`one` and `two` are what agent1 and agent2 are answered."""
    agents = {"agent1": one, "agent2": two}
    return dict.fromkeys(LEADS, leads) | {who: row for who, row in agents.items() if row}


ACTS: Mapping[str, Mapping[str, Cells]] = {
    f"POST {CUSTOMERS}/unmask": {
        "supervisor1": ALL,
        "agent1": (DONE, NOT_YOURS, GONE, GONE),
        "agent2": (GONE, GONE, DONE, GONE),
    },
    f"POST {CONVERSATIONS}/messages": cells(
        (NOT_YOURS, CLOSED, NOT_YOURS, MADE),
        (MADE, NOT_YOURS, GONE, GONE),
        (GONE, GONE, MADE, GONE),
    ),
    f"POST {CONVERSATIONS}/notices": cells(
        (NO_NOTICES, NO_NOTICES, NO_NOTICES, NO_NOTICES),
        (NO_NOTICES, NOT_YOURS, GONE, GONE),
        (GONE, GONE, NO_NOTICES, GONE),
    ),
    f"POST {CUSTOMERS}/notices": cells((NO_NOTICES, NO_NOTICES, NO_NOTICES, NO_NOTICES)),
    f"POST {LETTERS}/retry": cells(
        (MADE, MADE, MADE, MADE), (MADE, MADE, GONE, GONE), (GONE, GONE, MADE, GONE)
    ),
    f"POST {LETTERS}/discard": cells(
        (MADE, MADE, MADE, MADE), (MADE, MADE, GONE, GONE), (GONE, GONE, MADE, GONE)
    ),
    f"POST {CONVERSATIONS}/hand-off": cells(
        (HANDED, CLOSED, HANDED, HANDED),
        (HANDED, NOT_YOURS, GONE, GONE),
        (GONE, GONE, HANDED, GONE),
    ),
    f"POST {CONVERSATIONS}/close": cells(
        (MADE, CLOSED, MADE, MADE), (TALKS, NOT_YOURS, GONE, GONE), (GONE, GONE, TALKS, GONE)
    ),
    f"POST {CUSTOMERS}/merge": cells((MADE, MADE, MADE, MADE)),
    f"POST {CUSTOMERS}/unmerge": cells((MADE, MADE, MADE, MADE)),
}
"""In the order in which they are done, on the same four."""


def of_somebody() -> list[str]:
    return [label for label in MATRIX if any(f"{{{name}}}" in label for name in SOMEBODYS)]


def allowed(label: str, caller: str) -> str:
    """ "" or the answer to whoever may not call this at all."""
    row = MATRIX[label]
    if caller == "nobody":
        return "401"
    if caller in ROLES:
        return "" if ROLES[caller] in (row.roles or ()) else "403"
    return "" if caller == "key" and row.scope else "403"


def wanted(label: str, caller: str) -> Cells:
    no = allowed(label, caller)
    if no:
        return (no, no, no, no)
    if label.endswith(PICTURE_HAS_NO_SOUND):
        return (GONE, GONE, GONE, GONE)
    if label.startswith("GET "):
        return HIDDEN.get(caller, ALL)
    return ACTS[label][caller]


async def test_every_route_of_somebodys_has_cells_for_all_who_may_call_it() -> None:
    async with world() as w:
        table = routes(w.deps, guards_of(w.deps))
    named = {
        f"{route.method} {route.path}"
        for route in table
        if SOMEBODYS & route.params.model_fields.keys()
    }
    assert named == set(of_somebody())
    acts = {label for label in named if not label.startswith("GET ")}
    stated = {(label, caller) for label, cells in ACTS.items() for caller in cells}
    assert stated == {(a, c) for a in acts for c in CALLERS if not allowed(a, c)}


async def headers_of(s: Scene, caller: str) -> dict[str, str]:
    s.w.client.session.cookie_jar.clear()
    if caller in ROLES:
        await s.w.sign_in(caller)
    if not caller.startswith("key"):
        return HEADERS
    scopes = list(Scope) if caller == "key" else [Scope.READ_CHANNELS]
    keys = guards_of(s.w.deps).keys
    _, secret = await keys.create(caller, scopes, by="agent:admin", expires_at=None)
    return {"Authorization": f"Bearer {secret}"}


async def answer(s: Scene, label: str, whose: str, headers: Mapping[str, str]) -> str:
    """The status, of a refusal with the rule's reason."""
    conversation = s.of(whose)
    customer = conversation.partition(".")[0]
    method, path = place_of(
        label,
        conversation_id=conversation,
        customer_id=customer,
        interaction_id=f"{conversation}-1",
        dead_letter_id=s.letters[conversation][label.endswith("/discard")],
        media_id=s.files[conversation],
    )
    body = await fresh(s, label, whose)
    asked = await s.w.client.request(method, path, json=body, headers=headers)
    if asked.status != 409:
        return str(asked.status)
    return f"409 {(await asked.json())['reason']}"


async def fresh(s: Scene, label: str, whose: str) -> Any:
    """The body with a command of its own, on the newest view; merged into a third customer."""
    body = BODIES.get(label)
    if body is None:
        return None
    body = dict(body)
    if "command_id" in body:
        body["command_id"] = s.w.command_id()
    if "seen" in body:
        stands = await s.w.stores.reading.get("conversations", s.of(whose))
        body["seen"] = (stands or {})["seq"]
    if "into" in body:
        body["into"] = customer_of(CHANNEL, STRANGER)
    return body


@pytest.mark.parametrize("caller", CALLERS)
async def test_role_and_object_and_verb(caller: str) -> None:
    """Reads and what the role does not allow first: nothing of it changes anything."""
    acts = [label for label in ACTS if not allowed(label, caller)]
    labels = [*(label for label in of_somebody() if label not in acts), *acts]
    async with scene(furnished=True) as s:
        await s.w.customer_says(STRANGER, "在吗")
        headers = await headers_of(s, caller)
        for label in labels:
            found = tuple([await answer(s, label, whose, headers) for whose in WHOSE])
            assert found == wanted(label, caller), (caller, label)
