"""A client and a stand-in that talk over TLS on loopback."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from push.apns import Apns, App, Pace, World
from push.model import Answer, ApnsRequest, Environment, Notice, Outcome, Push, Target
from push.simulator.apns import ApnsSimulator, Key, make_key, read_key
from push.simulator.record import Arrived, Deed, Fault, Faults, Match, Records
from push.simulator.tls import Certificates

CARE = "com.example.care"
SHOP = "com.example.shop"
FAR = 2**31
DEADLINE_S = 10.0
_TURN_S = 0.002


def device(number: int = 1) -> str:
    """A device token."""
    return f"{number:064x}"


def push(token: str | None = None, **changes: Any) -> Push:
    """A push to Ana's phone."""
    target = {"provider": "apns", "token": token or device(), "app": CARE}
    facts: dict[str, Any] = {
        "id": "1",
        "push_id": str(uuid.uuid4()),
        "device": "phone",
        "collapse": "thread-of-ana",
        "target": Target(**{**target, **changes.pop("target", {})}),
        "notice": Notice(kind="message", thread="thread", seq=1, badge=1),
        "attempts": 0,
        "expires_at": FAR * 1000,
    }
    return Push(**(facts | changes))


def form(one: Push) -> ApnsRequest:
    """What it says: as little as Apple takes."""
    aps = {"alert": {"loc-key": "NEW_REPLY"}, "badge": one.notice.badge}
    return ApnsRequest(
        topic=one.target.app,
        push_type="alert",
        priority=10,
        expiration=one.expires_at // 1000,
        collapse_id=one.collapse,
        body=msgspec.json.encode({"aps": aps, "t": one.notice.thread}),
    )


class Hand:
    """A clock that moves when told, for both sides; who sleeps wakes when its time has come."""

    def __init__(self) -> None:
        self.wall = time.time()
        self.monotonic = 1000.0
        self.luck = 0.0
        """What chance gives; 0 waits not at all, 1 as long as may be."""
        self.slept: list[float] = []
        """What was slept besides the watching of connections, in seconds."""
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def world(self) -> World:
        return World(
            clock=lambda: self.wall,
            timer=lambda: self.monotonic,
            sleep=self._sleep,
            chance=lambda: self.luck,
        )

    async def pass_time(self, seconds: float) -> None:
        """Let so much time pass, and everybody do what is then due."""
        end = self.monotonic + seconds
        while due := [at for at, waiting in self._sleepers if at <= end and not waiting.done()]:
            self._move(max(min(due), self.monotonic))
            for at, waiting in self._sleepers:
                if at <= self.monotonic and not waiting.done():
                    waiting.set_result(None)
            self._sleepers = [one for one in self._sleepers if not one[1].done()]
            await asyncio.sleep(_TURN_S)
        self._move(end)
        await asyncio.sleep(_TURN_S)

    def _move(self, to: float) -> None:
        self.wall += to - self.monotonic
        self.monotonic = to

    async def _sleep(self, seconds: float) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.monotonic + seconds, waiting))
        task = asyncio.current_task()
        if task is None or task.get_name() != "apns-watch":
            self.slept.append(seconds)
            if not seconds:
                waiting.set_result(None)
        await waiting


@dataclass
class Stage:
    """Both ends, with what the stand-in remembers."""

    apns: Apns
    simulator: ApnsSimulator
    app: App
    hand: Hand | None = None
    faults: Faults = field(init=False)
    records: Records = field(init=False)

    def __post_init__(self) -> None:
        self.faults, self.records = self.simulator.faults, self.simulator.records

    def fault(self, do: Deed, token: str | None = None, **how: Any) -> int:
        return self.faults.add(Fault(do=do, match=Match(token=token), **how))

    async def send(self, one: Push | None = None, *, timeout: float = DEADLINE_S) -> Outcome:
        return await self.apns.send(one or push(), timeout=timeout)

    async def burst(self, count: int, *, timeout: float = DEADLINE_S) -> list[Outcome]:
        """That many pushes at once, each to a device of its own."""
        pushes = [push(device(number)) for number in range(1, count + 1)]
        return await asyncio.gather(*(self.send(one, timeout=timeout) for one in pushes))

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Return when it is so; what a client counts has no event of its own."""
        async with asyncio.timeout(DEADLINE_S):
            while not is_so():  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    def arrived(self, token: str | None = None) -> list[Arrived]:
        return [one for one in self.records.after() if token in {None, one.token}]

    def delivered(self) -> list[str]:
        """The push ids of what devices have, one for each time."""
        return [one.push_id for one in self.records.after() if one.delivered]


def good(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those that Apple took."""
    return [one for one in outcomes if isinstance(one, Answer) and one.status == 200]


def app_for(folder: Path, **changes: Any) -> App:
    """An app's settings, with a key of its own in the folder."""
    facts: dict[str, Any] = {
        "app": CARE,
        "team_id": "TEAMSPOKAN",
        "key_id": "KEYOFTEAM1",
        "environments": ("production",),
    }
    facts |= changes
    file = folder / f"AuthKey_{facts['key_id']}.p8"
    if not file.exists():
        make_key(file)
    return App(**(facts | {"key_file": file}))


def key_of(app: App, *more: str) -> Key:
    """The same key as Apple knows it."""
    return read_key(
        app.key_file, team_id=app.team_id, key_id=app.key_id, apps=frozenset({app.app, *more})
    )


@asynccontextmanager
async def simulator(
    certificates: Certificates, keys: Iterable[Key], **how: Any
) -> AsyncIterator[ApnsSimulator]:
    one = ApnsSimulator(
        context=certificates.server(alpn=("h2",)),
        records=how.pop("records", None) or Records(),
        faults=how.pop("faults", None) or Faults(),
        keys=keys,
        **how,
    )
    await one.start()
    try:
        yield one
    finally:
        await one.close()


@asynccontextmanager
async def stage(
    certificates: Certificates,
    folder: Path,
    *,
    spares: int = 0,
    pace: Pace | None = None,
    steered: bool = False,
    environment: Environment = "production",
    **how: Any,
) -> AsyncIterator[Stage]:
    """One app and its stand-in. `steered`: both take their time from `Stage.hand`."""
    hand = Hand() if steered else None
    app = app_for(folder, environments=(environment,))
    if hand is not None:
        how.setdefault("clock", lambda: hand.wall)
    async with simulator(certificates, [key_of(app)], environment=environment, **how) as other:
        apns = Apns(
            [app],
            form=form,
            addresses={environment: other.url},
            ca_file=certificates.authority,
            spares=spares,
            pace=pace,
            world=hand.world() if hand else World(chance=lambda: 0.0),
        )
        try:
            yield Stage(apns, other, app, hand)
        finally:
            await asyncio.wait_for(apns.close(), 5)
