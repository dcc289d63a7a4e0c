"""A real server in a process of its own, begun and ended as an operator would."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

import msgspec

from inbox.core.errors import Internal

START_S = 30.0
STOP_S = 20.0
LOG = "server.log"


class Ready(msgspec.Struct, frozen=True):
    """What `pinbox serve --json` says once it answers."""

    url: str
    process: int


class Complaint(msgspec.Struct, frozen=True):
    """What `pinbox serve --json` says where it does not come up."""

    detail: str


class Server:
    """`pinbox serve` on a folder, as a child of this process."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        """Settings that it gets as variables, besides those of its folder."""
        self.url = ""
        self._port = port
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it and wait until it answers; at the same port as before, if it ran before.

        Raises Internal with its last words where it does not come up.
        """
        # A session of its own: Ctrl-C is for the demo, which then ends the server in good order.
        with (self.folder / LOG).open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "inbox", "serve", "--json"),
                *("--data", str(self.folder), "--host", "127.0.0.1", "--port", str(self._port)),
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PINBOX_DRAIN_MS": "0", **self.environment},
            )
        line = b""
        if self._process.stdout is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(START_S):
                    line = await self._process.stdout.readline()
        try:
            ready = msgspec.json.decode(line, type=Ready)
        except msgspec.DecodeError:
            if not line:  # it is at its end already: to signal it now would race with that
                await self._wait(self._process)
            await self.stop()
            raise Internal(f"the server did not come up: {self._last_words()}") from None
        self.url = ready.url
        self._port = int(ready.url.rpartition(":")[2])

    async def cut_power(self) -> None:
        """End it without a word (SIGKILL), as a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to stop (SIGTERM) and wait until it has; after twenty seconds, insist."""
        await self._end(signal.SIGTERM)

    async def _end(self, kind: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(kind)
        if not await self._wait(process):
            process.kill()
            await process.wait()

    async def _wait(self, process: Process) -> bool:
        """Whether it ends by itself in twenty seconds."""
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            return False
        return True

    def _last_words(self) -> str:
        lines = (self.folder / LOG).read_text("utf-8", "replace").splitlines()
        last = lines[-1] if lines else "it said nothing"
        try:
            return msgspec.json.decode(last, type=Complaint).detail
        except msgspec.DecodeError:
            return last
