"""The session cookie."""

from aiohttp import web

from hub.http.origins import OriginRule
from hub.services.access import Access, SignedIn
from hub.services.audit import Audit
from hub.services.webhook_delivery import Courier

COOKIE = "lianluo_session"
ACCESS = web.AppKey("access", Access)
AUDIT = web.AppKey("audit", Audit)
COURIER = web.AppKey("courier", Courier)
ORIGINS = web.AppKey("origins", OriginRule)


def token_of(request: web.Request) -> str:
    return request.cookies.get(COOKIE, "")


def bearer_of(request: web.Request) -> str | None:
    """What stands in `Authorization: Bearer`; None without that header."""
    given = request.headers.get("Authorization")
    if given is None:
        return None
    scheme, _, credentials = given.partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else ""


async def session_of(request: web.Request) -> SignedIn | None:
    """The caller's live session, for pages and sockets outside the route table."""
    return await request.app[ACCESS].session_of(token_of(request))


def put_cookie(response: web.StreamResponse, token: str, *, secure: bool) -> None:
    """A cookie of the browser's session; "" takes it away."""
    if token:
        response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=secure, path="/")
    else:
        response.del_cookie(COOKIE, path="/", httponly=True, samesite="Lax", secure=secure)
