"""The endpoints of the company's systems: made, changed, switched on and off, given new secrets.

A secret is made of the server's own, the endpoint's id and a number, so none is stored; it is shown
when it is made, and not again.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from inbox.core.errors import BadRequest, Conflict, NotFound
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Operator, demand
from inbox.core.text import clean_line
from inbox.core.webhooks import TYPES, DeliveryState, EventType, show_secret
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, write
from inbox.flows.signin import demand_admin_still, move_registry
from inbox.flows.webhooks import HOUR_MS, kind_of
from inbox.settings import Settings
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Webhook, read_webhook

MOST = 50
"""Endpoints at once: each event that is asked for costs a row for each."""
LONGEST_URL = 2048
LONGEST_LABEL = 100
BY_ADMIN = "by an admin"
KEEP_HOURS = 24
LONGEST_KEEP = 720
HTTPS_PORT = 443
DROPPED = 500
"""Deliveries that go with their endpoint in one transaction."""

_read_types = msgspec.json.Decoder(tuple[EventType, ...]).decode


class WebhookDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An endpoint as an admin writes it: it replaces what was there.

    `types`: what it is told. `with_text`: messages carry their text. `active`: it is told anything
    at all.
    """

    url: str
    types: tuple[EventType, ...]
    label: str = ""
    with_text: bool = False
    active: bool = True


class Off(msgspec.Struct, frozen=True):
    """Since when and why an endpoint is told nothing."""

    at: str
    reason: str


class Counts(msgspec.Struct, frozen=True):
    """Deliveries of an endpoint that wait or are on their way, and dead letters."""

    waiting: int = 0
    dead: int = 0


