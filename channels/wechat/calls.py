"""Calls in the account's name: with its token, renewed once when WeChat rejects it."""

import asyncio
from collections.abc import Awaitable

from channels.wechat.api import Answer, Api, Call, Reply
from channels.wechat.errors import Act, refusal, rule_of
from channels.wechat.tokens import Token, TokenKeeper
from hub.errors import RetryableSendError, UncertainSendError
from hub.ports import Clock


class Caller:
    def __init__(self, api: Api, tokens: TokenKeeper, clock: Clock, *, timeout_s: float) -> None:
        self._api = api
        self._tokens = tokens
        self._clock = clock
        self._timeout_s = timeout_s

    def deadline(self) -> float:
        """In the loop's time, for everything done in one go."""
        return asyncio.get_running_loop().time() + self._timeout_s

    async def tell(self, call: Call, *, deadline: float | None = None) -> Reply:
        """At most two calls and one renewal, all within the deadline.

        Raises:
            RetryableSendError, PermanentSendError: certainly without effect.
            UncertainSendError: perhaps with effect.
        """
        if deadline is None:
            deadline = self.deadline()
        token = await _in_time(self._tokens.current(), deadline)
        reply = await self._api.call(call, token=token.value, deadline=deadline)
        if _act(reply) is Act.RENEW:
            token = await _in_time(self._tokens.renewed(token), deadline)
            reply = await self._api.call(call, token=token.value, deadline=deadline)
        self.check(reply)
        return reply

    def check(self, reply: Reply) -> None:
        """Raises RetryableSendError, PermanentSendError: the provider said no."""
        if _act(reply) not in {None, Act.TAKEN}:
            answer = reply.answer
            raise refusal(answer["errcode"], str(answer.get("errmsg", "")), self._clock.now())

    async def ask(self, call: Call, *, deadline: float | None = None) -> Reply:
        """The same where a second time does no harm: nothing about it is uncertain."""
        try:
            return await self.tell(call, deadline=deadline)
        except UncertainSendError as exc:
            raise RetryableSendError(
                exc.code, provider_code=exc.provider_code, detail=exc.detail
            ) from exc

    async def answer(self, call: Call) -> Answer:
        return (await self.ask(call)).answer


async def _in_time(token: Awaitable[Token], deadline: float) -> Token:
    """While we wait for a token nothing has been sent."""
    try:
        async with asyncio.timeout_at(deadline):
            return await token
    except TimeoutError as exc:
        raise RetryableSendError("token_unavailable") from exc


def _act(reply: Reply) -> Act | None:
    """What the answer asks for; None when it was done. Answers with data have no errcode."""
    errcode = reply.answer.get("errcode", 0)
    if not isinstance(errcode, int):
        raise UncertainSendError("answer_not_readable")
    return rule_of(errcode).act if errcode else None
