"""The kinds of files we take, as data."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.model.message import MediaKind

TEXT = "text/plain"
CSV = "text/csv"
PDF = "application/pdf"
OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."


@dataclass(frozen=True, slots=True)
class FileType:
    """`extensions`: the first is given to a file that came without a name of its own."""

    kind: MediaKind
    extensions: tuple[str, ...]


def _image(*extensions: str) -> FileType:
    return FileType(MediaKind.IMAGE, extensions)


def _voice(*extensions: str) -> FileType:
    return FileType(MediaKind.VOICE, extensions)


def _file(*extensions: str) -> FileType:
    return FileType(MediaKind.FILE, extensions)


TYPES: Mapping[str, FileType] = {
    "image/jpeg": _image("jpg", "jpeg", "jpe", "jfif"),
    "image/png": _image("png"),
    "image/gif": _image("gif"),
    "image/webp": _image("webp"),
    "audio/amr": _voice("amr"),
    "audio/amr-wb": _voice("amr", "awb"),
    "audio/mpeg": _voice("mp3", "mpga"),
    "audio/wav": _voice("wav"),
    "audio/mp4": _voice("m4a", "mp4"),
    "audio/ogg": _voice("ogg", "oga", "opus", "spx", "speex"),
    "video/mp4": FileType(MediaKind.VIDEO, ("mp4", "m4v")),
    "video/quicktime": FileType(MediaKind.VIDEO, ("mov", "qt")),
    PDF: _file("pdf"),
    OOXML + "wordprocessingml.document": _file("docx"),
    OOXML + "spreadsheetml.sheet": _file("xlsx"),
    OOXML + "presentationml.presentation": _file("pptx"),
    ODF + "text": _file("odt"),
    ODF + "spreadsheet": _file("ods"),
    ODF + "presentation": _file("odp"),
    "application/msword": _file("doc", "wps", "dot"),
    "application/vnd.ms-excel": _file("xls", "et", "xlt"),
    "application/vnd.ms-powerpoint": _file("ppt", "dps", "pps"),
    TEXT: _file("txt", "log", "md"),
    CSV: _file("csv", "tsv"),
}
"""By what the bytes are. Nothing else is stored."""

PREVIEW_TYPE = "image/webp"
PLAYABLE_TYPE = "audio/mpeg"
"""Of what we render ourselves."""

BY_EXTENSION: Mapping[str, frozenset[str]] = {
    extension: frozenset(t for t, each in TYPES.items() if extension in each.extensions)
    for each in TYPES.values()
    for extension in each.extensions
}
