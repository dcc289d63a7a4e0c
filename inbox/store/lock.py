"""One process at a time works on a data folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inbox.store.refusal import Refusal

LOCK_NAME = "lock"


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process until the block ends, or until it dies.

    The kernel lets go of the lock (`flock(2)`) with the process, so there is nothing to clean up
    after a crash. The file stays and names the last holder, for people only. Raises Refusal when
    another holder lives. On NFS the lock is only as good as the mount.
    """
    file = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(file, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise Refusal(
                f"{folder} is in use by process {holder}; stop it first, or use another --data"
            ) from None
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(file)
