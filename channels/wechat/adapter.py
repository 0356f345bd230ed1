"""One Official Account: takes pushes, sends customer-service messages and service notices."""

from asyncio import CancelledError
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

import orjson

from channels.registry import ChannelKind
from channels.wechat.api import Answer, Api, Call
from channels.wechat.calls import Caller
from channels.wechat.config import WeChatConfig
from channels.wechat.console import Console
from channels.wechat.errors import Act, request_id, rule_of
from channels.wechat.form import TITLE, TOLD
from channels.wechat.health import Health
from channels.wechat.media import Media, is_gone
from channels.wechat.menus import LIMITS, menu_document
from channels.wechat.notices import notice_call
from channels.wechat.outgoing import SENDABLE, send_body
from channels.wechat.pushes import Pushes
from channels.wechat.recorder import Recorder
from channels.wechat.templates import read_templates
from channels.wechat.tokens import TokenKeeper
from hub.errors import (
    InboundRejected,
    Overloaded,
    PermanentSendError,
    RetryableSendError,
    SendError,
    StoreUncertain,
    UncertainSendError,
)
from hub.model.ids import ChannelId
from hub.model.menu import Menu
from hub.model.message import Address, MediaKind, MediaPart, NoticePart, Part
from hub.model.notices import NoticeTemplate
from hub.ports import (
    Accept,
    Capabilities,
    ChannelAdapter,
    Clock,
    ExchangeLog,
    FetchedMedia,
    MediaAt,
    MediaReader,
    Profile,
    QrCode,
    SendReceipt,
    SupportsAccount,
    SupportsMedia,
    SupportsMenu,
    SupportsNotices,
    SupportsProfiles,
    SupportsQr,
    SupportsTyping,
    SupportsWebhook,
    TokenStore,
    WebhookReply,
    WebhookRequest,
)

SEND = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"
PROOF = "/cgi-bin/getcallbackip"
NOT_NOW = frozenset({"typing_not_now", "typing_already"})
NOT_WECHAT = frozenset({"unexpected_status", "wrong_address"})
DONE = WebhookReply(body=b"success")


