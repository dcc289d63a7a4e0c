"""A transcript of an agent at work without sight: each key, and what was said upon it.

script = await Script.of(desk)
await script.press("n", "message")
script.is_as("shift")

A line with `>` is what the agent did, one with `*` what others did, the others are what was said:
on the way of the focus, or by a live region with its manner. `tests/desk/transcripts/` has what is
to be said. Where the desk is to say something else, `PINBOX_TRANSCRIPTS=write` writes them anew, to
be read before they are kept. The page's clock stands at `TEN`, as the server's does, so that every
word is known.
"""

from __future__ import annotations

import asyncio
import os
from difflib import unified_diff
from pathlib import Path

from tests.desk.reader import EARS, Reader
from tests.desk.stage import DeskPage, Stage

TEN = 1_795_543_200_000
"""Tuesday, 24 November 2026, ten o'clock in the morning in Spokane."""
STANDING = {"locale": "en-US", "timezone_id": "America/Los_Angeles"}
CLOCK = """(() => {
  const Real = Date;
  window.today = %d;
  globalThis.Date = class extends Real {
    constructor(...told) {
      super(...(told.length === 0 ? [window.today] : told));
    }
    static now() {
      return window.today;
    }
  };
})()"""

WANTED = Path(__file__).parent / "transcripts"
_STEP_S = 0.06
_AT = "name => document.activeElement?.dataset.focus === name"
_HEARD = "text => window.ears.some((one) => one.includes(text))"


async def sit(stage: Stage, who: str, place: str = "") -> Script:
    """An agent's desk, signed in and live, with the clock that stands."""
    desk = await window(stage)
    await desk.context.add_cookies([await stage.sign_in(who)])  # type: ignore[list-item]
    await desk.open(place)
    await desk.live()
    return await Script.of(desk)


async def window(stage: Stage) -> DeskPage:
    """A window in which nobody is signed in."""
    desk = await stage.window(**STANDING)
    await desk.context.add_init_script(CLOCK % stage.server.ctx.clock())
    await desk.context.add_init_script(EARS)
    return desk


class Script:
    """What was pressed and said, line by line."""

    def __init__(self, desk: DeskPage, reader: Reader) -> None:
        self.desk = desk
        self.page = desk.page
        self.reader = reader
        self._lines: list[str] = []
        self._last = ""

    @classmethod
    async def of(cls, desk: DeskPage) -> Script:
        """Begin, with what has the focus."""
        return cls(desk, await Reader.of(desk.page))

    @property
    def text(self) -> str:
        """The transcript so far."""
        return "\n".join(self._lines)

    def is_as(self, name: str) -> None:
        """Nothing else was said than what stands in this transcript; the next begins."""
        said, self._lines = self.text + "\n", []
        file = WANTED / f"{name}.txt"
        if os.environ.get("PINBOX_TRANSCRIPTS") == "write":
            file.write_text(said, "utf-8")
        wanted = file.read_text("utf-8").splitlines()
        differs = unified_diff(
            wanted, said.splitlines(), "is to be said", "is said", n=2, lineterm=""
        )
        assert (told := "\n".join(differs)) == "", told

    async def press(self, key: str, to: str = "", *, hears: str = "") -> None:
        """A key: then the focus is on `to`, or the words `hears` are said, or both."""
        self._lines.append(f"> {key}")
        await self.page.keyboard.press(key)
        await self.goes(to, hears=hears)

    async def type(self, text: str, *, hears: str = "") -> None:
        """Letters, one after the other."""
        self._lines.append(f"> types {text}")
        await self.page.keyboard.type(text)
        await self._wait("", hears)
        *_, said = (await self._settled()).split(" / ")
        if ", option, " in said:
            self._lines.append(f"  {said}")
        await self._listen()

    async def happens(self, what: str, *, hears: str = "") -> None:
        """Something that others have done."""
        self._lines.append(f"* {what}")
        await self.goes(hears=hears)

    async def goes(self, to: str = "", *, hears: str = "") -> None:
        """Wait for the focus and the words; write down what was said."""
        await self._wait(to, hears)
        said = await self._settled()
        if said != self._last:
            self._lines.append(f"  {said}")
        self._last = said
        await self._listen()

    async def _wait(self, to: str, hears: str) -> None:
        if to:
            await self.page.wait_for_function(_AT, arg=to)
        if hears:
            await self.page.wait_for_function(_HEARD, arg=hears)

    async def _listen(self) -> None:
        for one in await self.page.evaluate("window.ears.splice(0)"):
            self._lines.append(f"  {one.replace(chr(0x202F), ' ')}")

    async def reads(self, what: str, selector: str) -> None:
        """Walk through a part of the page, line by line."""
        self._lines.append(f"> reads {what}")
        before = ""
        while before != (now := await self.reader.read(selector)):
            before = now
            await asyncio.sleep(_STEP_S)
        self._lines += [f"  {line}" for line in now.splitlines()]

    async def _settled(self) -> str:
        """What is said of the focus, once it stands still; containers count as entered once."""
        within = self.reader.within
        before = await self.reader.focused()
        while True:
            await asyncio.sleep(_STEP_S)
            self.reader.within = within
            if (now := await self.reader.focused()) == before:
                return now
            before = now
