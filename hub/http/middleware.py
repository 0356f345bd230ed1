"""Around every answer but the hooks': a request id, headers of caution, errors as problems."""

import re
from collections.abc import Awaitable, Callable
from itertools import count
from secrets import token_hex

import structlog
from aiohttp import web

from hub.http.problems import ProblemError, of_http_error, problem_response

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HOOKS = "/hooks/"
REQUEST_ID = "X-Request-Id"
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

CSP = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "report-uri /api/v1/csp-reports",
        "report-to csp",
    )
)

HEADERS = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Reporting-Endpoints": 'csp="/api/v1/csp-reports"',
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""A page that needs more sets the header itself."""

SERVER = "lianluo"

_ID = web.RequestKey("request_id", str)
_process = token_hex(4)
_numbers = count(1)


def new_request_id() -> str:
    """Unique over processes and restarts, cheap to make."""
    return f"{_process}-{next(_numbers):x}"


def request_id_of(request: web.Request) -> str:
    found: str = request.get(_ID, "")
    return found


@web.middleware
async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Hooks pass untouched: they have an edge of their own (`hub.http.hooks`)."""
    if request.rel_url.raw_path.startswith(HOOKS):
        return await handler(request)
    given = request.headers.get(REQUEST_ID, "")
    request_id = given if GIVEN_ID.fullmatch(given) else new_request_id()
    request[_ID] = request_id
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        try:
            return await handler(request)
        except ProblemError as exc:
            return problem_response(exc, request_id)
        except web.HTTPException as exc:
            answer = of_http_error(exc)
            if isinstance(answer, ProblemError):
                return problem_response(answer, request_id)
            return answer
        except Exception:
            log.exception("request failed", method=request.method)
            return problem_response(ProblemError("internal"), request_id)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Runs before the first byte, so streams and sockets have them too."""
    headers = response.headers
    headers["Server"] = SERVER
    if request_id := request_id_of(request):
        headers[REQUEST_ID] = request_id
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