class WeChatAdapter:
    """Implements `ChannelAdapter` and the ports named in `_conforms`."""

    kind = "wechat"

    def __init__(
        self,
        config: WeChatConfig,
        clock: Clock,
        tokens: TokenStore,
        *,
        media: MediaReader | None = None,
        exchanges: ExchangeLog | None = None,
    ) -> None:
        self.id = ChannelId(config.id)
        self.capabilities = Capabilities(
            parts=SENDABLE,
            max_text=config.max_text,
            max_options=config.max_options,
            grants=config.grants(),
            receipts=bool(config.notice_templates),
            typing=True,
            media_rules=config.media_rules(),
            notices=frozenset(config.notice_templates),
            link=config.link_rule(),
            map_url=config.map_url,
        )
        self.menu_limits = LIMITS
        self.media_origins = (config.base_url, config.picture_base_url)
        self._config = config
        self._clock = clock
        self._pushes = Pushes(config)
        self._health = Health(config.id)
        self._recorder = Recorder(self.id, exchanges, clock)
        timeout = config.call_timeout_s
        self._api = Api(config.base_url, timeout_s=timeout, recorder=self._recorder)
        self._tokens = TokenKeeper(config, self._api, tokens, clock, self._health)
        self._caller = Caller(self._api, self._tokens, clock, timeout_s=timeout)
        self._media = Media(
            self._caller,
            media,
            self.capabilities.media_rules,
            clock,
            largest=config.received_bytes,
        )
        self._console = Console(self._caller, clock, picture_base_url=config.picture_base_url)

    # ------------------------------------------------------------ from the customer
    async def on_webhook(self, request: WebhookRequest, accept: Accept) -> WebhookReply:
        """A repeated push is answered like a new one: it stands already."""
        began = self._recorder.begin()
        fields: dict[str, str] = {}
        try:
            if request.method == "GET":
                return WebhookReply(body=self._pushes.echo(request))
            fields = self._pushes.open(request)
            inbound = self._pushes.read(fields)
        except InboundRejected as exc:
            self._health.rejected += 1
            self._recorder.pushed(began, fields, None, exc.reason)
            raise
        try:
            await accept(inbound)
        except (StoreUncertain, Overloaded, CancelledError):
            self._recorder.pushed(began, fields, inbound, "not_stored")
            raise
        self._recorder.pushed(began, fields, inbound)
        self._health.note("last_push_at", request.received_at)
        return DONE

    async def fetch_media(self, part: MediaPart) -> FetchedMedia | MediaAt:
        return await self._media.fetch(part)

    async def fetch_profile(self, address: Address) -> Profile:
        return await self._console.profile(address.value)

    # ------------------------------------------------------------ to the customer
    async def send(self, to: Address, part: Part, *, key: str) -> SendReceipt:
        """WeChat knows our key with template messages only: it cannot recognise another one sent
        twice."""
        try:
            receipt = await self._send(to.value, part, key)
        except SendError as exc:
            self._learn(exc)
            raise
        self._health.clear("send")
        self._tokens.confirm()
        self._health.note("last_sent_at", self._clock.now())
        return receipt

    async def show_typing(self, to: Address, *, on: bool) -> bool:
        command = "Typing" if on else "CancelTyping"
        body = orjson.dumps({"touser": to.value, "command": command})
        try:
            await self._caller.ask(Call(path=TYPING, body=body))
        except PermanentSendError as exc:
            if exc.code in NOT_NOW:
                return exc.code == "typing_already"
            raise
        return True

    async def _send(self, openid: str, part: Part, key: str) -> SendReceipt:
        if isinstance(part, NoticePart):
            call = notice_call(openid, part, key, self._config.notice_templates)
            answer = await self._told(call, self._caller.deadline())
            return SendReceipt(
                provider_id=str(answer.get("msgid", "")),
                request_id=request_id(str(answer.get("errmsg", ""))),
            )
        deadline = self._caller.deadline()
        try:
            answer = await self._told(await self._message(openid, part, key, deadline), deadline)
        except PermanentSendError as exc:
            if not (isinstance(part, MediaPart) and is_gone(exc)):
                raise
            self._media.forget(part.media_id)
            answer = await self._told(await self._message(openid, part, key, deadline), deadline)
        return SendReceipt(request_id=request_id(str(answer.get("errmsg", ""))))

    async def _message(self, openid: str, part: Part, key: str, deadline: float) -> Call:
        provider_id = ""
        if isinstance(part, MediaPart) and part.media is not MediaKind.FILE:
            provider_id = await self._media.upload(part, deadline=deadline, ref=key)
        body = send_body(
            openid,
            part,
            max_text=self._config.max_text,
            max_options=self._config.max_options,
            provider_id=provider_id,
        )
        return Call(path=SEND, body=body, ref=key)

    async def _told(self, call: Call, deadline: float) -> Answer:
        answer = (await self._caller.tell(call, deadline=deadline)).answer
        if "errcode" not in answer:
            raise UncertainSendError("answer_not_readable")
        return answer

    def _learn(self, error: SendError) -> None:
        """Wrong settings concern every message: an alarm until one is sent again."""
        code = error.provider_code
        act = rule_of(int(code)).act if code.lstrip("-").isdigit() else None
        if act in (Act.ALARM, Act.RENEW) or error.code in NOT_WECHAT:
            self._health.report("send", "down", error.code)
        elif isinstance(error, RetryableSendError):
            self._health.report("send", "degraded", error.code)

    # ------------------------------------------------------------ the account
    async def run(self, accept: Accept) -> None:
        """Customers reach us by pushes; only the token needs care."""
        self._api.reopen()
        try:
            await self._tokens.keep_fresh()
        finally:
            await self._api.close()

    def health(self) -> Mapping[str, str]:
        return self._health.read()

    async def test(self) -> Mapping[str, str]:
        """A token by these credentials, not the one in use, and one call with it."""
        connected = self._api.connected
        try:
            token = await self._tokens.proven()
            reply = await self._api.call(Call(path=PROOF), token=token.value)
        except UncertainSendError as exc:
            raise RetryableSendError(exc.code, provider_code=exc.provider_code) from exc
        finally:
            if not connected:
                await self._api.release()
        self._caller.check(reply)
        addresses = reply.answer.get("ip_list")
        return {
            "token_expires_at": token.expires_at.isoformat(),
            "provider_addresses": str(len(addresses)) if isinstance(addresses, list) else "0",
            **_provider_time(reply.date),
        }

    async def quota(self) -> Mapping[str, Mapping[str, int]]:
        return await self._console.quota()

    async def create_qr(self, scene: str, *, valid: timedelta | None) -> QrCode:
        return await self._console.create_qr(scene, valid)

    async def publish_menu(self, menu: Menu) -> None:
        if menu:
            await self._console.create_menu(menu_document(menu))
        else:
            await self._console.delete_menu()

    async def read_templates(self) -> Sequence[NoticeTemplate]:
        return await read_templates(self._caller)


def _provider_time(date: str) -> dict[str, str]:
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return {}
    return {"provider_time": told.replace(tzinfo=told.tzinfo or UTC).isoformat()}


KIND = ChannelKind(config=WeChatConfig, build=WeChatAdapter, title=TITLE, told=TOLD)


def _conforms(
    adapter: WeChatAdapter,
) -> tuple[
    ChannelAdapter,
    SupportsWebhook,
    SupportsMedia,
    SupportsTyping,
    SupportsProfiles,
    SupportsQr,
    SupportsMenu,
    SupportsAccount,
    SupportsNotices,
]:
    return adapter, adapter, adapter, adapter, adapter, adapter, adapter, adapter, adapter
