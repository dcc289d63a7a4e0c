"""What all commands share: where the data is, and for whom the output is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

T = TypeVar("T", bound=msgspec.Struct)

DEFAULT_DATA = Path("pinbox-data")
WIDE = 200
"""Columns of a table that goes into a file or pipe, where nothing should be broken into lines."""


class Out:
    """Where a command stands and how it speaks: the folder, and people or machines."""

    def __init__(self, data: Path, *, json: bool) -> None:
        self.data = data
        self.json = json

    def ask(self, operation: str, request: msgspec.Struct, into: type[T]) -> T:
        """Have an operation done, with a progress line on standard error where people watch."""
        from inbox.cli.folder import demand_folder

        demand_folder(self.data)
        from inbox.cli.progress import Meter
        from inbox.cli.run import run

        with Meter(shown=not self.json) as meter:
            work = run(self.data, operation, request, into=into, report=meter.report)
            return asyncio.run(work)

    def say(self, result: msgspec.Struct | Mapping[str, object], words: str) -> None:
        """Print the result: as JSON for machines, these words for people."""
        click.echo(msgspec.json.encode(result).decode() if self.json else words)

    def say_table(
        self,
        result: msgspec.Struct,
        *,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        empty: str,
    ) -> None:
        """Print a list: as JSON for machines, a table for people, `empty` where there is none."""
        if self.json or not rows:
            self.say(result, empty)
            return
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, header_style="bold", pad_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*row)
        console = Console(highlight=False, markup=False)
        if not console.is_terminal:
            console = Console(highlight=False, markup=False, width=WIDE)
        console.print(table)


def with_out(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--data` and `--json`, and hand it what they say as its first argument."""

    @click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        default=DEFAULT_DATA,
        envvar="PINBOX_DATA",
        show_default=True,
        show_envvar=True,
        help="The data folder.",
    )
    @click.option("--json", "json_", is_flag=True, help="Print one JSON object, for machines.")
    @wraps(command)
    def run(data: Path, *, json_: bool, **rest: Any) -> Any:
        return command(Out(data, json=json_), **rest)

    return run
