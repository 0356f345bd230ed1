"""The topic of one customer: its documents, and that coming back shows what is there now."""

import asyncio
from dataclasses import dataclass
from typing import Any, cast

import orjson
import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import initialize

from agent_web.customer_docs import ChannelFacts
from agent_web.customer_view import CustomerView
from agent_web.topics import Viewer
from hub.model.codec import pack
from hub.model.message import DeliveryState
from hub.ports import Capabilities, GrantRule, Reading
from hub.projections.conversations import Conversations
from hub.services.history import History
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.agent_web.screen import LEAD, Doc, Screen, fresh, person
from tests.decisions import stream as s
from tests.decisions.test_machine import Conversing
from tests.fakes.clock import ManualClock

SEVEN = person("7")
CHANNELS = {
    s.WX: ChannelFacts(
        "wechat",
        Capabilities(
            parts=frozenset({"TextPart"}),
            max_text=600,
            grants={"message": GrantRule(quota=5, valid=s.minutes(48 * 60))},
        ),
    )
}


class Folded:
    """The projection as it stands when `behind` commits have still to be folded."""

    def __init__(self, commits: list[Doc], behind: int = 0) -> None:
        self.docs: dict[str, Doc] = {}
        projection = Conversations()
        for commit in commits[: len(commits) - behind]:
            for key in projection.ids(commit):
                self.docs[key] = projection.fold(key, self.docs.get(key), commit)

    async def page(self, name: str, where: Doc, *, limit: int) -> list[Doc]:
        assert (name, where) == ("conversations", {"customer_id": s.CUSTOMER_ID})
        return sorted(self.docs.values(), key=lambda doc: doc["updated_at"])[-limit:]


@dataclass
class WatchedStream(s.Stream):
    """Tells the view of every commit, as the live stream does."""

    view: CustomerView | None = None

    def take(self, body: dict[str, Any], key: str = "") -> list[Any]:
        events = super().take(body, key)
        if self.view is not None:
            self.view.committed(self.state, self.commits[-1], events)
        return events


def loaded(
    stream: s.Stream, *, behind: int = 0, recent: int = 400, messages: int = 300
) -> CustomerView:
    """A view as a process makes it that knew nothing of the customer."""
    view = CustomerView(
        s.CUSTOMER_ID,
        stream.rules,
        cast("Reading", Folded(stream.commits, min(behind, len(stream.commits)))),
        CHANNELS,
        lambda username, customer_id: False,
        recent=recent,
        messages=messages,
    )
    asyncio.run(view.prepare())
    view.loaded(stream.state, stream.commits[-recent:])
    return view


def watched(standing: str) -> tuple[WatchedStream, Screen]:
    """A stream in a state, watched from its first commit."""
    stream = WatchedStream()
    stream.view = loaded(stream)
    screen = Screen(LEAD)
    screen.follow(stream.view)
    for step in s.way_to(standing):
        stream.do(step)
    assert stream.standing == standing
    return stream, screen


def talk(screen: Screen) -> list[tuple[str, str]]:
    """What was said and what happened, in order."""
    lines = [doc for doc in screen.docs.values() if doc["kind"] in ("message", "note", "mark")]
    lines.sort(key=lambda doc: doc["n"])
    assert len({doc["n"] for doc in lines}) == len(lines)
    return [(doc.get("author") or doc["what"], _words(doc)) for doc in lines]


def _words(doc: Doc) -> str:
    if doc["kind"] == "note":
        return f"({doc['text']})"
    if doc["kind"] == "mark":
        return f"{doc['who']}/{doc['detail']}"
    return str(doc["parts"][0].get("text", ""))


def messages(screen: Screen, author: str) -> list[Doc]:
    docs = [d for d in screen.docs.values() if d["kind"] == "message" and d["author"] == author]
    return sorted(docs, key=lambda doc: doc["n"])


# ---------------------------------------------------------------- the documents
def test_a_talk_from_its_first_word_to_its_end() -> None:
    stream, screen = watched("offered")
    stream.do(s.assign())
    stream.do(s.note("核对过身份"))
    stream.do(s.agent_reply("您好"))
    stream.do(s.end())
    stream.do(s.finish(summary="已解决"))
    notice = stream.texts()[0]
    assert talk(screen) == [
        ("opened", "/"),
        ("customer", "你好"),
        ("handed_off", "api:crm/asked"),
        ("system", notice),
        ("offered", "7/"),
        ("assigned", "7/"),
        ("agent:7", "(核对过身份)"),
        ("agent:7", "您好"),
        ("wrap_up", "7/ended_by_agent"),
        ("finished", "7/solved"),
        ("closed", "/finished"),
    ]
    conversation = screen.docs["conversation", s.CONVERSATION]
    assert (conversation["state"], conversation["disposition"], conversation["summary"]) == (
        "closed",
        "solved",
        "已解决",
    )


