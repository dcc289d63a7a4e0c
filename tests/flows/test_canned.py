"""Canned responses: who may write and read which, and what they say in a thread."""

from __future__ import annotations

import asyncio

import pytest

from inbox.core.errors import BadRequest, Forbidden, NotFound
from inbox.core.policy import Agent, Operator
from inbox.core.shorthand import read_weekly
from inbox.flows import canned as flow
from inbox.flows import hours
from inbox.flows.agents import AgentChange, change_agent
from inbox.flows.audit import list_audit, write_looks
from inbox.flows.canned import Canned, CannedDraft, list_canned, remove_canned, set_canned
from inbox.flows.context import Context
from inbox.flows.handover import transfer
from inbox.flows.streams import Stream
from tests.cast import OPERATOR, Cast, SetClock, arrive, hire, look, say, whole

HELLO = CannedDraft("hello", "Greeting", "Hello {customer.first_name}, {agent.name} here.")


def of(team: str, text: str = "We are {team.name}, here {team.hours}.") -> CannedDraft:
    return CannedDraft("us", "Who we are", text, team)


def names(items: tuple[Canned, ...]) -> list[tuple[str | None, str]]:
    return [(one.team.key if one.team else None, one.shortcut) for one in items]


async def seen(ctx: Context, who: Agent | Operator) -> list[tuple[str | None, str]]:
    return names((await list_canned(ctx, who)).items)


async def test_each_sees_the_shared_ones_and_their_teams(ctx: Context, cast: Cast) -> None:
    await set_canned(ctx, OPERATOR, of(cast.tampa))
    await set_canned(ctx, cast.mia, of(cast.spokane))
    await set_canned(ctx, cast.mia, HELLO)

    assert await seen(ctx, cast.bo) == [(None, "hello"), ("spokane", "us")]
    assert await seen(ctx, cast.ravi) == [(None, "hello"), ("tampa", "us")]
    everything = [(None, "hello"), ("spokane", "us"), ("tampa", "us")]
    assert sorted(await seen(ctx, cast.mia), key=repr) == sorted(everything, key=repr)
    assert sorted(await seen(ctx, OPERATOR), key=repr) == sorted(everything, key=repr)
    first = (await list_canned(ctx, cast.bo)).items[0]
    assert (first.text, first.filled, first.missing) == (HELLO.text, None, ())


