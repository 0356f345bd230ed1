"""What WeChat's events mean, as data."""

from collections.abc import Mapping
from dataclasses import dataclass

Fields = Mapping[str, str]
COMMON = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey"})
SCENE = "qrscene_"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """`value`: the fields that say what was meant, joined by a comma; `grant`: what it opens."""

    kind: str
    value: tuple[str, ...] = ("EventKey",)
    grant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """`whole`: keep every field, the event is unknown."""

    kind: str
    value: str
    grant: str = ""
    whole: bool = False


_SCAN_RESULT = ("ScanCodeInfo.ScanResult",)
_KF = ("KfAccount",)

EVENTS: Mapping[str, EventRule] = {
    "subscribe": EventRule(kind="followed", grant="follow"),
    "unsubscribe": EventRule(kind="unfollowed"),
    "scan": EventRule(kind="scan", grant="scan"),
    "location": EventRule(kind="location", value=("Latitude", "Longitude")),
    "click": EventRule(kind="menu_click", grant="click"),
    "view": EventRule(kind="menu_view"),
    "view_miniprogram": EventRule(kind="menu_view"),
    "scancode_push": EventRule(kind="menu_scan", value=_SCAN_RESULT, grant="click"),
    "scancode_waitmsg": EventRule(kind="menu_scan", value=_SCAN_RESULT, grant="click"),
    "pic_sysphoto": EventRule(kind="menu_photo"),
    "pic_photo_or_album": EventRule(kind="menu_photo"),
    "pic_weixin": EventRule(kind="menu_photo"),
    "location_select": EventRule(
        kind="menu_location",
        value=("SendLocationInfo.Location_X", "SendLocationInfo.Location_Y"),
    ),
    "masssendjobfinish": EventRule(kind="mass_send_finished", value=("MsgID", "Status")),
    "publishjobfinish": EventRule(kind="publish_finished", value=("PublishEventInfo.publish_id",)),
    "subscribe_msg_popup_event": EventRule(
        kind="notification_consent",
        value=("SubscribeMsgPopupEvent.List.SubscribeStatusString",),
    ),
    "subscribe_msg_change_event": EventRule(
        kind="notification_consent",
        value=("SubscribeMsgChangeEvent.List.SubscribeStatusString",),
    ),
    "subscribe_msg_sent_event": EventRule(
        kind="notification_sent", value=("SubscribeMsgSentEvent.List.ErrorStatus",)
    ),
    "kf_create_session": EventRule(kind="provider_desk_opened", value=_KF),
    "kf_close_session": EventRule(kind="provider_desk_closed", value=_KF),
    "kf_switch_session": EventRule(
        kind="provider_desk_switched", value=("FromKfAccount", "ToKfAccount")
    ),
    "templatesendjobfinish": EventRule(kind="template_result", value=("Status",)),
    "user_authorization_revoke": EventRule(kind="authorization_revoked", value=("RevokeInfo",)),
}


def signal_of(event: str, fields: Fields) -> Signal:
    """An unknown event is kept under the kind "unsupported", with its name as the value."""
    rule = EVENTS.get(event.lower())
    if rule is None:
        return Signal(kind="unsupported", value=event, whole=True)
    value = ",".join(fields[name] for name in rule.value if fields.get(name))
    if rule.kind == "followed":
        value = value.removeprefix(SCENE)
    return Signal(kind=rule.kind, value=value, grant=rule.grant)
