"""The promises under anything that customers, agents, admins, clocks and restarts can do.

A machine makes random calls, some at once, and after each compares the database with a plain model
and with a recount of its own logs. Followers read their streams with any page size all the while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    rule,
    run_state_machine_as_test,
)

from inbox.core.errors import Conflict, NotFound
from inbox.flows import agents, assignment, handover, notes, receipts, states
from inbox.flows.send import Draft, Sent, send
from tests.cast import OPERATOR
from tests.engines import Database
from tests.flows.machine import AGENTS, Machine, customers
from tests.flows.model import Line, Refusal
from tests.flows.stage import DAY, HOUR, MINUTE, set_stage

people = st.sampled_from([*AGENTS, "bea", "bea"])  # who sees everything
client_ids = st.integers(1, 15).map(str)
bodies = st.sampled_from(["Hello", "And?"])
team_names = st.sampled_from(["spokane", "tampa"])
sizes = st.integers(1, 4)
ACTS = ("take", "assign", "release", "snooze", "reopen", *["resolve", "transfer"] * 3)


class Promises(Machine):
    """Anything goes; what was promised stays true."""

    @rule(name=customers, client_id=client_ids, body=bodies)
    def say(self, name: str, client_id: str, body: str) -> None:
        """A customer writes, or sends again."""
        line = self.line(name)
        sent = line.repeat("customer", client_id, "message", body)
        refusal = line.customer_says(now=self.now) if sent == 0 else None
        self._sent(
            name, "customer", sent, refusal, client_id, body, self._saying(name, client_id, body)
        )

    def _saying(self, name: str, client_id: str, body: str) -> Coroutine[Any, Any, Sent]:
        return self.stage.say(self.who[name], client_id, body)

    def _sent(
        self,
        name: str,
        sender: str,
        repeated: Refusal | int,
        refusal: Refusal,
        client_id: str,
        body: str,
        act: Coroutine[Any, Any, Sent],
    ) -> None:
        line = self.lines[name]
        found = self.expect(repeated if isinstance(repeated, type) else refusal, act)
        if found is None:
            return
        assert found.duplicate == (repeated != 0)
        if found.duplicate:
            assert found.seq == repeated
            return
        self._stored(line, sender, client_id, body, found)

    def _stored(self, line: Line, sender: str, client_id: str, body: str, sent: Sent) -> None:
        line.known[sender, client_id] = ("message", body, sent.seq)
        line.said.append((sender, body))
        if sender == "customer":
            line.last_customer_seq = sent.seq

    @rule(name=customers, client_id=client_ids, other=client_ids)
    def say_many_at_once(self, name: str, client_id: str, other: str) -> None:
        """Five tries of one message and five of another, on several devices at once."""
        line = self.line(name)
        self.stage.clock.pass_(1)
        known = dict(line.known)
        drafts = [(one, f"At once {one}") for one in (client_id, other) for _ in range(5)]

        async def all_at_once() -> list[Sent | BaseException]:
            tries = (self._saying(name, one, body) for one, body in drafts)
            return await asyncio.gather(*tries, return_exceptions=True)

        told = self.run(all_at_once())
        first = {}
        for (one, body), answer in zip(drafts, told, strict=True):
            before = known.get(("customer", one))
            if before is not None and before[1] != body:
                assert isinstance(answer, Conflict)
                continue
            assert isinstance(answer, Sent)
            if not answer.duplicate:
                assert before is None
                assert one not in first, "stored twice"
                first[one] = answer
            assert answer.seq == (before[2] if before else answer.seq)
        for one, answer in sorted(first.items(), key=lambda pair: pair[1].seq):
            assert line.customer_says(now=self.stage.clock.now) is None
            self._stored(line, "customer", one, f"At once {one}", answer)

    @rule(name=customers, upto=st.integers(-1, 60), kind=st.sampled_from(["ack", "read"]))
    def customer_marks(self, name: str, upto: int, kind: str) -> None:
        """A device says how far it is."""
        self.line(name)
        who = self.who[name]
        self.expect(
            None, getattr(receipts, kind)(self.stage.ctx, who, thread=who.thread, upto=upto)
        )

    # ── agents ───────────────────────────────────────────────────────────────────────────────────

    @rule(
        name=customers,
        agent=people,
        client_id=client_ids,
        body=bodies,
        fresh=st.booleans(),
        force=st.booleans(),
    )
    def reply(
        self, name: str, agent: str, client_id: str, body: str, *, fresh: bool, force: bool
    ) -> None:
        """An agent answers, perhaps without having seen everything."""
        line, who = self.line(name), self.agent(agent)
        key, seen = f"SECRET-{client_id}", line.last_customer_seq - (not fresh)
        sent = line.repeat(who.id, key, "message", body)
        refusal = None
        if sent == 0:
            refusal = line.agent_says(who.id, now=self.now, seen=seen, force=force)
        draft = Draft(key, body, seen_seq=seen, force=force)
        act = send(self.stage.ctx, who, thread=self.who[name].thread, draft=draft)
        self._sent(name, who.id, sent, refusal, key, body, act)

    @rule(name=customers, agent=people, client_id=client_ids, body=bodies)
    def note(self, name: str, agent: str, client_id: str, body: str) -> None:
        """An agent writes for the team alone."""
        line, who = self.line(name), self.agent(agent)
        key, text = f"SECRET-{client_id}", f"SECRET {body}"
        known = line.repeat(who.id, key, "note", text)
        refusal = known if isinstance(known, type) else None
        if known == 0 and not line.sees(who.id):
            refusal = NotFound
        found = self.expect(
            refusal,
            notes.note(self.stage.ctx, who, thread=self.who[name].thread, client_id=key, body=text),
        )
        if found is not None:
            assert found.duplicate == (known != 0)
            line.known.setdefault((who.id, key), ("note", text, found.seq))
            assert line.known[who.id, key][2] == found.seq

    @rule(name=customers)
    def take_all_at_once(self, name: str) -> None:
        """Every agent who sees it claims it, twice."""
        line = self.line(name)
        crew = [self.agent(one) for one in AGENTS if line.sees(self.agent(one).id)] * 2
        self.stage.clock.pass_(1)

        async def all_at_once() -> list[object]:
            thread = self.who[name].thread
            takes = (assignment.take(self.stage.ctx, who, thread=thread) for who in crew)
            return await asyncio.gather(*takes, return_exceptions=True)

        told = self.run(all_at_once())
        winners = {who.id for who, one in zip(crew, told, strict=True) if type(one) is not Conflict}
        if line.state not in {"open", "snoozed"}:
            assert not winners
        elif line.holder is not None:
            assert winners <= {line.holder}
        else:
            assert len(winners) == 1
            line.holder = winners.pop()

    @rule(
        name=customers,
        agent=people,
        kind=st.sampled_from(ACTS),
        team=team_names,
        to=people,
        minutes=st.sampled_from([-1, 0, 1, 90]),
    )
    def act(self, name: str, agent: str, kind: str, team: str, to: str, minutes: int) -> None:
        """An agent does one of the things that agents do to a conversation."""
        line, who, ctx = self.line(name), self.agent(agent), self.stage.ctx
        thread, until, other = self.who[name].thread, self.now + minutes * MINUTE, self.agent(to)
        refusal: Refusal
        doing: Coroutine[Any, Any, object]
        match kind:
            case "take":
                refusal = line.take(who.id)
                doing = assignment.take(ctx, who, thread=thread)
            case "assign":
                refusal = line.assign(who.id, other.id)
                doing = assignment.assign(ctx, who, thread=thread, agent=other.id)
            case "release":
                refusal = line.release(who.id)
                doing = assignment.release(ctx, who, thread=thread)
            case "snooze":
                refusal = line.snooze(who.id, until=until, now=self.now)
                doing = states.snooze(ctx, who, thread=thread, until=until)
            case "resolve":
                refusal = line.resolve(who.id, now=self.now)
                doing = states.resolve(ctx, who, thread=thread)
            case "reopen":
                refusal = line.reopen(who.id)
                doing = states.reopen(ctx, who, thread=thread)
            case _:
                refusal = line.transfer(who.id, self.team(team))
                doing = handover.transfer(
                    ctx, who, thread=thread, team=self.team(team), reason="SECRET reason"
                )
        self.expect(refusal, doing)

    @rule(data=st.data())
    def act_again(self, data: st.DataObject) -> None:
        """The same, so that half of what happens is this."""
        self.act(
            data.draw(customers),
            "bea",
            data.draw(st.sampled_from(ACTS)),
            data.draw(team_names),
            data.draw(people),
            90,
        )

    @rule(name=customers, team=team_names)
    def repin(self, name: str, team: str) -> None:
        """To another home."""
        line = self.line(name)
        self.expect(
            line.repin(self.team(team)),
            handover.repin(
                self.stage.ctx,
                OPERATOR,
                thread=self.who[name].thread,
                team=self.team(team),
                reason="SECRET reason",
            ),
        )

    @rule(
        name=customers,
        agent=people,
        upto=st.integers(-1, 60),
        kind=st.sampled_from(["ack", "read"]),
    )
    def agent_marks(self, name: str, agent: str, upto: int, kind: str) -> None:
        """An agent says how far they are."""
        line, who = self.line(name), self.agent(agent)
        self.expect(
            None if line.sees(who.id) else NotFound,
            getattr(receipts, kind)(self.stage.ctx, who, thread=self.who[name].thread, upto=upto),
        )

    # ── time and process ─────────────────────────────────────────────────────────────────────────

    @rule(ms=st.sampled_from([1000, MINUTE, 2 * HOUR, 4 * DAY, -MINUTE, -3 * HOUR]))
    def time_passes(self, ms: int) -> None:
        """Or steps back. Who sleeps may wake."""
        self.stage.clock.pass_(ms)
        self.run(states.wake_due(self.stage.ctx))
        for line in self.lines.values():
            line.wake(self.stage.clock.now)

    @rule(name=customers, chance=st.integers(0, 7))
    def rarely(self, name: str, chance: int) -> None:
        """The process ends and another begins, or an admin signs a customer out."""
        if chance == 0:
            self.run(self.stage.reopen())
        elif chance < 3:
            line = self.line(name)
            self.expect(None, agents.sign_out_customer(self.stage.ctx, OPERATOR, customer=name))
            line.signed_out = max(line.signed_out, self.stage.now_s + 1)

    # ── followers ────────────────────────────────────────────────────────────────────────────────

    @rule(name=customers, size=sizes)
    def follow_thread(self, name: str, size: int) -> None:
        """A customer reads on."""
        self.line(name)
        self._follow(self.followers[name], size)

    @rule(team=team_names, size=sizes)
    def follow_team(self, team: str, size: int) -> None:
        """A desk reads on, and is shown nothing of what its team no longer sees."""
        self._follow(self.followers[self.team(team)], size)


async def prove(database: Database, folder: Path, *, examples: int, steps: int) -> None:
    """Run the machine on a stage of its own, on this loop."""
    async with set_stage(database, folder) as stage:
        Promises.loop = asyncio.get_running_loop()
        Promises.stage = stage
        Promises.bea = await stage.agent("Bea", stage.spokane, stage.tampa)
        await asyncio.to_thread(
            run_state_machine_as_test,
            Promises,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


async def test_whatever_happens(database: Database, tmp_path: Path) -> None:
    # The engines differ in races, not in these rules: the slow one tells fewer stories.
    examples = 40 if database.kind == "sqlite" else 12
    await prove(database, tmp_path, examples=examples, steps=50)


@pytest.mark.prove
async def test_whatever_happens_for_long(database: Database, tmp_path: Path) -> None:
    await prove(database, tmp_path, examples=300, steps=80)
