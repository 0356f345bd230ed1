"""What is hidden, what is not, and that hiding and finding agree."""

import orjson
import pytest
from hypothesis import example, given, settings, strategies as st

from agent_web.shelf import encoded
from hub.services.long_numbers import Sensitive
from hub.services.masking import has_long_number, masked, masked_text, sensitive

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
        ("wide digits in groups", "４１１１　１１１１　１１１１　１１１１", "****1111"),
        ("a group a line", "4111\n1111\r\n1111\n1111", "****1111"),
        ("two spaces", "4111  1111  1111  1111", "****1111"),
        ("commas", "4111,1111, 1111，1111", "****1111"),
        ("slashes", "4111/1111 / 1111/1111", "****1111"),
        ("dots", "4111.1111.1111.1111", "****1111"),
        ("middle dots", "4111·1111·1111·1111", "****1111"),
        ("signs of no width", "4111\u200b1111\u200b1111\u200b1111", "****1111"),
        ("spelt digit by digit", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "****1111"),
        ("spelt in pairs", "41 11 11 11 11 11 11 11", "****1111"),
        ("an old bank's groups", "622202 0200112230012", "****0012"),
        ("American Express", "3782 822463 10005", "****0005"),
        ("a number before it", "95588, 4111 1111 1111 1111", "95588, ****1111"),
        ("numbers around it", "100 4111111111111111 200", "100 ****1111 200"),
        ("one under another", "4111111111111111\n5500000000000004", "****1111\n****0004"),
        ("a count before it", "2, 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "2, ****1111"),
        ("a name before it", "VISA4111111111111111", "VISA****1111"),
        ("a currency after it", "4111111111111111CNY", "****1111CNY"),
        ("phone", "请打13812345678", "请打138****5678"),
        ("phone in groups", "138 1234 5678", "138****5678"),
        ("phone in other groups", "1381 2345 678", "138****5678"),
        ("phone over lines", "138\n1234\n5678", "138****5678"),
        ("phone digit by digit", "1 3 8 1 2 3 4 5 6 7 8", "138****5678"),
        ("phone with country", "+86 138-1234-5678", "138****5678"),
        ("two phones", "13812345678/13912345678", "138****5678/139****5678"),
        ("identity card", "身份证11010519491231002X", "身份证****002X"),
        ("identity card in groups", "110105 19491231 002x", "****002X"),
        ("identity card with slashes", "110105/19491231/002X", "****002X"),
        ("two of them", "13812345678或4111111111111111", "138****5678或****1111"),
        ("an order number", "订单 4111111111111112", "订单 4111111111111112"),
        ("no identity card", "110105194912310021", "110105194912310021"),
        ("nobody's day of birth", "110105194913310023", "110105194913310023"),
        ("an amount", "转账 100000.00 元", "转账 100000.00 元"),
        ("a large amount", "50000000000.06", "50000000000.06"),
        ("amounts", "500,000.00 300,000.00 400,000.00", "500,000.00 300,000.00 400,000.00"),
        ("three sums", "150, 2000, 3000", "150, 2000, 3000"),
        ("a short number", "95588", "95588"),
        ("a date", "2026-11-22 05:42", "2026-11-22 05:42"),
        ("days from and to", "2026/11/22 - 2026/12/01", "2026/11/22 - 2026/12/01"),
        ("days, day first", "31/12/2026 - 05/01/2027", "31/12/2026 - 05/01/2027"),
        ("part of a longer number", "138123456789", "138123456789"),
        ("part of an id", "a13812345678", "a13812345678"),
        ("zeros", "0000000000000000", "0000000000000000"),
    ],
)
def test_numbers_are_hidden_but_for_their_end(label: str, text: str, shown: str) -> None:
    assert masked_text(text) == shown
    assert masked_text(shown) == shown


