"""Commands on what a team does beside its ordinary work: storms, notices, general care."""

from __future__ import annotations

import click

from inbox.cli.options import Out, with_out


@click.group()
def storm() -> None:
    """Storm mode: new conversations spill over to other teams."""


@storm.command("begin")
@click.argument("key")
@click.option(
    "--to",
    "helpers",
    multiple=True,
    required=True,
    metavar="KEY=SHARE",
    help="A team that helps, and how many of a hundred new conversations it takes. Repeatable.",
)
@click.option("--notice", required=True, help="What every customer of the team is told.")
@click.option("--until", help="When it ends, as 2026-11-22T20:00:00Z; absent: in a day.")
@click.option("--widen", type=float, default=1.0, help="So many times as long is promised.")
@with_out
def begin_storm(
    out: Out, *, key: str, helpers: tuple[str, ...], notice: str, until: str | None, widen: float
) -> None:
    """Begin storm mode for team KEY.

    What is open stays where it is. What it all means is in docs/cover.md.
    """
    from inbox.flows.storms import StormDetail
    from inbox.ops.cover import StormBegin

    shares: dict[str, int] = {}
    for text in helpers:
        name, _, share = text.partition("=")
        if not share.isdecimal() or name in shares:
            raise click.UsageError(f"--to wants KEY=SHARE, each team once, not {text}")
        shares[name] = int(share)
    asked = StormBegin(key, shares, notice, until, widen)
    begun = out.ask("team.storm.begin", asked, StormDetail)
    parts = ", ".join(f"{one.share} of a hundred to {one.team.key}" for one in begun.teams)
    out.say(begun, f"{begun.team.name} has a storm until {begun.until}: {parts}")


@storm.command("end")
@click.argument("key")
@with_out
def end_storm(out: Out, *, key: str) -> None:
    """End storm mode for team KEY. What it spilled comes back by and by."""
    from inbox.ops.cover import StormEnd

    ended = out.ask("team.storm.end", StormEnd(key), StormEnd)
    out.say(ended, f"{key} has no storm")


@click.command()
@click.argument("key")
@click.argument("text", required=False)
@click.option("--clear", is_flag=True, help="Take the notice back.")
@with_out
def notice(out: Out, *, key: str, text: str | None, clear: bool) -> None:
    """Tell every customer of team KEY something, until it is taken back."""
    from inbox.flows.storms import TeamNotice
    from inbox.ops.cover import NoticeSet

    if clear == (text is not None):
        raise click.UsageError("give a text, or --clear")
    said = out.ask("team.notice", NoticeSet(key, text), TeamNotice)
    shown = "nothing" if said.notice is None else said.notice.text
    out.say(said, f"Customers of {said.team.name} are told: {shown}")


@click.command()
@click.argument("key")
@click.option("--off", is_flag=True, help="It is an ordinary team again.")
@with_out
def general(out: Out, *, key: str, off: bool) -> None:
    """Make team KEY the one for customers who want none of their own."""
    from inbox.flows.rules import RulesDetail
    from inbox.ops.rules import RulesAsk

    asked = RulesAsk(key, {"general": "false" if off else "true"})
    kept = out.ask("team.rules", asked, RulesDetail)
    does = "gives general care" if kept.rules.general else "is an ordinary team"
    out.say(kept, f"{kept.team.name} {does}")
