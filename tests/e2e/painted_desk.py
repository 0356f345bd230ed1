"""A desk to look at: documents of every kind of row, length and trouble, as the hub would send."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from agent_web.documents import (
    AddressShape,
    AgentDoc,
    ColleagueDoc,
    ConversationDoc,
    CustomerDoc,
    DeliveryDoc,
    GrantShape,
    MarkDoc,
    MessageDoc,
    NoteDoc,
    QueueDoc,
    RefusedShape,
    ScoredShape,
    ScreenDoc,
    SkillShape,
    WhyShape,
    WorkDoc,
)
from hub.model.desk import Presence

ME = "agent1"
NOW = datetime(2026, 11, 22, 3, 32, 5, tzinfo=UTC)
SEQ = 40
LONG_NAME = "阿卜杜热合曼·买买提江·吐尔逊江·艾尼瓦尔·古丽巴哈尔先生"
LATIN_NAME = "Wolfeschlegelsteinhausenberger"
PLAIN = "0a1b2c3d4e5f60713f2a"
FIRST, SECOND, THIRD, FOURTH, FIFTH = (f"0a1b2c3d4e5f6071{n:04x}" for n in range(0xA1, 0xA6))
CHANNEL = "wechat-demo"
QUESTION = "你好，我想问一下房贷提前还款怎么办理，要不要违约金？"
LONG = (
    "我上个月在你们网点办过一次部分提前还款，柜员说三十天内不能再还第二次，可是我在手机银行里看到"
    "还可以申请，申请之后又提示“请联系客户经理”。到底能不能还？如果能还，违约金按剩余本金的百分之几算？\n"
    "合同编号是 GRDK-2021-0098-7766-5544-3322-1100，详情见 "
    "https://bank.example/loans/early-repayment/rules?version=2026-11&section=penalty-and-notice"
)


def ago(now: datetime, seconds: float) -> datetime:
    return now - timedelta(seconds=seconds)


def work(now: datetime, customer: str, state: str, waited: float, **given: Any) -> WorkDoc:
    known: dict[str, Any] = {
        "id": f"{customer}.2-1",
        "seq": SEQ,
        "conversation_id": f"{customer}.2",
        "customer_id": customer,
        "queue_id": "loan",
        "state": state,
        "medium": "text",
        "channel_id": CHANNEL,
        "display_name": "",
        "reason": "asked_for_person",
        "language": "zh",
        "agent_id": "" if state == "queued" else ME,
        "epoch": 1,
        "waiting_since": ago(now, waited),
        "since": ago(now, waited / 2),
        "offer_until": None,
        "first": False,
        "returns": 0,
        "returned_because": "",
        "target": "",
        "note": "",
        "why": None,
    }
    return WorkDoc(**{**known, **given})


WHY = WhyShape(
    strategy="longest_idle",
    candidates=(
        ScoredShape(agent_id=ME, load=1, idle_s=312),
        ScoredShape(agent_id="agent2", load=1, idle_s=95),
        ScoredShape(agent_id="zhou", load=2, idle_s=12),
    ),
    refused=(
        RefusedShape(reason="missing_skill", count=4),
        RefusedShape(reason="not_ready", count=2),
        RefusedShape(reason="at_capacity", count=1),
    ),
    eligible=3,
    waited_s=41,
    rules="2026-11",
)


def conversation(
    now: datetime, customer: str, state: str, text: str, author: str, silent: float, **given: Any
) -> ConversationDoc:
    known: dict[str, Any] = {
        "id": f"{customer}.2",
        "seq": SEQ,
        "customer_id": customer,
        "state": state,
        "channel_id": CHANNEL,
        "display_name": "",
        "reply_to": f"{CHANNEL}|{customer}",
        "interaction_id": f"{customer}.2-1",
        "agent_id": ME,
        "epoch": 1,
        "opened_at": ago(now, 900),
        "updated_at": ago(now, silent),
        "closed_at": None,
        "close_reason": "",
        "handed_off_reason": "asked_for_person",
        "disposition": "",
        "summary": "",
        "owed_since": None if author.startswith("agent:") else ago(now, silent),
        "messages": 12,
        "last_text": text,
        "last_kind": "TextPart",
        "last_author": author,
        "undelivered": 0,
    }
    return ConversationDoc(**{**known, **given})


def customer(
    now: datetime, customer_id: str, name: str = "", *, left: int = 3, hours: float = 41.2
) -> CustomerDoc:
    grant = GrantShape(kind="message", left=left, quota=5, until=now + timedelta(hours=hours))
    wechat = AddressShape(
        key=f"{CHANNEL}|{customer_id}",
        channel_id=CHANNEL,
        channel_kind="wechat",
        value="o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
        display_name=name,
        reachable=True,
        windows=True,
        grants=(grant,),
    )
    sms = wechat.model_copy(
        update={
            "key": f"sms-main|{customer_id}",
            "channel_id": "sms-main",
            "channel_kind": "sms",
            "value": "13800138021",
            "reachable": False,
            "windows": False,
            "grants": (),
        }
    )
    return CustomerDoc(
        id=customer_id,
        seq=SEQ,
        display_name=name,
        language="zh",
        addresses=(wechat, sms),
        conversations=2,
    )


class Talk:
    """The timeline of one customer, written downwards."""

    def __init__(self, now: datetime, customer_id: str, *, commit: int = 0) -> None:
        self.docs: list[ScreenDoc] = []
        self._now = now
        self._customer = customer_id
        self._commit = commit

    def _place(self, before: float, episode: int) -> dict[str, Any]:
        self._commit += 1
        return {
            "seq": self._commit,
            "id": f"{self._customer}.{episode}.{self._commit}",
            "conversation_id": f"{self._customer}.{episode}",
            "n": self._commit * 1000,
            "at": ago(self._now, before),
        }

    def said(
        self,
        before: float,
        author: str,
        text: str | dict[str, Any],
        state: str = "",
        *,
        episode: int = 2,
        code: str = "",
        **given: Any,
    ) -> None:
        part = {"is": "TextPart", "text": text} if isinstance(text, str) else text
        place = self._place(before, episode)
        row = {"key": place["id"], "state": state, "code": code, "provider_code": ""}
        known: dict[str, Any] = {
            "author": author,
            "parts": (part,),
            "deliveries": (DeliveryDoc(**row),) if state else (),
            "withheld": "",
            "resend_of": "",
            "command_id": "",
            "article": "",
            "score": 0.0,
        }
        self.docs.append(MessageDoc(**place, **{**known, **given}))

    def marked(
        self, before: float, what: str, who: str = "", detail: str = "", *, episode: int = 2
    ) -> None:
        place = self._place(before, episode)
        self.docs.append(MarkDoc(**place, what=what, who=who, detail=detail))

    def noted(self, before: float, author: str, text: str) -> None:
        self.docs.append(NoteDoc(**self._place(before, 2), author=author, text=text))


def long_talk(now: datetime, customer_id: str) -> list[ScreenDoc]:
    """An earlier conversation, the bot's part, a transfer, and every fate of what we sent."""
    talk = Talk(now, customer_id)
    talk.marked(90_000, "opened", episode=1)
    talk.said(90_000, "customer", "信用卡怎么挂失？", episode=1)
    talk.said(
        89_990,
        "bot",
        "可以在手机银行“信用卡—卡片管理—挂失”里办理，立即生效。",
        "delivered",
        episode=1,
        article="card-lost-1",
        score=0.91,
    )
    talk.marked(88_000, "closed", "", "bot_idle", episode=1)
    talk.marked(900, "opened")
    talk.said(900, "customer", QUESTION)
    talk.said(
        895,
        "bot",
        "提前还款请先在手机银行预约，具体以合同为准。",
        "delivered",
        article="loan-early-3",
        score=0.42,
    )
    menu = {
        "is": "MenuPart",
        "head": "这样回答解决了您的问题吗？",
        "options": [{"id": "1", "title": "解决了"}, {"id": "2", "title": "没有，转人工"}],
        "tail": "",
    }
    talk.said(894, "bot", menu, "sent")
    talk.said(860, "customer", "转人工")
    talk.marked(859, "handed_off", "", "asked_for_person")
    talk.marked(820, "offered", ME)
    talk.marked(815, "assigned", ME)
    talk.said(800, f"agent:{ME}", "您好，我是王晓。请问是哪一笔贷款？", "delivered")
    talk.said(790, "customer", LONG)
    image = {"is": "MediaPart", "media": "image", "name": "合同首页-2021-部分提前还款申请表.jpg"}
    talk.said(780, "customer", {**image, "size": 482_113, "transcript": ""})
    talk.noted(700, "agent:agent2", "客户上周来过电话，情绪比较急。合同有补充条款，先核对再答复。")
    talk.said(600, f"agent:{ME}", "已经查到您的合同。", "read")
    talk.said(599, f"agent:{ME}", "三十天内可以再次申请。", "failed", code="rate_limited")
    talk.said(
        300,
        f"agent:{ME}",
        "违约金按剩余本金的百分之一计算。",
        "uncertain",
        code="no_answer_in_time",
    )
    talk.said(41, "customer", "好的，那我今天可以申请吗？")
    return talk.docs


