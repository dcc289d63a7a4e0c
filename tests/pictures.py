"""Real files of every kind that people send, and some that they had better not."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from typing import Any

from PIL import Image

SEATTLE = (47.0, 36.0, 22.0)
"""Degrees, minutes, seconds: where Ana's phone says that she was."""
SECRET = "Ana lives at 12 Pine Street"
GPS_TAG = 0x8825
ORIENTATION_TAG = 0x0112


def picture(form: str = "JPEG", size: tuple[int, int] = (640, 400), **more: Any) -> bytes:
    """A picture with a red left upper corner on blue, so that a turn is seen."""
    made = Image.new("RGBA" if form == "PNG" else "RGB", size, "blue")
    made.paste("red", (0, 0, size[0] // 4, size[1] // 4))
    out = io.BytesIO()
    made.save(out, format=form, **more)
    return out.getvalue()


def from_phone(turned: int = 6, form: str = "JPEG") -> bytes:
    """A photo as a phone makes it: where it was taken, by what, and which side is up."""
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = turned
    exif[0x010E] = SECRET
    exif[0x0110] = "Phone 12"
    gps = exif.get_ifd(GPS_TAG)
    gps[1], gps[2] = "N", SEATTLE
    gps[3], gps[4] = "W", (122.0, 19.0, 59.0)
    more: dict[str, Any] = {"exif": exif, "xmp": f"<x>{SECRET}</x>".encode()}
    if form == "JPEG":
        more["comment"] = SECRET.encode()
    return picture(form, **more)


def moving() -> bytes:
    """A GIF of three pictures."""
    frames = [Image.new("P", (40, 30), color) for color in (1, 2, 3)]
    out = io.BytesIO()
    frames[0].save(out, format="GIF", save_all=True, append_images=frames[1:], comment=SECRET)
    return out.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says that it is as large as this."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def pdf() -> bytes:
    """A page with nothing on it."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def video(brand: bytes = b"isom") -> bytes:
    """The beginning of an MP4, and some of its bytes."""
    return struct.pack(">I", 24) + b"ftyp" + brand + b"\0\0\2\0isomiso2" + b"\0" * 4000


def sound() -> bytes:
    """A WAV, which is not on the list."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 800)
    return out.getvalue()


HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
