"""Commands that change teams and agents that are there."""

from __future__ import annotations

import sys
from typing import Any

import click
import msgspec

from inbox.cli.options import Out, with_out


@click.command("change")
@click.argument("agent", metavar="NAME-OR-ID")
@click.option("--name", help="Another name.")
@click.option(
    "--team", "teams", multiple=True, help="Key of a team; all others are left. Repeatable."
)
@click.option(
    "--role",
    type=click.Choice(["agent", "lead", "admin"]),
    help="What they may do besides answering.",
)
@click.option("--line", help="What customers see under the name; '' for nothing.")
@click.option("--photo-url", help="An https address of their photo; '' for none.")
@click.option("--password", is_flag=True, help="Ask for a new one; it ends sessions and tokens.")
@click.option("--disable/--enable", "disabled", default=None, help="They have left, or are back.")
@with_out
def change_agent(
    out: Out, *, agent: str, teams: tuple[str, ...], password: bool, **asked: Any
) -> None:
    """Change an agent; what is not named stays.

    Disabling ends every token and session, and gives what they had to others.
    """
    from inbox.ops.changes import AgentEdit
    from inbox.ops.people import AgentRow

    given = _given(asked, may_be_none=("line", "photo_url"))
    edit = AgentEdit(
        agent=agent,
        teams=teams or msgspec.UNSET,
        password=ask_password() if password else None,
        **given,
    )
    found = out.ask("agent.change", edit, AgentRow)
    state = "disabled" if found.disabled else f"{found.role} in {', '.join(found.teams) or 'none'}"
    out.say(found, f"{found.name}: {state}")


@click.command("change")
@click.argument("key")
@click.option("--name", help="As customers see it.")
@click.option(
    "--region", "regions", multiple=True, help="A market; all others are taken away. Repeatable."
)
@click.option("--no-region", is_flag=True, help="No market.")
@click.option("--time-zone", help="IANA name. Hours stay what they are by the clock there.")
@click.option("--language", "languages", multiple=True, help="As en or es-US; instead of all.")
@click.option("--place", help="Where the team sits; '' for nothing.")
@click.option("--default", is_flag=True, help="Gets the customers that no market matches.")
@click.option("--max-customers", type=int, help="No new customers above this number; 0: any.")
@with_out
def change_team(
    out: Out,
    *,
    key: str,
    regions: tuple[str, ...],
    no_region: bool,
    languages: tuple[str, ...],
    default: bool,
    **asked: Any,
) -> None:
    """Change team KEY; what is not named stays. No customer's pin moves."""
    from inbox.flows.teams import TeamChange, TeamDetail
    from inbox.ops.changes import TeamEdit

    if regions and no_region:
        raise click.UsageError("--region and --no-region say two different things")
    given = _given(asked, may_be_none=("place", "max_customers"))
    change = TeamChange(
        regions=regions if regions or no_region else msgspec.UNSET,
        languages=languages or msgspec.UNSET,
        default=default or msgspec.UNSET,
        **given,
    )
    found = out.ask("team.change", TeamEdit(key, change), TeamDetail)
    markets = ", ".join(found.regions) or "no market"
    out.say(found, f"{found.key}: {found.name}, {markets}, {found.time_zone}")


def ask_password() -> str:
    """Ask twice on a terminal; from a pipe, take the first line."""
    if sys.stdin.isatty():
        answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return answer
    return sys.stdin.readline().rstrip("\n")


def _given(asked: dict[str, Any], *, may_be_none: tuple[str, ...]) -> dict[str, Any]:
    """What was named; nothing ('' or 0) takes away what may be absent."""
    return {
        name: None if name in may_be_none and not value else value
        for name, value in asked.items()
        if value is not None
    }
