"""The stated policy of every route: who may call it, what a key needs, what the audit log says.

A route without a row here fails `test_access.py`.
"""

from dataclasses import dataclass
from typing import Any

from tests.http.world import PASSWORD

CUSTOMER = "00" * 10
CONVERSATION = f"{CUSTOMER}.1"
COMMAND = {"command_id": "c-1"}

ALL = frozenset({"agent", "supervisor", "admin", "operator"})
STAFF = ALL - {"operator"}
LEADS = frozenset({"supervisor", "admin"})
ADMIN = frozenset({"admin"})
OPERATORS = frozenset({"admin", "operator"})
OPEN: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """`roles` None: nobody signs in for it. `scope` "": no program may call it."""

    roles: frozenset[str] | None
    scope: str = ""
    audit: str = ""


CONVERSATIONS = "/api/v1/conversations/{conversation_id}"
CUSTOMERS = "/api/v1/customers/{customer_id}"
LETTERS = "/api/v1/dead-letters/{dead_letter_id}"
USERS = "/api/v1/users/{username}"
WEBHOOK = "/api/v1/webhooks/{webhook_id}"
ACCOUNTS = "/api/v1/channel-accounts"
ACCOUNT = "/api/v1/channel-accounts/{channel_id}"
SCENE_CODE = ACCOUNT + "/qr-codes/{scene}"
FILE_LINK = "/files/{token}"
ARTICLE = "/api/v1/articles/{article_id}"
KNOWLEDGE = "/api/v1/knowledge"
PUBLICATION = KNOWLEDGE + "/publications/{publication_id}"
QUESTION = KNOWLEDGE + "/unanswered/{question_id}"

