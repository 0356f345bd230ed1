"""Templates as WeChat lists them, and what customers say about them."""

import pytest

from channels.wechat.notices import consents_of
from channels.wechat.simulator.account import (
    BRANCH_NOTICE,
    CARD_NOTICE,
    CARD_READY_NOTICE,
    LOAN_NOTICE,
)
from channels.wechat.templates import fields_of, templates_of
from hub.errors import PermanentSendError
from hub.model.message import NoticeConsent, NoticePart
from hub.model.notices import NoticeField, NoticeFieldType, NoticeKind, NoticeTemplate
from tests.channels.line import line

# https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/
# subscribe-message/getTemplateList.html, shortened to two fields
MEETING = {
    "errcode": 0,
    "errmsg": "ok",
    "data": [
        {
            "priTmplId": "9Aw5ZV1j9xdWTFEkqCpZ7mIBbSC34khK55OtzUPl0rU",
            "title": "报名结果通知",
            "content": "会议时间:{{date2.DATA}}\n会议地点:{{thing1.DATA}}\n",
            "example": "会议时间:2016年8月8日\n会议地点:TIT会议室\n",
            "type": 2,
        }
    ],
}


def test_the_sample_of_the_providers_page_is_read() -> None:
    assert templates_of({}, MEETING) == (
        NoticeTemplate(
            template_id="9Aw5ZV1j9xdWTFEkqCpZ7mIBbSC34khK55OtzUPl0rU",
            title="报名结果通知",
            kind=NoticeKind.SUBSCRIPTION,
            fields=(
                NoticeField(name="date2", label="会议时间", type=NoticeFieldType.DATE, most=40),
                NoticeField(name="thing1", label="会议地点", type=NoticeFieldType.THING, most=20),
            ),
            example="会议时间:2016年8月8日\n会议地点:TIT会议室\n",
        ),
    )


def test_places_are_read_with_spaces_repeats_and_two_on_a_line() -> None:
    content = "{ {first.DATA} }\n金额：{{ amount1.DATA }} 日期：{{date2.DATA}}\n{{first.DATA}}"
    assert [(f.name, f.label, f.type.value, f.most) for f in fields_of(content, {})] == [
        ("first", "", "text", 200),
        ("amount1", "金额", "amount", 16),
        ("date2", "日期", "date", 40),
    ]


def test_a_place_with_listed_words_is_a_choice() -> None:
    row = {
        **MEETING["data"][0],  # type: ignore[index]
        "content": "进度:{{enum_string2.DATA}}",
        "type": 3,
        "keywordEnumValueList": [
            {"keywordCode": "enum_string2.DATA", "enumValueList": ["受理中", "已完成"]}
        ],
    }
    [found] = templates_of({}, {"data": [row]})
    assert found.lasting
    assert found.fields == (
        NoticeField(
            name="enum_string2",
            label="进度",
            type=NoticeFieldType.CHOICE,
            most=20,
            choices=("受理中", "已完成"),
        ),
    )


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"template_list": None},
        {"template_list": ["x", {"template_id": "", "content": "{{a.DATA}}"}]},
        {"template_list": [{"template_id": "t", "content": "no place"}]},
        {"template_list": [{"template_id": 7, "content": 8}]},
    ],
)
def test_what_is_no_template_is_left_out(answer: dict[str, object]) -> None:
    assert templates_of(answer, {}) == ()


async def test_the_adapter_reads_both_lists() -> None:
    async with line() as it:
        found = await it.adapter.read_templates()
        assert [(t.template_id, t.kind.value, len(t.fields)) for t in found] == [
            (CARD_NOTICE, "template", 4),
            (LOAN_NOTICE, "template", 3),
            (BRANCH_NOTICE, "subscription", 1),
            (CARD_READY_NOTICE, "subscription", 3),
        ]
        assert it.adapter.capabilities.notices == {t.template_id for t in found}


async def test_an_account_with_the_right_to_one_kind_has_those() -> None:
    async with line() as it:
        it.fault(call="templates", kind="errcode", code=48001, times=1)
        found = await it.adapter.read_templates()
        assert {t.kind for t in found} == {NoticeKind.SUBSCRIPTION}
        it.fault(call="templates", kind="errcode", code=48001)
        with pytest.raises(PermanentSendError, match="not_authorised"):
            await it.adapter.read_templates()


async def test_wechat_refuses_what_does_not_fit() -> None:
    async with line() as it:
        error = await it.fails(NoticePart(template_id=LOAN_NOTICE, values={"thing1": "长" * 21}))
        assert error.provider_code == "47003"


# ---------------------------------------------------------------- consent
def popup(event: str, *rows: tuple[str, str]) -> dict[str, str]:
    found = {"Event": "subscribe_msg_popup_event"}
    for number, (template, status) in enumerate(rows, 1):
        mark = "" if number == 1 else f"#{number}"
        found[f"{event}.List.TemplateId{mark}"] = template
        found[f"{event}.List.SubscribeStatusString{mark}"] = status
    return found


def test_ticks_are_consents_and_what_was_not_ticked_is_nothing() -> None:
    fields = popup(
        "SubscribeMsgPopupEvent", ("sub-1", "accept"), ("sub-2", "reject"), ("sub-3", "accept")
    )
    assert consents_of(fields) == (
        NoticeConsent(template_id="sub-1", given=True),
        NoticeConsent(template_id="sub-3", given=True),
    )


def test_switching_off_in_the_settings_takes_back() -> None:
    fields = popup("SubscribeMsgChangeEvent", ("sub-1", "reject"), ("sub-2", "accept"))
    assert consents_of(fields) == (NoticeConsent(template_id="sub-1", given=False),)


def test_an_id_that_is_none_is_left_out() -> None:
    assert consents_of(popup("SubscribeMsgPopupEvent", ("a.b$", "accept"))) == ()
