"""Pushes: what the outbox costs beside the bare client and its peers, how soon, in what memory.

The stand-in of APNs is a process of its own. What is measured runs in this one: the database, the
outbox, the worker and the client; its processor time is counted whole.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from array import array
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import uvloop

from bench.clients import Ran, our_client, run_aioapns, run_bare, run_httpx
from bench.customers import copied, many_customers, opened, sign_in_bo, thread_of
from bench.server import FOLDER
from bench.stand import Stand, standing
from bench.table import print_table, spread, whole
from inbox.cli.server import tune_interpreter
from inbox.core.policy import Agent
from inbox.flows.context import Context
from inbox.flows.send import Draft, send
from inbox.ringing.outbox import PushOutbox
from inbox.telemetry import setup_logging
from push.limits import Limits
from push.model import Answer, Outcome, Provider, ProviderName, Push
from push.surroundings import Surroundings
from push.worker import Worker

PUSHES = 10_000
ROUNDS = 3
AT_ONCE = {0: 200, 30: 500}
RATES, SECONDS = (200, 1_000), 15
REPLIED = max(RATES) * SECONDS
QUEUED, OUTAGE_S, DRAIN_S = 100_000, 30, 90
WRITES_S, WRITERS = 3.0, 64


def main() -> None:
    """All four, one after the other."""
    setup_logging("error", "console")
    tune_interpreter()
    with tempfile.TemporaryDirectory(prefix="pinbox-bench-", dir=FOLDER) as name:
        folder = Path(name)
        with many_customers(PUSHES, ringing=True) as customers:
            for late_ms in AT_ONCE:
                with standing(folder, late_ms=late_ms) as stand:
                    compare(stand, customers, late_ms)
        with many_customers(REPLIED) as customers:
            with standing(folder) as stand:
                time_in_turn(stand, customers)
            write_in_turn(customers)
        with many_customers(QUEUED, ringing=True) as customers, standing(folder) as stand:
            uvloop.run(watch_memory(stand, customers))


# ── throughput ───────────────────────────────────────────────────────────────────────────────────
def compare(stand: Stand, customers: Path, late_ms: int) -> None:
    """All in turn, round by round: a ratio is to the bare client of the same round."""
    at_once, there, sent = AT_ONCE[late_ms], stand.cpu_seconds(), 0
    runs: dict[str, list[Ran]] = {}
    absent = dict[str, str]()
    for _ in range(ROUNDS):
        with copied(customers) as used:
            turns = {
                "our client, nothing behind it": run_bare(stand, PUSHES, at_once),
                "whole outbox": run_outbox(stand, used, at_once),
                "aioapns": run_aioapns(stand, PUSHES, at_once),
                "httpx[http2]": run_httpx(stand, PUSHES, at_once),
            }
            for name, turn in turns.items():
                ran = uvloop.run(turn)
                if isinstance(ran, str):
                    absent[name] = ran
                else:
                    runs.setdefault(name, []).append(ran)
                    sent += ran.done
    bare = runs["our client, nothing behind it"]
    there = (stand.cpu_seconds() - there) / sent * 10_000
    print_table(
        f"{PUSHES:,} pushes, answered after {late_ms} ms, {at_once} at once; the stand-in itself "
        f"takes {there:.1f} s for 10,000",
        ["what", "pushes/s", "ratio (rounds)", "CPU s for 10,000", "lost"],
        [_row(name, ran, bare) for name, ran in runs.items()]
        + [[name, why, "", "", ""] for name, why in absent.items()],
    )


def _row(name: str, runs: list[Ran], bare: list[Ran]) -> list[str]:
    ratios = [run.rate / other.rate for run, other in zip(runs, bare, strict=True)]
    cpu = spread([run.cpu for run in runs])
    lost = sum(run.lost for run in runs)
    return [name, whole([run.rate for run in runs]), spread(ratios), cpu, f"{lost:,}"]


async def run_outbox(stand: Stand, folder: Path, at_once: int) -> Ran:
    """Everybody's reply is stored already; from the start of the worker to the last answer."""
    async with opened(folder) as ctx:
        client = _Counting(our_client(stand), PUSHES)
        cpu, began = time.process_time(), time.perf_counter()
        async with working(ctx, client, Limits(in_flight=at_once)):
            await client.finished.wait()
            seconds = time.perf_counter() - began
        cpu = time.process_time() - cpu
    return Ran(PUSHES / seconds, cpu / PUSHES * 10_000, PUSHES)


@asynccontextmanager
async def working(
    ctx: Context, client: Provider, limits: Limits | None = None
) -> AsyncIterator[Worker]:
    """A worker on that database until the block ends."""
    outbox = PushOutbox(ctx)
    worker = Worker(outbox, [client], on_error=_fail, limits=limits or Limits())
    worker.start()
    try:
        yield worker
    finally:
        await worker.stop()
        await client.close()
        outbox.close()


def _fail(doing: str, error: BaseException) -> None:
    print(f"{doing}: {error!r}", flush=True)


class _Counting:
    """A provider that notes when each of its answers came."""

    name: ProviderName = "apns"

    def __init__(self, client: Provider, count: int) -> None:
        self.waited = array("d")
        """Seconds from the moment that a reply was stored to the provider's answer."""
        self._client = client
        self._marks: dict[int, asyncio.Event] = {}
        self.finished = self.reached(count)

    def reached(self, count: int) -> asyncio.Event:
        """Set when so many have been answered."""
        return self._marks.setdefault(count, asyncio.Event())

    async def send(self, push: Push, *, timeout: float) -> Outcome:
        outcome = await self._client.send(push, timeout=timeout)
        if isinstance(outcome, Answer) and outcome.status == 200:
            self.waited.append(time.time() - push.created_at / 1000)
            if (mark := self._marks.get(len(self.waited))) is not None:
                mark.set()
        return outcome

    async def close(self) -> None:
        await self._client.close()


