"""A provider that answers as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from push.model import Answer, Outcome, ProviderName, Push
from tests.push.steered import Steered

OK = Answer(status=200, provider_id="p")

Reply = Outcome | Exception | Awaitable[Outcome]


async def never() -> Outcome:
    """A request without an answer."""
    await asyncio.Event().wait()
    raise AssertionError


class Scripted:
    """`push.model.Provider`: `reply` says what comes of the n-th request; each takes `takes_s`."""

    def __init__(
        self,
        steered: Steered,
        name: ProviderName = "apns",
        *,
        reply: Callable[[Push, int], Reply] = lambda _push, _number: OK,
        takes_s: float = 0.05,
    ) -> None:
        self.name = name
        self.reply = reply
        self.takes_s = takes_s
        self.sent: list[tuple[float, Push]] = []
        self.in_flight = 0
        self.most = 0
        self._steered = steered

    async def send(self, push: Push, *, timeout: float) -> Outcome:  # noqa: ARG002
        """What the script says."""
        self.sent.append((self._steered.passed, push))
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        try:
            reply = self.reply(push, len(self.sent))
            await self._steered.sleep(self.takes_s)
            if isinstance(reply, Exception):
                raise reply
            return await reply if isinstance(reply, Awaitable) else reply
        finally:
            self.in_flight -= 1

    async def close(self) -> None:
        """Nothing to close."""

    def times(self, row: str) -> list[float]:
        """When a row was sent, in seconds since the beginning."""
        return [at for at, push in self.sent if push.id == row]
