"""One signed request to an endpoint, and what its answer means."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from inbox import __version__
from inbox.core.errors import NotFound
from inbox.core.webhooks import ASKED_AT_MOST_MS, sign
from inbox.flows.context import Context
from inbox.settings import Settings
from inbox.store.records import Webhook
from push.exchange import Exchange, Reply, trust, wait_asked
from push.guard import Guard

GONE = 410
_HEADERS = {"Content-Type": "application/json", "User-Agent": f"Pinbox/{__version__}"}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one request: a status where there was an answer, and why it was no success."""

    status: int | None = None
    reason: str | None = None
    wait_ms: int = 0
    """So long the endpoint asks to be left alone."""
    took_ms: int

    @property
    def works(self) -> bool:
        """Whether the endpoint has it."""
        return self.reason is None

    @property
    def gone(self) -> bool:
        """Whether the endpoint wants nothing ever again."""
        return self.status == GONE


class Sender:
    """Posts to whatever address an admin gave, but to no forbidden one; follows no redirect.

    Raises NotFound where `webhook_ca_file` cannot be read.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        # To read the system's authorities takes 50 ms, and most servers have no webhook. A file
        # that is named is read now, so that what is wrong with it is told at the start.
        named = bool(ctx.settings.webhook_ca_file)
        self._exchange = _make_exchange(ctx.settings) if named else None

    async def send(self, webhook: Webhook, *, event: str, body: str) -> Outcome:
        """Post an event once, signed with every secret that is valid now. Raises nothing."""
        ctx, raw, at = self._ctx, body.encode(), self._ctx.clock()
        numbers = [webhook.secret_number]
        if at < webhook.old_until:
            numbers.append(webhook.secret_number - 1)
        keys = [ctx.keys.webhook_key(webhook.id, number) for number in numbers]
        headers = _HEADERS | sign(keys, event=event, at=at, body=raw)
        if self._exchange is None:
            self._exchange = _make_exchange(ctx.settings)
        began = time.monotonic()
        reply = await self._exchange.post(
            webhook.url, headers=headers, body=raw, timeout=ctx.settings.webhook_timeout_s
        )
        took_ms = int((time.monotonic() - began) * 1000)
        if not isinstance(reply, Reply):
            return Outcome(reason=reply.reason, took_ms=took_ms)
        if 200 <= reply.status < 300:
            return Outcome(status=reply.status, took_ms=took_ms)
        return Outcome(
            status=reply.status,
            reason=_why(reply.status),
            wait_ms=min(wait_asked(reply.headers, now_ms=at) or 0, ASKED_AT_MOST_MS),
            took_ms=took_ms,
        )

    async def close(self) -> None:
        """Close the connections, when what is on its way has ended."""
        if self._exchange is not None:
            await self._exchange.close()


def _make_exchange(settings: Settings) -> Exchange:
    """The client of all endpoints. How many requests are on their way is for each lane to say."""
    ca_file = Path(settings.webhook_ca_file) if settings.webhook_ca_file else None
    if ca_file is not None and not os.access(ca_file, os.R_OK):
        raise NotFound(f"webhook_ca_file: {ca_file} cannot be read")
    return Exchange(
        tls=trust(ca_file), guard=Guard(settings.webhook_networks), limit=0, limit_per_host=0
    )


def _why(status: int) -> str:
    if 300 <= status < 400:
        return f"answered {status}: redirects are not followed"
    return f"answered {status}"
