"""The main story, told by both clients against the real server, on both engines."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inbox.client import (
    CustomerClient,
    DeskClient,
    Entered,
    Event,
    Left,
    Message,
    Note,
    Pace,
    Presence,
    Read,
    Reset,
    Serving,
    TypingShown,
    ViewingShown,
)
from inbox.client.admin import AgentDraft, TeamDraft
from inbox.client.hours import Day, Period, Weekly
from inbox.client.link import CUSTOMER
from inbox.core.errors import BadRequest, Conflict, Forbidden, NotFound, StaleView, Unauthorized
from inbox.core.policy import Operator
from inbox.flows.epoch import renew_epoch
from tests.cast import NOON, Cast, arrive, say
from tests.client.tunnel import tunnel_to
from tests.live.house import House

PACE = Pace(base_s=0.01, cap_s=0.05, request_s=5, socket_again_s=0.5)
TYPED = "Hi, my bill looks wrong"


def customer(house: House, sub: str = "ana", *, url: str = "", **given: Any) -> CustomerClient:
    token = house.customer_token(sub)
    return CustomerClient(url or house.url, token, pace=PACE, **given)


async def first(events: AsyncIterator[Event], wanted: Callable[[Event], bool]) -> list[Event]:
    """What comes up to and with the first wanted event."""
    seen = []
    async with asyncio.timeout(30):
        async for event in events:
            seen.append(event)
            if wanted(event):
                break
    return seen


def is_message(body: str) -> Callable[[Event], bool]:
    return lambda event: isinstance(event.what, Message) and event.what.body == body


def bodies(events: list[Event]) -> list[str]:
    return [event.what.body for event in events if isinstance(event.what, Message)]


async def test_a_thread_outlives_the_app(house: House, cast: Cast, tmp_path: Path) -> None:
    phone = tmp_path / "phone"
    async with customer(house, store=phone) as ana:
        sent = await ana.send(TYPED)
        assert (sent.message.body, sent.message.author.id) == (TYPED, "ana")
        await first(ana.events(), is_message(TYPED))
        thread = await ana.thread()
        assert (thread.team.key, thread.head >= sent.message.seq) == ("spokane", True)
        assert thread.status is not None
        assert thread.status.state == "open"
        team = await ana.team()
        assert {person.name for person in team.people} == {"Bo", "Mia"}
        assert (team.time_zone, team.hours, team.open) == ("America/Los_Angeles", None, True)
    async with DeskClient(house.url, await house.agent_token(cast.bo), pace=PACE) as bo:
        await bo.duty(on=True)
        assert (await bo.me()).duty.on
        (waiting,) = (await bo.queue("waiting")).items
        assert waiting.last_message is not None
        assert (waiting.customer.id, waiting.last_message.body) == ("ana", TYPED)
        taken = await bo.take(thread.thread)
        assert taken.assignee is not None
        assert taken.assignee.name == "Bo"
        await bo.note(thread.thread, "double charge in May")
        reply = await bo.reply(thread.thread, "Good morning Ana", seen_seq=sent.message.seq)
        again = await bo.reply(
            thread.thread,
            "Good morning Ana",
            seen_seq=0,
            client_id=reply.message.client_id,
        )
        assert again.duplicate
        assert again.message.seq == reply.message.seq
    async with customer(house, store=phone) as ana:
        events = await first(ana.events(), is_message("Good morning Ana"))
        assert bodies(events) == ["Good morning Ana"]
        assert not any(isinstance(event.what, Note) for event in events)
        await ana.ack(reply.message.seq)
        await ana.read(reply.message.seq)
        (read,) = [
            event.what
            for event in await first(ana.events(), lambda event: isinstance(event.what, Read))
            if isinstance(event.what, Read)
        ]
        assert (read.who, read.upto) == ("customer", reply.message.seq)
        page = await ana.messages(limit=1)
        assert [message.body for message in page.items] == ["Good morning Ana"]
        assert page.next is not None
        older = await ana.messages(before=int(page.next))
        assert [message.body for message in older.items] == [TYPED]


async def test_the_desks_see_the_thread_live(house: House, cast: Cast) -> None:
    async with (
        DeskClient(house.url, await house.agent_token(cast.bo), pace=PACE) as bo,
        DeskClient(house.url, await house.agent_token(cast.ravi), pace=PACE) as ravi,
        customer(house) as ana,
    ):
        await bo.follow()
        await ravi.follow()
        sent = await ana.send(TYPED)
        seen = await first(bo.events(), is_message(TYPED))
        (entered,) = [event.what for event in seen if isinstance(event.what, Entered)]
        thread = entered.summary.id
        assert (seen[-1].thread, seen[-1].thread_seq) == (thread, sent.message.seq)
        await bo.note(thread, "she flies to Tampa")
        await first(bo.events(), lambda event: isinstance(event.what, Note))
        await bo.transfer(thread, team=cast.tampa, reason="on the road")
        seen = await first(bo.events(), lambda event: isinstance(event.what, Serving))
        moved = seen[-1].what
        assert isinstance(moved, Serving)
        assert (moved.team.key, moved.why, moved.reason) == ("tampa", "bounce", "on the road")
        seen = await first(ravi.events(), lambda event: isinstance(event.what, Entered))
        assert seen[-1].stream == f"team:{cast.tampa}"
        await ravi.resolve(thread)
        seen = await first(ravi.events(), lambda event: isinstance(event.what, Left))
        assert seen[-1].thread == thread
        with pytest.raises(NotFound):
            await ravi.timeline(thread)


async def test_typing_and_looking_reach_those_who_are_there(house: House, cast: Cast) -> None:
    async with (
        DeskClient(house.url, await house.agent_token(cast.bo), pace=PACE) as bo,
        DeskClient(house.url, await house.agent_token(cast.mia), pace=PACE) as mia,
        customer(house) as ana,
    ):
        await bo.follow()
        await mia.follow()
        await ana.send(TYPED)
        await first(ana.events(), is_message(TYPED))
        await first(mia.events(), is_message(TYPED))
        await first(bo.events(), is_message(TYPED))
        thread = (await ana.thread()).thread
        await bo.viewing(thread, on=True)
        seen = await first(mia.events(), lambda event: isinstance(event.what, ViewingShown))
        assert isinstance(seen[-1].what, ViewingShown)
        assert (seen[-1].what.who.name, seen[-1].thread) == ("Bo", thread)
        await bo.typing(thread, on=True)
        seen = await first(ana.events(), lambda event: isinstance(event.what, TypingShown))
        assert isinstance(seen[-1].what, TypingShown)
        assert seen[-1].what.who.name == "Bo"
        await ana.visible(on=True)
        seen = await first(bo.events(), lambda event: isinstance(event.what, Presence))
        assert isinstance(seen[-1].what, Presence)
        assert seen[-1].what.on


async def test_errors_are_those_of_the_table(house: House, cast: Cast) -> None:
    async with (
        customer(house) as ana,
        DeskClient(house.url, await house.agent_token(cast.bo), pace=PACE) as bo,
        DeskClient(house.url, await house.agent_token(cast.mia), pace=PACE) as mia,
        DeskClient(house.url, await house.agent_token(cast.ravi), pace=PACE) as ravi,
    ):
        one = await ana.send(TYPED)
        thread = (await ana.thread()).thread
        await bo.take(thread)
        with pytest.raises(Conflict) as held:
            await mia.take(thread)
        assert held.value.holder is not None
        assert held.value.holder.name == "Bo"
        with pytest.raises(NotFound):
            await ravi.summary(thread)
        await ana.send("and it is urgent")
        with pytest.raises(StaleView) as stale:
            await bo.reply(thread, "Good morning", seen_seq=one.message.seq)
        unseen = [msgspec.json.decode(raw, type=Message).body for raw in stale.value.unseen]
        assert unseen == ["and it is urgent"]
        await bo.reply(thread, "Good morning", seen_seq=one.message.seq, force=True)
        with pytest.raises(Conflict):
            await ana.send("another body", client_id=one.message.client_id)
        assert [draft.code for draft in ana.refused()] == ["conflict"]
        with pytest.raises(BadRequest) as bad:
            await ana.send("x" * 4001)
        assert bad.value.errors
        with pytest.raises(Forbidden):
            await bo.admin.teams()
        with pytest.raises(Unauthorized):
            async with CustomerClient(house.url, "no token", pace=PACE) as nobody:
                await nobody.thread()


async def test_what_an_agent_can_do(house: House, cast: Cast) -> None:
    async with (
        customer(house) as ana,
        DeskClient(house.url, await house.agent_token(cast.bo), pace=PACE) as bo,
    ):
        sent = await ana.send(TYPED)
        thread = (await ana.thread()).thread
        await bo.read(thread, sent.message.seq)
        assert (await bo.summary(thread)).unread == 0
        given = await bo.assign(thread, cast.mia.id)
        assert given.assignee is not None
        assert given.assignee.id == cast.mia.id
        assert (await bo.release(thread)).assignee is None
        until = datetime.fromtimestamp(NOON / 1000 + 3600, UTC)
        snoozed = await bo.snooze(thread, until=until)
        assert snoozed.status is not None
        assert snoozed.status.until == until
        assert [one.id for one in (await bo.queue("snoozed")).items] == [thread]
        await bo.reopen(thread)
        assert (await bo.resolve(thread)).status == msgspec.structs.replace(
            snoozed.status, state="resolved", until=None
        )
        rated = await ana.rate(1, 4, "Bo was kind")
        assert (rated.conversation, rated.score, rated.comment) == (1, 4, "Bo was kind")
        assert await ana.rate(1, 4, "Bo was kind") == rated
        (newest,) = (await bo.timeline(thread, limit=1)).items
        assert newest.what == rated
        page = await bo.timeline(thread, limit=3)
        assert len(page.items) == 3
        assert page.next is not None
        kinds = {type(event.what).__name__ for event in page.items}
        assert "Status" in kinds
        async with DeskClient(house.url, await house.agent_token(cast.mia), pace=PACE) as mia:
            text = "This is {agent.name}."
            kept = await mia.set_canned("me", title="Me", text=text, team=cast.spokane)
            assert await bo.canned() == (kept,)
            (filled,) = await bo.canned(thread)
            assert (filled.text, filled.filled) == (text, "This is Bo.")
            await mia.remove_canned(kept.id)
            await mia.set_line(cast.spokane, "Bo is in until six")
            assert (await ana.team()).line == "Bo is in until six"
            assert await bo.canned() == ()
            shown = {one.team.key: one for one in await mia.board()}
            assert (shown["spokane"].conversations, shown["spokane"].waiting) == (0, 0)
            assert [agent.name for agent in shown["spokane"].agents] == ["Bo", "Mia"]
            day = date(2026, 11, 22)
            (row,) = await mia.report(day, day, team=cast.spokane)
            assert (row.first, row.team, row.market) == (day, shown["spokane"].team, None)
            assert (row.conversations_begun, row.ratings_4) == (1, 1)
        known = {one.team.key: (one.state, one.mine) for one in await bo.teams()}
        assert known == {"spokane": ("open", True), "tampa": ("open", False)}
        (spokane,) = await bo.team()
        assert {one.name for one in spokane.members} == {"Bo", "Mia"}
        assert (spokane.state, spokane.next_open) == ("open", None)


async def test_admins_work(house: House, cast: Cast) -> None:
    async with DeskClient(house.url, await house.agent_token(cast.mia), pace=PACE) as mia:
        reno = await mia.admin.add_team(
            TeamDraft("reno", "Reno", "America/Los_Angeles", regions=("US-NV",))
        )
        assert {team.key for team in await mia.admin.teams()} == {"spokane", "tampa", "reno"}
        changed = await mia.admin.change_team(reno.id, place="Nevada")
        assert (changed.place, changed.name) == ("Nevada", "Reno")
        hours = await mia.admin.set_hours(reno.id, Weekly(sun=(Period("22:00", "02:00"),)))
        assert (hours.open, hours.next_open) == (False, datetime(2026, 11, 23, 6, tzinfo=UTC))
        found = await mia.admin.holidays(reno.id, country="US", subdivision="NV", year=2026)
        nevada = next(one for one in found if one.name == "Nevada Day")
        closed = Day(nevada.date, "closed", name=nevada.name)
        assert (await mia.admin.set_days(reno.id, [closed])).days == (closed,)
        kept = await mia.admin.hours(reno.id)
        assert (kept.weekly, kept.days) == (hours.weekly, (closed,))
        assert (await mia.admin.set_hours(reno.id, None)).open
        zoe = await mia.admin.add_agent(AgentDraft("Zoe", (reno.id,), password="correct horse 12"))
        assert (await mia.admin.change_agent(zoe.id, line="since 2019")).line == "since 2019"
        assert zoe.id in {agent.id for agent in await mia.admin.agents()}
        token = await mia.admin.add_token(zoe.id, label="laptop")
        assert [one.label for one in await mia.admin.tokens(zoe.id)] == ["laptop"]
        async with DeskClient(house.url, token.token, pace=PACE) as laptop:
            assert (await laptop.me()).agent.name == "Zoe"
            await mia.admin.revoke_token(token.id)
            with pytest.raises(Unauthorized):
                await laptop.me()


async def test_a_customers_rights(house: House, cast: Cast) -> None:
    async with (
        customer(house) as ana,
        DeskClient(house.url, await house.agent_token(cast.mia), pace=PACE) as mia,
    ):
        await ana.send(TYPED)
        held = await mia.admin.export("ana")
        assert TYPED.encode() in held
        await mia.admin.erase("ana")
        with pytest.raises(NotFound):
            await mia.admin.export("nobody/of that name")
        assert TYPED.encode() not in await mia.admin.export("ana")


async def test_a_session_by_name_and_password(house: House, cast: Cast) -> None:
    async with DeskClient(house.url, await house.agent_token(cast.mia), pace=PACE) as mia:
        await mia.admin.set_password(cast.bo.id, "correct horse battery")
    with pytest.raises(Unauthorized):
        async with DeskClient(house.url, name="Bo", password="wrong horse battery"):
            pass
    async with DeskClient(house.url, name="Bo", password="correct horse battery", pace=PACE) as bo:
        assert (await bo.me()).agent.name == "Bo"
        await bo.follow()
        async with customer(house) as ana:
            await ana.send(TYPED)
        await first(bo.events(), is_message(TYPED))
        await bo.sign_out()
        with pytest.raises(Unauthorized):
            await bo.me()


async def test_signed_out_means_the_end_of_events(house: House, cast: Cast) -> None:
    async with (
        customer(house) as ana,
        DeskClient(house.url, await house.agent_token(cast.mia), pace=PACE) as mia,
    ):
        await ana.send(TYPED)
        await first(ana.events(), is_message(TYPED))
        house.ctx.clock.pass_(2000)  # type: ignore[attr-defined] # the test's own clock
        await mia.admin.sign_out("ana")
        with pytest.raises(Unauthorized):
            await first(ana.events(), lambda _: False)


@pytest.mark.usefixtures("cast")
async def test_a_new_epoch_is_a_reset_with_the_present(house: House, tmp_path: Path) -> None:
    async with customer(house, store=tmp_path / "ana") as ana:
        await ana.send(TYPED)
        await first(ana.events(), is_message(TYPED))
    await renew_epoch(house.ctx, Operator())
    async with customer(house, store=tmp_path / "ana") as ana:
        await ana.send("hello again")
        seen = await first(ana.events(), lambda event: isinstance(event.what, Reset))
        reset = seen[-1].what
        assert isinstance(reset, Reset)
        assert reset.reason == "stale_epoch"
        assert reset.thread is not None
        assert [message.body for message in reset.messages] == ["hello again", TYPED]
        await ana.send("and on")
        assert bodies(await first(ana.events(), is_message("and on")))[-1] == "and on"


@pytest.mark.usefixtures("cast")
async def test_without_a_socket_the_same_comes_by_long_poll(house: House) -> None:
    async with customer(house) as ana:
        ana._link._doors = msgspec.structs.replace(CUSTOMER, live="/v1/nowhere")
        await ana.post(TYPED)
        await first(ana.events(), is_message(TYPED))
        assert not ana.connected
        await ana.send("still here")
        assert bodies(await first(ana.events(), is_message("still here"))) == ["still here"]


@pytest.mark.parametrize("way", ["live", "poll"])
async def test_who_is_far_behind_arrives_on_a_line_that_is_cut_every_24_kib(
    house: House, cast: Cast, way: str
) -> None:
    """A frame that is larger than what a line lets through in one go would never arrive."""
    who = await arrive(house.ctx, "ana")
    lines = [f"line {n}" for n in range(1_000)]
    for begin in range(0, len(lines), 100):
        await asyncio.gather(*(say(house.ctx, who, line) for line in lines[begin : begin + 100]))
    async with (
        tunnel_to(house.url, length=lambda: 24 * 1024) as tunnel,
        customer(house, url=tunnel.url) as ana,
        DeskClient(tunnel.url, await house.agent_token(cast.bo), pace=PACE) as bo,
    ):
        if way == "poll":
            ana._link._doors = msgspec.structs.replace(CUSTOMER, live="/v1/nowhere")
        heard = [await next_message(ana.events()) for _ in lines]
        assert tunnel.cuts > 5
        assert ana.connected == (way == "live")
        if way == "live":
            for team in cast.bo.teams:  # as a desk that was away since its first day
                bo._link.streams.add(f"team:{team}")
            told = bo.events()
            shown = [await next_message(told) for _ in lines]
            assert sorted(shown) == sorted(heard)
    assert sorted(heard) == sorted(lines)


async def next_message(events: AsyncIterator[Event]) -> str:
    """The next text that comes."""
    return bodies(await first(events, lambda event: isinstance(event.what, Message)))[-1]


@pytest.mark.parametrize("seed", range(3))
async def test_through_a_tunnel_nothing_is_missed_or_doubled(
    house: House, cast: Cast, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    lines = [f"line {n}" for n in range(25)]
    # From then on now and then long enough for a whole frame to both: else nobody arrived.
    lengths = chain(
        (chance.randint(500, 3_000) for _ in range(8)),
        (chance.choice((1_000, 4_000, 20_000)) for _ in count()),
    )
    async with (
        tunnel_to(house.url, length=lambda: next(lengths)) as tunnel,
        customer(house, url=tunnel.url, store=tmp_path / "ana") as ana,
        DeskClient(tunnel.url, await house.agent_token(cast.bo), pace=PACE) as bo,
    ):
        await bo.follow()
        for line in lines:
            await ana.post(line)
        heard, shown = await asyncio.gather(
            first(ana.events(), is_message(lines[-1])),
            first(bo.events(), is_message(lines[-1])),
        )
        await ana.flush()
        assert tunnel.cuts > 3
    assert bodies(heard) == bodies(shown) == lines
    for events in (heard, shown):
        places = [event.seq for event in events if event.seq is not None]
        assert places == sorted(set(places))