@pytest.mark.parametrize(
    ("label", "text", "shown"),
    [
        ("card", "卡号四一一一一一一一一一一一一一一一，谢谢", "卡号****1111，谢谢"),
        ("card in groups", "四一一一 一一一一 一一一一 一一一一", "****1111"),
        ("wide spaces", "四一一一　一一一一　一一一一　一一一一", "****1111"),
        ("commas", "四一一一，一一一一、一一一一, 一一一一", "****1111"),
        ("a group a line", "四一一一\n一一一一\r\n一一一一\n一一一一", "****1111"),
        ("word by word", "四 一 一 一 一 一 一 一 一 一 一 一 一 一 一 一", "****1111"),
        ("card of 19", "六二二二〇二〇二〇〇一一二二三〇〇一二", "****0012"),
        ("all words", "卡四〇零幺二三四五六七八九一九八七", "卡****1987"),
        ("formal words", "肆壹壹壹壹壹壹壹壹壹壹壹壹壹壹壹", "****1111"),
        ("formal words, all", "伍零壹贰叁肆伍陆柒捌玖玖玖捌捌叁", "****9883"),
        ("digits among them", "六2二2零2〇2零0一一二二三00一二", "****0012"),
        ("wide zeros", "一三八００００一二三四", "138****1234"),
        ("phone", "请打一三八一二三四五六七八", "请打138****5678"),
        ("phone as it is said", "幺三八，一二三四，五六七八", "138****5678"),
        ("phone with country", "+八六 一三八 一二三四 五六七八", "138****5678"),
        ("identity card", "一一〇一〇五一九四九一二三一〇〇二X", "****002X"),
        (
            "digits and words apart",
            "13812345678 或 幺三九一二三四五六七八",
            "138****5678 或 139****5678",
        ),
        ("a word behind digits", "13812345678一直打不通", "138****5678一直打不通"),
        ("days behind a card", "卡4111111111111111三天前", "卡****1111三天前"),
        ("a sum", "一百二十三万四千五百六十七元八角九分", "一百二十三万四千五百六十七元八角九分"),
        ("a formal sum", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角"),
        (
            "counting",
            "一、二、三、四、五、六、七、八、九、十",
            "一、二、三、四、五、六、七、八、九、十",
        ),
        ("a date", "二〇二六年十一月二十二日", "二〇二六年十一月二十二日"),
        ("years", "二〇二四、二〇二五、二〇二六", "二〇二四、二〇二五、二〇二六"),
        (
            "four years",
            "二〇二四、二〇二五、二〇二六、二〇二七",
            "二〇二四、二〇二五、二〇二六、二〇二七",
        ),
        ("sayings", "三三两两，七七八八，九九八十一", "三三两两，七七八八，九九八十一"),
        ("a short number", "请打九五五八八", "请打九五五八八"),
        ("ten words", "一三八一二三四五六七", "一三八一二三四五六七"),
        ("no phone", "一二八一二三四五六七八", "一二八一二三四五六七八"),
        ("an order number", "四一一一一一一一一一一一一一一二", "四一一一一一一一一一一一一一一二"),
        (
            "one word over and over",
            "一一一一一一一一一一一一一一一一",
            "一一一一一一一一一一一一一一一一",
        ),
        ("two words behind an order", "单号20261122000004一一核对", "单号20261122000004一一核对"),
    ],
)
def test_words_for_digits_are_digits_where_they_spell_a_number(
    label: str, text: str, shown: str
) -> None:
    assert masked_text(text) == shown
    assert masked_text(shown) == shown
    assert orjson.loads(b"{" + encoded({"text": text})) == {"text": shown}


def test_a_spelt_number_is_found_as_it_was_written() -> None:
    found = sensitive("卡四一一一 一一一一 一一一一 一一一一，电话幺三八一二三四五六七八")
    assert found == [
        Sensitive("card", "四一一一 一一一一 一一一一 一一一一"),
        Sensitive("phone", "幺三八一二三四五六七八"),
    ]
    assert [each.digits for each in found] == ["4111111111111111", "13812345678"]


def test_documents_are_masked_everywhere_but_in_ids_and_addresses() -> None:
    doc = {
        "id": "13812345678",
        "parts": [{"is": "TextPart", "text": "打 13812345678"}, {"is": "X", "media_id": CARD}],
        "address": {"channel_id": "sms", "value": "13812345678"},
        "signal": {"kind": "scan", "value": "13812345678"},
        "n": 13812345678,
        "display_name": "王 13812345678",
        "nobody_knows": ["13812345678", {"deep": CARD}],
    }
    assert masked(doc) == {
        "id": "13812345678",
        "parts": [{"is": "TextPart", "text": "打 138****5678"}, {"is": "X", "media_id": CARD}],
        "address": {"channel_id": "sms", "value": "13812345678"},
        "signal": {"kind": "scan", "value": "138****5678"},
        "n": 13812345678,
        "display_name": "王 138****5678",
        "nobody_knows": ["138****5678", {"deep": "****0012"}],
    }


def test_under_keys_of_others_no_name_is_trusted_and_keys_are_masked_too() -> None:
    assert masked({"raw": {"id": CARD, CARD: "x"}}) == {"raw": {"id": "****0012", "****0012": "x"}}
    assert masked({"raw": [["MsgId", CARD]]}) == {"raw": [["MsgId", "****0012"]]}
    assert masked({"values": {"key": {"author": CARD}}}) == {
        "values": {"key": {"author": "****0012"}}
    }


def test_what_is_hidden_is_what_is_found() -> None:
    text = "身份证11010519491231002X 卡4111 1111 1111 1111 电话13812345678"
    assert sensitive([{"text": text}, {"value": CARD}, {"media_id": CARD}]) == [
        Sensitive("identity", "11010519491231002X"),
        Sensitive("card", "4111 1111 1111 1111"),
        Sensitive("phone", "13812345678"),
        Sensitive("card", CARD),
    ]


NUMBERS = ["4111111111111111", CARD, "13812345678", "8613812345678", "11010519491231002X"]
GAPS = ["", "", " ", "  ", "\n", "\r\n", "\t", ",", ", ", "/", " - ", ".", "\u3000", "，", "\u200b"]
AROUND = ["", "卡", "a", "VISA", "\n", "\x01", "\x08", '"', "\\", "é", "1 ", "+", "一", "、"]


@st.composite
def divided(draw: st.DrawFn) -> str:
    """A number with a separator wherever it pleases, among other things."""
    number = draw(st.sampled_from(NUMBERS))
    gap = draw(st.sampled_from(GAPS))
    cuts = draw(st.sets(st.integers(1, len(number) - 1), max_size=5))
    spread = "".join(gap + sign if place in cuts else sign for place, sign in enumerate(number))
    form = draw(st.sampled_from(["plain", "wide", "words"]))
    if form == "wide":
        spread = "".join(chr(ord(s) + 0xFEE0) if s.isdigit() else s for s in spread)
    if form == "words":
        words = draw(
            st.sampled_from(["〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "0幺二3四5六7八9"])
        )
        spread = "".join(words[int(s)] if s.isdigit() else s for s in spread)
    return draw(st.sampled_from(AROUND)) + spread + draw(st.sampled_from(AROUND))


@settings(max_examples=400, deadline=None)
@given(st.lists(divided() | st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
@example(["卡号\n4111111111111111"])
@example(["\x014111111111111111"])
def test_the_quick_look_misses_nothing_that_is_masked(texts: list[str]) -> None:
    text = "".join(texts)
    wire = orjson.dumps({"text": text})
    if masked_text(text) != text:
        assert has_long_number(wire)
    assert orjson.loads(b"{" + encoded({"text": text})) == {"text": masked_text(text)}


@settings(max_examples=200, deadline=None)
@given(divided())
def test_what_was_masked_holds_nothing_more(text: str) -> None:
    assert masked_text(masked_text(text)) == masked_text(text)
