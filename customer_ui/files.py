"""The page's files as they go over the wire, read once: joined, comments left out, packed.

Every address has the release in it, a hash of all files: they may be kept for ever, and a browser
never mixes modules of two versions. Three stand at fixed addresses instead, and are asked for anew:
the page, the service worker, and the launcher for pages that embed it.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agents_ui.files import KINDS, VENDOR, File, pack
from agents_ui.joining import chunk, lighten, needs, program

ROOT = Path(__file__).parent
PAGE = "index.html"
MAIN = "main.js"
LAUNCHER = "embed/launcher.js"
WORKER = "worker/main.js"
_KINDS = {**KINDS, ".png": "image/png"}


@dataclass(frozen=True, slots=True)
class App:
    """The page to be filled, and every file by its path below `/app/<release>/`."""

    release: str
    text: str
    files: Mapping[str, File]
    launcher: File

    @property
    def home(self) -> str:
        """Where the files are."""
        return f"/app/{self.release}"

    def page(self, config: Mapping[str, object], *, name: str, color: str) -> File:
        """The page of one company: what it has set is in it, for the scripts to read."""
        given = {
            "config": html.escape(json.dumps(config, ensure_ascii=False)),
            "name": html.escape(name),
            "color": html.escape(color),
            "home": self.home,
        }
        text = re.sub(r"\{(config|name|color|home)\}", lambda one: given[one[1]], self.text)
        return pack("text/html; charset=utf-8", text.encode())

    def worker(self, *, token_url: str) -> File:
        """The service worker, which differs from release to release, so that browsers renew it."""
        given = {
            "release": self.release,
            "files": [f"{self.home}/{path}" for path in self.files if not path.endswith(".txt")],
            "token_url": token_url,
        }
        text = f'import {{ serve }} from "{self.home}/worker.js";\nserve({json.dumps(given)});\n'
        return pack(KINDS[".js"], text.encode())


@cache
def read_app() -> App:
    """All of it, read and packed at the first call."""
    text = (ROOT / PAGE).read_text("utf-8")
    files = dict(_join(dict(sorted(_read()))))
    told = hashlib.sha256(text.encode())
    for path, plain in files.items():
        told.update(f"\0{path}\0".encode() + plain)
    return App(
        told.hexdigest()[:12],
        text,
        {path: pack(_KINDS[Path(path).suffix], plain) for path, plain in files.items()},
        pack(KINDS[".js"], lighten((ROOT / LAUNCHER).read_text("utf-8")).encode()),
    )


def _read() -> Iterator[tuple[str, bytes]]:
    # `lib` is the JavaScript client, `vendor` and a few modules the desk's: links in the tree.
    for folder, _, names in os.walk(ROOT, followlinks=True):
        for name in names:
            file = Path(folder, name)
            if file.suffix in _KINDS:
                yield file.relative_to(ROOT).as_posix(), file.read_bytes()


def _join(found: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Three scripts: what page and worker share, the page, the worker; languages stay apart."""
    scripts = {path: lighten(text.decode()) for path, text in found.items() if path.endswith(".js")}
    shared = needs(scripts, WORKER)[:-1]
    beside = {"shared.js": shared, VENDOR: [VENDOR]}
    yield "app.js", program(scripts, MAIN, beside=beside).encode()
    yield "shared.js", chunk(scripts, shared).encode()
    yield "worker.js", program(scripts, WORKER, beside=beside).encode()
    styles = [text.decode() for path, text in found.items() if path.endswith(".css")]
    yield "app.css", lighten("".join(styles)).encode()
    for path, plain in found.items():
        if path.endswith((".svg", ".png", ".txt")) or path == VENDOR:
            yield path, plain
        elif path.startswith("words/") and path not in {"words/index.js", "words/en.js"}:
            yield path, scripts[path].encode()
