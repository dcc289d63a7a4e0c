"""What happens is told to the company's own systems: a row of the outbox for each that asks for it.

The row is written in the transaction of what it tells, so neither is ever there without the other.
It holds ids and places, no text. `inbox.hooks` delivers it. While nobody asks for a type of event,
telling it costs a look into a dictionary. Imports and erasures tell nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from inbox.core.events import Event
from inbox.core.hints import WEBHOOKS
from inbox.core.webhooks import Place, Told, make_envelope, told_of
from inbox.flows.context import Context, Writing
from inbox.flows.roster import Asked, read_asked
from inbox.store.engine import Tx
from inbox.store.queries import Q, Value
from inbox.store.records import Thread

HOUR_MS = 3_600_000


async def tell(ctx: Context, writing: Writing, told: Told) -> None:
    """Tell every webhook that asks for it, at least once, after the transaction has committed.

    Order is not promised: what is told carries ids and places by which receivers can sort.
    """
    asked = await _asked(ctx, writing)
    for_whom = asked.get(told.type)
    if not for_whom:
        return
    event = ctx.ids()
    payload = make_envelope(event, told, at=writing.at)
    expires_at = writing.at + ctx.settings.webhook_retry_hours * HOUR_MS
    for webhook in for_whom:
        row: dict[str, Value] = {
            "id": ctx.ids(),
            "kind": kind_of(webhook),
            "subject": event,
            "payload": payload,
            "at": writing.at,
            "expires_at": expires_at,
            "thread": told.thread,
        }
        writing.tx.at_end(_store, row)
    writing.moved(WEBHOOKS, writing.at)


async def tell_log(
    writing: Writing, before: Thread | None, after: Thread, events: Sequence[Event]
) -> None:
    """Tell of what was appended to a thread's log, which has its new head already."""
    if not await _asked(writing.ctx, writing):
        return
    first = after.head - len(events) + 1
    for seq, event in enumerate(events, start=first):
        place = Place(
            thread=after.id,
            customer=after.customer_id,
            seq=seq,
            team=after.serving_team,
            served=(before or after).serving_team,
            home=after.home_team,
            covered=before is not None and before.serving_why == "cover",
            before=None if before is None else before.home_team,
        )
        told = told_of(event, place)
        if told is not None:
            await tell(writing.ctx, writing, told)


def kind_of(webhook: str) -> str:
    """The kind of a webhook's jobs in the outbox."""
    return f"webhook:{webhook}"


async def _asked(ctx: Context, writing: Writing) -> Asked:
    """Who asks for what. Read in the transaction only where nothing is remembered just now."""
    if not writing.told:
        return {}
    people = ctx.memory.roster
    return await read_asked(writing.tx) if people is None else people.webhooks


async def _store(tx: Tx, rows: list[dict[str, Value]]) -> None:
    if len(rows) == 1:
        await tx.execute(Q.add_delivery, **rows[0])
    else:
        await tx.execute_many(Q.add_delivery, rows)