class WebhookDetail(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint, without its secret.

    `failing_since`: nothing but failures since then, the last one for `last_reason`.
    `old_secret_until`: so long the secret before is valid, too.
    """

    id: str
    url: str
    label: str
    types: tuple[EventType, ...]
    with_text: bool
    active: bool
    off: Off | None
    failing_since: str | None
    last_reason: str | None
    waiting: int
    dead: int
    old_secret_until: str | None
    created_at: str


class WebhookDetails(msgspec.Struct, frozen=True):
    """Every endpoint, the oldest first."""

    items: tuple[WebhookDetail, ...]
    next: None = None


class NewSecret(msgspec.Struct, frozen=True):
    """An endpoint with its newest secret, which is shown this once."""

    webhook: WebhookDetail
    secret: str


async def list_webhooks(ctx: Context, who: Agent | Operator) -> WebhookDetails:
    """Every endpoint, and how it stands. For admins."""
    demand(who, "administer")

    async def look(tx: Tx) -> tuple[list[Row], dict[str, Counts]]:
        return await tx.fetch(Q.all_webhooks), await count(tx)

    rows, counts = await ctx.store.read(look)
    found = (read_webhook(row) for row in rows)
    return WebhookDetails(
        tuple(_detail(one, counts.get(one.id, Counts()), at=ctx.clock()) for one in found)
    )


async def add_webhook(ctx: Context, who: Agent | Operator, draft: WebhookDraft) -> NewSecret:
    """Make an endpoint. It is told what happens from now on. For admins.

    Raises BadRequest, which names the field, and Conflict where there are too many.
    """
    demand(who, "administer")
    draft = _checked(draft, ctx.settings)

    async def work(writing: Writing) -> Webhook:
        tx, webhook = writing.tx, ctx.ids()
        await demand_admin_still(tx, who)
        await move_registry(writing)  # one after the other, else two may be one too many
        if len(await tx.fetch(Q.all_webhooks)) >= MOST:
            raise Conflict(f"there are {MOST} webhooks already, which is the most")
        await tx.execute(
            Q.add_webhook,
            id=webhook,
            url=draft.url,
            label=draft.label,
            types=_stored(draft.types),
            with_text=draft.with_text,
            at=writing.at,
        )
        known = await _lock(tx, webhook)
        if not draft.active:
            known = await _save(writing, known, draft)
        await record(ctx, writing, who, "webhook.add", webhook=webhook)
        return known

    return _with_secret(ctx, await write(ctx, work), Counts())


async def change_webhook(
    ctx: Context, who: Agent | Operator, *, webhook: str, draft: WebhookDraft
) -> WebhookDetail:
    """Replace what an endpoint is. For admins.

    Where it was switched off and is active now, what waits goes on; dead letters stay dead until
    they are sent again. Raises NotFound, and BadRequest, which names the field.
    """
    demand(who, "administer")
    draft = _checked(draft, ctx.settings)

    async def work(writing: Writing) -> tuple[Webhook, Counts]:
        await demand_admin_still(writing.tx, who)
        known = await _save(writing, await _lock(writing.tx, webhook), draft)
        await move_registry(writing)
        await record(ctx, writing, who, "webhook.change", webhook=webhook)
        return known, (await count(writing.tx)).get(webhook, Counts())

    known, counts = await write(ctx, work)
    return _detail(known, counts, at=ctx.clock())


async def remove_webhook(ctx: Context, who: Agent | Operator, *, webhook: str) -> None:
    """Forget an endpoint, and all that was or is to be told to it. For admins; NotFound."""
    demand(who, "administer")

    async def work(writing: Writing) -> None:
        tx = writing.tx
        await demand_admin_still(tx, who)
        await _lock(tx, webhook)
        await tx.execute(Q.drop_webhook, id=webhook)
        await move_registry(writing)
        await record(ctx, writing, who, "webhook.remove", webhook=webhook)

    async def drop(writing: Writing) -> int:
        return await writing.tx.execute(Q.drop_deliveries, kind=kind_of(webhook), limit=DROPPED)

    await write(ctx, work)
    while await write(ctx, drop, long=True):
        pass


async def rotate_secret(
    ctx: Context, who: Agent | Operator, *, webhook: str, keep_hours: int = KEEP_HOURS
) -> NewSecret:
    """Give an endpoint a new secret; deliveries are signed with both for `keep_hours` (0: not).

    For admins. Raises NotFound, and Conflict while the secret before the present one is still
    valid: there are two at most.
    """
    demand(who, "administer")
    if not 0 <= keep_hours <= LONGEST_KEEP:
        raise BadRequest.field("keep_hours", f"must be 0 to {LONGEST_KEEP}")

    async def work(writing: Writing) -> tuple[Webhook, Counts]:
        tx = writing.tx
        await demand_admin_still(tx, who)
        known = await _lock(tx, webhook)
        if keep_hours and known.old_until > writing.at:
            raise Conflict("two secrets are valid already; end both now with keep_hours 0")
        until = writing.at + keep_hours * HOUR_MS if keep_hours else 0
        await tx.execute(Q.rotate_webhook, id=webhook, old_until=until)
        await record(ctx, writing, who, "webhook.rotate", webhook=webhook)
        return await _lock(tx, webhook), (await count(tx)).get(webhook, Counts())

    known, counts = await write(ctx, work)
    return _with_secret(ctx, known, counts)


async def get_webhook(ctx: Context, who: Agent | Operator, *, webhook: str) -> Webhook:
    """One endpoint as it is stored. For admins; NotFound."""
    demand(who, "administer")

    async def look(tx: Tx) -> Row | None:
        return await tx.fetch_one(Q.get_webhook, id=webhook)

    row = await ctx.store.read(look)
    if row is None:
        raise NotFound("there is no such webhook")
    return read_webhook(row)


async def count(tx: Tx) -> dict[str, Counts]:
    """What waits and what is dead, by endpoint."""
    found: dict[str, Counts] = {}
    for kind, state, rows, _ in await tx.fetch(Q.count_deliveries):
        webhook = kind.partition(":")[2]
        known = found.get(webhook, Counts())
        if state == DeliveryState.DEAD:
            found[webhook] = msgspec.structs.replace(known, dead=rows)
        else:
            found[webhook] = msgspec.structs.replace(known, waiting=known.waiting + rows)
    return found


async def _lock(tx: Tx, webhook: str) -> Webhook:
    row = await tx.fetch_one(Q.lock_webhook, id=webhook)
    if row is None:
        raise NotFound("there is no such webhook")
    return read_webhook(row)


async def _save(writing: Writing, known: Webhook, draft: WebhookDraft) -> Webhook:
    after = msgspec.structs.replace(
        known,
        url=draft.url,
        label=draft.label,
        types=_stored(draft.types),
        with_text=draft.with_text,
    )
    if not draft.active and known.off_at is None:
        after = msgspec.structs.replace(after, off_at=writing.at, off_reason=BY_ADMIN)
    elif draft.active and (known.off_at is not None or draft.url != known.url):
        after = msgspec.structs.replace(
            after,
            off_at=None,
            off_reason=None,
            failing_since=None,
            failures=0,
            paused_until=0,
            last_reason=None,
        )
    fields = {name: getattr(after, name) for name in Q.save_webhook.params}
    await writing.tx.execute(Q.save_webhook, **fields)
    return after


def _checked(draft: WebhookDraft, settings: Settings) -> WebhookDraft:
    if not draft.types:
        raise BadRequest.field("types", f"name at least one of {', '.join(TYPES)}")
    _check_url(draft.url, settings)
    label = clean_line(draft.label, path="label", limit=LONGEST_LABEL, empty=True)
    return msgspec.structs.replace(draft, label=label)


def _check_url(url: str, settings: Settings) -> None:
    """Raise BadRequest for what is no address of an endpoint; where it leads is judged later."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadRequest.field("url", "is not an address") from None
    printable = url.isascii() and url.isprintable() and not set(url) & set(" \\")
    if not printable or not host or len(url) > LONGEST_URL or parts.fragment:
        raise BadRequest.field("url", "must be an https address of at most 2,048 characters")
    if "@" in parts.netloc:
        raise BadRequest.field("url", "must not carry a user or password")
    if parts.scheme == "https":
        if port not in {None, HTTPS_PORT} and not settings.webhook_networks:
            raise BadRequest.field("url", "must be at port 443, unless webhook_networks allows it")
    elif parts.scheme != "http" or not settings.webhook_networks:
        raise BadRequest.field("url", "must begin with https://, unless webhook_networks is set")


def _stored(types: tuple[EventType, ...]) -> str:
    return msgspec.json.encode([one for one in TYPES if one in types]).decode()


def _with_secret(ctx: Context, known: Webhook, counts: Counts) -> NewSecret:
    key = ctx.keys.webhook_key(known.id, known.secret_number)
    return NewSecret(_detail(known, counts, at=ctx.clock()), show_secret(key))


def _detail(known: Webhook, counts: Counts, *, at: int) -> WebhookDetail:
    off = None
    if known.off_at is not None:
        off = Off(to_text(known.off_at), known.off_reason or "")
    since = known.failing_since
    return WebhookDetail(
        id=known.id,
        url=known.url,
        label=known.label,
        types=_read_types(known.types),
        with_text=known.with_text,
        active=off is None,
        off=off,
        failing_since=None if since is None else to_text(since),
        last_reason=known.last_reason if since is not None else None,
        waiting=counts.waiting,
        dead=counts.dead,
        old_secret_until=to_text(known.old_until) if known.old_until > at else None,
        created_at=to_text(known.created_at),
    )
