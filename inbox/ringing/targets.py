"""From a device's row to where a push goes, and by which circuit."""

from __future__ import annotations

import base64
import hashlib

import msgspec

from push.circuit import circuit_key, circuit_of
from push.model import Environment, ProviderName, Target


class _Keys(msgspec.Struct, frozen=True):
    p256dh: str
    auth: str


class _Subscription(msgspec.Struct, frozen=True):
    endpoint: str
    keys: _Keys


_subscriptions = msgspec.json.Decoder(_Subscription)


def make_target(
    provider: ProviderName,
    *,
    token: str | None,
    subscription: str | None,
    app: str | None,
    environment: Environment | None,
    registered_at: int,
) -> Target:
    """The address as its app registered it last."""
    if subscription is None:
        return Target(
            provider=provider,
            token=token or "",
            app=app or "",
            environment=environment,
            registered_at=registered_at,
        )
    given = _subscriptions.decode(subscription)
    return Target(
        provider=provider,
        token=given.endpoint,
        app=app or "",
        environment=environment,
        p256dh=given.keys.p256dh,
        auth=given.keys.auth,
        registered_at=registered_at,
    )


def endpoint_of(subscription: str) -> str:
    """Where the pushes of a Web Push subscription arrive."""
    return _subscriptions.decode(subscription).endpoint


def circuit_by_row(
    provider: ProviderName,
    *,
    subscription: str | None,
    app: str | None,
    environment: Environment | None,
) -> str:
    """The circuit of a device's address, without building the whole target."""
    if subscription is not None:
        return circuit_of(Target(provider=provider, token=endpoint_of(subscription)))
    return circuit_key(provider, app=app or "", environment=environment)


def collapse_key(thread: str, kind: str) -> str:
    """22 base64url characters: short enough for APNs, FCM's tags and a Web Push topic.

    A callback's reminder does not replace the banner of messages.
    """
    what = f"callback {thread}" if kind == "callback" else thread
    digest = hashlib.sha256(what.encode()).digest()
    return base64.urlsafe_b64encode(digest[:17])[:22].decode()
