"""Everything held of one customer: handed over, or erased."""

from __future__ import annotations

import structlog
from aiohttp import web

from inbox.core.policy import Agent
from inbox.flows import erasure
from inbox.flows import export as exporting
from inbox.flows.erasure import Erasure
from inbox.web.browsers import API_HEADERS
from inbox.web.route import Call

_HEADERS = {
    **API_HEADERS,
    "Content-Type": "application/json",
    "Content-Disposition": 'attachment; filename="customer.json"',
}
_log = structlog.get_logger(__name__)


async def export(call: Call[Agent, None, None]) -> web.StreamResponse:
    """Everything held of a customer, as one JSON document.

    `{exported_at, customer, devices, thread, conversations, milestones, callbacks, items, uploads,
    pushes, audit}`: the profile, the devices, the thread's state, its matters, what reports count
    of them, callbacks, the whole log as the desk sees it,
    the files, each with a link that holds for an hour, the pushes that are still kept, and who
    looked at or changed it. It comes in pieces, whatever its size; one that breaks off ends without
    its last brace.
    """
    request = call.request
    pieces = await exporting.export(call.ctx, call.who, customer=call.path["customer"])
    response = web.StreamResponse(headers=_HEADERS)
    if call.site.browsers.has_cors:
        call.site.browsers.mark(request, response)
    await response.prepare(request)
    try:
        async for piece in pieces:
            await response.write(piece)
        await response.write_eof()
    except Exception as fault:  # noqa: BLE001 - whatever it is, the reader must learn of it
        # The status is out already: a body cut off is the only way left to say that it failed.
        if not isinstance(fault, ConnectionError):
            _log.exception("export_broken")
        if request.transport is not None:
            request.transport.abort()
    return response


async def erase(call: Call[Agent, None, None]) -> Erasure:
    """Erase all that a customer wrote, was answered and was noted about them, and their profile.

    They are signed out. Numbers, times and the pin stay, and the keyed hashes by which an old
    message that is sent again is known. Erasing again is safe.
    """
    return await erasure.erase(call.ctx, call.who, customer=call.path["customer"])
