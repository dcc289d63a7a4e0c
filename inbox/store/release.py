"""What this code brings for a database: the schema, the migrations that lead there, the numbers.

Two numbers stand in the table `meta`. `schema` counts migrations: a new database has 1 or the last
migration's number. `compatible` is the oldest schema number whose code may still work on it; code
older than that is refused before it does harm.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from inbox.store.engine import Dialect, Row
from inbox.store.refusal import Refusal

_MIGRATION = re.compile(r"(\d{4})_(\w+)(?:\.(sqlite|postgres))?\.sql")
_COMPATIBLE = re.compile(r"-- compatible: (\d+)\n")


class Migration(msgspec.Struct, frozen=True):
    """One step from the schema before it: its number, and what it says to each engine."""

    number: int
    name: str
    compatible: int
    scripts: dict[Dialect, str]


class Release(msgspec.Struct, frozen=True):
    """What this code brings: the whole schema, search on each engine, and the way to get there."""

    schema: str
    search: dict[Dialect, str]
    migrations: tuple[Migration, ...]

    @property
    def number(self) -> int:
        """The schema number of a database that this code has made or migrated."""
        return self.migrations[-1].number if self.migrations else 1

    @property
    def compatible(self) -> int:
        """The oldest code that may still open it."""
        return self.migrations[-1].compatible if self.migrations else 1


class State(msgspec.Struct, frozen=True):
    """What stands in a database about itself."""

    schema: int
    compatible: int
    epoch: str
    secret: str | None = None
    """Fingerprint of the `server_secret` it was written with; none before the first start."""


def refuse_too_new(state: State, release: Release | None = None) -> None:
    """Raise Refusal when only newer code may open a database in this state."""
    number = (release or this_release()).number
    if state.compatible > number:
        raise Refusal(
            f"The database has schema {state.schema} and needs Pinbox with schema "
            f"{state.compatible} or newer; this one has {number}. Start the newer version, or "
            "restore a backup from before the upgrade"
        )


def refuse_other_secret(
    state: State,
    secret: str | None,
    *,
    what: str = "The database",
    lost: str = "`pinbox migrate --new-secret`",
) -> None:
    """Raise Refusal when a database was written with another secret than that of the fingerprint.

    Either may be none, which says nothing. `lost` is what to do where the old one is lost.
    """
    if secret is not None and state.secret is not None and secret != state.secret:
        raise Refusal(
            f"{what} was written with another server_secret: messages that are sent again would be "
            f"stored twice. Put the pinbox.toml back that belongs to it; if that is lost: {lost}"
        )


def read_state(meta: Iterable[Row]) -> State:
    """Make a state of the rows (key, value) of `meta`; Refusal when they are not Pinbox's."""
    values = {row[0]: row[1] for row in meta}
    try:
        return State(
            schema=int(values["schema"]),
            compatible=int(values["compatible"]),
            epoch=values["epoch"],
            secret=values.get("secret"),
        )
    except (KeyError, ValueError) as error:
        raise Refusal("The table `meta` is not one that Pinbox has written") from error


@cache
def this_release() -> Release:
    """Read the schema and the migrations that came with this code."""
    here = files("inbox.store")
    return Release(
        schema=_find_schema().read_text("utf-8"),
        search={
            "sqlite": here.joinpath("search_sqlite.sql").read_text("utf-8"),
            "postgres": here.joinpath("search_postgres.sql").read_text("utf-8"),
        },
        migrations=read_migrations(here.joinpath("migrations")),
    )


def read_migrations(folder: Traversable) -> tuple[Migration, ...]:
    """All migrations of a folder, in order; ValueError where one is badly named or missing."""
    found: dict[int, Migration] = {}
    for file in folder.iterdir():
        if not file.name.endswith(".sql"):
            continue
        name, text = _MIGRATION.fullmatch(file.name), file.read_text("utf-8")
        compatible = _COMPATIBLE.match(text)
        if name is None or compatible is None:
            raise ValueError(f"{file.name}: see the README of the migrations")
        number = int(name[1])
        migration = found.setdefault(number, Migration(number, name[2], int(compatible[1]), {}))
        if name[3] != "postgres":
            migration.scripts["sqlite"] = text
        if name[3] != "sqlite":
            migration.scripts["postgres"] = text
    if sorted(found) != list(range(2, len(found) + 2)):
        raise ValueError(f"migrations must be 0002, 0003, … without a hole: {sorted(found)}")
    if any(len(migration.scripts) < 2 for migration in found.values()):
        raise ValueError("a migration must be written for both engines")
    return tuple(found[number] for number in sorted(found))


def statements(script: str) -> Iterator[str]:
    """Split a script at the semicolons that end a statement, not those in texts and comments.

    SQLite's own rule, which reads standard SQL as PostgreSQL does but for `$$` texts; the schema
    uses none. Raises ValueError when the script ends inside a statement.
    """
    statement = ""
    for part in re.split("(?<=;)", script):
        statement += part
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
    if re.sub(r"--[^\n]*", "", statement).strip():
        raise ValueError(f"the script ends inside a statement: {statement.strip()[:80]}")


def _find_schema() -> Traversable:
    """`schema.sql` inside the installed package, else at the top of the source tree."""
    package = files("inbox")
    inside = package.joinpath("schema.sql")
    if inside.is_file():
        return inside
    return Path(str(package)).parent / "schema.sql"
