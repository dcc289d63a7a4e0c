"""Commands on agents, tokens and customers."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from inbox.cli.changes import ask_password, change_agent
from inbox.cli.options import Out, with_out


@click.group()
def agent() -> None:
    """The people who answer."""


agent.add_command(change_agent)


@agent.command("add")
@click.argument("name")
@click.option("--team", "teams", multiple=True, required=True, help="Key of a team. Repeatable.")
@click.option(
    "--role",
    type=click.Choice(["agent", "lead", "admin"]),
    default="agent",
    show_default=True,
    help="What they may do besides answering.",
)
@click.option("--line", help="A short line that customers see under the name.")
@click.option("--photo-url", help="An https address of their photo.")
@click.option("--password", is_flag=True, help="Ask for a password, for signing in by browser.")
@with_out
def add_agent(out: Out, *, password: bool, **asked: Any) -> None:
    """Make an agent and print a personal token, this once."""
    from inbox.ops import people

    secret = ask_password() if password else None
    request = people.AgentAdd(password=secret, **asked)
    added = out.ask("agent.add", request, people.AgentAdded)
    out.say(added, f"{added.name} is there. Their token, shown only now:\n{added.token}")


@agent.command("list")
@with_out
def list_agents(out: Out) -> None:
    """Show every agent."""
    from inbox.ops import people
    from inbox.ops.operation import Nothing

    found = out.ask("agent.list", Nothing(), people.AgentRows)
    out.say_table(
        found,
        columns=("name", "role", "teams", "on duty", "id", ""),
        rows=[
            (
                one.name,
                one.role,
                ", ".join(one.teams),
                "yes" if one.on_duty else "",
                one.id,
                "disabled" if one.disabled else "author of imports" if one.stand_in else "",
            )
            for one in found.items
        ],
        empty="No agent yet. Make one with `pinbox agent add`",
    )


@agent.command("shift")
@click.argument("agent", metavar="NAME-OR-ID")
@click.option(
    "--set", "weekly", metavar="WEEK", help="As ‘mon-fri 08:00-16:00’; nights end the next day."
)
@click.option("--none", "never", is_flag=True, help="No shift: duty ends by choice alone.")
@click.option("--time-zone", help="IANA name; that of the agent's first team if absent.")
@with_out
def keep_shift(
    out: Out, *, agent: str, weekly: str | None, never: bool, time_zone: str | None
) -> None:
    """Show or set when an agent is at work in an ordinary week. Duty ends with the shift."""
    from inbox.core.shorthand import write_weekly
    from inbox.flows.shifts import ShiftDetail
    from inbox.ops.shifts import ShiftAsk

    if weekly is not None and never:
        raise click.UsageError("--set and --none say two different things")
    if time_zone is not None and weekly is None:
        raise click.UsageError("--time-zone goes with --set")
    week = None if never else msgspec.UNSET if weekly is None else weekly
    found = out.ask("agent.shift", ShiftAsk(agent, week, time_zone), ShiftDetail)
    if found.weekly is None:
        out.say(found, f"{found.agent.name} has no shift")
        return
    now = "now" if found.on else "not now"
    out.say(found, f"{found.agent.name}: {write_weekly(found.weekly)} ({found.time_zone}), {now}")


@click.group()
def token() -> None:
    """What people and programs sign in with."""


@token.command("customer")
@click.argument("customer", metavar="ID")
@click.option("--name", help="The customer's name.")
@click.option("--region", help="As US-WA or US-WA-SEA; chooses the home team.")
@click.option("--time-zone", help="IANA name, as America/Los_Angeles.")
@click.option("--locale", help="As en or es-US.")
@click.option(
    "--ttl", "ttl_s", type=int, default=3600, show_default=True, help="Seconds that it is good for."
)
@with_out
def sign_customer_token(out: Out, **asked: Any) -> None:
    """Sign a customer's token with the configured secret, for trying out.

    In real life your own backend does this; ID is the customer's id there.
    """
    from inbox.ops import people

    signed = out.ask("token.customer", people.CustomerTokenAsk(**asked), people.CustomerToken)
    out.say(signed, signed.token)


@token.command("agent")
@click.argument("agent", metavar="NAME-OR-ID")
@click.option("--label", help="What it is for.")
@with_out
def add_agent_token(out: Out, **asked: Any) -> None:
    """Make a further personal token for an agent and print it, this once."""
    from inbox.flows.agents import NewToken
    from inbox.ops import people

    made = out.ask("token.agent", people.AgentTokenAsk(**asked), NewToken)
    out.say(made, made.token)


@token.command("list")
@click.option("--agent", help="Of one agent, by name or id.")
@with_out
def list_tokens(out: Out, **asked: Any) -> None:
    """Show agents' tokens and sessions, without their secrets."""
    from inbox.ops import people

    found = out.ask("token.list", people.TokensAsk(**asked), people.TokenRows)
    out.say_table(
        found,
        columns=("agent", "kind", "label", "made", "ends", "id"),
        rows=[
            (
                one.agent_name,
                one.kind,
                one.label or "",
                one.created_at[:19],
                f"revoked {one.revoked_at[:19]}" if one.revoked_at else (one.expires_at or "")[:19],
                one.id,
            )
            for one in found.items
        ],
        empty="No tokens",
    )


@token.command("revoke")
@click.argument("id_", metavar="ID")
@with_out
def revoke_token(out: Out, *, id_: str) -> None:
    """End a token or session at once, by its id from `token list`."""
    from inbox.ops import people

    revoked = out.ask("token.revoke", people.TokenRevoke(id_), people.TokenRevoke)
    out.say(revoked, f"Revoked {revoked.id}")


@click.group()
def customer() -> None:
    """The people who ask."""


@customer.command("sign-out")
@click.argument("customer", metavar="ID")
@with_out
def sign_out(out: Out, **asked: Any) -> None:
    """Refuse a customer's tokens made until now, and close its connections."""
    from inbox.ops import people

    gone = out.ask("customer.sign_out", people.CustomerSignOut(**asked), people.CustomerSignOut)
    out.say(gone, f"{gone.customer} is signed out; tokens made from the next second on are good")


@customer.command("quiet")
@click.argument("customer", metavar="ID")
@click.argument("hours", required=False)
@click.option(
    "--mode",
    type=click.Choice(["hold", "passive"]),
    default="hold",
    show_default=True,
    help="Pushes wait for the end, or come without sound and light.",
)
@click.option("--never", is_flag=True, help="Always ring this customer.")
@click.option("--reset", is_flag=True, help="Go back to the hours of the settings.")
@with_out
def set_quiet(
    out: Out, *, customer: str, hours: str | None, mode: str, never: bool, reset: bool
) -> None:
    """Show when a customer is not rung, or set it in the customer's place.

    HOURS as 22:00-08:00, by the customer's own clock.
    """
    from inbox.flows.quiet import QuietHours
    from inbox.ops.pushes import QuietAsk

    if sum((hours is not None, never, reset)) > 1:
        raise click.UsageError("give HOURS, --never or --reset")
    change = "company" if reset else "own" if hours is not None or never else None
    request = {"customer": customer, "change": change, "hours": hours, "mode": mode}
    found = out.ask("customer.quiet", msgspec.convert(request, QuietAsk), QuietHours)
    told = f"{found.hours} in {found.time_zone} ({found.mode})" if found.hours else "always rung"
    whose = "chosen for this customer" if found.own else "as the settings say"
    now = f"; quiet now, until {found.until}" if found.until else ""
    out.say(found, f"{customer}: {told}, {whose}{now}")
