"""Raw requests to checked models."""

from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ValidationError

from hub.http.problems import FieldError, ProblemError
from hub.http.route import AnyRoute
from hub.http.shapes import Bytes, Nothing

BAD_JSON = "json_invalid"


async def read(route: AnyRoute, request: web.Request) -> tuple[BaseModel, BaseModel, BaseModel]:
    """Path, query and body of a request.

    Raises:
        ProblemError: 400, 413, 415 or 422, the latter with every wrong field.
    """
    errors: list[FieldError] = []
    path = _checked(route.params, dict(request.match_info), "path", errors)
    query = _checked(route.query, _single(request, errors), "query", errors)
    body = await _body(route, request, errors)
    if errors or path is None or query is None or body is None:
        raise ProblemError("invalid", errors=errors)
    return path, query, body


def _single(request: web.Request, errors: list[FieldError]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in request.query.items():
        if name in found:
            errors.append(FieldError(pointer=_pointer("query", (name,)), message="given twice"))
        found[name] = value
    return found


def _checked(
    model: type[BaseModel], values: Mapping[str, str], place: str, errors: list[FieldError]
) -> BaseModel | None:
    try:
        return model.model_validate(values)
    except ValidationError as exc:
        errors += _field_errors(place, exc)
        return None


async def _body(
    route: AnyRoute, request: web.Request, errors: list[FieldError]
) -> BaseModel | None:
    if not route.takes_body:
        if request.can_read_body:
            raise ProblemError("malformed", "this call takes no body")
        return Nothing()
    if route.body is Bytes:
        return Bytes()
    if request.content_type not in route.takes:
        raise ProblemError("media_type")
    raw = await request.read()
    model: type[BaseModel] = route.body
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as exc:
        if any(error["type"] == BAD_JSON for error in exc.errors(include_url=False)):
            raise ProblemError("malformed", "the body is not JSON") from None
        errors += _field_errors("body", exc)
        return None


def _field_errors(place: str, exc: ValidationError) -> list[FieldError]:
    """Never with the value given: it may be content or a password."""
    found = exc.errors(include_url=False, include_context=False, include_input=False)
    return [
        FieldError(pointer=_pointer(place, error["loc"]), message=_told(error["msg"]))
        for error in found
    ]


def _told(message: str) -> str:
    return message.removeprefix("Value error, ")


def _pointer(place: str, steps: Iterable[Any]) -> str:
    """RFC 6901."""
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "/".join(("", place, *escaped))
