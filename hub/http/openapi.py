"""The route table, and what stands beside it, as an OpenAPI 3.1 document."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from hub.http.beside import BESIDE, Beside
from hub.http.problems import CONTENT_TYPE, Problem
from hub.http.route import ANYTHING, AnyRoute
from hub.http.sessions import COOKIE
from hub.http.shapes import Bytes, Page

Json = dict[str, Any]

REF = "#/components/schemas/{model}"
BINARY = {"type": "string", "format": "binary"}
TEXT = {"text/plain": {"schema": {"type": "string"}}}
REQUEST_ID = {"$ref": "#/components/headers/RequestId"}


def document(routes: Iterable[AnyRoute], *, version: str) -> Json:
    schemas: Json = {}
    paths: dict[str, Json] = {}
    _schema_of(Problem, "serialization", schemas)
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    for one in BESIDE:
        paths.setdefault(one.path, {})[one.method.lower()] = _beside(one, schemas)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "联络 Lianluo",
            "version": version,
            "summary": "One conversation over every channel",
            "description": (
                "Errors are problem documents (RFC 9457). Lists page by cursor. A command carries "
                "a `command_id` of the client: sent again it changes nothing and answers the same. "
                "A request with the session cookie that changes something needs an Origin of ours; "
                "programs send `Authorization: Bearer <api key>` instead."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "headers": {
                "RequestId": {
                    "description": "Stands in the log with everything this request did.",
                    "schema": {"type": "string"},
                }
            },
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key; `x-scope` of an operation is what it must have.",
                },
            },
        },
    }


def _operation(route: AnyRoute, schemas: Json) -> Json:
    operation: Json = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "parameters": [
            *_parameters(route.params, "path", schemas),
            *_parameters(route.query, "query", schemas),
        ],
        "responses": _responses(route, schemas),
        "security": _security(route),
    }
    if route.roles is not None:
        operation["x-roles"] = sorted(route.roles)
    if route.scope is not None:
        operation["x-scope"] = route.scope.value
    if route.takes_body:
        is_file = route.body is Bytes
        content = {"schema": BINARY if is_file else _schema_of(route.body, "validation", schemas)}
        accepted = dict.fromkeys(sorted(route.takes), content)
        operation["requestBody"] = {"required": True, "content": accepted}
    return operation


def _beside(one: Beside, schemas: Json) -> Json:
    content = TEXT
    if one.content is not None:
        content = {
            "application/json": {"schema": _schema_of(one.content, "serialization", schemas)}
        }
    operation: Json = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "parameters": list(_parameters(one.params, "path", schemas)),
        "responses": {
            str(status): {"description": means, "content": content}
            for status, means in one.answers.items()
        },
        "security": [],
        "x-caller": one.caller,
    }
    if one.takes_body:
        operation["requestBody"] = {"required": True, "content": {ANYTHING: {"schema": BINARY}}}
    return operation


def _security(route: AnyRoute) -> list[Json]:
    if route.roles is None:
        return []
    return [{"session": []}] if route.scope is None else [{"session": []}, {"key": []}]


def _responses(route: AnyRoute, schemas: Json) -> Json:
    found: Json = {}
    for status, model in route.answers.items():
        answer: Json = {
            "description": HTTPStatus(status).phrase,
            "headers": {"X-Request-Id": REQUEST_ID},
        }
        if model is Bytes:
            answer["content"] = {ANYTHING: {"schema": BINARY}}
        elif model is Page:
            answer["content"] = {"text/html": {"schema": {"type": "string"}}}
        elif model is not None:
            content = {"schema": _schema_of(model, "serialization", schemas)}
            answer["content"] = {"application/json": content}
        found[str(status)] = answer
    problem = {"schema": {"$ref": REF.format(model="Problem")}}
    for status in sorted(route.all_problems()):
        found[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "headers": {"X-Request-Id": REQUEST_ID},
            "content": {CONTENT_TYPE: problem},
        }
    return found


def _parameters(model: type[BaseModel], place: str, schemas: Json) -> Iterable[Json]:
    schema = _hoisted(model.model_json_schema(ref_template=REF), schemas)
    required = set(schema.get("required", ()))
    for name, field in schema.get("properties", {}).items():
        described = _never_null(field)
        parameter = {"name": name, "in": place, "required": name in required}
        if about := described.pop("description", None):
            parameter["description"] = about
        described.pop("title", None)
        yield {**parameter, "schema": described}


def _never_null(described: Mapping[str, Any]) -> Json:
    """A parameter is absent or has a value."""
    plain = dict(described)
    kinds = [kind for kind in plain.pop("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) == 1:
        plain = {**kinds[0], **plain}
    elif kinds:
        plain["anyOf"] = kinds
    if plain.get("default", ...) is None:
        del plain["default"]
    return plain


def _schema_of(model: type[BaseModel], mode: Any, schemas: Json) -> Json:
    schemas[model.__name__] = _hoisted(
        model.model_json_schema(ref_template=REF, mode=mode), schemas
    )
    return {"$ref": REF.format(model=model.__name__)}


def _hoisted(schema: Json, schemas: Json) -> Json:
    """Inner definitions go to the components."""
    schemas.update(schema.pop("$defs", {}))
    return schema
