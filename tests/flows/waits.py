"""Waits and promises told again, slowly: every wait as a raw line, every answer counted anew."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

import msgspec

from inbox.core.hours import ALWAYS, Hours, business_ms, next_open
from inbox.core.promise import (
    WINDOW_DAYS,
    Basis,
    Facts,
    Promised,
    bucket_of,
    day_of,
    hour_of_week,
    promise,
)


class Wait(msgspec.Struct):
    """A customer who waits: since when, for what, and what they were told."""

    since: int
    basis: Basis
    team: str
    promise: int | None = None
    """Its place in the ledger."""


class Line(msgspec.Struct):
    """One promise of the ledger."""

    thread: str
    team: str
    due: int
    state: str = "waiting"


class Sample(msgspec.Struct, frozen=True):
    """An answered wait in business time, and from when it counts."""

    team: str
    basis: Basis
    counted: int
    waited: int


class Team(msgspec.Struct, frozen=True):
    """A team as far as promises go."""

    zone: ZoneInfo
    hours: Hours = ALWAYS
    target: int | None = None


class Reference:
    """What the ledger and the counts should hold."""

    def __init__(self, teams: dict[str, Team]) -> None:
        self.teams = teams
        self.serving: dict[str, str] = {}
        self.waits: dict[str, Wait] = {}
        self.answered: set[str] = set()
        """Threads whose open conversation has had its first answer."""
        self.open: set[str] = set()
        self.ledger: list[Line] = []
        self.samples: list[Sample] = []
        self.settled: Counter[tuple[str, str, int]] = Counter()

    def wrote(self, thread: str, home: str, *, at: int) -> Promised | None:
        """A customer writes; what they are told where their wait begins."""
        team = self.serving.setdefault(thread, home)
        basis: Basis = "next" if thread in self.open else "first"
        self.open.add(thread)
        if thread in self.waits:
            return None
        ahead = sum(self.serving[other] == team for other in self.waits)
        wait = self.waits[thread] = Wait(at, basis, team)
        said = self.expect(team, basis, ahead=ahead, at=at)
        if said is not None:
            wait.promise = len(self.ledger)
            self.ledger.append(Line(thread, team, said.due))
        return said

    def expect(self, team: str, basis: Basis, *, ahead: int, at: int) -> Promised | None:
        """The rule, on facts that are counted from the raw samples."""
        one = self.teams[team]
        opens = next_open(one.hours, at)
        if opens is None:
            return None
        hour, today = hour_of_week(one.zone, opens), day_of(one.zone, at)
        known = [
            sample
            for sample in self.samples
            if sample.team == team
            and hour_of_week(one.zone, sample.counted) == hour
            and day_of(one.zone, sample.counted) > today - WINDOW_DAYS
        ]
        counts = Counter(bucket_of(one.waited) for one in known if one.basis == basis)
        days = {day_of(one.zone, sample.counted) for sample in known}
        facts = Facts(tuple(sorted(counts.items())), len(known), len(days))
        return promise(facts, hours=one.hours, at=at, basis=basis, target=one.target, ahead=ahead)

    def replied(self, thread: str, *, at: int) -> None:
        """An agent of the team that serves the thread answers."""
        first = thread not in self.answered
        if thread in self.waits:
            self.answered.add(thread)
            self._measure(thread, first=first, at=at)
        self._end(thread, "kept", at=at)
        self.open.add(thread)

    def resolved(self, thread: str, *, at: int) -> None:
        """The conversation ends, and the next one is served at home by a new first answer."""
        self._end(thread, "void", at=at)

    def timer(self, *, at: int) -> None:
        """What is over is broken."""
        for line in self.ledger:
            if line.state == "waiting" and line.due < at:
                self._settle(line, "broken", at=at)

    def _measure(self, thread: str, *, first: bool, at: int) -> None:
        wait, team = self.waits[thread], self.serving[thread]
        if wait.promise is not None and self.ledger[wait.promise].team != team:
            return
        hours = self.teams[team].hours
        counted = next_open(hours, wait.since)
        if counted is not None and counted <= max(at, wait.since):
            waited = business_ms(hours, counted, max(at, wait.since))
            self.samples.append(Sample(team, "first" if first else "next", counted, waited))

    def _end(self, thread: str, state: str, *, at: int) -> None:
        wait = self.waits.pop(thread, None)
        if wait is None or wait.promise is None:
            return
        line = self.ledger[wait.promise]
        if line.state == "waiting":
            self._settle(line, "broken" if line.due < at else state, at=at)

    def _settle(self, line: Line, state: str, *, at: int) -> None:
        line.state = state
        self.settled[line.team, state, day_of(self.teams[line.team].zone, at)] += 1

    def counts(self) -> dict[tuple[str, str, int, int, int], int]:
        """The rows of counts that there should be."""
        found: Counter[tuple[str, str, int, int, int]] = Counter()
        for one in self.samples:
            zone = self.teams[one.team].zone
            hour, day = hour_of_week(zone, one.counted), day_of(zone, one.counted)
            found[one.team, one.basis, hour, day, bucket_of(one.waited)] += 1
        for (team, state, day), count in self.settled.items():
            found[team, state, 0, day, 0] += count
        return dict(found)
