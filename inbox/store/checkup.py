"""What may be wrong with a database, found by reading alone."""

from __future__ import annotations

import msgspec

from inbox.store.engine import Dialect, Engine, Tx
from inbox.store.queries import Query
from inbox.store.release import State
from inbox.store.schema import look_up_state
from inbox.store.sqlite import SqliteEngine


class Checkup(msgspec.Struct, frozen=True):
    """What reading has found; `damage` is none where the file is sound, `lost` as in `is_lost`.

    `newest_thread` is the id of the thread made last, whose first bits are the time of its making.
    """

    dialect: Dialect
    state: State
    damage: str | None
    lost: bool
    newest_thread: str | None


async def check_up(engine: Engine) -> Checkup:
    """Read through the database. On SQLite every page is looked at, which can take a minute.

    Raises Refusal when the database is not Pinbox's. PostgreSQL looks after its own pages.
    """
    state = await look_up_state(engine)

    async def look(tx: Tx) -> tuple[str, str | None]:
        verdict = await tx.fetch_one(_DAMAGE)
        newest = await tx.fetch_one(_NEWEST_THREAD)
        return str(verdict[0]) if verdict else "ok", newest[0] if newest else None

    verdict, newest = await engine.read(look)
    damage = None if verdict == "ok" else verdict
    return Checkup(engine.dialect, state, damage, is_lost(engine), newest)


def is_lost(engine: Engine) -> bool:
    """Whether the file of a SQLite database was moved, removed or replaced while it is open."""
    return isinstance(engine, SqliteEngine) and engine.is_lost()


_DAMAGE = Query("damage", "", "PRAGMA quick_check(1)", "SELECT 'ok'", ())
_NEWEST_THREAD = Query(
    "newest_thread", "", "SELECT max(id) FROM threads", "SELECT max(id) FROM threads", ()
)
