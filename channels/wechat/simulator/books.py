"""WeChat's own records: tokens, reply windows, what was sent. Time comes from the clock."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels.wechat.simulator.account import Account, Rules
from hub.ports import Clock

OK = 0
MINIMUM_EXPIRES_IN = 300


@dataclass(slots=True)
class Token:
    value: str
    until: datetime


@dataclass(slots=True)
class TokenBook:
    """`/token` makes a new one each call; `/stable_token` repeats the same. They know nothing of
    each other."""

    account: Account
    rules: Rules
    clock: Clock
    counts: dict[str, int] = field(
        default_factory=lambda: {"token": 0, "stable_token": 0, "forced": 0, "issued": 0}
    )
    usable: dict[str, datetime] = field(default_factory=dict)
    dynamic: Token | None = None
    stable: Token | None = None
    forced_at: list[datetime] = field(default_factory=list)

    def refuse(self, app_id: str, secret: str) -> int:
        """The error code of a token request, 0 when it is in order."""
        if app_id != self.account.app_id:
            return 40013
        if secret != self.account.app_secret:
            return 40125
        return OK if self.account.ip_allowed else 40164

    def issue_dynamic(self) -> dict[str, Any]:
        self.counts["token"] += 1
        if self.dynamic is not None:
            self._retire(self.dynamic)
        self.dynamic = self._new()
        return {"access_token": self.dynamic.value, "expires_in": self.rules.token_s}

    def issue_stable(self, *, force: bool) -> dict[str, Any]:
        self.counts["stable_token"] += 1
        now = self.clock.now()
        if force:
            if refused := self._force(now):
                return {"errcode": refused}
        elif self.stable is None or self._left(self.stable, now) < self.rules.token_overlap_s:
            if self.stable is not None:
                self._retire(self.stable)
            self.stable = self._new()
        if self.stable is None:
            return {"errcode": -1}
        left = max(MINIMUM_EXPIRES_IN, int(self._left(self.stable, now)))
        return {"access_token": self.stable.value, "expires_in": left}

    def check(self, token: str) -> int:
        if not token:
            return 41001
        until = self.usable.get(token)
        if until is None:
            return 40001
        return 42001 if until <= self.clock.now() else OK

    def expire_all(self) -> None:
        """Every token is expired from now on (42001)."""
        self.usable = dict.fromkeys(self.usable, self.clock.now())
        self.stable = None

    def revoke_all(self) -> None:
        """Every token is unknown from now on (40001), and yet `stable_token` repeats it."""
        self.usable.clear()

    def _force(self, now: datetime) -> int:
        self.forced_at = [t for t in self.forced_at if now - t < timedelta(days=1)]
        if len(self.forced_at) >= self.rules.forced_per_day:
            return 45009
        apart = timedelta(seconds=self.rules.forced_apart_s)
        if self.forced_at and now - self.forced_at[-1] < apart:
            return 45011
        self.counts["forced"] += 1
        self.forced_at.append(now)
        if self.stable is not None:
            self.usable.pop(self.stable.value, None)
        self.stable = self._new()
        return OK

    def _new(self) -> Token:
        self.counts["issued"] += 1
        token = Token(
            secrets.token_urlsafe(96), self.clock.now() + timedelta(seconds=self.rules.token_s)
        )
        self.usable[token.value] = token.until
        return token

    def _retire(self, token: Token) -> None:
        if token.value in self.usable:
            overlap = self.clock.now() + timedelta(seconds=self.rules.token_overlap_s)
            self.usable[token.value] = min(token.until, overlap)

    def _left(self, token: Token, now: datetime) -> float:
        return (token.until - now).total_seconds()


@dataclass(slots=True)
class OpenWindow:
    left: int
    until: datetime


@dataclass(slots=True)
class WindowBook:
    """Reply windows of each openid, by trigger; the one that ends first is charged first."""

    rules: Rules
    clock: Clock
    windows: dict[str, dict[str, OpenWindow]] = field(default_factory=dict)

    def grant(self, openid: str, trigger: str) -> None:
        rule = self.rules.windows[trigger]
        until = self.clock.now() + timedelta(seconds=rule.valid_s)
        self.windows.setdefault(openid, {})[trigger] = OpenWindow(rule.quota, until)

    def forget(self, openid: str) -> None:
        self.windows.pop(openid, None)

    def charge(self, openid: str) -> int:
        """Take one send: 0, 45015 (no window is open) or 45047 (all open ones are used up)."""
        now = self.clock.now()
        live = [w for w in self.windows.get(openid, {}).values() if now <= w.until]
        if not live:
            return 45015
        charged = min((w for w in live if w.left > 0), key=lambda w: w.until, default=None)
        if charged is None:
            return 45047
        charged.left -= 1
        return OK

    def plain(self) -> dict[str, dict[str, dict[str, Any]]]:
        return {
            openid: {
                name: {"left": w.left, "until": w.until.isoformat()} for name, w in kinds.items()
            }
            for openid, kinds in self.windows.items()
        }


@dataclass(slots=True)
class SendBook:
    """Every message WeChat took, once, in its order; refused ones are counted by code."""

    clock: Clock
    sent: list[dict[str, Any]] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)

    def take(self, openid: str, body: dict[str, Any], rid: str) -> None:
        kind = str(body["msgtype"])
        self.sent.append(
            {
                "n": len(self.sent) + 1,
                "at": self.clock.now().isoformat(),
                "openid": openid,
                "msgtype": kind,
                "content": body[kind],
                "rid": rid,
            }
        )

    def refuse(self, code: int) -> None:
        self.refused[code] = self.refused.get(code, 0) + 1
