"""Whatever a test makes the hub answer is held against the OpenAPI document."""

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonschema_rs
from aiohttp import web

from hub.http import openapi
from hub.http.app import routes
from hub.http.deps import HttpDeps
from hub.http.guards import guards_of

Json = dict[str, Any]

BROKEN = 500
"""A fault a test plants; no operation promises one."""


@dataclass(kw_only=True)
class Described:
    """`wrong`: what was answered otherwise than described; `seen`: operations and statuses."""

    document: Json
    wrong: list[str] = field(default_factory=list)
    seen: set[tuple[str, int]] = field(default_factory=set)

    async def hear(self, request: web.Request, answer: web.StreamResponse) -> None:
        resource = request.match_info.route.resource
        operation = self._operation(request.method, resource.canonical if resource else "")
        if operation is None or answer.status == BROKEN:
            return
        label = f"{request.method} {resource.canonical if resource else ''}"
        self.seen.add((label, answer.status))
        stated = operation["responses"].get(str(answer.status))
        if stated is None:
            self.wrong.append(f"{label}: {answer.status} is not described")
            return
        contents = stated.get("content", {})
        body = answer.body if isinstance(answer, web.Response) else None
        if contents and answer.content_type not in contents and "*/*" not in contents:
            self.wrong.append(f"{label}: {answer.status} came as {answer.content_type}")
        elif not contents and body:
            self.wrong.append(f"{label}: {answer.status} came with a body")
        elif isinstance(body, bytes) and answer.content_type.endswith("json"):
            schema = contents[answer.content_type]["schema"]
            for error in _validator(schema["$ref"]).iter_errors(json.loads(body)):
                self.wrong.append(f"{label}: {answer.status} {error.instance_path}: {error}")

    def _operation(self, method: str, path: str) -> Json | None:
        found: Json | None = self.document["paths"].get(path, {}).get(method.lower())
        return found


_documents: list[Json] = []


def described(deps: HttpDeps) -> Described:
    """The document is the same for every hub, and made once."""
    if not _documents:
        _documents.append(openapi.document(routes(deps, guards_of(deps)), version="1"))
    return Described(document=_documents[0])


@cache
def _validator(ref: str) -> Any:
    components = {"schemas": _documents[0]["components"]["schemas"]}
    return jsonschema_rs.Draft202012Validator({"$ref": ref, "components": components})