MATRIX = {
    "POST /api/v1/session": Row(OPEN),
    "GET /api/v1/session": Row(ALL),
    "DELETE /api/v1/session": Row(ALL),
    "PUT /api/v1/session/password": Row(ALL, audit="password.changed"),
    "GET /api/v1/session/otp": Row(ALL),
    "POST /api/v1/session/otp": Row(ALL, audit="otp.offered"),
    "PUT /api/v1/session/otp": Row(ALL, audit="otp.confirmed"),
    "DELETE /api/v1/session/otp": Row(ALL, audit="otp.removed"),
    "GET /api/v1/users": Row(ADMIN),
    "POST /api/v1/users": Row(ADMIN, audit="user.added"),
    f"PUT {USERS}": Row(ADMIN, audit="user.changed"),
    f"POST {USERS}/reset-password": Row(ADMIN, audit="password.reset"),
    f"POST {USERS}/unlock": Row(ADMIN, audit="user.unlocked"),
    f"POST {USERS}/reset-otp": Row(ADMIN, audit="otp.reset"),
    "GET /api/v1/keys": Row(ADMIN),
    "POST /api/v1/keys": Row(ADMIN, audit="key.created"),
    "DELETE /api/v1/keys/{key_id}": Row(ADMIN, audit="key.revoked"),
    "GET /api/v1/audit": Row(ADMIN, "read:audit"),
    "GET /api/v1/audit/state": Row(ADMIN, "read:audit"),
    "POST /api/v1/csp-reports": Row(OPEN),
    "GET /api/v1/webhooks": Row(ADMIN),
    "POST /api/v1/webhooks": Row(ADMIN, audit="webhook.created"),
    f"DELETE {WEBHOOK}": Row(ADMIN, audit="webhook.removed"),
    f"GET {WEBHOOK}/deliveries": Row(ADMIN),
    f"POST {WEBHOOK}/ping": Row(ADMIN, audit="webhook.pinged"),
    f"POST {WEBHOOK}/pause": Row(ADMIN, audit="webhook.paused"),
    f"POST {WEBHOOK}/resume": Row(ADMIN, audit="webhook.resumed"),
    f"POST {WEBHOOK}/replay": Row(ADMIN, audit="webhook.replayed"),
    "GET /api/v1/site": Row(OPEN),
    "GET /api/v1/conversations": Row(STAFF, "read:conversations"),
    f"GET {CONVERSATIONS}": Row(STAFF, "read:conversations"),
    f"GET {CONVERSATIONS}/messages": Row(STAFF, "read:conversations"),
    f"GET {CONVERSATIONS}/journal": Row(LEADS, "read:conversations"),
    f"POST {CONVERSATIONS}/messages": Row(STAFF, "write:messages"),
    f"POST {CONVERSATIONS}/hand-off": Row(STAFF, "write:conversations"),
    f"POST {CONVERSATIONS}/close": Row(STAFF, "write:conversations"),
    f"POST {CONVERSATIONS}/notices": Row(STAFF, "write:notices"),
    "GET /api/v1/customers": Row(STAFF, "read:customers"),
    f"GET {CUSTOMERS}": Row(STAFF, "read:customers"),
    f"POST {CUSTOMERS}/merge": Row(LEADS, "write:customers"),
    f"POST {CUSTOMERS}/unmerge": Row(LEADS, "write:customers"),
    f"POST {CUSTOMERS}/notices": Row(LEADS, "write:notices"),
    f"POST {CUSTOMERS}/unmask": Row(frozenset({"agent", "supervisor"}), audit="customer.unmasked"),
    "POST /api/v1/media": Row(STAFF, "write:media", "media.uploaded"),
    "GET /api/v1/media/{media_id}": Row(STAFF, "read:media"),
    "GET /api/v1/media/{media_id}/preview": Row(STAFF, "read:media"),
    "GET /api/v1/media/{media_id}/playable": Row(STAFF, "read:media"),
    f"GET {FILE_LINK}": Row(OPEN),
    f"HEAD {FILE_LINK}": Row(OPEN),
    "GET /api/v1/channels": Row(ALL, "read:channels"),
    "GET /api/v1/channel-kinds": Row(OPERATORS),
    f"GET {ACCOUNTS}": Row(OPERATORS),
    "POST /api/v1/channel-tests": Row(OPERATORS, audit="channel.tested"),
    f"GET {ACCOUNT}": Row(OPERATORS),
    f"PUT {ACCOUNT}": Row(OPERATORS, audit="channel.changed"),
    f"DELETE {ACCOUNT}": Row(OPERATORS, audit="channel.removed"),
    f"POST {ACCOUNT}/pause": Row(OPERATORS, audit="channel.paused"),
    f"POST {ACCOUNT}/resume": Row(OPERATORS, audit="channel.resumed"),
    f"GET {ACCOUNT}/templates": Row(ALL, "read:channels"),
    f"POST {ACCOUNT}/templates/refresh": Row(OPERATORS, audit="channel.templates_read"),
    f"POST {ACCOUNT}/rotate": Row(OPERATORS, audit="channel.secrets_rotated"),
    f"GET {ACCOUNT}/menu": Row(OPERATORS),
    f"PUT {ACCOUNT}/menu": Row(OPERATORS, audit="channel.menu_changed"),
    f"POST {ACCOUNT}/menu/publish": Row(OPERATORS, audit="channel.menu_published"),
    f"GET {ACCOUNT}/qr-codes": Row(OPERATORS),
    f"POST {ACCOUNT}/qr-codes": Row(OPERATORS, audit="channel.code_created"),
    f"PUT {SCENE_CODE}": Row(OPERATORS, audit="channel.code_changed"),
    f"DELETE {SCENE_CODE}": Row(OPERATORS, audit="channel.code_forgotten"),
    f"GET {SCENE_CODE}/picture": Row(OPERATORS),
    "GET /api/v1/channel-log": Row(OPERATORS),
    "GET /api/v1/dead-letters": Row(ALL, "read:dead-letters"),
    f"POST {LETTERS}/retry": Row(STAFF, "write:dead-letters"),
    f"POST {LETTERS}/discard": Row(STAFF, "write:dead-letters"),
    **{
        f"{method} /api/v1/{many}{place}": row
        for many, one, editors in (
            ("queues", "queue", ADMIN),
            ("phrases", "phrase", LEADS),
            ("dispositions", "disposition", LEADS),
        )
        for method, place, row in (
            ("GET", "", Row(ALL, "read:catalogue")),
            ("GET", "/{entry_id}", Row(ALL, "read:catalogue")),
            ("PUT", "/{entry_id}", Row(editors, "write:catalogue", f"{one}.changed")),
            ("DELETE", "/{entry_id}", Row(editors, "write:catalogue", f"{one}.removed")),
        )
    },
    "GET /api/v1/agents": Row(LEADS, "read:agents"),
    "PUT /api/v1/agents/{username}": Row(ADMIN, audit="agent.changed"),
    "GET /api/v1/articles": Row(STAFF, "read:knowledge"),
    f"GET {ARTICLE}": Row(STAFF, "read:knowledge"),
    f"GET {ARTICLE}/history": Row(STAFF, "read:knowledge"),
    f"PUT {ARTICLE}": Row(LEADS, "write:knowledge", "article.changed"),
    f"DELETE {ARTICLE}": Row(LEADS, "write:knowledge", "article.removed"),
    f"GET {KNOWLEDGE}": Row(STAFF, "read:knowledge"),
    f"GET {KNOWLEDGE}/publications": Row(STAFF, "read:knowledge"),
    f"GET {PUBLICATION}": Row(STAFF, "read:knowledge"),
    f"POST {KNOWLEDGE}/try": Row(STAFF, "read:knowledge"),
    f"POST {KNOWLEDGE}/publications": Row(LEADS, "write:knowledge", "knowledge.published"),
    f"POST {PUBLICATION}/stop": Row(LEADS, "write:knowledge", "knowledge.stopped"),
    f"POST {PUBLICATION}/restore": Row(LEADS, "write:knowledge", "knowledge.restored"),
    f"GET {KNOWLEDGE}/unanswered": Row(LEADS, "read:knowledge"),
    f"POST {QUESTION}": Row(LEADS, "write:knowledge", "unanswered.decided"),
    "GET /api/v1/assignments/{interaction_id}": Row(LEADS, "read:conversations"),
}

