"""Office files: which of them a container is, and whether it carries programs."""

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from hub.services.media.types import ODF, OOXML

MOST_ENTRIES = 10_000
OOXML_ROOTS = {
    "word/": OOXML + "wordprocessingml.document",
    "xl/": OOXML + "spreadsheetml.sheet",
    "ppt/": OOXML + "presentationml.presentation",
}
ODF_KINDS = ("text", "spreadsheet", "presentation")
OLE_STREAMS = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
OLE_ENTRY = 128
OLE_PROGRAMS = ("_VBA_PROJECT", "VBA", "Macros", "_VBA_PROJECT_CUR", "\x01Ole10Native")
ZIP_PROGRAMS = ("vbaproject.bin", "vbadata.xml", "/activex/", "basic/", "scripts/")


def zip_type(data: bytes) -> str:
    """Of an Office file; "" for any other archive."""
    names = _names(data)
    if names is None:
        return ""
    if names and names[0] == "mimetype":
        first = _first_stored(data)
        found = next((k for k in ODF_KINDS if first == (ODF + k).encode()), "")
        return ODF + found if found else ""
    if "[Content_Types].xml" not in names:
        return ""
    return next(
        (kind for root, kind in OOXML_ROOTS.items() if any(n.startswith(root) for n in names)), ""
    )


def zip_has_program(data: bytes) -> bool:
    names = _names(data) or []
    return any(mark in name.lower() for name in names for mark in ZIP_PROGRAMS)


def _names(data: bytes) -> list[str] | None:
    """The entries; None for an archive that is broken, very large or does not begin at 0."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
    except (BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError, MemoryError):
        return None
    if not 0 < len(entries) <= MOST_ENTRIES or min(e.header_offset for e in entries) != 0:
        return None
    return [entry.filename for entry in entries]


def _first_stored(data: bytes) -> bytes:
    """The content of the first entry where it is kept as it is, as `mimetype` has to be."""
    method = int.from_bytes(data[8:10], "little")
    size = int.from_bytes(data[18:22], "little")
    begin = 30 + int.from_bytes(data[26:28], "little") + int.from_bytes(data[28:30], "little")
    return data[begin : begin + min(size, 100)] if method == 0 else b""


def ole_type(data: bytes) -> str:
    """Of an old Office file, by the streams in its directory; "" for any other."""
    names = _streams(data)
    return next((kind for stream, kind in OLE_STREAMS.items() if stream in names), "")


def ole_has_program(data: bytes) -> bool:
    names = _streams(data)
    return any(program in names for program in OLE_PROGRAMS)


def _streams(data: bytes) -> set[str]:
    """Names of the directory's entries, which stand on borders of 128 bytes."""
    found = set()
    for at in range(512, len(data) - OLE_ENTRY + 1, OLE_ENTRY):
        length = int.from_bytes(data[at + 64 : at + 66], "little")
        if 4 <= length <= 64 and length % 2 == 0 and data[at + 66] in (1, 2, 5):
            raw = data[at : at + length]
            if raw[-2:] == b"\0\0" and raw[1:2] == b"\0":
                found.add(raw[:-2].decode("utf-16-le", "replace"))
    return found
