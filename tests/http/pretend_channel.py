"""The channel of the tests of the HTTP side: it speaks JSON and remembers what it was given."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from hub.errors import InboundRejected, PermanentSendError
from hub.model.ids import ChannelId
from hub.model.inputs import CustomerMessage, CustomerSignal
from hub.model.menu import Menu, MenuLimits
from hub.model.message import (
    Address,
    LinkPart,
    MediaKind,
    MediaPart,
    NoticePart,
    Part,
    ReplyGrant,
    TextPart,
)
from hub.model.notices import NoticeTemplate
from hub.ports import (
    Accept,
    Capabilities,
    FetchedMedia,
    GrantRule,
    MediaRule,
    QrCode,
    SendReceipt,
    WebhookReply,
    WebhookRequest,
)
from hub.runtime.clock import SystemClock
from tests.fakes.channels import PRETEND


class PretendChannel:
    """Takes JSON calls `{from, id, text, file?}`; refuses to send while `broken` names a code.

    `files` are what the provider keeps, by the names customers' messages give; `templates` what it
    approved, or the code with which it tells none.
    """

    kind = PRETEND
    media_origins: tuple[str, ...] = ()
    menu_limits = MenuLimits(buttons=3, entries=5, group_name=16, entry_name=60, key=128, url=1024)
    capabilities = Capabilities(
        parts=frozenset({"TextPart", "MediaPart"}),
        max_text=600,
        grants={"message": GrantRule(quota=5, valid=timedelta(hours=48))},
        media_rules={
            MediaKind.IMAGE: MediaRule(
                max_bytes=50_000, content_types=frozenset({"image/jpeg", "image/png"})
            ),
            MediaKind.VOICE: MediaRule(
                max_bytes=50_000, content_types=frozenset({"audio/mpeg"}), max_seconds=1
            ),
        },
    )

    def __init__(self, channel_id: ChannelId) -> None:
        self.id = channel_id
        self.broken = ""
        self.sent: list[tuple[str, str]] = []
        self.sent_files: list[MediaPart] = []
        self.sent_links: list[LinkPart] = []
        self.files: dict[str, FetchedMedia] = {}
        self.templates: list[NoticeTemplate] | str = []
        self.sent_notices: list[tuple[str, NoticePart]] = []
        self.menu: Menu = ()
        self.clock = SystemClock()
        self.menus_published = 0

    async def run(self, accept: Accept) -> None:
        await asyncio.Event().wait()

    async def send(self, to: Address, part: Part, *, key: str) -> SendReceipt:
        if self.broken:
            raise PermanentSendError(self.broken, provider_code="45047")
        if isinstance(part, MediaPart):
            self.sent_files.append(part)
            return SendReceipt(provider_id=key)
        if isinstance(part, LinkPart):
            self.sent_links.append(part)
            return SendReceipt(provider_id=key)
        if isinstance(part, NoticePart):
            self.sent_notices.append((to.value, part))
            return SendReceipt(provider_id=key)
        assert isinstance(part, TextPart)
        self.sent.append((to.value, part.text))
        return SendReceipt(provider_id=key)

    async def fetch_media(self, part: MediaPart) -> FetchedMedia:
        if part.provider_ref not in self.files:
            raise PermanentSendError("media_gone", provider_code="40007")
        return self.files[part.provider_ref]

    async def read_templates(self) -> list[NoticeTemplate]:
        if isinstance(self.templates, str):
            raise PermanentSendError(self.templates, provider_code="48001")
        return self.templates

    async def publish_menu(self, menu: Menu) -> None:
        if self.broken:
            raise PermanentSendError(self.broken, provider_code="40018", detail="invalid button")
        self.menu = menu
        self.menus_published += 1

    async def create_qr(self, scene: str, *, valid: timedelta | None) -> QrCode:
        if self.broken:
            raise PermanentSendError(self.broken, provider_code="45029")
        until = None if valid is None else self.clock.now() + valid
        url = f"http://pretend.test/q/{scene}"
        return QrCode(ticket="t", url=url, picture_url="", expires_at=until)

    def health(self) -> Mapping[str, str]:
        return {"state": "ok"}

    async def on_webhook(self, request: WebhookRequest, accept: Accept) -> WebhookReply:
        if request.method == "GET":
            return WebhookReply(body=request.query.get("echo", "").encode())
        if request.query.get("key") != "right":
            raise InboundRejected("bad_signature", status=403)
        call = orjson.loads(request.body)
        if "signal" in call:
            await accept(self._signal(call, request.received_at))
            return WebhookReply(body=b"success")
        await accept(
            CustomerMessage(
                address=Address(channel_id=self.id, value=call["from"]),
                external_id=f"{call['from']}:{call['id']}",
                order=f"{call['id']:020d}",
                parts=(_part(call),),
                sent_at=request.received_at,
                grant=ReplyGrant(
                    kind="message", quota=5, until=request.received_at + timedelta(hours=48)
                ),
                display_name="客户",
            )
        )
        return WebhookReply(body=b"success")

    def _signal(self, call: dict[str, Any], at: datetime) -> CustomerSignal:
        return CustomerSignal(
            address=Address(channel_id=self.id, value=call["from"]),
            external_id=f"{call['from']}:{call['id']}",
            order=f"{call['id']:020d}",
            kind=call["signal"],
            value=call["value"],
            sent_at=at,
            grant=ReplyGrant(kind="click", quota=3, until=at + timedelta(minutes=1)),
        )


def _part(call: dict[str, Any]) -> Part:
    if ref := call.get("file"):
        return MediaPart(media=MediaKind(call["media"]), provider_ref=ref)
    return TextPart(text=call["text"])
