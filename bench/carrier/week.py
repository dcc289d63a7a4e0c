"""Let the time of a carrier pass: customers write, agents answer, the rules do what they do."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench.carrier import shape
from bench.carrier.shape import DAY, MINUTE
from bench.carrier.world import Desk, World
from inbox.core.errors import PinboxError
from inbox.flows import duty, states
from inbox.flows.hand_out import hand_out
from inbox.flows.ledger import break_due
from inbox.flows.returning import return_due
from inbox.flows.send import Draft, send
from inbox.flows.storms import sweep_storms
from inbox.flows.taking_back import look_through_left, take_back_due
from inbox.store.engine import Row, Tx
from inbox.store.queries import compile_query

WAITING = compile_query(
    "carrier_waiting",
    """
-- Who waits for whom.
SELECT assignee_id, id, last_customer_seq FROM threads
WHERE assignee_id IS NOT NULL AND state = 'open' AND waiting_since IS NOT NULL
ORDER BY waiting_since""",
)
PINNED_WAITING = compile_query(
    "carrier_pinned_waiting",
    """
-- How many customers of a home team wait, whoever serves them.
SELECT COUNT(*) FROM threads
WHERE home_team = :team AND state = 'open' AND waiting_since IS NOT NULL""",
)
RESOLVE_AFTER = 20 * MINUTE
Act = Callable[[], Awaitable[None]]


@dataclass
class Week:
    """What is to come, by time, and what was counted that no report knows."""

    world: World
    chance: random.Random
    population: int
    ahead: list[tuple[int, int, Act]] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=itertools.count)
    refused: int = 0
    longest_queue: int = 0
    messages: int = 0
    _of: dict[str, tuple[int, int]] = field(default_factory=dict)

    def plan(self, at: int, act: Act) -> None:
        """Have something happen at a time."""
        heapq.heappush(self.ahead, (at, next(self.numbers), act))

    def watch(self, team: str, *, every: int, into: list[tuple[int, int]], since: int) -> None:
        """Note how many customers pinned to a team wait, again and again."""

        async def look() -> None:
            now = self.world.clock.now

            async def count(tx: Tx) -> int:
                return int((await tx.fetch(PINNED_WAITING, team=team))[0][0])

            into.append(((now - since) // MINUTE, await self.world.ctx.store.read(count)))
            self.plan(now + every, look)

        self.plan(since, look)

    def plan_arrivals(self, *, start: int, end: int, per_week: float, teams: range) -> None:
        """Customers who begin conversations, team by team."""
        for team in teams:
            stream = shape.arrivals(
                self.chance,
                start=start,
                end=end,
                offset=self.world.offset(team),
                per_week=per_week,
            )
            for at in stream:
                self.plan(at, self._begin(team))

    async def run(self, *, until: int) -> None:
        """Let time pass, minute by minute: first what is due in it, then what the server does."""
        clock = self.world.clock
        while clock.now < until:
            minute = clock.now + MINUTE
            while self.ahead and self.ahead[0][0] < minute:
                at, _, act = heapq.heappop(self.ahead)
                clock.now = max(clock.now, at)
                await act()
            clock.now = minute
            await self._look_after()
            await self._shifts()
            await self._work()

    # ── customers ────────────────────────────────────────────────────────────────────────────────

    def _begin(self, team: int) -> Act:
        async def act() -> None:
            number = self.chance.randrange(self.population)
            await self._write(team, number)

        return act

    async def _write(self, team: int, number: int) -> None:
        who = await self.world.arrive(team, number)
        draft = Draft(f"m{next(self.numbers)}", "Where is my bill, please?")
        await send(self.world.ctx, who, thread=who.thread, draft=draft)
        self.messages += 1
        self._of[who.thread] = (team, number)

    # ── agents ───────────────────────────────────────────────────────────────────────────────────

    async def _shifts(self) -> None:
        """Whoever's shift begins goes on duty; it ends by itself. Who is there is seen."""
        ctx, now = self.world.ctx, self.world.clock.now
        presence = ctx.memory.presence
        clocks = [now + self.world.offset(team) for team in range(len(self.world.team_ids))]
        for desk in self.world.desks.values():
            local = clocks[desk.team]
            opens, closes, days = desk.shift
            there = (local // DAY + 3) % 7 in days and opens <= local % DAY // MINUTE < closes
            if there:
                presence.see(desk.who.id, at=now)
                desk.on_ms += MINUTE
            if there != desk.on:
                desk.on = there
                if there:
                    await duty.set_duty(ctx, desk.who, on=True)

    async def _work(self) -> None:
        """Each agent on duty who is not busy begins with whoever has waited longest for them."""
        now, taken = self.world.clock.now, set[str]()

        async def look(tx: Tx) -> list[Row]:
            return await tx.fetch(WAITING)

        rows = await self.world.ctx.store.read(look)
        self.longest_queue = max(self.longest_queue, len(rows))
        for agent, thread, seen in rows:
            desk = self.world.desks[agent]
            if not desk.on or desk.busy_until > now or agent in taken:
                continue
            taken.add(agent)
            took = shape.work_ms(self.chance)
            desk.busy_until, desk.busy_ms = now + took, desk.busy_ms + took
            self.plan(now + took, self._answer(desk, thread, seen))

    def _answer(self, desk: Desk, thread: str, seen: int) -> Act:
        async def act() -> None:
            draft = Draft(f"m{next(self.numbers)}", "It went out today.", seen_seq=seen)
            try:
                await send(self.world.ctx, desk.who, thread=thread, draft=draft)
            except PinboxError:
                self.refused += 1  # taken back meanwhile, or the customer wrote: looked at anew
                return
            self.messages += 1
            now = self.world.clock.now
            team, number = self._of[thread]
            again = shape.again_ms(self.chance)
            if again is None:
                self.plan(now + RESOLVE_AFTER, self._resolve(desk, thread))
            else:
                self.plan(now + again, lambda: self._write(team, number))

        return act

    def _resolve(self, desk: Desk, thread: str) -> Act:
        async def act() -> None:
            try:
                await states.resolve(self.world.ctx, desk.who, thread=thread)
            except PinboxError:
                self.refused += 1  # it went elsewhere: who has it now resolves it

        return act

    # ── the server's own work ────────────────────────────────────────────────────────────────────

    async def _look_after(self) -> None:
        ctx = self.world.ctx
        await duty.forgive_absence(ctx)
        await duty.write_presence(ctx)
        await duty.end_due(ctx)
        await look_through_left(ctx)
        await take_back_due(ctx)
        await return_due(ctx)
        await sweep_storms(ctx)
        await break_due(ctx)
        for team in self.world.team_ids:
            await hand_out(ctx, team)
        await states.wake_due(ctx)