BODIES: dict[str, Any] = {
    f"PUT {ARTICLE}": {"version": 0, "language": "zh", "title": "网点", "text": "请看地图。"},
    f"POST {KNOWLEDGE}/try": {"text": "卡丢了怎么办"},
    f"POST {KNOWLEDGE}/publications": {},
    f"POST {QUESTION}": {"act": "ignore"},
    "POST /api/v1/session": {"username": "agent1", "password": PASSWORD},
    "PUT /api/v1/session/password": {"current": "wrong", "new": "a longer password"},
    "PUT /api/v1/session/otp": {"code": "000000"},
    "DELETE /api/v1/session/otp": {"current": "wrong", "code": "000000"},
    "POST /api/v1/users": {"username": "new1", "display_name": "New", "role": "agent"},
    f"PUT {USERS}": {"version": 9, "display_name": "Two", "role": "agent", "disabled": False},
    "POST /api/v1/keys": {"name": "crm", "scopes": ["read:channels"]},
    "POST /api/v1/csp-reports": {"csp-report": {}},
    "POST /api/v1/webhooks": {"url": "http://crm.test/in", "events": ["message.sent"]},
    f"POST {WEBHOOK}/replay": {"after": [{"shard": 0, "n": 1}]},
    f"POST {CONVERSATIONS}/messages": {**COMMAND, "seen": 1, "text": "您好"},
    f"POST {CUSTOMERS}/merge": {**COMMAND, "into": CUSTOMER},
    f"POST {CONVERSATIONS}/notices": {**COMMAND, "template_id": "t", "values": {"a": "1"}},
    f"POST {CUSTOMERS}/notices": {
        **COMMAND,
        "template_id": "t",
        "values": {"a": "1"},
        "channel_id": "pretend-main",
    },
    "PUT /api/v1/queues/{entry_id}": {"version": 0, "name": "夜班"},
    "PUT /api/v1/phrases/{entry_id}": {"version": 0, "key": "wa", "name": "晚安", "text": "晚安"},
    "PUT /api/v1/dispositions/{entry_id}": {"version": 0, "name": "其他"},
    "PUT /api/v1/agents/{username}": {"version": 1, "skills": [], "capacity": {"text": 2}},
    f"POST {CONVERSATIONS}/hand-off": COMMAND,
    f"POST {CONVERSATIONS}/close": COMMAND,
    f"POST {CUSTOMERS}/unmerge": COMMAND,
    f"POST {CUSTOMERS}/unmask": {"reason": "fraud"},
    f"POST {LETTERS}/retry": COMMAND,
    f"POST {LETTERS}/discard": COMMAND,
    "POST /api/v1/channel-tests": {"kind": "pretend"},
    f"PUT {ACCOUNT}": {"kind": "pretend", "version": 0},
    f"POST {ACCOUNT}/rotate": {"version": 1, "secrets": {"secret": "new"}},
    f"PUT {ACCOUNT}/menu": {"version": 0, "buttons": []},
    f"POST {ACCOUNT}/menu/publish": {"version": 0},
    f"POST {ACCOUNT}/qr-codes": {"scene": "branch-7", "label": "柜台"},
    f"PUT {SCENE_CODE}": {"label": "大堂"},
}

