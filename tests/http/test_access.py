"""Every route × everybody who may call it × whose it is: each cell of the matrix is asked."""

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientResponse

from hub.http.app import routes
from hub.http.guards import guards_of
from hub.services.keys import Scope
from tests.http.matrix import BODIES, MATRIX, place_of
from tests.http.scene import Scene, scene
from tests.http.world import HEADERS, World, world

PEOPLE = {
    "agent1": "agent",
    "supervisor1": "supervisor",
    "admin": "admin",
    "operator1": "operator",
}
LET_IN = {200, 201, 202, 204, 404, 409, 422}


async def test_the_matrix_states_every_route_and_the_table_says_the_same() -> None:
    async with world() as w:
        table = routes(w.deps, guards_of(w.deps))
    stated = {
        f"{route.method} {route.path}": (
            None if route.roles is None else frozenset(map(str, route.roles)),
            str(route.scope or ""),
            route.audit,
        )
        for route in table
    }
    assert stated == {label: (row.roles, row.scope, row.audit) for label, row in MATRIX.items()}


async def test_every_change_is_in_the_journal_or_in_the_audit_log() -> None:
    """Commands of a customer's stream stand in the journal with their author."""
    journalled = {"conversations", "customers", "dead-letters"}
    own = {"POST /api/v1/session", "DELETE /api/v1/session", "POST /api/v1/csp-reports"}
    own |= {"POST /api/v1/knowledge/try"}  # changes nothing
    for label, row in MATRIX.items():
        method, _, path = label.partition(" ")
        if method != "GET" and label not in own and path.split("/")[3] not in journalled:
            assert row.audit, label


@pytest.mark.parametrize("who", ["nobody", *PEOPLE])
async def test_each_route_lets_in_whom_the_matrix_says(who: str) -> None:
    async with world() as w:
        for label, row in MATRIX.items():
            w.client.session.cookie_jar.clear()
            if who != "nobody":
                await w.sign_in(who)
            answer = await _ask(w, label, **HEADERS)
            if row.roles is None or (who != "nobody" and PEOPLE[who] in row.roles):
                assert answer.status in LET_IN, (label, await answer.text())
            else:
                assert answer.status == (401 if who == "nobody" else 403), label


async def test_a_key_opens_what_its_scopes_name_and_nothing_else() -> None:
    async with world() as w:
        keys = guards_of(w.deps).keys
        for label, row in MATRIX.items():
            if row.roles is None:
                continue
            others = [scope for scope in Scope if scope != row.scope]
            _, without = await keys.create("without", others, by="agent:admin", expires_at=None)
            answer = await _ask(w, label, Authorization=f"Bearer {without}")
            problem = await answer.json()
            reason = "scope_missing" if row.scope else "not_for_programs"
            assert (answer.status, problem["reason"]) == (403, reason), label
            if row.scope:
                scopes = [Scope(row.scope)]
                _, with_it = await keys.create("with", scopes, by="agent:admin", expires_at=None)
                answer = await _ask(w, label, Authorization=f"Bearer {with_it}")
                assert answer.status in LET_IN, (label, await answer.text())


CHANGING = [label for label in MATRIX if not label.startswith("GET ")]


@pytest.mark.parametrize("origin", ["http://evil.test", "null", ""])
async def test_no_change_is_made_for_a_foreign_page(origin: str) -> None:
    """The session cookie alone proves nothing: a page of somebody else's sends it too."""
    async with world() as w:
        await w.sign_in("admin")
        for label in CHANGING:
            answer = await _ask(w, label, **({"Origin": origin} if origin else {}))
            problem = await answer.json()
            assert answer.status == 403, label
            assert problem["type"].endswith("foreign_origin"), label


# ---------------------------------------------------------------- whose it is
READS = {
    "agent1": {"own": 200, "had": 200, "foreign": 404, "waiting": 404},
    "agent2": {"own": 404, "had": 404, "foreign": 200, "waiting": 404},
    "supervisor1": {"own": 200, "had": 200, "foreign": 200, "waiting": 200},
    "admin": {"own": 200, "had": 200, "foreign": 200, "waiting": 200},
    "operator1": {"own": 403, "had": 403, "foreign": 403, "waiting": 403},
    "nobody": {"own": 401, "had": 401, "foreign": 401, "waiting": 401},
    "key": {"own": 200, "had": 200, "foreign": 200, "waiting": 200},
    "key without": {"own": 403, "had": 403, "foreign": 403, "waiting": 403},
}
"""What a read answers. A rule may refuse acts that are allowed; what is foreign is not there."""

OF_SOMEBODY = [
    label for label in MATRIX if "{conversation_id}" in label or "{customer_id}" in label
]
ROLES = {**PEOPLE, "agent2": "agent"}


async def test_role_and_object_and_verb() -> None:
    async with scene() as s:
        keys = guards_of(s.w.deps).keys
        _, good = await keys.create("all", list(Scope), by="agent:admin", expires_at=None)
        _, poor = await keys.create(
            "poor", [Scope.READ_CHANNELS], by="agent:admin", expires_at=None
        )
        bearers = {"key": good, "key without": poor}
        for who, cells in READS.items():
            s.w.client.session.cookie_jar.clear()
            if who in ROLES:
                await s.w.sign_in(who)
            bearer = bearers.get(who)
            headers = {"Authorization": f"Bearer {bearer}"} if bearer else HEADERS
            for label in OF_SOMEBODY:
                for whose, status in cells.items():
                    answer = await _ask_of(s, label, whose, **headers)
                    wanted = _wanted(label, who, whose, status)
                    cell = (who, label, whose, await answer.text())
                    assert answer.status in wanted, cell


def _wanted(label: str, who: str, whose: str, read: int) -> set[int]:
    roles = MATRIX[label].roles or frozenset()
    if who in ROLES and ROLES[who] not in roles:
        return {403}
    if label.startswith("GET ") or read != 200:
        return {read}
    if label.endswith("/unmask"):
        return {403} if who == "key" else {200}
    gone_by = {409} if (ROLES.get(who), whose) == ("agent", "had") else set()
    return gone_by or {201, 409}


async def _ask(w: World, label: str, **headers: str) -> ClientResponse:
    method, path = place_of(label)
    return await w.client.request(method, path, json=BODIES.get(label), headers=headers)


async def _ask_of(s: Scene, label: str, whose: str, **headers: str) -> ClientResponse:
    conversation = s.of(whose)
    customer = conversation.partition(".")[0]
    method, path = place_of(label, conversation_id=conversation, customer_id=customer)
    body: Any = BODIES.get(label)
    if body and "command_id" in body:
        body = {**body, "command_id": s.w.command_id()}
    if body and "into" in body:
        body["into"] = customer
    return await s.w.client.request(method, path, json=body, headers=headers)


async def test_a_route_without_a_row_would_be_missed() -> None:
    """The first test of this file compares whole tables: one more route makes them differ."""
    async with world() as w:
        table = routes(w.deps, guards_of(w.deps))
    more = {f"{route.method} {route.path}" for route in (*table, replace(table[0], path="/new"))}
    assert more - set(MATRIX) == {f"{table[0].method} /new"}