# ── latency ──────────────────────────────────────────────────────────────────────────────────────
def time_in_turn(stand: Stand, customers: Path) -> None:
    """Replies on a fixed beat, each to another customer, at one rate after the other."""
    rows = []
    for rate in RATES:
        with copied(customers) as used:
            rows.append(uvloop.run(time_replies(stand, used, rate)))
    print_table(
        f"Replies on a fixed beat for {SECONDS} s: from the reply's time to APNs' 200, ms",
        ["offered/s", "pushed/s", "p50", "p90", "p99", "CPU s for 10,000", "the stand-in's"],
        rows,
    )


async def time_replies(stand: Stand, folder: Path, rate: int) -> list[str]:
    """One row; the processor time is that of writing the replies, too. Goal: p99 < 250 ms."""
    async with opened(folder) as ctx:
        bo, count = await sign_in_bo(ctx), rate * SECONDS
        client = _Counting(our_client(stand), count)
        async with working(ctx, client):
            there, cpu, began = stand.cpu_seconds(), time.process_time(), time.perf_counter()
            writing: set[asyncio.Task[object]] = set()
            for number in range(1, count + 1):
                pause = began + number / rate - time.perf_counter()
                if pause > 0:
                    await asyncio.sleep(pause)
                task = asyncio.ensure_future(_reply(ctx, bo, number))
                writing.add(task)
                task.add_done_callback(writing.discard)
            async with asyncio.timeout(60):
                await client.finished.wait()
            seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    waited = sorted(client.waited)
    marks = [f"{waited[int(count * share)] * 1000:.0f}" for share in (0.5, 0.9, 0.99)]
    each = [cpu, stand.cpu_seconds() - there]
    costs = [f"{used / count * 10_000:.1f}" for used in each]
    return [f"{rate:,}", f"{count / seconds:,.0f}", *marks, *costs]


async def _reply(ctx: Context, bo: Agent, number: int, turn: int = 2) -> object:
    draft = Draft(f"r-{turn}", "It is done. Anything else?", seen_seq=9, force=True)
    return await send(ctx, bo, thread=thread_of(number), draft=draft)


# ── the write path ───────────────────────────────────────────────────────────────────────────────
def write_in_turn(customers: Path) -> None:
    """Replies a second with push on against off; nothing sends meanwhile."""
    rates: dict[bool, list[Ran]] = {False: [], True: []}
    for _ in range(ROUNDS):
        for push, runs in rates.items():
            with copied(customers) as used:
                runs.append(uvloop.run(write_replies(used, push=push)))
    off, on = rates[False], rates[True]
    ratio = spread([one.rate / other.rate for one, other in zip(on, off, strict=True)])
    print_table(
        f"Replies written by {WRITERS} at once, SQLite",
        ["push", "replies/s", "ratio (rounds)", "CPU s for 10,000"],
        [
            ["off", whole([run.rate for run in off]), "1.00", spread([run.cpu for run in off])],
            ["on", whole([run.rate for run in on]), ratio, spread([run.cpu for run in on])],
        ],
    )


async def write_replies(folder: Path, *, push: bool) -> Ran:
    """Replies to one customer after the other, as many as can be in some seconds."""
    async with opened(folder, push=push) as ctx:
        bo, done, ends = await sign_in_bo(ctx), 0, time.perf_counter() + WRITES_S
        cpu = time.process_time()

        async def go_on(first: int) -> None:
            nonlocal done
            turn = 1
            while time.perf_counter() < ends:
                turn += 1
                for number in range(first, REPLIED, WRITERS):
                    await _reply(ctx, bo, number, turn)
                    done += 1
                    if time.perf_counter() > ends:
                        break

        await asyncio.gather(*(go_on(first) for first in range(1, WRITERS + 1)))
        cpu = time.process_time() - cpu
    return Ran(done / WRITES_S, cpu / done * 10_000, done)


# ── memory ───────────────────────────────────────────────────────────────────────────────────────
async def watch_memory(stand: Stand, folder: Path) -> None:
    """An outage first, with everything queued, then all of it is sent."""
    async with opened(folder) as ctx:
        nobody = msgspec.structs.replace(stand, url="https://127.0.0.1:9")
        down = _Counting(our_client(nobody), QUEUED)
        before = _resident_mib()
        async with working(ctx, down):
            peak_down = await _peak(asyncio.sleep(OUTAGE_S))
        client, began = _Counting(our_client(stand), QUEUED), time.perf_counter()
        async with working(ctx, client):
            after_tenth = await _peak(client.reached(QUEUED // 10).wait())
            peak_up = await _peak(Surroundings().within(DRAIN_S, client.finished.wait()))
            seconds, sent = time.perf_counter() - began, len(client.waited)
    print_table(
        f"Memory of the process with {QUEUED:,} pushes queued (SQLite), MiB",
        ["when", "resident"],
        [
            ["opened, nothing sent", f"{before:.1f}"],
            [f"most in {OUTAGE_S} s without connection", f"{peak_down:.1f}"],
            ["most until a tenth is sent", f"{after_tenth:.1f}"],
            [f"most until {sent:,} are sent, {sent / seconds:,.0f}/s", f"{peak_up:.1f}"],
        ],
    )


async def _peak(until: Awaitable[object]) -> float:
    """The most that is resident until then, in MiB."""
    task, most = asyncio.ensure_future(until), _resident_mib()
    while not task.done():
        await asyncio.wait({task}, timeout=0.25)
        most = max(most, _resident_mib())
    return most


def _resident_mib() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
