"""What a file is by its first bytes, and what it may be called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.filetypes import HEAD, SUFFIXES, TYPES, UNKNOWN, sniff, tidy_name
from tests import pictures

KINDS = {
    "a photo": (pictures.picture("JPEG"), "image/jpeg"),
    "a screenshot": (pictures.picture("PNG"), "image/png"),
    "a GIF": (pictures.moving(), "image/gif"),
    "a WebP": (pictures.picture("WEBP"), "image/webp"),
    "a TIFF": (pictures.picture("TIFF"), "image/tiff"),
    "a BMP": (pictures.picture("BMP"), "image/bmp"),
    "a PDF": (pictures.pdf(), "application/pdf"),
    "a video": (pictures.video(), "video/mp4"),
    "an iPhone's video": (pictures.video(b"qt  "), "video/quicktime"),
    "an iPhone's memo": (pictures.video(b"M4A "), "audio/mp4"),
    "an iPhone's photo": (pictures.video(b"heic"), "image/heic"),
    "an AVIF": (pictures.video(b"avif"), "image/avif"),
    "a WAV": (pictures.sound(), UNKNOWN),
    "an MP3 with a tag": (b"ID3\x04" + b"\0" * 100, "audio/mpeg"),
    "an MP3 without": (b"\xff\xfb\x90\x64" + b"\0" * 100, "audio/mpeg"),
    "an Ogg": (b"OggS\0\2" + b"\0" * 100, "audio/ogg"),
    "a log": (b"2026-11-22 10:00 no signal\n", "text/plain"),
    "Bengali": ("সংকেত নেই\n".encode() * 100, "text/plain"),
    "text with escapes of a terminal": (b"\x1b[31mred\x1b[0m\n", "text/plain"),
    "a comparison": (b"5 < 6 and 7 > 2", "text/plain"),
    "HTML": (pictures.HTML, "text/html"),
    "HTML after a byte order mark": (b"\xef\xbb\xbf \n<html>", "text/html"),
    "a comment of markup": (b"<!-- x --><script>", "text/html"),
    "SVG": (pictures.SVG, "image/svg+xml"),
    "SVG in the midst": (b"\n<svg onload='x'>", "image/svg+xml"),
    "a zip": (b"PK\x03\x04" + b"\0" * 100, "application/zip"),
    "a program of Windows": (b"MZ\x90\0" + b"\0" * 100, "application/x-msdownload"),
    "a program of Linux": (b"\x7fELF" + b"\0" * 100, "application/x-executable"),
    "UTF-16": ("hello".encode("utf-16"), UNKNOWN),
    "nothing": (b"", UNKNOWN),
    "spaces": (b"  \n", UNKNOWN),
    "noise": (bytes(range(256)), UNKNOWN),
}


@pytest.mark.parametrize(("data", "kind"), KINDS.values(), ids=KINDS)
def test_a_file_is_what_its_bytes_say(data: bytes, kind: str) -> None:
    assert sniff(data) == kind


@given(st.text(max_size=700))
def test_text_cut_anywhere_is_text_or_markup(text: str) -> None:
    data = text.encode()
    kinds = {sniff(data[:cut]) for cut in range(HEAD, min(len(data), HEAD + 5))}
    assert len(kinds) <= 1


@given(st.binary(max_size=40))
def test_whatever_comes_is_named(data: bytes) -> None:
    assert "/" in sniff(data)


def test_nothing_that_a_browser_runs_may_be_taken() -> None:
    assert not {"text/html", "image/svg+xml", "application/zip", UNKNOWN} & set(TYPES)


NAMES = {
    ("plain", "image/jpeg"): "plain.jpg",
    ("IMG_1.JPEG", "image/jpeg"): "IMG_1.JPEG",
    ("me.gif", "image/png"): "me.png",
    ("page.html", "image/png"): "page.html.png",
    ("run.exe", "text/plain"): "run.exe.txt",
    ("../../etc/passwd", "text/plain"): "passwd.txt",
    ("C:\\Users\\Ana\\bill.pdf", "application/pdf"): "bill.pdf",
    ("harmless\u202efdp.exe", "application/pdf"): "harmlessfdp.exe.pdf",
    ("a\x00b\r\nSet-Cookie: x.pdf", "application/pdf"): "abSet-Cookie: x.pdf",
    ("", "video/mp4"): "file.mp4",
    ("   ", "video/mp4"): "file.mp4",
    ("..", "video/mp4"): "file.mp4",
    (".pdf", "application/pdf"): "pdf.pdf",
    ("বিল.pdf", "application/pdf"): "বিল.pdf",
    ("x" * 300 + ".pdf", "application/pdf"): "x" * 120 + ".pdf",
}


@pytest.mark.parametrize(("given_", "expected"), NAMES.items())
def test_a_name_is_fit_to_be_saved_under(given_: tuple[str, str], expected: str) -> None:
    assert tidy_name(*given_) == expected


@given(st.text(max_size=300), st.sampled_from(TYPES))
def test_a_name_always_has_an_ending_of_its_type(raw: str, kind: str) -> None:
    name = tidy_name(raw, kind)
    assert name.rpartition(".")[2].lower() in SUFFIXES[kind]
    assert not set(name) & set("/\\\0\r\n\u202e")
    assert 0 < len(name) <= 130
    assert tidy_name(name, kind) == name
