"""The audit log: every change with its line, every look once in a while, and no written text."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any, NoReturn

import msgspec
import pytest

from inbox.core.errors import BadRequest, Conflict, Forbidden, NotDurable
from inbox.flows import agents, teams
from inbox.flows.agents import AgentChange, AgentDraft
from inbox.flows.assignment import assign, release, take
from inbox.flows.audit import AuditPage, list_audit, looked, write_looks
from inbox.flows.context import Context
from inbox.flows.desk_views import summary, timeline
from inbox.flows.erasure import erase
from inbox.flows.export import export
from inbox.flows.handover import repin, transfer
from inbox.flows.looks import AGAIN_AFTER_MS, Look, Looks
from inbox.flows.notes import note
from inbox.flows.search import find
from inbox.flows.states import reopen, resolve, snooze
from inbox.flows.teams import TeamChange
from tests.cast import DAY, NOON, OPERATOR, Cast, SetClock, arrive, change, look, say


async def lines(ctx: Context, **more: str) -> AuditPage:
    while await write_looks(ctx):
        pass
    return await list_audit(ctx, OPERATOR, limit=100, **more)


async def told(ctx: Context) -> list[tuple[str, str | None]]:
    """Actions with their actors, oldest first, since the cast came."""
    page = await lines(ctx)
    start = next(place for place, line in enumerate(page.items) if line.action == "token.add")
    return [(line.action, line.actor.name) for line in reversed(page.items[:start])]


async def test_every_change_has_its_line(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "hello")
    thread = ana.thread
    await take(ctx, cast.bo, thread=thread)
    await release(ctx, cast.bo, thread=thread)
    await assign(ctx, cast.mia, thread=thread, agent=cast.bo.id)
    await snooze(ctx, cast.bo, thread=thread, until=NOON + DAY)
    await transfer(ctx, cast.bo, thread=thread, team=cast.tampa, reason="roaming xylophones")
    await resolve(ctx, cast.ravi, thread=thread)
    await reopen(ctx, cast.bo, thread=thread)
    await repin(ctx, cast.mia, thread=thread, team=cast.tampa, reason="moved to xylophones")
    await agents.sign_out_customer(ctx, cast.mia, customer="ana")
    [_ async for _ in await export(ctx, cast.mia, customer="ana")]
    await erase(ctx, OPERATOR, customer="ana")
    assert await told(ctx) == [
        ("take", "Bo"),
        ("release", "Bo"),
        ("assign", "Mia"),
        ("snooze", "Bo"),
        ("transfer", "Bo"),
        ("resolve", "Ravi"),
        ("reopen", "Bo"),
        ("repin", "Mia"),
        ("sign_out", "Mia"),
        ("export", "Mia"),
        ("erase", "Operator"),
    ]
    page = await lines(ctx, thread=thread)
    assert {line.thread for line in page.items} == {thread}
    assert len(page.items) == 11
    assert "xylophone" not in repr(await look(ctx, "SELECT * FROM audit"))
    assigned = next(line for line in page.items if line.action == "assign")
    assert assigned.detail == {"assignee": cast.bo.id}


async def test_changes_of_people_and_teams_have_theirs(ctx: Context, cast: Cast) -> None:
    lee = await agents.add_agent(ctx, cast.mia, AgentDraft("Lee", (cast.tampa,)))
    token = await agents.add_token(ctx, cast.mia, agent=lee.id)
    await agents.revoke_token(ctx, cast.mia, token=token.id)
    await agents.set_password(ctx, cast.mia, agent=lee.id, password="a long password")
    await agents.change_agent(ctx, cast.mia, agent=lee.id, change=AgentChange(disabled=True))
    await teams.change_team(ctx, cast.mia, team=cast.tampa, change=TeamChange(name="Tampa Bay"))
    actions = [line.action for line in (await lines(ctx, actor=cast.mia.id)).items]
    assert actions == [
        "team.change", "agent.change", "agent.password", "token.revoke", "token.add", "agent.add"
    ]  # fmt: skip
    assert "long password" not in repr(await look(ctx, "SELECT * FROM audit"))


async def test_a_change_that_is_refused_has_none(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "hello")
    await take(ctx, cast.bo, thread=ana.thread)
    await take(ctx, cast.bo, thread=ana.thread)  # changes nothing
    with pytest.raises(Conflict):
        await take(ctx, cast.mia, thread=ana.thread)
    with pytest.raises(Forbidden):
        await erase(ctx, cast.bo, customer="ana")
    assert await told(ctx) == [("take", "Bo")]


async def test_a_look_is_written_once_in_a_quarter_of_an_hour(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana, luis = await arrive(ctx, "ana"), await arrive(ctx, "luis")
    for _ in range(3):
        clock.pass_(60_000)
        await summary(ctx, cast.bo, thread=ana.thread)
        await timeline(ctx, cast.bo, thread=ana.thread, before=99, limit=9)
        await find(ctx, cast.bo, q="xylophone", cursor=None, limit=9)
        await write_looks(ctx)
    await summary(ctx, cast.mia, thread=ana.thread)
    await summary(ctx, cast.bo, thread=luis.thread)
    assert await told(ctx) == [
        ("open", "Bo"), ("search", "Bo"), ("open", "Mia"), ("open", "Bo")
    ]  # fmt: skip
    clock.pass_(AGAIN_AFTER_MS)
    await summary(ctx, cast.bo, thread=ana.thread)
    assert (await told(ctx))[-1] == ("open", "Bo")
    assert len(await told(ctx)) == 5
    assert "xylophone" not in repr(await look(ctx, "SELECT * FROM audit"))


async def test_a_thread_that_is_not_theirs_leaves_no_look(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana")
    with pytest.raises(Exception, match="no such thread"):
        await summary(ctx, cast.ravi, thread=ana.thread)
    assert await told(ctx) == []


async def test_looks_that_could_not_be_written_wait_and_come_once(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(450):
        looked(ctx, cast.bo, f"look {number}")
    real = type(ctx.store).write

    async def full(*_: object, **__: object) -> None:
        raise NotDurable("the disk is full")

    monkeypatch.setattr(type(ctx.store), "write", full)
    with pytest.raises(NotDurable):
        await write_looks(ctx)
    monkeypatch.setattr(type(ctx.store), "write", real)

    async def lost(store: object, work: object, **_: object) -> None:
        await real(store, work)  # type: ignore[arg-type]
        raise asyncio.CancelledError

    monkeypatch.setattr(type(ctx.store), "write", lost)
    with pytest.raises(asyncio.CancelledError):
        await write_looks(ctx)
    monkeypatch.setattr(type(ctx.store), "write", real)
    calls = 1
    while await write_looks(ctx):
        calls += 1
    assert calls == 3
    rows = await look(ctx, "SELECT COUNT(*) FROM audit WHERE action LIKE 'look %'")
    assert rows == [(450,)]


def test_a_clock_that_steps_back_hides_no_look() -> None:
    looks = Looks()
    for place, at in enumerate((NOON, NOON - DAY, NOON - DAY + 1)):
        looks.add(Look(str(place), at, "bo", "open", "t"))
    assert [one.at for one in looks.take(9)] == [NOON, NOON - DAY]


def test_what_is_remembered_is_what_could_still_be_repeated() -> None:
    """And what is forgotten is found at the front: no look pays for the others' number."""
    looks = Looks()
    for number in range(2_000):
        looks.add(Look("", NOON + number * 1_000, "bo", "open", str(number)))
        assert len(looks._lately) <= AGAIN_AFTER_MS / 1_000
    assert len(looks.take(9_999)) == 2_000


