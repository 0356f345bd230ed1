"""Every route × everybody who may call it: each cell of the matrix is asked. Whose it is:
`test_objects.py`."""

from dataclasses import replace

import pytest
from aiohttp import ClientResponse

from hub.http.app import routes
from hub.http.guards import guards_of
from hub.services.keys import Scope
from tests.http.matrix import BODIES, MATRIX, answer_of, place_of
from tests.http.world import HEADERS, World, world

PEOPLE = {
    "agent1": "agent",
    "supervisor1": "supervisor",
    "admin": "admin",
    "operator1": "operator",
}
READING = {"GET", "HEAD"}


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
        if method not in READING and label not in own and path.split("/")[3] not in journalled:
            assert row.audit, label


@pytest.mark.parametrize("who", ["nobody", *PEOPLE])
async def test_each_route_lets_in_whom_the_matrix_says(who: str) -> None:
    async with world() as w:
        for label, row in MATRIX.items():
            w.client.session.cookie_jar.clear()
            if who != "nobody":
                await w.sign_in(who)
            answer = await _ask(w, label, **HEADERS)
            role = PEOPLE.get(who, "")
            if row.roles is None or role in row.roles:
                wanted = answer_of(label, role)
                assert answer.status == wanted, (label, await answer.text())
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
                wanted = answer_of(label, "key")
                assert answer.status == wanted, (label, await answer.text())


CHANGING = [label for label in MATRIX if label.split()[0] not in READING]


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


async def _ask(w: World, label: str, **headers: str) -> ClientResponse:
    method, path = place_of(label)
    return await w.client.request(method, path, json=BODIES.get(label), headers=headers)


async def test_a_route_without_a_row_would_be_missed() -> None:
    """The first test of this file compares whole tables: one more route makes them differ."""
    async with world() as w:
        table = routes(w.deps, guards_of(w.deps))
    more = {f"{route.method} {route.path}" for route in (*table, replace(table[0], path="/new"))}
    assert more - set(MATRIX) == {f"{table[0].method} /new"}
