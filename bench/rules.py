"""What routing and promise cost a message: the same sends with those steps and without, in turn.

Over HTTP, as apps and desks send; the server runs in this process, where the steps are taken out of
the flow and nothing is put in their place. Reports are on in both.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
import uvloop

from bench.customers import answering, copied, many_customers, opened, sign_in_bo, thread_of
from bench.senders import Asker, Sender
from bench.table import print_table, spread
from inbox.cli.server import tune_interpreter
from inbox.core.policy import Agent, Operator
from inbox.core.rules import RulesChange
from inbox.core.shorthand import read_weekly
from inbox.flows import agents, duty, hours, rules, signin, teams
from inbox.flows.context import Context
from inbox.telemetry import setup_logging

FEW, AT_ONCE = 70, 32
SIZES = {"pull": (3_500, 4), "push": (420, 12)}
"""Customers and rounds: of those who are given work, everybody has a dozen in the end."""

EVERY_HOUR = "mon-sun 00:00-24:00"

KINDS = {
    "a customer's message that begins a wait": 588,
    "another of the same wait": 18,
    "the answer": 579,
    "another of the agent": 26,
}
"""And how many of each there are among 1,211 messages of real threads."""

GOAL = 1.10
PEOPLE = 35

HANDED = {"pull": "taken by hand", "push": f"given to {PEOPLE} people in turn"}

_Costs = dict[bool, list[float]]


def main() -> None:
    """Both ways in which a team hands out its work."""
    setup_logging("error", "console")
    tune_interpreter()
    for handing, (count, _) in SIZES.items():
        with many_customers(count) as customers:
            _compare(customers, handing)


def _compare(customers: Path, handing: str) -> None:
    rounds: list[_Costs] = []
    for turn in range(SIZES[handing][1] + 1):
        with copied(customers) as folder:
            _resolve_all(folder)
            costs = uvloop.run(_run(folder, handing))
        if turn:  # the first warms up
            rounds.append(costs)
    rows = [
        _row(kind, *([costs[on][index] for costs in rounds] for on in (False, True)))
        for index, kind in enumerate(KINDS)
    ]
    mixed = ([_mix(costs[on]) for costs in rounds] for on in (False, True))
    rows.append([*_row("all, as real threads mix them", *mixed)[:-1], f"≤ {GOAL:.2f}"])
    print_table(
        f"Routing and promise, work {HANDED[handing]}, SQLite: µs of the server's time",
        ["what", "without", "with", "ratio (rounds)", "goal"],
        rows,
    )


def _row(what: str, without: list[float], with_: list[float]) -> list[str]:
    ratios = [one / other for one, other in zip(with_, without, strict=True)]
    return [what, spread(without, digits=0), spread(with_, digits=0), spread(ratios), ""]


def _mix(costs: list[float]) -> float:
    shares = KINDS.values()
    return sum(cost * share for cost, share in zip(costs, shares, strict=True)) / sum(shares)


async def _run(folder: Path, handing: str) -> _Costs:
    """What a message of each kind costs the server, in µs, without the steps and with them.

    In turn for a few customers each: what else the machine does falls on both alike.
    """
    async with opened(folder, push=False) as ctx, answering(ctx) as (host, port):
        bo = await sign_in_bo(ctx)
        await _prepare(ctx, bo, handing)
        count, _ = SIZES[handing]
        token = (await agents.add_token(ctx, Operator(), agent=bo.id)).token
        kinds = [
            *([_customer(ctx, number, turn) for number in range(count)] for turn in (1, 2)),
            *([_agent(token, number, turn) for number in range(count)] for turn in (1, 2)),
        ]
        costs: _Costs = {False: [], True: []}
        async with Asker(host, port, at_once=AT_ONCE) as asker:
            for senders in kinds:
                few: _Costs = {False: [], True: []}
                for first in range(0, count, FEW):
                    on = first // FEW % 2 == 1
                    with _steps(on=on):
                        few[on].append(await _time(asker, senders[first : first + FEW]))
                for on, found in few.items():
                    costs[on].append(statistics.median(found))
        return costs


async def _time(asker: Asker, senders: list[Sender]) -> float:
    began = time.process_time() - asker.cpu()
    await asker.ask(senders)
    return (time.process_time() - asker.cpu() - began) / len(senders) * 1e6


async def _prepare(ctx: Context, bo: Agent, handing: str) -> None:
    """A team that is open and has an aim. One that is handed its work is 35 people on duty."""
    (team,) = (await teams.list_teams(ctx)).items
    await hours.set_weekly(ctx, Operator(), team=team.id, weekly=read_weekly(EVERY_HOUR))
    wanted: dict[str, Any] = {"handing": handing, "promise_target_minutes": 30}
    people = [bo]
    if handing == "push":
        wanted |= {"soft_limit": 0, "hard_limit": 0}
        for number in range(2, PEOPLE + 1):
            draft = agents.AgentDraft(f"Agent {number}", (team.id,))
            added = await agents.add_agent(ctx, Operator(), draft)
            token = await agents.add_token(ctx, Operator(), agent=added.id)
            people.append(await signin.agent(ctx, token.token))
    await rules.set_rules(ctx, Operator(), team=team.id, change=RulesChange(**wanted))
    for one in people:
        await duty.set_duty(ctx, one, on=True)


def _resolve_all(folder: Path) -> None:
    """Everybody's matter is settled long ago: the next message begins another."""
    with sqlite3.connect(next(folder.glob("*.db"))) as database:
        database.execute(
            "UPDATE threads SET state = 'resolved', resolved_at = 0, assignee_id = NULL,"
            " last_agent_id = NULL"
        )
    database.close()


def _customer(ctx: Context, number: int, turn: int) -> Sender:
    token = ctx.tokens.sign(f"c-{number + 1:08d}", now_ms=ctx.clock(), ttl_s=3_600)
    draft = {"client_id": f"c-{turn}", "body": "Is it raining?"}
    return _sender("/v1/thread/messages", token, draft)


def _agent(token: str, number: int, turn: int) -> Sender:
    draft = {"client_id": f"r-{turn + 1}", "body": "Till four.", "seen_seq": 99, "force": True}
    return _sender(f"/v1/desk/threads/{thread_of(number + 1)}/messages", token, draft)


def _sender(path: str, token: str, draft: Mapping[str, object]) -> Sender:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: "
    )
    body = msgspec.json.encode(draft)
    return Sender(head.encode(), lambda _: body)


@contextmanager
def _steps(*, on: bool) -> Iterator[None]:
    """With routing and promise, or with neither."""
    if on:
        yield
        return
    with (
        mock.patch.multiple(
            "inbox.flows.send",
            place=_no_entries,
            hand=_no_entries,
            give=_as_it_is,
            count_answer=_nothing,
        ),
        mock.patch("inbox.flows.matters.settle_promise", _nothing_awaited),
    ):
        yield


async def _no_entries(
    _ctx: object, _writing: object, _before: object, after: object, **_: object
) -> tuple[object, list[object]]:
    return after, []


async def _as_it_is(
    _ctx: object, _writing: object, thread: object, *_: object, **__: object
) -> object:
    return thread


def _nothing(*_: object, **__: object) -> None:
    return None


async def _nothing_awaited(*_: object, **__: object) -> None:
    return None
