"""What kind of file it is by its first bytes, whatever its sender or its name says.

A short list: what customers and agents send each other, and no markup or program, which a browser
could run. What is not on it is not taken.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import msgspec

Picture = Literal["image/jpeg", "image/png", "image/gif", "image/webp"]

HEAD = 512
"""Bytes from the beginning that are enough to tell."""
NAME_LIMIT = 120

SUFFIXES: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "application/pdf": ("pdf",),
    "text/plain": ("txt", "log", "csv"),
    "audio/mpeg": ("mp3",),
    "audio/mp4": ("m4a",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov",),
}
"""Every media type that may be taken → the endings of its names, the usual one first."""

TYPES = tuple(SUFFIXES)
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""Types that are remade before they are kept, and shown in the page."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"PK\x03\x04", "application/zip"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"{\\rtf", "application/rtf"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_BRANDS = {  # ISO/IEC 14496-12: which family of files an `ftyp` box names first
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
}
_MP3_FRAME = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa\xfb]")
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<[!?a-zA-Z]")
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_INNER = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")
UNKNOWN = "application/octet-stream"


class File(msgspec.Struct, frozen=True, omit_defaults=True):
    """An upload as messages show it: enough to lay it out before it is fetched.

    `type` is what the bytes are; `width` and `height` are those of a picture, in pixels as it is
    shown; `thumbnail` says that there is a small one.
    """

    id: str
    name: str
    type: str
    size: int
    width: int | None = None
    height: int | None = None
    thumbnail: bool = False


def sniff(head: bytes) -> str:
    """The media type of a file that begins so; `UNKNOWN` where nothing is recognised.

    Text is what is valid UTF-8 without control characters and does not begin as markup does: HTML,
    XML and SVG are named as what they are, and taken nowhere.
    """
    head = head[:HEAD]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if _MP3_FRAME.match(head):
        return "audio/mpeg"
    return _sniff_text(head)


def _sniff_text(head: bytes) -> str:
    if not head.strip() or _NO_TEXT.search(head) or not _is_utf8(head):
        return UNKNOWN
    if _SVG.search(head):
        return "image/svg+xml"
    return "text/html" if _MARKUP.match(head) else "text/plain"


def _is_utf8(head: bytes) -> bool:
    for cut in range(4):  # the last character may have been cut off
        try:
            head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False


def tidy_name(raw: str | None, kind: str) -> str:
    """A name fit to be shown and to be saved under: no folder, nothing invisible, the right ending.

    What a browser or phone would do with a file goes by its ending, so it is always one of the
    type's own.
    """
    suffixes = SUFFIXES[kind]
    text = unicodedata.normalize("NFC", _INNER.sub("", raw or ""))
    text = re.split(r"[/\\]", text)[-1].strip(" .")
    stem, dot, suffix = text.rpartition(".")
    if not dot:
        stem, suffix = text, ""
    elif suffix.lower() not in suffixes:
        known = any(suffix.lower() in endings for endings in SUFFIXES.values())
        stem, suffix = (stem if known else text), ""
    stem = stem.strip(" .")[:NAME_LIMIT].strip(" .") or "file"
    return f"{stem}.{suffix or suffixes[0]}"
