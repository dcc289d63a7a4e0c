"""A customer's devices: registered and kept, each with a token that may only fetch and acknowledge.

The app's notification extension wakes for a push without the app's own sign-in; with the fetch
token it can read this customer's messages and say that they were shown, and nothing else.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal

import msgspec

from inbox.auth.claims import check_locale
from inbox.auth.keys import hash_token, make_token, token_kind
from inbox.core.errors import BadRequest, NotFound, Unauthorized
from inbox.core.policy import Customer
from inbox.core.text import clean_line
from inbox.flows.access import lock_seen
from inbox.flows.context import Context, Writing, write
from inbox.flows.fields import checked
from inbox.settings import Settings
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import read_customer

Platform = Literal["apns", "fcm", "webpush"]
Environment = Literal["production", "sandbox"]

FOREVER = 2**53 - 1
"""Unix seconds: a fetch token ends when it is revoked, not by a date."""

MOST_DEVICES = 20
"""Devices of one customer; the one seen longest ago makes room for one more."""

_DEVICE_ID = re.compile(r"[\x21-\x7e]{1,128}")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,200}=*")
_HEX = re.compile(r"([0-9a-f]{2}){16,200}")


class Fetcher(Customer, frozen=True, kw_only=True):
    """A customer as its device's fetch token lets in."""

    fetch_hash: str


class SubscriptionKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of a Web Push subscription (RFC 8291), base64url."""

    p256dh: str
    auth: str


class Subscription(msgspec.Struct, frozen=True, rename="camel"):
    """A Web Push subscription as a browser gives it (`PushSubscription.toJSON()`)."""

    endpoint: str
    keys: SubscriptionKeys
    expiration_time: int | None = None


class DeviceDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an app says of its device: `token` for apns and fcm, `subscription` for webpush."""

    platform: Platform
    push_enabled: bool
    token: str | None = None
    subscription: Subscription | None = None
    app_id: str | None = None
    environment: Environment | None = None
    locale: str | None = None


class Device(msgspec.Struct, frozen=True):
    """A registered device. The provider's token is not shown again."""

    id: str
    platform: Platform
    app_id: str | None
    environment: Environment | None
    locale: str | None
    push_enabled: bool


class Registered(msgspec.Struct, frozen=True):
    """The device, and its fetch token, shown this once; the one before it ends."""

    device: Device
    fetch_token: str


async def register(
    ctx: Context, who: Customer, *, device_id: str, draft: DeviceDraft
) -> Registered:
    """Register a device, or renew what is known of it; repeat it at every start of the app.

    An address belongs to whoever registered it last: another device or customer that had it has
    it no longer. Beyond `MOST_DEVICES` the one seen longest ago is forgotten. Without an `app_id`
    for APNs the one app that is set up is meant, where there is but one. Raises BadRequest, which
    names the field, and Unauthorized where the customer was signed out meanwhile: a sign-out leaves
    no fetch token behind it.
    """
    if draft.platform == "apns" and draft.app_id is None and len(ctx.settings.apns_apps) == 1:
        draft = msgspec.structs.replace(draft, app_id=ctx.settings.apns_apps[0].app)
    _demand_set_up(ctx.settings, draft)
    token, subscription = _address(draft)
    address = _hash_address(draft, token)
    device = Device(
        id=_device_id(device_id),
        platform=draft.platform,
        app_id=None if draft.app_id is None else clean_line(draft.app_id, path="app_id", limit=200),
        environment=draft.environment,
        locale=None if draft.locale is None else checked("locale", check_locale, draft.locale),
        push_enabled=draft.push_enabled,
    )
    fetch_token = make_token("fetch")

    async def work(writing: Writing) -> None:
        tx = writing.tx
        await lock_seen(tx, who, who.thread)
        row = await tx.fetch_one(Q.lock_customer, customer=who.id)
        if row is None or who.issued_at < read_customer(row).signed_out_at:
            raise Unauthorized("this customer was signed out")
        await tx.execute(Q.take_address, address=address, customer=who.id, device=device.id)
        await tx.execute(Q.revive_address, address=address)
        await tx.execute(
            Q.put_device,
            customer=who.id,
            device=device.id,
            platform=device.platform,
            token=token,
            subscription=subscription,
            app_id=device.app_id,
            environment=device.environment,
            locale=device.locale,
            push_enabled=device.push_enabled,
            fetch_hash=hash_token(fetch_token),
            at=writing.at,
            address=address,
        )
        await _make_room(tx, who.id, device.id)
        if device.push_enabled:
            await tx.execute(Q.make_reachable, thread=who.thread)

    await write(ctx, work)
    return Registered(device, fetch_token)