async def test_the_same_shortcut_again_is_the_same_response(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    first = await set_canned(ctx, cast.mia, HELLO)
    clock.pass_(1)
    second = await set_canned(ctx, cast.mia, CannedDraft("hello", "New", "Good day"))

    assert (second.id, second.text) == (first.id, "Good day")
    assert second.changed_at > first.changed_at
    assert (await list_canned(ctx, cast.bo)).items == (second,)
    own = await set_canned(ctx, cast.mia, CannedDraft("hello", "Ours", "Hi", cast.spokane))
    assert own.id != first.id
    assert await seen(ctx, cast.bo) == [(None, "hello"), ("spokane", "hello")]


async def test_leads_write_their_teams_and_admins_all(ctx: Context, cast: Cast) -> None:
    kim = await hire(ctx, "Kim", cast.spokane, role="lead")
    shared = await set_canned(ctx, cast.mia, HELLO)
    ours = await set_canned(ctx, kim, of(cast.spokane))
    theirs = await set_canned(ctx, cast.mia, of(cast.tampa))
    for who, draft, error in (
        (cast.bo, of(cast.spokane), Forbidden),
        (cast.bo, HELLO, Forbidden),
        (kim, HELLO, Forbidden),
        (kim, of(cast.tampa), NotFound),
        (cast.mia, of("nowhere"), NotFound),
    ):
        with pytest.raises(error):
            await set_canned(ctx, who, draft)
    for who, one, error in (
        (cast.bo, ours, Forbidden),
        (kim, shared, Forbidden),
        (kim, theirs, NotFound),
    ):
        with pytest.raises(error):
            await remove_canned(ctx, who, canned=one.id)
    await remove_canned(ctx, kim, canned=ours.id)
    with pytest.raises(NotFound):
        await remove_canned(ctx, kim, canned=ours.id)
    await remove_canned(ctx, cast.mia, canned=shared.id)
    assert await seen(ctx, OPERATOR) == [("tampa", "us")]


async def test_every_change_has_its_line_and_no_text(ctx: Context, cast: Cast) -> None:
    kept = await set_canned(ctx, cast.mia, of(cast.spokane))
    with pytest.raises(BadRequest):
        await set_canned(ctx, cast.mia, of(cast.spokane, "{team.nmae}"))
    await remove_canned(ctx, OPERATOR, canned=kept.id)

    removed, written = (await list_audit(ctx, OPERATOR)).items[:2]
    assert (written.action, written.actor.name) == ("canned.set", "Mia")
    assert (removed.action, removed.actor.name) == ("canned.remove", "Operator")
    assert written.detail == removed.detail == {"team": cast.spokane, "canned": kept.id}
    assert await look(ctx, "SELECT COUNT(*) FROM audit WHERE action LIKE 'canned%'") == [(2,)]


async def test_a_thread_fills_the_fields_and_nothing_is_sent(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana", name="Ana Quetzal")
    await say(ctx, ana, "Hello?")
    await set_canned(ctx, OPERATOR, HELLO)
    await set_canned(ctx, OPERATOR, of(cast.spokane))
    await set_canned(ctx, OPERATOR, of(cast.tampa))
    week = read_weekly("mon-fri 08:00-20:00")
    await hours.set_weekly(ctx, OPERATOR, team=cast.spokane, weekly=week)
    before = [len(page.items) for page in await whole(ctx, Stream("thread", ana.thread))]

    listed = (await list_canned(ctx, cast.bo, thread=ana.thread)).items
    assert [one.filled for one in listed] == [
        "Hello Ana, Bo here.",
        "We are Spokane, here Mon–Fri 08:00–20:00.",
    ]
    assert [one.text for one in listed] == [HELLO.text, of(cast.spokane).text]
    with pytest.raises(NotFound):
        await list_canned(ctx, cast.ravi, thread=ana.thread)
    mias = (await list_canned(ctx, cast.mia, thread=ana.thread)).items
    assert names(mias) == [(None, "hello"), ("spokane", "us")], "of the thread's teams alone"
    assert before == [len(page.items) for page in await whole(ctx, Stream("thread", ana.thread))]

    await transfer(ctx, cast.bo, thread=ana.thread, team=cast.tampa, reason="asked")
    (greeting, us) = (await list_canned(ctx, cast.ravi, thread=ana.thread)).items
    assert (greeting.filled, us.filled) == ("Hello Ana, Ravi here.", "We are Tampa, here 24/7.")
    await write_looks(ctx)
    rows = await look(ctx, "SELECT actor_id FROM audit WHERE action = 'open'")
    assert {row[0] for row in rows} == {cast.bo.id, cast.mia.id, cast.ravi.id}


async def test_a_customer_without_a_name_leaves_a_gap_that_is_named(
    ctx: Context, cast: Cast
) -> None:
    luis = await arrive(ctx, "luis")
    await set_canned(ctx, OPERATOR, HELLO)
    (one,) = (await list_canned(ctx, cast.bo, thread=luis.thread)).items
    assert (one.filled, one.missing) == ("Hello , Bo here.", ("customer.first_name",))


async def test_there_is_an_end_to_them(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "MOST", 3)
    drafts = [CannedDraft(f"s{number}", "Title", "Text") for number in range(8)]
    done = await asyncio.gather(
        *(set_canned(ctx, cast.mia, draft) for draft in drafts), return_exceptions=True
    )
    refused = [one for one in done if isinstance(one, BadRequest)]
    assert len(refused) == 5
    assert [error.path for error in refused[0].errors] == ["shortcut"]
    assert len(await seen(ctx, OPERATOR)) == 3
    await set_canned(ctx, cast.mia, of(cast.spokane))
    kept = (await list_canned(ctx, OPERATOR)).items[0]
    await set_canned(ctx, cast.mia, CannedDraft(kept.shortcut, "Changed", "Text"))


async def test_who_leads_no_more_is_refused_whatever_the_request_knew(
    ctx: Context, cast: Cast
) -> None:
    kim = await hire(ctx, "Kim", cast.spokane, role="lead")
    await change_agent(ctx, OPERATOR, agent=kim.id, change=AgentChange(role="agent"))
    with pytest.raises(Forbidden):
        await set_canned(ctx, kim, of(cast.spokane))
