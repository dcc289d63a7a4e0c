"""Whether there is a data folder at all: asked first, before anything heavy is read."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from inbox.core.errors import NotFound
from inbox.settings import FILENAME


def demand_folder(data: Path) -> None:
    """Raise NotFound unless something was made there."""
    shown = shlex.quote(str(data))
    if not data.is_dir():
        raise NotFound(f"there is no data folder {data}: `pinbox init --data {shown}` makes one")
    if not (data / FILENAME).exists() and not os.environ.get("PINBOX_SERVER_SECRET"):
        raise NotFound(f"{data} holds no {FILENAME}: `pinbox init --data {shown}` writes one")
