"""What is hidden, what is not, and that hiding and finding agree."""

import pytest

from hub.services.masking import Sensitive, masked, masked_text, sensitive, sensitive_in_text

CARD = "6222020200112230012"
"""19 digits, Luhn holds."""


@pytest.mark.parametrize(
    ("label", "text", "shown"),
    [
        ("card of 16", "卡号4111111111111111，谢谢", "卡号****1111，谢谢"),
        ("card in groups", "my card 4111 1111 1111 1111.", "my card ****1111."),
        ("card with hyphens", "4111-1111-1111-1111", "****1111"),
        ("card of 19", f"卡{CARD}", "卡****0012"),
        ("wide digits", "卡号４１１１１１１１１１１１１１１１", "卡号****1111"),
        ("phone", "请打13812345678", "请打138****5678"),
        ("phone in groups", "138 1234 5678", "138****5678"),
        ("phone with country", "+86 138-1234-5678", "138****5678"),
        ("identity card", "身份证11010519491231002X", "身份证****002X"),
        ("identity card in groups", "110105 19491231 002x", "****002X"),
        ("two of them", "13812345678或4111111111111111", "138****5678或****1111"),
        ("an order number", "订单 4111111111111112", "订单 4111111111111112"),
        ("no identity card", "110105194912310021", "110105194912310021"),
        ("an amount", "转账 100000.00 元", "转账 100000.00 元"),
        ("a short number", "95588", "95588"),
        ("a date", "2026-11-22 05:42", "2026-11-22 05:42"),
        ("part of a longer number", "138123456789", "138123456789"),
        ("part of an id", "a13812345678", "a13812345678"),
        ("zeros", "0000000000000000", "0000000000000000"),
    ],
)
def test_numbers_are_hidden_but_for_their_end(label: str, text: str, shown: str) -> None:
    assert masked_text(text) == shown
    assert masked_text(shown) == shown


def test_documents_are_masked_where_people_wrote_and_nowhere_else() -> None:
    doc = {
        "id": "13812345678",
        "parts": [{"is": "TextPart", "text": "打 13812345678"}, {"is": "X", "media_id": CARD}],
        "address": {"channel_id": "sms", "value": "13812345678"},
        "n": 13812345678,
        "display_name": "王 13812345678",
    }
    assert masked(doc) == {
        "id": "13812345678",
        "parts": [{"is": "TextPart", "text": "打 138****5678"}, {"is": "X", "media_id": CARD}],
        "address": {"channel_id": "sms", "value": "13812345678"},
        "n": 13812345678,
        "display_name": "王 138****5678",
    }


def test_what_is_hidden_is_what_is_found() -> None:
    text = "身份证11010519491231002X 卡4111 1111 1111 1111 电话13812345678"
    assert sensitive_in_text(text) == [
        Sensitive("identity", "11010519491231002X"),
        Sensitive("card", "4111 1111 1111 1111"),
        Sensitive("phone", "13812345678"),
    ]
    assert [each.value for each in sensitive([{"text": text}, {"value": CARD}])] == [
        "11010519491231002X",
        "4111 1111 1111 1111",
        "13812345678",
    ]
