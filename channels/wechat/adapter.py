"""One Official Account: authenticates pushes, sends customer-service messages."""

import asyncio
from collections.abc import Awaitable, Mapping

from channels.registry import ChannelKind
from channels.wechat.api import Answer, Api
from channels.wechat.config import WeChatConfig
from channels.wechat.crypto import Envelope
from channels.wechat.errors import Act, refusal, request_id, rule_of
from channels.wechat.health import Health
from channels.wechat.outgoing import SENDABLE, send_body
from channels.wechat.tokens import Token, TokenKeeper
from channels.wechat.wire import Account, parse_fields
from channels.wechat.xml import read_fields
from hub.errors import (
    InboundRejected,
    RetryableSendError,
    SendError,
    UncertainSendError,
)
from hub.model.ids import ChannelId
from hub.model.inputs import Inbound
from hub.model.message import Address, Part
from hub.ports import (
    Accept,
    Capabilities,
    ChannelAdapter,
    Clock,
    SendReceipt,
    SupportsWebhook,
    TokenStore,
    WebhookReply,
    WebhookRequest,
)

SEND = "/cgi-bin/message/custom/send"
LONGEST_STAMP = 12
NOT_WECHAT = frozenset({"unexpected_status", "wrong_address"})
DONE = WebhookReply(body=b"success")


class WeChatAdapter:
    """Implements `ChannelAdapter` and `SupportsWebhook`."""

    kind = "wechat"

    def __init__(self, config: WeChatConfig, clock: Clock, tokens: TokenStore) -> None:
        self.id = ChannelId(config.id)
        self.capabilities = Capabilities(
            parts=SENDABLE,
            max_text=config.max_text,
            max_options=config.max_options,
            grants=config.grants(),
        )
        self._config = config
        self._clock = clock
        keys = [k for k in (config.aes_key, config.previous_aes_key) if k is not None]
        self._envelope = Envelope(
            token=config.token.get_secret_value(),
            app_id=config.app_id,
            aes_keys=[key.get_secret_value() for key in keys],
        )
        self._account = Account(
            channel_id=self.id, name=config.account, grants=self.capabilities.grants
        )
        self._health = Health(config.id)
        self._api = Api(config.base_url, timeout_s=config.call_timeout_s)
        self._tokens = TokenKeeper(config, self._api, tokens, clock, self._health)

    # ------------------------------------------------------------ from the customer
    async def on_webhook(self, request: WebhookRequest, accept: Accept) -> WebhookReply:
        """A repeated push is answered like a new one: it stands already."""
        try:
            if request.method == "GET":
                return self._echo(request)
            inbound = self.read_push(request)
        except InboundRejected:
            self._health.rejected += 1
            raise
        await accept(inbound)
        self._health.note("last_push_at", request.received_at)
        return DONE

    def read_push(self, request: WebhookRequest) -> Inbound:
        """Authenticate, open and parse; no I/O.

        Raises:
            InboundRejected: not authentic, stale, too large or not readable.
        """
        if request.method != "POST":
            raise InboundRejected("method_not_allowed", status=405)
        if len(request.body) > self._config.body_limit:
            raise InboundRejected("too_large", status=413)
        query = request.query
        if "msg_signature" not in query and query.get("encrypt_type", "raw") == "raw":
            if self._config.mode == "safe":
                raise InboundRejected("not_sealed", status=403)
            self._check_signed(request, query.get("signature", ""))
            return parse_fields(read_fields(request.body), self._account)
        if self._config.mode == "plain":
            raise InboundRejected("sealed_in_plain_mode", status=403)
        sealed = read_fields(request.body).get("Encrypt", "")
        self._check_signed(request, query.get("msg_signature", ""), sealed)
        return parse_fields(read_fields(self._envelope.open(sealed)), self._account)

    def _echo(self, request: WebhookRequest) -> WebhookReply:
        """The provider's console asks whether the address is ours."""
        self._check_signed(request, request.query.get("signature", ""))
        echo = request.query.get("echostr")
        if echo is None:
            raise InboundRejected("no_echostr")
        return WebhookReply(body=echo.encode("utf-8", "replace"))

    def _check_signed(self, request: WebhookRequest, signature: str, *words: str) -> None:
        stamp, nonce = request.query.get("timestamp", ""), request.query.get("nonce", "")
        if not self._envelope.is_signed(signature, stamp, nonce, *words):
            raise InboundRejected("bad_signature", status=403)
        if not (0 < len(stamp) <= LONGEST_STAMP and stamp.isascii() and stamp.isdigit()):
            raise InboundRejected("bad_timestamp", status=403)
        if abs(request.received_at.timestamp() - int(stamp)) > self._config.clock_skew_s:
            raise InboundRejected("stale_timestamp", status=403)

    # ------------------------------------------------------------ to the customer
    async def send(self, to: Address, part: Part, *, key: str) -> SendReceipt:
        """WeChat knows no key of ours here: it cannot recognise a message sent twice."""
        body = send_body(
            to.value, part, max_text=self._config.max_text, max_options=self._config.max_options
        )
        try:
            receipt = await self._send(body)
        except SendError as exc:
            self._learn(exc)
            raise
        self._health.clear("send")
        self._tokens.confirm()
        self._health.note("last_sent_at", self._clock.now())
        return receipt

    async def run(self, accept: Accept) -> None:
        """Customers reach us by pushes; only the token needs care."""
        self._api.reopen()
        try:
            await self._tokens.keep_fresh()
        finally:
            await self._api.close()

    def health(self) -> Mapping[str, str]:
        return self._health.read()

    async def _send(self, body: bytes) -> SendReceipt:
        """At most two calls and one renewal, all within `call_timeout_s`."""
        deadline = asyncio.get_running_loop().time() + self._config.call_timeout_s
        token = await _in_time(self._tokens.current(), deadline)
        answer = await self._api.post(SEND, body, token=token.value, deadline=deadline)
        if _act(answer) is Act.RENEW:
            token = await _in_time(self._tokens.renewed(token), deadline)
            answer = await self._api.post(SEND, body, token=token.value, deadline=deadline)
        errmsg = str(answer.get("errmsg", ""))
        if answer["errcode"] and _act(answer) is not Act.TAKEN:
            raise refusal(answer["errcode"], errmsg, self._clock.now())
        return SendReceipt(request_id=request_id(errmsg))

    def _learn(self, error: SendError) -> None:
        """Wrong settings concern every message: an alarm until one is sent again."""
        code = error.provider_code
        act = rule_of(int(code)).act if code.lstrip("-").isdigit() else None
        if act in (Act.ALARM, Act.RENEW) or error.code in NOT_WECHAT:
            self._health.report("send", "down", error.code)
        elif isinstance(error, RetryableSendError):
            self._health.report("send", "degraded", error.code)


async def _in_time(token: Awaitable[Token], deadline: float) -> Token:
    """While we wait for a token nothing has been sent."""
    try:
        async with asyncio.timeout_at(deadline):
            return await token
    except TimeoutError as exc:
        raise RetryableSendError("token_unavailable") from exc


def _act(answer: Answer) -> Act | None:
    """What the answer of a send asks for; None when it was taken."""
    errcode = answer.get("errcode")
    if not isinstance(errcode, int):
        raise UncertainSendError("answer_not_readable")
    return rule_of(errcode).act if errcode else None


KIND = ChannelKind(config=WeChatConfig, build=WeChatAdapter)


def _conforms(adapter: WeChatAdapter) -> tuple[ChannelAdapter, SupportsWebhook]:
    return adapter, adapter