def test_a_transfer_names_who_gave_it_away_and_keeps_the_note() -> None:
    stream, screen = watched("active")
    stream.do(s.give_back(1, reason="transferred", note="请接着办", author="agent:7"))
    assert talk(screen)[-2:] == [("returned", "agent:7/transferred"), ("agent:7", "(请接着办)")]


def test_the_customer_shows_every_window_that_is_left() -> None:
    stream, screen = watched("active")
    stream.do(s.agent_reply())
    customer = screen.docs["customer", s.CUSTOMER_ID]
    assert customer["addresses"] == [
        {
            "key": "wechat-demo|openid-1",
            "channel_id": "wechat-demo",
            "channel_kind": "wechat",
            "value": "openid-1",
            "display_name": "",
            "reachable": True,
            "windows": True,
            "consents": {},
            "scene": "",
            "profile": None,
            "grants": [{"kind": "message", "left": 3, "quota": 5, "until": "2026-11-23T09:00:00Z"}],
        }
    ]
    stream.do(s.signal("unfollowed"))
    assert screen.docs["customer", s.CUSTOMER_ID]["addresses"][0]["reachable"] is False


def test_a_send_the_provider_refused_gives_its_window_back() -> None:
    stream, screen = watched("active")

    def left() -> int:
        grants = screen.docs["customer", s.CUSTOMER_ID]["addresses"][0]["grants"]
        return int(grants[0]["left"])

    stream.do(s.agent_reply())
    assert left() == 3
    stream.report(len(stream.rows()) - 1, DeliveryState.FAILED, "rejected")
    assert left() == 4


def test_a_command_of_a_screen_comes_back_with_its_id() -> None:
    stream, screen = watched("active")
    body = pack(s.agent_reply("马上办", seen=stream.state.seq))
    stream.take(body, f"cmd:agent:7:{stream.stream}:0b5f-2c_1e")
    stream.do(s.agent_reply("还有"))
    assert [doc["command_id"] for doc in messages(screen, "agent:7")] == ["0b5f-2c_1e", ""]


def test_a_delivery_climbs_on_the_message_it_belongs_to() -> None:
    stream, screen = watched("active")
    stream.do(s.agent_reply("您好"))
    key = stream.rows()[-1][0]
    assert [d["state"] for d in messages(screen, "agent:7")[0]["deliveries"]] == ["queued"]
    stream.report(len(stream.rows()) - 1, DeliveryState.FAILED, "rejected")
    assert messages(screen, "agent:7")[0]["deliveries"] == [
        {"key": key, "state": "failed", "code": "rejected", "provider_code": ""}
    ]
    assert screen.docs["conversation", s.CONVERSATION]["undelivered"] == 1


def test_the_bots_answer_names_its_article_and_how_sure_it_was() -> None:
    stream, screen = watched("bot")
    stream.do(s.answer(candidates=2))
    (said,) = messages(screen, "bot")
    assert (said["article"], said["score"]) == ("a0", 0.5)


def test_words_withheld_do_not_take_the_place_of_the_customers() -> None:
    """Both belong to one commit; in the journal only the customer's have an id."""
    stream, screen = watched("closed")
    stream.do(s.message("在吗", windowed=False))
    stream.do(s.hand_off())
    ids = [doc["id"] for doc in screen.docs.values() if doc["kind"] == "message"]
    assert len(ids) == len(set(ids))


def test_the_wrap_up_says_when_it_ends() -> None:
    stream, screen = watched("active")
    assert screen.docs["conversation", s.CONVERSATION]["wrap_up_until"] is None
    stream.do(s.end())
    due = stream.rules.due(stream.state)
    assert due is not None
    shown = screen.docs["conversation", s.CONVERSATION]["wrap_up_until"]
    assert shown == due.isoformat().replace("+00:00", "Z")


# ---------------------------------------------------------------- who may watch
@pytest.mark.parametrize(
    ("standing", "may"),
    [("bot", False), ("queued", False), ("offered", True), ("active", True), ("wrap_up", True)],
)
def test_an_agent_watches_a_customer_that_is_theirs_now(standing: str, may: bool) -> None:
    stream, _ = watched(standing)
    assert stream.view is not None
    assert stream.view.may_watch(SEVEN) is may
    assert stream.view.may_watch(person("8")) is False
    assert stream.view.may_watch(LEAD) is True
    if may:
        stream.do(s.close())
        assert stream.view.may_watch(SEVEN) is False


def test_who_has_work_of_the_customer_at_the_desk_may_watch() -> None:
    stream, _ = watched("queued")
    asked: list[tuple[str, str]] = []

    def serves(username: str, customer_id: str) -> bool:
        asked.append((username, customer_id))
        return username == "7"

    assert stream.view is not None
    stream.view._serves = serves
    assert stream.view.may_watch(SEVEN) is True
    assert stream.view.may_watch(Viewer("8", frozenset({"8"}))) is False
    assert asked == [("7", s.CUSTOMER_ID), ("8", s.CUSTOMER_ID)]


