"""The named queries of `queries*.sql`, compiled once for each engine.

A query in a file is a block that begins with `-- name: lock_thread` and one or more comment
lines that say what it is for; parameters are written `:thread`. A block that begins with
`-- fragment: thread_columns` is text that later blocks take in as `{thread_columns}`. SQLite gets
`?1`, PostgreSQL `$1`; `FOR UPDATE` is taken out for SQLite, whose one writer holds the lock anyway.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from operator import itemgetter

Value = str | int | float | bool | None
"""What a parameter may be."""

_BLOCK = re.compile(r"^-- (name|fragment): (\w+)\s*$", re.MULTILINE)
_FRAGMENT = re.compile(r"\{(\w+)\}")
_PARAM = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_LOCK = re.compile(r"\s+FOR (NO KEY )?UPDATE\b(\s+OF \w+)?")


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """One statement: its text for each engine and the order in which parameters are passed."""

    name: str
    about: str
    sqlite: str
    postgres: str
    params: tuple[str, ...]
    _take: Callable[[dict[str, Value]], tuple[Value, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_take", _taker(self.params))

    def bind(self, given: dict[str, Value]) -> tuple[Value, ...]:
        """The parameters in the order in which the statement takes them, none more, none fewer."""
        if len(given) != len(self.params):
            raise TypeError(f"{self.name} takes {self.params}, not {tuple(given)}")
        return self._take(given)


def compile_query(name: str, text: str) -> Query:
    """Make a query of a block's text: comment lines are its description, the rest its SQL."""
    lines = text.strip().splitlines()
    about = " ".join(line[3:].strip() for line in lines if line.startswith("-- "))
    sql = "\n".join(line for line in lines if not line.startswith("--")).strip().rstrip(";")
    params = tuple(dict.fromkeys(_PARAM.findall(sql)))
    place = {param: number for number, param in enumerate(params, start=1)}
    return Query(
        name=name,
        about=about,
        sqlite=_LOCK.sub("", _PARAM.sub(lambda found: f"?{place[found[1]]}", sql)),
        postgres=_PARAM.sub(lambda found: f"${place[found[1]]}", sql),
        params=params,
    )


def _taker(params: tuple[str, ...]) -> Callable[[dict[str, Value]], tuple[Value, ...]]:
    """What takes these out of a map, as quickly as can be: every statement needs it."""
    if len(params) > 1:
        return itemgetter(*params)
    return lambda given: tuple([given[name] for name in params])


def load_queries(*filenames: str) -> dict[str, Query]:
    """Read files of named queries that lie beside this module; fragments hold in all of them."""
    fragments: dict[str, str] = {}
    queries: dict[str, Query] = {}
    for filename in filenames:
        text = files(__package__).joinpath(filename).read_text("utf-8")
        parts = _BLOCK.split(text)[1:]
        for kind, name, body in zip(parts[0::3], parts[1::3], parts[2::3], strict=True):
            whole = _FRAGMENT.sub(lambda found: fragments[found[1]], body)
            if kind == "fragment":
                lines = (line.strip() for line in whole.splitlines() if not line.startswith("--"))
                fragments[name] = " ".join(lines).strip()
            else:
                queries[name] = compile_query(name, whole)
    return queries


class Queries:
    """The queries of some files as attributes: `Q.lock_thread`."""

    def __init__(self, *filenames: str) -> None:
        self.named = load_queries(*filenames)
        self.__dict__.update(self.named)  # found at once; what is not there asks `__getattr__`

    def __getattr__(self, name: str) -> Query:
        raise AttributeError(f"there is no query named {name}")


Q = Queries(
    "queries_people.sql",
    "queries.sql",
    "queries_promises.sql",
    "queries_callbacks.sql",
    "queries_duty.sql",
    "queries_cover.sql",
    "queries_push.sql",
    "queries_reports.sql",
    "queries_webhooks.sql",
    "queries_uploads.sql",
    "queries_upkeep.sql",
)
