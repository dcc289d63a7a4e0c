"""Whatever happens to conversations that wander between teams: what must hold after every step.

Customers write, agents answer, resolve, transfer, cover and hand back, storms come and go, people
go on and off duty, customers choose, leads pin anew, and the clock runs over openings and closings.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from inbox.core.cover import PATIENCE_MS
from inbox.core.errors import BadRequest, Conflict, NotFound
from inbox.core.events import CarePreference
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Customer
from inbox.core.storm import Helper
from inbox.flows import assignment, care, cover, duty, handover, states, storms
from inbox.flows.cover import CoverDraft
from inbox.flows.returning import return_due
from inbox.flows.storms import StormDraft
from inbox.flows.taking_back import look_through_left, take_back_due
from inbox.store.queries import compile_query
from tests.cast import NOON, OPERATOR, look
from tests.engines import Database
from tests.flows.ledger import Books, audit_books
from tests.flows.machine import EMPTY
from tests.flows.night import set_hours, set_rules, shown_to, urge
from tests.flows.stage import HOUR, MINUTE, Stage, set_stage
from tests.flows.test_queues import check_views

T = TypeVar("T")
AGENTS = ("bo", "mia", "ravi", "eva")
TEAMS = ("spokane", "tampa", "boise")
POLICY: dict[str, Any] = {"cover": "cover", "cover_by": ["tampa", "boise"]}
COVERS = (
    "SELECT id, thread_id, to_team, began_at, ends_at, ended_at, ended_why FROM covers ORDER BY id"
)
MORE_TO_EMPTY = [
    compile_query("empty", sql)
    for sql in (
        "DELETE FROM covers",
        "DELETE FROM storms",
        "DELETE FROM duty",
    )
]

names = st.sampled_from(["ana", "luis"])
agents = st.sampled_from(AGENTS)
teams = st.sampled_from(TEAMS)
hours = st.sampled_from([1, 3, 8, 24])


class Wandering(RuleBasedStateMachine):
    """The stage, whose customers are pinned where, and every lease that is over."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    stage: ClassVar[Stage]
    staff: ClassVar[dict[str, Agent]]
    places: ClassVar[dict[str, str]]

    def __init__(self) -> None:
        super().__init__()
        self.who: dict[str, Customer] = {}
        self.homes: dict[str, str] = {}
        self.over: dict[str, tuple[Any, ...]] = {}
        self.numbers = count(1)
        self.books: Books | None = None

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for it on the stage's own loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    def may(self, act: Coroutine[Any, Any, T]) -> T | None:
        """Do it, unless it cannot be done now."""
        self.stage.clock.pass_(1)
        try:
            return self.run(act)
        except (BadRequest, Conflict, NotFound):
            return None

    @initialize()
    def begin(self) -> None:
        """Night in Spokane, morning in Tampa; nobody has written."""

        async def empty() -> None:
            async def work(tx: Any) -> None:
                for query in (*MORE_TO_EMPTY, *EMPTY):
                    await tx.execute(query)

            await self.stage.ctx.store.write(work)
            self.stage.ctx.memory.forget()

        self.stage.clock.now = NOON
        self.run(empty())
        self.run(set_rules(self.stage.ctx, self.places["spokane"], **POLICY))
        for name in ("ana", "luis"):
            who = self.who[name] = self.run(self.stage.arrive(name, region="US-WA"))
            self.homes[who.thread] = self.places["spokane"]

    # ── what can happen ──────────────────────────────────────────────────────────────────────────

    @rule(name=names, urgent=st.booleans())
    def write(self, *, name: str, urgent: bool) -> None:
        """A customer writes: nothing that anybody did may refuse it."""
        self.stage.clock.pass_(1)
        who, client_id = self.who[name], self._id()
        self.run(urge(self.stage, who, client_id) if urgent else self.stage.say(who, client_id))

    def _id(self) -> str:
        return f"n{next(self.numbers)}"

    @rule(agent=agents, name=names)
    def answer(self, agent: str, name: str) -> None:
        """An agent answers."""
        self.may(self.stage.reply(self.staff[agent], self.who[name].thread, self._id()))

    @rule(agent=agents, name=names)
    def take(self, agent: str, name: str) -> None:
        """An agent makes it theirs."""
        self.may(assignment.take(self.stage.ctx, self.staff[agent], thread=self.who[name].thread))

    @rule(agent=agents, name=names)
    def resolve(self, agent: str, name: str) -> None:
        """The matter is settled."""
        self.may(states.resolve(self.stage.ctx, self.staff[agent], thread=self.who[name].thread))

    @rule(agent=agents, name=names, team=teams)
    def transfer(self, agent: str, name: str, team: str) -> None:
        """It is bounced."""
        who, thread = self.staff[agent], self.who[name].thread
        to = self.places[team]
        self.may(handover.transfer(self.stage.ctx, who, thread=thread, team=to, reason="theirs"))

    @rule(agent=agents, name=names, team=teams, hours=hours)
    def cover(self, agent: str, name: str, team: str, hours: int) -> None:
        """A person lets a team cover, or changes how long one does."""
        until = to_text(self.stage.clock.now + hours * HOUR)
        draft = CoverDraft(self.places[team], "swamped", until=until)
        who, thread = self.staff[agent], self.who[name].thread
        self.may(cover.cover(self.stage.ctx, who, thread=thread, draft=draft))

    @rule(agent=agents, name=names)
    def hand_back(self, agent: str, name: str) -> None:
        """A person ends it."""
        who, thread = self.staff[agent], self.who[name].thread
        self.may(cover.hand_back(self.stage.ctx, who, thread=thread, note=None))

    @rule(hours=hours)
    def storm(self, hours: int) -> None:
        """Spokane's new conversations spill: all of them, since shares go by ids made by chance."""
        until = to_text(self.stage.clock.now + hours * HOUR)
        draft = StormDraft((Helper(self.places["tampa"], 100),), "An outage", until=until)
        spokane = self.places["spokane"]
        self.may(storms.begin(self.stage.ctx, OPERATOR, team=spokane, draft=draft))

    @rule()
    def calm(self) -> None:
        """The storm is ended."""
        self.may(storms.end(self.stage.ctx, OPERATOR, team=self.places["spokane"]))
        self.settle()

    @rule(agent=agents, on=st.booleans())
    def duty(self, *, agent: str, on: bool) -> None:
        """Somebody comes or goes."""
        self.may(duty.set_duty(self.stage.ctx, self.staff[agent], on=on))
        self.settle()

    @rule(name=names, choice=st.sampled_from(["wait", "now"]))
    def choose(self, name: str, choice: Literal["wait", "now"]) -> None:
        """A customer is asked, and says it."""
        self.may(cover.answer(self.stage.ctx, self.who[name], choice=choice))

    @rule(name=names, preference=st.sampled_from(["team", "general"]))
    def care(self, name: str, preference: CarePreference) -> None:
        """A customer chooses general care, or their team again."""
        self.may(care.set_care(self.stage.ctx, self.who[name], preference=preference))

    @rule(policy=st.sampled_from(["wait", "cover", "ask"]))
    def policy(self, policy: str) -> None:
        """Spokane works in another way from now on."""
        self.may(set_rules(self.stage.ctx, self.places["spokane"], cover=policy))

    @rule(name=names, team=teams)
    def repin(self, name: str, team: str) -> None:
        """The one act that moves a pin."""
        thread, to = self.who[name].thread, self.places[team]
        act = handover.repin(self.stage.ctx, OPERATOR, thread=thread, team=to, reason="moved")
        before = self.homes[thread]
        self.may(act)
        if to != before:
            self.homes[thread] = to

    @rule(minutes=st.sampled_from([5, 20, 31, 120, 300, 600, 1440]))
    def time_passes(self, minutes: int) -> None:
        """Over openings and closings; then the timers look."""
        self.stage.clock.pass_(minutes * MINUTE)
        self.settle()

    @rule(minutes=st.sampled_from([1, 20, 61, 600]))
    def clock_is_set_back(self, minutes: int) -> None:
        """Somebody corrects the server's clock."""
        self.stage.clock.pass_(-minutes * MINUTE)
        self.settle()

    @rule(name=names, minutes=st.sampled_from([1, 14, 16, 29, 31, 61]))
    def talk_over_the_end(self, name: str, minutes: int) -> None:
        """A lease is about to end while the customer writes; the timers look some time later."""
        lease = self._leases().get(self.who[name].thread)
        if lease is not None:
            self.stage.clock.now = max(self.stage.clock.now, lease[4] - MINUTE)
        self.run(self.stage.say(self.who[name], self._id()))
        self.time_passes(minutes)

    def settle(self) -> None:
        """What the server does every second, until there is nothing left to do."""

        async def sweeps() -> None:
            ctx = self.stage.ctx
            while await storms.sweep_storms(ctx) or await return_due(ctx):
                pass
            await return_due(ctx)
            await look_through_left(ctx)
            await take_back_due(ctx)

        self.run(sweeps())

    # ── what holds ───────────────────────────────────────────────────────────────────────────────

    @invariant()
    def all_is_well(self) -> None:
        """Pins stand, leases end once and in time, and nobody waits where nobody looks."""
        if not self.who:
            return
        self.books = books = self.run(audit_books(self.stage.ctx))
        running = self._leases()
        for thread in books.threads.values():
            assert thread.home_team == self.homes[thread.id], "the pin moved by itself"
            lease = running.pop(thread.id, None)
            assert (thread.serving_why == "cover") == (lease is not None)
            if lease is not None:
                assert lease[2] == thread.serving_team
                # The end of a storm brings it forward, and touches no thread.
                assert lease[4] <= (thread.serving_until or 0)
            teams = {thread.home_team, thread.serving_team}  # who is at home may take it meanwhile
            members = {one.id for one in self.staff.values() if teams & one.teams}
            if thread.waiting_since is not None and thread.state == "open":
                assert thread.assignee_id is None or thread.assignee_id in members
        assert not running, "a lease runs of a thread that nobody covers"

    def _leases(self) -> dict[str, tuple[Any, ...]]:
        """Those that run, by thread."""
        running = dict[str, tuple[Any, ...]]()
        for row in self.run(look(self.stage.ctx, COVERS)):
            name, thread, _, began_at, ends_at, ended_at, _ = row
            if ended_at is None:
                assert name not in self.over, "a lease ended and runs again"
                assert thread not in running, "two leases of one thread"
                assert self.stage.clock.now <= ends_at + PATIENCE_MS + MINUTE, "it outlived its end"
                running[thread] = row
            else:
                assert self.over.setdefault(name, row) == row, "it ended twice"
                assert began_at <= ended_at
        return running

    @rule(team=teams)
    def replay(self, team: str) -> None:
        """A desk that reads all of its stream again sees nothing that is no longer its team's."""
        assert self.books is not None
        mine = self.places[team]
        for item in self.run(shown_to(self.stage, mine)):
            thread = self.books.threads[item["thread"]]
            if item["type"] == "withdrawn":
                assert set(item) == {"seq", "type", "at", "thread"}
            elif item["type"] != "left":
                assert mine in {thread.home_team, thread.serving_team}, json.dumps(item)

    def teardown(self) -> None:
        """Every list of everybody is what a plain reading finds: who waits is in a queue."""
        if self.books is not None:
            self.run(check_views(self.stage.ctx, self.books, list(self.staff.values()), 2))


