"""Pushes of WeChat: authenticated, opened, read. No I/O."""

from pydantic import SecretStr

from channels.wechat.config import WeChatConfig
from channels.wechat.crypto import Envelope
from channels.wechat.wire import Account, parse_fields
from channels.wechat.xml import read_fields
from hub.errors import InboundRejected
from hub.model.ids import ChannelId
from hub.model.inputs import Inbound
from hub.ports import WebhookRequest

LONGEST_STAMP = 12


class Pushes:
    def __init__(self, config: WeChatConfig) -> None:
        self._config = config
        self._envelope = Envelope(
            tokens=_given(config.token, config.previous_token),
            app_id=config.app_id,
            aes_keys=_given(config.aes_key, config.previous_aes_key),
        )
        self._account = Account(
            channel_id=ChannelId(config.id),
            name=config.account,
            grants=config.grants(),
            notices=frozenset(config.notice_templates),
        )

    def open(self, request: WebhookRequest) -> dict[str, str]:
        """The fields of an authentic push.

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
            return read_fields(request.body)
        if self._config.mode == "plain":
            raise InboundRejected("sealed_in_plain_mode", status=403)
        sealed = read_fields(request.body).get("Encrypt", "")
        self._check_signed(request, query.get("msg_signature", ""), sealed)
        return read_fields(self._envelope.open(sealed))

    def read(self, fields: dict[str, str]) -> Inbound:
        """Raises InboundRejected: for another account, or a required element is wrong."""
        return parse_fields(fields, self._account)

    def echo(self, request: WebhookRequest) -> bytes:
        """The provider's console asks whether the address is ours."""
        self._check_signed(request, request.query.get("signature", ""))
        echo = request.query.get("echostr")
        if echo is None:
            raise InboundRejected("no_echostr")
        return echo.encode("utf-8", "replace")

    def _check_signed(self, request: WebhookRequest, signature: str, *words: str) -> None:
        stamp, nonce = request.query.get("timestamp", ""), request.query.get("nonce", "")
        if not self._envelope.is_signed(signature, stamp, nonce, *words):
            raise InboundRejected("bad_signature", status=403)
        if not (0 < len(stamp) <= LONGEST_STAMP and stamp.isascii() and stamp.isdigit()):
            raise InboundRejected("bad_timestamp", status=403)
        if abs(request.received_at.timestamp() - int(stamp)) > self._config.clock_skew_s:
            raise InboundRejected("stale_timestamp", status=403)


def _given(*secrets: SecretStr | None) -> list[str]:
    return [each.get_secret_value() for each in secrets if each is not None]
