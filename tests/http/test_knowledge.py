"""Articles, publications, the try-it box and unanswered questions by the API."""

from typing import Any

import pytest

from hub.model.bot import Candidate
from hub.model.codec import pack
from hub.model.events import MissReason, QuestionMissed
from hub.model.ids import ConversationId, MessageId
from hub.projections.unanswered import Unanswered
from hub.streams.projecting import fold_commits
from tests.http.world import HEADERS, World, eventually, world

BRANCH = {
    "version": 0,
    "language": "zh",
    "title": "网点营业时间",
    "text": "网点周一至周五九点到五点营业。",
    "phrasings": ["几点开门", "周末开门吗", " 几点开门 ", ""],
}
PLACE = "/api/v1/articles/zh-branch-hours"
PUBLICATIONS = "/api/v1/knowledge/publications"
QUESTIONS = "/api/v1/knowledge/unanswered"


async def test_an_article_is_kept_tidy_and_is_a_draft_until_it_is_published() -> None:
    async with world() as w:
        await w.sign_in()
        answer = await w.put(PLACE, BRANCH)
        assert answer.status == 200
        shown = await answer.json()
        assert shown == await w.get_json(PLACE)
        assert shown.pop("updated_at")
        assert shown == {
            "id": "zh-branch-hours",
            "title": "网点营业时间",
            "language": "zh",
            "text": "网点周一至周五九点到五点营业。",
            "phrasings": ["几点开门", "周末开门吗"],
            "state": "draft",
            "version": 1,
            "published_version": None,
            "updated_by": "agent:supervisor1",
            "valid_from": None,
            "valid_until": None,
        }


async def test_a_phrasing_of_another_article_is_refused_by_name() -> None:
    async with world() as w:
        await w.sign_in()
        answer = await w.put(PLACE, {**BRANCH, "phrasings": ["几点开门", "卡丢了，怎么办？"]})
        problem = await answer.json()
        assert (answer.status, problem["reason"]) == (409, "flawed")
        assert problem["errors"] == [
            {
                "pointer": "/body/phrasings/1",
                "message": "“卡丢了，怎么办？” stands in zh-card-loss too",
            }
        ]


async def test_who_saw_another_version_changes_nothing() -> None:
    async with world() as w:
        await w.sign_in()
        await w.put(PLACE, BRANCH)
        await w.put(PLACE, {**BRANCH, "version": 1, "text": "网点每天营业。"})
        late = await w.put(PLACE, {**BRANCH, "version": 1, "title": "营业时间"})
        assert (late.status, (await late.json())["reason"]) == (409, "stale_version")
        assert (await w.get_json(PLACE))["text"] == "网点每天营业。"


async def test_the_history_says_who_changed_what() -> None:
    async with world() as w:
        await w.sign_in()
        await w.put(PLACE, BRANCH)
        changed = {**BRANCH, "version": 1, "phrasings": ["几点开门", "几点关门"]}
        await w.put(PLACE, changed)
        await w.client.delete(f"{PLACE}?version=2", headers=HEADERS)
        removed, second, first = (await w.get_json(f"{PLACE}/history"))["items"]
        assert (first["act"], first["by"]) == ("added", "agent:supervisor1")
        assert second["what"] == {"phrasings": {"added": ["几点关门"], "removed": ["周末开门吗"]}}
        assert (removed["act"], removed["version"]) == ("removed", 3)


async def test_a_removed_article_comes_back_as_it_was() -> None:
    async with world() as w:
        await w.sign_in()
        place = "/api/v1/articles/zh-card-loss"
        gone = await (await w.client.delete(f"{place}?version=1", headers=HEADERS)).json()
        assert (gone["state"], gone["published_version"]) == ("removed", 1)
        assert (await w.get_json("/api/v1/knowledge"))["changes"] == {
            "added": 0,
            "changed": 0,
            "removed": 1,
            "lines": 0,
        }
        body = {name: gone[name] for name in ("version", "language", "title", "text", "phrasings")}
        back = await (await w.put(place, body)).json()
        assert (back["state"], back["version"]) == ("published", 3)


async def test_the_list_is_filtered_searched_and_paged() -> None:
    async with world() as w:
        await w.sign_in("agent1")

        async def ids(query: str) -> tuple[list[str], str | None]:
            page = await w.get_json(f"/api/v1/articles?{query}")
            return [item["id"] for item in page["items"]], page["next"]

        assert await ids("") == (["zh-card-loss", "zh-transfer-fee"], None)
        assert await ids("limit=1") == (["zh-card-loss"], "zh-card-loss")
        assert await ids("limit=1&cursor=zh-card-loss") == (["zh-transfer-fee"], None)
        assert await ids("q=收费") == (["zh-transfer-fee"], None)
        assert await ids("language=en") == ([], None)
        assert await ids("state=draft") == ([], None)


async def test_a_publication_runs_and_its_articles_answer() -> None:
    async with world() as w:
        await w.sign_in()
        await w.put(PLACE, BRANCH)
        refused = await (await w.post("/api/v1/knowledge/try", {"text": "几点开门"})).json()
        assert (refused["action"], refused["thresholds"]) == ("refuse", {"low": 0.2, "high": 0.6})
        begun = await w.post(PUBLICATIONS, {})
        assert (begun.status, (await begun.json())["id"]) == (202, 2)
        done = await _ended(w, 2)
        assert (done["state"], done["by"]) == ("published", "agent:supervisor1")
        assert done["changes"] == {"added": 1, "changed": 0, "removed": 0, "lines": 0}
        assert {name: done["report"][name] for name in ("r1", "r3", "kept", "rejected")} == {
            "r1": 0.9,
            "r3": 0.96,
            "kept": 0.9,
            "rejected": 0.8,
        }
        tried = await (await w.post("/api/v1/knowledge/try", {"text": "几点开门"})).json()
        assert tried["text"] == BRANCH["text"]
        assert (tried["article_version"], tried["confidence"]) == (1, 0.9)
        assert tried["candidates"] == [
            {"article_id": "zh-branch-hours", "title": "网点营业时间", "score": 0.9}
        ]
        assert (await w.get_json(PLACE))["state"] == "published"


