"""Articles as files that people edit: TOML as shipped, CSV with a row a phrasing, JSON. Pure.

A mistake names the line of the file and the field; whoever reads a file gets all of it or nothing.
"""

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hub.model.knowledge import Article
from hub.services.knowledge.checking import clashes, flaws_of, lessons_of, tidied

FIELDS = frozenset({"id", "language", "title", "text", "phrasings", "valid_from", "valid_until"})
PASSED_OVER = frozenset({"version"})
"""Fields of files of ours that say nothing here: the version is the document's."""

TIMES = ("valid_from", "valid_until")
COLUMNS = ("id", "language", "title", "text", "phrasing", *TIMES)
FORMULA = ("=", "+", "-", "@", "\t")
"""How a cell begins that a spreadsheet would run."""

_TABLE = re.compile(r"^\s*\[\[\s*article\s*\]\]", re.MULTILINE)
_AT = re.compile(r"\(at line (\d+), column \d+\)$")


class WrongFile(ValueError):
    """`line` counts from 1; `field` is "" when the file itself is not readable."""

    def __init__(self, line: int, field: str, problem: str) -> None:
        named = f"{field}: " if field else ""
        super().__init__(f"line {line}: {named}{problem}")
        self.line = line
        self.field = field
        self.problem = problem


@dataclass(slots=True)
class Found:
    """An article as it stands in a file; `lines` says where a field stands."""

    line: int
    values: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict)

    def wrong(self, name: str, problem: str) -> WrongFile:
        place = self.lines.get(name) or self.lines.get(name.partition("/")[0]) or self.line
        return WrongFile(place, name, problem)


def read_articles(content: bytes, form: str, standing: Iterable[Article] = ()) -> list[Article]:
    """All articles of a file (`form`: toml, csv, json), checked against each other and against
    those that stand and are not in the file.

    Raises:
        WrongFile: the first mistake.
    """
    found = READERS[form](_decoded(content))
    articles = []
    known: dict[str, Found] = {}
    for each in found:
        article = _article(each)
        if article.id in known:
            raise each.wrong("id", f"“{article.id}” stands in line {known[article.id].line} too")
        known[article.id] = each
        articles.append(article)
        for flaw in flaws_of(article):
            raise each.wrong(flaw.field, flaw.problem)
    claimed = lessons_of(article for article in standing if article.id not in known)
    for article in articles:
        for flaw in clashes(article, claimed):
            raise known[article.id].wrong(flaw.field, flaw.problem)
        claimed |= lessons_of([article])
    return articles


def written(articles: Iterable[Article], form: str) -> str:
    """A file that `read_articles` reads back."""
    return WRITERS[form](list(articles))


