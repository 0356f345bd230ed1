"""Reads the XML of a push into flat fields. No entity, no DOCTYPE, bounded depth."""

from pyexpat import ExpatError, ParserCreate
from typing import NoReturn

from hub.errors import InboundRejected

DEEPEST = 8
MOST = 256
ONCE = frozenset(
    ("ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "MsgId", "Encrypt")
)


def read_fields(body: bytes) -> dict[str, str]:
    """The elements under `<xml>`: name → text, a nested one as "outer.inner".

    A repeated name gets "#2", "#3"…; of what identifies a push there must be only one.

    Raises:
        InboundRejected: not XML, another root, a DOCTYPE, too deep, too many, or ambiguous.
    """
    reader = _Reader()
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text.append
    try:
        parser.Parse(body, True)
    except (ExpatError, UnicodeError, LookupError):
        raise InboundRejected("not_xml") from None
    return reader.fields


def _refuse_doctype(*_: object) -> NoReturn:
    # called before any entity is declared, so none is ever expanded
    raise InboundRejected("doctype_not_allowed")


class _Reader:
    """Callbacks of the parser; a leaf is an element with no element inside."""

    __slots__ = ("fields", "leaf", "path", "text")

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.path: list[str] = []
        self.text: list[str] = []
        self.leaf = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if not self.path and name != "xml":
            raise InboundRejected("wrong_root")
        if len(self.path) >= DEEPEST:
            raise InboundRejected("too_deep")
        self.path.append(name)
        self.text.clear()
        self.leaf = True

    def end(self, name: str) -> None:
        if self.leaf and len(self.path) > 1:
            self._keep(name if len(self.path) == 2 else ".".join(self.path[1:]))
        self.leaf = False
        self.path.pop()
        self.text.clear()

    def _keep(self, name: str) -> None:
        if len(self.fields) >= MOST:
            raise InboundRejected("too_many_elements")
        value = "".join(self.text)
        if name not in self.fields:
            self.fields[name] = value
            return
        if name in ONCE:
            raise InboundRejected("ambiguous")
        count = 2
        while f"{name}#{count}" in self.fields:
            count += 1
        self.fields[f"{name}#{count}"] = value
