"""Ana's browser, and the stand-in of its push service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from push.model import Push, WebPushRequest
from push.payload import Forms
from push.simulator.browser import Subscription
from push.simulator.record import Faults, Records
from push.simulator.webpush import WebPushSimulator
from push.webpush.provider import WebPush
from push.webpush.vapid import Vapid, make_vapid_key
from tests.push import cast
from tests.push.stands import Timer, certificates, server_context

TIMEOUT = 10.0
LOOPBACK = ("127.0.0.1",)
SUBJECT = "mailto:push@example.com"
PRIVATE, PUBLIC = make_vapid_key()


class Service(WebPushSimulator):
    """The stand-in with its records, and clients that trust it."""

    def __init__(self) -> None:
        self.wall = Timer()
        super().__init__(
            context=server_context(), records=Records(), faults=Faults(), clock=self.wall
        )
        self._clients: list[WebPush] = []

    def client(
        self, *, allowed: Iterable[str] = LOOPBACK, private: str = PRIVATE, **options: Any
    ) -> WebPush:
        """A provider that may connect to loopback; closed with the stand-in."""
        client = WebPush(
            Vapid(private, subject=SUBJECT, clock=self.wall),
            form=options.pop("form", Forms(now=lambda: cast.NOW).webpush),
            allowed=allowed,
            ca_file=certificates().authority,
            clock=self.wall,
            **options,
        )
        self._clients.append(client)
        return client

    async def close(self) -> None:
        self.cut()
        for client in self._clients:
            await client.close()
        await super().close()


def push(subscription: Subscription, **changes: Any) -> Push:
    """A reply to the browser with this subscription."""
    target = replace(
        cast.BROWSER,
        token=subscription.endpoint,
        p256dh=subscription.p256dh,
        auth=subscription.auth,
    )
    return cast.push(target=replace(target, **changes.pop("target", {})), **changes)


def bare(**changes: Any) -> WebPushRequest:
    """The least that is sent."""
    return replace(WebPushRequest(plaintext=b'{"t":"1"}', ttl=60), **changes)
