"""Whatever happens inside a team: nothing is stuck, nobody has too much, and no pin ever moves.

A machine lets customers write, agents come, go, answer and lose their connections, leads change
hours, rules and teams, and time pass by seconds or by nights. After each step the server has had
its look, and then the words of the product must hold, whatever the rules of the moment are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from inbox.core.duty import ACTIVE_MS, soft_limit
from inbox.core.errors import BadRequest, Conflict, NotFound, StaleView
from inbox.core.hours import business_ms, state
from inbox.core.policy import Agent, Customer
from inbox.core.shorthand import read_weekly
from inbox.flows import agents, assignment, duty, handover, hours, states
from inbox.flows.agents import AgentChange
from inbox.flows.context import roster
from inbox.flows.hand_out import hand_out
from inbox.flows.roster import Roster
from inbox.flows.send import Draft, send
from inbox.store.queries import Q, compile_query
from inbox.store.records import Thread, read_thread
from tests.cast import NOON, OPERATOR, look
from tests.engines import Database
from tests.flows.shift import on, set_rules, tick
from tests.flows.stage import HOUR, MINUTE, Stage, set_stage

T = TypeVar("T")

REFUSALS = (BadRequest, Conflict, NotFound, StaleView)
CUSTOMERS = tuple(f"c{n}" for n in range(6))
AGENTS = ("bo", "mia", "zoe", "ravi", "bea")
HOME = {"bo": ("spokane",), "mia": ("spokane",), "zoe": ("spokane",), "ravi": ("tampa",)}
WEEKS = (None, "daily 00:00-06:00", "mon-fri 08:00-20:00", "daily 03:00-05:00, 10:00-12:00")
_EMPTY = [
    compile_query("empty", f"DELETE FROM {table}")
    for table in (
        "team_items",
        "items",
        "conversations",
        "agent_reads",
        "milestones",
        "covers",
        "uploads",
        "callbacks",
        "promises",
        "threads",
        "customers",
        "duty",
        "team_hours",
        "team_rules",
    )
]
_OFF = compile_query(
    "off", "UPDATE agents SET on_duty = FALSE, disabled_at = NULL, handed_at = NULL"
)
_THREADS = compile_query("threads", Q.get_thread.sqlite.partition(" WHERE ")[0])

who = st.sampled_from(AGENTS)
whose = st.sampled_from(CUSTOMERS)
team_names = st.sampled_from(["spokane", "spokane", "tampa"])


class Hold(msgspec.Struct):
    """Somebody has a conversation whose customer waits: since when, as far as was seen."""

    agent: str
    since: int


class Floor(RuleBasedStateMachine):
    """Two teams at work."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    stage: ClassVar[Stage]
    crew: ClassVar[dict[str, Agent]]

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, Customer] = {}
        self.pins: dict[str, str] = {}
        self.holds: dict[str, Hold] = {}
        self.left: dict[str, int] = {}
        self.sockets: dict[str, int] = {}
        self.active: dict[str, set[str]] = {}
        self.seqs: dict[str, int] = {}
        self.number = 0

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for it on the stage's own loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(120)

    def attempt(self, coroutine: Coroutine[Any, Any, object]) -> None:
        """Do it, or be refused by a rule."""
        self.stage.clock.pass_(1)
        try:
            self.run(coroutine)
        except REFUSALS as error:
            note(f"refused: {error}")

    @initialize()
    def begin(self) -> None:
        """Nobody is there and nobody has written."""
        stage = self.stage
        stage.clock.now = NOON

        async def empty() -> None:
            async def work(tx: Any) -> None:
                for query in _EMPTY:
                    await tx.execute(query)
                await tx.execute(_OFF)

            await stage.ctx.store.write(work)
            stage.ctx.memory.forget()
            stage.ctx.memory.presence.__init__()  # type: ignore[misc]
            for name in AGENTS:
                await self._join(name, HOME.get(name, ("spokane", "tampa")))
            for number, name in enumerate(CUSTOMERS):
                region = "US-FL" if number == 0 else "US-WA"
                self.people[name] = await stage.arrive(name, region=region)
            # From where most can go wrong: few hands, and work that is handed out.
            few = {"soft_limit": 1, "hard_limit": 2, "take_back_after": 10}
            await set_rules(stage, stage.spokane, handing="push", **few)
            await set_rules(stage, stage.tampa, handing="pull", **few)
            await on(stage, self.crew["bo"], self.crew["mia"], self.crew["bea"])
            for name in ("bo", "mia"):
                stage.ctx.memory.presence.arrive(self.crew[name].id)
                self.sockets[name] = 1

        self.run(empty())

    async def _join(self, name: str, teams: tuple[str, ...]) -> None:
        ids = tuple(getattr(self.stage, team) for team in teams)
        change = AgentChange(teams=ids, disabled=False)
        await agents.change_agent(self.stage.ctx, OPERATOR, agent=self.crew[name].id, change=change)
        self.crew[name] = msgspec.structs.replace(self.crew[name], teams=frozenset(ids))

    # ── what happens ─────────────────────────────────────────────────────────────────────────────

    @rule(name=whose)
    def say(self, name: str) -> None:
        """A customer writes."""
        self.number += 1
        self.attempt(self.stage.say(self.people[name], f"m{self.number}"))

    @rule(names=st.lists(whose, min_size=2, max_size=6, unique=True))
    def say_at_once(self, names: list[str]) -> None:
        """Several write at the same moment."""
        self.number += 1

        async def all_of_them() -> None:
            await asyncio.gather(
                *(self.stage.say(self.people[name], f"m{self.number}") for name in names)
            )

        self.attempt(all_of_them())

    @rule(agent=who, name=whose, force=st.booleans())
    def reply(self, agent: str, name: str, *, force: bool) -> None:
        """An agent answers."""
        self.number += 1
        draft = Draft(f"a{self.number}", "Hi", seen_seq=10**9, force=force)
        thread = self.people[name].thread
        self.attempt(send(self.stage.ctx, self.crew[agent], thread=thread, draft=draft))

    @rule(
        agent=who,
        name=whose,
        act=st.sampled_from(["take", "take", "release", "resolve", "reopen", "snooze"]),
    )
    def act(self, agent: str, name: str, act: str) -> None:
        """An agent does something with a conversation."""
        ctx, one, thread = self.stage.ctx, self.crew[agent], self.people[name].thread
        doing: dict[str, Any] = {
            "take": lambda: assignment.take(ctx, one, thread=thread),
            "release": lambda: assignment.release(ctx, one, thread=thread),
            "resolve": lambda: states.resolve(ctx, one, thread=thread),
            "reopen": lambda: states.reopen(ctx, one, thread=thread),
            "snooze": lambda: states.snooze(
                ctx, one, thread=thread, until=self.stage.clock.now + 20 * MINUTE
            ),
        }
        self.attempt(doing[act]())

    @rule(agent=who, to=who, name=whose)
    def assign(self, agent: str, to: str, name: str) -> None:
        """An agent gives a conversation to another."""
        thread = self.people[name].thread
        one = self.crew[agent]
        self.attempt(assignment.assign(self.stage.ctx, one, thread=thread, agent=self.crew[to].id))

    @rule(agent=who, name=whose, team=team_names)
    def transfer(self, agent: str, name: str, team: str) -> None:
        """A bounce, or its end."""
        self.attempt(
            handover.transfer(
                self.stage.ctx,
                self.crew[agent],
                thread=self.people[name].thread,
                team=getattr(self.stage, team),
                reason="turn",
            )
        )

    @rule(agent=who, on=st.sampled_from([True, True, True, False]))
    def choose_duty(self, agent: str, *, on: bool) -> None:
        """On duty, or off."""
        self.attempt(duty.set_duty(self.stage.ctx, self.crew[agent], on=on))

    @rule(agent=who, is_open=st.booleans())
    def connect(self, agent: str, *, is_open: bool) -> None:
        """A socket opens, or is lost."""
        presence, one = self.stage.ctx.memory.presence, self.crew[agent].id
        if is_open:
            presence.arrive(one)
            self.sockets[agent] = self.sockets.get(agent, 0) + 1
        elif self.sockets.get(agent):
            presence.depart(one, at=self.stage.clock.now)
            self.sockets[agent] -= 1

    @rule(agent=who)
    def ask(self, agent: str) -> None:
        """A request comes."""
        self.stage.ctx.memory.presence.see(self.crew[agent].id, at=self.stage.clock.now)

    @rule(steps=st.sampled_from([(1, 1_000), (4, 20_000), (12, 30_000), (16, 2 * MINUTE)]))
    def pass_slowly(self, steps: tuple[int, int]) -> None:
        """Time passes, and the server looks all the while."""
        for _ in range(steps[0]):
            self.stage.clock.pass_(steps[1])
            # At each: what was taken back may have come round to the same agent by the end.
            self.look_and_judge()

    @rule(span=st.sampled_from([HOUR, 5 * HOUR, 14 * HOUR]))
    def pass_by_hours(self, span: int) -> None:
        """A night, between two looks."""
        self.stage.clock.pass_(span)

    @rule(span=st.sampled_from([MINUTE, 20 * MINUTE, 14 * HOUR]))
    def set_clock_back(self, span: int) -> None:
        """Somebody corrects the server's clock."""
        self.stage.clock.pass_(-span)
        self.left = {agent: min(gone, self.stage.clock.now) for agent, gone in self.left.items()}
        self._begin_anew()

    @rule(team=team_names, week=st.sampled_from(WEEKS))
    def change_hours(self, team: str, week: str | None) -> None:
        """A lead sets the hours anew."""
        weekly = None if week is None else read_weekly(week)
        place = getattr(self.stage, team)
        self.attempt(hours.set_weekly(self.stage.ctx, OPERATOR, team=place, weekly=weekly))
        self._begin_anew()

    @rule(
        team=team_names,
        handing=st.sampled_from(["pull", "push", "push"]),
        soft=st.sampled_from([0, 1, 2, 3]),
        more=st.sampled_from([0, 1]),
        after=st.sampled_from([0, 10, 30]),
    )
    def change_rules(self, team: str, handing: str, soft: int, more: int, after: int) -> None:
        """A lead sets the rules anew."""
        hard = soft + more if soft else 0
        place = getattr(self.stage, team)
        self.attempt(
            set_rules(
                self.stage,
                place,
                handing=handing,
                soft_limit=soft,
                hard_limit=hard,
                take_back_after=after,
            )
        )
        self._begin_anew()

    @rule(agent=who, teams=st.sampled_from([("spokane",), ("tampa",), ("spokane", "tampa"), ()]))
    def move(self, agent: str, teams: tuple[str, ...]) -> None:
        """An agent changes teams."""
        self.attempt(self._join(agent, teams))

    @rule(agent=who)
    def disable(self, agent: str) -> None:
        """An agent is disabled, and comes back another day."""
        change = AgentChange(disabled=True)
        one = self.crew[agent].id
        self.attempt(agents.change_agent(self.stage.ctx, OPERATOR, agent=one, change=change))
        self.run(tick(self.stage.ctx))
        self.look_and_judge()
        teams = HOME.get(agent, ("spokane", "tampa"))
        self.attempt(self._join(agent, teams))

    def _begin_anew(self) -> None:
        """What holds from now on is not held against what was before."""
        for hold in self.holds.values():
            hold.since = self.stage.clock.now

    # ── what holds ───────────────────────────────────────────────────────────────────────────────

    @invariant()
    def look_and_judge(self) -> None:
        """The server looks, and then nothing is where it should not be."""
        if not self.people:
            return
        at = self.stage.clock.now
        people, threads, on_duty, handed = self.run(self._look())
        assert on_duty == {one.id for one in people.agents.values() if one.on_duty}
        for agent in people.agents:
            if agent in on_duty:
                self.left.pop(agent, None)
            else:
                self.left.setdefault(agent, at)
        for thread in threads.values():
            note(f"{thread}")
            assert self.pins.setdefault(thread.id, thread.home_team) == thread.home_team
            self._judge_hold(thread, people, on_duty, at)
        self._judge_queues(threads, people, on_duty, at)
        self._judge_loads(threads, people, handed, at)

    async def _look(self) -> tuple[Roster, dict[str, Thread], set[str], dict[str, set[str]]]:
        """What the server does now; the people, the threads, who is on, who was handed what."""
        ctx = self.stage.ctx
        await states.wake_due(ctx)
        await tick(ctx)
        people = await roster(ctx)
        for team in people.teams:
            await hand_out(ctx, team)
        rows = await ctx.store.read(lambda tx: tx.fetch(_THREADS))
        threads = {row[0]: read_thread(row) for row in rows}
        on_rows = await look(ctx, "SELECT agent_id FROM duty WHERE on_since IS NOT NULL")
        handed: dict[str, set[str]] = {}
        for thread in threads.values():
            told = await look(
                ctx,
                "SELECT seq, payload FROM items WHERE thread_id = :thread AND type = 'assignee'"
                " AND seq > :seq ORDER BY seq",
                thread=thread.id,
                seq=self.seqs.get(thread.id, 0),
            )
            for seq, payload in told:
                self.seqs[thread.id] = seq
                one = msgspec.json.decode(payload)
                by_rule = one["reason"].partition(",")[0] in {"answered last", "least loaded"}
                if by_rule and thread.assignee_id == one["assignee"]["id"]:
                    handed.setdefault(one["assignee"]["id"], set()).add(thread.id)
        return people, threads, {row[0] for row in on_rows}, handed

    def _judge_hold(self, thread: Thread, people: Roster, on_duty: set[str], at: int) -> None:
        holder, team = thread.assignee_id, thread.serving_team
        if thread.state != "open" or thread.waiting_since is None or holder is None:
            assert thread.take_back_at is None
            self.holds.pop(thread.id, None)
            return
        hold = self.holds.get(thread.id)
        if hold is None or hold.agent != holder or thread.waiting_since > hold.since:
            hold = self.holds[thread.id] = Hold(holder, at)
        agent, own = people.agents[holder], people.rules_of(team)
        members = people.members[team] + people.members[thread.home_team]
        assert agent.disabled_at is None
        assert holder in members, "somebody who cannot see it"
        assert thread.left_by is None
        open_hours = people.hours_of(team)
        if state(open_hours, at) != "open":
            return
        assert thread.take_back_at is None or thread.take_back_at > at, "overdue"
        passed = business_ms(open_hours, hold.since, at)
        if holder in on_duty:
            longest = own.take_back_after * MINUTE
            assert not longest or passed < longest or hold.since == at
            return
        assert thread.take_back_at is not None, "stuck"
        gone = self.left[holder]
        if state(open_hours, gone) == "open":
            assert hold.since >= gone, "kept by somebody who has gone"
        assert passed < max(own.take_back_after, 5) * MINUTE

    def _judge_queues(
        self, threads: dict[str, Thread], people: Roster, on_duty: set[str], at: int
    ) -> None:
        loads = {agent: sum(1 for _ in _active(threads, agent, at=at)) for agent in people.agents}
        for thread in threads.values():
            if thread.state != "open" or thread.waiting_since is None or thread.assignee_id:
                continue
            own = people.rules_of(thread.serving_team)
            limit = soft_limit(own)
            free = {
                agent
                for agent in people.members[thread.serving_team]
                if agent in on_duty
                and agent != thread.left_by
                and (limit is None or loads[agent] < limit)
            }
            assert thread.last_agent_id not in free, "somebody who knows them is there"
            assert own.handing == "pull" or not free, "somebody has a hand free"

    def _judge_loads(
        self,
        threads: dict[str, Thread],
        people: Roster,
        handed: dict[str, set[str]],
        at: int,
    ) -> None:
        before, self.active = (
            self.active,
            {agent: set(_active(threads, agent, at=at)) for agent in people.agents},
        )
        for agent, given in handed.items():
            limits = [soft_limit(people.rules_of(team.id)) for team in people.teams_of(agent)]
            known = [limit for limit in limits if limit is not None]
            if not limits or len(known) < len(limits):
                continue
            still = self.active[agent] & before.get(agent, set())
            assert len(still | given) <= max(known), "handed more than the limit"