# ---------------------------------------------------------------- reading
def _decoded(content: bytes) -> str:
    """UTF-8, with or without a mark; what Chinese spreadsheets write is GB 18030."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        try:
            return content.decode("gb18030")
        except UnicodeDecodeError:
            line = content[: bad.start].count(b"\n") + 1
            raise WrongFile(line, "", "the text is neither UTF-8 nor GB 18030") from None


def _article(found: Found) -> Article:
    values = {name: value for name, value in found.values.items() if name not in PASSED_OVER}
    for name in values:
        if name not in FIELDS:
            raise found.wrong(name, "unknown field")
    for name in ("id", "language", "title", "text"):
        if not isinstance(values.get(name), str):
            raise found.wrong(name, "must be a text")
    lines = values.get("phrasings", [])
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise found.wrong("phrasings", "must be a list of texts")
    times = {name: _time(found, name, values.get(name)) for name in TIMES}
    return tidied(
        Article(
            id=values["id"],
            version=0,
            language=values["language"],
            title=values["title"],
            text=values["text"],
            phrasings=tuple(lines),
            **times,
        )
    )


def _time(found: Found, name: str, value: Any) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise found.wrong(name, "must be a time like 2026-12-31T16:00:00Z") from None
    if time.tzinfo is None:
        raise found.wrong(name, "needs a time zone, like 2026-12-31T16:00:00Z")
    return time.astimezone(UTC)


def _read_toml(text: str) -> list[Found]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as bad:
        told = _AT.search(str(bad))
        line = int(told[1]) if told else text.count("\n") + 1
        raise WrongFile(line, "", f"is not TOML: {_AT.sub('', str(bad)).strip()}") from None
    tables = document.get("article", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise WrongFile(1, "article", "must be tables: [[article]]")
    common = {"language": document["language"]} if "language" in document else {}
    starts = [text.count("\n", 0, match.end()) + 1 for match in _TABLE.finditer(text)]
    lines = text.splitlines()
    found = []
    for place, table in enumerate(tables):
        start = starts[place] if len(starts) == len(tables) else 1
        end = starts[place + 1] - 1 if len(starts) > place + 1 else len(lines)
        keys = {
            line.partition("=")[0].strip(): start + offset
            for offset, line in enumerate(lines[start - 1 : end])
            if "=" in line
        }
        known = {name: keys[name] for name in (*table, *FIELDS) if name in keys}
        found.append(Found(start, {**common, **table}, known))
    return found


def _read_json(text: str) -> list[Found]:
    """Element by element, so that a mistake has a line."""
    decoder, place = json.JSONDecoder(), _skip(text, 0)
    if text[place : place + 1] != "[":
        raise WrongFile(1, "", "must be a list of articles: [{…}, …]")
    found: list[Found] = []
    place = _skip(text, place + 1)
    while text[place : place + 1] not in ("]", ""):
        line = text.count("\n", 0, place) + 1
        try:
            value, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as bad:
            raise WrongFile(bad.lineno, "", f"is not JSON: {bad.msg}") from None
        if not isinstance(value, dict):
            raise WrongFile(line, "", "must be an article: {…}")
        found.append(Found(line, value))
        place = _skip(text, place)
        if text[place : place + 1] == ",":
            place = _skip(text, place + 1)
        elif text[place : place + 1] not in ("]", ""):
            raise WrongFile(text.count("\n", 0, place) + 1, "", "is not JSON: a comma is missing")
    if not text[place : place + 1]:
        raise WrongFile(text.count("\n") + 1, "", "is not JSON: the list has no end")
    return found


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _read_csv(text: str) -> list[Found]:
    """Rows of one id belong together; only the first needs more than id and phrasing."""
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    names = [name.strip().lower() for name in rows.fieldnames or ()]
    if unknown := sorted(set(names) - set(COLUMNS)):
        raise WrongFile(1, unknown[0], f"unknown column; known are {', '.join(COLUMNS)}")
    if lacking := [name for name in ("id", "language", "title", "text") if name not in names]:
        raise WrongFile(1, lacking[0], "this column is missing")
    rows.fieldnames = names
    found: dict[str, Found] = {}
    line = 2
    try:
        for row in rows:
            _add_row(found, row, line)
            line = rows.line_num + 1
    except csv.Error as bad:
        raise WrongFile(rows.line_num, "", f"is not CSV: {bad}") from None
    return list(found.values())


def _add_row(found: dict[str, Found], row: Mapping[str, Any], line: int) -> None:
    if None in row:
        raise WrongFile(line, "", "has more cells than columns")
    cells = {name: _plain_cell(value or "") for name, value in row.items()}
    key, phrasing = cells.pop("id"), cells.pop("phrasing", "")
    if not key:
        raise WrongFile(line, "id", "is missing")
    known = found.setdefault(key, Found(line, {"id": key, "phrasings": []}))
    for name, value in cells.items():
        before = known.values.get(name, "")
        if value and before and value != before:
            raise WrongFile(line, name, f"differs from line {known.lines[name]}")
        if value:
            known.values[name] = value
            known.lines.setdefault(name, line)
    if phrasing:
        known.lines[f"phrasings/{len(known.values['phrasings'])}"] = line
        known.values["phrasings"].append(phrasing)


def _plain_cell(value: str) -> str:
    """Without the sign that kept a spreadsheet from running it."""
    value = value.strip()
    return value[1:] if value[:1] == "'" and value[1:2] in FORMULA else value


# ---------------------------------------------------------------- writing
def _document(article: Article) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": article.id,
        "language": article.language,
        "title": article.title,
        "text": article.text,
        "phrasings": list(article.phrasings),
    }
    times = ((name, getattr(article, name)) for name in TIMES)
    return found | {name: time.isoformat() for name, time in times if time is not None}


def _write_toml(articles: Sequence[Article]) -> str:
    tables = []
    for article in articles:
        lines = ["[[article]]"]
        for name, value in _document(article).items():
            if name == "phrasings":
                items = "".join(f"  {_quoted(line)},\n" for line in value)
                lines.append(f"phrasings = [\n{items}]")
            else:
                lines.append(f"{name} = {value if name in TIMES else _quoted(value)}")
        tables.append("\n".join(lines) + "\n")
    return "\n".join(tables)


def _quoted(text: str) -> str:
    """JSON's escapes are those of TOML's basic strings."""
    return json.dumps(text, ensure_ascii=False)


def _write_json(articles: Sequence[Article]) -> str:
    return json.dumps([_document(each) for each in articles], ensure_ascii=False, indent=1) + "\n"


def _write_csv(articles: Sequence[Article]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for article in articles:
        document = _document(article)
        first, *rest = document.pop("phrasings") or [""]
        rows = [{**document, "phrasing": first}]
        rows += [{"id": article.id, "phrasing": line} for line in rest]
        writer.writerows({name: _safe_cell(value) for name, value in row.items()} for row in rows)
    return "\ufeff" + out.getvalue()


def _safe_cell(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value


READERS: Mapping[str, Callable[[str], list[Found]]] = {
    "toml": _read_toml,
    "csv": _read_csv,
    "json": _read_json,
}
WRITERS: Mapping[str, Callable[[Sequence[Article]], str]] = {
    "toml": _write_toml,
    "csv": _write_csv,
    "json": _write_json,
}