NAMES = {
    "article_id": "zh-branch",
    "publication_id": "1",
    "question_id": "0" * 20,
    "conversation_id": CONVERSATION,
    "customer_id": CUSTOMER,
    "dead_letter_id": "MWY6MDA",
    "entry_id": "night",
    "username": "agent2",
    "interaction_id": f"{CONVERSATION}-1",
    "key_id": "0" * 12,
    "media_id": "0" * 32,
    "scene": "branch-7",
    "token": "A" * 76,
    "webhook_id": "0" * 12,
    "channel_id": "pretend-other",
}


NOT_THERE = {"conversation_id", "customer_id", "media_id", "dead_letter_id", "interaction_id"}
NOT_THERE |= {"key_id", "webhook_id", "question_id", "entry_id", "article_id", "token"}
"""Ids in `NAMES` that name nothing, until a PUT of the same run makes it."""

ANSWERS = {
    "POST /api/v1/session": 201,
    "DELETE /api/v1/session": 204,
    "PUT /api/v1/session/password": 409,
    "POST /api/v1/session/otp": 201,
    "PUT /api/v1/session/otp": 409,
    "DELETE /api/v1/session/otp": 409,
    "POST /api/v1/csp-reports": 204,
    "POST /api/v1/users": 201,
    f"PUT {USERS}": 409,
    "PUT /api/v1/agents/{username}": 409,
    f"POST {USERS}/unlock": 204,
    f"POST {USERS}/reset-otp": 204,
    "POST /api/v1/keys": 201,
    "POST /api/v1/webhooks": 409,
    "POST /api/v1/media": 422,
    f"GET {ACCOUNT}": 404,
    f"DELETE {ACCOUNT}": 409,
    f"GET {ACCOUNT}/templates": 404,
    f"POST {ACCOUNT}/templates/refresh": 409,
    f"POST {ACCOUNT}/rotate": 409,
    f"POST {ACCOUNT}/menu/publish": 409,
    f"POST {ACCOUNT}/qr-codes": 201,
    f"DELETE {SCENE_CODE}": 422,
    f"PUT {ARTICLE}": 200,
    f"DELETE {ARTICLE}": 200,
    f"POST {KNOWLEDGE}/publications": 202,
    f"POST {PUBLICATION}/stop": 409,
    f"POST {PUBLICATION}/restore": 201,
    **{f"PUT /api/v1/{many}/{{entry_id}}": 200 for many in ("queues", "phrases", "dispositions")},
    **{
        f"DELETE /api/v1/{many}/{{entry_id}}": 204 for many in ("queues", "phrases", "dispositions")
    },
}
"""What somebody is answered who may call a route, asked in the order of the rows, where it
is not what `answer_of` says of its ids."""

OF_WHO_ADDED_IT = {f"GET {ACCOUNT}/templates": 409}
"""For those who may add the account, and have."""


def answer_of(label: str, role: str) -> int:
    """The one status for a role that is let in: 404 for ids that name nothing, else 200."""
    if label in OF_WHO_ADDED_IT and role in OPERATORS:
        return OF_WHO_ADDED_IT[label]
    missing = any(f"{{{name}}}" in label for name in NOT_THERE)
    return ANSWERS.get(label, 404 if missing else 200)


def place_of(label: str, **names: str) -> tuple[str, str]:
    """Method and path of a row, its parameters filled in."""
    method, _, path = label.partition(" ")
    for name, value in {**NAMES, **names}.items():
        path = path.replace(f"{{{name}}}", value)
    if method == "DELETE" and any(
        part in path for part in ("/night", "/pretend-other", "/articles/")
    ):
        path += "?version=1"
    return method, path
