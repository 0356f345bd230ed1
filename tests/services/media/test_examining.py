"""What is taken in: the type is that of the bytes, and no file may be a second one as well."""

import pytest

from hub.model.message import MediaKind
from hub.services.media.examining import Claim, Limits, examine, shown_name
from tests.services.media import samples as s

LIMITS = Limits()
GIF = s.image("GIF")
JPEG = s.image("JPEG")
PNG = s.image("PNG")
WEBP = s.image("WEBP")
ZIP = s.archive({"a.txt": b"hello", "b/evil.js": b"alert(1)"})
OOXML = "application/vnd.openxmlformats-officedocument."


def verdict(data: bytes, **claim: object) -> str:
    """The content type, or "!" and why it is refused."""
    found = examine(data, Claim(**claim), LIMITS)  # type: ignore[arg-type]
    return f"!{found.code}" if found.code else found.content_type


TAKEN = {
    "jpeg": (JPEG, "image/jpeg"),
    "png": (PNG, "image/png"),
    "gif": (GIF, "image/gif"),
    "webp": (WEBP, "image/webp"),
    "amr": (s.amr(), "audio/amr"),
    "amr wide band": (s.amr_wb(), "audio/amr-wb"),
    "speex": (s.speex(), "audio/ogg"),
    "opus": (s.sound("ogg", "libopus", rate=48_000), "audio/ogg"),
    "mp3": (s.sound("mp3", "libmp3lame", rate=24_000), "audio/mpeg"),
    "wav": (s.sound("wav", "pcm_s16le", rate=16_000), "audio/wav"),
    "m4a": (s.sound("ipod", "aac", rate=24_000), "audio/mp4"),
    "mp4": (s.film(), "video/mp4"),
    "mov": (s.film(form="mov", codec="mpeg4"), "video/quicktime"),
    "pdf": (s.pdf(), "application/pdf"),
    "docx": (s.docx(), OOXML + "wordprocessingml.document"),
    "odt": (s.odt(), "application/vnd.oasis.opendocument.text"),
    "doc": (s.ole("WordDocument", "1Table"), "application/msword"),
    "xls": (s.ole("Workbook"), "application/vnd.ms-excel"),
    "utf-8": ("余额多少？\n".encode(), "text/plain"),
    "gb 18030": ("余额多少？\n".encode("gb18030"), "text/plain"),
    "utf-16": ("余额多少？\n".encode("utf-16"), "text/plain"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_file_is_what_its_bytes_are(name: str) -> None:
    data, content_type = TAKEN[name]
    found = examine(data, Claim(), LIMITS)
    assert (found.code, found.content_type, found.size) == ("", content_type, len(data))


REFUSED = {
    "nothing": b"",
    "html": s.PAGE,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "xml": b"\x00<?xml version='1.0'?>",
    "zip": ZIP,
    "exe": b"MZ\x90\0" + bytes(200),
    "elf": b"\x7fELF\2\1\1" + bytes(200),
    "bmp": b"BM" + bytes(200),
    "heic": b"\0\0\0\x18ftypheic" + bytes(100),
    "random": bytes(range(256)) * 4,
    "ogg film": s.ogg_page([b"\x80theora" + bytes(30)], number=0, flags=2, granule=0),
    "msi": s.ole("PropertyIsNoOfficeFile"),
    "script": b"#!/bin/sh\nrm -rf /\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_on_the_list_is_refused(name: str) -> None:
    expected = {"nothing": "!empty", "html": "!active_content", "svg": "!active_content"}
    expected["script"] = "!active_content"
    assert verdict(REFUSED[name]) == expected.get(name, "!type_not_allowed")


POLYGLOTS = {
    "gif + html": (GIF + s.PAGE, "active_content"),
    "gif comment + html": (GIF[:-1] + b"\x21\xfe\x40" + s.PAGE[:64] + b"\0;", "active_content"),
    "gif that is a script": (b"GIF89a/*" + GIF[8:] + b"*/=1;alert(1)//", "active_content"),
    "gif that assigns": (b"GIF89a=1;" + GIF[9:], "active_content"),
    "gif + zip": (GIF + ZIP, "polyglot"),
    "gif + phar": (GIF + s.PHP, "active_content"),
    "gif + pdf": (GIF + s.pdf(), "polyglot"),
    "gif + exe": (GIF + b"MZ\x90\0" + bytes(100), "polyglot"),
    "gif + anything": (GIF + b"\x01" * 100, "trailing_data"),
    "jpeg + html": (JPEG + s.PAGE, "active_content"),
    "jpeg comment + html": (
        JPEG[:2] + b"\xff\xfe" + (len(s.PAGE) + 2).to_bytes(2, "big") + s.PAGE + JPEG[2:],
        "active_content",
    ),
    "jpeg that is a script": (JPEG[:4] + b"/*" + JPEG[6:], "active_content"),
    "jpeg + zip": (JPEG + ZIP, "polyglot"),
    "jpeg + zip + comment": (JPEG + ZIP[:-2] + b"\x05\0hello", "polyglot"),
    "jpeg + php": (JPEG + s.PHP, "active_content"),
    "jpeg + pdf": (JPEG + s.pdf(), "polyglot"),
    "jpeg + rar": (JPEG + b"Rar!\x1a\x07\x01\0" + bytes(50), "polyglot"),
    "jpeg + 7z": (JPEG + b"7z\xbc\xaf\x27\x1c\0\4" + bytes(50), "polyglot"),
    "jpeg + exe": (JPEG + b"\0\0MZ\x90\0" + bytes(100), "polyglot"),
    "png + html": (PNG + s.PAGE, "active_content"),
    "png + zip": (PNG + ZIP, "polyglot"),
    "webp + zip": (WEBP + ZIP, "polyglot"),
    "wav + html": (s.sound("wav", "pcm_s16le", rate=16_000) + s.PAGE, "active_content"),
    "amr + shell": (s.amr() + b"\nrm -rf /\n" * 20, "trailing_data"),
    "mp3 + zip": (s.sound("mp3", "libmp3lame", rate=24_000) + ZIP, "polyglot"),
    "mp4 + html": (s.film() + s.PAGE, "active_content"),
    "mp4 + zip": (s.film() + ZIP, "polyglot"),
    "mp4 + anything": (s.film() + b"\0\0\0\x01\xff\xff\xff\xff" * 20, "trailing_data"),
    "pdf + zip": (s.pdf() + ZIP, "polyglot"),
    "pdf + html": (s.pdf() + s.PAGE, "active_content"),
    "text + html": (b"hello\n" + s.PAGE, "active_content"),
    "csv + script": (b"a,b\n1,<script>alert(1)</script>\n", "active_content"),
    "utf-16 html": (s.PAGE.decode().encode("utf-16"), "active_content"),
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_a_file_that_is_a_second_one_is_refused(name: str) -> None:
    data, code = POLYGLOTS[name]
    assert verdict(data) == f"!{code}"


PROGRAMS = {
    "pdf script": s.pdf(extra=b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
    "pdf script, escaped": s.pdf(extra=b"/OpenAction<</S/J#61vaScr#69pt>>"),
    "pdf launch": s.pdf(extra=b"/OpenAction<</S/Launch/F(cmd.exe)>>"),
    "docx macro": s.docx(vbaProject=b"macro"),
    "doc macro": s.ole("WordDocument", "Macros", "VBA", "_VBA_PROJECT"),
    "xls macro": s.ole("Workbook", "_VBA_PROJECT_CUR"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_document_with_a_program_is_refused(name: str) -> None:
    assert verdict(PROGRAMS[name]) == "!active_content"


@pytest.mark.parametrize(
    ("data", "claim", "expected"),
    [
        (JPEG, {"content_type": "image/png", "name": "x.png"}, "image/jpeg"),
        (JPEG, {"content_type": "application/octet-stream"}, "image/jpeg"),
        (JPEG, {"kind": MediaKind.FILE, "name": "照片.jpg"}, "image/jpeg"),
        (JPEG, {"kind": MediaKind.VOICE}, "!type_mismatch"),
        (JPEG, {"content_type": "video/mp4"}, "!type_mismatch"),
        (JPEG, {"content_type": "application/pdf"}, "!type_mismatch"),
        (JPEG, {"name": "account.pdf"}, "!type_mismatch"),
        (JPEG, {"name": "photo.jpg.exe"}, "!type_mismatch"),
        (JPEG, {"name": "photo.html"}, "!type_mismatch"),
        (s.pdf(), {"content_type": "image/jpeg", "name": "x.jpg"}, "!type_mismatch"),
        (s.pdf(), {"kind": MediaKind.IMAGE}, "!type_mismatch"),
        (s.docx(), {"name": "x.xlsx"}, "!type_mismatch"),
        (s.amr(), {"content_type": "voice/amr", "kind": MediaKind.VOICE}, "audio/amr"),
        (s.film(), {"kind": MediaKind.VOICE, "content_type": "audio/mp4"}, "video/mp4"),
        (
            b"a,b\n1,2\n",
            {"name": "t.csv", "content_type": "application/vnd.ms-excel"},
            "!type_mismatch",
        ),
        (b"a,b\n1,2\n", {"name": "t.csv", "content_type": "text/csv"}, "text/csv"),
        (b"a,b\n1,2\n", {"name": "t.csv", "content_type": "text/plain"}, "text/csv"),
        (b"hello", {"name": "x.js"}, "!type_mismatch"),
        (b"hello", {"name": "x.unknown"}, "!type_mismatch"),
        (b"hello", {"name": "notes.txt"}, "text/plain"),
    ],
)
def test_what_was_claimed_must_fit(data: bytes, claim: dict[str, object], expected: str) -> None:
    assert verdict(data, **claim) == expected


def test_each_kind_has_its_own_limit() -> None:
    tight = Limits(image=len(JPEG), voice=100, video=100, file=10)
    assert examine(JPEG, Claim(), tight).code == ""
    assert examine(JPEG + b"\0", Claim(), tight).code == "media_too_large"
    assert examine(s.amr(), Claim(), tight).code == "media_too_large"
    assert examine(b"0123456789", Claim(), tight).code == ""
    assert examine(b"0123456789a", Claim(), tight).code == "media_too_large"


@pytest.mark.parametrize("cut", [3, 20, 300, 1000])
def test_a_broken_file_is_examined_without_an_error(cut: int) -> None:
    for data, _ in TAKEN.values():
        assert isinstance(examine(data[:cut], Claim(), LIMITS).code, str)


@pytest.mark.parametrize(
    ("name", "content_type", "shown"),
    [
        ("工资单.pdf", "application/pdf", "工资单.pdf"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\tmp\\a.docx", OOXML + "wordprocessingml.document", "a.docx"),
        ('a"b\r\nSet-Cookie: x.png', "image/png", "abSet-Cookie x.png"),
        ("photo.png", "image/jpeg", "photo.png.jpg"),
        ("", "image/jpeg", "image-01234567.jpg"),
        ("\u202egpj.exe", "image/jpeg", "gpj.exe.jpg"),
        ("x" * 300 + ".pdf", "application/pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_shown_without_tricks(name: str, content_type: str, shown: str) -> None:
    assert shown_name(name, content_type, "0123456789abcdef") == shown
