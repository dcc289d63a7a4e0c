"""How the engines go about lists that grow with the years: along an index, not through all."""

from __future__ import annotations

import pytest

from inbox.store.engine import Engine, Tx
from inbox.store.queries import Q, Query, Value, compile_query

INDEXES = {
    Q.list_audit: ("audit_at", "at"),
    Q.list_audit_of_thread: ("audit_thread", "thread_id"),
    Q.list_mine: ("threads_assignee", "due_at"),
    Q.list_waiting: ("threads_open", "due_at<"),
    Q.list_team: ("threads_open", "due_at<"),
    Q.list_all: ("threads_home", "last_message_at>"),
    Q.report_callbacks: ("callbacks_over", "settled_at"),
    Q.sweep_callbacks: ("callbacks_over", "settled_at"),
    Q.sweep_covers: ("covers_over", "ended_at"),
}
"""With what it is entered by; `<` or `>` where a page of each team bounds it on the far side too
(SQLite alone: with no rows PostgreSQL sees nothing to gain by it)."""
GIVEN: dict[str, Value] = {
    "agent": "bo",
    "thread": "7",
    "actor": None,
    "at": 10_000,
    "id": "",
    "limit": 9,
    "until": 20_000,
    "before": 20_000,
}
AS_WITH_MANY_ROWS = compile_query(
    "as_with_many_rows",
    "SELECT set_config(name, 'off', true) FROM pg_settings WHERE name IN"
    " ('enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin')",
)


LOOKS = compile_query(
    "looks",
    "INSERT INTO audit (id, at, actor_id, action, thread_id)"
    " SELECT CAST(n AS TEXT), n, 'bo', 'open', CAST(n % 300 AS TEXT) "
    " FROM generate_series(1, 9000) n",
)
ANALYZE = compile_query("analyze", "ANALYZE audit")


async def fill_audit(tx: Tx) -> None:
    """Both of its indexes serve for an empty table: PostgreSQL chooses by what is in it."""
    await tx.execute(LOOKS)
    await tx.execute(ANALYZE)


@pytest.mark.parametrize("query", INDEXES, ids=lambda query: query.name)
async def test_a_list_goes_along_its_index(engine: Engine, query: Query) -> None:
    explain = Query(
        "explain",
        "",
        f"EXPLAIN QUERY PLAN {query.sqlite}",
        f"EXPLAIN (COSTS OFF) {query.postgres}",
        query.params,
    )

    async def look(tx: Tx) -> list[str]:
        if tx.dialect == "postgres":  # tables with no rows: it would rather read them whole
            await tx.fetch(AS_WITH_MANY_ROWS)
        rows = await tx.fetch(explain, **{name: GIVEN[name] for name in query.params})
        return [str(row[-1]).strip() for row in rows]

    if engine.dialect == "postgres":
        await engine.write(fill_audit, long=True)
    plan = await engine.read(look)
    text = "\n".join(plan)
    index, column = INDEXES[query]
    if engine.dialect == "sqlite":
        entered = [line for line in plan if f"INDEX {index} (" in line]
        wholly = {line for line in plan if line.startswith("SCAN")}
        pages = {"first", "newest", "waits", "answered", "called"}
        assert wholly <= {f"SCAN {page}" for page in pages}, text
    else:
        places = [place for place, line in enumerate(plan) if f" {index} on " in line]
        entered = [plan[place + 1] for place in places]
        assert all(line.startswith("Index Cond") for line in entered), text
        column = column.rstrip("<>")
    assert any(column in line for line in entered), text
