"""QR codes with scenes: tickets, what they stand for, and their pictures."""

import io
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import segno

from channels.wechat.simulator.account import Rules
from hub.ports import Clock

DEFAULT_S = 60
LONGEST_SCENE = 64


@dataclass(frozen=True, slots=True)
class Code:
    scene: str
    url: str
    until: datetime | None


@dataclass(slots=True)
class QrBook:
    rules: Rules
    clock: Clock
    codes: dict[str, Code] = field(default_factory=dict)

    def create(self, body: dict[str, Any]) -> dict[str, Any] | int:
        """The answer of `qrcode/create`, or its error code."""
        action = str(body.get("action_name", ""))
        scene = _scene(action, body)
        if scene is None:
            return 40053
        until = None
        answer: dict[str, Any] = {}
        if not action.startswith("QR_LIMIT"):
            seconds = body.get("expire_seconds", DEFAULT_S)
            if not isinstance(seconds, int) or not 0 < seconds <= self.rules.qr_longest_s:
                return 40053
            until = self.clock.now() + timedelta(seconds=seconds)
            answer["expire_seconds"] = seconds
        elif sum(code.until is None for code in self.codes.values()) >= self.rules.qr_permanent:
            return 45029
        ticket = "gQ" + secrets.token_urlsafe(70) + "=="
        code = Code(scene, f"http://weixin.qq.com/q/{secrets.token_urlsafe(16)}", until)
        self.codes[ticket] = code
        return {"ticket": ticket, "url": code.url, **answer}

    def find(self, ticket: str) -> Code | None:
        code = self.codes.get(ticket)
        if code is None or (code.until is not None and code.until <= self.clock.now()):
            return None
        return code

    def open(self) -> list[tuple[str, Code]]:
        """Tickets that can be scanned now."""
        now = self.clock.now()
        return [each for each in self.codes.items() if each[1].until is None or each[1].until > now]


def picture(code: Code) -> bytes:
    file = io.BytesIO()
    segno.make(code.url, error="m").save(file, kind="png", scale=8)
    return file.getvalue()


def _scene(action: str, body: dict[str, Any]) -> str | None:
    info = body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        return None
    if action in {"QR_STR_SCENE", "QR_LIMIT_STR_SCENE"}:
        text = scene.get("scene_str")
        return text if isinstance(text, str) and 0 < len(text) <= LONGEST_SCENE else None
    number = scene.get("scene_id")
    most = {"QR_SCENE": 2**32 - 1, "QR_LIMIT_SCENE": 100_000}.get(action, 0)
    return str(number) if isinstance(number, int) and 0 < number <= most else None
