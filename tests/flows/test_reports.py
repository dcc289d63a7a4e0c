"""Reports against a slow recount: random histories through the real flows, and the shared file.

The recount reads thread logs alone, and until when customers were told to expect an answer. It
walks through hours minute by minute, finds percentiles by counting, and knows nothing of
milestones, leases or ledgers.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from inbox.core.errors import BadRequest, Forbidden, NotFound, PinboxError
from inbox.core.instant import to_ms
from inbox.core.policy import Agent, Customer
from inbox.core.rules import RulesChange
from inbox.core.shorthand import read_weekly
from inbox.flows import assignment, cover, handover, states
from inbox.flows.context import Context
from inbox.flows.cover import CoverDraft
from inbox.flows.hours import set_weekly
from inbox.flows.ledger import break_due
from inbox.flows.rating import RatingDraft, rate
from inbox.flows.reports import Question, report
from inbox.flows.returning import return_due
from inbox.flows.rules import set_rules
from tests.cast import OPERATOR, Cast, SetClock, answer, arrive, hire, say
from tests.flows.ledger import Line, audit_books

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
ZONES = {"spokane": "America/Los_Angeles", "tampa": "America/New_York"}
REGIONS = ("US-WA", "US-WA-SEA", "US-FL", None)


# ── the recount ──────────────────────────────────────────────────────────────────────────────────


@dataclass
class Row:
    """Everything that happened in one row, as lists."""

    begun: list[tuple[str, str]] = field(default_factory=list)
    first: list[tuple[int, int]] = field(default_factory=list)
    next: list[tuple[int, int]] = field(default_factory=list)
    resolved: list[int] = field(default_factory=list)
    reopened: int = 0
    bounces: int = 0
    pinned: list[bool] = field(default_factory=list)
    scores: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    promises: list[bool] = field(default_factory=list)
    home_answers: list[bool] = field(default_factory=list)
    covers_taken: int = 0

    def told(self) -> dict[str, Any]:
        """The members of a row that the docs define, counted from the lists."""
        asked = [thread for thread, by in self.begun if by == "customer"]
        told: dict[str, Any] = {
            "conversations_begun": len(self.begun),
            "conversations_resolved": len(self.resolved),
            "conversations_reopened": self.reopened,
            "reopen_rate": ratio(self.reopened, len(self.resolved)),
            "bounces": self.bounces,
            "bounces_per_100": ratio(self.bounces * 100, len(self.begun)),
            "contacts": len(asked),
            "customers": len(set(asked)),
            "contacts_per_customer": ratio(len(asked), len(set(asked))),
            "resolution_median_ms": nearest(self.resolved, 50),
            "resolution_p90_ms": nearest(self.resolved, 90),
            "pinned_answer_rate": ratio(sum(self.pinned), len(self.pinned)),
            "ratings": len(self.scores),
            "rating_mean": ratio(sum(self.scores), len(self.scores)),
            "messages_in": self.said.count("customer"),
            "messages_out": len(self.said) - self.said.count("customer"),
            "promises": len(self.promises),
            "promises_kept": sum(self.promises),
            "promises_kept_rate": ratio(sum(self.promises), len(self.promises)),
            "cover_share": ratio(sum(self.home_answers), len(self.home_answers)),
            "covers_taken": self.covers_taken,
        }
        for score in range(1, 6):
            told[f"ratings_{score}"] = self.scores.count(score)
        for name, waits in (("first", self.first), ("next", self.next)):
            told[f"{name}_responses"] = len(waits)
            for place, kind in enumerate(("", "business_")):
                values = [wait[place] for wait in waits]
                told[f"{name}_response_{kind}median_ms"] = nearest(values, 50)
                told[f"{name}_response_{kind}p90_ms"] = nearest(values, 90)
        return told


def ratio(part: float, whole: float) -> float | None:
    return None if whole == 0 else round(part / whole, 4)


def nearest(values: list[int], percent: int) -> int | None:
    """The least value of which at least so many percent of all are no greater, by trying each."""
    for value in sorted(values):
        if 100 * sum(other <= value for other in values) >= percent * len(values):
            return value
    return None


def minutes_open(since: int, until: int, zone: str) -> int:
    """Business time of a team that is there from 8 to 20 on weekdays, counted minute by minute."""
    total = 0
    for minute in range(since // MINUTE, until // MINUTE):
        local = datetime.fromtimestamp(minute * 60, ZoneInfo(zone))
        total += local.weekday() < 5 and 8 <= local.hour < 20
    return total * MINUTE


@dataclass
class Told:
    """Until when customers were told to wait, by the message, and when the time was looked at."""

    due: dict[tuple[str, int], int] = field(default_factory=dict)
    looks: list[int] = field(default_factory=list)


class Recount:
    """What logs say, into rows. `rows` are chosen by a key made of team, market and time."""

    def __init__(
        self,
        key: Callable[[str, str | None, int], Any],
        business: Callable[[str, int, int], int],
        told: Told,
    ) -> None:
        self.rows: dict[Any, Row] = defaultdict(Row)
        self._key, self._business, self._told = key, business, told

    def row(self, team: str, market: str | None, at: int) -> Row:
        """Where a fact belongs; one that was not asked for goes to a row that nobody looks at."""
        return self.rows[self._key(team, market, at)]

    def promise(
        self, thread: str, seq: int, team: str, market: str | None, *, end: int | None, kept: bool
    ) -> None:
        """One wait is over at `end`, or goes on: what became of what was told at its begin."""
        due = self._told.due.get((thread, seq))
        if due is None:
            return
        if end is not None and end <= due:
            if kept:
                self.row(team, market, end).promises.append(True)
            return
        seen = [at for at in (*self._told.looks, end) if at is not None and at > due]
        if seen:
            self.row(team, market, min(seen)).promises.append(False)

    def read(  # noqa: PLR0912, PLR0915  one pass through a log, a case for each type
        self, thread: str, log: list[Line], market_of: dict[int, str | None]
    ) -> None:
        """One thread from its beginning."""
        home = serving = resolver = why = ""
        asked: tuple[int, str, str | None] | None = None
        state, number, opened = "", 0, 0
        waits: int | None = None
        answered, ratings = set[int](), dict[int, tuple[str, int, int]]()
        for place, line in enumerate(log):
            told, market = line.payload, market_of.get(number)
            match line.type:
                case "pin":
                    serving = told["team"]["id"] if serving == home else serving
                    home = told["team"]["id"]
                case "serving":
                    why = told["serving"]["why"]
                    if why == "bounce":
                        self.row(serving, market, line.at).bounces += 1
                    serving = told["serving"]["team"]["id"]
                case "status":
                    before, state = state, told["status"]["state"]
                    if told["status"]["conversation"] != number:
                        number, opened = told["status"]["conversation"], line.at
                        by = next(one.author for one in log[place:] if one.type == "message")
                        begun = self.row(serving, market_of[number], line.at).begun
                        begun.append((thread, str(by)))
                    elif before == "resolved" and state == "open":
                        self.row(resolver, market, line.at).reopened += 1
                    elif state == "resolved":
                        self.row(serving, market, line.at).resolved.append(line.at - opened)
                        resolver, waits = serving, None
                        if asked is not None:
                            self.promise(thread, *asked, end=line.at, kept=False)
                        asked = None
                case "rating":
                    rating = told["rating"]
                    # Conversations are rated after their end: in these histories at once.
                    ratings[rating["conversation"]] = (resolver, line.at, rating["score"])
                case "message":
                    self.row(serving, market, line.at).said.append(str(line.author))
                    if line.author == "customer":
                        if waits is None:
                            waits, asked = line.at, (line.seq, serving, market)
                    elif waits is not None and asked is not None:
                        self.promise(thread, *asked, end=line.at, kept=True)
                        asked = None
                        self.row(home, market, line.at).home_answers.append(why == "cover")
                        self.row(serving, market, line.at).covers_taken += why == "cover"
                        took = (line.at - waits, self._business(serving, waits, line.at))
                        row = self.row(serving, market, line.at)
                        (row.next if number in answered else row.first).append(took)
                        if number not in answered:
                            self.row(home, market, line.at).pinned.append(serving == home)
                        answered.add(number)
                        waits = None
                case _:
                    pass
        if asked is not None:
            self.promise(thread, *asked, end=None, kept=False)
        for number, (team, at, score) in ratings.items():
            self.row(team, market_of[number], at).scores.append(score)


# ── random histories ─────────────────────────────────────────────────────────────────────────────


class History:
    """Customers and agents who do something at random, minute by minute."""

    def __init__(self, ctx: Context, cast: Cast, clock: SetClock, bea: Agent, seed: int) -> None:
        self.ctx, self.cast, self.clock = ctx, cast, clock
        self.agents = (cast.bo, cast.mia, cast.ravi, bea)
        self.teams = (cast.spokane, cast.tampa)
        self.random = random.Random(seed)
        self.known: dict[str, str | None] = {}
        self.threads: dict[str, str] = {}
        self.markets: dict[str, dict[int, str | None]] = defaultdict(dict)
        self.told = Told()

    async def _say(self, who: Customer, body: str) -> None:
        sent = await say(self.ctx, who, body)
        if sent.promise is not None:
            self.told.due[who.thread, sent.seq] = to_ms(sent.promise.expect_by)

    async def _cover(self, who: Customer, agent: Agent, team: str) -> None:
        """A team covers; somebody of it answers, if it is there."""
        draft = CoverDraft(team, "swamped")
        await self._say(who, "Is anybody there?")
        await cover.cover(self.ctx, agent, thread=who.thread, draft=draft)
        self.clock.pass_(self.random.choice((3, 70)) * MINUTE)
        await answer(self.ctx, self.agents[3], who.thread, "We cover")

    async def _timers(self) -> None:
        """What the server does every second: promises lapse, leases end."""
        self.told.looks.append(self.clock.now)
        while await break_due(self.ctx):
            pass
        while await return_due(self.ctx):
            pass

    async def customer(self) -> Customer:
        """One of six, with a token of this moment; the region may be another one than before."""
        sub = f"c{self.random.randrange(6)}"
        region = self.random.choice(REGIONS) if self.random.random() < 0.3 else None
        who = await arrive(self.ctx, sub, region=region)
        self.known[sub] = region or self.known.get(sub)
        self.threads[sub] = who.thread
        return who

    async def step(self) -> None:
        """Something happens, or is refused."""
        self.clock.pass_(self.random.choice((1, 1, 2, 2, 7, 7, 30, 90, 600, 3_000)) * MINUTE)
        who, agent, luck = await self.customer(), self.random.choice(self.agents), self.random
        thread, ctx = who.thread, self.ctx
        await self._timers()
        team = luck.choice(self.teams)
        acts: list[Callable[[], Any]] = [
            lambda: self._say(who, "Hello"),
            lambda: self._say(who, "Hello?"),
            lambda: answer(ctx, agent, thread, "Hi"),
            lambda: answer(ctx, agent, thread, "Done"),
            lambda: states.resolve(ctx, agent, thread=thread),
            lambda: states.reopen(ctx, agent, thread=thread),
            lambda: states.snooze(ctx, agent, thread=thread, until=self.clock.now + 20 * MINUTE),
            lambda: assignment.take(ctx, agent, thread=thread),
            lambda: handover.transfer(
                ctx, agent, thread=thread, team=luck.choice(self.teams), reason="roaming"
            ),
            lambda: handover.repin(
                ctx, self.cast.mia, thread=thread, team=luck.choice(self.teams), reason="moved"
            ),
            lambda: states.wake_due(ctx),
            lambda: self._cover(who, agent, team),
            lambda: cover.hand_back(ctx, agent, thread=thread, note=None),
        ]
        try:
            await luck.choices(acts, weights=(5, 3, 6, 2, 4, 1, 1, 1, 2, 1, 1, 8, 1))[0]()
            if luck.random() < 0.5:
                number = max(self.markets[who.id], default=1)
                await rate(ctx, who, number=number, draft=RatingDraft(luck.randint(1, 5)))
        except PinboxError:
            pass
        await self._note(who)

    async def _note(self, who: Customer) -> None:
        """A conversation that is new now has the market that is known now."""
        books = await audit_books(self.ctx)
        number = books.threads[who.thread].conversation
        if number:
            self.markets[who.id].setdefault(number, self.known[who.id])


def borders(first: date, last: date, by: str) -> list[tuple[date, date]]:
    """The periods, day by day, by asking of each whether it is of the same as the one before."""
    names: dict[str, Callable[[date], Any]] = {
        "day": lambda day: day,
        "week": lambda day: day.isocalendar()[:2],
        "month": lambda day: (day.year, day.month),
        "total": lambda _: 0,
    }
    found: list[tuple[date, date]] = []
    day = first
    while day <= last:
        if found and names[by](found[-1][1]) == names[by](day):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
        day += timedelta(days=1)
    return found


async def compare(
    ctx: Context,
    question: Question,
    zones: dict[str, str],
    recount: Callable[[Recount], None],
    business: Callable[[str, int, int], int],
    told: Told | None = None,
) -> int:
    """The report equals the recount, row by row; how many rows there were."""
    periods = borders(question.first, question.last, question.by)

    def key(team: str, market: str | None, at: int) -> Any:
        if question.team not in {None, team}:
            return None
        if question.market and not f"{market}-".startswith(f"{question.market}-"):
            return None
        day = datetime.fromtimestamp(at / 1000, ZoneInfo(zones[team])).date()
        period = [one for one in periods if one[0] <= day <= one[1]]
        if not period:
            return None
        short = "unknown" if market is None else "-".join(market.split("-")[:2])
        of_team = team if "team" in question.per else None
        return (*period[0], of_team, short if "market" in question.per else None)

    expected = Recount(key, business, told or Told())
    recount(expected)
    expected.rows.pop(None, None)
    found = await report(ctx, OPERATOR, question)
    shown = {
        (row.first, row.last, row.team and row.team.id, row.market): msgspec.to_builtins(row)
        for row in found.items
    }
    assert len(shown) == len(found.items)
    assert shown.keys() == expected.rows.keys()
    for place, row in expected.rows.items():
        counted = row.told()
        assert {name: shown[place][name] for name in counted} == counted, place
    return len(shown)


@pytest.mark.parametrize(
    "seed", [0, 2, *(pytest.param(n, marks=pytest.mark.prove) for n in (1, 3))]
)
async def test_reports_equal_a_recount_of_the_logs(
    ctx: Context, cast: Cast, clock: SetClock, seed: int
) -> None:
    bea = await hire(ctx, "Bea", cast.spokane, cast.tampa)
    week = read_weekly("mon-fri 08:00-20:00")
    await set_weekly(ctx, OPERATOR, team=cast.spokane, weekly=week)
    await set_weekly(ctx, OPERATOR, team=cast.tampa, weekly=week)
    for team, other in ((cast.spokane, "tampa"), (cast.tampa, "spokane")):
        change = RulesChange(promise_target_minutes=60, cover="cover", cover_by=(other,))
        await set_rules(ctx, OPERATOR, team=team, change=change)
    history = History(ctx, cast, clock, bea, seed)
    began = datetime.fromtimestamp(clock.now / 1000, UTC).date()
    for _ in range(120):
        await history.step()
    books = await audit_books(ctx)
    zones = {cast.spokane: ZONES["spokane"], cast.tampa: ZONES["tampa"]}

    def recount(into: Recount) -> None:
        for sub, thread in history.threads.items():
            into.read(thread, books.logs[thread], history.markets[sub])

    def business(team: str, since: int, until: int) -> int:
        return minutes_open(since, until, zones[team])

    last = datetime.fromtimestamp(clock.now / 1000, UTC).date()
    whole = Question(began - timedelta(days=1), last)
    asked = [
        msgspec.structs.replace(whole, by=by, per=per)
        for by, per in (
            ("total", "team"), ("total", "all"), ("day", "all"), ("day", "team"),
            ("week", "team_market"), ("month", "market"),
        )
    ]  # fmt: skip
    asked += [
        msgspec.structs.replace(whole, by="day", team=cast.tampa),
        msgspec.structs.replace(whole, market="US-WA", per="market"),
        msgspec.structs.replace(whole, market="US-WA-SEA", per="team"),
        Question(began + timedelta(days=2), began + timedelta(days=9), by="day"),
    ]
    rows = [await compare(ctx, one, zones, recount, business, history.told) for one in asked]
    assert min(rows[:6]) > 0
    assert rows[3] > 10, "these histories go over many days"
    (all_,) = (await report(ctx, OPERATOR, msgspec.structs.replace(whole, per="all"))).items
    assert 0 < all_.promises_kept < all_.promises, "some are kept, and some broken"
    assert all_.covers_taken, "and some were answered under cover"


async def test_who_may_ask_for_what(ctx: Context, cast: Cast) -> None:
    today = date(2026, 11, 22)
    kim = await hire(ctx, "Kim", cast.spokane, role="lead")
    for sub, region, agent in (("ana", "US-WA", cast.bo), ("luis", "US-FL", cast.ravi)):
        who = await arrive(ctx, sub, region=region)
        await say(ctx, who, "Hello")
        await answer(ctx, agent, who.thread, "Hi")
    mine = (await report(ctx, kim, Question(today, today, per="team_market"))).items
    assert [(row.team and row.team.key, row.market) for row in mine] == [("spokane", "US-WA")]
    assert len((await report(ctx, cast.mia, Question(today, today))).items) == 2
    (all_,) = (await report(ctx, kim, Question(today, today, per="all"))).items
    assert (all_.messages_in, all_.messages_out, all_.team) == (1, 1, None)
    with pytest.raises(Forbidden):
        await report(ctx, cast.bo, Question(today, today))
    with pytest.raises(NotFound):
        await report(ctx, kim, Question(today, today, team=cast.tampa))


@pytest.mark.parametrize(
    ("first", "last", "market", "path"),
    [
        ("2026-11-22", "2026-11-21", None, "to"),
        ("2025-11-22", "2026-11-23", None, "to"),
        ("1969-12-31", "1970-01-01", None, "from"),
        ("2026-11-22", "2026-11-22", "Washington", "market"),
    ],
)
@pytest.mark.usefixtures("cast")
async def test_what_is_wrong_is_named(
    ctx: Context, first: str, last: str, market: str | None, path: str
) -> None:
    question = Question(date.fromisoformat(first), date.fromisoformat(last), market=market)
    with pytest.raises(BadRequest) as refused:
        await report(ctx, OPERATOR, question)
    assert [one.path for one in refused.value.errors] == [path]
