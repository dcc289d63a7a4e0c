"""Take what was written out of the database, in the place where it stands.

A log stays dense: an erased item keeps its number, time and the keyed hash of its `client_id`, and
nothing else. With it go the words by which search found it, what summaries in the streams of teams
showed of it, and the files that were sent with it: nobody sees them from then on, and
`sweep_uploads` takes them off the disk. Whoever uses this appends an `erased` event in the same
transaction, so that desks and devices are told and no node's memory replays what is gone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from inbox.store import search
from inbox.store.engine import Tx
from inbox.store.queries import Q


async def erase_items(tx: Tx, thread: str, *, after: int, last: int) -> int:
    """Erase all items of a stretch, whatever they are; how many there were."""
    await search.forget(tx, thread=thread, first=after + 1, last=last)
    await tx.execute(Q.drop_uploads_of_items, thread=thread, after=after, last=last)
    return await tx.execute(Q.erase_items, thread=thread, after=after, last=last)


async def erase_text(tx: Tx, thread: str, seq: int) -> None:
    """Erase one message or note."""
    await erase_items(tx, thread, after=seq - 1, last=seq)


async def empty_marks(tx: Tx, thread: str) -> None:
    """Erase every summary of a thread in the streams of teams."""
    for team, seq, _ in await tx.fetch(Q.entered_marks, thread=thread):
        await tx.execute(Q.save_entered_mark, team=team, seq=seq, payload=None)


async def forget_messages_in_marks(tx: Tx, thread: str, seqs: Collection[int], upto: int) -> None:
    """Take erased messages out of a thread's summaries: these, and all up to a place."""
    for team, seq, payload in await tx.fetch(Q.entered_marks, thread=thread):
        told: dict[str, Any] = msgspec.json.decode(payload)
        shown = told["summary"]["last_message"]
        if shown is not None and (shown["seq"] <= upto or shown["seq"] in seqs):
            told["summary"]["last_message"] = None
            emptied = msgspec.json.encode(told).decode()
            await tx.execute(Q.save_entered_mark, team=team, seq=seq, payload=emptied)
