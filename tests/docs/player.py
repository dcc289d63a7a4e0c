"""Run the examples of one page in order, against one server, and hold the page to what came."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import websockets

from tests.docs.house import House
from tests.docs.likeness import Names, Unlike, parse
from tests.docs.pages import Block, blocks

PATIENCE_S = 30.0
CURL = "curl() { command curl -sS -w '\\n%{http_code}\\n' \"$@\"; }\n"
"""What the pages say that `curl` stands for: the answer, then its status on a line of its own."""

_ASSIGNMENT = re.compile(r"([A-Z]+)=(\S+)")
_STATUS = re.compile(r"\d{3}")
_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")


class Player:
    """Plays one page."""

    def __init__(self, house: House, page: Path) -> None:
        self._house = house
        self._page = page
        self._names = Names()
        self._variables = dict(house.variables)
        self.played = 0

    def play(self) -> None:
        """Run every marked block; raises Unlike with the line of the page."""
        found = blocks(self._page)
        for block, following in zip(found, [*found[1:], None], strict=True):
            if not block.mark:
                continue
            try:
                self._play(block, following)
            except Unlike as error:
                raise Unlike(f"{self._page.name}:{block.line}: {error}") from None
            self.played += 1

    def _play(self, block: Block, following: Block | None) -> None:
        kind, _, of = block.mark.partition(": ")
        if kind == "live":
            asyncio.run(self._converse(block.text, of))
        elif block.kind == "console":
            for command, shown in commands(block.text):
                self._run(command, shown)
        else:
            shown = following.text if following is not None and following.mark == "" else ""
            self._program(block, shown)

    # ── consoles ─────────────────────────────────────────────────────────────────────────────────

    def _run(self, command: str, shown: str) -> None:
        command = self._names.translate(command)
        if assigned := _ASSIGNMENT.fullmatch(command):
            self._variables[assigned[1]] = assigned[2]
            return
        self._compare(shown, self._shell(CURL + command), at=command)

    def _shell(self, script: str) -> str:
        done = subprocess.run(
            ["bash", "-euc", script],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            env=self._environment(),
            cwd=self._house.folder,
            check=False,
        )
        if done.returncode:
            raise Unlike(f"{script!r} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def _program(self, block: Block, shown: str) -> None:
        runner = {"python": [sys.executable, "-W", "error", "-"], "js": ["node", "-"]}[block.kind]
        if shutil.which(runner[0]) is None:
            return
        done = subprocess.run(
            runner,
            input=self._names.translate(block.text),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            env=self._environment(),
            cwd=self._house.folder,
            check=False,
        )
        if done.returncode:
            raise Unlike(f"the example ended with {done.returncode}: {done.stderr}")
        if _JWT.fullmatch(said := done.stdout.strip()):
            self._variables["SIGNED"] = said  # as the pages call it; what a server thinks follows
            return
        self._compare(shown, done.stdout, at="what the example printed")

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self._variables}

    def _compare(self, shown: str, real: str, *, at: str) -> None:
        (body, status), (came, came_status) = split_status(shown), split_status(real)
        if status != came_status:
            raise Unlike(f"{at}: status {came_status}, the page shows {status}: {came}")
        self._names.compare(parse(body), parse(came), at=at)

    # ── live ─────────────────────────────────────────────────────────────────────────────────────

    async def _converse(self, text: str, audience: str) -> None:
        """`>` is said, `<` heard (in any order between two sayings), `$` runs elsewhere."""
        url = self._variables["URL"].replace("http", "ws", 1)
        async with websockets.connect(
            f"{url}/v1/{audience}/live",
            subprotocols=[websockets.Subprotocol("pinbox.v1")],
            proxy=None,
        ) as socket:
            for step in conversation(text):
                await self._step(socket, step)

    async def _step(self, socket: websockets.ClientConnection, step: list[str]) -> None:
        expected = []
        for line in step:
            if line.startswith("> "):
                said = os.path.expandvars(self._expand(line[2:]))
                await socket.send(said)
            elif line.startswith("$ "):
                await asyncio.to_thread(self._run_quietly, line[2:])
            else:
                expected.append(line[2:])
        for _ in list(expected):
            try:
                async with asyncio.timeout(PATIENCE_S):
                    heard = await socket.recv()
                came: object = json.loads(heard)
            except websockets.ConnectionClosed as closed:
                came = f"closed {closed.rcvd.code if closed.rcvd else 1006}"
            alike = (line for line in expected if self._names.alike(parse(line), came))
            found = next(alike, None)
            if found is None:
                raise Unlike(f"heard {came}, the page shows {expected}")
            expected.remove(found)

    def _run_quietly(self, command: str) -> None:
        _, status = split_status(self._shell(CURL + self._names.translate(command)))
        if not status.startswith("2"):
            raise Unlike(f"{command}: status {status}")

    def _expand(self, text: str) -> str:
        text = self._names.translate(text)
        for name, value in self._variables.items():
            text = re.sub(rf"\${name}\b", value, text)
        return text


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a console with what each shows."""
    found: list[tuple[str, str]] = []
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command += "\n" + next(lines)
            found.append((command, ""))
        else:
            command, shown = found[-1]
            found[-1] = (command, f"{shown}{line}\n")
    return found


def split_status(text: str) -> tuple[str, str]:
    """An answer's body, and the status on its last line where there is one."""
    body, _, last = text.strip().rpartition("\n")
    return (body, last) if _STATUS.fullmatch(last) else (text, "")


def conversation(text: str) -> list[list[str]]:
    """The lines of a conversation in steps: what is done, then what is heard of it.

    A line that begins with spaces goes on with the one before; `#` is a remark.
    """
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith(" "):
            lines[-1] += line.strip()
        elif line.strip() and not line.startswith("#"):
            lines.append(line)
    steps: list[list[str]] = []
    for line in lines:
        begins = line[0] in ">$" and (not steps or steps[-1][-1][0] == "<")
        if begins or not steps:
            steps.append([])
        steps[-1].append(line)
    return steps
