"""Lock-out, passwords, second factor, limits: what stands before the work."""

import base64
import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from aiohttp import ClientResponse

from hub.http.deps import HttpOptions
from hub.http.sessions import AUDIT
from hub.services.access import AccessRules, Role
from hub.services.audit import BEGUN, Happening
from hub.services.limits import Rate, Rates
from tests.http.world import HEADERS, ORIGIN, PASSWORD, UNLIMITED, World, world

PATH = "/api/v1/session"
MINUTE = timedelta(minutes=1)


async def entering(w: World, username: str, password: str, otp: str = "") -> ClientResponse:
    return await w.post(PATH, {"username": username, "password": password, "otp": otp})


@pytest.mark.parametrize("username", ["agent1", "nobody"])
async def test_guessing_soon_costs_waiting_whether_the_user_exists_or_not(username: str) -> None:
    async with world() as w:
        seen = []
        for _ in range(6):
            answer = await entering(w, username, "wrong")
            seen.append((answer.status, answer.headers.get("Retry-After")))
        assert seen == [*[(401, None)] * 5, (429, "30")]
        w.clock.ahead += timedelta(seconds=31)
        assert (await entering(w, username, "wrong")).status == 401
        answer = await entering(w, username, PASSWORD)
        assert (answer.status, answer.headers["Retry-After"]) == (429, "60")


async def test_a_locked_user_is_let_in_by_waiting_or_by_an_administrator() -> None:
    async with world() as w:
        for _ in range(5):
            await entering(w, "agent1", "wrong")
        assert (await entering(w, "agent1", PASSWORD)).status == 429
        assert (await entering(w, "agent2", PASSWORD)).status == 201
        await w.sign_in("admin")
        users = {u["username"]: u for u in (await w.get_json("/api/v1/users"))["items"]}
        assert 0 < users["agent1"]["locked_s"] <= 30
        assert (await w.client.post("/api/v1/users/agent1/unlock", headers=HEADERS)).status == 204
        assert (await entering(w, "agent1", PASSWORD)).status == 201
        for _ in range(5):
            await entering(w, "agent1", "wrong")
        w.clock.ahead += timedelta(seconds=31)
        assert (await entering(w, "agent1", PASSWORD)).status == 201
        assert (await entering(w, "agent1", "wrong")).status == 401


async def test_one_address_that_tries_many_names_must_wait_too() -> None:
    async with world() as w:
        for n in range(50):
            assert (await entering(w, f"name{n}", "wrong")).status == 401
        assert (await entering(w, "agent1", PASSWORD)).status == 429


def first_password(answer: dict[str, Any]) -> str:
    return str(answer["password"])


async def test_a_given_password_opens_nothing_until_its_owner_has_chosen_another() -> None:
    async with world() as w:
        await w.sign_in("admin")
        reset = await w.client.post("/api/v1/users/agent1/reset-password", headers=HEADERS)
        given = first_password(await reset.json())
        answer = await entering(w, "agent1", given)
        assert (await answer.json())["owes"] == "password"
        refused = await w.get("/api/v1/conversations")
        assert (refused.status, (await refused.json())["reason"]) == (403, "password_needed")
        change = {"current": given, "new": "ein neues Kennwort"}
        changed = await w.put(f"{PATH}/password", change)
        assert (changed.status, (await changed.json())["owes"]) == (200, "")
        assert (await w.get("/api/v1/conversations")).status == 200
        assert (await entering(w, "agent1", given)).status == 401


@pytest.mark.parametrize(
    ("label", "new"),
    [
        ("short", "k7#vw2"),
        ("user name", "my-agent1-phrase"),
        ("guessed first", "password2026"),
        ("written otherwise", "P@ssw0rd!!"),
        ("a row of keys", "qwertyuiop"),
        ("a row of numbers", "12345678901234"),
        ("backwards", "0987654321"),
        ("one letter", "aaaaaaaaaaaa"),
        ("the present one", PASSWORD),
    ],
)
async def test_weak_and_earlier_passwords_are_refused_with_the_reason(label: str, new: str) -> None:
    async with world() as w:
        await w.sign_in("agent1")
        answer = await w.put(f"{PATH}/password", {"current": PASSWORD, "new": new})
        problem = await answer.json()
        assert (answer.status, problem["reason"]) == (409, "password_rule"), label
        assert problem["errors"][0]["pointer"] == "/body/new"
        assert new not in str(problem)


