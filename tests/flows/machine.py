"""The machine that compares the flows with a plain model: its stage, its followers, what holds.

What can happen are the rules of `test_promises`; here is what must be true after each of them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from inbox.core.errors import Unauthorized
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Customer
from inbox.flows.streams import Stream, page
from inbox.store.queries import compile_query
from tests.cast import NOON
from tests.flows.ledger import Books, audit_books
from tests.flows.model import Desk, Line, Refusal
from tests.flows.stage import Stage
from tests.flows.test_queues import check_views

T = TypeVar("T")

CUSTOMERS = ("ana", "luis")
AGENTS = ("bo", "mia", "ravi", "bea")
EMPTY = [
    compile_query("empty", sql)
    for sql in (
        "DELETE FROM team_items",
        "DELETE FROM items",
        "DELETE FROM conversations",
        "DELETE FROM milestones",
        "DELETE FROM promises",
        "DELETE FROM promise_counts",
        "DELETE FROM agent_reads",
        "DELETE FROM threads",
        "DELETE FROM customers",
        "UPDATE streams SET head = 0, floor = 0 WHERE id <> 'registry'",
        "UPDATE teams SET customers = 0",
    )
]

customers = st.sampled_from([*CUSTOMERS, "ana"])
regions = st.sampled_from([None, "US-WA", "US-FL"])


class Follower:
    """A client of one stream: where it is and what it has got so far."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.cursor = 0
        self.got: list[tuple[int, bytes]] = []


