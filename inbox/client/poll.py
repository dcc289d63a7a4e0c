"""The long poll: the same ranges by HTTP, for where no socket gets through."""

from __future__ import annotations

from inbox.client.calls import Calls
from inbox.client.feed import Feed
from inbox.client.follow import Range
from inbox.client.problems import Unreachable
from inbox.core.errors import Gone


async def poll(calls: Calls, feed: Feed, *, path: str, stream: str, wait_s: int) -> None:
    """Ask once for what follows the cursor, held by the server up to `wait_s` until there is some.

    A `410` is what live calls `reset`. Raises as `Calls.call` does.
    """
    query: dict[str, str | int | None] = {"since": feed.cursor(stream), "wait": wait_s}
    if stream != "thread":
        query["stream"] = stream
    try:
        answer, _ = await calls.call("GET", path, into=Range, query=query, patience=wait_s)
    except Gone as gone:
        if gone.cursor is None:
            raise
        await feed.restart(stream, reason=gone.reason, cursor=gone.cursor)
        return
    if not await feed.apply(stream, answer):
        raise Unreachable(f"the answer does not go on from the cursor: {answer.since}")
