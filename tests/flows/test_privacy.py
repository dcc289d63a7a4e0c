"""Privacy: one customer's data handed over whole, or erased for good; streams stay dense."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inbox.core.errors import Forbidden, NotFound, PinboxError, Unauthorized
from inbox.core.policy import Agent, Customer
from inbox.flows import erasing, erasure, signin
from inbox.flows import export as exporting
from inbox.flows.assignment import take
from inbox.flows.audit import list_audit
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.customer_views import customer_messages
from inbox.flows.desk_views import queue, timeline
from inbox.flows.erasure import erase, finish_erasures
from inbox.flows.export import export
from inbox.flows.handover import transfer
from inbox.flows.notes import note
from inbox.flows.receipts import read
from inbox.flows.search import find, index_due
from inbox.flows.send import Draft, send
from inbox.flows.states import resolve
from inbox.flows.streams import Stream
from tests.cast import (
    OPERATOR,
    Cast,
    SetClock,
    answer,
    arrive,
    assert_dense,
    change,
    look,
    make_cast,
    open_on,
    say,
    whole,
)
from tests.engines import Database

SECRETS = (
    "Quetzal",
    "xylophone",
    "zeppelin",
    "kumquat",
    "US-WA-SEA",
    "+12065550100",
    "vip-marzipan",
)
"""Everything personal in `story`."""


async def story(ctx: Context, cast: Cast) -> Customer:
    """Ana tells her secrets, is answered, noted about and handed to Tampa."""
    ana = await arrive(
        ctx, "ana", name="Ana Quetzal", region="US-WA-SEA", phone="+12065550100", locale="es"
    )
    await change(
        ctx, """UPDATE customers SET attributes = '{"plan":"vip-marzipan"}' WHERE id = 'ana'"""
    )
    await say(ctx, ana, "my xylophone is broken")
    await answer(ctx, cast.bo, ana.thread, "which xylophone, Ana Quetzal?")
    await note(ctx, cast.bo, thread=ana.thread, client_id="n", body="zeppelin owner, be kind")
    await transfer(ctx, cast.bo, thread=ana.thread, team=cast.tampa, reason="kumquat matters")
    await say(ctx, ana, "the red one, the xylophone")
    await read(ctx, ana, thread=ana.thread, upto=3)
    await index_due(ctx)
    return ana


async def everything(ctx: Context) -> str:
    """All text in all tables, as one."""
    if ctx.store.dialect == "sqlite":
        tables = await look(ctx, "SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        tables = await look(
            ctx, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        )
    rows = [
        await look(ctx, f"SELECT * FROM {name}")
        for (name,) in tables
        if not str(name).startswith("search_words")
    ]
    return repr(rows)


async def replay(ctx: Context, cast: Cast, thread: str) -> str:
    """All that any stream would show."""
    streams = [
        Stream("team", cast.spokane), Stream("team", cast.tampa), Stream("thread", thread)
    ]  # fmt: skip
    pages = [page for stream in streams for page in await whole(ctx, stream)]
    return repr([item.data for page in pages for item in page.items])


async def taken(ctx: Context, who: Agent, customer: str) -> dict[str, Any]:
    pieces = [piece async for piece in await export(ctx, who, customer=customer)]
    document: dict[str, Any] = msgspec.json.decode(b"".join(pieces))
    return document


# ---- export


async def test_an_export_holds_everything(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "STEP", 3)
    ana = await story(ctx, cast)
    document = await taken(ctx, cast.mia, "ana")
    told = [
        "exported_at",
        "customer",
        "devices",
        "thread",
        "conversations",
        "milestones",
        "callbacks",
        "covers",
        "items",
        "uploads",
        "pushes",
        "audit",
    ]
    assert list(document) == told
    for secret in SECRETS:
        assert secret in repr(document), secret
    rows = await look(ctx, "SELECT seq, type FROM items ORDER BY seq")
    assert [(item["seq"], item["type"]) for item in document["items"]] == rows
    assert document["customer"]["attributes"] == {"plan": "vip-marzipan"}
    assert document["thread"]["id"] == ana.thread
    assert document["conversations"][0]["first_response"]["by"]["name"] == "Bo"
    actions = [line["action"] for line in document["audit"]]
    assert actions[0] == "export"
    assert document["audit"][0]["actor"]["name"] == "Mia"


async def test_an_export_is_streamed(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "STEP", 2)
    await story(ctx, cast)
    pieces = [piece async for piece in await export(ctx, OPERATOR, customer="ana")]
    assert len(pieces) > 4
    assert max(map(len, pieces)) < 4_000


async def test_a_customer_who_never_wrote_has_an_export_too(ctx: Context, cast: Cast) -> None:
    await arrive(ctx, "ana")
    document = await taken(ctx, cast.mia, "ana")
    assert [item["type"] for item in document["items"]] == ["pin"]
    assert document["conversations"] == []


async def test_only_admins_and_the_operator(ctx: Context, cast: Cast) -> None:
    await story(ctx, cast)
    for act in (erase, export):
        with pytest.raises(Forbidden):
            await act(ctx, cast.bo, customer="ana")
        with pytest.raises(NotFound):
            await act(ctx, cast.mia, customer="luis")


# ---- erase


async def test_an_erased_customer_is_gone_from_everything(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana = await story(ctx, cast)
    luis = await arrive(ctx, "luis", name="Luis Quokka")
    await say(ctx, luis, "not about xenons")
    await index_due(ctx)
    before = await replay(ctx, cast, ana.thread)
    assert "xylophone" in before
    erasure = await erase(ctx, cast.mia, customer="ana")
    assert erasure.thread == ana.thread
    assert erasure.items > 5
    kept, replayed = await everything(ctx), await replay(ctx, cast, ana.thread)
    for secret in SECRETS:
        assert secret not in kept, secret
        assert secret not in replayed, secret
    assert "Luis Quokka" in kept
    assert "not about xenons" in replayed
    await assert_dense(ctx)
    for agent in (cast.bo, cast.mia, cast.ravi):
        for query in ("xylophone", "quetzal", "ana", "zeppelin"):
            page = await find(ctx, agent, q=query, cursor=None, limit=9)
            assert (page.items, page.customers) == ((), ()), query
        for view in ("all", "team", "waiting", "mine"):
            shown = await queue(ctx, agent, view=view, cursor=None, limit=9)
            assert all(one.customer.id != "ana" for one in shown.items)
    clock.pass_(2_000)
    again = await arrive(ctx, "ana", region=None)
    assert (await customer_messages(ctx, again, before=10**9, limit=9)).items == ()
    assert await look(ctx, "SELECT SUM(customers) FROM teams") == [(1,)]


async def test_the_words_leave_the_file(cast: Cast, ctx: Context, database: Database) -> None:
    if database.kind != "sqlite":
        pytest.skip("PostgreSQL's files are its own affair: see docs/privacy.md")
    await story(ctx, cast)
    await erase(ctx, OPERATOR, customer="ana")
    await ctx.store.close()
    stored = await asyncio.to_thread(Path(database.place).read_bytes)
    for secret in ("Quetzal", "be kind", "kumquat", "the red one", "vip-marzipan"):
        assert secret.encode() not in stored, secret
    with closing(sqlite3.connect(database.place)) as connection:
        rows = connection.execute("SELECT * FROM search_words WHERE search_words MATCH 'red'")
        assert rows.fetchall() == []
        connection.execute("INSERT INTO search_words (search_words) VALUES ('integrity-check')")


async def test_desks_and_devices_are_told(ctx: Context, cast: Cast) -> None:
    ana = await story(ctx, cast)
    heads = {
        name: (await whole(ctx, Stream(*name)))[-1].until
        for name in (("thread", ana.thread), ("team", cast.spokane), ("team", cast.tampa))
    }
    await erase(ctx, cast.mia, customer="ana")
    upto = (await look(ctx, "SELECT head FROM threads"))[0][0] - 1
    for name, since in heads.items():
        last = [
            item
            for page in await whole(ctx, Stream(*name), since=since)  # type: ignore[arg-type]
            for item in page.items
        ][-1]
        if name == ("team", cast.tampa):  # it ceased to serve the thread
            assert msgspec.json.decode(last.data)["type"] == "left"
            continue
        told = msgspec.json.decode(last.data)
        assert (told["type"], told["upto"]) == ("erased", upto)
        assert last.ends


async def test_the_customer_is_signed_out(ctx: Context, cast: Cast, clock: SetClock) -> None:
    clock.pass_(500)
    token = ctx.tokens.sign("ana", now_ms=clock(), ttl_s=3600, name="Ana")
    ana = await signin.customer(ctx, token)
    await say(ctx, ana, "hello")
    clock.pass_(400)
    await erase(ctx, cast.mia, customer="ana")
    with pytest.raises(Unauthorized):
        await signin.still_valid(ctx, ana)
    with pytest.raises(Unauthorized):
        await signin.customer(ctx, token)
    assert await look(ctx, "SELECT name FROM customers") == [(None,)]


async def test_a_later_message_begins_a_new_life(ctx: Context, cast: Cast, clock: SetClock) -> None:
    old = await story(ctx, cast)
    await erase(ctx, cast.mia, customer="ana")
    clock.pass_(5_000)
    ana = await arrive(ctx, "ana", name="Ana again", region="US-FL")
    assert ana.thread == old.thread
    assert await look(ctx, "SELECT home_team FROM threads") == [(cast.tampa,)]
    await say(ctx, ana, "a fresh start")
    await index_due(ctx)
    rows = await look(ctx, "SELECT state, conversation, assignee_id FROM threads")
    assert rows == [("open", 2, None)]
    assert await look(ctx, "SELECT key, customers FROM teams ORDER BY key") == [
        ("spokane", 0),
        ("tampa", 1),
    ]
    page = await find(ctx, cast.ravi, q="ana fresh", cursor=None, limit=9)
    assert page.items == ()
    page = await find(ctx, cast.ravi, q="fresh", cursor=None, limit=9)
    assert [item.body for item in page.items] == ["a fresh start"]
    await resolve(ctx, cast.ravi, thread=ana.thread)
    await assert_dense(ctx)


async def test_a_message_of_the_old_life_that_is_sent_again_is_known(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana = await arrive(ctx, "ana")
    await send(ctx, ana, thread=ana.thread, draft=Draft("c1", "my secret"))
    await erase(ctx, cast.mia, customer="ana")
    clock.pass_(5_000)
    ana = await arrive(ctx, "ana")
    again = await send(ctx, ana, thread=ana.thread, draft=Draft("c1", "my secret"))
    assert again.duplicate
    assert b"secret" not in bytes(again.message)
    assert await look(ctx, "SELECT COUNT(*) FROM items WHERE type = 'message'") == [(0,)]


async def test_an_open_conversation_ends(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "hello")
    await take(ctx, cast.bo, thread=ana.thread)
    await erase(ctx, cast.mia, customer="ana")
    shown = await queue(ctx, cast.bo, view="mine", cursor=None, limit=9)
    assert shown.items == ()
    rows = await look(ctx, "SELECT resolved_at IS NULL, resolved_by FROM conversations")
    assert [(bool(row[0]), row[1]) for row in rows] == [(False, cast.mia.id)]


async def test_erasing_twice_is_safe(ctx: Context, cast: Cast) -> None:
    await story(ctx, cast)
    await erase(ctx, cast.mia, customer="ana")
    before = await look(ctx, "SELECT SUM(customers) FROM teams")
    await erase(ctx, cast.mia, customer="ana")
    assert await look(ctx, "SELECT SUM(customers) FROM teams") == before == [(0,)]
    await assert_dense(ctx)


async def test_a_long_thread_is_erased_in_steps_that_a_crash_may_break_off(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "STEP", 4)
    ana = await arrive(ctx, "ana", name="Ana Quetzal")
    for number in range(20):
        await say(ctx, ana, f"kumquat number {number}")
    await index_due(ctx)
    steps = 0
    real = erasing.erase_items

    async def crash(*args: Any, **more: Any) -> int:
        nonlocal steps
        steps += 1
        if steps == 3:
            raise PinboxError("the power went")
        return await real(*args, **more)

    monkeypatch.setattr(erasure, "erase_items", crash)
    with pytest.raises(PinboxError, match="power"):
        await erase(ctx, cast.mia, customer="ana")
    left = await look(ctx, "SELECT COUNT(*) FROM items WHERE type = 'message'")
    assert 0 < left[0][0] < 20
    assert await finish_erasures(ctx) == 1
    assert "kumquat" not in await everything(ctx)
    assert await finish_erasures(ctx) == 0
    shown = await timeline(ctx, cast.bo, thread=ana.thread, before=10**9, limit=50)
    newest = msgspec.json.decode(bytes(shown.items[0]))
    assert (newest["type"], newest["upto"]) == ("erased", newest["seq"] - 1)
    await assert_dense(ctx)


async def test_what_is_written_while_it_goes_on_belongs_to_the_new_life(
    ctx: Context, cast: Cast, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "STEP", 2)
    ana = await arrive(ctx, "ana")
    for number in range(5):
        await say(ctx, ana, f"old {number}")
    real = erasure._finish

    async def meanwhile(ctx: Context, thread: str) -> int:
        clock.pass_(3_000)
        back = await arrive(ctx, "ana")
        await say(ctx, back, "new")
        return await real(ctx, thread)

    monkeypatch.setattr(erasure, "_finish", meanwhile)
    await erase(ctx, cast.mia, customer="ana")
    shown = await timeline(ctx, cast.bo, thread=ana.thread, before=10**9, limit=50)
    bodies = [
        item["message"]["body"]
        for item in map(msgspec.json.decode, map(bytes, shown.items))
        if item["type"] == "message"
    ]
    assert bodies == ["new"]
    assert await look(ctx, "SELECT state, conversation FROM threads") == [("open", 2)]


async def test_an_erasure_is_in_the_audit_log(ctx: Context, cast: Cast) -> None:
    ana = await story(ctx, cast)
    await erase(ctx, cast.mia, customer="ana")
    page = await list_audit(ctx, OPERATOR, thread=ana.thread)
    assert [(line.action, line.actor.name) for line in page.items if line.action == "erase"] == [
        ("erase", "Mia")
    ]


async def test_a_restart_finishes_it(database: Database, clock: SetClock) -> None:
    async with open_on(database, clock) as first:
        cast = await make_cast(first)
        ana = await arrive(first, "ana")
        await say(first, ana, "kumquat")

        async def begin(writing: Writing) -> str:
            people = await roster(first)
            return await erasure._begin(first, writing, cast.mia, "ana", people)

        await write(first, begin)
    async with open_on(database, clock) as second:
        assert await finish_erasures(second) == 1
        assert "kumquat" not in await everything(second)
