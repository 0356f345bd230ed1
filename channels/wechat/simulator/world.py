"""Everything one running simulator knows."""

import random
import secrets
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from channels.wechat.simulator.account import (
    Account,
    CallFault,
    FaultPlan,
    NoticeStatus,
    PushRules,
    Rules,
)
from channels.wechat.simulator.books import SendBook, TokenBook, WindowBook
from channels.wechat.simulator.notices import NoticeBook
from channels.wechat.simulator.phones import Phone, fresh_openid
from channels.wechat.simulator.qr import QrBook
from channels.wechat.simulator.shelf import Shelf
from hub.ports import Clock

NICKNAMES = ("小林", "阿芳", "老周", "婷婷", "大伟", "小雨", "国强", "思琪")


@dataclass(slots=True)
class World:
    """`hook` is the address callbacks go to; `pushes` lists every callback, once, with its fate.

    `posted` and `acked` of a push are places in one count of first posts and first answers: what
    was acknowledged before another was posted has the lower number. 0: not yet.
    """

    account: Account
    hook: str
    clock: Clock
    rules: Rules = field(default_factory=Rules)
    push_rules: PushRules = field(default_factory=PushRules)
    call_faults: list[CallFault] = field(default_factory=list)
    phones: dict[str, Phone] = field(default_factory=dict)
    pushes: list[dict[str, Any]] = field(default_factory=list)
    dice: random.Random = field(init=False)
    tokens: TokenBook = field(init=False)
    windows: WindowBook = field(init=False)
    sends: SendBook = field(init=False)
    shelf: Shelf = field(init=False)
    notices: NoticeBook = field(init=False)
    qr: QrBook = field(init=False)
    calls: Counter[str] = field(default_factory=Counter)
    menu: dict[str, Any] | None = None
    notice_status: NoticeStatus = "success"
    last_id: int = field(init=False)
    steps: int = 0

    def __post_init__(self) -> None:
        self.tokens = TokenBook(self.account, self.rules, self.clock)
        self.windows = WindowBook(self.rules, self.clock)
        self.sends = SendBook(self.clock)
        self.shelf = Shelf(self.rules, self.clock)
        self.notices = NoticeBook(self.rules, self.clock)
        self.qr = QrBook(self.rules, self.clock)
        self.dice = random.Random(self.push_rules.seed)  # noqa: S311 - a repeatable fault plan
        self.last_id = int(self.clock.now().timestamp() * 1000) * 10_000

    def next_id(self) -> int:
        """Rising, 64 bits, not used again by the next process either."""
        self.last_id += 1
        return self.last_id

    def next_step(self) -> int:
        self.steps += 1
        return self.steps

    def add_phone(self, nickname: str = "") -> Phone:
        name = nickname or NICKNAMES[len(self.phones) % len(NICKNAMES)]
        phone = Phone(fresh_openid(), name, self.clock)
        self.phones[phone.openid] = phone
        return phone

    def draw_fault(self, call: str) -> CallFault | None:
        """The fault this call shall meet; counts it down."""
        for fault in self.call_faults:
            if fault.call != call or fault.times == 0:
                continue
            if fault.share < 1 and self.dice.random() >= fault.share:
                continue
            if fault.times > 0:
                fault.times -= 1
            return fault
        return None

    def plan(self, plan: FaultPlan) -> None:
        if plan.push is not None:
            self.push_rules = plan.push
            self.dice.seed(plan.push.seed)
        if plan.calls is not None:
            self.call_faults = list(plan.calls)
        if plan.expire_tokens:
            self.tokens.expire_all()
        if plan.revoke_tokens:
            self.tokens.revoke_all()
        if plan.expire_media:
            self.shelf.expire_all()
        if plan.notice_status is not None:
            self.notice_status = plan.notice_status
        for name in ("mode", "aes_key", "ip_allowed", "send_authorised"):
            value = getattr(plan, name)
            if value is not None:
                setattr(self.account, name, value)

    def books(self, after: int = 0) -> dict[str, Any]:
        """What a test compares; `after` leaves out older sends and pushes."""
        return {
            "tokens": dict(self.tokens.counts),
            "windows": self.windows.plain(),
            "sent": self.sends.sent[after:],
            "notices": list(self.notices.taken),
            "calls": dict(self.calls),
            "refused": {str(code): count for code, count in self.sends.refused.items()},
            "pushes": self.pushes[after:],
        }


def request_id() -> str:
    return "-".join(secrets.token_hex(4) for _ in range(3))