async def remove(ctx: Context, who: Customer, *, device_id: str) -> None:
    """Forget a device, as an app does when its customer signs out. NotFound where it is none."""

    async def work(writing: Writing) -> None:
        known = {"customer": who.id, "device": _device_id(device_id)}
        if not await writing.tx.execute(Q.remove_device, **known):
            raise NotFound("there is no such device")

    await write(ctx, work)


async def fetcher(ctx: Context, token: str) -> Fetcher:
    """The customer whose device holds this fetch token. Raises Unauthorized."""
    if token_kind(token) != "fetch":
        raise Unauthorized("this is not a fetch token of this server")
    return await _find(ctx, hash_token(token))


async def demand_kept(ctx: Context, who: Fetcher) -> None:
    """Look again at whoever came by a fetch token: Unauthorized where its device is forgotten.

    Whether the customer was signed out does not matter by itself: a sign-out forgets the devices,
    and one that was registered after it stands.
    """
    await _find(ctx, who.fetch_hash)


async def _find(ctx: Context, fetch_hash: str) -> Fetcher:
    async def look(tx: Tx) -> Row | None:
        return await tx.fetch_one(Q.find_fetch_token, hash=fetch_hash)

    row = await ctx.store.read(look)
    if row is None:
        raise Unauthorized("this fetch token is not known, or no longer")
    customer, thread, name = row
    return Fetcher(customer, thread, 0, FOREVER, name, fetch_hash=fetch_hash)


async def _make_room(tx: Tx, customer: str, newest: str) -> None:
    """Forget the devices seen longest ago; the newest stays, wherever the clock has stepped."""
    rows = await tx.fetch(Q.list_devices, customer=customer)
    others = sorted((row[9], row[0]) for row in rows if row[0] != newest)
    for _, device in others[: max(0, len(rows) - MOST_DEVICES)]:
        await tx.execute(Q.remove_device, customer=customer, device=device)


def _device_id(raw: str) -> str:
    if not _DEVICE_ID.fullmatch(raw):
        raise NotFound("a device's id is 1 to 128 printable ASCII characters without spaces")
    return raw


def _demand_set_up(settings: Settings, draft: DeviceDraft) -> None:
    """Raise BadRequest for an app, or an environment of it, that nobody has set up here.

    Its pushes would wait for ever under the operator's alarm, on a stranger's word. Where a service
    is not set up at all, its devices are kept for the day when it is.
    """
    if draft.platform == "apns" and settings.apns_apps:
        keys = [one for one in settings.apns_apps if one.app == draft.app_id]
        if not keys:
            raise BadRequest.field("app_id", "is none of the apps that are set up here")
        if draft.environment and all(draft.environment not in one.environments for one in keys):
            raise BadRequest.field("environment", "this app is not set up for it here")
    if draft.platform == "fcm" and settings.fcm_projects:
        apps = {one.app for one in settings.fcm_projects}
        if "" not in apps and draft.app_id not in apps:
            raise BadRequest.field("app_id", "is none of the apps that are set up here")


def _address(draft: DeviceDraft) -> tuple[str | None, str | None]:
    """Where the provider finds the device: its token, or the subscription as JSON."""
    if draft.platform == "webpush":
        if draft.token is not None:
            raise BadRequest.field("token", "is for apns and fcm; webpush has a subscription")
        return None, _subscription(draft.subscription)
    if draft.subscription is not None:
        raise BadRequest.field("subscription", "is for webpush alone")
    token = (draft.token or "").strip()
    if draft.platform == "apns":
        token = token.lower()  # one device, one spelling
        if not _HEX.fullmatch(token):
            raise BadRequest.field("token", "must be the device token in hex")
        if draft.environment is None:
            raise BadRequest.field("environment", "must be production or sandbox for apns")
    elif not 1 <= len(token) <= 4_096 or not token.isascii() or not token.isprintable():
        raise BadRequest.field("token", "must be a registration token")
    return token, None


def _hash_address(draft: DeviceDraft, token: str | None) -> str:
    """By what an address is known without its token: one text for one place of arrival.

    For APNs app and environment are part of the place. A token of FCM and an endpoint are one place
    by themselves, whatever else an older version of the app says of them.
    """
    place = token if draft.subscription is None else draft.subscription.endpoint
    within = (draft.environment or "", draft.app_id or "") if draft.platform == "apns" else ("", "")
    parts = (draft.platform, *within, place or "")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _subscription(given: Subscription | None) -> str:
    if given is None:
        raise BadRequest.field("subscription", "is needed for webpush")
    endpoint = given.endpoint
    if len(endpoint) > 2_000 or not endpoint.startswith("https://") or not endpoint.isprintable():
        raise BadRequest.field("subscription.endpoint", "must be an https address")
    for name in ("p256dh", "auth"):
        if not _KEY.fullmatch(getattr(given.keys, name)):
            raise BadRequest.field(f"subscription.keys.{name}", "must be base64url")
    return msgspec.json.encode(given).decode()
