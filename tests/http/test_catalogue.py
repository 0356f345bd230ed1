"""Queues, phrases, dispositions and agents by the API, and what the desk hears of them."""

from typing import Any

from hub.model.ids import desk_stream
from tests.http.world import World, eventually, world

CARD = {
    "version": 0,
    "name": "信用卡",
    "name_en": "Cards",
    "skills": [{"skill": "card", "level": 2}],
}


async def test_a_queue_is_shown_as_it_was_put_with_its_defaults_and_its_author() -> None:
    async with world() as w:
        await w.sign_in("admin")
        answer = await w.put("/api/v1/queues/card", CARD)
        assert answer.status == 200
        shown = await answer.json()
        assert shown == await w.get_json("/api/v1/queues/card")
        assert [change["by"] for change in shown.pop("changes")] == ["agent:admin"]
        assert shown == {
            "id": "card",
            "version": 1,
            "name": "信用卡",
            "name_en": "Cards",
            "skills": [{"skill": "card", "level": 2}],
            "priority": 5,
            "offer_s": 20,
            "target_s": 60,
            "decline_pause_s": 30,
        }


async def test_the_desk_hears_of_a_queue_before_the_answer() -> None:
    async with world() as w:
        await w.sign_in("admin")
        await w.put("/api/v1/queues/card", CARD)
        assert await _told(w) == [["card"]]
        await w.put("/api/v1/queues/loan", {"version": 0, "name": "贷款"})
        answer = await w.client.delete("/api/v1/queues/card?version=1", headers=_origin())
        assert answer.status == 204
        assert await _told(w) == [["card"], ["card", "loan"], ["loan"]]


async def test_the_queue_that_takes_the_work_of_removed_ones_stays() -> None:
    async with world() as w:
        await w.sign_in("admin")
        await w.put("/api/v1/queues/general", {"version": 0, "name": "综合服务"})
        kept = await w.client.delete("/api/v1/queues/general?version=1", headers=_origin())
        assert (kept.status, (await kept.json())["reason"]) == (409, "needed")
        assert await _told(w) == [["general"]]


async def test_who_saw_another_version_changes_nothing() -> None:
    async with world() as w:
        await w.sign_in("supervisor1")
        phrase = {"version": 0, "key": "nh", "name": "问候", "text": "您好"}
        assert (await w.put("/api/v1/phrases/hello", phrase)).status == 200
        late = await w.put("/api/v1/phrases/hello", {**phrase, "text": "在的"})
        assert (late.status, (await late.json())["reason"]) == (409, "stale_version")
        gone = await w.client.delete("/api/v1/phrases/hello?version=2", headers=_origin())
        assert (gone.status, (await gone.json())["reason"]) == (409, "stale_version")
        assert (await w.get_json("/api/v1/phrases/hello"))["text"] == "您好"


async def test_dispositions_are_listed_by_position() -> None:
    async with world() as w:
        await w.sign_in("admin")
        for key, position in (("b", 2), ("a", 3), ("c", 1)):
            body = {"version": 0, "name": key, "position": position}
            assert (await w.put(f"/api/v1/dispositions/{key}", body)).status == 200
        items = (await w.get_json("/api/v1/dispositions"))["items"]
        assert [item["id"] for item in items] == ["c", "b", "a"]


async def test_new_skills_hold_at_once_for_somebody_at_the_desk() -> None:
    async with world() as w:
        await w.sign_in("admin")
        await w.put("/api/v1/queues/general", {**CARD, "name": "综合"})
        await w.at_the_desk("agent1")
        waiting = await w.customer_says("o-1", "办卡")
        agents = {a["username"]: a for a in (await w.get_json("/api/v1/agents"))["items"]}
        assert agents["agent1"]["capacity"] == {"text": 4}
        assert agents["supervisor1"]["capacity"] == {}
        body = {
            "version": agents["agent1"]["version"],
            "skills": [{"skill": "card", "level": 1}, {"skill": "card", "level": 3}],
            "capacity": {"text": 2},
        }
        answer = await w.put("/api/v1/agents/agent1", body)
        assert answer.status == 200
        shown = await answer.json()
        assert shown["skills"] == [{"skill": "card", "level": 3}]
        await w.accepts("agent1", waiting)
        again = await w.put("/api/v1/agents/agent1", {**body, "skills": []})
        assert (again.status, (await again.json())["reason"]) == (409, "stale_version")
        nobody = await w.put("/api/v1/agents/wu", body)
        assert nobody.status == 404


async def test_agents_are_listed_in_pages() -> None:
    async with world() as w:
        await w.sign_in("supervisor1")
        names, cursor = [], ""
        while True:
            page = await w.get_json(f"/api/v1/agents?limit=3{cursor}")
            names += [item["username"] for item in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert names == ["admin", "agent1", "agent2", "operator1", "supervisor1"]


async def test_an_assignment_tells_every_offer_with_its_reasons() -> None:
    async with world() as w:
        await w.at_the_desk("agent1")
        conversation = await w.customer_says("o-1", "在吗")
        await w.accepts("agent1", conversation)
        await w.sign_in("supervisor1")
        path = f"/api/v1/assignments/{conversation}-1"

        async def accepted() -> Any:
            found = await w.get_json(path)
            return found if found["events"][-1]["what"] == "accepted" else None

        found = await eventually(accepted)
        assert found["conversation_id"] == conversation
        assert [(e["what"], e["agent_id"]) for e in found["events"]] == [
            ("queued", ""),
            ("offered", "agent1"),
            ("accepted", "agent1"),
        ]
        reasons = found["events"][1]["reasons"]
        assert reasons["strategy"] == "longest_idle"
        assert [c["agent_id"] for c in reasons["candidates"]] == ["agent1"]
        assert {"reason": "not_ready", "count": 1} in reasons["refused"]
        assert found["events"][1]["rules"].startswith("desk/")


async def test_a_page_learns_whose_hub_it_is_without_signing_in() -> None:
    async with world() as w:
        assert await w.get_json("/api/v1/site") == {"bank": "", "environment": "production"}


def _origin() -> dict[str, str]:
    return {"Origin": "http://hub.test"}


async def _told(w: World) -> list[list[str]]:
    commits = await w.deps.journal.of_stream(desk_stream(), 0, 100)
    return [
        [queue["queue_id"] for queue in event["queues"]]
        for commit in commits
        for event in commit["events"]
        if event["is"] == "DeskConfigured"
    ]