def _active(threads: dict[str, Thread], agent: str, *, at: int) -> Iterator[str]:
    for thread in threads.values():
        if thread.assignee_id == agent and thread.state == "open":
            quiet = at - (thread.last_message_at or 0) >= ACTIVE_MS
            if thread.waiting_since is not None or not quiet:
                yield thread.id


async def prove(database: Database, folder: Path, *, examples: int, steps: int) -> None:
    """Run the machine on a stage of its own, on this loop."""
    async with set_stage(database, folder) as stage:
        Floor.loop = asyncio.get_running_loop()
        Floor.stage = stage
        Floor.crew = {
            "bo": stage.bo,
            "mia": stage.mia,
            "zoe": await stage.agent("Zoe", stage.spokane),
            "ravi": stage.ravi,
            "bea": await stage.agent("Bea", stage.spokane, stage.tampa),
        }
        await asyncio.to_thread(
            run_state_machine_as_test,
            Floor,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


@pytest.mark.timeout(300)
async def test_nothing_is_stuck_whatever_happens(database: Database, tmp_path: Path) -> None:
    # The engines differ in races, not in these rules: the slow one tells fewer stories.
    examples = 10 if database.kind == "sqlite" else 5
    await prove(database, tmp_path, examples=examples, steps=30)


@pytest.mark.prove
async def test_nothing_is_stuck_for_long(database: Database, tmp_path: Path) -> None:
    await prove(database, tmp_path, examples=300, steps=60)