async def prove(
    database: Database,
    folder: Path,
    *,
    examples: int,
    steps: int,
    machine: type[Wandering] = Wandering,
) -> None:
    """Run the machine on a stage of its own, on this loop."""
    async with set_stage(database, folder) as stage:
        boise = await stage.team("boise", "US-ID", "America/Boise")
        Wandering.loop, Wandering.stage = asyncio.get_running_loop(), stage
        Wandering.places = {"spokane": stage.spokane, "tampa": stage.tampa, "boise": boise}
        eva = await stage.agent("Eva", boise)
        Wandering.staff = {"bo": stage.bo, "mia": stage.mia, "ravi": stage.ravi, "eva": eva}
        await set_hours(stage.ctx, stage.spokane, "mon-sun 08:00-20:00")
        await set_hours(stage.ctx, stage.tampa, "mon-sun 07:00-19:00")
        await set_rules(stage.ctx, boise, general=True)
        await asyncio.to_thread(
            run_state_machine_as_test,
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


async def test_wherever_conversations_wander(database: Database, tmp_path: Path) -> None:
    # The engines differ in races, not in these rules: the slow one tells fewer stories.
    examples = 30 if database.kind == "sqlite" else 12
    await prove(database, tmp_path, examples=examples, steps=50)


@pytest.mark.prove
async def test_wherever_conversations_wander_for_long(database: Database, tmp_path: Path) -> None:
    await prove(database, tmp_path, examples=300, steps=60)
