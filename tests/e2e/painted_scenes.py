"""What stands on the desk of each scene before the page comes."""

from collections.abc import Callable
from datetime import timedelta

from agent_web.documents import CustomerDoc, ScreenDoc
from hub.model.desk import Presence
from tests.e2e import painted_desk as paint
from tests.e2e.painted_hub import PaintedHub

Draw = Callable[[PaintedHub], None]


def empty(hub: PaintedHub) -> None:
    me = paint.agents(hub.now)[0].model_copy(update={"load": {"text": 0}})
    hub.topics["desk"] = [*paint.queues(hub.now, waiting=False), me]


def busy(hub: PaintedHub) -> None:
    now = hub.now
    mine = [
        paint.work(now, paint.FIRST, "active", 900, display_name=paint.LONG_NAME, why=paint.WHY),
        paint.work(now, paint.SECOND, "active", 700, channel_id="sms-main"),
        paint.work(now, paint.THIRD, "active", 500, display_name="李", channel_id="webchat-site"),
        paint.work(now, paint.FOURTH, "wrap_up", 800, display_name=paint.LATIN_NAME),
    ]
    crew = paint.agents(now)
    hub.topics["desk"] = [
        *paint.queues(now, waiting=True),
        *paint.waiting_line(now),
        *mine,
        crew[0],
        *paint.colleagues(crew),
    ]
    talk(hub, paint.FIRST, paint.LONG_NAME, paint.long_talk(now, paint.FIRST), "可以申请吗？")
    words = ("验证码收不到，怎么办？", "在吗？", "好的，谢谢，再见。")
    others = (paint.SECOND, paint.THIRD, paint.FOURTH)
    for place, (customer, text) in enumerate(zip(others, words, strict=True)):
        docs = paint.short_talk(now, customer, text, 70 + 95 * place)
        if customer == paint.FOURTH:
            ended = paint.Talk(now, customer, commit=len(docs))
            ended.marked(60, "wrap_up", paint.ME)
            docs += ended.docs
        talk(hub, customer, mine[place + 1].display_name, docs, text, silent=70 + 95 * place)


def talk(
    hub: PaintedHub,
    customer: str,
    name: str,
    docs: list[ScreenDoc],
    last: str,
    *,
    silent: float = 41,
    state: str = "",
    reason: str = "asked_for_person",
) -> None:
    state = state or ("wrap_up" if customer == paint.FOURTH else "active")
    until = hub.now + timedelta(seconds=83) if state == "wrap_up" else None
    conversation = paint.conversation(
        *(hub.now, customer, state, last, "customer", silent),
        display_name=name,
        handed_off_reason=reason,
        wrap_up_until=until,
    )
    person = paint.customer(hub.now, customer, name)
    hub.topics[f"customer:{customer}"] = [person, conversation, *docs]


def ringing(hub: PaintedHub) -> None:
    busy(hub)
    until = hub.now + timedelta(seconds=14)
    offered = {"offer_until": until, "since": paint.ago(hub.now, 6)}
    hub.topics["desk"] = [
        *hub.topics["desk"],
        paint.work(hub.now, paint.PLAIN, "offered", 41, display_name=paint.LONG_NAME, **offered),
        paint.work(hub.now, f"{paint.PLAIN[:-1]}b", "offered", 20, target=paint.ME, **offered),
    ]

    asks = paint.Talk(hub.now, paint.PLAIN)
    asks.said(70, "customer", paint.QUESTION)
    asks.said(66, "bot", "提前还款请先在手机银行预约，具体以合同为准。", "delivered")
    asks.said(50, "customer", "转人工")
    asks.marked(49, "handed_off", "", "asked_for_person")
    talk(hub, paint.PLAIN, paint.LONG_NAME, asks.docs, "转人工", state="offered")


def short_of_replies(hub: PaintedHub) -> None:
    busy(hub)
    name = f"customer:{paint.FIRST}"
    spent = paint.customer(hub.now, paint.FIRST, paint.LONG_NAME, left=0, hours=-1)
    hub.topics[name] = [spent, *hub.topics[name][1:]]


def out_of_reach(hub: PaintedHub) -> None:
    busy(hub)
    name = f"customer:{paint.FIRST}"
    person, *rest = hub.topics[name]
    assert isinstance(person, CustomerDoc)
    gone = person.addresses[0].model_copy(update={"reachable": False, "grants": ()})
    hub.topics[name] = [person.model_copy(update={"addresses": (gone,)}), *rest]


def away(presence: Presence, reason: str = "") -> Draw:
    def draw(hub: PaintedHub) -> None:
        empty(hub)
        *rest, me = hub.topics["desk"]
        state = {"presence": presence, "presence_reason": reason}
        hub.topics["desk"] = [*rest, me.model_copy(update=state)]

    return draw


def with_bot(hub: PaintedHub) -> None:
    led(hub)
    said = paint.Talk(hub.now, paint.FIFTH)
    said.marked(300, "opened")
    said.said(300, "customer", paint.QUESTION)
    answer = "提前还款请先在手机银行预约，具体以合同为准。"
    said.said(299, "bot", answer, "delivered", article="loan-early-3", score=0.87)
    talk(hub, paint.FIFTH, "周先生", said.docs, answer, state="bot", reason="")
    listed(hub)


def over_and_done(hub: PaintedHub) -> None:
    led(hub)
    said = paint.short_talk(hub.now, paint.FIFTH, "好的，谢谢，再见。", 900)
    end = paint.Talk(hub.now, paint.FIFTH, commit=len(said))
    end.marked(850, "finished", paint.ME)
    end.marked(850, "closed", "", "finished")
    talk(hub, paint.FIFTH, "周先生", [*said, *end.docs], "好的，谢谢，再见。", state="closed")
    listed(hub)


def led(hub: PaintedHub) -> None:
    busy(hub)
    crew = paint.agents(hub.now)
    hub.topics["desk"] = [*hub.topics["desk"], *crew]
    listed(hub)


def listed(hub: PaintedHub) -> None:
    """Everything there is stands in the list of those who lead."""
    every = {doc.id: doc for topic in hub.topics.values() for doc in topic}
    hub.topics["conversations"] = [doc for doc in every.values() if doc.kind == "conversation"]


def led_empty(hub: PaintedHub) -> None:
    hub.topics["desk"] = paint.queues(hub.now, waiting=False)
    hub.topics["conversations"] = []
