"""Codes of an account: made, labelled, drawn, scanned."""

from datetime import timedelta
from typing import Any

from tests.http.test_menus import conversation_of, presses, queues_of
from tests.http.world import CHANNEL, World, world

PATH = f"/api/v1/channel-accounts/{CHANNEL}/qr-codes"
PNG = b"\x89PNG\r\n"


async def make(w: World, scene: str = "branch-7", **more: Any) -> dict[str, Any]:
    answer = await w.post(PATH, {"scene": scene, "label": "浦东支行", **more})
    assert answer.status == 201, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def test_a_permanent_code_is_made_listed_and_drawn() -> None:
    async with world() as w:
        await w.sign_in("operator1")
        made = await make(w)
        assert (made["scene"], made["label"], made["expires_at"]) == ("branch-7", "浦东支行", None)
        assert (made["queue_id"], made["created_by"]) == (None, "agent:operator1")
        assert (await w.get_json(PATH))["items"] == [made]
        picture = await w.get(f"{PATH}/branch-7/picture")
        assert (picture.status, picture.content_type) == (200, "image/png")
        assert (await picture.read()).startswith(PNG)
        assert picture.headers["Content-Disposition"].startswith("attachment;")
        assert picture.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_scene_has_one_code_until_it_is_over() -> None:
    async with world() as w:
        await w.sign_in("admin")
        first = await make(w, valid_s=60)
        answer = await w.post(PATH, {"scene": "branch-7", "label": "另一个"})
        assert (answer.status, (await answer.json())["reason"]) == (409, "scene_taken")
        w.clock.ahead = timedelta(minutes=2)
        again = await make(w, valid_s=3600)
        assert again["expires_at"] > first["expires_at"]


async def test_codes_come_page_by_page() -> None:
    async with world() as w:
        await w.sign_in("admin")
        for number in (3, 1, 2):
            await make(w, f"s-{number}")
        first = await w.get_json(f"{PATH}?limit=2")
        assert [each["scene"] for each in first["items"]] == ["s-1", "s-2"]
        second = await w.get_json(f"{PATH}?limit=2&cursor={first['next']}")
        assert ([each["scene"] for each in second["items"]], second["next"]) == (["s-3"], None)


async def test_what_the_provider_refuses_is_shown_and_not_kept() -> None:
    async with world() as w:
        await w.sign_in("admin")
        w.channel.broken = "too_many_codes"
        answer = await w.post(PATH, {"scene": "x", "label": "x"})
        told = await answer.json()
        assert (answer.status, told["reason"], told["detail"]) == (409, "too_many_codes", "45029")
        assert (await w.get_json(PATH))["items"] == []


async def test_a_queue_must_be_there() -> None:
    async with world() as w:
        await w.sign_in("admin")
        answer = await w.post(PATH, {"scene": "x", "label": "x", "queue_id": "nowhere"})
        assert (answer.status, (await answer.json())["reason"]) == (409, "unknown_queue")


async def test_label_and_queue_are_changed_and_a_code_is_forgotten() -> None:
    async with world() as w:
        await w.sign_in("admin")
        await make(w)
        changed = await (await w.put(f"{PATH}/branch-7", {"label": "徐汇支行"})).json()
        assert changed["label"] == "徐汇支行"
        headers = {"Origin": "http://hub.test"}
        assert (await w.client.delete(f"{PATH}/branch-7", headers=headers)).status == 204
        assert (await w.client.delete(f"{PATH}/branch-7", headers=headers)).status == 404
        assert (await w.get(f"{PATH}/branch-7/picture")).status == 404


async def test_a_scan_labels_the_customer_and_routes_what_follows() -> None:
    async with world() as w:
        await w.sign_in("admin")
        assert (await w.put("/api/v1/queues/loans", {"version": 0, "name": "贷款"})).status == 200
        await make(w, queue_id="loans")
        await presses(w, "branch-7", "o-8", kind="scan")
        await w.customer_says("o-8", "在吗")
        await w.sign_in("supervisor1")
        found = await conversation_of(w)
        assert await queues_of(w, found["id"]) == ["loans"]
