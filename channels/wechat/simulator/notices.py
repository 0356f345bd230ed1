"""Service notices WeChat took: each once, known by the sender's own id for ten minutes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels.wechat.simulator.account import Rules
from hub.ports import Clock

FIRST_ID = 3_576_043_305_420_816_385


@dataclass(slots=True)
class NoticeBook:
    rules: Rules
    clock: Clock
    taken: list[dict[str, Any]] = field(default_factory=list)
    known: dict[tuple[str, str], tuple[int, datetime]] = field(default_factory=dict)

    def before(self, openid: str, client_id: str) -> int | None:
        """The number of the notice this sender's id stands for already."""
        found = self.known.get((openid, client_id))
        if not client_id or found is None or found[1] < self.clock.now():
            return None
        return found[0]

    def take(self, openid: str, body: dict[str, Any]) -> int:
        number = FIRST_ID + len(self.taken)
        client_id = str(body.get("client_msg_id", ""))
        until = self.clock.now() + timedelta(seconds=self.rules.notice_memory_s)
        if client_id:
            self.known[(openid, client_id)] = (number, until)
        self.taken.append(
            {
                "msgid": number,
                "openid": openid,
                "template_id": body["template_id"],
                "data": body["data"],
                "client_msg_id": client_id,
                "url": body.get("url", body.get("page", "")),
            }
        )
        return number
