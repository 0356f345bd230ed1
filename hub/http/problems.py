"""Error answers: RFC 9457 problem documents."""

from collections.abc import Mapping, Sequence

from aiohttp import web
from pydantic import Field

from hub.http.shapes import Shape

CONTENT_TYPE = "application/problem+json"

TITLES: Mapping[str, tuple[int, str]] = {
    "malformed": (400, "The request is not readable"),
    "signed_out": (401, "Not signed in"),
    "wrong_credentials": (401, "User name or password is wrong"),
    "code_needed": (401, "The code of your second factor is needed"),
    "forbidden": (403, "Your role does not allow this"),
    "owed": (403, "Something is needed of you first"),
    "foreign_origin": (403, "The request comes from a foreign page"),
    "not_found": (404, "There is nothing here"),
    "method": (405, "This method is not offered here"),
    "refused": (409, "A rule says no"),
    "too_large": (413, "The body is too large"),
    "range": (416, "The file does not reach so far"),
    "media_type": (415, "The body must be application/json"),
    "invalid": (422, "A value is not as described"),
    "media_refused": (422, "The file was not taken"),
    "too_often": (429, "Too many requests"),
    "locked": (429, "Too many failed sign-ins"),
    "internal": (500, "The hub failed"),
    "unavailable": (503, "Not possible at this moment"),
}
"""Slug → status and title. The `type` of a problem is the slug's anchor on the docs page."""

RETRY_AFTER_S = 1


class FieldError(Shape):
    pointer: str = Field(
        description="JSON pointer into `{path, query, body}`.", examples=["/body/seen"]
    )
    message: str


class Problem(Shape):
    """RFC 9457. `reason` is a stable code of the rule that said no."""

    type: str = Field(json_schema_extra={"format": "uri-reference"})
    title: str
    status: int
    detail: str
    instance: str = Field(description="Names the request; search the log for it.")
    errors: tuple[FieldError, ...] = ()
    reason: str | None = Field(default=None, examples=["stale_view", "reply_window_closed"])
    seq: int | None = Field(default=None, description="Where the stream stands now.")


class ProblemError(Exception):
    """Raised by handlers, answered by the middleware."""

    def __init__(
        self,
        slug: str,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        reason: str | None = None,
        seq: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(slug)
        self.slug = slug
        self.detail = detail
        self.errors = tuple(errors)
        self.reason = reason
        self.seq = seq
        self.headers = dict(headers or {})


def problem_response(error: ProblemError, request_id: str) -> web.Response:
    status, title = TITLES[error.slug]
    problem = Problem(
        type=f"/api/docs#problem-{error.slug}",
        title=title,
        status=status,
        detail=error.detail or title,
        instance=f"urn:lianluo:request:{request_id}",
        errors=error.errors,
        reason=error.reason,
        seq=error.seq,
    )
    headers = {"Cache-Control": "no-store", **error.headers}
    if status == 503:
        headers.setdefault("Retry-After", str(RETRY_AFTER_S))
    return web.Response(
        status=status,
        body=problem.model_dump_json(exclude_none=True, exclude_defaults=False).encode(),
        content_type=CONTENT_TYPE,
        headers=headers,
    )


def of_http_error(error: web.HTTPException) -> ProblemError | web.Response:
    """What aiohttp itself raises (unknown path or method, body too large, redirects)."""
    match error.status:
        case 404:
            return ProblemError("not_found")
        case 405:
            allowed = error.headers.get("Allow", "")
            return ProblemError("method", f"Offered: {allowed}", headers={"Allow": allowed})
        case 413:
            return ProblemError("too_large")
        case status if 400 <= status < 500:
            return ProblemError("malformed")
        case status if status >= 500:
            return ProblemError("internal")
        case _:
            return web.Response(status=error.status, headers=error.headers)
