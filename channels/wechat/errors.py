"""What WeChat's error codes mean for a message, as data.

Source: the provider's 全局返回码 page and the pages of custom/send and stable_token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum, auto

from hub.errors import PermanentSendError, RetryableSendError, SendError

BANK_TIME = timezone(timedelta(hours=8))  # Asia/Shanghai, without daylight saving since 1991


class Act(Enum):
    """RETRY: not taken, later. STOP: not taken, never. ALARM: not taken, our settings are wrong.
    RENEW: the token is not valid. TAKEN: it has been taken before."""

    RETRY = auto()
    RETRY_TOMORROW = auto()
    STOP = auto()
    ALARM = auto()
    RENEW = auto()
    TAKEN = auto()


@dataclass(frozen=True, slots=True)
class CodeRule:
    act: Act
    code: str
    wait: timedelta | None = None


_MINUTE = timedelta(seconds=60)

CODES: Mapping[int, CodeRule] = {
    -1: CodeRule(Act.RETRY, "provider_busy"),
    40001: CodeRule(Act.RENEW, "credentials_rejected"),
    40014: CodeRule(Act.RENEW, "credentials_rejected"),
    42001: CodeRule(Act.RENEW, "credentials_rejected"),
    40003: CodeRule(Act.STOP, "bad_address"),
    40007: CodeRule(Act.STOP, "media_gone"),
    40008: CodeRule(Act.STOP, "part_not_supported"),
    40004: CodeRule(Act.STOP, "media_type_not_sent"),
    40005: CodeRule(Act.STOP, "media_type_not_sent"),
    40006: CodeRule(Act.STOP, "media_too_large"),
    40009: CodeRule(Act.STOP, "media_too_large"),
    40010: CodeRule(Act.STOP, "media_too_large"),
    40011: CodeRule(Act.STOP, "media_too_large"),
    40012: CodeRule(Act.STOP, "media_too_large"),
    40013: CodeRule(Act.ALARM, "wrong_app_id"),
    **dict.fromkeys((*range(40015, 40028), 40054, 40055), CodeRule(Act.STOP, "menu_refused")),
    40037: CodeRule(Act.STOP, "template_unknown"),
    40053: CodeRule(Act.STOP, "scene_not_allowed"),
    40125: CodeRule(Act.ALARM, "wrong_app_secret"),
    40164: CodeRule(Act.ALARM, "address_not_allowed"),
    61004: CodeRule(Act.ALARM, "address_not_allowed"),
    41001: CodeRule(Act.ALARM, "call_incomplete"),
    41002: CodeRule(Act.ALARM, "call_incomplete"),
    41004: CodeRule(Act.ALARM, "call_incomplete"),
    41005: CodeRule(Act.STOP, "content_empty"),
    43004: CodeRule(Act.STOP, "not_following"),
    43019: CodeRule(Act.STOP, "blocked"),
    43101: CodeRule(Act.STOP, "consent_refused"),
    43117: CodeRule(Act.RETRY, "too_frequent", _MINUTE),
    44001: CodeRule(Act.STOP, "content_empty"),
    44004: CodeRule(Act.STOP, "content_empty"),
    **dict.fromkeys(range(45001, 45009), CodeRule(Act.STOP, "content_too_large")),
    45009: CodeRule(Act.RETRY_TOMORROW, "daily_quota_reached"),
    45011: CodeRule(Act.RETRY, "rate_limited", _MINUTE),
    45015: CodeRule(Act.STOP, "reply_window_closed"),
    45047: CodeRule(Act.STOP, "reply_quota_exhausted"),
    45029: CodeRule(Act.STOP, "too_many_codes"),
    45065: CodeRule(Act.TAKEN, "sent_before"),
    45067: CodeRule(Act.STOP, "key_too_long"),
    45072: CodeRule(Act.STOP, "body_refused"),
    45080: CodeRule(Act.STOP, "typing_not_now"),
    45081: CodeRule(Act.STOP, "typing_already"),
    46003: CodeRule(Act.STOP, "no_menu"),
    47001: CodeRule(Act.STOP, "body_refused"),
    47003: CodeRule(Act.STOP, "body_refused"),
    48001: CodeRule(Act.ALARM, "not_authorised"),
    48002: CodeRule(Act.STOP, "messages_refused"),
    48004: CodeRule(Act.ALARM, "banned"),
    50002: CodeRule(Act.STOP, "limited"),
}
UNKNOWN = CodeRule(Act.STOP, "refused")


def rule_of(errcode: int) -> CodeRule:
    return CODES.get(errcode, UNKNOWN)


def refusal(errcode: int, errmsg: str, now: datetime) -> SendError:
    """The error of an answer that says no."""
    rule = rule_of(errcode)
    text, _, rid = errmsg.partition("rid:")
    known = {
        "provider_code": str(errcode),
        "detail": text.strip()[:200],
        "request_id": rid.strip()[:80],
    }
    if rule.act is Act.RETRY:
        return RetryableSendError(rule.code, retry_after=rule.wait, **known)
    if rule.act is Act.RETRY_TOMORROW:
        return RetryableSendError(rule.code, retry_after=until_midnight(now), **known)
    return PermanentSendError(rule.code, **known)


def request_id(errmsg: str) -> str:
    return errmsg.partition("rid:")[2].strip()[:80]


def until_midnight(now: datetime) -> timedelta:
    """Quotas of a day begin anew at 00:00 in China."""
    local = now.astimezone(BANK_TIME)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight - local
