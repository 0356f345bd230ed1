"""The account itself: typing, people, QR codes, menu, quota, and a test of its credentials."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.wechat.simulator.account import Account
from channels.wechat.simulator.pushes import event_fields
from hub.errors import PermanentSendError, RetryableSendError, SendError
from hub.model.ids import ChannelId
from hub.model.menu import MenuEntry, MenuKind
from hub.model.message import Address, MediaKind, MediaPart, TextPart
from hub.ports import Profile, SupportsAccount, SupportsProfiles
from hub.runtime.clock import SystemClock
from tests.channels.line import Line, line
from tests.channels.support import CHANNEL, START, adapter_of, memory_tokens

WIRE = Path(__file__).resolve().parents[1] / "wire" / "wechat"
BALANCE = MenuEntry(name="查余额", kind=MenuKind.QUESTION, key="balance")
MENU = {"button": [{"type": "click", "name": "查余额", "key": "balance"}]}


async def test_typing_is_shown_until_a_message_is_sent() -> None:
    async with line() as it:
        assert await it.adapter.show_typing(it.to, on=True) is True
        assert it.phone.entries[-1]["kind"] == "typing"
        assert it.phone.typing_until == 15.0
        await it.send(TextPart(text="您好"))
        assert it.phone.typing_until < 0


async def test_typing_that_is_shown_already_is_shown() -> None:
    async with line() as it:
        await it.adapter.show_typing(it.to, on=True)
        assert await it.adapter.show_typing(it.to, on=True) is True


async def test_typing_is_not_shown_30_seconds_after_the_last_word() -> None:
    async with line() as it:
        await it.clock.advance(31)
        assert await it.adapter.show_typing(it.to, on=True) is False
        assert it.adapter.health()["state"] == "ok"


async def test_typing_can_be_taken_back() -> None:
    async with line() as it:
        await it.adapter.show_typing(it.to, on=True)
        assert await it.adapter.show_typing(it.to, on=False) is True
        assert it.phone.typing_until < 0


async def test_a_profile_tells_the_union_id_and_where_the_customer_came_from() -> None:
    async with line() as it:
        it.phone.following = False
        it.deliveries.event(it.phone, event_fields("subscribe", "qrscene_branch-7", {}))
        assert await it.adapter.fetch_profile(it.to) == Profile(
            following=True,
            union_id=it.phone.unionid,
            language="zh_CN",
            followed_at=START,
            source="ADD_SCENE_QR_CODE",
            scene="branch-7",
        )


async def test_who_does_not_follow_has_no_more_than_an_id() -> None:
    async with line() as it:
        it.phone.following = False
        found = await it.adapter.fetch_profile(it.to)
        assert found == Profile(following=False, union_id=it.phone.unionid)


async def test_an_unknown_customer_has_no_profile() -> None:
    async with line() as it:
        with pytest.raises(PermanentSendError) as caught:
            await it.adapter.fetch_profile(Address(channel_id=ChannelId(CHANNEL), value="o1"))
        assert caught.value.code == "bad_address"


async def test_two_accounts_of_one_owner_know_the_customer_by_one_union_id() -> None:
    async with line() as it:
        other = Account.model_validate(
            {**it.world.account.model_dump(), "id": "gh_other", "app_id": "wxother"}
        )
        second = adapter_of(other, it.clock, base_url=it.url, tokens=memory_tokens(it.clock))
        people: list[SupportsProfiles] = [it.adapter, second]
        it.world.account.app_id = "wxother"
        try:
            found = await people[1].fetch_profile(it.to)
        finally:
            await second._api.close()
        assert found.union_id == it.phone.unionid


async def test_a_qr_code_brings_its_scene_back() -> None:
    async with line() as it:
        code = await it.adapter.create_qr("branch-7", valid=timedelta(days=30))
        assert code.expires_at == START + timedelta(days=30)
        assert code.picture_url.startswith(f"{it.url}/cgi-bin/showqrcode?ticket=gQ")
        known = it.world.qr.find(code.ticket)
        assert known is not None
        assert (known.scene, known.url) == ("branch-7", code.url)


async def test_a_permanent_code_has_no_end() -> None:
    async with line() as it:
        code = await it.adapter.create_qr("letter", valid=None)
        assert code.expires_at is None
        await it.clock.advance(365 * 24 * 3600)
        assert it.world.qr.find(code.ticket) is not None


@pytest.mark.parametrize(
    ("scene", "valid", "code"),
    [
        ("", timedelta(hours=1), "scene_not_allowed"),
        ("x" * 65, timedelta(hours=1), "scene_not_allowed"),
        ("x", timedelta(days=30, seconds=1), "qr_time_not_allowed"),
        ("x", timedelta(0), "qr_time_not_allowed"),
    ],
)
async def test_a_code_the_provider_would_not_make_is_not_asked_for(
    scene: str, valid: timedelta, code: str
) -> None:
    async with line() as it:
        with pytest.raises(PermanentSendError) as caught:
            await it.adapter.create_qr(scene, valid=valid)
        assert caught.value.code == code
        assert sum(it.world.calls.values()) == 0


def shown(it: Line) -> dict[str, Any] | None:
    """The menu customers see."""
    return it.world.menu


async def test_the_menu_is_published_and_taken_away() -> None:
    async with line() as it:
        assert shown(it) is None
        await it.adapter.publish_menu((BALANCE,))
        assert shown(it) == MENU
        await it.adapter.publish_menu(())
        assert shown(it) is None


async def test_a_menu_the_provider_refuses_changes_nothing() -> None:
    async with line() as it:
        await it.adapter.publish_menu((BALANCE,))
        with pytest.raises(PermanentSendError) as caught:
            await it.adapter.publish_menu((BALANCE,) * 4)
        assert caught.value.provider_code == "40016"
        assert shown(it) == MENU


async def test_the_quota_tells_what_of_today_is_used() -> None:
    async with line() as it:
        await it.send(TextPart(text="1"))
        await it.send(TextPart(text="2"))
        assert (await it.adapter.quota())["message/custom/send"] == {
            "daily_limit": 500_000,
            "used": 2,
            "remain": 499_998,
        }


async def test_right_credentials_pass_their_test() -> None:
    async with line() as it:
        facts = dict(await it.adapter.test())
        told = datetime.fromisoformat(facts.pop("provider_time"))
        assert abs(told - SystemClock().now()) < timedelta(seconds=10)
        assert facts == {
            "token_expires_at": datetime(2026, 11, 21, 11, 0, tzinfo=UTC).isoformat(),
            "provider_addresses": "1",
        }
        assert it.adapter._api.connected is False


async def test_a_wrong_secret_fails_although_a_good_token_is_stored() -> None:
    async with line() as it:
        tokens = memory_tokens(it.clock)
        good = adapter_of(it.world.account, it.clock, base_url=it.url, tokens=tokens)
        await good.send(it.to, TextPart(text="您好"), key="k")
        await good._api.close()
        wrong: SupportsAccount = adapter_of(
            it.world.account, it.clock, base_url=it.url, tokens=tokens, app_secret="wrong"
        )
        with pytest.raises(PermanentSendError) as caught:
            await wrong.test()
        assert (caught.value.code, caught.value.provider_code) == ("wrong_app_secret", "40125")


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ({"kind": "errcode", "code": 48001}, PermanentSendError, "not_authorised"),
        ({"kind": "cut"}, RetryableSendError, "answer_cut"),
        ({"kind": "status"}, RetryableSendError, "provider_failed"),
    ],
)
async def test_a_test_that_fails_says_why(
    fault: dict[str, object], kind: type[SendError], code: str
) -> None:
    async with line() as it:
        it.fault(call="addresses", **fault)
        with pytest.raises(kind) as caught:
            await it.adapter.test()
        assert caught.value.code == code


def answer(name: str) -> str:
    return (WIRE / f"answer_{name}.json").read_text("utf-8")


async def test_the_providers_own_sample_answers_are_read() -> None:
    async with line() as it:
        it.fault(call="addresses", kind="garbage", body=answer("callback_addresses"))
        assert (await it.adapter.test())["provider_addresses"] == "3"
        it.fault(call="quota", kind="garbage", body=answer("quota"))
        used_up = {"daily_limit": 0, "used": 0, "remain": 0}
        assert set(map(str, (await it.adapter.quota()).values())) == {str(used_up)}
        it.fault(call="qrcode", kind="garbage", body=answer("qrcode_temporary_captured"))
        code = await it.adapter.create_qr("x", valid=timedelta(days=1))
        assert code.url == "http://weixin.qq.com/q/02wPFKBmPJfu21QQPIxycG"
        assert code.expires_at == START + timedelta(days=1)
        it.fault(call="qrcode", kind="garbage", body=answer("qrcode_permanent_captured"))
        assert (await it.adapter.create_qr("x", valid=None)).expires_at is None
        it.fault(call="media", kind="garbage", body=answer("media_gone"))
        with pytest.raises(PermanentSendError) as caught:
            await it.adapter.fetch_media(MediaPart(media=MediaKind.IMAGE, provider_ref="m"))
        assert caught.value.code == "media_gone"
