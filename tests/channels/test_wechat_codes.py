"""What every error code of the provider means for the message."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from channels.wechat.errors import CODES, until_midnight
from hub.errors import PermanentSendError, RetryableSendError, SendError
from tests.channels.sending_line import line

CODE_TABLE = [
    (-1, RetryableSendError, "provider_busy", "degraded"),
    (40003, PermanentSendError, "bad_address", "ok"),
    (40007, PermanentSendError, "media_gone", "ok"),
    (40008, PermanentSendError, "part_not_supported", "ok"),
    (40013, PermanentSendError, "wrong_app_id", "down"),
    (40125, PermanentSendError, "wrong_app_secret", "down"),
    (40164, PermanentSendError, "address_not_allowed", "down"),
    (41001, PermanentSendError, "call_incomplete", "down"),
    (41002, PermanentSendError, "call_incomplete", "down"),
    (41004, PermanentSendError, "call_incomplete", "down"),
    (40004, PermanentSendError, "media_type_not_sent", "ok"),
    (40005, PermanentSendError, "media_type_not_sent", "ok"),
    *((n, PermanentSendError, "media_too_large", "ok") for n in (40006, *range(40009, 40013))),
    *((n, PermanentSendError, "menu_refused", "ok") for n in (*range(40015, 40028), 40054, 40055)),
    (40037, PermanentSendError, "template_unknown", "ok"),
    (40053, PermanentSendError, "scene_not_allowed", "ok"),
    (41005, PermanentSendError, "content_empty", "ok"),
    (43004, PermanentSendError, "not_following", "ok"),
    (43019, PermanentSendError, "blocked", "ok"),
    (43101, PermanentSendError, "consent_refused", "ok"),
    (43117, RetryableSendError, "too_frequent", "degraded"),
    (44001, PermanentSendError, "content_empty", "ok"),
    (44004, PermanentSendError, "content_empty", "ok"),
    *((n, PermanentSendError, "content_too_large", "ok") for n in range(45001, 45009)),
    (45009, RetryableSendError, "daily_quota_reached", "degraded"),
    (45011, RetryableSendError, "rate_limited", "degraded"),
    (45015, PermanentSendError, "reply_window_closed", "ok"),
    (45029, PermanentSendError, "too_many_codes", "ok"),
    (45047, PermanentSendError, "reply_quota_exhausted", "ok"),
    (45067, PermanentSendError, "key_too_long", "ok"),
    (45072, PermanentSendError, "body_refused", "ok"),
    (45080, PermanentSendError, "typing_not_now", "ok"),
    (45081, PermanentSendError, "typing_already", "ok"),
    (46003, PermanentSendError, "no_menu", "ok"),
    (47001, PermanentSendError, "body_refused", "ok"),
    (47003, PermanentSendError, "body_refused", "ok"),
    (48001, PermanentSendError, "not_authorised", "down"),
    (48002, PermanentSendError, "messages_refused", "ok"),
    (48004, PermanentSendError, "banned", "down"),
    (50002, PermanentSendError, "limited", "ok"),
    (61004, PermanentSendError, "address_not_allowed", "down"),
    (99999, PermanentSendError, "refused", "ok"),
]


@pytest.mark.parametrize(("errcode", "kind", "code", "state"), CODE_TABLE)
async def test_every_error_code_has_its_meaning(
    errcode: int, kind: type[SendError], code: str, state: str
) -> None:
    async with line() as it:
        it.fault(kind="errcode", code=errcode)
        error = await it.fails()
        assert type(error) is kind
        assert (error.code, error.provider_code) == (code, str(errcode))
        assert error.request_id.count("-") == 2
        assert "rid" not in error.detail
        assert it.adapter.health()["state"] == state
        assert it.sent == []


def test_every_code_of_the_table_is_tested_here_or_beside() -> None:
    renewing, known_already = {40001, 40014, 42001}, {45065}
    assert {row[0] for row in CODE_TABLE} - {99999} == set(CODES) - renewing - known_already


@pytest.mark.parametrize(
    ("errcode", "wait"),
    [
        (-1, None),
        (45011, timedelta(seconds=60)),
        (43117, timedelta(seconds=60)),
        (45009, timedelta(hours=7)),  # 17:00 in China
    ],
)
async def test_the_wait_of_a_retry_is_the_providers(errcode: int, wait: timedelta | None) -> None:
    async with line() as it:
        it.fault(kind="errcode", code=errcode)
        error = await it.fails()
        assert isinstance(error, RetryableSendError)
        assert error.retry_after == wait


def test_the_day_of_a_quota_ends_at_midnight_in_china() -> None:
    assert until_midnight(datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)) == timedelta(seconds=1)
    assert until_midnight(datetime(2026, 11, 21, 16, 0, tzinfo=UTC)) == timedelta(days=1)


async def test_a_message_the_provider_knows_already_counts_as_sent() -> None:
    async with line() as it:
        it.fault(kind="errcode", code=45065)
        await it.send()
        call = it.world.phones[it.openid].entries[-1]
        assert json.loads(call["response"]["body"])["errcode"] == 45065
        assert it.adapter.health()["state"] == "ok"
