"""The long poll at the door: ends early when the server stops, and checks its caller once more."""

from __future__ import annotations

import asyncio
from typing import Any

from inbox.core.errors import NotFound
from inbox.core.policy import Agent
from inbox.flows import devices, signin
from inbox.flows.devices import Fetcher
from inbox.flows.poll import Events, poll
from inbox.flows.streams import Stream
from inbox.web.route import Call


async def follow(
    call: Call[Any, Any, Any], stream: Stream, *, since: str | None, wait_s: float
) -> Events:
    """What comes after a cursor, for a caller who may still see it when it has come.

    Raises Unauthorized where the caller was signed out, or its device forgotten, and NotFound
    where the team is the caller's no longer, while it waited.
    """
    if wait_s == 0 or call.site.stopping.is_set():
        return await poll(call.ctx, stream, since=since, wait_s=0)
    registry = call.ctx.memory.registry
    waiting = asyncio.ensure_future(poll(call.ctx, stream, since=since, wait_s=wait_s))
    stopping = asyncio.ensure_future(call.site.stopping.wait())
    try:
        await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not waiting.done():
            waiting.cancel()
    if not waiting.cancelled() and waiting.done():
        found = waiting.result()
    else:
        found = await poll(call.ctx, stream, since=since, wait_s=0)
    if isinstance(call.who, Fetcher):
        await devices.demand_kept(call.ctx, call.who)
    elif call.ctx.memory.registry != registry:
        await _demand_still(call, stream)
    return found


async def _demand_still(call: Call[Any, Any, Any], stream: Stream) -> None:
    now = await signin.still_valid(call.ctx, call.who)
    if isinstance(now, Agent) and stream.id not in now.teams:
        raise NotFound("this stream is yours no longer")
