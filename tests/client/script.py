"""The JavaScript client as a process of its own, told what to do and heard line by line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

APP = Path(__file__).parents[2] / "clients" / "js" / "test" / "app.js"
PACE = {"base_s": 0.02, "cap_s": 0.2, "request_s": 5, "socket_again_s": 5}
PATIENCE_S = 60


class Script:
    """A running app. `heard` is all that it has said, in order."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.heard: list[dict[str, Any]] = []
        self._process = process

    def tell(self, **act: object) -> None:
        """Have it do something."""
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(act) + b"\n")

    async def until(self, enough: Callable[[Script], bool]) -> None:
        """Listen until it has said enough."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            while not enough(self):
                line = await self._process.stdout.readline()
                assert line, f"the app ended after {self.heard[-3:]}"
                self.heard.append(msgspec.json.decode(line))

    async def ask(self, call: str, *given: object) -> Any:
        """Have it call its client, as `callbacks.book`; what it was answered."""
        self.tell(call=call, given=given)
        return await self.answered(call)

    async def answered(self, to: str) -> Any:
        """The next answer to a call."""
        before = len(self.heard)
        await self.until(lambda app: any("to" in said for said in app.heard[before:]))
        (said,) = [said for said in self.heard[before:] if "to" in said]
        assert said["to"] == to
        return said["answer"]

    async def refused(self, call: str, *given: object) -> str:
        """Have it call its client, which is refused; the code of the refusal."""
        before = len(self.heard)
        self.tell(call=call, given=given)
        await self.until(lambda app: any("failed" in said for said in app.heard[before:]))
        return str(self.heard[-1]["failed"])

    def events(self) -> list[dict[str, Any]]:
        """The events that it was given."""
        return [said["event"] for said in self.heard if "event" in said]

    def bodies(self) -> list[str]:
        """The messages among them."""
        return [event["message"]["body"] for event in self.events() if event["type"] == "message"]

    def sent(self) -> int:
        """How many of its sends were answered."""
        return sum("sent" in said for said in self.heard)

    async def kill(self) -> None:
        """End it at once, as a phone out of memory does; what it had said still counts."""
        self._process.kill()
        await self._end()

    async def close(self) -> None:
        """Have it close its client, and end by itself."""
        self.tell(close=True)
        await self._end()
        assert self._process.returncode == 0

    async def _end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            rest = await self._process.stdout.read()
            await self._process.wait()
        whole = rest[: rest.rfind(b"\n") + 1]
        self.heard += [msgspec.json.decode(line) for line in whole.splitlines()]


@asynccontextmanager
async def script(
    url: str, token: str, store: Path, *, sockets: bool = True, **options: object
) -> AsyncIterator[Script]:
    """Start the app on a store; it is ended with the block. Without sockets it must poll."""
    given = {"url": url, "token": token, "store": str(store), "pace": PACE, **options}
    process = await asyncio.create_subprocess_exec(
        "node",
        # Node 20 has a WebSocket only when asked; later ones have to be asked not to.
        *(("--experimental-websocket",) if sockets else ("--no-experimental-websocket",)),
        str(APP),
        msgspec.json.encode(given).decode(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    started = Script(process)
    try:
        yield started
    finally:
        if process.returncode is None:
            await started.kill()
