"""Reports: how it went, over a range of days, by team and market.

Facts are read page by page, each a short read of its own, so that a year's report holds up nobody.
They never change, so a report of the past is the same whenever it is asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import AsyncIterator, Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from inbox.auth.claims import check_region
from inbox.core.errors import BadRequest
from inbox.core.figures import Figures, Tally
from inbox.core.hours import midnight
from inbox.core.periods import By, Period, check_range, divide
from inbox.core.policy import Agent, Operator, overseen
from inbox.flows.context import Context, roster
from inbox.flows.fields import checked
from inbox.flows.roster import Roster
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q, Query, Value

Per = Literal["team", "market", "team_market", "all"]

PAGE = 2_000
"""Facts read at once."""
MOST_ROWS = 10_000
UNKNOWN = "unknown"
"""The market of customers whose region was not known, or was erased."""


class Question(msgspec.Struct, frozen=True):
    """What a report is asked for; dates by the calendar of each team, both included."""

    first: date
    last: date
    by: By = "total"
    per: Per = "team"
    team: str | None = None
    market: str | None = None


class Report(msgspec.Struct, frozen=True):
    """The rows in order of date, team and market; where nothing happened there is none."""

    items: tuple[Figures, ...]
    next: None = None


async def report(ctx: Context, who: Agent | Operator, question: Question) -> Report:
    """The figures of the teams of a lead, or for an admin of all.

    Raises Forbidden for agents, NotFound for a team that is not theirs, BadRequest (from, to,
    market, and `by` where it would make more than 10,000 rows).
    """
    people = await roster(ctx)
    shown = overseen(who, people.teams, team=question.team)
    check_range(question.first, question.last)
    if question.market is not None:
        checked("market", check_region, question.market)
    book = _Book(people, question, shown)
    if shown:
        await _read_milestones(ctx, book)
        await _read_conversations(ctx, book)
        await _read_ratings(ctx, book)
        await _read_promises(ctx, book)
        await _read_callbacks(ctx, book)
        await _read_messages(ctx, book)
    return Report(book.rows())


class _Key(NamedTuple):
    """A row: which period, team and market."""

    period: int
    team: str
    market: str


class _Book:
    """All rows in the making."""

    def __init__(self, people: Roster, question: Question, shown: Iterable[str]) -> None:
        self.people, self.question = people, question
        self.periods = divide(question.first, question.last, by=question.by)
        self.zones = {team: ZoneInfo(people.team(team).time_zone) for team in shown}
        self._borders = {zone: _borders(self.periods, zone) for zone in set(self.zones.values())}
        self.since = min((marks[0] for marks in self._borders.values()), default=0)
        self.until = max((marks[-1] for marks in self._borders.values()), default=0)
        self._tallies: dict[_Key, Tally] = {}

    def tally(self, team: str, market: str | None, at: int) -> Tally | None:
        """The row for a fact; none where it was not asked for."""
        wanted, zone = self.question.market, self.zones.get(team)
        if zone is None or (wanted is not None and not _lies_in(market, wanted)):
            return None
        marks = self._borders[zone]
        period = bisect_right(marks, at) - 1
        if not 0 <= period < len(self.periods):
            return None
        per = self.question.per
        key = _Key(
            period,
            team if per in {"team", "team_market"} else "",
            _short(market) if per in {"market", "team_market"} else "",
        )
        found = self._tallies.get(key)
        if found is None:
            if len(self._tallies) == MOST_ROWS:
                raise BadRequest.field("by", f"makes more than {MOST_ROWS} rows")
            found = self._tallies[key] = Tally()
        return found

    def rows(self) -> tuple[Figures, ...]:
        """Every row in which something happened."""
        refs = {team: self.people.team_ref(team) for team in self.zones}
        keys = sorted(
            self._tallies,
            key=lambda key: (key.period, refs[key.team].key if key.team else "", key.market),
        )
        return tuple(
            self._tallies[key].figures(
                self.periods[key.period].first,
                self.periods[key.period].last,
                team=refs.get(key.team),
                market=key.market or None,
            )
            for key in keys
        )


def _borders(periods: tuple[Period, ...], zone: ZoneInfo) -> list[int]:
    """Where each period begins by a zone's clock (Unix ms), and where the last one ends."""
    after = periods[-1].last + timedelta(days=1)
    return [midnight(zone, day) for day in (*(one.first for one in periods), after)]


