"""Whatever happens in whatever order: no push is lost, and none is in two hands."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inbox.core.policy import Customer
from inbox.core.pushes import PushState
from inbox.flows import receipts
from inbox.flows.in_front import note_in_front
from inbox.ringing.lease import LEASE_MS
from push.model import Again, Dead, Forget, NotProcessed, Push, Sent, Settled, Unknown, Verdict
from tests.cast import look
from tests.engines import Database
from tests.flows.stage import set_stage
from tests.ringing.phones import Phones

OPEN = (PushState.WAITS, PushState.LEASED)
DEVICES = ("phone", "tablet")

acts = st.one_of(
    st.just(("reply",)),
    st.just(("reply",)),
    st.tuples(st.just("claim"), st.integers(1, 4)),
    st.tuples(
        st.just("settle"),
        st.integers(0, 3),
        st.sampled_from(["sent", "sent", "again", "slow", "dead", "release", "wanted", "forget"]),
    ),
    st.tuples(st.just("pass_"), st.sampled_from([500, 3_000, 30_000, LEASE_MS + 1])),
    st.tuples(st.just("mark"), st.booleans(), st.sampled_from([None, "phone"])),
    st.tuples(st.just("front"), st.booleans()),
    st.tuples(st.just("register"), st.sampled_from(DEVICES)),
)


class Story:
    """One run on a database, and what must be true after each act."""

    def __init__(self, phones: Phones, ana: Customer) -> None:
        self.phones = phones
        self.ana = ana
        self.hands: list[Push] = []
        self.replies: list[int] = []
        self.seen = 0

    async def play(self, act: tuple[Any, ...]) -> None:
        """Do it, and look."""
        name, *given_ = act
        await getattr(self, name)(*given_)
        await self.check()

    async def reply(self) -> None:
        self.replies.append(await self.phones.reply(self.ana))

    async def claim(self, limit: int) -> None:
        self.hands += await self.phones.claim(limit=limit)

    async def settle(self, which: int, how: str) -> None:
        if which >= len(self.hands):
            return
        push = self.hands.pop(which)
        now = self.phones.stage.clock.now
        verdicts: dict[str, Verdict] = {
            "sent": Sent("x"),
            "again": Again(now + 5_000, "busy"),
            "slow": Again(now + 5_000, "busy", whole_device=True),
            "dead": Dead("too large"),
            "forget": Forget("gone", dead_since=1),  # died before it was registered: it stays
        }
        if how == "release":
            await self.phones.outbox.release([push])
        elif how == "wanted":
            await self.phones.outbox.wanted([push])
            self.hands.append(push)
        else:
            outcome = Unknown("cut") if how == "again" else NotProcessed("no")
            settled = Settled(push=push, verdict=verdicts[how], outcome=outcome)
            await self.phones.outbox.settle([settled])

    async def pass_(self, ms: int) -> None:
        self.phones.pass_(ms)
        await self.phones.outbox.sweep()

    async def mark(self, read: bool, device: str | None) -> None:  # noqa: FBT001
        if not self.replies:
            return
        who, upto, ctx = self.ana, self.replies[-1], self.phones.ctx
        self.seen = upto
        if read:
            await receipts.read(ctx, who, thread=who.thread, upto=upto, device=device)
        else:
            await receipts.ack(ctx, who, thread=who.thread, upto=upto, in_front=True)

    async def front(self, on: bool) -> None:  # noqa: FBT001
        await note_in_front(self.phones.ctx, self.ana, connection="socket", on=on)

    async def register(self, device: str) -> None:
        await self.phones.register(self.ana, device)

    async def check(self) -> None:
        """Each reply is told of, on each device, by a push that is over or will be sent."""
        ((rings_from,),) = await look(self.phones.ctx, "SELECT rings_from FROM threads")
        rows = await look(
            self.phones.ctx,
            "SELECT id, device_id, first_seq, seq, state, collapsed_into, lease_by, done_at"
            " FROM push_outbox WHERE kind = 'message'",
        )
        by_id = {row[0]: row for row in rows}
        for reply in self.replies:
            if rings_from and reply >= rings_from:
                continue
            for device in DEVICES:
                told = [row for row in rows if row[1] == device and row[2] <= reply <= row[3]]
                assert told, (reply, device)
        for _, device, _, seq, state, into, lease, done in rows:
            assert (lease is not None) == (state == PushState.LEASED)
            assert (done is None) == (state in OPEN)
            if state == PushState.COLLAPSED:
                newer = by_id[into]
                assert newer[1] == device
                assert newer[3] >= seq
            if state == PushState.SUPPRESSED:
                assert seq <= self.seen
        held = [(push.device, push.lease) for push in self.hands]
        live = [row for row in rows if row[4] == PushState.LEASED]
        # What was claimed and is not settled is leased once, or has lapsed, and to no two hands.
        assert len({row[0] for row in live}) == len(live)
        for push in self.hands:
            row = by_id.get(push.id)
            if row is not None and row[6] == push.lease:
                same = [one for one in live if one[1] == row[1] and one[6] != push.lease]
                assert same == [], held

    async def drain(self) -> None:
        """Whatever is left ends when somebody sends."""
        self.hands.clear()
        for _ in range(40):
            await self.pass_(LEASE_MS + 1)
            pushes = await self.phones.claim()
            await self.phones.settle(pushes)
        assert not set(await self.phones.states()) & {state.name for state in OPEN}


async def tell(template: Path, told: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = shutil.copy(template, Path(folder) / "pinbox.db")
        async with set_stage(Database("sqlite", str(place)), Path(folder)) as stage:
            phones = Phones(stage)
            story = Story(phones, await phones.ana(*DEVICES))
            for act in told:
                await story.play(act)
            await story.drain()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=st.lists(acts, min_size=15, max_size=40))
@example(told=[("reply",), ("claim", 4), ("reply",), ("claim", 4)])
def test_no_push_is_lost_and_none_is_in_two_hands(
    sqlite_template: Path, told: list[tuple[Any, ...]]
) -> None:
    asyncio.run(tell(sqlite_template, told))
