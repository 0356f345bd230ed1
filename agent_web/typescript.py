"""The screen protocol as TypeScript: `python -m agent_web.typescript` writes the UI's types.

What a screen sends may leave out fields with a default; what it gets is always whole.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from agent_web.commands import AgentCommand
from agent_web.documents import ScreenDoc
from agent_web.protocol import HEARTBEAT_S, VERSION, ClientFrame, ServerFrame
from hub.http.card_shapes import Card

Schema = Mapping[str, Any]

PLACE = Path(__file__).parent / "ui/src/shared/protocol.ts"
WIDTH = 100
SENT: dict[str, Any] = {"ClientFrame": ClientFrame, "AgentCommand": AgentCommand, "Card": Card}
RECEIVED: dict[str, Any] = {"ServerFrame": ServerFrame, "ScreenDoc": ScreenDoc}
HEAD = f"""\
/** The screen protocol of /ws/agent, made from agent_web/protocol.py: do not edit by hand. */

export const PROTOCOL = {VERSION}

/** Each side says something at least so often, in seconds; 2.5 times this of silence is loss. */
export const HEARTBEAT_S = {HEARTBEAT_S:g}

/** RFC 3339, UTC. */
export type Instant = string
"""


def text() -> str:
    """The whole file, laid out as prettier does."""
    unions: dict[str, tuple[str, ...]] = {}
    types: dict[str, Schema] = {}
    for name, union in (SENT | RECEIVED).items():
        schema = TypeAdapter[Any](union).json_schema()
        unions[name] = _members(schema)
        for each, declared in schema["$defs"].items():
            whole = {"required": tuple(declared.get("properties", ()))} if name in RECEIVED else {}
            types[each] = declared | whole
    names = {members: name for name, members in unions.items()}
    parts = [HEAD]
    parts += [_alias(name, list(members)) for name, members in unions.items()]
    parts += [_declared(name, schema, names) for name, schema in types.items()]
    return "\n".join(parts)


def _members(schema: Schema) -> tuple[str, ...]:
    return tuple(_name(each) for each in schema["oneOf"])


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _declared(name: str, schema: Schema, unions: Mapping[tuple[str, ...], str]) -> str:
    comment = _comment(schema.get("description", ""), "")
    if "enum" in schema:
        return comment + _alias(name, [f"'{value}'" for value in schema["enum"]])
    fields = "".join(_fields(schema, unions))
    return f"{comment}export interface {name} {{\n{fields}}}\n"


def _fields(schema: Schema, unions: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        mark = "" if name in required or "const" in field else "?"
        yield f"  {name}{mark}: {_type(field, unions)}\n"


def _type(schema: Schema, unions: Mapping[tuple[str, ...], str]) -> str:
    match schema:
        case {"$ref": _}:
            return _name(schema)
        case {"const": value}:
            return f"'{value}'"
        case {"enum": values}:
            return " | ".join(f"'{value}'" for value in values)
        case {"oneOf": _}:
            return unions[_members(schema)]
        case {"anyOf": choices}:
            return " | ".join(_type(each, unions) for each in choices)
        case {"type": "array", "items": items}:
            inner = _type(items, unions)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case {"type": "object", "additionalProperties": Mapping() as values}:
            return f"Record<string, {_type(values, unions)}>"
        case {"type": "object"}:
            return "Record<string, unknown>"
        case {"type": "string", "format": "date-time"}:
            return "Instant"
        case {"type": "integer" | "number"}:
            return "number"
        case {"type": "string" | "boolean" | "null" as kind}:
            return str(kind)
        case _:
            raise ValueError(f"no TypeScript for {schema}")


def _alias(name: str, members: list[str]) -> str:
    joined = " | ".join(members)
    for line in (f"export type {name} = {joined}\n", f"export type {name} =\n  {joined}\n"):
        if max(map(len, line.splitlines())) <= WIDTH:
            return line
    return f"export type {name} =\n" + "\n".join(f"  | {member}" for member in members) + "\n"


def _comment(words: str, indent: str) -> str:
    lines = words.splitlines()
    if len(lines) < 2:
        return f"{indent}/** {lines[0]} */\n" if lines else ""
    body = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{body}{indent} */\n"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
