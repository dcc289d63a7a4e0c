"""A fixed set of tasks that send: each takes a push, calls the provider, and hands on what came."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import msgspec

from push.circuit import circuit_of
from push.court import Court, tried
from push.limits import Limits, OnError
from push.model import Again, Outcome, Provider, Push, Settled, Unknown, Verdict
from push.settling import Settling
from push.surroundings import Surroundings

GRACE_S = 5.0
"""A provider that is so late has broken its promise, and is cut off."""


class Senders:
    """The senders of one provider; made when they are first needed, up to `limits.in_flight`.

    A push is not sent when less than a whole request fits into what is left of its lease. So no
    lease ends while its push is under way, and none needs to be renewed.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        court: Court,
        settling: Settling,
        surroundings: Surroundings,
        limits: Limits,
        on_error: OnError,
    ) -> None:
        self._provider = provider
        self._court = court
        self._settling = settling
        self._around = surroundings
        self._limits = limits
        self._on_error = on_error
        self._ready: deque[_Taken] = deque()
        self._idle: list[asyncio.Future[None]] = []
        self._senders: list[_Sender] = []
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._stopping = False

    def give(self, push: Push, claimed_at: float) -> None:
        """Have it sent, as soon as a sender is free."""
        self._ready.append(_Taken(push, claimed_at))
        self._quiet.clear()
        while self._idle:
            waiter = self._idle.pop()
            if not waiter.done():
                waiter.set_result(None)
                return
        if len(self._senders) < self._limits.in_flight:
            self._senders.append(_Sender(self._send_all, f"push-{self._provider.name}-sender"))

    def cut_late(self) -> None:
        """Cut off a provider that does not keep its deadline: its place is needed."""
        late = self._around.ticks() - self._limits.request_s - GRACE_S
        for sender in self._senders:
            if sender.began is not None and sender.began < late:
                sender.cut("no answer within the deadline")

    async def drain(self, *, within_s: float) -> None:
        """Let what was given end, and cut it off after that time."""
        self._stopping = True
        self._tell_quiet()
        if not await self._around.within(within_s * 0.9, self._quiet.wait()):
            for sender in self._senders:
                sender.cut("the worker stops")
            await self._around.within(within_s * 0.1, self._quiet.wait())

    async def stop(self) -> None:
        """End all tasks."""
        tasks = [sender.task for sender in self._senders]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_all(self, sender: _Sender) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while not self._ready:
                sender.busy = False
                if self._stopping:
                    self._tell_quiet()
                waiter = loop.create_future()
                self._idle.append(waiter)
                await waiter
            sender.busy = True
            taken = self._ready.popleft()
            try:
                await self._deliver(sender, taken)
            except Exception as error:  # noqa: BLE001  a fault of ours must not cost a sender
                self._on_error(f"push sender {self._provider.name}", error)
                self._court.left(taken.push)
                self._settling.release(taken.push)

    async def _deliver(self, sender: _Sender, taken: _Taken) -> None:
        push, limits = taken.push, self._limits
        while True:
            began = self._around.ticks()
            if began - taken.at > limits.lease_s - limits.request_s:
                self._court.left(push)
                self._settling.release(push)  # another may have it before a request would end
                return
            outcome = await self._send(sender, push, began)
            verdict = self._court.rule(push, outcome)
            pause = self._pause_here(push, outcome, verdict, taken.at)
            if pause:
                await self._around.sleep(pause)
            if pause is None or self._stopping:
                self._court.left(push)
                self._settling.settle(Settled(push=push, verdict=verdict, outcome=outcome))
                return
            push = tried(push)

    async def _send(self, sender: _Sender, push: Push, began: float) -> Outcome:
        stats, name = self._court.stats, self._provider.name
        stats.attempts[name] += 1
        sender.began = began
        try:
            return await self._provider.send(push, timeout=self._limits.request_s)
        except asyncio.CancelledError:
            if sender.cut_for is None:
                raise
            return Unknown(sender.cut_for)
        except Exception as error:  # noqa: BLE001  a provider that breaks its promise
            self._on_error(f"push provider {name}", error)
            return Unknown(type(error).__name__)
        finally:
            sender.began = None
            if sender.cut_for is not None:
                sender.cut_for = None
                sender.task.uncancel()
            stats.requests[name].add(self._around.ticks() - began)

    def _pause_here(
        self, push: Push, outcome: Outcome, verdict: Verdict, claimed_at: float
    ) -> float | None:
        """Seconds until the next try, where that is made here and not by way of the outbox."""
        if not isinstance(verdict, Again) or not verdict.counts or isinstance(outcome, Unknown):
            return None
        around, limits = self._around, self._limits
        pause = max(0.0, (verdict.at - around.now()) / 1000)
        if pause > limits.at_once_s or verdict.at >= push.expires_at:
            return None
        if around.ticks() - claimed_at + pause > limits.request_s:
            return None
        return None if self._court.circuits.wait_s(circuit_of(push.target)) else pause

    def _tell_quiet(self) -> None:
        if not self._ready and not any(sender.busy for sender in self._senders):
            self._quiet.set()


class _Taken(msgspec.Struct, frozen=True):
    """A push that was claimed, and when."""

    push: Push
    at: float


class _Sender:
    """One task that sends, one push at a time."""

    def __init__(self, work: Callable[[_Sender], Awaitable[None]], name: str) -> None:
        self.busy = True
        self.began: float | None = None
        self.cut_for: str | None = None
        self.task: asyncio.Task[None] = asyncio.create_task(self._run(work), name=name)

    def cut(self, why: str) -> None:
        """Break off the request that it makes, if it makes one."""
        if self.began is not None and self.cut_for is None:
            self.cut_for = why
            self.task.cancel()

    async def _run(self, work: Callable[[_Sender], Awaitable[None]]) -> None:
        await work(self)
