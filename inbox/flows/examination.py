"""What an operator's doctor asks of the database: is it whole, is it set up, who is there."""

from __future__ import annotations

import uuid

import msgspec

from inbox.flows.endpoints import BY_ADMIN, Counts, count
from inbox.flows.roster import NOBODY, read_roster
from inbox.store.checkup import check_up
from inbox.store.engine import Engine, Tx
from inbox.store.queries import Q
from inbox.store.records import read_webhook
from inbox.store.release import this_release


class TeamState(msgspec.Struct, frozen=True):
    """A team by key, and how many people may answer for it."""

    key: str
    default: bool
    members: int


class WebhookState(msgspec.Struct, frozen=True):
    """How an endpoint of the company's systems stands; `reason` is why it is off, or fails."""

    id: str
    label: str
    off_at: int | None
    by_admin: bool
    failing_since: int | None
    reason: str
    waiting: int
    dead: int


class Examination(msgspec.Struct, frozen=True):
    """What was found; `damage` is none where nothing is wrong. Times are Unix ms."""

    dialect: str
    schema: int
    newest_schema: int
    damage: str | None
    lost: bool
    """Whether the file at its place is no longer the one that is open."""
    newest_thread_at: int | None
    secret: str | None
    """Fingerprint of the `server_secret` it was written with; none before the first start."""
    teams: tuple[TeamState, ...]
    webhooks: tuple[WebhookState, ...]


async def examine(store: Engine) -> Examination:
    """Read through the database and change nothing; takes as long as reading all of it.

    An older schema is found, not migrated: then nothing of it is read but its number. Raises
    Refusal when it is not Pinbox's.
    """
    checkup = await check_up(store)
    newest, schema = this_release().number, checkup.state.schema
    people = await store.read(read_roster) if schema == newest else NOBODY
    made_last = checkup.newest_thread
    return Examination(
        dialect=checkup.dialect,
        schema=schema,
        newest_schema=newest,
        damage=checkup.damage,
        lost=checkup.lost,
        newest_thread_at=None if made_last is None else uuid.UUID(made_last).int >> 80,
        secret=checkup.state.secret,
        teams=tuple(
            TeamState(team.key, team.is_default, len(people.active(team.id)))
            for team in people.teams.values()
        ),
        webhooks=await store.read(_webhooks) if schema == newest else (),
    )


async def _webhooks(tx: Tx) -> tuple[WebhookState, ...]:
    counts = await count(tx)
    return tuple(
        WebhookState(
            id=one.id,
            label=one.label,
            off_at=one.off_at,
            by_admin=one.off_reason == BY_ADMIN,
            failing_since=one.failing_since,
            reason=one.off_reason or one.last_reason or "",
            waiting=counts.get(one.id, Counts()).waiting,
            dead=counts.get(one.id, Counts()).dead,
        )
        for one in map(read_webhook, await tx.fetch(Q.all_webhooks))
    )