async def test_the_last_five_passwords_are_not_taken_again() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        current = PASSWORD
        for n in range(5):
            new = f"another phrase {n}"
            body = {"current": current, "new": new}
            assert (await w.put(f"{PATH}/password", body)).status == 200
            current = new
        again = {"current": current, "new": "another phrase 0"}
        assert (await w.put(f"{PATH}/password", again)).status == 409
        oldest = {"current": current, "new": PASSWORD}
        assert (await w.put(f"{PATH}/password", oldest)).status == 200


async def enrolled(w: World) -> tuple[pyotp.TOTP, list[str]]:
    """agent1 is signed in and gets a second factor; the telephone and the recovery codes."""
    answer = await w.client.post(f"{PATH}/otp", headers=HEADERS)
    offered = await answer.json()
    assert answer.status == 201, offered
    telephone = pyotp.TOTP(offered["secret"])
    code = telephone.at(w.clock.now())
    confirmed = await w.put(f"{PATH}/otp", {"code": code})
    assert confirmed.status == 200, await confirmed.text()
    return telephone, (await confirmed.json())["recovery_codes"]


async def test_a_second_factor_is_offered_as_a_picture_and_kept_sealed() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        answer = await w.client.post(f"{PATH}/otp", headers=HEADERS)
        offered = await answer.json()
        assert offered["uri"].startswith("otpauth://totp/Lianluo:agent1?secret=")
        assert offered["picture"].startswith("data:image/svg+xml")
        assert "svg" in offered["picture"]
        stored = await w.stores.documents.get("users", "agent1")
        assert offered["secret"] not in str(stored)
        assert (await entering(w, "agent1", PASSWORD)).status == 201


async def test_own_second_factor_tells_how_many_recovery_codes_are_left() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        before = await (await w.client.get(f"{PATH}/otp")).json()
        await enrolled(w)
        after = await (await w.client.get(f"{PATH}/otp")).json()
        assert before == {"second_factor": False, "recovery_codes": 0}
        assert after == {"second_factor": True, "recovery_codes": 10}


async def test_with_a_second_factor_the_password_alone_is_not_enough() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        telephone, _ = await enrolled(w)
        w.clock.ahead += MINUTE
        missing = await entering(w, "agent1", PASSWORD)
        assert (missing.status, (await missing.json())["type"][-11:]) == (401, "code_needed")
        assert (await entering(w, "agent1", PASSWORD, "000000")).status == 401
        assert (await entering(w, "agent1", "wrong", telephone.at(w.clock.now()))).status == 401
        code = telephone.at(w.clock.now())
        assert (await entering(w, "agent1", PASSWORD, code)).status == 201
        assert (await entering(w, "agent1", PASSWORD, code)).status == 401


async def test_guessing_codes_is_locked_although_the_password_is_right() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        await enrolled(w)
        for _ in range(5):
            assert (await entering(w, "agent1", PASSWORD)).status == 401
            assert (await entering(w, "agent1", PASSWORD, "000000")).status == 401
        assert (await entering(w, "agent1", PASSWORD, "000000")).status == 429


async def test_a_recovery_code_is_good_once_and_only_its_hash_is_kept() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        _, codes = await enrolled(w)
        assert len(set(codes)) == 10
        assert all(re.fullmatch(r"(?:[2-9A-Z]{4}-){3}[2-9A-Z]{4}", code) for code in codes)
        stored = str(await w.stores.documents.get("users", "agent1"))
        assert not any(code in stored or code.replace("-", "") in stored for code in codes)
        assert (await entering(w, "agent1", PASSWORD, codes[0].lower())).status == 201
        assert (await entering(w, "agent1", PASSWORD, codes[0])).status == 401
        assert (await entering(w, "agent1", PASSWORD, codes[1])).status == 201


