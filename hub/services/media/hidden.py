"""A second file inside the first: what else would some program take these bytes for?

A polyglot is harmless where we look at it and something else where it is opened, so a file is
refused for what it could be as well.
"""

import re

from hub.services.media.office import ole_has_program, zip_has_program
from hub.services.media.sniffing import as_text
from hub.services.media.types import CSV, PDF, TEXT

TAGS = (
    rb"(?:script|svg|html|head|body|iframe|object|embed|foreignobject|"
    rb"meta|base|form|img|link|style)"
)
PAGE = re.compile(
    rb"<(?:!doctype\s+(?:html|svg)|" + TAGS + rb"[\s>/])[\x09\x0a\x0d\x20-\x7e]{6}", re.I
)
SHORT_PAGE = re.compile(rb"<(?:script|svg|html|iframe)\b[^\x00-\x08\x0e-\x1f]*>", re.I)
PROGRAM = re.compile(
    rb"<\?php[\s(]|__HALT_COMPILER|<%@\s*page|<\?xml-stylesheet\s|"
    rb"<!ENTITY\s[\x20-\x7e]{6}|javascript:[\x20-\x7e]{6}",
    re.I,
)
ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\x00", b"MSCF\0\0\0\0", b"!<arch>\n")
EXECUTABLES = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!/", b"PK\x03\x04")
PDF_MARK = re.compile(rb"%PDF-[12]\.\d")
PDF_PROGRAM = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia|EmbeddedFile|XFA)\b", re.I)
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
ZIP_END = b"PK\x05\x06"
ZIP_END_LENGTH = 22
LONGEST_ZIP_COMMENT = 65_535


def hidden(content_type: str, data: bytes, tail: int) -> str:
    """A stable code for what else is in there, or "". `tail` as `structure.tail_of` tells."""
    if _is_page(content_type, data):
        return "active_content"
    if PROGRAM.search(data) or _is_program_too(content_type, data):
        return "active_content"
    is_zip = data.startswith(b"PK\x03\x04")
    if (is_zip and zip_has_program(data)) or (
        data[:4] == b"\xd0\xcf\x11\xe0" and ole_has_program(data)
    ):
        return "active_content"
    if content_type == PDF and PDF_PROGRAM.search(_unescaped(data)):
        return "active_content"
    if not is_zip and (_ends_as_zip(data) or any(mark in data for mark in ARCHIVES)):
        return "polyglot"
    if content_type != PDF and not is_zip and PDF_MARK.search(data):
        return "polyglot"
    if tail and data[len(data) - tail :].lstrip(b"\0 \r\n\t").startswith(EXECUTABLES):
        return "polyglot"
    return ""


def _is_page(content_type: str, data: bytes) -> bool:
    if content_type not in (TEXT, CSV):
        return PAGE.search(data) is not None
    text = (as_text(data) or "").encode()
    return PAGE.search(text) is not None or SHORT_PAGE.search(text) is not None


def _is_program_too(content_type: str, data: bytes) -> bool:
    """Heads whose numbers were chosen so that the file is a script as well."""
    match content_type:
        case "image/gif":
            return re.match(rb"/\*|=[\x20-\x7e]", data[6:8]) is not None
        case "image/webp" | "audio/wav" | "image/jpeg":
            return data[4:6] == b"/*"
        case "text/plain" | "text/csv":
            return data.startswith(b"#!") or data[:2] == b"MZ"
        case _:
            return False


def _ends_as_zip(data: bytes) -> bool:
    """Whether a program that opens archives finds the end of one, wherever it begins."""
    at = len(data)
    first = max(0, len(data) - LONGEST_ZIP_COMMENT - ZIP_END_LENGTH)
    while (at := data.rfind(ZIP_END, first, at)) >= 0:
        end = data[at : at + ZIP_END_LENGTH]
        here, all_of_them = end[8:10], end[10:12]
        if len(end) == ZIP_END_LENGTH and end[4:8] == bytes(4) and here == all_of_them:
            return True
    return False


def _unescaped(data: bytes) -> bytes:
    """PDF names may be written `/J#61vaScript`."""
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), data)
