"""Settings of one Official Account. Numbers default to the provider's documents."""

import base64
import binascii
from datetime import timedelta
from string import Formatter
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from channels.config import ChannelConfig
from hub.model.message import MediaKind
from hub.ports import GrantRule, LinkRule, MediaRule

Mode = Literal["plain", "compatible", "safe"]
AES_KEY_CHARACTERS = 43
PLACE = frozenset({"latitude", "longitude"})
PLACE_WORDS = frozenset({"name", "address"})
MIB = 1024 * 1024
LONGEST_TITLE = 64
LONGEST_DESCRIPTION = 512


class Grant(BaseModel):
    """`quota` customer-service messages within `valid_s` seconds of the customer's act."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quota: int = Field(ge=0, le=1_000_000)
    valid_s: int = Field(gt=0, le=366 * 24 * 3600)

    def rule(self) -> GrantRule:
        return GrantRule(quota=self.quota, valid=timedelta(seconds=self.valid_s))


class WeChatConfig(ChannelConfig):
    """`account` is the gh_… id pushes are addressed to; `token` signs them.

    `mode`: "plain" takes plain pushes, "safe" sealed ones only, "compatible" both (for the days of
    a change). `previous_token` and `previous_aes_key` are still taken after a change.
    `notice_templates`: ids of the service notices this account may send; their results are receipts
    then. `map_url` shows a place: WeChat counts degrees by the grid of Chinese maps (GCJ-02).
    `received_bytes` bounds one file of a customer, the other sizes what we send.
    """

    kind: Literal["wechat"]
    account: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    app_id: str = Field(pattern=r"^[A-Za-z0-9]{1,64}$")
    app_secret: SecretStr = Field(min_length=1)
    token: SecretStr = Field(min_length=3, max_length=32)
    previous_token: SecretStr | None = Field(default=None, min_length=3, max_length=32)
    mode: Mode = "safe"
    aes_key: SecretStr | None = Field(default=None, validate_default=True)
    previous_aes_key: SecretStr | None = None
    base_url: str = Field(default="https://api.weixin.qq.com", pattern=r"^https?://[^\s?#]+$")
    picture_base_url: str = Field(
        default="https://mp.weixin.qq.com", pattern=r"^https?://[^\s?#]+$"
    )

    body_limit: int = Field(default=64 * 1024, ge=1024, le=1024 * 1024)
    clock_skew_s: int = Field(default=300, ge=1, le=3600)
    call_timeout_s: float = Field(default=10.0, gt=0, le=60)
    max_text: int = Field(default=600, ge=1, le=2048)
    max_options: int = Field(default=10, ge=1, le=50)
    message_grant: Grant = Grant(quota=5, valid_s=48 * 3600)
    click_grant: Grant = Grant(quota=3, valid_s=60)
    follow_grant: Grant = Grant(quota=3, valid_s=60)
    scan_grant: Grant = Grant(quota=3, valid_s=60)
    notice_templates: tuple[str, ...] = ()
    map_url: str = Field(
        default="https://uri.amap.com/marker?position={longitude},{latitude}&name={name}"
        "&coordinate=gaode",
        max_length=1000,
        pattern=r"^(https?://[!-~]+)?$",
    )
    image_bytes: int = Field(default=2 * MIB, ge=1, le=10 * MIB)
    voice_bytes: int = Field(default=2 * MIB, ge=1, le=10 * MIB)
    voice_s: int = Field(default=60, ge=1, le=300)
    video_bytes: int = Field(default=10 * MIB, ge=1, le=20 * MIB)
    received_bytes: int = Field(default=25 * MIB, ge=1024, le=100 * MIB)
    renew_token_before_s: int = Field(default=280, ge=10, le=290)
    forced_renewal_pause_s: int = Field(default=600, ge=30)

    @field_validator("aes_key", "previous_aes_key")
    @classmethod
    def _is_aes_key(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None:
            if info.field_name == "aes_key" and info.data.get("mode") != "plain":
                raise ValueError("is needed unless mode is 'plain'")
            return None
        text = value.get_secret_value()
        if len(text) != AES_KEY_CHARACTERS or not _decodes(text):
            raise ValueError("must be the 43 characters of the EncodingAESKey")
        return value

    @field_validator("base_url", "picture_base_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("map_url")
    @classmethod
    def _shows_a_place(cls, value: str) -> str:
        if not value:
            return value
        try:
            fields = [each[1:] for each in Formatter().parse(value) if each[1] is not None]
        except ValueError:
            fields = []
        names = {name for name, spec, conversion in fields if not spec and not conversion}
        if len(names) < len({name for name, _, _ in fields}) or not (
            PLACE <= names <= PLACE | PLACE_WORDS
        ):
            raise ValueError(
                "must hold {latitude} and {longitude}, may hold {name} and {address}, no other {}"
            )
        return value

    def grants(self) -> dict[str, GrantRule]:
        return {
            "message": self.message_grant.rule(),
            "click": self.click_grant.rule(),
            "follow": self.follow_grant.rule(),
            "scan": self.scan_grant.rule(),
        }

    def media_rules(self) -> dict[MediaKind, MediaRule]:
        """Source: the page 新增临时素材. There is no rule for files: WeChat sends none."""
        return {
            MediaKind.IMAGE: MediaRule(
                max_bytes=self.image_bytes,
                content_types=frozenset({"image/jpeg", "image/png", "image/gif"}),
            ),
            MediaKind.VOICE: MediaRule(
                max_bytes=self.voice_bytes,
                content_types=frozenset({"audio/amr", "audio/mpeg"}),
                max_seconds=self.voice_s,
            ),
            MediaKind.VIDEO: MediaRule(
                max_bytes=self.video_bytes, content_types=frozenset({"video/mp4"})
            ),
        }

    def link_rule(self) -> LinkRule:
        """A message takes one article; WeChat fetches its picture itself."""
        types = frozenset({"image/jpeg", "image/png"})
        return LinkRule(
            title=LONGEST_TITLE,
            description=LONGEST_DESCRIPTION,
            picture=MediaRule(max_bytes=self.image_bytes, content_types=types),
        )


def _decodes(text: str) -> bool:
    try:
        return len(base64.b64decode(text + "=", validate=True)) == 32
    except binascii.Error:
        return False
