"""Hands every exchange of one account to the channel log, redacted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from channels.wechat.errors import Act, request_id, rule_of
from channels.wechat.redaction import person, redacted
from hub.errors import PermanentSendError, RetryableSendError, SendError
from hub.model.ids import ChannelId
from hub.model.inputs import Inbound
from hub.ports import Clock, Direction, Exchange, ExchangeLog, Outcome

ACCEPTED_STATUS = 200
STRANGERS_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Beginning:
    at: datetime
    monotonic: float


class Recorder:
    """Without a log nothing is built."""

    def __init__(self, channel_id: ChannelId, log: ExchangeLog | None, clock: Clock) -> None:
        self._channel_id = channel_id
        self._log = log
        self._clock = clock
        self._stranger_at = float("-inf")

    def begin(self) -> Beginning:
        return Beginning(self._clock.now(), self._clock.monotonic())

    def answered(
        self,
        began: Beginning,
        operation: str,
        sent: Mapping[str, str],
        answer: Mapping[str, object],
        *,
        ref: str = "",
    ) -> None:
        """The provider answered, with yes or no."""
        errcode = answer.get("errcode", 0)
        errmsg = str(answer.get("errmsg", ""))
        rule = rule_of(errcode) if isinstance(errcode, int) and errcode else None
        refused = rule is not None and rule.act is not Act.TAKEN
        self._write(
            began,
            operation=operation,
            outcome=Outcome.REFUSED if refused else Outcome.OK,
            status=ACCEPTED_STATUS,
            code=rule.code if rule else "",
            provider_code=str(errcode) if errcode else "",
            request_id=request_id(errmsg),
            sent=sent,
            received=redacted(answer),
            ref=ref,
        )

    def broke(
        self,
        began: Beginning,
        operation: str,
        sent: Mapping[str, str],
        error: SendError | None,
        *,
        ref: str = "",
    ) -> None:
        """No readable answer came; None: the call was given up by the hub itself."""
        certain = isinstance(error, (RetryableSendError, PermanentSendError))
        code = error.provider_code if error else ""
        self._write(
            began,
            operation=operation,
            outcome=Outcome.FAILED if certain else Outcome.UNCERTAIN,
            status=int(code) if code.isdigit() else 0,
            code=error.code if error else "given_up",
            sent=sent,
            ref=ref,
        )

    def pushed(
        self, began: Beginning, fields: Mapping[str, str], inbound: Inbound | None, code: str = ""
    ) -> None:
        """The provider called us; `code` tells why the push had no effect.

        What anybody may send is written down once a second, so that it drives nothing else out.
        """
        if code and not fields:
            if began.monotonic - self._stranger_at < STRANGERS_EVERY_S:
                return
            self._stranger_at = began.monotonic
        event = fields.get("Event", "")
        self._write(
            began,
            direction=Direction.FROM_PROVIDER,
            operation=(f"event {event}" if event else fields.get("MsgType", "")) or "push",
            outcome=Outcome.REFUSED if code else Outcome.OK,
            status=0 if code else ACCEPTED_STATUS,
            code=code,
            received=redacted(fields),
            ref=_nameless(inbound.external_id, fields) if inbound else "",
        )

    def _write(
        self, began: Beginning, *, direction: Direction = Direction.TO_PROVIDER, **facts: object
    ) -> None:
        if self._log is None:
            return
        taken = max(0.0, self._clock.monotonic() - began.monotonic)
        self._log.record(
            Exchange(
                channel_id=self._channel_id,
                at=began.at,
                direction=direction,
                milliseconds=round(taken * 1000),
                **facts,  # type: ignore[arg-type]
            )
        )


def _nameless(external_id: str, fields: Mapping[str, str]) -> str:
    """The key of an input names the customer's openid, and an event's scene or menu key."""
    openid = fields.get("FromUserName", "")
    kept = external_id.replace(openid, person(openid)) if openid else external_id
    key = fields.get("EventKey", "")
    return kept.replace(key, "‹key›") if key else kept