def _short(market: str | None) -> str:
    """Country and subdivision (ISO 3166-2): `US-WA-SEA` is `US-WA`."""
    return UNKNOWN if market is None else "-".join(market.split("-")[:2])


def _lies_in(market: str | None, wanted: str) -> bool:
    return market is not None and (market == wanted or market.startswith(f"{wanted}-"))


async def _pages(
    ctx: Context, query: Query, book: _Book, after: dict[str, Value]
) -> AsyncIterator[list[Row]]:
    """The rows of a query in order; its first columns are where the next page begins."""
    place = {"at": book.since, **after}
    while True:

        async def look(tx: Tx, place: dict[str, Value] = place) -> list[Row]:
            return await tx.fetch(query, **place, until=book.until, limit=PAGE)

        rows = await ctx.store.read(look, long=True)
        yield rows
        if len(rows) < PAGE:
            return
        place = dict(zip(place, rows[-1], strict=False))


async def _read_milestones(ctx: Context, book: _Book) -> None:
    after: dict[str, Value] = {"thread": "", "seq": 0, "kind": ""}
    async for rows in _pages(ctx, Q.report_milestones, book, after):
        for at, _, _, kind, team, home, why, market, since, business, is_first in rows:
            mine = book.tally(team, market, at)
            took = max(0, at - since)
            if kind != "answered":
                if mine is not None:
                    mine.end(kind, took)
                continue
            if mine is not None:
                mine.answer(took, business, is_first=bool(is_first), why=why)
            if (pinned := book.tally(home, market, at)) is not None:
                pinned.answered_for_home(is_first=bool(is_first), by_home=team == home, why=why)


async def _read_conversations(ctx: Context, book: _Book) -> None:
    after: dict[str, Value] = {"thread": "", "number": 0}
    async for rows in _pages(ctx, Q.report_conversations, book, after):
        for at, thread, _, by, team, market in rows:
            if (mine := book.tally(team, market, at)) is not None:
                mine.begin(thread=thread, by=by)


async def _read_ratings(ctx: Context, book: _Book) -> None:
    after: dict[str, Value] = {"thread": "", "number": 0}
    async for rows in _pages(ctx, Q.report_ratings, book, after):
        for at, _, _, score, team, market in rows:
            if (mine := book.tally(team, market, at)) is not None:
                mine.ratings[score - 1] += 1


async def _read_promises(ctx: Context, book: _Book) -> None:
    after: dict[str, Value] = {"thread": "", "seq": 0}
    async for rows in _pages(ctx, Q.report_promises, book, after):
        for at, _, _, state, team, market in rows:
            if state == "void" or (mine := book.tally(team, market, at)) is None:
                continue
            mine.promises += 1
            mine.promises_kept += state == "kept"


async def _read_callbacks(ctx: Context, book: _Book) -> None:
    async for rows in _pages(ctx, Q.report_callbacks, book, {"id": ""}):
        for at, _, kept, team, market in rows:
            if (mine := book.tally(team, market, at)) is not None:
                mine.callbacks += 1
                mine.callbacks_kept += bool(kept)


async def _read_messages(ctx: Context, book: _Book) -> None:
    """Counted where they lie, day by day of each time zone."""
    question = book.question
    days = divide(question.first, question.last, by="day")
    for zone in sorted(set(book.zones.values()), key=str):
        marks = _borders(days, zone)
        for since, until in pairwise(marks):

            async def look(tx: Tx, since: int = since, until: int = until) -> list[Row]:
                return await tx.fetch(Q.report_messages, since=since, until=until)

            for team, author, market, number in await ctx.store.read(look, long=True):
                if book.zones.get(team) != zone:
                    continue
                if (mine := book.tally(team, market, since)) is None:
                    continue
                if author == "customer":
                    mine.messages_in += number
                else:
                    mine.messages_out += number