# ---------------------------------------------------------------- bounds
def test_only_the_latest_is_kept_and_who_was_away_too_long_is_given_everything() -> None:
    stream, screen = WatchedStream(), Screen(LEAD)
    stream.view = loaded(stream, recent=20, messages=6)
    screen.follow(stream.view)
    stream.do(s.message("0"))
    stream.do(s.hand_off())
    away = screen.away()
    for number in range(1, 12):
        stream.do(s.message(str(number)))
    assert [doc["parts"][0]["text"] for doc in messages(screen, "customer")] == [
        str(number) for number in range(12)
    ]
    away.hear(stream.view.since(LEAD, away.seq))
    assert away.fulls == 1
    assert [doc["parts"][0]["text"] for doc in messages(away, "customer")] == [
        "6",
        "7",
        "8",
        "9",
        "10",
        "11",
    ]
    assert away.shown == fresh(loaded(stream, recent=20, messages=6), LEAD)


def test_a_screen_goes_on_after_a_restart_without_being_given_everything() -> None:
    stream, screen = watched("active")
    away = screen.away()
    stream.do(s.agent_reply("您好"))
    again = loaded(stream)
    change = again.since(LEAD, away.seq)
    assert not change.full
    assert sorted({shown.kind for shown in change.docs}) == ["conversation", "customer", "message"]
    away.hear(change)
    assert away.shown == screen.shown


def test_a_screen_that_was_away_at_the_close_hears_of_it_after_a_restart() -> None:
    """The list knows of the close already when the commits before it are read again."""
    stream, screen = watched("active")
    away = screen.away()
    stream.do(s.end())
    between = screen.away()
    stream.do(s.finish())
    again = loaded(stream)
    for each in (away, between):
        each.hear(again.since(LEAD, each.seq))
        assert each.fulls == 0
        assert each.docs["conversation", s.CONVERSATION]["state"] == "closed"
        assert each.shown == screen.shown


# ---------------------------------------------------------------- anything in any order
class Watching(Conversing):
    """The rules' own machine, with screens that come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.bounds: dict[str, int] = {}
        self.screen = Screen(LEAD)
        self.away: list[Screen] = []

    @initialize(bounds=st.sampled_from([(400, 300), (15, 5)]))
    def watch(self, bounds: tuple[int, int]) -> None:
        self.bounds = {"recent": bounds[0], "messages": bounds[1]}
        old = self.stream
        stream = WatchedStream(commits=old.commits, effects=old.effects, rules=old.rules, at=old.at)
        stream.state = old.state
        stream.view = loaded(stream, **self.bounds)
        self.screen.follow(stream.view)
        self.stream = stream

    def do(self, value: Any) -> list[Any]:
        if len(self.stream.commits) % 6 == 5:
            self.away.append(self.screen.away())
        return super().do(value)

    def teardown(self) -> None:
        super().teardown()
        stream = self.stream
        if not isinstance(stream, WatchedStream) or stream.view is None:
            return
        new = fresh(loaded(stream, **self.bounds), LEAD)
        assert new == fresh(loaded(stream, behind=3, **self.bounds), LEAD)
        assert new == fresh(stream.view, LEAD)
        self.agrees(self.screen, new)
        for screen in self.away:
            screen.hear(stream.view.since(LEAD, screen.seq))
            self.agrees(screen, new)
        for screen in self.away:
            twin = screen.away()
            twin.hear(loaded(stream, **self.bounds).since(LEAD, twin.seq))
            self.agrees(twin, new)
        asyncio.run(self.reads_as_by_rest(new))

    def agrees(self, screen: Screen, new: dict[tuple[str, str], Doc]) -> None:
        """What a fresh start shows, and before it perhaps lines it no longer shows."""
        held = screen.shown
        assert {key: held[key] for key in held if key in new} == new
        begin = min((doc["n"] for doc in new.values() if "n" in doc), default=10**12)
        assert all(doc["n"] < begin for key, doc in held.items() if key not in new)

    async def reads_as_by_rest(self, new: dict[tuple[str, str], Doc]) -> None:
        stores = MemoryStores(Database(), ManualClock())
        await stores.heart.journal.append(self.stream.commits)
        history = History(stores.heart.journal, self.stream.rules)
        shown = [doc for doc in new.values() if doc["kind"] == "message"]
        for name in {doc["conversation_id"] for doc in shown}:
            page = await history.page(name, after=0, limit=1000)
            told = {
                (m.seq, m.author, orjson.dumps(m.parts), str([d.state.value for d in m.deliveries]))
                for m in page.messages
            }
            for doc in shown:
                states = str([each["state"] for each in doc["deliveries"]])
                line = (doc["n"] // 1000, doc["author"], orjson.dumps(doc["parts"]), states)
                assert doc["conversation_id"] != name or line in told


Watching.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestWatching = Watching.TestCase
