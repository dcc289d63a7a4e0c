"""How fast teams answer and keep their word: counted as it happens, remembered for a minute.

Counts stand in rows by team, kind, hour of the team's week, day and bucket, so that nothing is ever
scanned and 28 days slide by forgetting old rows. They are written in the transaction of what they
count: a kill loses none. What a process knows of them is up to a minute old, how many wait up to
five seconds; of several that find it stale together, one looks and the others take what was known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Coroutine
from datetime import date, timedelta
from typing import Any, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from inbox.core.promise import (
    WINDOW_DAYS,
    Basis,
    Facts,
    State,
    bucket_of,
    day_of,
    hour_of_week,
    kept_rate,
    sample,
)
from inbox.flows.roster import Roster
from inbox.store.engine import Tx
from inbox.store.queries import Q

T = TypeVar("T")

FACTS_MS = 60_000
QUEUES_MS = 5_000


class _Kept(NamedTuple, Generic[T]):
    read_at: int
    value: T


class _Shelf(Generic[T]):
    """Values that are read anew when they are older than `lasts` ms."""

    def __init__(self, lasts: int) -> None:
        self._lasts = lasts
        self._held: dict[object, _Kept[T]] = {}

    def fresh(self, key: object, *, now: int) -> T | None:
        """What is known, unless it is too old; then who asks is to `renew` it."""
        held = self._held.get(key)
        if held is None:
            return None
        if not 0 <= now - held.read_at < self._lasts:
            # Whoever comes while this one looks takes what was known.
            self._held[key] = _Kept(now, held.value)
            return None
        return held.value

    async def renew(self, key: object, *, now: int, found: Coroutine[Any, Any, T]) -> T:
        """Wait for what is found, and keep it."""
        value = await found
        self._held[key] = _Kept(now, value)
        return value


class Measures:
    """What one process remembers of the counts."""

    def __init__(self) -> None:
        self._facts: _Shelf[dict[Basis, Facts]] = _Shelf(FACTS_MS)
        self._settled: _Shelf[dict[State, int]] = _Shelf(FACTS_MS)
        self._queues: _Shelf[dict[str, int]] = _Shelf(QUEUES_MS)

    async def facts(
        self, tx: Tx, people: Roster, team: str, *, basis: Basis, opens: int, now: int
    ) -> Facts:
        """What was measured of a team in the hour of its week in which `opens` lies."""
        zone = ZoneInfo(people.team(team).time_zone)
        hour = hour_of_week(zone, opens)
        known = self._facts.fresh((team, hour), now=now)
        if known is None:
            found = _read_facts(tx, team, hour=hour, today=day_of(zone, now))
            known = await self._facts.renew((team, hour), now=now, found=found)
        return known[basis]

    async def ahead(self, tx: Tx, team: str, *, now: int) -> int:
        """How many customers wait for a team."""
        known = self._queues.fresh("all", now=now)
        if known is None:
            known = await self._queues.renew("all", now=now, found=_read_queues(tx))
        return known.get(team, 0)

    async def settled(self, tx: Tx, people: Roster, team: str, *, now: int) -> dict[State, int]:
        """How many promises of a team ended in which way within 28 days."""
        known = self._settled.fresh(team, now=now)
        if known is None:
            today = day_of(ZoneInfo(people.team(team).time_zone), now)
            found = _read_settled(tx, team, today=today)
            known = await self._settled.renew(team, now=now, found=found)
        return known

    async def kept_rate(self, tx: Tx, people: Roster, team: str, *, now: int) -> float | None:
        """Which share of its promises a team kept within 28 days; none while they are few."""
        found = await self.settled(tx, people, team, now=now)
        return kept_rate(found["kept"], found["broken"])


async def _read_queues(tx: Tx) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in await tx.fetch(Q.waiting_by_team)}


async def _read_settled(tx: Tx, team: str, *, today: int) -> dict[State, int]:
    found: dict[State, int] = {"kept": 0, "broken": 0, "void": 0}
    rows = await tx.fetch(Q.settled_promises, team=team, after=today - WINDOW_DAYS)
    found.update((row[0], int(row[1])) for row in rows)
    return found


async def _read_facts(tx: Tx, team: str, *, hour: int, today: int) -> dict[Basis, Facts]:
    rows = await tx.fetch(Q.measured_waits, team=team, hour=hour, after=today - WINDOW_DAYS)
    days = {day for _, day, _, _ in rows}
    answered = sum(count for *_, count in rows)
    kinds: dict[Basis, Counter[int]] = {"first": Counter(), "next": Counter()}
    for kind, _, bucket, count in rows:
        kinds[kind][bucket] += count
    return {
        basis: Facts(tuple(sorted(found.items())), answered, len(days))
        for basis, found in kinds.items()
    }


class _Count(NamedTuple):
    """One row of the counts, without its count."""

    team: str
    kind: str
    hour: int
    day: int
    bucket: int


def count_wait(tx: Tx, people: Roster, team: str, *, basis: Basis, since: int, at: int) -> None:
    """A team has answered somebody who waited: one more sample, unless nothing was measured."""
    measured = sample(people.hours_of(team), since=since, at=at)
    if measured is None:
        return
    counted, waited = measured
    zone = ZoneInfo(people.team(team).time_zone)
    hour, day = hour_of_week(zone, counted), day_of(zone, counted)
    tx.at_end(_end_counts, _Count(team, basis, hour, day, bucket_of(waited)))


def count_settled(tx: Tx, people: Roster, team: str, state: State, *, at: int) -> None:
    """A promise of a team was kept, broken or made void."""
    day = day_of(ZoneInfo(people.team(team).time_zone), at)
    tx.at_end(_end_counts, _Count(team, state, 0, day, 0))


async def _end_counts(tx: Tx, counted: list[_Count]) -> None:
    """Add up and store, in one order for all: rows are shared, and held as briefly as can be."""
    rows = [{**one._asdict(), "count": count} for one, count in sorted(Counter(counted).items())]
    await tx.execute_many(Q.add_promise_count, rows)


def oldest_day(at: int) -> int:
    """The oldest day of which any team, wherever it is, needs the counts."""
    utc = date(1970, 1, 1) + timedelta(milliseconds=at)
    return utc.toordinal() - WINDOW_DAYS - 1
