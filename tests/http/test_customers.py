"""Customers, and joining them."""

from hub.model.ids import customer_of
from tests.http.world import CHANNEL, World, eventually, world

BASE = "/api/v1/customers"


async def test_merge_goes_to_the_higher_id_whichever_way_it_was_asked() -> None:
    async with world() as w:
        await w.customer_says("o-1", "一")
        await w.customer_says("o-2", "二")
        lower, higher = sorted(customer_of(CHANNEL, who) for who in ("o-1", "o-2"))
        await w.sign_in("supervisor1")
        body = {"command_id": "m-1", "into": higher}
        answer = await w.post(f"{BASE}/{lower}/merge", body)
        assert answer.status == 201
        await _until(w, higher, "merge_planned", lower)
        undone = await w.post(f"{BASE}/{higher}/unmerge", {"command_id": "m-2"})
        assert undone.status == 201
        await _until(w, higher, "merge_planned", "")
        again = await w.post(f"{BASE}/{higher}/unmerge", {"command_id": "m-3"})
        assert (again.status, (await again.json())["reason"]) == (409, "not_merged")


async def test_nobody_is_merged_into_themselves() -> None:
    async with world() as w:
        await w.customer_says("o-1", "一")
        customer = customer_of(CHANNEL, "o-1")
        await w.sign_in("supervisor1")
        answer = await w.post(f"{BASE}/{customer}/merge", {"command_id": "m-1", "into": customer})
        assert (answer.status, (await answer.json())["reason"]) == (409, "same_customer")


async def test_customers_are_listed_with_their_addresses() -> None:
    async with world() as w:
        await w.customer_says("o-1", "一")
        await w.sign_in()
        page = await w.get_json(BASE)
        assert page["next"] is None
        assert page["items"][0]["id"] == customer_of(CHANNEL, "o-1")
        assert page["items"][0]["addresses"] == [{"channel_id": CHANNEL, "value": "o-1"}]
        assert (await w.get(f"{BASE}/{'f' * 20}")).status == 404


async def _until(w: World, customer: str, field: str, value: str) -> None:
    async def shown() -> bool:
        return bool((await w.get_json(f"{BASE}/{customer}"))[field] == value)

    await eventually(shown)
