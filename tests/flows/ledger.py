"""What must be true of the database whatever happened: counted again from the logs themselves.

`audit_books` checks all of it: dense streams, rows that agree with their log, counters and
conversations that equal a recount. It trusts nothing but `items`.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import msgspec

from inbox.flows.context import Context
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q, compile_query
from inbox.store.records import Thread, read_thread

_THREADS = compile_query(
    "threads", Q.get_thread.postgres.partition(" WHERE ")[0] + " ORDER BY t.id"
)
_LOG = compile_query(
    "log",
    "SELECT thread_id, seq, type, audience, at, author, conversation, client_key, team_id, payload "
    "FROM items ORDER BY thread_id, seq",
)
_TEAM_ITEMS = compile_query(
    "team_items",
    "SELECT team_id, seq, type, thread_id, thread_seq FROM team_items ORDER BY team_id, seq",
)
_STREAMS = compile_query("streams", "SELECT id, head, floor FROM streams")
_TEAMS = compile_query("teams", "SELECT id, customers FROM teams")
_WRITTEN = compile_query("written", "SELECT id FROM customers WHERE written_at IS NOT NULL")


class Matter(msgspec.Struct):
    """A conversation, for history and reports."""

    opened_by: str
    opened_at: int
    opened_team: str
    first_response_by: str | None = None
    first_response_at: int | None = None
    first_response_team: str | None = None
    resolved_by: str | None = None
    resolved_at: int | None = None
    resolved_team: str | None = None
    reopened: int = 0
    bounces: int = 0


_HISTORY = compile_query(
    "history",
    f"SELECT thread_id, number, {', '.join(Matter.__struct_fields__)} FROM conversations",
)


class Milestone(NamedTuple):
    """What reports count of a conversation."""

    thread: str
    conversation: int
    kind: str
    at: int
    team: str
    home: str
    why: str
    since: int
    is_first: bool = False


_MILESTONES = compile_query(
    "milestones",
    "SELECT thread_id, conversation, kind, at, team_id, home_team, serving_why, since, is_first "
    "FROM milestones",
)


class Line(NamedTuple):
    """One item of a log as stored."""

    seq: int
    type: str
    audience: str
    at: int
    author: str | None
    conversation: int
    client_key: str | None
    team_id: str | None
    payload: dict[str, Any]


class Books(NamedTuple):
    """The whole database at one moment."""

    threads: dict[str, Thread]
    logs: dict[str, list[Line]]
    streams: dict[str, tuple[int, int]]
    team_items: dict[str, list[Row]]
    customers: dict[str, int]
    written: set[str]
    history: dict[tuple[str, int], Matter]
    milestones: list[Milestone]


async def read_books(ctx: Context) -> Books:
    """Everything, in one snapshot."""

    async def look(tx: Tx) -> Books:
        threads = {row[0]: read_thread(row) for row in await tx.fetch(_THREADS)}
        logs: dict[str, list[Line]] = {thread: [] for thread in threads}
        for row in await tx.fetch(_LOG):
            *told, payload = row[1:]
            logs[row[0]].append(Line._make((*told, json.loads(payload))))
        streams = {row[0]: (row[1], row[2]) for row in await tx.fetch(_STREAMS)}
        team_items: dict[str, list[Row]] = {
            name.partition(":")[2]: [] for name in streams if name != "registry"
        }
        for row in await tx.fetch(_TEAM_ITEMS):
            team_items[row[0]].append(row)
        return Books(
            threads,
            logs,
            streams,
            team_items,
            {row[0]: row[1] for row in await tx.fetch(_TEAMS)},
            {row[0] for row in await tx.fetch(_WRITTEN)},
            {(row[0], row[1]): Matter(*row[2:]) for row in await tx.fetch(_HISTORY)},
            [Milestone._make((*row[:8], bool(row[8]))) for row in await tx.fetch(_MILESTONES)],
        )

    return await ctx.store.read(look)


async def audit_books(ctx: Context) -> Books:
    """Check all that must hold; the books, for a closer look."""
    books = await read_books(ctx)
    check_dense(books)
    for thread in books.threads.values():
        check_row(thread, books.logs[thread.id])
    check_team_streams(books)
    check_customers(books)
    check_history(books)
    check_milestones(books)
    return books


def check_dense(books: Books) -> None:
    """Promise 2: floor+1..head, without a hole."""
    for thread in books.threads.values():
        seqs = [line.seq for line in books.logs[thread.id]]
        assert seqs == list(range(thread.floor + 1, thread.head + 1)), thread.id
    for team, rows in books.team_items.items():
        head, floor = books.streams[f"team:{team}"]
        assert [row[1] for row in rows] == list(range(floor + 1, head + 1)), team


def check_row(thread: Thread, log: list[Line]) -> None:
    """A thread's row says what its log says."""
    state: str | None = None
    number, until, assignee = 0, None, None
    home = serving = why = None
    marks = dict.fromkeys(["customer", "agent"], 0)
    waits = False
    for line in log:
        match line.type:
            case "status":
                status = line.payload["status"]
                state, number, until = status["state"], status["conversation"], status.get("until")
                waits = waits and state != "resolved"
            case "assignee":
                assignee = line.payload["assignee"] and line.payload["assignee"]["id"]
            case "pin":
                if serving == home:
                    serving, why = line.payload["team"]["id"], "home"
                home = line.payload["team"]["id"]
            case "serving":
                serving = line.payload["serving"]["team"]["id"]
                why = line.payload["serving"]["why"]
            case "message":
                assert line.author in marks
                marks[line.author] = line.seq
                waits = line.author == "customer"
            case _:
                pass
        assert line.conversation == number or line.type not in {"message", "note"}
    assert (thread.state, thread.conversation) == (state, number)
    assert (thread.snoozed_until is not None) == (until is not None) == (state == "snoozed")
    assert (thread.resolved_at is not None) == (state == "resolved")
    assert thread.assignee_id == assignee
    assert (thread.home_team, thread.serving_team, thread.serving_why) == (home, serving, why)
    assert (thread.serving_why == "home") == (thread.home_team == thread.serving_team)
    assert (thread.last_customer_seq, thread.last_agent_seq) == (marks["customer"], marks["agent"])
    assert (thread.waiting_since is not None) == waits
    check_receipts(thread, log)


