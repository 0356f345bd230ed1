"""The account's access token: one refresher among all processes, renewed ahead of its expiry.

`stable_token` gives every caller the same token while it is valid, so a second asker does no harm.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

import orjson

from channels.wechat.api import Api, Call
from channels.wechat.config import WeChatConfig
from channels.wechat.errors import refusal
from channels.wechat.health import Health
from hub.errors import PermanentSendError, RetryableSendError, SendError, StoreUncertain
from hub.ports import Clock, TokenStore

PATH = "/cgi-bin/stable_token"
LOOK_EVERY_S = 30.0
SOONEST_S = 5.0
ASK_STORE_EVERY_S = 0.2
LONGEST_BACK_OFF_S = 60.0
LEASE_MARGIN_S = 2.0
REJECTED = "credentials_rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    value: str
    generation: int
    expires_at: datetime


class TokenKeeper:
    """Keeps the last token in memory; the store is asked now and then, never for each message."""

    def __init__(
        self, config: WeChatConfig, api: Api, store: TokenStore, clock: Clock, health: Health
    ) -> None:
        self._config = config
        self._api = api
        self._store = store
        self._clock = clock
        self._health = health
        self._name = f"wechat:{config.app_id}"
        self._token: Token | None = None
        self._dead: Token | None = None
        self._lease: tuple[int, datetime] | None = None
        self._refreshing = False
        self._failure: SendError | None = None
        self._failures = 0
        self._not_before = float("-inf")
        self._force_not_before = float("-inf")
        health.problems["token"] = ("degraded", "no_token_yet")

    async def current(self) -> Token:
        """A token that has not expired.

        Raises:
            RetryableSendError, PermanentSendError: there is none; nothing was sent.
        """
        token = self._token
        if token is not None and self._clock.now() < token.expires_at:
            return token
        return await self._obtain(rejected=None)

    async def renewed(self, rejected: Token) -> Token:
        """Another token than the one the provider did not take.

        Raises:
            PermanentSendError: the provider would only give the same one again.
        """
        token = self._token
        if token is not None and token.generation > rejected.generation:
            return token
        try:
            return await self._obtain(rejected=rejected)
        except SendError as exc:
            if exc.code != REJECTED:
                self._dead = rejected
            raise

    async def proven(self) -> Token:
        """What these credentials get from the provider now; it is not kept.

        Raises:
            RetryableSendError, PermanentSendError: they get none.
        """
        return await self._call(0, force=False)

    def confirm(self) -> None:
        """The provider took a message: its rejection of the token is over."""
        if self._failure is not None and self._failure.code == REJECTED:
            self._failure, self._failures = None, 0
            self._health.clear("token")

    async def keep_fresh(self) -> NoReturn:
        """Renew ahead of expiry until cancelled."""
        while True:
            try:
                wait = await self._tend()
                self._failures = 0
            except StoreUncertain:
                wait = self._back_off()
            except SendError:
                wait = max(SOONEST_S, self._not_before - self._clock.monotonic())
            await self._clock.sleep(wait)

    async def _tend(self) -> float:
        """Take over what the store has, renew what ends soon or is dead; seconds until the next
        look."""
        token = await self._stored() or self._token
        early = timedelta(seconds=self._config.renew_token_before_s)
        if token is None or self._dead or token.expires_at - early <= self._clock.now():
            generation = token.generation if token else 0
            if await self._may_refresh(generation):
                token = await self._refresh(generation, rejected=self._dead)
        if token is None:
            return SOONEST_S
        left = (token.expires_at - early - self._clock.now()).total_seconds()
        return min(max(left, SOONEST_S), LOOK_EVERY_S)

    async def _obtain(self, *, rejected: Token | None) -> Token:
        """Refresh, or wait for whoever does; the caller's time-out ends the wait."""
        self._raise_while_backing_off()
        while True:
            try:
                token = await self._stored()
                if token is not None and self._is_usable(token, rejected):
                    return token
                generation = token.generation if token else 0
                if await self._may_refresh(generation):
                    return await self._refresh(generation, rejected=rejected)
            except StoreUncertain as exc:
                raise RetryableSendError("token_unavailable") from exc
            await self._clock.sleep(ASK_STORE_EVERY_S)

    def _is_usable(self, token: Token, rejected: Token | None) -> bool:
        if rejected is not None and token.generation <= rejected.generation:
            return False
        return self._clock.now() < token.expires_at

    async def _stored(self) -> Token | None:
        doc = await self._store.read(self._name)
        if doc is None or not doc.get("token"):
            return None
        token = Token(
            value=doc["token"], generation=doc["generation"], expires_at=doc["expires_at"]
        )
        if self._token is None or token.generation > self._token.generation:
            self._adopt(token)
        return token

    async def _may_refresh(self, generation: int) -> bool:
        """Whether this process is the refresher; it stays so until its lease ends."""
        if self._refreshing:
            return False
        now = self._clock.now()
        if self._lease is not None and self._lease[0] == generation and now < self._lease[1]:
            return True
        until = now + timedelta(seconds=self._config.call_timeout_s * 2 + LEASE_MARGIN_S)
        if not await self._store.begin_refresh(self._name, generation, until):
            return False
        self._lease = (generation, until)
        return True

    async def _refresh(self, generation: int, *, rejected: Token | None) -> Token:
        self._raise_while_backing_off()
        self._refreshing = True
        try:
            token = await self._ask(generation, rejected)
            await self._store.finish_refresh(self._name, generation, token.value, token.expires_at)
        except SendError as exc:
            self._fail(exc)
            raise
        finally:
            self._refreshing = False
        self._lease = None
        self._failure, self._failures = None, 0
        self._adopt(token)
        return token

    async def _ask(self, generation: int, rejected: Token | None) -> Token:
        token = await self._call(generation, force=False)
        if rejected is None or token.value != rejected.value:
            return token
        # the provider itself holds on to the token it rejects
        now = self._clock.monotonic()
        if now < self._force_not_before:
            raise PermanentSendError(REJECTED)
        self._force_not_before = now + self._config.forced_renewal_pause_s
        return await self._call(generation, force=True)

    async def _call(self, generation: int, *, force: bool) -> Token:
        body = orjson.dumps(
            {
                "grant_type": "client_credential",
                "appid": self._config.app_id,
                "secret": self._config.app_secret.get_secret_value(),
                "force_refresh": force,
            }
        )
        asked_at = self._clock.now()
        try:
            answer = (await self._api.call(Call(path=PATH, body=body))).answer
        except PermanentSendError:
            raise
        except SendError as exc:
            # no message was on its way yet: nothing uncertain about it
            raise RetryableSendError("token_unavailable", detail=exc.code) from exc
        errcode = answer.get("errcode", 0)
        if errcode:
            raise refusal(errcode, str(answer.get("errmsg", "")), self._clock.now())
        value, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not value or not isinstance(lifetime, int):
            raise RetryableSendError("token_unavailable", detail="answer_not_readable")
        expires_at = asked_at + timedelta(seconds=lifetime)
        return Token(value=value, generation=generation + 1, expires_at=expires_at)

    def _adopt(self, token: Token) -> None:
        self._token, self._dead = token, None
        self._health.clear("token")
        self._health.note("token_expires_at", token.expires_at)

    def _fail(self, error: SendError) -> None:
        wait = self._back_off()
        if isinstance(error, RetryableSendError) and error.retry_after is not None:
            wait = max(wait, error.retry_after.total_seconds())
        self._failure = error
        self._not_before = self._clock.monotonic() + wait
        alarm = isinstance(error, PermanentSendError)
        self._health.report("token", "down" if alarm else "degraded", error.code)

    def _back_off(self) -> float:
        self._failures += 1
        return min(LONGEST_BACK_OFF_S, 2.0 ** min(self._failures - 1, 10))

    def _raise_while_backing_off(self) -> None:
        if self._failure is not None and self._clock.monotonic() < self._not_before:
            raise self._failure.with_traceback(None)
