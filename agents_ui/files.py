"""The desk's files as they go over the wire, read once: joined, comments left out, packed.

Every address has the release in it, a hash of all files: they may be kept for ever, and a browser
never mixes modules of two versions. Only the page itself is asked for anew each time.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agents_ui.joining import chunk, doors, lighten, needs, program

ROOT = Path(__file__).parent
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
PAGE = "index.html"
MAIN = "main.js"
VENDOR = "vendor/preact.js"


@dataclass(frozen=True, slots=True)
class File:
    """One file, plain and packed."""

    kind: str
    plain: bytes
    packed: bytes


@dataclass(frozen=True, slots=True)
class Desk:
    """The page, and every file by its path below `/desk/<release>/`."""

    release: str
    page: File
    files: Mapping[str, File]


@cache
def read_desk() -> Desk:
    """All of it, read and packed at the first call."""
    return make_desk(dict(sorted(_read())), page=(ROOT / PAGE).read_text("utf-8"))


def make_desk(found: Mapping[str, bytes], *, page: str) -> Desk:
    """The desk of these files, by their paths, in the order in which style sheets follow."""
    files = dict(_join(found))
    told = hashlib.sha256(page.encode())
    for path, plain in files.items():
        told.update(f"\0{path}\0".encode() + plain)
    release = told.hexdigest()[:12]
    return Desk(
        release,
        pack("text/html; charset=utf-8", page.replace("{home}", f"/desk/{release}").encode()),
        {path: pack(KINDS[Path(path).suffix], plain) for path, plain in files.items()},
    )


def _read() -> Iterator[tuple[str, bytes]]:
    # `lib` is the JavaScript client: a link in the tree, a folder in the wheel.
    for folder, _, names in os.walk(ROOT, followlinks=True):
        for name in names:
            file = Path(folder, name)
            if file.suffix in KINDS:
                yield file.relative_to(ROOT).as_posix(), file.read_bytes()


def _join(found: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Two scripts: what all need, and what leads need when they open a room; languages stay apart.

    What nothing of it needs is left out: how the vendored module was made, most of the client.
    """
    parts = dict(_scripts(found))
    mark = f"$release_{_hash(parts)}"
    for path, text in parts.items():
        yield path, _marked(path, text, mark).encode()
    # It stands where its parts are: they tell other files' addresses from there.
    styles = [text.decode() for path, text in found.items() if path.endswith(".css")]
    yield "style/desk.css", lighten("".join(styles)).encode()
    for path, plain in found.items():
        if path.endswith((".svg", ".txt")) or path == VENDOR:
            yield path, plain


def _scripts(found: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    scripts = {path: lighten(text.decode()) for path, text in found.items() if path.endswith(".js")}
    desk = [path for path in needs(scripts, MAIN) if path != VENDOR]
    rooms = [path for path in needs(scripts, *doors(scripts, desk)) if path not in {*desk, VENDOR}]
    yield "desk.js", chunk(scripts, desk, beside={"rooms.js": rooms, VENDOR: [VENDOR]})
    yield "rooms.js", chunk(scripts, rooms, beside={"desk.js": desk, VENDOR: [VENDOR]})
    words = [path for path in scripts if path.startswith("words/") and path not in desk]
    inside = {path for one in words for path in needs(scripts, one)[:-1]}
    for path in words:
        if path not in inside:
            yield path, program(scripts, path, beside={})


def _marked(path: str, text: str, mark: str) -> str:
    """The script with the release in it: what leads need links to no desk but its own.

    A server that was renewed has another release's rooms at the old address. They may fit by
    chance; they are none of the open desk's all the same. Its languages have English to fall back
    to, the rooms' have not.
    """
    if path == "desk.js":
        return f"{text}export const {mark} = true;\n"
    if path != "rooms.js" and path.count("/") < 2:  # words/es.js
        return text
    return f'import {{ {mark} }} from "{"../" * path.count("/") or "./"}desk.js";\n{text}'


def _hash(parts: Mapping[str, str]) -> str:
    told = hashlib.sha256()
    for path, text in parts.items():
        told.update(f"\0{path}\0{text}".encode())
    return told.hexdigest()[:12]


def pack(kind: str, plain: bytes) -> File:
    """A file that goes out plain or packed."""
    return File(kind, plain, gzip.compress(plain, compresslevel=6, mtime=0))
