"""Values to documents and back, one compiled codec a class.

A document is what every store can keep: dict, list, str, int, float, bool, None, datetime. A
timedelta is kept as whole microseconds.
A dataclass becomes a dict of its fields that differ from their defaults; a value of a union, or
one packed with `pack`, carries its class name under `"is"`. Unknown keys are ignored on reading,
so that an older program can read what a newer one wrote.

Every commit passes here several times, so each class gets one straight function of its own,
written as source and executed once, as `dataclasses` does for `__init__`.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Doc = dict[str, Any]
T = TypeVar("T")
Step = Callable[[Any], Any]
Names = dict[str, Any]
Make = Callable[[Any, str, Names], str]
TAG = "is"
MICROSECOND = timedelta(microseconds=1)


def pack(value: Any) -> Doc:
    """A dataclass as a document that names its class."""
    doc: Doc = _packers[type(value)](value)
    return doc


def unpack(doc: Mapping[str, Any], union: Any) -> Any:
    """The value of one of the classes of `union`.

    Raises:
        ValueError: the document names no class of the union or lacks a field.
    """
    return reader(union)(doc)


def unpack_as(doc: Mapping[str, Any], cls: type[T]) -> T:
    """The dataclass `cls` out of a document without a class name."""
    value: T = _decoders[cls](doc)
    return value


def plain(value: Any) -> Doc:
    """A dataclass as a document without its class name."""
    doc: Doc = _encoders[type(value)](value)
    return doc


class _Codecs(dict[type, Step]):
    """One codec a class, made when first asked for."""

    def __init__(self, make: Callable[[type], Step]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, cls: type) -> Step:
        step = self[cls] = self._make(cls)
        return step


def _encoder(cls: type, *, tagged: bool = False) -> Step:
    names: Names = {}
    hints = get_type_hints(cls)
    always = [f"{TAG!r}: {cls.__name__!r}"] if tagged else []
    lines = []
    for field in fields(cls):
        item = _encoding(hints[field.name], "x", names)
        if field.default is MISSING:
            needed = _encoding(hints[field.name], f"v.{field.name}", names)
            always.append(f"{field.name!r}: {needed}")
        else:
            default = _bind(names, field.default)
            test = "is not" if field.default is None else "!="
            lines += [f"x = v.{field.name}", f"if x {test} {default}: d[{field.name!r}] = {item}"]
    return _compile("v", [f"d = {{{', '.join(always)}}}", *lines, "return d"], names)


def _decoder(cls: type) -> Step:
    names: Names = {"cls": cls}
    hints = get_type_hints(cls)
    given = ", ".join(_argument(field, hints[field.name], names) for field in fields(cls))
    lacking = f"raise ValueError('{cls.__name__}.' + e.args[0] + ' is missing') from e"
    lines = ["try:", f" return cls({given})", "except KeyError as e:", f" {lacking}"]
    return _compile("d", lines, names)


def _argument(field: "Field[Any]", hint: Any, names: Names) -> str:
    value = _decoding(hint, f"d[{field.name!r}]", names)
    if field.default is not MISSING:
        value += f" if {field.name!r} in d else {_bind(names, field.default)}"
    elif field.default_factory is not MISSING:
        value += f" if {field.name!r} in d else {_bind(names, field.default_factory)}()"
    return f"{field.name}={value}"


def _encoding(hint: Any, x: str, names: Names) -> str:
    """Source of the document of `x`; `x` itself where a store can keep it as it is."""
    hint, classes, optional = _members(hint)
    if len(classes) > 1:
        inner = f"{_bind(names, _packers)}[type({x})]({x})" if _is_data(classes) else x
    elif optional:
        inner = _encoding(classes[0], x, names)
    elif _is_data(classes):
        inner = f"{_bind(names, _encoders[hint])}({x})"
    elif isinstance(hint, type) and issubclass(hint, Enum):
        inner = f"{x}.value"
    elif hint is timedelta:
        inner = f"({x} // {_bind(names, MICROSECOND)})"
    else:
        inner = _collection(hint, x, names, _encoding, ("[", "]", "list"))
    return f"(None if {x} is None else {inner})" if optional and inner != x else inner


def _decoding(hint: Any, x: str, names: Names) -> str:
    """Source of the value of the document `x`."""
    hint, classes, optional = _members(hint)
    if len(classes) > 1:
        inner = f"{_bind(names, reader(hint))}({x})" if _is_data(classes) else x
    elif optional:
        inner = _decoding(classes[0], x, names)
    elif _is_data(classes):
        inner = f"{_bind(names, _decoders[hint])}({x})"
    elif isinstance(hint, type) and issubclass(hint, Enum):
        inner = f"{_bind(names, hint)}({x})"
    elif hint is timedelta:
        inner = f"({x} * {_bind(names, MICROSECOND)})"
    else:
        inner = _collection(hint, x, names, _decoding, ("tuple([", "])", "tuple"))
    return f"(None if {x} is None else {inner})" if optional and inner != x else inner


def _collection(hint: Any, x: str, names: Names, make: Make, ends: tuple[str, str, str]) -> str:
    """Source for a tuple (as list) or mapping, built item by item unless a copy will do."""
    origin, args, (start, end, copy) = get_origin(hint), get_args(hint), ends
    item = _bind(names, None)
    if origin is tuple and args[-1] is not Ellipsis:
        items = [make(arg, f"{x}[{n}]", names) for n, arg in enumerate(args)]
        return f"{start}{', '.join(items)}{end}"
    if origin is tuple:
        source = make(args[0], item, names)
        return f"{copy}({x})" if source == item else f"{start}{source} for {item} in {x}{end}"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        source = make(args[1], item, names)
        items_of = f"{{k: {source} for k, {item} in {x}.items()}}"
        return f"dict({x})" if source == item else items_of
    return x


@cache
def reader(union: Any) -> Callable[[Mapping[str, Any]], Any]:
    """`unpack` of one union, kept by whoever reads many: looking a union up has its cost."""
    by_name = {cls.__name__: _decoders[cls] for cls in _members(union)[1]}

    def decode(doc: Mapping[str, Any]) -> Any:
        name = doc.get(TAG)
        step = by_name.get(name) if isinstance(name, str) else None
        if step is None:
            raise ValueError(f"no class of this union: {name!r}")
        return step(doc)

    return decode


def _members(hint: Any) -> tuple[Any, tuple[Any, ...], bool]:
    """The hint without NewType, the classes it stands for, and whether None is allowed too."""
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    if get_origin(hint) not in (Union, types.UnionType):
        return hint, (hint,), False
    classes = tuple(arg for arg in get_args(hint) if arg is not types.NoneType)
    return hint, classes, len(classes) < len(get_args(hint))


def _is_data(classes: tuple[Any, ...]) -> bool:
    return all(isinstance(cls, type) and is_dataclass(cls) for cls in classes)


def _bind(names: Names, value: Any) -> str:
    name = f"k{len(names)}"
    names[name] = value
    return name


def _compile(argument: str, lines: list[str], names: Names) -> Step:
    source = f"def step({argument}):\n " + "\n ".join(lines)
    space = dict(names)
    exec(source, space)  # noqa: S102  # made of the field names of our own classes
    return space["step"]  # type: ignore[no-any-return]


_packers = _Codecs(lambda cls: _encoder(cls, tagged=True))
_encoders = _Codecs(_encoder)
_decoders = _Codecs(_decoder)
