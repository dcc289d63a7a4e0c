"""What rings at a customer's devices: marked on the thread, in the transaction that stores it.

The mark is a column of a row that is written anyway, so it costs a reply next to nothing, however
many devices there are; a customer without any is not marked at all. `inbox.ringing` brings what is
marked to the devices. Agents' messages ring; notes, system lines and imports never do.
"""

from __future__ import annotations

import msgspec

from inbox.core.hints import RINGS
from inbox.flows.context import Context, Writing
from inbox.store.records import Thread


def ring_message(ctx: Context, writing: Writing, thread: Thread, seq: int) -> Thread:
    """The thread with its mark, where the message at `seq` is to be brought to devices.

    The mark stays at the first message that was not brought there yet. The caller stores it.
    """
    if not (ctx.push and thread.reachable):
        return thread
    writing.moved(RINGS, writing.at)
    if thread.rings_from:
        return thread
    return msgspec.structs.replace(thread, rings_from=seq)


def ring_badge(
    ctx: Context, writing: Writing, thread: Thread, *, read_on: str | None = None
) -> Thread:
    """The thread with its mark, where devices may show an unread count that is no longer true.

    `read_on` is the device that needs not be told, since it was read there. The caller stores it.
    """
    if not (ctx.push and thread.reachable and (thread.badged or thread.rings_from)):
        return thread
    writing.moved(RINGS, writing.at)
    return msgspec.structs.replace(thread, rings_from=thread.rings_from or 0, read_on=read_on)
