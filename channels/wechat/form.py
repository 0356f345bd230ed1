"""The words of an account's form, in the terms of WeChat's own console."""

from collections.abc import Mapping

from channels.form import Told
from hub.ports import FieldGroup, Words

TITLE = Words(zh="微信公众号", en="WeChat Official Account")


def _basic(zh: str, en: str, hint_zh: str, hint_en: str) -> Told:
    return Told(Words(zh=zh, en=en), Words(zh=hint_zh, en=hint_en), FieldGroup.BASIC)


def _advanced(zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> Told:
    return Told(Words(zh=zh, en=en), Words(zh=hint_zh, en=hint_en), FieldGroup.ADVANCED)


def _window(name: str, zh: str, en: str) -> dict[str, Told]:
    quota = Told(
        Words(zh=f"{zh}：条数", en=f"{en}: messages"),
        Words(zh="客户这样做之后最多可回复几条。", en="Replies the provider takes after it."),
        FieldGroup.WINDOWS,
    )
    valid = Told(
        Words(zh=f"{zh}：时限", en=f"{en}: time"),
        Words(zh="从客户这样做起多少秒内可以回复。", en="Seconds after it in which we may reply."),
        FieldGroup.WINDOWS,
    )
    return {f"{name}.quota": quota, f"{name}.valid_s": valid}


TOLD: Mapping[str, Told] = {
    "account": _basic(
        "原始 ID", "Original ID", "公众号设置里 gh_ 开头的编号。", "The gh_… id in the console."
    ),
    "app_id": _basic("开发者 ID（AppID）", "AppID", "wx 开头。", "Begins with wx."),
    "app_secret": _basic(
        "开发者密码（AppSecret）",
        "AppSecret",
        "只能写入，保存后不再显示。",
        "Written only; it is not shown again.",
    ),
    "token": _basic(
        "令牌（Token）",
        "Token",
        "与公众平台“服务器配置”中填写的一致，3 至 32 个字符。",
        "As in the console's server settings, 3 to 32 characters.",
    ),
    "previous_token": _basic(
        "上一个令牌",
        "Previous token",
        "更换令牌期间填写，途中的消息不会丢失。",
        "During a change of the token: what is on its way is still taken.",
    ),
    "mode": _basic(
        "消息加解密方式",
        "Message mode",
        "safe 安全模式；compatible 仅在切换期间使用；plain 明文，不建议。",
        "safe: sealed only; compatible: for the days of a change; plain: not advised.",
    ),
    "aes_key": _basic(
        "消息加解密密钥（EncodingAESKey）",
        "EncodingAESKey",
        "43 个字符；明文方式可不填。",
        "43 characters; not needed in plain mode.",
    ),
    "previous_aes_key": _basic(
        "上一个 EncodingAESKey",
        "Previous EncodingAESKey",
        "更换密钥期间填写，途中的消息不会丢失。",
        "During a key change: what is on its way is still opened.",
    ),
    "notice_templates": _basic(
        "通知模板 ID",
        "Notice templates",
        "允许发送的模板或订阅消息，一行一个。",
        "Templates this account may send, one a line.",
    ),
    "map_url": _basic(
        "地图链接",
        "Map link",
        "位置以链接卡片发出，点开这个网址；{latitude}、{longitude}、{name}、{address} "
        "会换成实际内容，坐标为 GCJ-02。留空则以文字发出。",
        "A place goes out as a link card to it, with {latitude}, {longitude}, {name} and {address} "
        "filled in; degrees are GCJ-02. Empty: as text.",
    ),
    **_window("message_grant", "客户发来消息", "After a message"),
    **_window("click_grant", "点击菜单", "After a menu click"),
    **_window("follow_grant", "关注", "After following"),
    **_window("scan_grant", "扫码", "After scanning a code"),
    "base_url": _advanced(
        "接口地址",
        "API address",
        "经由本行代理访问时修改；更改后需重新填写密钥。",
        "When calls go through a proxy; secrets must be given again after a change.",
    ),
    "picture_base_url": _advanced("二维码图片地址", "Address of QR pictures"),
    "body_limit": _advanced("推送大小上限（字节）", "Largest push (bytes)"),
    "clock_skew_s": _advanced(
        "时间允许偏差",
        "Clock skew",
        "推送的时间与本机相差超过它就被拒绝。",
        "A push whose time differs more is rejected.",
    ),
    "call_timeout_s": _advanced("接口超时", "Time-out of a call"),
    "max_text": _advanced("单条文字上限（字）", "Longest text (characters)"),
    "max_options": _advanced("菜单选项上限", "Most options of a menu message"),
    "image_bytes": _advanced("发送图片上限（字节）", "Largest picture sent (bytes)"),
    "voice_bytes": _advanced("发送语音上限（字节）", "Largest voice message sent (bytes)"),
    "voice_s": _advanced("发送语音时长上限", "Longest voice message sent"),
    "video_bytes": _advanced("发送视频上限（字节）", "Largest film sent (bytes)"),
    "received_bytes": _advanced("接收文件上限（字节）", "Largest file taken in (bytes)"),
    "renew_token_before_s": _advanced(
        "提前更新凭证",
        "Renew the token ahead",
        "在 access_token 到期前多少秒更新。",
        "Seconds before the access token ends.",
    ),
    "forced_renewal_pause_s": _advanced(
        "强制更新间隔",
        "Pause between forced renewals",
        "微信对强制更新有次数限制。",
        "WeChat counts forced renewals.",
    ),
}
