"""What an operator's doctor asks of the database: is it whole, is it set up, who is there."""

from __future__ import annotations

import uuid

import msgspec

from inbox.flows.roster import NOBODY, read_roster
from inbox.store.checkup import check_up
from inbox.store.engine import Engine
from inbox.store.release import this_release


class TeamState(msgspec.Struct, frozen=True):
    """A team by key, and how many people may answer for it."""

    key: str
    default: bool
    members: int


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
    )
