"""The desk's files as they go over the wire, read once.

Every address has the release in it, a hash of all files: they may be kept for ever, and a browser
never mixes modules of two versions. Only the page itself is asked for anew each time.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
PAGE = "index.html"
_ASIDE = {"vendor/entry.js", "lib/stores/file.js"}
"""What no browser loads: how the vendored module was made, and a store of Node's."""
_LAZY = re.compile(r"words/(?!(?:shift/)?en\.js|index\.js)")
"""What is loaded when it is needed."""


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
    found = dict(sorted(_read()))
    text = (ROOT / PAGE).read_text("utf-8")
    told = hashlib.sha256(text.encode())
    for path, plain in found.items():
        told.update(f"\0{path}\0".encode() + plain)
    release = told.hexdigest()[:12]
    page = _fill(text, found, home=f"/desk/{release}").encode()
    return Desk(
        release,
        pack("text/html; charset=utf-8", page),
        {path: pack(KINDS[Path(path).suffix], plain) for path, plain in found.items()},
    )


def _read() -> Iterator[tuple[str, bytes]]:
    # `lib` is the JavaScript client: a link in the tree, a folder in the wheel.
    for folder, _, names in os.walk(ROOT, followlinks=True):
        for name in names:
            file = Path(folder, name)
            path = file.relative_to(ROOT).as_posix()
            if file.suffix in KINDS and path not in _ASIDE:
                yield path, file.read_bytes()


def _fill(text: str, found: Mapping[str, bytes], *, home: str) -> str:
    """The page with every style sheet and module named, so that none waits for another's coming."""
    styles = [path for path in found if path.endswith(".css")]
    modules = [path for path in reached(found) if not _LAZY.match(path)]
    return (
        text.replace("{home}", home)
        .replace("{styles}", _links("stylesheet", styles, home))
        .replace("{modules}", _links("modulepreload", modules, home))
    )


def _links(rel: str, paths: list[str], home: str) -> str:
    return "\n    ".join(f'<link rel="{rel}" href="{home}/{path}">' for path in paths)


_IMPORT = re.compile(rb'^(?:import|export)\b[^"\';]*?(?:from\s*)?"(\.[^"]+)"', re.MULTILINE)


def reached(found: Mapping[str, bytes], first: str = "main.js") -> list[str]:
    """The modules that a browser loads at once, each once, the first first."""
    seen = [first]
    for path in seen:
        for name in _IMPORT.findall(found[path]):
            target = (Path("/") / path).parent / name.decode()
            there = _normal(target)
            if there not in seen:
                seen.append(there)
    return seen


def _normal(path: Path) -> str:
    parts: list[str] = []
    for part in path.parts[1:]:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def pack(kind: str, plain: bytes) -> File:
    """A file that goes out plain or packed."""
    return File(kind, plain, gzip.compress(plain, compresslevel=6, mtime=0))
