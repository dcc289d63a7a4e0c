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

    Run it again, and only what is new is added: it says how many messages were new, how many were
    known before, and how many stand in the file more than once. Bad lines are named with their
    number and reason and left out; it ends with 0 all the same, and `--json` says how many
    (`bad_lines`). The form of a line, and what becomes of it, is in docs/import.md.
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
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@with_out
def export(out: Out, *, customer: str, file: Path | None, force: bool) -> None:
    """Hand over all that is held of a customer.

    One JSON document, into FILE (new, and private to you) or to standard output: profile, thread,
    every message, note and change, and who looked at it. Files are listed, each with a link to the
    server that holds for an hour. The export stands in the audit log.
    """
    from inbox.ops.history import CustomerAsk, Exported

    if file is not None:
        _demand_free(out.data, file, force=force)
    exported = out.ask("export", CustomerAsk(customer), Exported)
    document = bytes(exported.document)
    if file is None:
        click.echo(document)
        return
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(document + b"\n")
    saved = Saved(customer, str(file), len(document) + 1)
    out.say(saved, f"Wrote {saved.bytes:,} bytes to {file}")


def _demand_free(data: Path, file: Path, *, force: bool) -> None:
    """Refuse, before anything is done, a file that must not be written."""
    from inbox.store.backup import refuse_own_files

    refuse_own_files(data, file)
    if not file.parent.is_dir():
        raise click.ClickException(f"there is no folder {file.parent}; make it first")
    if not os.path.lexists(file):
        return
    if not file.is_file() and not file.is_symlink():
        raise click.ClickException(f"{file} is no ordinary file; name another file")
    if not force:
        raise click.ClickException(f"{file} is there already; name another file, or add --force")


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
        f"{_count(loaded.messages, 'message')}, {loaded.added:,} of them new, "
        f"{loaded.known:,} known before"
    )
    if loaded.repeats:
        words += f"\n{_count(loaded.repeats, 'repeat')} in the file, each passed over"
    if loaded.bad_lines:
        words += f"\n{_count(loaded.bad_lines, 'line')} left out: mend and import again"
    if loaded.past_retention:
        words += (
            f"\n{_count(loaded.past_retention, 'message')} older than retention_days: a new thread "
            "keeps them so long from today, one that was here loses them with the next pass"
        )
    return words


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
