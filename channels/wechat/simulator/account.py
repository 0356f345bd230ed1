"""The pretended account and how WeChat is set to treat it."""

import base64
import hashlib
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["plain", "compatible", "safe"]
CARD_NOTICE = "tm-card-spending-k3Fq0"
LOAN_NOTICE = "tm-loan-repayment-Zp81c"
BRANCH_NOTICE = "sub-branch-number-Wm7aR"
CARD_READY_NOTICE = "sub-card-ready-Qx4sL"


class Account(BaseModel):
    """What stands in the provider's console: identity, secrets, message mode."""

    model_config = ConfigDict(extra="forbid")

    id: str = "gh_7d2c90a1b3e4"
    name: str = "联络银行"
    app_id: str = "wx2f6d0a9b41c7e583"
    app_secret: str
    token: str
    aes_key: str = Field(min_length=43, max_length=43)
    mode: Mode = "safe"
    ip_allowed: bool = True
    send_authorised: bool = True
    open_platform: bool = True
    templates: tuple[str, ...] = (CARD_NOTICE, LOAN_NOTICE)
    subscriptions: tuple[str, ...] = (BRANCH_NOTICE, CARD_READY_NOTICE)

    def channel_document(self, channel_id: str, base_url: str) -> dict[str, Any]:
        """The hub's configuration of the same account."""
        return {
            "id": channel_id,
            "kind": "wechat",
            "account": self.id,
            "app_id": self.app_id,
            "app_secret": self.app_secret,
            "token": self.token,
            "aes_key": self.aes_key,
            "mode": self.mode,
            "base_url": base_url,
            "picture_base_url": base_url,
            "notice_templates": [*self.templates, *self.subscriptions],
        }


def demo_account(mode: Mode = "safe") -> Account:
    """The same on every machine; its secrets protect nothing but a simulator."""
    return Account(
        app_secret=_derived("secret").hex(),
        token=_derived("token").hex()[:32],
        aes_key=base64.b64encode(_derived("aes key")).decode().rstrip("="),
        mode=mode,
    )


def _derived(name: str) -> bytes:
    return hashlib.sha256(f"lianluo wechat simulator: {name}".encode()).digest()


MIB = 1024 * 1024
NoticeStatus = Literal["success", "failed:user block", "failed: system failed"]


class Window(BaseModel):
    model_config = ConfigDict(extra="forbid")

    quota: int
    valid_s: float


class Rules(BaseModel):
    """Numbers of the provider's documents; every one can be set."""

    model_config = ConfigDict(extra="forbid")

    windows: dict[str, Window] = {
        "message": Window(quota=5, valid_s=48 * 3600),
        "click": Window(quota=3, valid_s=60),
        "follow": Window(quota=3, valid_s=60),
        "scan": Window(quota=3, valid_s=60),
    }
    token_s: int = 7200
    token_overlap_s: int = 300
    forced_per_day: int = 20
    forced_apart_s: float = 30
    text_bytes: int = 2048
    menu_items: int = 10
    article_title: int = 64
    article_description: int = 512
    media_s: float = 3 * 24 * 3600
    media_bytes: dict[str, int] = {
        "image": 10 * MIB,
        "voice": 2 * MIB,
        "video": 10 * MIB,
        "thumb": 64 * 1024,
    }
    notice_s: float = 1.0
    notice_memory_s: float = 600
    qr_longest_s: int = 2_592_000
    qr_permanent: int = 100_000
    daily_limit: int = 500_000


class PushRules(BaseModel):
    """How callbacks are posted. The first three are WeChat's; the rest is for fault runs.

    `patient`: repeat for ever instead of giving up, with a short back-off. `copies`: every push is
    posted one to that many times, each copy until it is acknowledged. `reorder_ms`: each copy waits
    a random while up to this before its first try. `in_order`: the next push of a phone waits until
    the one before is acknowledged or given up.
    """

    model_config = ConfigDict(extra="forbid")

    attempts: int = Field(default=3, ge=1)
    timeout_s: float = Field(default=5.0, gt=0)
    retry_wait_s: float = Field(default=0.5, ge=0)
    patient: bool = False
    copies: int = Field(default=1, ge=1, le=10)
    reorder_ms: float = Field(default=0.0, ge=0)
    in_order: bool = False
    seed: int = 1


class CallFault(BaseModel):
    """What happens to calls of the account's API.

    `taken`: the call has its effect before it fails. `times`: how many calls, -1 = until changed.
    `share`: with this probability, drawn from the seeded generator.
    """

    model_config = ConfigDict(extra="forbid")

    call: Literal[
        "token",
        "stable_token",
        "send",
        "typing",
        "upload",
        "media",
        "template",
        "templates",
        "subscribe",
        "user",
        "qrcode",
        "menu",
        "quota",
        "addresses",
    ] = "send"
    kind: Literal["errcode", "status", "slow", "half", "garbage", "cut"]
    code: int = -1
    status: int = 502
    body: str = "<html>maintenance</html>"
    seconds: float = 0.0
    taken: bool = False
    times: int = -1
    share: float = Field(default=1.0, ge=0, le=1)


class FaultPlan(BaseModel):
    """The body of `POST /control/faults`; what is absent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    push: PushRules | None = None
    calls: list[CallFault] | None = None
    expire_tokens: bool = False
    revoke_tokens: bool = False
    expire_media: bool = False
    notice_status: NoticeStatus | None = None
    mode: Mode | None = None
    aes_key: str | None = Field(default=None, min_length=43, max_length=43)
    ip_allowed: bool | None = None
    send_authorised: bool | None = None
