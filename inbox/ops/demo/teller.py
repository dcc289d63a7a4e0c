"""How the story is told: scenes and plain lines in the terminal, each claim checked."""

from __future__ import annotations

import asyncio

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

READING_S = 0.9
"""Time to read a line, where somebody watches."""


class Teller:
    """Prints lines at reading pace, and remembers whether everything was as told."""

    def __init__(self, *, unhurried: bool) -> None:
        self.console = Console(highlight=False)
        self._pause = READING_S if unhurried and self.console.is_terminal else 0.0
        self.all_as_told = True

    async def scene(self, title: str) -> None:
        """Begin a scene."""
        self.console.print()
        self.console.print(Rule(Text(title, style="bold"), align="left", style="dim"))
        await self._breathe()

    async def tell(self, words: str) -> None:
        """Tell what happens."""
        self._print(Text(words))
        await self._breathe()

    async def quote(self, who: str, words: str) -> None:
        """Let somebody speak."""
        self._print(Text.assemble((f"{who}: ", "bold cyan"), (f"“{words}”", "italic")), indent=4)
        await self._breathe()

    async def check(self, words: str, true: object, *, otherwise: object = "") -> None:
        """Claim something; a claim that is not true is shown, with what was found instead."""
        if true:
            self._print(Text.assemble(("✓ ", "bold green"), (words, "green")), indent=4)
        else:
            self.all_as_told = False
            found = f" (found: {otherwise})" if otherwise != "" else ""
            self._print(Text.assemble(("✗ ", "bold red"), (f"NOT so: {words}{found}", "red")))
        await self._breathe()

    def fail(self, words: str) -> None:
        """Say that the story broke off."""
        self.all_as_told = False
        self._print(Text.assemble(("✗ ", "bold red"), (words, "red")))

    def show(self, line: str, *, style: str = "") -> None:
        """Print a line as it is, unbroken, so that it can be copied."""
        self.console.print(Text(line, style=style), soft_wrap=True)

    def _print(self, text: Text, *, indent: int = 2) -> None:
        self.console.print(Padding(text, (0, 0, 0, indent), expand=False))

    async def _breathe(self) -> None:
        await asyncio.sleep(self._pause)
