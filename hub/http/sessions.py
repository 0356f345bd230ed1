"""The session cookie."""

from aiohttp import web

from hub.http.origins import OriginRule
from hub.services.access import Access, SignedIn

COOKIE = "lianluo_session"
ACCESS = web.AppKey("access", Access)
ORIGINS = web.AppKey("origins", OriginRule)


def token_of(request: web.Request) -> str:
    return request.cookies.get(COOKIE, "")


async def session_of(request: web.Request) -> SignedIn | None:
    """The caller's live session, for pages and sockets outside the route table."""
    return await request.app[ACCESS].session_of(token_of(request))


def put_cookie(response: web.StreamResponse, token: str, *, secure: bool) -> None:
    """A cookie of the browser's session; "" takes it away."""
    if token:
        response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=secure, path="/")
    else:
        response.del_cookie(COOKIE, path="/", httponly=True, samesite="Lax", secure=secure)
