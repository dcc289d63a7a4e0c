"""The data folder: made once with fresh secrets, private from the first moment."""

from __future__ import annotations

import base64
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from inbox.core.errors import Conflict
from inbox.settings import FILENAME, render_toml

DATABASE = "pinbox.db"
CONTROL = "control.sock"


def is_open(folder: Path) -> bool:
    """Whether others than its owner may do anything in the folder."""
    return bool(stat.S_IMODE(folder.stat().st_mode) & 0o077)


def make_folder(folder: Path, given: Mapping[str, object] | None = None) -> Path:
    """Make the folder (0700) and its `pinbox.toml` (0600) with new secrets; gives the file.

    `given` are settings to write besides. Nothing is ever overwritten: raises Conflict where the
    file is there already. A folder that exists keeps its rights and what is in it: it may be one
    that others work in.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILENAME
    fresh = {
        "token_secret": secrets.token_urlsafe(32),
        "server_secret": secrets.token_urlsafe(32),
        "webpush_key": make_webpush_key(),
    }
    text = render_toml({**fresh, **(given or {})})
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise Conflict(f"{path} is there already; what exists needs its secrets") from None
    with os.fdopen(file, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return path


def make_webpush_key() -> str:
    """A new private key for Web Push (VAPID, P-256), base64url as browsers' libraries write it."""
    from cryptography.hazmat.primitives.asymmetric import ec  # nothing else here needs it

    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32)).decode().rstrip("=")
