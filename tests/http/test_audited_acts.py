"""Acts that are audited: a row before and a row after, and what is seen when one is missing."""

from typing import Any

import pytest

from hub.errors import StoreUncertain
from hub.services.audit import AUDIT, Audit
from tests.http.world import World, world

QUEUE = "/api/v1/queues/night"
BODY = {"version": 0, "name": "夜班"}


def failing(w: World, *numbers: int) -> None:
    """From now on the store does not answer when these rows of the audit log are written."""
    documents: Any = w.stores.documents
    create = documents.create

    async def refuse(collection: str, doc: Any) -> Any:
        if collection == AUDIT and doc["n"] in numbers:
            raise StoreUncertain("no answer")
        return await create(collection, doc)

    documents.create = refuse


async def rows(w: World) -> list[tuple[int, str, str, int, int]]:
    items = (await w.get_json("/api/v1/audit?act=queue.changed"))["items"]
    return [(i["n"], i["object"], i["outcome"], i["begun"], i["ended"]) for i in reversed(items)]


async def flaws(w: World) -> list[Any]:
    audit = Audit(w.deps.documents, w.clock, w.deps.vault)
    return list((await audit.walk()).flaws)


async def test_an_act_has_a_row_before_and_a_row_after_that_name_each_other() -> None:
    async with world() as w:
        await w.sign_in("admin")
        assert (await w.put(QUEUE, BODY)).status == 200
        assert (await w.put(QUEUE, {**BODY, "version": 7})).status == 409
        assert await rows(w) == [
            (2, "night", "begun", 0, 3),
            (3, "night", "done", 2, 0),
            (4, "night", "begun", 0, 5),
            (5, "night", "refused:stale_version", 4, 0),
        ]


async def test_what_is_refused_before_it_begins_has_one_row() -> None:
    async with world() as w:
        await w.sign_in("supervisor1")
        assert (await w.put(QUEUE, BODY)).status == 403
        await w.sign_in("admin")
        assert (await w.put(QUEUE, {"version": "x"})).status == 422
        assert await rows(w) == [(2, "", "forbidden", 0, 0), (4, "", "invalid", 0, 0)]


async def test_without_the_first_row_nothing_is_done() -> None:
    async with world() as w:
        await w.sign_in("admin")
        failing(w, 2)
        refused = await w.put(QUEUE, BODY)
        problem = await refused.json()
        assert (refused.status, problem["detail"]) == (
            503,
            "Nothing was done: the audit log cannot be written. Try again.",
        )
        assert (await w.get(QUEUE)).status == 404
        assert await rows(w) == []


async def test_an_act_whose_last_row_is_lost_shows_that_its_outcome_is_not_known() -> None:
    async with world() as w:
        await w.sign_in("admin")
        failing(w, 3)
        unknown = await w.put(QUEUE, BODY)
        assert unknown.status == 503
        assert "not known" in (await unknown.json())["detail"]
        assert (await w.get(QUEUE)).status == 200
        assert await rows(w) == [(2, "night", "begun", 0, 0)]
        del w.stores.documents.create
        assert (await w.put(QUEUE, {**BODY, "version": 1})).status == 200
        assert [(n, outcome) for n, _, outcome, _, _ in await rows(w)] == [
            (2, "begun"),
            (3, "begun"),
            (4, "done"),
        ]
        assert await flaws(w) == []


async def test_a_handler_that_dies_leaves_an_act_without_an_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as w:
        await w.sign_in("admin")

        async def dies(*_: Any, **__: Any) -> Any:
            raise RuntimeError("died on the way")

        monkeypatch.setattr("hub.services.catalogue.Catalogue.put", dies)
        assert (await w.put(QUEUE, BODY)).status == 500
        assert await rows(w) == [(2, "night", "begun", 0, 0)]


async def test_the_outcome_of_an_act_is_found_although_it_stands_on_the_page_before() -> None:
    async with world() as w:
        await w.sign_in("admin")
        await w.put(QUEUE, BODY)
        first = await w.get_json("/api/v1/audit?limit=1")
        assert first["items"][0]["begun"] == 2
        second = await w.get_json(f"/api/v1/audit?limit=1&cursor={first['next']}")
        assert [(i["n"], i["ended"]) for i in second["items"]] == [(2, 3)]
