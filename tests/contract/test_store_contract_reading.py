"""What every store promises: projections and their lists, plain documents, provider tokens."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hub.ports import Above
from hub.store.mongo.stores import MongoStores
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.stores import Stores

Doc = dict[str, Any]
LIST = "conversations"


def view(key: str, n: int = 1, *, shard: int = 1, minutes: float = 0, **more: Any) -> Doc:
    return {
        "_id": key,
        "shard": shard,
        "n": n,
        "state": "bot",
        "customer_id": "c1",
        "updated_at": NOON - timedelta(minutes=minutes),
        **more,
    }


def ids(docs: list[Doc]) -> list[str]:
    return [d["_id"] for d in docs]


# ---------------------------------------------------------------- projections
async def test_a_projected_document_is_replaced_by_a_later_commit_only(stores: Stores) -> None:
    projections = stores.heart.projections
    await projections.save(LIST, [view("a", 5, text="old"), view("b", 5, text="old")])
    await projections.save(LIST, [view("a", 4, text="new"), view("b", 6, text="new"), view("c")])
    await projections.save(LIST, [view("b", 6, text="again")])
    found = await projections.load(LIST, ["a", "b", "c", "nowhere"])
    assert {k: (d["n"], d.get("text")) for k, d in found.items()} == {
        "a": (5, "old"),
        "b": (6, "new"),
        "c": (1, None),
    }
    assert await projections.load(LIST, []) == {}


async def test_a_document_of_another_shard_is_left_alone(stores: Stores) -> None:
    projections = stores.heart.projections
    await projections.save(LIST, [view("a", 5, shard=1)])
    await projections.save(LIST, [view("a", 9, shard=2)])
    assert (await projections.load(LIST, ["a"]))["a"]["shard"] == 1


async def test_a_replaced_document_keeps_nothing_of_the_old_one(stores: Stores) -> None:
    projections = stores.heart.projections
    await projections.save(LIST, [view("a", 1, agent_id="x")])
    await projections.save(LIST, [view("a", 2)])
    assert await projections.load(LIST, ["a"]) == {"a": view("a", 2)}


async def test_projection_cursors_move_forward_each_projection_alone(stores: Stores) -> None:
    projections = stores.heart.projections
    assert await projections.cursors(LIST) == {}
    await projections.advance(LIST, {1: 5, 200: 1})
    await projections.advance(LIST, {1: 4, 2: 3})
    await projections.advance("customers", {1: 1})
    assert await projections.cursors(LIST) == {1: 5, 2: 3, 200: 1}
    assert await projections.cursors("customers") == {1: 1}


async def test_a_dropped_projection_has_no_documents_and_no_cursors(stores: Stores) -> None:
    projections = stores.heart.projections
    await projections.save(LIST, [view("a", 9)])
    await projections.advance(LIST, {1: 9})
    await projections.save("customers", [view("a")])
    await projections.drop(LIST)
    assert await projections.load(LIST, ["a"]) == {}
    assert await projections.cursors(LIST) == {}
    assert ids(list((await projections.load("customers", ["a"])).values())) == ["a"]
    await projections.save(LIST, [view("a", 1)])
    assert ids(await stores.reading.page(LIST, {}, limit=5)) == ["a"]


async def test_a_projection_nobody_announced_works_as_well(stores: Stores) -> None:
    projections = stores.heart.projections
    await projections.save("daily", [view("a")])
    await projections.drop("daily")
    await projections.save("daily", [view("b")])
    assert ids(await stores.reading.page("daily", {}, limit=5)) == ["b"]


# ---------------------------------------------------------------- reading
async def test_a_page_is_newest_first_over_hours_days_and_months(stores: Stores) -> None:
    ages = {"now": 0, "min": 1, "hour": 90, "day": 3000, "month": 60_000, "future": -90}
    await stores.heart.projections.save(LIST, [view(k, minutes=m) for k, m in ages.items()])
    expected = ["future", "now", "min", "hour", "day", "month"]
    assert ids(await stores.reading.page(LIST, {}, limit=10)) == expected
    assert ids(await stores.reading.page(LIST, {}, limit=4)) == expected[:4]


async def test_pages_follow_each_other_also_among_equal_times(stores: Stores) -> None:
    docs = [view(f"k{i:02d}", minutes=i // 5) for i in range(23)]
    await stores.heart.projections.save(LIST, docs)
    seen: list[str] = []
    before = None
    while page := await stores.reading.page(LIST, {}, limit=4, before=before):
        seen += ids(page)
        before = (page[-1]["updated_at"], page[-1]["_id"])
    newest_first = sorted(docs, key=lambda d: (d["updated_at"], d["_id"]), reverse=True)
    assert seen == ids(newest_first)
    assert seen[:6] == ["k04", "k03", "k02", "k01", "k00", "k09"]


async def test_a_page_keeps_to_its_conditions(stores: Stores) -> None:
    docs = [
        view("a", state="queued", address={"channel_id": "w", "value": "o1"}),
        view("b", state="closed", customer_id="c2", minutes=1),
        view("c", state="offered", addresses=[{"value": "o1"}, {"value": "o2"}], minutes=2),
    ]
    await stores.heart.projections.save(LIST, docs)

    async def page(**where: Any) -> list[str]:
        named = {k.replace("__", "."): v for k, v in where.items()}
        return ids(await stores.reading.page(LIST, named, limit=9))

    assert await page(state="queued") == ["a"]
    assert await page(state=["queued", "offered"]) == ["a", "c"]
    assert await page(customer_id="c2", state="closed") == ["b"]
    assert await page(customer_id="c2", state="queued") == []
    assert await page(address__value="o1") == ["a"]
    assert await page(addresses__value="o2") == ["c"]


async def test_a_number_is_found_above_another(stores: Stores) -> None:
    docs = [view("a", undelivered=0), view("b", undelivered=1), view("c", undelivered=250)]
    await stores.heart.projections.save(LIST, [*docs, view("d"), view("e", undelivered=None)])

    async def above(number: int, **more: Any) -> list[str]:
        where = {"undelivered": Above(number), **more}
        return sorted(ids(await stores.reading.page(LIST, where, limit=9)))

    assert await above(0) == ["b", "c"]
    assert await above(1) == ["c"]
    assert await above(0, state="closed") == []


async def test_a_list_in_a_document_matches_by_any_of_its_elements(stores: Stores) -> None:
    docs = [
        view("a", agents=["agent1"]),
        view("b", agents=["agent2", "agent1"], minutes=1),
        view("c", agents=[], minutes=2),
        view("d", minutes=3),
        view("e", agents=["agent3"], minutes=4),
    ]
    await stores.heart.projections.save(LIST, docs)

    async def of(agents: Any, **more: Any) -> list[str]:
        return ids(await stores.reading.page(LIST, {"agents": agents, **more}, limit=9))

    assert await of("agent1") == ["a", "b"]
    assert await of(["agent2", "agent3"]) == ["b", "e"]
    assert await of("agent") == []
    assert await of("agent1", state="closed") == []
    first = await stores.reading.page(LIST, {"agents": "agent1"}, limit=1)
    before = (first[0]["updated_at"], "a")
    rest = await stores.reading.page(LIST, {"agents": "agent1"}, limit=9, before=before)
    assert ids(rest) == ["b"]


async def test_a_search_finds_names_and_last_words_newest_first(stores: Stores) -> None:
    docs = [
        view("a", display_name="Wang Li", last_text="怎么查额度", minutes=3000),
        view("b", display_name="李先生", last_text="ask Wang", minutes=1),
        view("c", display_name="王女士", last_text="额度 100% (a.b)", state="closed"),
        view("d", minutes=2),
    ]
    await stores.heart.projections.save(LIST, docs)

    async def search(text: str, limit: int = 9, **where: Any) -> list[str]:
        return ids(await stores.reading.search(LIST, text, where, limit=limit))

    assert await search("wang") == ["b", "a"]
    assert await search("WANG", 1) == ["b"]
    assert await search("额度") == ["c", "a"]
    assert await search("额度", state="bot") == ["a"]
    assert await search("额度", state=["closed", "queued"]) == ["c"]
    assert await search("王女") == ["c"]
    assert await search("nobody") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("100% (a.b)", ["c"]), ("a.b", ["c"]), ("a_b", []), (".*", []), ("(", ["c"]), ("a|b", []),
        ("^", []), ("$", ["d"]), ("[x]", []), ("\\", ["d"]), ("-#&~", ["d"]), ("\n", []),
    ],
)  # fmt: skip
async def test_nothing_in_a_searched_text_is_a_pattern(
    stores: Stores, text: str, found: list[str]
) -> None:
    await stores.heart.projections.save(
        LIST,
        [view("c", last_text="额度 100% (a.b)"), view("d", last_text="5$ \\ -#&~", minutes=1)],
    )
    assert ids(await stores.reading.search(LIST, text, {}, limit=9)) == found


async def test_one_document_of_a_list_is_read_by_its_key(stores: Stores) -> None:
    await stores.heart.projections.save(LIST, [view("a")])
    assert await stores.reading.get(LIST, "a") == view("a")
    assert await stores.reading.get(LIST, "b") is None


async def test_changed_documents_are_those_above_the_numbers_known(stores: Stores) -> None:
    projections = stores.heart.projections

    async def save(*docs: Doc) -> None:
        await projections.save(LIST, docs)
        await projections.advance(LIST, {d["shard"]: d["n"] for d in docs})

    await save(view("a", 1), view("b", 2), view("c", 3, shard=2), view("d", 1, shard=255))

    async def changed(after: dict[int, int], limit: int = 10) -> list[str]:
        return ids(await stores.reading.changed(LIST, after, limit))

    assert await changed({}) == ["a", "b", "c", "d"]
    assert await changed({}, 3) == ["a", "b", "c"]
    assert await changed({1: 1, 2: 3}) == ["b", "d"]
    await projections.advance(LIST, {2: 8})
    assert await changed({1: 2, 2: 3, 255: 1}) == []
    assert await changed({1: 2, 2: 3, 255: 1}) == []
    await save(view("c", 9, shard=2))
    assert await changed({1: 2, 2: 3, 255: 1}) == ["c"]


# ---------------------------------------------------------------- plain documents
async def test_a_plain_document_is_created_once(stores: Stores) -> None:
    documents = stores.documents
    assert await documents.create("users", {"_id": "ann", "version": 1, "name": "安"})
    assert not await documents.create("users", {"_id": "ann", "version": 1, "name": "other"})
    assert await documents.get("users", "ann") == {"_id": "ann", "version": 1, "name": "安"}
    assert await documents.get("users", "bob") is None
    assert await documents.get("settings", "ann") is None


async def test_a_plain_document_is_replaced_at_the_version_seen(stores: Stores) -> None:
    documents = stores.documents
    await documents.create("users", {"_id": "ann", "version": 1, "old": True})
    assert await documents.replace("users", {"_id": "ann", "version": 2}, version=1)
    assert not await documents.replace("users", {"_id": "ann", "version": 2, "x": 1}, version=1)
    assert not await documents.replace("users", {"_id": "bob", "version": 2}, version=1)
    assert await documents.get("users", "ann") == {"_id": "ann", "version": 2}


async def test_of_two_who_replace_at_once_one_succeeds(stores: Stores) -> None:
    documents = stores.documents
    await documents.create("users", {"_id": "ann", "version": 1})
    async with asyncio.TaskGroup() as tasks:
        tries = [
            tasks.create_task(
                documents.replace("users", {"_id": "ann", "version": 2, "by": i}, version=1)
            )
            for i in range(5)
        ]
    assert sum(t.result() for t in tries) == 1


async def test_a_plain_document_is_deleted_once(stores: Stores) -> None:
    documents = stores.documents
    await documents.create("sessions", {"_id": "s", "version": 1, "expire_at": NOON})
    assert await documents.delete("sessions", "s")
    assert not await documents.delete("sessions", "s")
    assert await documents.get("sessions", "s") is None


async def test_plain_documents_page_by_key(stores: Stores) -> None:
    documents = stores.documents
    for i in (3, 1, 5, 2, 4):
        role = "agent" if i % 2 else "admin"
        await documents.create("users", {"_id": f"u{i}", "version": 1, "role": role})
    assert ids(await documents.page("users", {}, limit=2)) == ["u1", "u2"]
    assert ids(await documents.page("users", {}, limit=9, after="u2")) == ["u3", "u4", "u5"]
    assert ids(await documents.page("users", {"role": "agent"}, limit=2, after="u1")) == [
        "u3",
        "u5",
    ]


# ---------------------------------------------------------------- provider tokens
SOON = NOON + timedelta(seconds=10)
EXPIRY = NOON + timedelta(hours=2)


async def test_one_of_many_refreshes_a_token(stores: Stores) -> None:
    tokens = stores.tokens
    assert await tokens.read("wechat-demo") is None
    async with asyncio.TaskGroup() as tasks:
        tries = [tasks.create_task(tokens.begin_refresh("wechat-demo", 0, SOON)) for _ in range(8)]
    assert sum(t.result() for t in tries) == 1
    assert await tokens.read("wechat-demo") is None
    await tokens.finish_refresh("wechat-demo", 0, "secret-1", EXPIRY)
    row = await tokens.read("wechat-demo")
    assert row is not None
    assert (row["token"], row["expires_at"], row["generation"]) == ("secret-1", EXPIRY, 1)


async def test_a_token_of_an_older_generation_is_not_refreshed_again(stores: Stores) -> None:
    tokens = stores.tokens
    await tokens.begin_refresh("w", 0, SOON)
    await tokens.finish_refresh("w", 0, "secret-1", EXPIRY)
    assert not await tokens.begin_refresh("w", 0, SOON)
    assert await tokens.begin_refresh("w", 1, SOON)
    await tokens.finish_refresh("w", 0, "late", EXPIRY)
    await tokens.finish_refresh("w", 1, "secret-2", EXPIRY)
    row = await tokens.read("w")
    assert row is not None
    assert (row["token"], row["generation"], row.get("refreshing_until")) == ("secret-2", 2, None)


async def test_a_refresher_that_died_is_replaced_after_its_time(
    stores: Stores, manual_clock: ManualClock
) -> None:
    tokens = stores.tokens
    assert await tokens.begin_refresh("w", 0, SOON)
    manual_clock.advance(timedelta(seconds=9))
    assert not await tokens.begin_refresh("w", 0, SOON)
    manual_clock.advance(timedelta(seconds=1))
    assert await tokens.begin_refresh("w", 0, SOON + timedelta(seconds=10))


async def test_a_document_is_listed_only_when_its_fold_is_complete(
    mongo_stores: MongoStores,
) -> None:
    """A save writes document by document: a reader between two would pass the first one by."""
    projections = mongo_stores.heart.projections
    await projections.save(LIST, [view("later", 2)])
    await projections.advance(LIST, {1: 0})
    assert await mongo_stores.reading.changed(LIST, {}, 10) == []
    await projections.save(LIST, [view("earlier", 1)])
    await projections.advance(LIST, {1: 2})
    assert ids(await mongo_stores.reading.changed(LIST, {}, 10)) == ["earlier", "later"]
