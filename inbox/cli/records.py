"""Commands on what customers wrote: import, export, erase."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from inbox.cli.options import Out, with_out

if TYPE_CHECKING:
    from inbox.flows.imports import Imported


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_out
def import_(out: Out, *, file: Path) -> None:
    """Load threads from FILE (JSON Lines).

    Run it again, and only what is new is added. Bad lines are named with their number and reason
    and left out. The form of a line, and what becomes of it, is in docs/import.md.
    """
    from inbox.flows.imports import Imported
    from inbox.ops.history import ImportAsk

    loaded = out.ask("import", ImportAsk(str(file.resolve())), Imported)
    out.say(loaded, _describe(loaded))


class Saved(msgspec.Struct, frozen=True):
    """An export on disk."""

    customer: str
    file: str
    bytes: int


@click.command()
@click.argument("customer")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@with_out
def export(out: Out, *, customer: str, file: Path | None) -> None:
    """Hand over all that is held of a customer.

    One JSON document, into FILE (private to you) or to standard output: profile, thread, every
    message, note and change, and who looked at it. The export stands in the audit log.
    """
    from inbox.ops.history import CustomerAsk, Exported

    exported = out.ask("export", CustomerAsk(customer), Exported)
    document = bytes(exported.document)
    if file is None:
        click.echo(document)
        return
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write(document + b"\n")
    saved = Saved(customer, str(file), len(document) + 1)
    out.say(saved, f"Wrote {saved.bytes:,} bytes to {file}")


@click.command()
@click.argument("customer")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_out
def erase(out: Out, *, customer: str, yes: bool) -> None:
    """Erase all that is held of a customer, for ever.

    Messages, answers, notes and the profile go, and the customer is signed out. Numbers, times and
    the home team stay. Backups made before still hold everything.
    """
    from inbox.flows.erasure import Erasure
    from inbox.ops.history import CustomerAsk

    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("erasing cannot be undone; say --yes where nobody can be asked")
        question = f"Erase everything that {customer} wrote and was answered, for ever?"
        click.confirm(question, abort=True, err=True)
    gone = out.ask("erase", CustomerAsk(customer), Erasure)
    out.say(
        gone, f"Erased {_count(gone.items, 'item')} of {gone.customer}. Backups still hold them"
    )


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
