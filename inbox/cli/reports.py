"""The commands for the board and for reports."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from inbox.cli.options import Out, with_out

_day = click.DateTime(["%Y-%m-%d"])


@click.command()
@with_out
def board(out: Out) -> None:
    """Show what goes on in every team at this moment. What it all means is in docs/reports.md."""
    from inbox.flows.board import Board
    from inbox.ops.operation import Nothing

    found = out.ask("board", Nothing(), Board)
    out.say_table(
        found,
        columns=(
            *("team", "is", "on duty", "open", "waiting", "nobody's", "waits since", "at risk"),
            *("overdue", "kept", "covered", "covers", "storm until"),
        ),
        rows=[
            (
                one.team.key,
                one.state,
                str(one.on_duty),
                str(one.conversations),
                str(one.waiting),
                str(one.unassigned),
                (one.waiting_since or "–")[:19],
                str(one.promises_at_risk),
                str(one.promises_lapsed),
                _percent(one.kept_rate),
                str(one.covers_given),
                str(one.covers_taken),
                "–" if one.storm is None else one.storm.until[:19],
            )
            for one in found.items
        ],
        empty="No team yet. Make one with `pinbox team add`",
    )


@click.command()
@click.option("--from", "first", type=_day, required=True, help="The first day.")
@click.option("--to", "last", type=_day, required=True, help="The last day, included.")
@click.option(
    "--by",
    type=click.Choice(["day", "week", "month", "total"]),
    default="total",
    show_default=True,
    help="What a row covers.",
)
@click.option(
    "--per",
    type=click.Choice(["team", "market", "team_market", "all"]),
    default="team",
    show_default=True,
    help="Of what there are rows.",
)
@click.option("--team", help="A team by its key; without it, all.")
@click.option("--market", help="A market alone, as US or US-WA.")
@click.option("--csv", "file", type=click.Path(path_type=Path, dir_okay=False), help="Into a file.")
@with_out
def report(
    out: Out,
    *,
    first: datetime,
    last: datetime,
    by: str,
    per: str,
    team: str | None,
    market: str | None,
    file: Path | None,
) -> None:
    """Say how it went, from one day to another, by the calendar of each team.

    What each figure is stands in docs/reports.md. The file of --csv has all of them.
    """
    import msgspec

    from inbox.ops.reports import ReportAsked, Reported

    asked = {
        "first": first.date(),
        "last": last.date(),
        "by": by,
        "per": per,
        "team": team,
        "market": market,
    }
    found = out.ask("report", msgspec.convert(asked, ReportAsked), Reported)
    if file is not None:
        file.write_text(found.csv, encoding="utf-8", newline="")
        out.say({"rows": len(found.items), "file": str(file)}, f"{len(found.items)} rows in {file}")
        return
    out.say_table(
        found,
        columns=(
            *("from", "to", "team", "market", "begun", "resolved", "first p50", "first p90"),
            *("pinned", "bounces/100", "reopened", "rating"),
        ),
        rows=[
            (
                str(row.first),
                str(row.last),
                row.team.key if row.team else "all",
                row.market or "all",
                str(row.conversations_begun),
                str(row.conversations_resolved),
                _minutes(row.first_response_median_ms),
                _minutes(row.first_response_p90_ms),
                _percent(row.pinned_answer_rate),
                "–" if row.bounces_per_100 is None else f"{row.bounces_per_100:.1f}",
                _percent(row.reopen_rate),
                "–" if row.rating_mean is None else f"{row.rating_mean:.2f}",
            )
            for row in found.items
        ],
        empty="Nothing happened in these days",
    )


def _minutes(ms: int | None) -> str:
    return "–" if ms is None else f"{ms / 60_000:.1f} min"


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.0f} %"