def short_talk(now: datetime, customer_id: str, text: str, silent: float) -> list[ScreenDoc]:
    talk = Talk(now, customer_id)
    talk.marked(silent + 300, "opened")
    talk.said(silent + 300, "customer", "转人工")
    talk.marked(silent + 200, "assigned", ME)
    talk.said(silent + 120, f"agent:{ME}", "您好，请说。", "delivered")
    talk.said(silent, "customer", text)
    return talk.docs


def queues(now: datetime, *, waiting: bool) -> list[ScreenDoc]:
    names = {
        "card": ("信用卡", "Credit cards"),
        "complaints": ("投诉", "Complaints"),
        "general": ("综合服务", "General"),
        "loan": ("个人贷款", "Personal loans"),
    }
    lines = [doc for doc in waiting_line(now) if isinstance(doc, WorkDoc)] if waiting else []
    held = {key: [line for line in lines if line.queue_id == key] for key in names}
    return [
        QueueDoc(
            id=key,
            seq=SEQ,
            name=name,
            name_en=name_en,
            skills=(),
            waiting=len(held[key]),
            offered=1 if waiting and key == "loan" else 0,
            active=2 if waiting and key != "complaints" else 0,
            oldest=min((line.waiting_since for line in held[key]), default=None),
            ready=0 if key == "complaints" else 2,
            wait_s=75 * len(held[key]) if waiting else -1,
            target_s=120 if key != "complaints" else 30,
        )
        for key, (name, name_en) in names.items()
    ]


