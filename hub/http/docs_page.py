"""`/api/docs`: the OpenAPI document as a page, without script and without anything from outside."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from hub.http.problems import CONTENT_TYPE, TITLES

Json = Mapping[str, Any]

STYLE = """
:root { color-scheme: light dark; --line: #8884; --quiet: light-dark(#555, #aaa); }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem 6rem;
  font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
h1, h2, h3 { line-height: 1.3; } h2 { margin-top: 3rem; }
section { border-top: 1px solid var(--line); padding: .5rem 0 1.5rem; }
code, .path { font-family: ui-monospace, "Cascadia Mono", Consolas, monospace; font-size: .92em; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
  border-bottom: 1px solid var(--line); }
.roles { color: var(--quiet); margin: 0; }
""".strip()


def page(document: Json) -> str:
    info = document["info"]
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<link rel="icon" href="data:,">',
            f"<title>{escape(info['title'])} API</title>",
            '<link rel="stylesheet" href="/api/docs.css"></head><body>',
            f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>",
            f"<p>{escape(info['description'])}</p>",
            '<p>As data: <a href="/api/openapi.json">/api/openapi.json</a>. ',
            'Below: <a href="#schemas">schemas</a>, <a href="#problems">problems</a>.</p>',
            *_operations(document),
            *_schemas(document["components"]["schemas"]),
            *_problems(),
            "</body></html>",
        )
    )


def _operations(document: Json) -> Iterator[str]:
    tag = ""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["tags"][0] != tag:
                tag = operation["tags"][0]
                yield f"<h2>{escape(tag)}</h2>"
            yield from _operation(path, method, operation)


def _operation(path: str, method: str, operation: Json) -> Iterator[str]:
    yield f'<section id="{escape(operation["operationId"])}">'
    yield f'<h3><span class="method">{escape(method.upper())}</span> '
    yield f'<span class="path">{escape(path)}</span></h3>'
    yield f"<p>{escape(operation['summary'])}</p>"
    others = operation.get("x-caller", "everybody, signed in or not")
    roles = ", ".join(operation.get("x-roles", ())) or others
    scope = f"; keys with {operation['x-scope']}" if "x-scope" in operation else ""
    yield f'<p class="roles">For {escape(roles + scope)}</p>'
    fields = [
        (p["name"], p["in"], _kind(p["schema"]), p["required"], p.get("description", ""))
        for p in operation["parameters"]
    ]
    if fields:
        yield _table(
            ("Parameter", "In", "Value", "Needed", ""),
            (
                (_code(name), place, kind, "yes" if needed else "", escape(about))
                for name, place, kind, needed, about in fields
            ),
        )
    if body := operation.get("requestBody"):
        kinds = {_kind(content["schema"]) for content in body["content"].values()}
        types = ", ".join(body["content"])
        yield f"<p>Body: {', '.join(sorted(kinds))} ({escape(types)})</p>"
    answers = operation["responses"].items()
    yield _table(
        ("Answer", "", "Content"),
        (
            (status, escape(answer["description"]), _content(answer))
            for status, answer in answers
            if not _is_problem(answer)
        ),
    )
    wrong = ", ".join(
        f"{status} {escape(answer['description'])}"
        for status, answer in answers
        if _is_problem(answer)
    )
    yield f'<p>Problems: {wrong} (<a href="#schema-Problem">Problem</a>)</p></section>'


def _is_problem(answer: Json) -> bool:
    return CONTENT_TYPE in answer.get("content", {})


def _content(answer: Json) -> str:
    return ", ".join(_kind(content["schema"]) for content in answer.get("content", {}).values())


def _schemas(schemas: Json) -> Iterator[str]:
    yield '<h2 id="schemas">Schemas</h2>'
    for name, schema in schemas.items():
        yield f'<section id="schema-{escape(name)}"><h3>{escape(name)}</h3>'
        if about := schema.get("description"):
            yield f"<p>{escape(about)}</p>"
        if "enum" in schema:
            yield f"<p>{_kind(schema)}</p>"
        needed = set(schema.get("required", ()))
        if properties := schema.get("properties"):
            yield _table(
                ("Field", "Value", "Needed", ""),
                (
                    (
                        _code(field),
                        _kind(value),
                        "yes" if field in needed else "",
                        escape(value.get("description", "")),
                    )
                    for field, value in properties.items()
                ),
            )
        yield "</section>"


def _problems() -> Iterator[str]:
    yield '<h2 id="problems">Problems</h2>'
    yield _table(
        ("Type", "Status", "Title"),
        (
            (f'<code id="problem-{slug}">#problem-{slug}</code>', str(status), escape(title))
            for slug, (status, title) in TITLES.items()
        ),
    )


def _kind(schema: Json) -> str:
    """A schema in one line of HTML."""
    if ref := schema.get("$ref"):
        name = escape(ref.rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " or ".join(_kind(one) for one in schema[word])
    if "const" in schema:
        return _code(str(schema["const"]))
    if "enum" in schema:
        return ", ".join(_code(str(value)) for value in schema["enum"])
    kind = str(schema.get("type", "any value"))
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if kind == "object" and "additionalProperties" in schema:
        inner = schema["additionalProperties"]
        return f"object of {_kind(inner)}" if isinstance(inner, Mapping) else "object"
    limits = [
        f"{words} {schema[name]}"
        for name, words in (
            ("minimum", "from"),
            ("maximum", "to"),
            ("maxLength", "characters at most"),
            ("default", "default"),
        )
        if name in schema
    ]
    return escape(", ".join((schema.get("format", kind), *limits)))


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Cells are HTML already."""
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
