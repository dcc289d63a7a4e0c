"""Whoever has a conversation sees it: people move between teams while conversations wander.

The machine of cover, in teams that hand out by themselves, with agents who change teams, are
disabled and come back, and lose their duty, while leases begin and end.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from inbox.flows import agents as people
from inbox.flows import assignment, states
from inbox.flows.agents import AgentChange
from inbox.flows.context import roster
from inbox.flows.desk_views import summary
from inbox.flows.hand_out import hand_out
from inbox.store.engine import Tx
from inbox.store.queries import compile_query
from tests.cast import OPERATOR
from tests.engines import Database
from tests.flows.ledger import audit_books
from tests.flows.night import set_rules
from tests.flows.shift import tick
from tests.flows.stage import MINUTE
from tests.flows.test_cover_machine import AGENTS, TEAMS, Wandering, prove

FIRST = {"bo": "spokane", "mia": "spokane", "ravi": "tampa", "eva": "boise"}
NOBODY_IS_ON = compile_query("off", "UPDATE agents SET on_duty = FALSE, handed_at = NULL")

agents = st.sampled_from(AGENTS)
some_teams = st.lists(st.sampled_from(TEAMS), unique=True, max_size=2)
customers = st.sampled_from(["ana", "luis"])


class Moving(Wandering):
    """Wandering conversations among wandering people."""

    @initialize()
    def begin(self) -> None:
        """Everybody is where they belong, work is handed out, and one of each team is on duty."""
        super().begin()

        async def work(tx: Tx) -> None:
            await tx.execute(NOBODY_IS_ON)

        self.run(self.stage.ctx.store.write(work))
        self.stage.ctx.memory.forget()
        for name, team in FIRST.items():
            self._join(name, [team])
        for team in TEAMS:
            self._push(team, "push")
        for name in ("bo", "ravi"):
            self.duty(agent=name, on=True)

    def _join(self, name: str, teams: list[str]) -> None:
        ids = tuple(self.places[team] for team in teams)
        one = self.staff[name]
        change = AgentChange(teams=ids, disabled=False)
        self.may(people.change_agent(self.stage.ctx, OPERATOR, agent=one.id, change=change))
        self.staff[name] = msgspec.structs.replace(one, teams=frozenset(ids))

    def _push(self, team: str, handing: str) -> None:
        self.run(set_rules(self.stage.ctx, self.places[team], handing=handing, soft_limit=2))

    # ── what can happen besides ──────────────────────────────────────────────────────────────────

    @rule(agent=agents, teams=some_teams)
    def move(self, agent: str, teams: list[str]) -> None:
        """Somebody changes teams, perhaps into none."""
        self._join(agent, teams)
        self.settle()

    @rule(agent=agents)
    def disable(self, agent: str) -> None:
        """Somebody is disabled; what they had is somebody else's; then they come back."""
        one = self.staff[agent]
        change = AgentChange(disabled=True)
        self.may(people.change_agent(self.stage.ctx, OPERATOR, agent=one.id, change=change))
        self.settle()
        books = self.run(audit_books(self.stage.ctx))
        open_ones = [thread for thread in books.threads.values() if thread.state != "resolved"]
        assert all(thread.assignee_id != one.id for thread in open_ones)
        self._join(agent, [FIRST[agent]])

    @rule(team=st.sampled_from(TEAMS), handing=st.sampled_from(["pull", "push"]))
    def hand_otherwise(self, team: str, handing: str) -> None:
        """A lead changes how work is given."""
        self._push(team, handing)

    @rule(agent=agents, to=agents, name=customers)
    def assign(self, agent: str, to: str, name: str) -> None:
        """Somebody gives it to somebody."""
        act = assignment.assign(
            self.stage.ctx,
            self.staff[agent],
            thread=self.who[name].thread,
            agent=self.staff[to].id,
        )
        self.may(act)

    @rule(agent=agents, name=customers, act=st.sampled_from(["reopen", "snooze", "release"]))
    def turn(self, agent: str, name: str, act: str) -> None:
        """Somebody opens it again, puts it aside, or gives it up."""
        ctx, one, thread = self.stage.ctx, self.staff[agent], self.who[name].thread
        until = self.stage.clock.now + 40 * MINUTE
        if act == "reopen":
            self.may(states.reopen(ctx, one, thread=thread))
        elif act == "snooze":
            self.may(states.snooze(ctx, one, thread=thread, until=until))
        else:
            self.may(assignment.release(ctx, one, thread=thread))

    def settle(self) -> None:
        """What the server does, until there is nothing left to do: handing out is part of it."""
        super().settle()

        async def ticks() -> None:
            ctx = self.stage.ctx
            await states.wake_due(ctx)
            await tick(ctx)
            for team in (await roster(ctx)).teams:
                await hand_out(ctx, team)

        self.run(ticks())

    # ── what holds ───────────────────────────────────────────────────────────────────────────────

    @invariant()
    def all_is_well(self) -> None:
        """What holds for all, and: who has an open conversation is of a team that sees it."""
        super().all_is_well()
        if self.books is None:
            return
        by_id = {one.id: one for one in self.staff.values()}
        for thread in self.books.threads.values():
            note(f"{thread}")
            if thread.assignee_id is None or thread.state == "resolved":
                continue
            holder = by_id[thread.assignee_id]
            assert holder.teams & {thread.home_team, thread.serving_team}, "cannot see it"
            self.run(summary(self.stage.ctx, holder, thread=thread.id))


async def test_whoever_has_it_sees_it(database: Database, tmp_path: Path) -> None:
    await prove(database, tmp_path, examples=12, steps=40, machine=Moving)


@pytest.mark.prove
async def test_whoever_has_it_sees_it_for_long(database: Database, tmp_path: Path) -> None:
    await prove(database, tmp_path, examples=400, steps=60, machine=Moving)
