"""Whether a file is taken in, from its bytes and what was claimed of them. Pure functions."""

from dataclasses import dataclass
from hashlib import sha256

from hub.model.message import MediaKind
from hub.services.media.hidden import hidden
from hub.services.media.sniffing import sniff
from hub.services.media.structure import TAILS, tail_of
from hub.services.media.types import BY_EXTENSION, CSV, TEXT, TYPES

MEGABYTE = 1024 * 1024
FAMILIES = {"image": MediaKind.IMAGE, "audio": MediaKind.VOICE, "video": MediaKind.VIDEO}
MP4 = frozenset({"audio/mp4", "video/mp4", "video/quicktime"})
TEXTS = frozenset({TEXT, CSV})
MOST_NAME = 120
ACTIVE = frozenset(
    {
        *("htm", "html", "xhtml", "xht", "shtml", "mhtml", "svg", "svgz", "xml", "xsl", "css"),
        *("js", "mjs", "swf", "hta", "jar", "php", "phar", "jsp", "asp", "aspx", "url", "lnk"),
        *("exe", "com", "scr", "msi", "dll", "bat", "cmd", "ps1", "vbs", "vbe", "wsf", "sh"),
        *("apk", "dmg", "iso", "docm", "xlsm", "pptm"),
    }
)
"""File names that a desk runs or opens as a page, whatever is inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the giver says: content type, file name, and the kind of message it came in.

    A `FILE` may hold anything we take; "" says nothing.
    """

    content_type: str = ""
    name: str = ""
    kind: MediaKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Largest file of each kind, in bytes."""

    image: int = 10 * MEGABYTE
    voice: int = 5 * MEGABYTE
    video: int = 20 * MEGABYTE
    file: int = 20 * MEGABYTE

    def of(self, kind: MediaKind) -> int:
        return int(getattr(self, kind.value))

    @property
    def largest(self) -> int:
        return max(self.of(kind) for kind in MediaKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """`code` says why the file is refused; the rest is known of a file that is not."""

    code: str = ""
    content_type: str = ""
    size: int = 0
    digest: str = ""

    @property
    def kind(self) -> MediaKind:
        return TYPES[self.content_type].kind


def examine(data: bytes, claim: Claim, limits: Limits) -> Examined:
    if not data:
        return Examined(code="empty")
    content_type = sniff(data, claim.name)
    if not content_type:
        return Examined(code="type_not_allowed")
    if not _as_claimed(content_type, claim):
        return Examined(code="type_mismatch")
    if len(data) > limits.of(TYPES[content_type].kind):
        return Examined(code="media_too_large")
    tail = tail_of(content_type, data)
    if code := hidden(content_type, data, tail):
        return Examined(code=code)
    if tail > TAILS.get(content_type, 0):
        return Examined(code="trailing_data")
    return Examined(content_type=content_type, size=len(data), digest=sha256(data).hexdigest())


def _as_claimed(content_type: str, claim: Claim) -> bool:
    """A picture may be of another coding than was said, but not a program named like one."""
    said = claim.content_type.partition(";")[0].strip().lower()
    family = FAMILIES.get(said.partition("/")[0])
    if claim.kind not in (None, MediaKind.FILE) and not _is(content_type, claim.kind):
        return False
    if family is not None and not _is(content_type, family):
        return False
    if said in TYPES and not _same(said, content_type):
        return False
    extension = extension_of(claim.name)
    if extension in BY_EXTENSION:
        return any(_same(named, content_type) for named in BY_EXTENSION[extension])
    is_text = content_type.startswith("text/")
    return not extension or not (is_text or extension in ACTIVE)


def _is(content_type: str, kind: MediaKind | None) -> bool:
    """Sound alone may stand in a container that films use as well."""
    return TYPES[content_type].kind is kind or (
        content_type in MP4 and kind in (MediaKind.VOICE, MediaKind.VIDEO)
    )


def _same(named: str, found: str) -> bool:
    """Pictures, sounds and films may be misnamed among themselves, documents may not."""
    kind = TYPES[found].kind
    if TYPES[named].kind is kind and kind is not MediaKind.FILE:
        return True
    return named == found or {named, found} <= MP4 or {named, found} <= TEXTS


def extension_of(name: str) -> str:
    stem, dot, extension = name.rpartition(".")
    return extension.strip().lower() if dot and stem else ""


def shown_name(name: str, content_type: str, media_id: str) -> str:
    """A file name without path or control characters, ending as its type does."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if c.isprintable() and c not in '"<>:|?*').strip(" .")
    endings = TYPES[content_type].extensions
    if extension_of(kept) in endings:
        return kept[-MOST_NAME:]
    stem = kept[: MOST_NAME - 8] or f"{TYPES[content_type].kind}-{media_id[:8]}"
    return f"{stem}.{endings[0]}"