def waiting_line(now: datetime) -> list[ScreenDoc]:
    """Twelve who wait, the first for over an hour."""
    names = (LONG_NAME, "王女士", "", "李", LATIN_NAME, "", "赵先生", "", "Ann", "孙女士", "", "周")
    lines = ("general", "card", "loan", "general", "complaints", "general")
    return [
        work(
            now,
            f"0a1b2c3d4e5f6071{0x1B0 + place:04x}",
            "queued",
            4000 / (place + 1) ** 1.6 + 5,
            display_name=name,
            queue_id=lines[place % len(lines)],
            channel_id=(CHANNEL, "sms-main", "webchat-site")[place % 3],
            reason=("asked_for_person", "repeated_misses", "complaint")[place % 3],
            returns={1: 2, 5: 1}.get(place, 0),
            returned_because={1: "no_answer", 5: "moved"}.get(place, ""),
            target=ME if place == 3 else "",
            first=place in (1, 5),
        )
        for place, name in enumerate(names)
    ]


def agents(now: datetime) -> list[ScreenDoc]:
    rows: Sequence[tuple[str, str, Presence, str, int, bool]] = (
        (ME, "王晓 Wang Xiao", Presence.READY, "", 3, True),
        ("agent2", "李静 Li Jing", Presence.READY, "", 1, True),
        ("zhou", "周", Presence.NOT_READY, "no_answer", 0, True),
        (
            "maxi",
            "Maximilian Freiherr von Wolfeschlegelstein",
            Presence.NOT_READY,
            "supervisor",
            4,
            True,
        ),
        ("sun", "孙婷 Sun Ting", Presence.BREAK, "", 0, True),
        ("qian", "钱文博 Qian Wenbo", Presence.READY, "", 2, False),
        ("wu", "吴珊", Presence.OFFLINE, "", 0, False),
    )
    return [
        AgentDoc(
            id=key,
            seq=SEQ,
            display_name=name,
            presence=presence,
            presence_reason=reason,
            since=ago(now, 751 + 900 * place),
            connected=connected,
            screens=1,
            skills=(SkillShape(skill="loan", level=5), SkillShape(skill="card", level=3)),
            load={"text": load},
            capacity={"text": 4},
        )
        for place, (key, name, presence, reason, load, connected) in enumerate(rows)
    ]


def colleagues(of: Iterable[ScreenDoc]) -> list[ScreenDoc]:
    return [
        ColleagueDoc(
            id=agent.id,
            seq=SEQ,
            display_name=agent.display_name,
            presence=agent.presence,
            free=4 - agent.load["text"],
        )
        for agent in of
        if isinstance(agent, AgentDoc)
    ]