async def test_what_was_published_before_comes_back_at_once() -> None:
    async with world() as w:
        await w.sign_in()
        await w.put(PLACE, BRANCH)
        await w.post(PUBLICATIONS, {})
        await _ended(w, 2)
        restored = await w.post(f"{PUBLICATIONS}/1/restore", None)
        shown = await restored.json()
        assert (restored.status, shown["id"], shown["restored"]) == (201, 3, 1)
        assert (await w.get_json("/api/v1/knowledge"))["published"]["version"] == 3
        assert (await w.get_json(PLACE))["state"] == "draft"
        listed = (await w.get_json(PUBLICATIONS))["items"]
        assert [(one["id"], one["restorable"]) for one in listed] == [
            (3, True),
            (2, True),
            (1, True),
        ]


async def test_a_running_publication_is_stopped() -> None:
    async with world() as w:
        await w.sign_in()
        await w.put(PLACE, BRANCH)
        w.bot.go.clear()
        assert (await w.post(PUBLICATIONS, {})).status == 202
        answer = await w.post(f"{PUBLICATIONS}/2/stop", None)
        assert (answer.status, (await answer.json())["state"]) == (200, "training")
        assert (await _ended(w, 2))["state"] == "stopped"
        assert (await w.get_json("/api/v1/knowledge"))["published"]["version"] == 1


async def test_what_does_not_run_cannot_be_stopped() -> None:
    async with world() as w:
        await w.sign_in()
        answer = await w.post(f"{PUBLICATIONS}/1/stop", None)
        assert (answer.status, (await answer.json())["reason"]) == (409, "not_running")
        assert (await w.post(f"{PUBLICATIONS}/9/stop", None)).status == 404


async def test_a_question_asked_in_vain_becomes_a_phrasing() -> None:
    async with world() as w:
        await _missed(w, "我的卡被吞了，卡号6222021234567890123", times=2)
        await w.sign_in()
        (question,) = (await w.get_json(f"{QUESTIONS}?state=open"))["items"]
        assert (question["text"], question["count"]) == ("我的卡被吞了，卡号****", 2)
        assert question["candidates"] == [
            {"article_id": "zh-card-loss", "title": "银行卡挂失", "score": 0.3}
        ]
        place = f"{QUESTIONS}/{question['id']}"
        act = {"act": "phrasing", "article_id": "zh-card-loss"}
        assert (await (await w.post(place, act)).json())["state"] == "used"
        article = await w.get_json("/api/v1/articles/zh-card-loss")
        assert article["phrasings"][-1] == "我的卡被吞了，卡号****"
        assert (await w.get_json(f"{QUESTIONS}?state=open"))["items"] == []


@pytest.mark.parametrize("number", ["6222,0202,1234,5678,909", "6222\n0202\n1234\n5678\n909"])
async def test_a_card_in_a_question_is_hidden_however_it_is_divided(number: str) -> None:
    async with world() as w:
        await _missed(w, f"我的卡被吞了，卡号{number}")
        await w.sign_in()
        (question,) = (await w.get_json(QUESTIONS))["items"]
        assert question["text"] == "我的卡被吞了，卡号****8909"


async def test_an_ignored_question_can_be_opened_again() -> None:
    async with world() as w:
        await _missed(w, "你们卖菜吗")
        await w.sign_in("admin")
        (question,) = (await w.get_json(QUESTIONS))["items"]
        place = f"{QUESTIONS}/{question['id']}"
        ignored = await (await w.post(place, {"act": "ignore"})).json()
        assert (ignored["state"], ignored["decided_by"]) == ("ignored", "agent:admin")
        assert ignored["refused"] == "next"
        assert (await w.get_json("/api/v1/knowledge"))["changes"]["lines"] == 1
        assert (await (await w.post(place, {"act": "reopen"})).json())["state"] == "open"
        lacking = await w.post(place, {"act": "phrasing"})
        assert (lacking.status, (await lacking.json())["reason"]) == (409, "article_needed")


async def test_agents_do_not_read_the_words_of_customers_they_do_not_serve() -> None:
    async with world() as w:
        await w.sign_in("agent1")
        assert (await w.get(QUESTIONS)).status == 403


async def _ended(w: World, number: int) -> dict[str, Any]:
    async def ended() -> Any:
        found = await w.get_json(f"{PUBLICATIONS}/{number}")
        return found if found["ended_at"] else None

    found: dict[str, Any] = await eventually(ended)
    return found


async def _missed(w: World, text: str, *, times: int = 1) -> None:
    """Customers of different shards ask the same."""
    for n in range(1, times + 1):
        conversation = ConversationId(f"{n:02x}{'0' * 18}.1")
        event = QuestionMissed(
            conversation_id=conversation,
            message_id=MessageId(f"{conversation}.1"),
            text=text,
            reason=MissReason.REFUSED,
            language="zh",
            candidates=(Candidate(article_id="zh-card-loss", title="银行卡挂失", score=0.3),),
        )
        commit = {
            "stream": f"customer:{n:02x}{'0' * 18}",
            "shard": n,
            "n": 1,
            "seq": 1,
            "at": w.clock.now(),
            "events": [pack(event)],
        }
        await fold_commits(Unanswered(), w.stores.heart.projections, [commit])