async def test_a_role_that_needs_a_second_factor_does_nothing_before_it() -> None:
    rules = AccessRules(otp_roles=frozenset({Role.AGENT}))
    options = HttpOptions(public_url=ORIGIN, rates=UNLIMITED, access=rules)
    async with world(options=options) as w:
        await w.sign_in("agent1")
        refused = await w.get("/api/v1/conversations")
        assert (refused.status, (await refused.json())["reason"]) == (403, "otp_needed")
        await enrolled(w)
        assert (await w.get("/api/v1/conversations")).status == 200
        await w.sign_in("supervisor1")
        assert (await w.get("/api/v1/conversations")).status == 200


async def test_a_lost_telephone_is_taken_away_by_its_owner_or_an_administrator() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        telephone, _ = await enrolled(w)
        w.clock.ahead += MINUTE
        wrong = {"current": "wrong", "code": telephone.at(w.clock.now())}
        assert (await w.client.delete(f"{PATH}/otp", json=wrong, headers=HEADERS)).status == 409
        right = {"current": PASSWORD, "code": telephone.at(w.clock.now())}
        assert (await w.client.delete(f"{PATH}/otp", json=right, headers=HEADERS)).status == 204
        assert (await entering(w, "agent1", PASSWORD)).status == 201
        await enrolled(w)
        await w.sign_in("admin")
        answer = await w.client.post("/api/v1/users/agent1/reset-otp", headers=HEADERS)
        assert answer.status == 204
        assert (await entering(w, "agent1", PASSWORD)).status == 201


async def test_too_many_requests_are_told_when_to_come_again() -> None:
    rates = Rates(caller=Rate(per_minute=60, burst=3), address=Rate(per_minute=60, burst=5))
    async with world(options=HttpOptions(public_url=ORIGIN, rates=rates)) as w:
        await w.sign_in("agent1")
        seen = [(await w.get(PATH)).status for _ in range(4)]
        assert seen == [200, 200, 200, 429]
        answer = await w.get(PATH)
        problem = await answer.json()
        assert (problem["type"], answer.headers["Retry-After"]) == (
            "/api/docs#problem-too_often",
            "1",
        )
        assert (await w.get("/health/live")).status == 200
        call = {"from": "o", "id": 1, "text": "a"}
        hook = await w.client.post("/hooks/pretend-main?key=right", json=call)
        assert hook.status == 200
        w.client.session.cookie_jar.clear()
        assert [(await w.get(PATH)).status for _ in range(5)] == [401, 401, 401, 401, 429]


async def test_a_proxy_is_believed_only_when_it_is_ours() -> None:
    rates = Rates(caller=Rate(per_minute=60, burst=3), address=Rate(per_minute=60, burst=1))
    for proxies, statuses in (((), [401, 429]), (("127.0.0.0/8",), [401, 401])):
        options = HttpOptions(public_url=ORIGIN, rates=rates, trusted_proxies=proxies)
        async with world(options=options) as w:
            seen = [
                (await w.client.get(PATH, headers={"X-Forwarded-For": f"192.0.2.{n}"})).status
                for n in (1, 2)
            ]
            assert seen == statuses


async def test_every_page_and_answer_carries_the_strict_policy() -> None:
    async with world() as w:
        for path in (
            "/api/docs",
            "/api/v1/site",
            "/api/v1/conversations",
            "/nothing",
            "/health/live",
        ):
            answer = await w.get(path)
            policy = answer.headers["Content-Security-Policy"]
            assert "script-src 'self';" in policy
            assert "unsafe" not in policy
            assert "report-to csp" in policy
            assert "/api/v1/csp-reports" in answer.headers["Reporting-Endpoints"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (
            "application/csp-report",
            '{"csp-report": {"violated-directive": "script-src-elem \'self\'"}}',
        ),
        ("application/reports+json", '[{"body": {"effectiveDirective": "script-src-elem"}}]'),
    ],
)
async def test_reports_of_browsers_are_counted_by_rule(content_type: str, body: str) -> None:
    async with world() as w:
        headers = {"Content-Type": content_type, **HEADERS}
        answer = await w.client.post("/api/v1/csp-reports", data=body, headers=headers)
        assert answer.status == 204
        metrics = await (await w.get("/metrics")).text()
        assert 'lianluo_csp_reports_total{directive="script-src-elem"} 1.0' in metrics


