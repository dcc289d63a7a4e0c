"""Whether there is a data folder at all: asked first, before anything heavy is read."""

from __future__ import annotations

import os
from pathlib import Path

from inbox.core.errors import NotFound
from inbox.settings import FILENAME


def demand_folder(data: Path) -> None:
    """Raise NotFound unless something was made there."""
    if not data.is_dir():
        raise NotFound(f"there is no data folder {data}: `pinbox init --data {data}` makes one")
    if not (data / FILENAME).exists() and not os.environ.get("PINBOX_SERVER_SECRET"):
        raise NotFound(f"{data} holds no {FILENAME}: `pinbox init --data {data}` writes one")