def check_receipts(thread: Thread, log: list[Line]) -> None:
    """Promise 7: monotone, read ≤ delivered ≤ head, each covering a message of the other side."""
    other = {"customer": "agent", "agent": "customer"}
    for side in ("customer", "agent"):
        for kind in ("delivered", "read"):
            was = 0
            for line in log:
                if line.type != kind or line.payload["who"] != side:
                    continue
                upto = line.payload["upto"]
                assert was < upto < line.seq
                assert any(
                    one.type in {"message", "erased"} and one.author == other[side]
                    for one in log
                    if was < one.seq <= upto
                ), "a receipt that covers no message of the other side"
                was = upto
            assert getattr(thread, f"{side}_{kind}") >= was
        read, delivered = getattr(thread, f"{side}_read"), getattr(thread, f"{side}_delivered")
        assert read <= delivered <= thread.head


def check_team_streams(books: Books) -> None:
    """A team's stream holds each thread's items once, in order, from `entered` to `left`."""
    for team, rows in books.team_items.items():
        if books.streams[f"team:{team}"][1]:
            continue  # its beginning is no longer kept
        for thread in books.threads.values():
            told = [(row[2], row[4]) for row in rows if row[3] == thread.id]
            seen, items = False, list[int]()
            for kind, thread_seq in told:
                assert kind != "entered" or not seen, "entered twice"
                assert kind == "entered" or seen, f"{kind} while the team does not see the thread"
                seen = kind != "left"
                if kind == "item":
                    items.append(thread_seq)
            assert seen == (team in {thread.home_team, thread.serving_team})
            assert items == sorted(set(items)), "not once, or not in order"
            must, may = _owed(team, books.logs[thread.id])
            assert must <= set(items) <= may, "an item is missing, or was not the team's to see"


BESIDE = 3
"""Items of the transaction in which a thread changes teams stand at most so near to the change."""


def _owed(team: str, log: list[Line]) -> tuple[set[int], set[int]]:
    """What of a log a team's stream must hold, and what it may hold."""
    sees = []
    home = serving = None
    for line in log:
        if line.type == "pin":
            serving = line.payload["team"]["id"] if serving == home else serving
            home = line.payload["team"]["id"]
        elif line.type == "serving":
            serving = line.payload["serving"]["team"]["id"]
        sees.append(team in {home, serving})
    must, may = set(), set()
    for place, line in enumerate(log):
        near = sees[max(0, place - BESIDE) : place + BESIDE + 1]
        if all(near):
            must.add(line.seq)
        if any(near):
            may.add(line.seq)
    return must, may


