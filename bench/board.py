"""How soon the board answers when a team has 20,000 open conversations, and a page of its queue."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import uvloop

from bench.customers import answering, many_customers, opened, sign_in_bo
from bench.senders import Asker, Sender
from bench.table import print_table
from inbox.cli.server import tune_interpreter
from inbox.core.policy import Operator, Role
from inbox.flows import agents, duty, signin, teams
from inbox.flows.context import Context
from inbox.telemetry import setup_logging

OPEN, PEOPLE, TIMES = 20_000, 40, 200
HOUR_MS = 3_600_000
ASKED = {
    "/v1/desk/me": "who am I, the baseline",
    "/v1/desk/board": "the board",
    "/v1/desk/queue?view=team&limit=50": "the first page of the team's list",
}
GOAL = {"/v1/desk/board": "< 50"}


def main() -> None:
    """One lead asks again and again, one question at a time."""
    setup_logging("error", "console")
    tune_interpreter()
    with many_customers(OPEN) as folder:
        rows = uvloop.run(_ask(folder))
    print_table(
        f"With {OPEN:,} open conversations of one team of {PEOPLE} (SQLite), ms",
        ["what", "p50", "p99", "CPU", "goal for p99"],
        rows,
    )


async def _ask(folder: Path) -> list[list[str]]:
    async with opened(folder, push=False) as ctx:
        people = await _staff(ctx)
        lead = await agents.add_token(ctx, Operator(), agent=people[0])
        _spread(folder, people, now=ctx.clock())
        rows = []
        async with answering(ctx) as (host, port), Asker(host, port, at_once=1) as asker:
            for path, what in ASKED.items():
                sender = _sender(path, lead.token)
                await asker.ask([sender] * 10)
                asker.take_times()
                began = time.process_time() - asker.cpu()
                await asker.ask([sender] * TIMES)
                cpu = (time.process_time() - asker.cpu() - began) / TIMES
                times = asker.take_times()
                marks = [times[int(len(times) * share)] for share in (0.5, 0.99)]
                figures = [f"{one * 1000:.1f}" for one in (*marks, cpu)]
                rows.append([what, *figures, GOAL.get(path, "")])
        return rows


async def _staff(ctx: Context) -> list[str]:
    """A lead and many agents, all on duty."""
    (team,) = (await teams.list_teams(ctx)).items
    await duty.set_duty(ctx, await sign_in_bo(ctx), on=True)
    found = []
    for number in range(PEOPLE):
        role: Role = "agent" if number else "lead"
        draft = agents.AgentDraft(f"Agent {number}", (team.id,), role=role)
        added = await agents.add_agent(ctx, Operator(), draft)
        token = await agents.add_token(ctx, Operator(), agent=added.id)
        await duty.set_duty(ctx, await signin.agent(ctx, token.token), on=True)
        found.append(added.id)
    return found


def _spread(folder: Path, people: list[str], *, now: int) -> None:
    """In half of them somebody waits, some beyond what was promised; a third is nobody's."""
    with sqlite3.connect(next(folder.glob("*.db"))) as database:
        database.executemany(
            "UPDATE threads SET assignee_id = ?, waiting_since = ?, due_at = ?,"
            " last_message_at = ? WHERE rowid = ?",
            (
                (
                    people[number % PEOPLE] if number % 3 else None,
                    now - number * 100 if number % 2 else None,
                    now - number * 100 + HOUR_MS if number % 2 else None,
                    now - number * 100,
                    number,
                )
                for number in range(1, OPEN + 2)
            ),
        )
    database.close()


def _sender(path: str, token: str) -> Sender:
    head = (
        f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Length: "
    )
    return Sender(head.encode(), lambda _: b"")
