"""Commands on what customers wrote: import, export, erase."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inbox.cli.options import Out, with_out

if TYPE_CHECKING:
    from inbox.flows.imports import Imported


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_out
def import_(out: Out, *, file: Path) -> None:
    """Load threads from FILE (JSON Lines); run it again, and only what is new is added.

    Bad lines are named with their number and reason and left out. The form of a line, and what
    becomes of it, is in docs/import.md.
    """
    from inbox.flows.imports import Imported
    from inbox.ops.history import ImportAsk

    loaded = out.ask("import", ImportAsk(str(file.resolve())), Imported)
    out.say(loaded, _describe(loaded))


def _describe(loaded: Imported) -> str:
    words = (
        f"{_count(loaded.lines, 'line')}, {_count(loaded.customers, 'customer')}, "
        f"{_count(loaded.messages, 'message')}, {loaded.added:,} of them new"
    )
    if loaded.bad_lines:
        words += f"\n{_count(loaded.bad_lines, 'line')} left out: mend and import again"
    if loaded.past_retention:
        words += (
            f"\n{_count(loaded.past_retention, 'message')} older than retention_days, to be erased "
            "soon; to keep them, set it in pinbox.toml (0: for ever)"
        )
    return words


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
