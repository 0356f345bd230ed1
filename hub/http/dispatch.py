"""From a route table to aiohttp handlers: origin, caller, limits, values, work, audit."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

from hub.errors import Overloaded, StoreUncertain
from hub.http.metrics import Metrics
from hub.http.origins import OriginRule
from hub.http.problems import ProblemError
from hub.http.requests import read
from hub.http.route import AnyRoute, Call, Reply
from hub.http.sessions import bearer_of, put_cookie, token_of
from hub.http.shapes import Bytes
from hub.http.sources import Sources
from hub.services.access import Access, SignedIn
from hub.services.audit import BEGUN, Audit, Happening
from hub.services.keys import Keys
from hub.services.limits import Buckets

log = structlog.get_logger(__name__)

CHUNK = 64 * 1024
BEARER = {"WWW-Authenticate": "Bearer"}
OWED = {
    "password": "Choose a password of your own first: PUT /api/v1/session/password.",
    "otp": "Your role needs a second factor: POST /api/v1/session/otp.",
}
NO_DETAIL: Mapping[str, str | int | bool] = {}
NOTED = frozenset({"forbidden", "refused", "invalid"})
"""Refusals before an audited act begins that are written down."""

NOT_BEGUN = "Nothing was done: the audit log cannot be written. Try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Locks:
    """What stands between a request and its handler."""

    access: Access
    keys: Keys
    audit: Audit
    origins: OriginRule
    sources: Sources
    callers: Buckets
    addresses: Buckets


class Dispatcher:
    def __init__(self, locks: Locks, *, metrics: Metrics, secure_cookie: bool) -> None:
        self._locks = locks
        self._metrics = metrics
        self._secure = secure_cookie

    def handler(self, route: AnyRoute) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        counter = self._metrics.requests

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                reply = await self._in_time(route, request)
            except ProblemError as problem:
                if route.page is None:
                    raise
                reply = route.page(problem)
            counter.labels(route.name, str(reply.status)).inc()
            return self._response(route, reply)

        return handle

    async def _in_time(self, route: AnyRoute, request: web.Request) -> Reply:
        try:
            async with asyncio.timeout(route.within_s):
                return await self._handle(route, request)
        except (StoreUncertain, Overloaded, TimeoutError) as exc:
            log.warning("request not done", operation=route.name, why=type(exc).__name__)
            raise ProblemError("unavailable", _again(route)) from exc

    async def _handle(self, route: AnyRoute, request: web.Request) -> Reply:
        token, bearer = token_of(request), bearer_of(request)
        with_cookie = bool(token) and bearer is None
        locks = self._locks
        if not locks.origins.allows(request.method, request.headers, with_cookie=with_cookie):
            raise ProblemError("foreign_origin")
        source = locks.sources.address_of(request)
        session = await self._session(route, token, bearer, source)
        subject = ""
        try:
            if session is not None:
                _check(route, session)
            path, query, body = await read(route, request)
            subject = "/".join(str(value) for value in path.model_dump().values())
        except ProblemError as exc:
            if exc.slug in NOTED:
                await self._note(route, session, source, subject, _outcome(exc))
            raise
        call = Call(
            path=path,
            query=query,
            body=body,
            token=token,
            session=session,
            source=source,
            content=request.content.iter_chunked(CHUNK) if route.body is Bytes else None,
            headers=request.headers,
        )
        return await self._act(route, call, subject)

    async def _act(self, route: AnyRoute, call: Call[Any, Any, Any], subject: str) -> Reply:
        """An audited act is written down before and after. Without the first row nothing is done;
        whoever dies on the way, or hears nothing of the store, leaves it without an outcome."""
        session, source = call.session, call.source
        try:
            begun = await self._note(route, session, source, subject, BEGUN)
        except (StoreUncertain, Overloaded) as exc:
            raise ProblemError("unavailable", NOT_BEGUN) from exc
        try:
            reply = await route.handle(call)
        except ProblemError as exc:
            await self._note(route, session, source, subject, _outcome(exc), begun=begun)
            raise
        subject = reply.subject or subject
        await self._note(route, session, source, subject, "done", reply.detail, begun=begun)
        return reply

    async def _session(
        self, route: AnyRoute, token: str, bearer: str | None, source: str
    ) -> SignedIn | None:
        """The caller, within its limits. Whoever proves nothing shares those of the address."""
        if route.roles is None:
            _limit(self._locks.addresses, route.bucket + source)
            return None
        if bearer is None:
            session = await self._locks.access.any_session_of(token)
        else:
            session = await self._locks.keys.caller(bearer)
        if session is None:
            _limit(self._locks.addresses, source)
            raise ProblemError("signed_out", headers={} if bearer is None else BEARER)
        _limit(self._locks.callers, session.user.username)
        return session

    async def _note(
        self,
        route: AnyRoute,
        session: SignedIn | None,
        source: str,
        subject: str,
        outcome: str,
        detail: Mapping[str, str | int | bool] = NO_DETAIL,
        *,
        begun: int = 0,
    ) -> int:
        """The number of the row, 0 for what is not audited."""
        if not route.audit or session is None:
            return 0
        happening = Happening(
            actor=session.user.author,
            act=route.audit,
            object=subject,
            outcome=outcome,
            source=source,
            detail=detail,
            begun=begun,
        )
        return await self._locks.audit.record(happening)

    def _response(self, route: AnyRoute, reply: Reply) -> web.Response:
        model = route.answers[reply.status]
        if reply.streamed is not None:
            file = reply.streamed
            return web.Response(status=reply.status, headers=file.headers, body=file.content)
        response = web.Response(status=reply.status, headers={"Cache-Control": "no-store"})
        if model is not None:
            if not isinstance(reply.content, model):
                raise TypeError(f"{route.name} answered {type(reply.content).__name__}")
            response.body = reply.content.model_dump_json(by_alias=True).encode()
            response.content_type = "application/json"
        if reply.cookie is not None:
            put_cookie(response, reply.cookie, secure=self._secure)
        return response


def _check(route: AnyRoute, session: SignedIn) -> None:
    """Raises ProblemError: 403."""
    if session.user.api_key:
        if route.scope is None:
            raise ProblemError("forbidden", "Programs cannot do this.", reason="not_for_programs")
        if route.scope not in session.scopes:
            detail = f"This key does not have the scope {route.scope}."
            raise ProblemError("forbidden", detail, reason="scope_missing")
        return
    if session.owes and session.owes not in route.owing:
        raise ProblemError("owed", OWED[session.owes], reason=f"{session.owes}_needed")
    if route.roles is not None and session.user.role not in route.roles:
        raise ProblemError("forbidden")


def _outcome(problem: ProblemError) -> str:
    return f"{problem.slug}:{problem.reason}" if problem.reason else problem.slug


def _limit(buckets: Buckets, name: str) -> None:
    """Raises ProblemError: 429."""
    if wait := buckets.take(name):
        raise ProblemError("too_often", headers={"Retry-After": str(math.ceil(wait))})


def _again(route: AnyRoute) -> str:
    if route.changes:
        return "It is not known whether this was done: repeat it with the same command_id."
    return "Try again."