def test_a_look_costs_no_more_where_many_are_young() -> None:
    class Counted(OrderedDict[tuple[str, str, str | None], int]):
        moved = 0

        def __iter__(self) -> NoReturn:
            raise AssertionError("went through all of them")

        items = __iter__

        def move_to_end(self, *given: Any, **named: Any) -> None:
            self.moved += 1
            super().move_to_end(*given, **named)

    looks = Looks()
    looks._lately = lately = Counted()
    for number in range(60_000):
        looks.add(Look("", NOON, "bo", "open", str(number)))
    assert looks._lately is lately
    assert len(lately) == 60_000
    assert lately.moved <= 2 * 60_000


async def test_the_log_is_read_in_pages_by_admins(ctx: Context, cast: Cast) -> None:
    for number in range(7):
        looked(ctx, cast.bo, f"look {number}")
    await write_looks(ctx)
    seen, cursor = [], None
    while True:
        page = await list_audit(ctx, cast.mia, actor=cast.bo.id, cursor=cursor, limit=3)
        seen += [line.action for line in page.items]
        if (cursor := page.next) is None:
            break
    assert seen == [f"look {number}" for number in reversed(range(7))]
    with pytest.raises(Forbidden):
        await list_audit(ctx, cast.bo)
    for bad in ("x", "1", "1.", "-1.a", "1.é", "1.\0", "٣.a"):
        with pytest.raises(BadRequest):
            await list_audit(ctx, cast.mia, cursor=bad)


async def test_who_is_gone_is_shown_by_id(ctx: Context, cast: Cast) -> None:
    await note(ctx, cast.bo, thread=(await arrive(ctx, "ana")).thread, client_id="1", body="x")
    await change(
        ctx,
        "INSERT INTO audit (id, at, actor_id, action) VALUES ('0', :at, 'nobody', 'open')",
        at=NOON,
    )
    page = await lines(ctx, actor="nobody")
    assert msgspec.to_builtins(page.items[0].actor) == {"id": "nobody", "name": None}