def check_customers(books: Books) -> None:
    """A team's counter equals its pinned customers who have written."""
    counted = dict.fromkeys(books.customers, 0)
    for thread in books.threads.values():
        wrote = thread.last_customer_seq > 0
        assert wrote == (thread.customer_id in books.written)
        counted[thread.home_team] += wrote
    assert books.customers == counted


def check_history(books: Books) -> None:
    """The conversations' rows equal a recount from the logs."""
    counted = {
        (thread, number): matter
        for thread, log in books.logs.items()
        for number, matter in _recount(log).items()
    }
    assert books.history == counted


def _recount(log: list[Line]) -> dict[int, Matter]:
    matters: dict[int, Matter] = {}
    home = serving = ""
    state: str | None = None
    number, waits = 0, False
    for place, line in enumerate(log):
        match line.type:
            case "pin":
                team = line.payload["team"]["id"]
                serving = team if serving == home else serving
                home = team
            case "serving":
                serving = line.payload["serving"]["team"]["id"]
                # What comes back from a cover has a note: it was transferred before.
                if line.payload["serving"]["why"] == "bounce" and "note" not in line.payload:
                    matters[number].bounces += 1
            case "status":
                status = line.payload["status"]
                before, state, number = state, status["state"], status["conversation"]
                if number not in matters:
                    opener = next(one for one in log[place:] if one.type == "message")
                    matters[number] = Matter(str(opener.author), line.at, serving)
                elif state == "open" and before == "resolved":
                    matter = matters[number]
                    matter.reopened += 1
                    matter.resolved_at = matter.resolved_by = matter.resolved_team = None
                elif state == "resolved":
                    matter = matters[number]
                    matter.resolved_at, matter.resolved_by = line.at, status.get("by")
                    matter.resolved_team = serving
                    waits = False
            case "message" if line.author == "agent":
                matter = matters[number]
                if waits and matter.first_response_at is None:
                    matter.first_response_at = line.at
                    matter.first_response_by = line.payload["message"]["author"]["id"]
                    matter.first_response_team = serving
                waits = False
            case "message":
                waits = True
            case _:
                pass
    return matters


def check_milestones(books: Books) -> None:
    """What reports count equals a recount from the logs, and so do the teams of messages."""
    counted = [one for thread, log in books.logs.items() for one in _Told(thread).recount(log)]
    assert sorted(books.milestones) == sorted(counted)


class _Told:
    """A thread as its log tells it, line by line."""

    def __init__(self, thread: str) -> None:
        self.thread = thread
        self.home = self.serving = self.why = self.resolver = ""
        self.state: str | None = None
        self.number = self.opened_at = 0
        self.waits: int | None = None
        self.found: list[Milestone] = []

    def recount(self, log: list[Line]) -> list[Milestone]:
        """The milestones that the log tells of."""
        for line in log:
            match line.type:
                case "pin":
                    if self.serving == self.home:
                        self.serving, self.why = line.payload["team"]["id"], "home"
                    self.home = line.payload["team"]["id"]
                case "serving":
                    serving = line.payload["serving"]
                    if serving["why"] == "bounce" and "note" not in line.payload:
                        self._note("bounced", self.serving, line.at, self.opened_at)
                    self.serving, self.why = serving["team"]["id"], serving["why"]
                case "status":
                    self._turn(line.payload["status"], line.at)
                case "message":
                    assert line.team_id == self.serving
                    self._hear(str(line.author), line.at)
                case _:
                    pass
            assert line.team_id is None or line.type == "message"
        return self.found

    def _turn(self, status: dict[str, Any], at: int) -> None:
        before, self.state = self.state, status["state"]
        if status["conversation"] != self.number:
            self.number, self.opened_at = status["conversation"], at
        elif self.state == "open" and before == "resolved":
            self._note("reopened", self.resolver, at, self.opened_at)
        elif self.state == "resolved":
            self._note("resolved", self.serving, at, self.opened_at)
            self.resolver, self.waits = self.serving, None

    def _hear(self, author: str, at: int) -> None:
        if author == "customer":
            self.waits = at if self.waits is None else self.waits
        elif self.waits is not None:
            self._note("answered", self.serving, at, min(self.waits, at))
            self.waits = None

    def _note(self, kind: str, team: str, at: int, since: int) -> None:
        is_first = kind == "answered" and not any(
            (one.conversation, one.kind) == (self.number, kind) for one in self.found
        )
        place = (self.thread, self.number, kind, at, team, self.home, self.why, since, is_first)
        self.found.append(Milestone(*place))
