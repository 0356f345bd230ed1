"""From a route table to aiohttp handlers: origin, session, role, values, then the work."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from hub.errors import Overloaded, StoreUncertain
from hub.http.metrics import Metrics
from hub.http.origins import OriginRule
from hub.http.problems import ProblemError
from hub.http.requests import read
from hub.http.route import AnyRoute, Call, Reply
from hub.http.sessions import put_cookie, token_of
from hub.services.access import Access, SignedIn

log = structlog.get_logger(__name__)

BUDGET_S = 15.0
"""Longer than any wait for a decision; nobody waits for an answer beyond it."""


class Dispatcher:
    def __init__(
        self, *, access: Access, origins: OriginRule, metrics: Metrics, secure_cookie: bool
    ) -> None:
        self._access = access
        self._origins = origins
        self._metrics = metrics
        self._secure = secure_cookie

    def handler(self, route: AnyRoute) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        counter = self._metrics.requests

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                async with asyncio.timeout(BUDGET_S):
                    reply = await self._handle(route, request)
            except (StoreUncertain, Overloaded, TimeoutError) as exc:
                log.warning("request not done", operation=route.name, why=type(exc).__name__)
                raise ProblemError("unavailable", _again(route)) from exc
            counter.labels(route.name, str(reply.status)).inc()
            return self._response(route, reply)

        return handle

    async def _handle(self, route: AnyRoute, request: web.Request) -> Reply:
        token = token_of(request)
        if not self._origins.allows(request.method, request.headers, with_cookie=bool(token)):
            raise ProblemError("foreign_origin")
        session = await self._session(route, token)
        path, query, body = await read(route, request)
        call = Call(path=path, query=query, body=body, token=token, session=session)
        return await route.handle(call)

    async def _session(self, route: AnyRoute, token: str) -> SignedIn | None:
        if route.roles is None:
            return None
        session = await self._access.session_of(token)
        if session is None:
            raise ProblemError("signed_out")
        if session.user.role not in route.roles:
            raise ProblemError("forbidden")
        return session

    def _response(self, route: AnyRoute, reply: Reply) -> web.Response:
        model = route.answers[reply.status]
        response = web.Response(status=reply.status, headers={"Cache-Control": "no-store"})
        if model is not None:
            if not isinstance(reply.content, model):
                raise TypeError(f"{route.name} answered {type(reply.content).__name__}")
            response.body = reply.content.model_dump_json(by_alias=True).encode()
            response.content_type = "application/json"
        if reply.cookie is not None:
            put_cookie(response, reply.cookie, secure=self._secure)
        return response


def _again(route: AnyRoute) -> str:
    if route.changes:
        return "It is not known whether this was done: repeat it with the same command_id."
    return "Try again."
