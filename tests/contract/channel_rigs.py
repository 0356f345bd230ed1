"""What the contract suite needs of each kind of channel to put it to the test."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from channels.registry import build, read
from channels.wechat.simulator.account import CallFault
from channels.wechat.simulator.deliveries import make_post
from channels.wechat.simulator.server import running
from channels.wechat.simulator.world import World
from hub.model.message import MediaKind, MediaPart, Part
from hub.ports import ChannelAdapter, TokenStore, WebhookRequest
from tests.channels.support import CHANNEL, ManualClock, free_port, memory_tokens, world_of


class Rig(Protocol):
    """One configured channel and its provider. `customer` may be written to."""

    clock: ManualClock
    adapter: ChannelAdapter
    customer: str
    secrets: tuple[str, ...]
    unsendable: Part
    unknown_word: str

    def push(self, *, sender: str = "", number: int = 1, text: str = "hi") -> WebhookRequest:
        """A true call of the provider with one text message."""

    def unknown(self) -> WebhookRequest:
        """A true call with content of a kind named `unknown_word`."""

    def unsigned(self) -> WebhookRequest: ...
    def altered(self) -> WebhookRequest:
        """A true call whose content was changed on the way."""

    def stale(self) -> WebhookRequest: ...
    def oversized(self) -> WebhookRequest: ...
    def unreadable(self) -> WebhookRequest:
        """Authentic as far as it goes, and not in the provider's format."""

    def sent(self) -> list[str]:
        """Texts the provider took, in order."""

    def refuse_credentials(self) -> None: ...
    def break_answers(self) -> None:
        """From now on the provider takes messages and its answers are lost."""

    def slow_down(self, seconds: int) -> None:
        """From now on the provider asks to wait about that long."""


PICTURE = MediaPart(media=MediaKind.IMAGE, provider_ref="m")


@dataclass(slots=True)
class WeChatRig:
    clock: ManualClock
    world: World
    adapter: ChannelAdapter
    customer: str
    secrets: tuple[str, ...]
    unsendable: Part = PICTURE
    unknown_word: str = "hologram"

    def push(self, *, sender: str = "", number: int = 1, text: str = "hi") -> WebhookRequest:
        return self._request({"MsgType": "text", "Content": text, "MsgId": number}, sender)

    def unknown(self) -> WebhookRequest:
        return self._request({"MsgType": "hologram", "Depth": "3", "MsgId": 1})

    def unsigned(self) -> WebhookRequest:
        return self._with(self.push(), query={})

    def altered(self) -> WebhookRequest:
        return self._with(self.push(), body=self.push(text="something else").body)

    def stale(self) -> WebhookRequest:
        request = self.push()
        late = request.received_at + timedelta(minutes=6)
        return WebhookRequest(
            method="POST", query=request.query, headers={}, body=request.body, received_at=late
        )

    def oversized(self) -> WebhookRequest:
        return self.push(text="x" * 100_000)

    def unreadable(self) -> WebhookRequest:
        return self._with(self.push(), body=b"\x00\x01 nothing of yours")

    def sent(self) -> list[str]:
        return [str(row["content"]["content"]) for row in self.world.sends.sent]

    def refuse_credentials(self) -> None:
        self.world.account.app_secret = "another"
        self.world.tokens.revoke_all()

    def break_answers(self) -> None:
        self.world.call_faults = [CallFault(kind="cut", taken=True)]

    def slow_down(self, seconds: int) -> None:
        assert seconds == 60
        self.world.call_faults = [CallFault(kind="errcode", code=45011)]

    def _request(self, own: Mapping[str, Any], sender: str = "") -> WebhookRequest:
        openid = sender or self.customer
        fields = {
            "ToUserName": self.world.account.id,
            "FromUserName": openid,
            "CreateTime": int(self.clock.now().timestamp()),
            **own,
        }
        post = make_post(self.world, openid, fields)
        return WebhookRequest(
            method="POST",
            query=post.query,
            headers={},
            body=post.body,
            received_at=self.clock.now(),
        )

    def _with(
        self, request: WebhookRequest, *, query: dict[str, str] | None = None, body: bytes = b""
    ) -> WebhookRequest:
        return WebhookRequest(
            method="POST",
            query=request.query if query is None else query,
            headers={},
            body=body or request.body,
            received_at=request.received_at,
        )


@asynccontextmanager
async def wechat(*, provider_up: bool = True) -> AsyncIterator[Rig]:
    clock, port = ManualClock(), free_port()
    world = world_of(clock)
    phone = world.add_phone()
    world.windows.grant(phone.openid, "message")
    document = world.account.channel_document(CHANNEL, f"http://127.0.0.1:{port}")
    tokens: TokenStore = memory_tokens(clock)
    account = world.account
    rig = WeChatRig(
        clock=clock,
        world=world,
        adapter=build(read(document), clock=clock, tokens=tokens),
        customer=phone.openid,
        secrets=(account.app_secret, account.token, account.aes_key),
    )
    if not provider_up:
        yield rig
        return
    async with running(world, port=port):
        yield rig


RIGS = {"wechat": wechat}
