"""Every route × everybody who may call it, written out."""

import pytest

from hub.http.app import routes
from tests.http.world import HEADERS, PASSWORD, World, world

CUSTOMER = "00" * 10
CONVERSATION = f"{CUSTOMER}.1"
COMMAND = {"command_id": "c-1"}

OPEN = {"nobody": True, "agent1": True, "supervisor1": True, "admin": True}
INSIDE = {"nobody": False, "agent1": True, "supervisor1": True, "admin": True}
LEADS = {"nobody": False, "agent1": False, "supervisor1": True, "admin": True}
ADMINS = {"nobody": False, "agent1": False, "supervisor1": False, "admin": True}

MATRIX = {
    ("POST", "/api/v1/session"): OPEN,
    ("GET", "/api/v1/session"): INSIDE,
    ("DELETE", "/api/v1/session"): INSIDE,
    ("GET", "/api/v1/conversations"): INSIDE,
    ("GET", "/api/v1/conversations/{conversation_id}"): INSIDE,
    ("GET", "/api/v1/conversations/{conversation_id}/messages"): INSIDE,
    ("GET", "/api/v1/conversations/{conversation_id}/journal"): LEADS,
    ("POST", "/api/v1/conversations/{conversation_id}/messages"): INSIDE,
    ("POST", "/api/v1/conversations/{conversation_id}/hand-off"): INSIDE,
    ("POST", "/api/v1/conversations/{conversation_id}/close"): INSIDE,
    ("GET", "/api/v1/customers"): INSIDE,
    ("GET", "/api/v1/customers/{customer_id}"): INSIDE,
    ("POST", "/api/v1/customers/{customer_id}/merge"): LEADS,
    ("POST", "/api/v1/customers/{customer_id}/unmerge"): LEADS,
    ("GET", "/api/v1/channels"): INSIDE,
    ("GET", "/api/v1/dead-letters"): INSIDE,
    ("POST", "/api/v1/dead-letters/{dead_letter_id}/retry"): INSIDE,
    ("POST", "/api/v1/dead-letters/{dead_letter_id}/discard"): INSIDE,
    ("GET", "/api/v1/site"): OPEN,
    ("GET", "/api/v1/queues"): INSIDE,
    ("GET", "/api/v1/queues/{entry_id}"): INSIDE,
    ("PUT", "/api/v1/queues/{entry_id}"): ADMINS,
    ("DELETE", "/api/v1/queues/{entry_id}"): ADMINS,
    ("GET", "/api/v1/phrases"): INSIDE,
    ("GET", "/api/v1/phrases/{entry_id}"): INSIDE,
    ("PUT", "/api/v1/phrases/{entry_id}"): LEADS,
    ("DELETE", "/api/v1/phrases/{entry_id}"): LEADS,
    ("GET", "/api/v1/dispositions"): INSIDE,
    ("GET", "/api/v1/dispositions/{entry_id}"): INSIDE,
    ("PUT", "/api/v1/dispositions/{entry_id}"): LEADS,
    ("DELETE", "/api/v1/dispositions/{entry_id}"): LEADS,
    ("GET", "/api/v1/agents"): LEADS,
    ("PUT", "/api/v1/agents/{username}"): ADMINS,
    ("GET", "/api/v1/assignments/{interaction_id}"): LEADS,
}

BODIES = {
    "/api/v1/session": {"username": "agent1", "password": PASSWORD},
    "/api/v1/conversations/{conversation_id}/messages": {**COMMAND, "seen": 1, "text": "您好"},
    "/api/v1/customers/{customer_id}/merge": {**COMMAND, "into": CUSTOMER},
    "/api/v1/queues/{entry_id}": {"version": 0, "name": "夜班"},
    "/api/v1/phrases/{entry_id}": {"version": 0, "key": "wa", "name": "晚安", "text": "晚安"},
    "/api/v1/dispositions/{entry_id}": {"version": 0, "name": "其他"},
    "/api/v1/agents/{username}": {"version": 1, "skills": [], "capacity": {"text": 2}},
}


async def test_the_matrix_names_every_route() -> None:
    async with world() as w:
        table = routes(w.deps, w.access)
    assert {(route.method, route.path) for route in table} == set(MATRIX)


@pytest.mark.parametrize("who", ["nobody", "agent1", "supervisor1", "admin"])
async def test_each_route_lets_in_whom_the_matrix_says(who: str) -> None:
    async with world() as w:
        found = {}
        for method, path in MATRIX:
            w.client.session.cookie_jar.clear()
            if who != "nobody":
                await w.sign_in(who)
            found[method, path] = await _status(w, method, path)
    for route, allowed in MATRIX.items():
        refused = 401 if who == "nobody" else 403
        if allowed[who]:
            assert found[route] in {200, 201, 204, 404}, route
        else:
            assert found[route] == refused, route


async def _status(w: World, method: str, path: str) -> int:
    filled = (
        path.replace("{conversation_id}", CONVERSATION)
        .replace("{customer_id}", CUSTOMER)
        .replace("{dead_letter_id}", "MWY6MDA")
        .replace("{entry_id}", "night")
        .replace("{username}", "agent2")
        .replace("{interaction_id}", f"{CONVERSATION}-1")
    )
    body = BODIES.get(path, COMMAND) if method in {"POST", "PUT"} else None
    if method == "DELETE" and "{entry_id}" in path:
        filled += "?version=1"
    answer = await w.client.request(method, filled, json=body, headers=HEADERS)
    return answer.status
