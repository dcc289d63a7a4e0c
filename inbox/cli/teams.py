"""Commands on teams: who they are, and when they are there."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
import msgspec

from inbox.cli.changes import change_team
from inbox.cli.cover import general, notice, storm
from inbox.cli.options import Out, with_out

if TYPE_CHECKING:
    from inbox.core.timetable import Day
    from inbox.flows.hours import HoursDetail


@click.group()
def team() -> None:
    """Teams, their markets and hours."""


for _one in (change_team, storm, notice, general):
    team.add_command(_one)


@team.command("add")
@click.argument("key")
@click.option("--name", required=True, help="As customers see it.")
@click.option(
    "--region",
    "regions",
    multiple=True,
    help="A market by ISO 3166-2 or finer, as US-WA; the longest match wins. Repeatable.",
)
@click.option("--time-zone", required=True, help="IANA name, as America/Los_Angeles.")
@click.option("--language", "languages", multiple=True, help="As en or es-US. Repeatable.")
@click.option("--place", help="Where the team sits, as customers see it.")
@click.option("--default", is_flag=True, help="Gets the customers that no market matches.")
@click.option("--max-customers", type=int, help="No new customers above this number.")
@with_out
def add_team(out: Out, **asked: Any) -> None:
    """Make a team. KEY is its short name for ever: a–z, 0–9 and -."""
    from inbox.flows.teams import TeamDetail, TeamDraft

    added = out.ask("team.add", TeamDraft(**asked), TeamDetail)
    default = ", the default team" if added.default else ""
    out.say(
        added, f"Team {added.key} is there{default}. Next: pinbox agent add NAME --team {added.key}"
    )


@team.command("list")
@with_out
def list_teams(out: Out) -> None:
    """Show every team."""
    from inbox.flows.teams import TeamDetails
    from inbox.ops.operation import Nothing

    found = out.ask("team.list", Nothing(), TeamDetails)
    out.say_table(
        found,
        columns=("key", "name", "regions", "time zone", "people", "customers", "default", "id"),
        rows=[
            (
                one.key,
                one.name,
                ", ".join(one.regions) or "–",
                one.time_zone,
                str(one.members),
                f"{one.customers}" + (f" of {one.max_customers}" if one.max_customers else ""),
                "yes" if one.default else "",
                one.id,
            )
            for one in found.items
        ],
        empty="No team yet. Make one with `pinbox team add`",
    )


@team.command("hours")
@click.argument("key")
@click.option(
    "--set",
    "weekly",
    metavar="WEEK",
    help="The ordinary week, as ‘mon-fri 08:00-12:00, 13:00-20:00; sat 09:00-17:00’.",
)
@click.option("--always", is_flag=True, help="No ordinary week: around the clock.")
@click.option(
    "--day",
    "days",
    multiple=True,
    metavar="DAY",
    help="A date on which something else holds, as ‘2026-12-25 closed Christmas’, ‘2026-12-24 "
    "limited 09:00-13:00’, ‘2026-12-27 10:00-14:00’, or ‘2026-12-27 ordinary’ after all. "
    "Repeatable.",
)
@click.option(
    "--holidays",
    type=(str, int),
    metavar="REGION YEAR",
    help="Show the public holidays of a country or subdivision, as US-WA 2027.",
)
@click.option("--save", is_flag=True, help="List them as closed; what is listed already stays.")
@with_out
def show_hours(
    out: Out,
    *,
    key: str,
    weekly: str | None,
    always: bool,
    days: tuple[str, ...],
    holidays: tuple[str, int] | None,
    save: bool,
) -> None:
    """Show or set when team KEY is there.

    Times are by the clock of the team's time zone; a period that closes earlier than it opens ends
    on the next day. What it all means is in docs/hours.md.
    """
    from inbox.flows.hours import HoursDetail
    from inbox.ops import hours

    if weekly is not None and always:
        raise click.UsageError("--set and --always say two different things")
    if holidays is not None:
        if weekly is not None or always or days:
            raise click.UsageError("--holidays goes with --save alone")
        _show_holidays(out, key, *holidays, save=save)
        return
    if save:
        raise click.UsageError("--save goes with --holidays")
    week = None if always else msgspec.UNSET if weekly is None else weekly
    found = out.ask("team.hours", hours.HoursAsk(key, week, days), HoursDetail)
    out.say(found, _describe(found))


@team.command("rules")
@click.argument("key")
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a rule, as promise_target_minutes=30. Repeatable.",
)
@with_out
def show_rules(out: Out, *, key: str, given: tuple[str, ...]) -> None:
    """Show or set how team KEY works.

    Every rule is explained in docs/rules.md.
    """
    from inbox.core.rules import RULES
    from inbox.flows.rules import RulesDetail
    from inbox.ops.rules import RulesAsk

    if wrong := [text for text in given if "=" not in text]:
        raise click.UsageError(f"--set wants NAME=VALUE, not {wrong[0]}")
    values = {
        name.strip(): value.strip() for name, _, value in (one.partition("=") for one in given)
    }
    found = out.ask("team.rules", RulesAsk(key, values), RulesDetail)
    out.say_table(
        found,
        columns=("rule", "value", "what it decides"),
        rows=[
            (row.name, msgspec.json.encode(getattr(found.rules, row.name)).decode(), row.about)
            for row in RULES
        ],
        empty="",
    )


def _show_holidays(out: Out, key: str, region: str, year: int, *, save: bool) -> None:
    from inbox.ops import hours

    asked = hours.HolidaysAsk(key, region, year, save=save)
    found = out.ask("team.holidays", asked, hours.HolidaysFound)
    out.say_table(
        found,
        columns=("date", "holiday", "listed as"),
        rows=[(f"{one.date:%a %d %b %Y}", one.name, _write(one.listed)) for one in found.items],
        empty="No public holidays are known for that year",
    )
    if not out.json and not found.saved and any(one.listed is None for one in found.items):
        click.echo(f"Nothing is listed by looking. To list them: --holidays {region} {year} --save")


def _describe(found: HoursDetail) -> str:
    """The hours in some lines."""
    from inbox.core.shorthand import write_weekly

    week = "none set, so around the clock" if found.weekly is None else write_weekly(found.weekly)
    lines = [f"{found.team.name} is {_describe_now(found)}", f"Ordinary week: {week}"]
    lines += [
        f"{day.date:%a %d %b %Y}: {_write(day)}" + (f" ({day.name})" if day.name else "")
        for day in found.days
    ]
    return "\n".join(lines)


def _describe_now(found: HoursDetail) -> str:
    if found.closes_at is not None:
        return f"open until {_local(found.closes_at, found.time_zone)}"
    if found.next_open is not None:
        return f"{found.state} until {_local(found.next_open, found.time_zone)}"
    return f"{found.state}, and stays so"


def _local(text: str, zone: str) -> str:
    from zoneinfo import ZoneInfo

    return f"{datetime.fromisoformat(text).astimezone(ZoneInfo(zone)):%a %d %b %H:%M} ({zone})"


def _write(day: Day | None) -> str:
    if day is None:
        return "–"
    return " ".join([day.state, ", ".join(map(str, day.periods or ()))]).strip()
