"""A customer's devices: registered for pushes, forgotten, and when they are not rung."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from inbox.client.calls import Calls

Platform = Literal["apns", "fcm", "webpush"]
Mode = Literal["hold", "passive"]


class Device(msgspec.Struct, frozen=True):
    """A registered device."""

    id: str
    platform: str
    app_id: str | None = None
    environment: str | None = None
    locale: str | None = None
    push_enabled: bool = False


class Registered(msgspec.Struct, frozen=True):
    """The device, and a token by which its notification extension may fetch and acknowledge."""

    device: Device
    fetch_token: str


class QuietHours(msgspec.Struct, frozen=True):
    """When devices are not rung. `own`: the customer has chosen so; `until`: it is quiet now."""

    hours: str | None
    mode: str
    own: bool = False
    time_zone: str = "UTC"
    until: datetime | None = None


class TracedPush(msgspec.Struct, frozen=True):
    """One push and what became of it, as the desk's page of the contract says."""

    id: str
    kind: str
    device: str
    provider: str
    first_seq: int
    seq: int
    state: str
    written_at: datetime
    reason: str | None = None
    attempts: int = 0
    status: int | None = None
    provider_id: str | None = None
    into: str | None = None
    claimed_at: datetime | None = None
    done_at: datetime | None = None


class TracedReceipt(msgspec.Struct, frozen=True):
    """The customer has received (`delivered`) or read everything up to a place."""

    kind: str
    upto: int
    at: datetime


class Trail(msgspec.Struct, frozen=True):
    """Pushes of a thread, newest first, and what was acknowledged since the oldest of them."""

    thread: str
    reachable: bool = False
    pushes: tuple[TracedPush, ...] = ()
    receipts: tuple[TracedReceipt, ...] = ()
    next: str | None = None


class _Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    platform: Platform
    push_enabled: bool
    token: str | None = None
    subscription: dict[str, Any] | None = None
    app_id: str | None = None
    environment: str | None = None
    locale: str | None = None


class _Quiet(msgspec.Struct, frozen=True):
    hours: str | None
    mode: Mode


class _Key(msgspec.Struct, frozen=True):
    key: str


class Devices:
    """The calls of `/v1/devices`, `/v1/quiet-hours` and `/v1/push/key`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def register(
        self,
        device: str,
        platform: Platform,
        *,
        token: str | None = None,
        subscription: dict[str, Any] | None = None,
        app_id: str | None = None,
        environment: Literal["production", "sandbox"] | None = None,
        locale: str | None = None,
        push_enabled: bool = True,
    ) -> Registered:
        """Register a device, at every start of the app; its earlier fetch token ends."""
        body = _Draft(platform, push_enabled, token, subscription, app_id, environment, locale)
        answer, _ = await self._calls.call("PUT", _path(device), into=Registered, body=body)
        return answer

    async def forget(self, device: str) -> None:
        """Forget a device, as when its customer signs out. NotFound where it is none."""
        await self._calls.call("DELETE", _path(device), into=object)

    async def key(self) -> str:
        """The key that a web page subscribes with. NotFound without Web Push."""
        answer, _ = await self._calls.call("GET", "/v1/push/key", into=_Key)
        return answer.key

    async def quiet(self) -> QuietHours:
        """When they are not rung, by the customer's own clock."""
        answer, _ = await self._calls.call("GET", "/v1/quiet-hours", into=QuietHours)
        return answer

    async def set_quiet(self, hours: str | None, mode: Mode = "hold") -> QuietHours:
        """Choose hours as `22:00-08:00`, or none for never."""
        body = _Quiet(hours, mode)
        answer, _ = await self._calls.call("PUT", "/v1/quiet-hours", into=QuietHours, body=body)
        return answer

    async def clear_quiet(self) -> None:
        """Go back to the hours that the company has set."""
        await self._calls.call("DELETE", "/v1/quiet-hours", into=object)


def _path(device: str) -> str:
    return f"/v1/devices/{quote(device, safe='')}"
