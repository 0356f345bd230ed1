"""Service notices: the account's templates, and the notices WeChat took, each once.

A notice is known by the sender's own id for ten minutes.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels.wechat.simulator.account import (
    BRANCH_NOTICE,
    CARD_NOTICE,
    CARD_READY_NOTICE,
    LOAN_NOTICE,
    Rules,
)
from hub.ports import Clock

FIRST_ID = 3_576_043_305_420_816_385
ONCE = 2
PLACE = re.compile(r"(?P<label>[^\n{]*)\{\{(?P<name>\w+)\.DATA\}\}")
LONGEST = {"thing": 20, "phrase": 5, "character_string": 32, "number": 32, "letter": 32}


@dataclass(frozen=True, slots=True)
class Template:
    title: str
    content: str
    example: str
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def labels(self) -> dict[str, str]:
        return {m["name"]: m["label"].strip("：: ") for m in PLACE.finditer(self.content)}

    def wrong_field(self, data: dict[str, Any], *, strict: bool) -> str:
        """The first field WeChat names in a 47003; `strict`: all fields must be there."""
        for name in self.labels():
            value = str(data.get(name, {}).get("value", ""))
            longest = LONGEST.get(name.rstrip("0123456789"))
            if strict and not value:
                return name
            if longest is not None and len(value) > longest:
                return name
        return ""


LIBRARY = {
    CARD_NOTICE: Template(
        "银行卡交易提醒",
        "{{first.DATA}}\n交易金额：{{amount.DATA}}\n交易时间：{{time.DATA}}\n{{remark.DATA}}",
        "您的卡有一笔消费\n交易金额：128.50 元\n交易时间：11月21日 17:00\n如非本人操作请回电",
    ),
    LOAN_NOTICE: Template(
        "贷款还款提醒",
        "贷款产品：{{thing1.DATA}}\n还款日期：{{date2.DATA}}\n还款金额：{{amount3.DATA}}",
        "贷款产品：个人住房贷款\n还款日期：2026年12月1日\n还款金额：￥3200.00",
    ),
    BRANCH_NOTICE: Template(
        "网点排号通知",
        "排队号码：{{thing1.DATA}}",
        "排队号码：A012",
    ),
    CARD_READY_NOTICE: Template(
        "业务办理进度通知",
        "办理业务：{{thing1.DATA}}\n办理进度：{{enum_string2.DATA}}\n领取网点：{{thing3.DATA}}",
        "办理业务：信用卡补卡\n办理进度：可以领取\n领取网点：人民广场支行",
        choices=(("enum_string2", ("受理中", "制卡中", "可以领取")),),
    ),
}


def approved(template_id: str) -> dict[str, Any]:
    """A row of get_all_private_template."""
    template = LIBRARY[template_id]
    return {
        "template_id": template_id,
        "title": template.title,
        "primary_industry": "金融业",
        "deputy_industry": "银行",
        "content": template.content,
        "example": template.example,
    }


def subscribed(template_id: str) -> dict[str, Any]:
    """A row of newtmpl/gettemplate."""
    template = LIBRARY[template_id]
    row: dict[str, Any] = {
        "priTmplId": template_id,
        "title": template.title,
        "content": template.content,
        "example": template.example,
        "type": ONCE,
    }
    if template.choices:
        row["keywordEnumValueList"] = [
            {"keywordCode": f"{name}.DATA", "enumValueList": list(values)}
            for name, values in template.choices
        ]
    return row


@dataclass(slots=True)
class NoticeBook:
    rules: Rules
    clock: Clock
    taken: list[dict[str, Any]] = field(default_factory=list)
    known: dict[tuple[str, str], tuple[int, datetime]] = field(default_factory=dict)

    def before(self, openid: str, client_id: str) -> int | None:
        """The number of the notice this sender's id stands for already."""
        found = self.known.get((openid, client_id))
        if not client_id or found is None or found[1] < self.clock.now():
            return None
        return found[0]

    def take(self, openid: str, body: dict[str, Any]) -> int:
        number = FIRST_ID + len(self.taken)
        client_id = str(body.get("client_msg_id", ""))
        until = self.clock.now() + timedelta(seconds=self.rules.notice_memory_s)
        if client_id:
            self.known[(openid, client_id)] = (number, until)
        self.taken.append(
            {
                "msgid": number,
                "openid": openid,
                "template_id": body["template_id"],
                "data": body["data"],
                "client_msg_id": client_id,
                "url": body.get("url", body.get("page", "")),
            }
        )
        return number