async def test_the_keys_that_seal_do_not_stand_in_the_store() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        await enrolled(w)
        users = str(await w.stores.documents.page("users", {}, limit=10))
        assert "v" * 32 not in users
        assert base64.b64encode(b"v" * 32).decode() not in users


async def test_what_happened_at_the_door_stands_in_the_audit_log_without_secrets() -> None:
    async with world() as w:
        await entering(w, "agent1", "wrong words")
        await entering(w, "my password by mistake", "x")
        await w.sign_in("admin")
        await w.put("/api/v1/queues/night", {"version": 0, "name": "夜班"})
        await w.put("/api/v1/queues/night", {"version": 7, "name": "夜班"})
        await w.post("/api/v1/keys", {"name": "crm", "scopes": ["read:channels"]})
        items = (await w.get_json("/api/v1/audit"))["items"]
        told = [(i["actor"], i["act"], i["outcome"]) for i in reversed(items)]
        assert told == [
            ("user:agent1", "session.opened", "refused"),
            ("user:?", "session.opened", "refused"),
            ("agent:admin", "session.opened", "done"),
            ("agent:admin", "queue.changed", "begun"),
            ("agent:admin", "queue.changed", "done"),
            ("agent:admin", "queue.changed", "begun"),
            ("agent:admin", "queue.changed", "refused:stale_version"),
            ("agent:admin", "key.created", "begun"),
            ("agent:admin", "key.created", "done"),
        ]
        assert {i["source"] for i in items} == {"127.0.0.1"}
        assert [i["object"] for i in reversed(items)][3] == "night"
        assert "wrong words" not in str(items)
        assert "by mistake" not in str(items)
        assert [(i["n"], i["begun"], i["ended"]) for i in items] == [
            (9, 8, 0),
            (8, 0, 9),
            (7, 6, 0),
            (6, 0, 7),
            (5, 4, 0),
            (4, 0, 5),
            (3, 0, 0),
            (2, 0, 0),
            (1, 0, 0),
        ]
        refused = await w.get_json("/api/v1/audit?outcome=refused&limit=1")
        assert ([i["actor"] for i in refused["items"]], refused["next"]) == (["user:?"], 2)


async def test_the_state_of_the_audit_log_names_its_head_and_what_was_verified() -> None:
    async with world() as w:
        await w.sign_in("admin")
        state = await w.get_json("/api/v1/audit/state")
        head = (await w.get_json("/api/v1/audit?limit=1"))["items"][0]
        assert {name: state[name] for name in ("n", "proof", "at")} == {
            "n": 1,
            "proof": head["proof"],
            "at": head["at"],
        }
        assert state["checked"] == {"first": 1, "last": 1, "holds": True, "flaws": []}
        assert state["verified"] is None
        assert (await w.client.app[AUDIT].walk()).flaws == []
        row = await w.stores.documents.get("audit", "000000000001")
        assert row is not None
        changed = {**row, "version": 2, "actor": "agent:nobody"}
        assert await w.stores.documents.replace("audit", changed, version=1)
        found = await w.get_json("/api/v1/audit/state")
        assert found["checked"] == {
            "first": 1,
            "last": 1,
            "holds": False,
            "flaws": [
                {
                    "n": 1,
                    "last": 1,
                    "code": "row_changed",
                    "problem": "row 1 was changed or not written by us",
                }
            ],
        }
        verified = found["verified"]
        assert (verified["n"], verified["flaws"], verified["unfinished"]) == (1, 0, 0)


async def test_the_state_of_the_audit_log_names_acts_without_an_outcome() -> None:
    async with world() as w:
        await w.sign_in("admin")
        audit = w.client.app[AUDIT]
        for n in range(21):
            await audit.record(Happening(actor="agent:li", act=f"act.{n}", outcome=BEGUN))
        assert (await w.get_json("/api/v1/audit/state"))["unfinished"]["count"] == 0
        w.clock.ahead += timedelta(minutes=11)
        state = await w.get_json("/api/v1/audit/state")
        found = state["unfinished"]
        assert (found["first"], found["last"], found["count"]) == (1, 22, 21)
        assert [item["n"] for item in found["items"]] == list(range(22, 2, -1))
        assert {**found["items"][0], "at": ""} == {
            "n": 22,
            "act": "act.20",
            "actor": "agent:li",
            "at": "",
        }
