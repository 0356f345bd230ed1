"""Real pushes in, inputs out; one row a type. Times are those of the bytes, in UTC."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from channels.wechat.wire import Account, parse_fields
from channels.wechat.xml import read_fields
from hub.errors import InboundRejected
from hub.model.codec import pack, unpack
from hub.model.ids import ChannelId
from hub.model.inputs import CustomerMessage, CustomerSignal, Inbound
from hub.model.message import (
    Address,
    LinkPart,
    LocationPart,
    MediaKind,
    MediaPart,
    Part,
    ReplyGrant,
    TextPart,
    UnsupportedPart,
)
from hub.ports import GrantRule

WIRE = Path(__file__).resolve().parents[1] / "wire" / "wechat"
CHANNEL = ChannelId("wechat-main")
GRANTS = {
    "message": GrantRule(quota=5, valid=timedelta(hours=48)),
    "click": GrantRule(quota=3, valid=timedelta(minutes=1)),
    "follow": GrantRule(quota=3, valid=timedelta(minutes=1)),
    "scan": GrantRule(quota=3, valid=timedelta(minutes=1)),
}
EVERY_FILE = sorted(path.stem for path in WIRE.glob("*.xml") if path.stem != "sealed_demo")


def raw(name: str) -> bytes:
    return (WIRE / f"{name}.xml").read_bytes()


def read(body: bytes, name: str | None = None) -> Inbound:
    account = read_fields(body)["ToUserName"] if name is None else name
    known = Account(channel_id=CHANNEL, name=account, grants=GRANTS)
    return parse_fields(read_fields(body), known)


def message(name: str) -> CustomerMessage:
    found = read(raw(name))
    assert isinstance(found, CustomerMessage)
    return found


def signal(name: str) -> CustomerSignal:
    found = read(raw(name))
    assert isinstance(found, CustomerSignal)
    return found


def push(**fields: str) -> bytes:
    """A made-up push for what no provider page shows."""
    base = {
        "ToUserName": "gh_1",
        "FromUserName": "oAlice",
        "CreateTime": "1348831860",
        "MsgType": "text",
        "Content": "hi",
        "MsgId": "7",
    }
    inner = "".join(f"<{k}><![CDATA[{v}]]></{k}>" for k, v in {**base, **fields}.items() if v)
    return f"<xml>{inner}</xml>".encode()


def test_text_is_one_message_with_key_order_time_and_grant() -> None:
    assert message("text_captured") == CustomerMessage(
        address=Address(channel_id=CHANNEL, value="oFTYt0l9wQDDhwmx1js_d1T6zZkw"),
        external_id="m:oFTYt0l9wQDDhwmx1js_d1T6zZkw:6574261948839470964",
        order="001530689641.06574261948839470964",
        parts=(TextPart(text="文本消息"),),
        sent_at=datetime(2018, 7, 4, 7, 34, 1, tzinfo=UTC),
        grant=ReplyGrant(kind="message", quota=5, until=datetime(2018, 7, 6, 7, 34, 1, tzinfo=UTC)),
        has_profile=True,
    )


def test_create_time_is_in_seconds_not_milliseconds() -> None:
    assert message("text").sent_at == datetime(2012, 9, 28, 11, 31, tzinfo=UTC)


PARTS: list[tuple[str, Part]] = [
    ("text", TextPart(text="this is a test")),
    (
        "image_captured",
        MediaPart(
            media=MediaKind.IMAGE,
            provider_ref="SRazYKH_aw5nACnUdjwexDcc9WmPAuJVV8_u6Fa5-79WzpiQtoScKljpG8musls2",
            url="http://mmbiz.qpic.cn/mmbiz_jpg/T85yfKllsbIWj3WwiaaDGkysmbNYo80JtffEwIvKj3"
            "dkDfm2NfuqZJ34wJNKdYwn7wQ5V9g5JHv5mCe9jqEvtcA/0",
        ),
    ),
    (
        "voice_captured",
        MediaPart(
            media=MediaKind.VOICE,
            provider_ref="6IJxKBt0aUcsKSxTD9MHX9WV1sYnFkf0lAArZWWm_YZVRnF2OWGcQdvXOxcBwdom",
            format="amr",
        ),
    ),
    ("video", MediaPart(media=MediaKind.VIDEO, provider_ref="media_id")),
    (
        "shortvideo_captured",
        MediaPart(
            media=MediaKind.VIDEO,
            provider_ref="hcik2O_g6Pa6d2RjvZze-BgLjocAiBfsNqXd_JBkw570RUb0qh8ayO12TaC5TPhc",
        ),
    ),
    ("location", LocationPart(latitude=23.134521, longitude=113.358803, label="位置信息")),
    ("link", LinkPart(title="公众平台官网链接", url="url", description="公众平台官网链接")),
    (
        "file_captured",
        MediaPart(media=MediaKind.FILE, provider_ref="BAAAAAAAAACJHA0y", name="test.zip", size=222),
    ),
]


@pytest.mark.parametrize(("name", "part"), PARTS, ids=[name for name, _ in PARTS])
def test_each_message_type_becomes_its_part(name: str, part: Part) -> None:
    assert message(name).parts == (part,)


def test_speech_text_of_a_voice_message_is_its_transcript() -> None:
    body = push(MsgType="voice", MediaId="m", Format="speex", Recognition="查余额")
    found = read(body, "gh_1")
    assert isinstance(found, CustomerMessage)
    assert found.parts == (
        MediaPart(media=MediaKind.VOICE, provider_ref="m", format="speex", transcript="查余额"),
    )


def test_a_pressed_menu_item_is_a_choice_and_opens_the_click_window() -> None:
    found = message("text_menu_choice")
    assert found.parts == (TextPart(text="满意"),)
    assert found.choice == "101"
    assert found.grant == ReplyGrant(
        kind="click", quota=3, until=datetime(2017, 7, 14, 2, 41, tzinfo=UTC)
    )


def test_unknown_type_is_kept_not_dropped() -> None:
    found = read(push(MsgType="hologram", Content="", Depth="3"), "gh_1")
    assert isinstance(found, CustomerMessage)
    assert found.parts == (
        UnsupportedPart(
            kind="hologram",
            raw={
                "ToUserName": "gh_1",
                "FromUserName": "oAlice",
                "CreateTime": "1348831860",
                "MsgType": "hologram",
                "MsgId": "7",
                "Depth": "3",
            },
        ),
    )


def test_a_mini_program_card_is_a_link_no_browser_opens() -> None:
    assert message("miniprogrampage").parts == (
        LinkPart(title="Title", url="mini-program:AppId/PagePath"),
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "image", "Content": ""},
        {"MsgType": "text", "Content": ""},
        {"MsgType": "location", "Location_X": "nan", "Location_Y": "1"},
        {"MsgType": "location", "Location_X": "north", "Location_Y": "1"},
        {"MsgType": "link", "Title": "no address"},
        {"MsgType": "file", "Title": "no key"},
    ],
)
def test_a_known_type_without_its_content_is_kept_whole(fields: dict[str, str]) -> None:
    found = read(push(**fields), "gh_1")
    assert isinstance(found, CustomerMessage)
    assert isinstance(found.parts[0], UnsupportedPart)
    assert found.parts[0].kind == fields["MsgType"]


SIGNALS: list[tuple[str, str, str, str]] = [
    ("event_subscribe", "followed", "", "follow"),
    ("event_subscribe_scene", "followed", "123123", "follow"),
    ("event_unsubscribe", "unfollowed", "", ""),
    ("event_scan", "scan", "SCENE_VALUE", "scan"),
    ("event_location", "location", "23.137466,113.352425", ""),
    ("event_click", "menu_click", "EVENTKEY", "click"),
    ("event_view", "menu_view", "www.qq.com", ""),
    ("event_view_miniprogram_captured", "menu_view", "pages/meeting/meeting", ""),
    ("event_scancode_push", "menu_scan", "1", "click"),
    ("event_scancode_waitmsg", "menu_scan", "1", "click"),
    ("event_pic_sysphoto", "menu_photo", "6", ""),
    ("event_pic_photo_or_album", "menu_photo", "6", ""),
    ("event_pic_weixin", "menu_photo", "6", ""),
    (
        "event_location_select_captured",
        "menu_location",
        "31.257009506225586,121.59297180175781",
        "",
    ),
    ("event_mass_send", "mass_send_finished", "1988,sendsuccess", ""),
    ("event_publish", "publish_finished", "2247503051", ""),
    ("event_consent", "notification_consent", "accept", ""),
    ("event_kf_create", "provider_desk_opened", "test1@test", ""),
    ("event_kf_close", "provider_desk_closed", "test1@test", ""),
    ("event_kf_switch", "provider_desk_switched", "test1@test,test2@test", ""),
    ("event_unknown_qualification", "unsupported", "qualification_verify_success", ""),
]


@pytest.mark.parametrize(
    ("name", "kind", "value", "grant"), SIGNALS, ids=[row[0] for row in SIGNALS]
)
def test_each_event_becomes_its_signal(name: str, kind: str, value: str, grant: str) -> None:
    found = signal(name)
    assert (found.kind, found.value) == (kind, value)
    assert (found.grant.kind if found.grant else "") == grant


def test_windows_of_clicks_follows_and_scans_last_one_minute() -> None:
    for name in ("event_click", "event_subscribe", "event_scan"):
        grant = signal(name).grant
        assert grant is not None
        assert (grant.quota, grant.until) == (3, datetime(1973, 11, 29, 21, 34, 9, tzinfo=UTC))


def test_an_unknown_event_keeps_every_field() -> None:
    assert dict(signal("event_unknown_qualification").raw) == {
        "ToUserName": "toUser",
        "FromUserName": "FromUser",
        "CreateTime": "1442401156",
        "MsgType": "event",
        "Event": "qualification_verify_success",
        "ExpiredTime": "1442401156",
    }


def test_a_known_event_keeps_the_fields_of_its_own() -> None:
    assert dict(signal("event_consent").raw) == {
        "SubscribeMsgPopupEvent.List.TemplateId": "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc",
        "SubscribeMsgPopupEvent.List.SubscribeStatusString": "accept",
        "SubscribeMsgPopupEvent.List.PopupScene": "2",
        "SubscribeMsgPopupEvent.List.TemplateId#2": "9nLIlbOQZC5Y89AZteFEux3WCXRRRG5Wfzkpssu4bLI",
        "SubscribeMsgPopupEvent.List.SubscribeStatusString#2": "reject",
        "SubscribeMsgPopupEvent.List.PopupScene#2": "2",
    }


@pytest.mark.parametrize("name", EVERY_FILE)
def test_what_comes_out_is_plain_data_that_survives_storing(name: str) -> None:
    found = read(raw(name))
    assert unpack(pack(found), CustomerMessage | CustomerSignal) == found


@pytest.mark.parametrize("name", EVERY_FILE)
def test_a_repeated_push_has_the_same_key(name: str) -> None:
    assert read(raw(name)).external_id == read(raw(name)).external_id


def test_the_same_msgid_from_two_customers_is_kept_apart() -> None:
    one, two = read(push(FromUserName="oAlice"), "gh_1"), read(push(FromUserName="oBob"), "gh_1")
    assert (one.external_id, two.external_id) == ("m:oAlice:7", "m:oBob:7")


def test_an_event_is_known_by_sender_time_name_and_key() -> None:
    assert signal("event_click").external_id == "e:FromUser:123456789:CLICK:EVENTKEY"


def test_a_long_event_key_is_hashed_into_a_bounded_one() -> None:
    keys = {
        read(push(MsgType="event", Event="VIEW", EventKey="a" * 900 + end), "gh_1").external_id
        for end in "xyz"
    }
    assert len(keys) == 3
    assert all(len(key) < 120 for key in keys)


def test_two_positions_in_one_second_have_two_keys() -> None:
    bodies = [raw("event_location"), raw("event_location").replace(b"23.137466", b"23.137467")]
    assert len({read(body).external_id for body in bodies}) == 2


def test_a_message_without_an_id_gets_a_key_of_its_content() -> None:
    one, same, other = (
        read(push(MsgId="", Content=text), "gh_1").external_id for text in ("a", "a", "b")
    )
    assert one == same
    assert one != other


def test_order_is_time_then_number_at_fixed_width() -> None:
    bodies = [
        push(CreateTime="999999999", MsgId="9"),
        push(CreateTime="1348831860", MsgId="9"),
        push(CreateTime="1348831860", MsgId="10"),
        push(CreateTime="1348831861", MsgId="1"),
    ]
    orders = []
    for body in bodies:
        found = read(body, "gh_1")
        assert isinstance(found, CustomerMessage)
        orders.append(found.order)
    assert orders == sorted(orders)
    assert {len(order) for order in orders} == {33}


def test_a_follow_sorts_before_the_first_message_of_the_same_second() -> None:
    follow = read(push(MsgType="event", Event="subscribe", MsgId=""), "gh_1")
    first = read(push(), "gh_1")
    assert isinstance(follow, CustomerSignal)
    assert isinstance(first, CustomerMessage)
    assert follow.order < first.order


REJECTED = [
    ("not xml", b"hello", "not_xml"),
    ("cut", push()[:-10], "not_xml"),
    ("empty", b"", "not_xml"),
    ("other root", b"<html/>", "wrong_root"),
    ("wrong encoding", push().replace(b"hi", b"\xff\xfe"), "not_xml"),
    (
        "two senders",
        push().replace(b"<MsgId>", b"<FromUserName>x</FromUserName><MsgId>"),
        "ambiguous",
    ),
    ("no sender", push(FromUserName=""), "bad_sender"),
    ("sender is no openid", push(FromUserName="o:Alice"), "bad_sender"),
    ("sender too long", push(FromUserName="o" * 65), "bad_sender"),
    ("no time", push(CreateTime=""), "bad_create_time"),
    ("time in milliseconds", push(CreateTime="1348831860000"), "bad_create_time"),
    ("time is no number", push(CreateTime="12a"), "bad_create_time"),
    ("time in full-width digits", push(CreateTime="１２"), "bad_create_time"),
    ("no type", push(MsgType=""), "no_message_type"),
    ("too deep", b"<xml>" + b"<a>" * 9 + b"</a>" * 9 + b"</xml>", "too_deep"),
    ("too many", b"<xml>" + b"<a/>" * 300 + b"</xml>", "too_many_elements"),
]


@pytest.mark.parametrize(
    ("body", "reason"), [row[1:] for row in REJECTED], ids=[row[0] for row in REJECTED]
)
def test_rejects(body: bytes, reason: str) -> None:
    with pytest.raises(InboundRejected, match=f"^{reason}$"):
        read(body, "gh_1")


def test_a_push_for_another_account_is_refused() -> None:
    with pytest.raises(InboundRejected) as caught:
        read(push(), "gh_other")
    assert (caught.value.reason, caught.value.status) == ("wrong_account", 403)
