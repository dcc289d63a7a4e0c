"""Commands on canned responses."""

from __future__ import annotations

import click

from inbox.cli.options import Out, with_out

_team = click.option("--team", help="A team by its key; without it, the ones of all teams.")


@click.group()
def canned() -> None:
    """Canned responses, of a team or of all."""


@canned.command("list")
@with_out
def list_canned(out: Out) -> None:
    """Show every canned response."""
    from inbox.flows.canned import CannedList
    from inbox.ops.operation import Nothing

    found = out.ask("canned.list", Nothing(), CannedList)
    out.say_table(
        found,
        columns=("team", "shortcut", "title", "text"),
        rows=[
            (one.team.key if one.team else "all", one.shortcut, one.title, one.text)
            for one in found.items
        ],
        empty="No canned response yet. Make one with `pinbox canned set`",
    )


@canned.command("set")
@click.argument("shortcut")
@click.option("--title", required=True, help="What agents see in the list.")
@click.option("--text", required=True, help="What it says, with fields as {customer.first_name}.")
@_team
@with_out
def set_canned(out: Out, *, shortcut: str, title: str, text: str, team: str | None) -> None:
    """Write a response, in place of the one with this SHORTCUT.

    The fields are in docs/canned.md.
    """
    from inbox.flows.canned import Canned
    from inbox.ops.canned import CannedSet

    kept = out.ask("canned.set", CannedSet(shortcut, title, text, team), Canned)
    out.say(kept, f"{kept.shortcut} is kept for {kept.team.name if kept.team else 'all teams'}")


@canned.command("remove")
@click.argument("shortcut")
@_team
@with_out
def remove_canned(out: Out, *, shortcut: str, team: str | None) -> None:
    """Forget a response."""
    from inbox.ops.canned import CannedRemove
    from inbox.ops.operation import Nothing

    gone = out.ask("canned.remove", CannedRemove(shortcut, team), Nothing)
    out.say(gone, f"{shortcut} is gone")