class Machine(RuleBasedStateMachine):
    """A stage, the model of each customer's thread, and what must hold after every step."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    stage: ClassVar[Stage]
    bea: ClassVar[Agent]

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, Line] = {}
        self.who: dict[str, Customer] = {}
        self.followers: dict[str, Follower] = {}
        self.books: Books | None = None

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for it on the stage's own loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    @initialize()
    def begin(self) -> None:
        """An empty inbox."""

        async def empty() -> None:
            async def work(tx: Any) -> None:
                for query in EMPTY:
                    await tx.execute(query)

            await self.stage.ctx.store.write(work)
            self.stage.ctx.memory.forget()

        self.run(empty())
        self.stage.clock.now = NOON
        stage = self.stage
        self.desk = Desk(
            stage.spokane,
            stage.tampa,
            {
                stage.spokane: {stage.bo.id, stage.mia.id, self.bea.id},
                stage.tampa: {stage.ravi.id, self.bea.id},
            },
        )
        for team in (stage.spokane, stage.tampa):
            self.followers[team] = Follower(Stream("team", team))

    def agent(self, name: str) -> Agent:
        """One of the agents."""
        found: Agent = self.bea if name == "bea" else getattr(self.stage, name)
        return found

    def team(self, name: str) -> str:
        """A team's id."""
        found: str = getattr(self.stage, name)
        return found

    def line(self, name: str) -> Line:
        """A customer's thread, begun where it has not."""
        if name not in self.lines:
            self.arrive(name, None, 0)
        return self.lines[name]

    def expect(self, refusal: Refusal, act: Coroutine[Any, Any, T]) -> T | None:
        """Do it; it must fail just as the model says."""
        self.stage.clock.pass_(1)
        if refusal is None:
            return self.run(act)
        with pytest.raises(refusal) as raised:
            self.run(act)
        assert raised.type is refusal
        return None

    @property
    def now(self) -> int:
        """What the next write will read from the clock (`expect` lets a millisecond pass)."""
        return self.stage.clock.now + 1

    @rule(name=customers, region=regions, age=st.sampled_from([0, 0, 0, 60, 3600]))
    def arrive(self, name: str, region: str | None, age: int) -> None:
        """A customer comes with a token, perhaps an old one."""
        self.stage.clock.pass_(1)
        iat = self.stage.now_s - age
        claims = {} if region is None else {"region": region}
        try:
            arrived = self.run(self.stage.arrive(name, iat=iat, **claims))
        except Unauthorized:
            assert name in self.lines
            assert not self.lines[name].arrive(iat=iat, region=region)
            return
        if name not in self.lines:
            home = self.desk.home_of(region)
            self.lines[name] = Line(self.desk, home, home, region, iat)
            self.followers[name] = Follower(Stream("thread", arrived.thread))
        else:
            assert arrived.thread == self.who[name].thread, "a second thread"
            assert self.lines[name].arrive(iat=iat, region=region), "let in, though signed out"
        self.who[name] = arrived

    def _follow(self, follower: Follower, size: int) -> bool:
        found = self.run(page(self.stage.ctx, follower.stream, since=follower.cursor, limit=size))
        for item in found.items:
            assert found.since < item.seq <= found.until
            if follower.stream.kind == "thread":
                assert b"SECRET" not in item.data
                assert b"snooze" not in item.data
            else:
                self._check_shown(follower.stream.id, json.loads(item.data))
            follower.got.append((item.seq, item.data))
        follower.cursor = found.until
        return found.more

    def _check_shown(self, team: str, item: dict[str, Any]) -> None:
        (name,) = (name for name, who in self.who.items() if who.thread == item["thread"])
        line = self.lines[name]
        if item["type"] == "withdrawn":
            assert team not in {line.home, line.serving}
            assert set(item) == {"seq", "type", "at", "thread"}
        elif item["type"] != "left":
            assert team in {line.home, line.serving}, "shown what is not the team's"

    # ── what holds ───────────────────────────────────────────────────────────────────────────────

    @invariant()
    def books_agree(self) -> None:
        """The database says what the model says, and what its own logs say."""
        self.books = books = self.run(audit_books(self.stage.ctx))
        assert len(books.threads) == len(self.lines)
        for name, line in self.lines.items():
            thread = books.threads[self.who[name].thread]
            note(f"{name}: {thread}")
            assert (thread.state, thread.conversation) == (line.state, line.number)
            assert (thread.home_team, thread.serving_team) == (line.home, line.serving)
            assert thread.assignee_id == line.holder
            assert thread.snoozed_until == line.until
            assert (thread.waiting_since is not None) == line.waits
            said = [
                ("customer" if one.author == "customer" else "agent", body_of(one.payload))
                for one in books.logs[thread.id]
                if one.type == "message"
            ]
            model = [(one if one == "customer" else "agent", body) for one, body in line.said]
            assert said == model

    def teardown(self) -> None:
        """Every follower reads to the end: each has got its whole view once, in order."""
        if self.books is None:
            return
        for follower in self.followers.values():
            while self._follow(follower, 3):
                pass
            if follower.stream.kind == "thread":
                got = [(seq, json.loads(data)) for seq, data in follower.got]
                assert got == view_of(self.books, follower.stream.id)
            else:
                assert [seq for seq, _ in follower.got] == list(range(1, follower.cursor + 1))
        everybody = [self.agent(one) for one in AGENTS]
        self.run(check_views(self.stage.ctx, self.books, everybody, 2))


def body_of(payload: dict[str, Any]) -> str:
    """A message's text."""
    return str(payload["message"]["body"])


def view_of(books: Books, thread: str) -> list[tuple[int, dict[str, Any]]]:
    """A customer's view of a log by the words of the contract."""
    seen: list[tuple[int, dict[str, Any]]] = []
    for line in books.logs[thread]:
        told = line.payload
        match line.type:
            case "note" | "assignee" | "customer":
                continue
            case "status":
                if told["status"]["state"] == "snoozed":
                    continue
                told = {"status": {key: told["status"][key] for key in ("state", "conversation")}}
            case "serving":
                told = {"serving": {key: told["serving"][key] for key in ("team", "why")}}
            case "pin":
                told = {"team": told["team"]}
            case "message" if line.author != "customer":
                message = {k: v for k, v in told["message"].items() if k != "client_id"}
                told = {"message": message}
            case _:
                pass
        item = {"seq": line.seq, "type": line.type, "at": to_text(line.at), **told}
        seen.append((line.seq, item))
    return seen
