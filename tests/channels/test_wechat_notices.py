"""Service notices: only the bank's own templates, each once, and their fate as receipts."""

import pytest

from channels.wechat.simulator.account import BRANCH_NOTICE, CARD_NOTICE
from channels.wechat.simulator.pushes import event_fields
from hub.errors import PermanentSendError, UncertainSendError
from hub.model.inputs import CustomerSignal, Receipt
from hub.model.message import DeliveryState, NoticePart
from tests.channels.line import Line, line
from tests.channels.support import Inbox, free_port, hook_server, until

SPENDING = NoticePart(
    template_id=CARD_NOTICE,
    values={"amount": "128.50 元", "time": "11月21日 17:00"},
    url="https://bank.example/card",
)
NUMBER = NoticePart(template_id=BRANCH_NOTICE, values={"thing1": "A012"}, consent=True)


def agree(it: Line) -> None:
    row = {"TemplateId": BRANCH_NOTICE, "SubscribeStatusString": "accept", "PopupScene": "1"}
    popup = {"SubscribeMsgPopupEvent": {"List": [row]}}
    it.deliveries.event(it.phone, event_fields("subscribe_msg_popup_event", "", popup))


async def test_a_notice_needs_no_reply_window() -> None:
    async with line() as it:
        it.world.windows.forget(it.phone.openid)
        receipt = await it.send(SPENDING, "2a:000000000009#0")
        [taken] = it.world.notices.taken
        assert receipt.provider_id == str(taken["msgid"])
        assert taken["client_msg_id"] == "2a:000000000009#0"
        assert taken["url"] == "https://bank.example/card"
        assert taken["data"] == {
            "amount": {"value": "128.50 元"},
            "time": {"value": "11月21日 17:00"},
        }


async def test_the_same_row_again_is_the_same_notice() -> None:
    async with line() as it:
        first = await it.send(SPENDING)
        again = await it.send(SPENDING)
        assert first.provider_id == again.provider_id
        assert len(it.world.notices.taken) == 1


async def test_a_template_that_is_not_the_banks_word_is_refused_without_a_call() -> None:
    async with line() as it:
        error = await it.fails(NoticePart(template_id="promotion", values={"a": "b"}))
        assert (type(error), error.code) == (PermanentSendError, "template_not_allowed")
        assert sum(it.world.calls.values()) == 0


async def test_an_account_without_templates_sends_none() -> None:
    async with line(notice_templates=[]) as it:
        assert (await it.fails(SPENDING)).code == "template_not_allowed"
        assert it.adapter.capabilities.receipts is False


async def test_a_notice_without_an_answer_is_uncertain() -> None:
    async with line() as it:
        it.fault(call="template", kind="cut", taken=True)
        assert isinstance(await it.fails(SPENDING), UncertainSendError)
        assert len(it.world.notices.taken) == 1


async def test_a_notice_of_consent_uses_the_consent_up() -> None:
    async with line() as it:
        agree(it)
        await it.send(NUMBER)
        error = await it.fails(NUMBER)
        assert (error.code, error.provider_code) == ("consent_refused", "43101")
        assert len(it.world.notices.taken) == 1


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [
        ("success", DeliveryState.DELIVERED, ""),
        ("failed:user block", DeliveryState.FAILED, "messages_refused"),
        ("failed: system failed", DeliveryState.FAILED, "provider_failed"),
    ],
)
async def test_the_fate_of_a_notice_comes_back_as_its_receipt(
    status: str, state: DeliveryState, code: str
) -> None:
    inbox, port = Inbox(), free_port()
    async with line() as it, hook_server(it.adapter, inbox.accept, it.clock, port) as hook:
        it.world.hook = hook
        it.world.notice_status = status  # type: ignore[assignment]
        sent = await it.send(SPENDING)
        assert inbox.taken == []
        await it.clock.advance(1)
        await until(lambda: len(inbox.taken) == 1)
        [found] = inbox.taken
        assert isinstance(found, Receipt)
        assert (found.provider_id, found.state, found.code) == (sent.provider_id, state, code)


async def test_consent_and_what_was_sent_by_it_are_signals() -> None:
    inbox, port = Inbox(), free_port()
    async with line() as it, hook_server(it.adapter, inbox.accept, it.clock, port) as hook:
        it.world.hook = hook
        agree(it)
        await until(lambda: len(inbox.taken) == 1)
        await it.send(NUMBER)
        await it.clock.advance(1)
        await until(lambda: len(inbox.taken) == 2)
        kinds = [(x.kind, x.value) for x in inbox.taken if isinstance(x, CustomerSignal)]
        assert kinds == [("notification_consent", "accept"), ("notification_sent", "success")]
