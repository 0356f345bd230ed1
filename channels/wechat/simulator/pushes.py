"""The XML of what customers do. Field names and samples are those of the provider's pages."""

from collections.abc import Mapping, Sequence
from typing import Any

Fields = Mapping[str, Any]

CLICKS = frozenset({"click", "scancode_push", "scancode_waitmsg"})
SCENE = "qrscene_"

MESSAGE_FIELDS: dict[str, dict[str, Any]] = {
    "text": {"Content": ""},
    "image": {"PicUrl": "http://mmbiz.qpic.cn/simulated.jpg", "MediaId": "simulated_image"},
    "voice": {"MediaId": "simulated_voice", "Format": "amr"},
    "video": {"MediaId": "simulated_video", "ThumbMediaId": "simulated_thumb"},
    "shortvideo": {"MediaId": "simulated_video", "ThumbMediaId": "simulated_thumb"},
    "location": {
        "Location_X": "31.230416",
        "Location_Y": "121.473701",
        "Scale": "16",
        "Label": "上海市黄浦区人民大道",
    },
    "link": {"Title": "", "Description": "", "Url": ""},
    "miniprogrampage": {"Title": "", "AppId": "", "PagePath": "", "ThumbUrl": ""},
    "file": {"Title": "", "Description": "", "FileKey": "", "FileMd5": "", "FileTotalLen": "0"},
}

EVENT_FIELDS: dict[str, dict[str, Any]] = {
    "location": {"Latitude": "31.230416", "Longitude": "121.473701", "Precision": "65.000000"},
    "scancode_push": {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}},
    "scancode_waitmsg": {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}},
    "scan": {"Ticket": "simulated_ticket"},
}


def xml(fields: Fields) -> str:
    """Numbers bare, text in CDATA (a `]]>` inside is split), mappings and lists nested."""
    return "<xml>" + "".join(_element(name, value) for name, value in fields.items()) + "</xml>"


def _element(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>" + "".join(_element(k, v) for k, v in value.items()) + f"</{name}>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    return f"<{name}><![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"


def message_fields(kind: str, own: Fields) -> dict[str, Any]:
    return {"MsgType": kind, **MESSAGE_FIELDS.get(kind, {}), **own}


def event_fields(event: str, key: str, own: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {"MsgType": "event", "Event": event}
    if key or event in {"subscribe", "unsubscribe"}:
        found["EventKey"] = key
    return {**found, **EVENT_FIELDS.get(event.lower(), {}), **own}


def agreed(own: Fields) -> list[str]:
    """Ids of the notices a phone consents to in `subscribe_msg_popup_event`."""
    listed = own.get("SubscribeMsgPopupEvent", {}).get("List", [])
    rows = [listed] if isinstance(listed, Mapping) else listed
    return [str(r["TemplateId"]) for r in rows if r.get("SubscribeStatusString") == "accept"]
