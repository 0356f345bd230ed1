"""Equality conditions on documents, as MongoDB reads them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hub.ports import Above


def matches(doc: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    """True when every condition holds; a list of values means any of them, `Above` a larger number.

    A path may name fields inside fields ("address.value") and reaches into lists.
    """
    return all(_holds(doc, path, value) for path, value in where.items())


def mentions(doc: Mapping[str, Any], text: str, fields: Iterable[str]) -> bool:
    """True when one of the fields holds the text, in upper or lower case."""
    pattern = re.compile(re.escape(text), re.IGNORECASE)
    return any(pattern.search(doc.get(name, "")) for name in fields)


def _holds(doc: Mapping[str, Any], path: str, value: Any) -> bool:
    found = _values(doc, path.split("."))
    if isinstance(value, Above):
        return any(isinstance(each, int) and each > value.number for each in found)
    allowed = value if isinstance(value, list | tuple | set | frozenset) else (value,)
    return any(each in allowed for each in found)


def _values(item: Any, path: list[str]) -> Iterator[Any]:
    """What stands at the path; None when nothing does, as a missing field equals null."""
    if isinstance(item, list):
        for element in item:
            yield from _values(element, path)
        if not path:
            yield item
    elif not path:
        yield item
    elif isinstance(item, Mapping) and path[0] in item:
        yield from _values(item[path[0]], path[1:])
    else:
        yield None
