"""What became of a service notice: a receipt of ours, or a signal about another system's."""

import pytest

from channels.wechat.wire import Account, parse_fields
from channels.wechat.xml import read_fields
from hub.model.inputs import CustomerSignal, Receipt
from hub.model.message import DeliveryState
from tests.channels.test_wechat_wire import CHANNEL, GRANTS, raw, read, signal

TEMPLATES = [
    ("event_template_success", "200163836", "success"),
    ("event_template_captured", "3576043305420816385", "success"),
    ("event_template_user_block", "200163840", "failed:user block"),
    ("event_template_system_failed", "200163840", "failed: system failed"),
]


@pytest.mark.parametrize(("name", "number", "status"), TEMPLATES)
def test_the_result_of_a_template_another_system_sent_is_a_signal_with_its_status(
    name: str, number: str, status: str
) -> None:
    found = signal(name)
    assert (found.kind, found.value, found.grant) == ("template_result", status, None)
    assert dict(found.raw) == {"MsgID": number, "Status": status}


def test_a_template_result_without_number_or_status_is_kept() -> None:
    body = raw("event_template_success")
    for cut in (b"<MsgID>200163836</MsgID>", b"<Status><![CDATA[success]]></Status>"):
        assert cut in body
        body = body.replace(cut, b"")
    found = read(body)
    assert isinstance(found, CustomerSignal)
    assert (found.kind, found.value, found.raw) == ("template_result", "", ())


RESULTS = [
    ("event_template_success", "200163836", DeliveryState.DELIVERED, ""),
    ("event_template_user_block", "200163840", DeliveryState.FAILED, "messages_refused"),
    ("event_template_system_failed", "200163840", DeliveryState.FAILED, "provider_failed"),
]


@pytest.mark.parametrize(("name", "number", "state", "code"), RESULTS)
def test_the_result_of_a_notice_of_ours_is_a_receipt(
    name: str, number: str, state: DeliveryState, code: str
) -> None:
    body = raw(name)
    account = Account(
        channel_id=CHANNEL,
        name=read_fields(body)["ToUserName"],
        grants=GRANTS,
        notices=frozenset({"t1"}),
    )
    found = parse_fields(read_fields(body), account)
    assert isinstance(found, Receipt)
    assert (found.channel_id, found.provider_id) == (CHANNEL, number)
    assert (found.state, found.code) == (state, code)
    assert found.external_id == signal(name).external_id


def test_results_of_two_templates_in_one_second_have_two_keys() -> None:
    other = raw("event_template_success").replace(b"200163836", b"200163837")
    assert read(raw("event_template_success")).external_id != read(other).external_id
