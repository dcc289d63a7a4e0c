"""Print a table, and the figures that noise makes of several rounds."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

from inbox import __version__


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table in Markdown, so that it can stand in a page of the docs as it is."""
    print(f"\n### {title}\n")
    print("| " + " | ".join(columns) + " |")
    print("|" + " --- |" * len(columns))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def spread(values: Sequence[float], *, digits: int = 2) -> str:
    """The median, and between which values the rounds lay."""
    middle = statistics.median(values)
    return f"{middle:.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def whole(values: Sequence[float]) -> str:
    """The median as a whole number with thousands."""
    return f"{statistics.median(values):,.0f}"


def say_machine() -> None:
    """What ran where."""
    text = Path("/proc/cpuinfo").read_text()
    models = [line.split(":")[1].strip() for line in text.splitlines() if "model name" in line]
    print(f"Pinbox {__version__}, Python {platform.python_version()}, {len(models)} × {models[0]}")
