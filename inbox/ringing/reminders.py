"""Customers are reminded that they will be called, some minutes before: one push per device.

The customer has chosen the time, so quiet hours do not hold it back.
"""

from __future__ import annotations

from inbox.core.hints import RINGS
from inbox.core.pushes import PushState, line_of
from inbox.flows.context import Context, Writing, write
from inbox.ringing.facts import FACTS_WIDTH, Facts, read_facts
from inbox.ringing.targets import circuit_by_row
from inbox.store.queries import Q, Value

TOGETHER = 100


async def remind(ctx: Context) -> bool:
    """Write the pushes of what is due; whether there may be more.

    With their rows the reminders are taken off, in one transaction: each goes out once, whatever
    dies. What comes too late to be of use expires with the call's beginning.
    """

    async def work(writing: Writing) -> int:
        tx = writing.tx
        due = [row[0] for row in await tx.fetch(Q.lock_reminders, now=writing.at, limit=TOGETHER)]
        if not due:
            return 0
        rows = await tx.fetch(Q.reminded_devices, first=due[0], last=due[-1], now=writing.at)
        mine = set(due)
        pushes = []
        for row in rows:
            callback, due_at = row[FACTS_WIDTH:]
            facts = read_facts(row)
            if callback in mine and facts.device is not None and due_at > writing.at:
                pushes.append(_row(ctx, facts, at=writing.at, expires_at=due_at))
        if pushes:
            await tx.execute_many(Q.add_push, pushes)
            writing.moved(RINGS, writing.at)
        await tx.execute_many(Q.take_reminder_off, [{"callback": one} for one in due])
        return len(due)

    return await write(ctx, work) == TOGETHER


def _row(ctx: Context, facts: Facts, *, at: int, expires_at: int) -> dict[str, Value]:
    circuit = circuit_by_row(
        facts.platform or "apns",
        subscription=facts.subscription,
        app=facts.app,
        environment=facts.environment,
    )
    return {
        "id": ctx.ids(),
        "kind": "callback",
        "thread": facts.thread,
        "device": facts.device,
        "first_seq": facts.seq,
        "seq": facts.seq,
        "provider": facts.platform,
        "queue": line_of("callback", circuit),
        "state": PushState.WAITS.value,
        "not_before": at,
        "expires_at": expires_at,
        "claim": None,
        "until": None,
        "claimed_at": None,
        "reason": None,
        "at": at,
        "done_at": None,
    }
