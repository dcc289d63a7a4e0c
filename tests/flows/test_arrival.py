"""Arriving: one customer, one thread, one pin, however many come at once and in whatever order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from inbox.core.errors import Unauthorized
from inbox.core.policy import Customer
from inbox.flows import agents, assignment, handover, signin, states
from inbox.flows.context import Context, roster
from inbox.flows.send import Draft, send
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import read_customer
from tests.cast import OPERATOR
from tests.flows.ledger import Line, audit_books, read_books
from tests.flows.stage import MINUTE, Stage


async def profile(ctx: Context, sub: str = "ana") -> dict[str, Any]:
    async def look(tx: Tx) -> Row | None:
        return await tx.fetch_one(Q.get_customer, customer=sub)

    row = await ctx.store.read(look)
    assert row is not None
    known = read_customer(row)
    return {name: getattr(known, name) for name in known.__struct_fields__}


async def log_of(stage: Stage, who: Customer) -> list[Line]:
    books = await audit_books(stage.ctx)
    return books.logs[who.thread]


# ── the pin ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("region", "team"), [("US-FL", "tampa"), ("US-WA-SEA", "spokane"), (None, "spokane")]
)
async def test_a_new_customer_is_pinned_once_with_a_reason(
    stage: Stage, region: str | None, team: str
) -> None:
    ana = await stage.arrive("ana", region=region)
    books = await audit_books(stage.ctx)
    thread = books.threads[ana.thread]
    assert thread.home_team == getattr(stage, team)
    (pin,) = books.logs[ana.thread]
    assert pin.type == "pin"
    assert pin.payload["reason"] == thread.pin_reason != ""
    assert thread.pin_by_region == (region is not None)
    # Who only looked does not count against the team.
    assert set(books.customers.values()) == {0}
    assert [row[2] for row in books.team_items[thread.home_team]] == ["entered", "item"]


async def test_a_new_customer_costs_no_look_at_all_people_unless_they_have_changed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = await roster(stage.ctx)
    with monkeypatch.context() as patched:
        patched.setattr("inbox.flows.roster.read_roster", None)
        await stage.arrive("ana", region="US-FL")
    boise = await stage.team("boise", "US-ID", "America/Boise")
    stage.ctx.memory.roster = known  # as in a process that has not heard of it yet
    luis = await stage.arrive("luis", region="US-ID")
    assert (await audit_books(stage.ctx)).threads[luis.thread].home_team == boise


async def test_200_first_arrivals_at_once_yield_one_of_each(stage: Stage) -> None:
    places = [stage.ctx]
    if stage.database.kind == "postgres":
        places.append(await stage.beside())
    tokens = [stage.token("ana", iat=stage.now_s - n, region="US-FL") for n in range(20)]
    people = await asyncio.gather(
        *(signin.customer(places[n % len(places)], tokens[n % 20]) for n in range(200))
    )
    assert len({who.thread for who in people}) == 1
    log = await log_of(stage, people[0])
    assert [line.type for line in log] == ["pin"], "one pin, and nothing that any of them changed"


async def test_200_who_arrive_and_write_at_once_begin_one_conversation(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid_deadlocks(monkeypatch)

    async def come(n: int) -> Customer:
        who = await stage.arrive("ana", iat=stage.now_s - n % 7, region="US-FL", name=f"Ana {n}")
        await stage.say(who, str(n % 100), f"No. {n % 100}")
        return who

    people = await asyncio.gather(*map(come, range(200)))
    assert len({who.thread for who in people}) == 1
    books = await audit_books(stage.ctx)
    assert len(books.threads) == len(books.history) == 1
    log = books.logs[people[0].thread]
    assert sum(line.type == "pin" for line in log) == 1
    assert sum(line.type == "message" for line in log) == 100
    assert books.customers == {stage.spokane: 0, stage.tampa: 1}


def forbid_deadlocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadlock costs a second and is tried again; here it fails the caller."""
    monkeypatch.setattr("inbox.store.postgres._REPEATS", 0)


async def test_new_tokens_and_first_messages_never_wait_for_each_other_in_a_ring(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid_deadlocks(monkeypatch)
    everybody = [
        await stage.arrive(f"c{n}", region="US-WA", iat=stage.now_s - 60) for n in range(20)
    ]
    stage.clock.pass_(MINUTE)

    async def renew(who: Customer) -> None:
        await stage.arrive(who.id, iat=stage.now_s, name="Somebody", region="US-FL")

    async def write(who: Customer) -> None:
        await stage.say(who, "1")

    await asyncio.gather(*(act(who) for who in everybody for act in (renew, write)))
    await audit_books(stage.ctx)


# ── claims ───────────────────────────────────────────────────────────────────────────────────────

FULL: dict[str, Any] = {
    "name": "Ana",
    "region": "US-WA",
    "time_zone": "America/Los_Angeles",
    "locale": "es-US",
    "phone": "+12065550100",
    "attributes": {"plan": "gold"},
}


async def test_an_absent_claim_keeps_what_is_known(stage: Stage) -> None:
    await stage.arrive("ana", **FULL)
    known = await profile(stage.ctx)
    stage.clock.pass_(MINUTE)
    await stage.arrive("ana")
    after = await profile(stage.ctx)
    assert after == {**known, "claims_iat": stage.now_s}
    stage.clock.pass_(MINUTE)
    ana = await stage.arrive("ana", name="Ana Maria", attributes={})
    after = await profile(stage.ctx)
    assert (after["name"], after["region"], after["attributes"]) == ("Ana Maria", "US-WA", "{}")
    changes = [line.payload for line in await log_of(stage, ana) if line.type == "customer"]
    assert changes == [{"changed": ["name", "attributes"]}]


async def test_an_older_token_never_overwrites(stage: Stage) -> None:
    young = stage.now_s
    await stage.arrive("ana", iat=young, name="Ana", region="US-WA")
    await stage.arrive("ana", iat=young - 60, name="Nobody", region="US-FL", phone="+12065550100")
    await stage.reopen()
    ana = await stage.arrive("ana", iat=young - 30, name="Nobody", region="US-FL")
    known = await profile(stage.ctx)
    assert (known["name"], known["region"], known["phone"]) == ("Ana", "US-WA", None)
    assert known["claims_iat"] == young
    assert [line.type for line in await log_of(stage, ana)] == ["pin"]


async def test_the_newest_of_many_at_once_wins(stage: Stage) -> None:
    newest = stage.now_s
    await asyncio.gather(
        *(stage.arrive("ana", iat=newest - n, name=f"Ana {n}", region="US-WA") for n in range(50))
    )
    known = await profile(stage.ctx)
    assert (known["name"], known["claims_iat"]) == ("Ana 0", newest)
    await audit_books(stage.ctx)


async def test_a_message_bears_the_name_that_is_known(stage: Stage) -> None:
    """Also where the token that the app still uses is older than what another device brought."""
    old = await stage.arrive("ana", iat=stage.now_s - 60, name="Ana", region="US-WA")
    await stage.arrive("ana", iat=stage.now_s, name="Ana Maria")
    await stage.reopen()
    ana = await stage.arrive("ana", iat=stage.now_s - 60, name="Ana", region="US-WA")
    assert (ana.thread, ana.name) == (old.thread, "Ana Maria")


# ── the region that comes later ──────────────────────────────────────────────────────────────────


async def arrive_twice(stage: Stage, between: Any = None) -> Customer:
    """Ana comes without a region, something happens, and her next token says Florida."""
    ana = await stage.arrive("ana", name="Ana")
    if between is not None:
        await between(ana)
    stage.clock.pass_(MINUTE)
    return await stage.arrive("ana", region="US-FL")


async def test_the_pin_is_made_anew_when_the_region_arrives(stage: Stage) -> None:
    async def write(ana: Customer) -> None:
        await stage.say(ana, "1")

    ana = await arrive_twice(stage, write)
    books = await audit_books(stage.ctx)
    thread = books.threads[ana.thread]
    assert (thread.home_team, thread.serving_team) == (stage.tampa, stage.tampa)
    assert thread.pin_by_region
    kinds = [line.type for line in books.logs[ana.thread]]
    assert kinds == ["pin", "status", "message", "pin", "customer"]
    assert books.customers == {stage.spokane: 0, stage.tampa: 1}
    assert [row[2] for row in books.team_items[stage.spokane]][-1] == "left"
    assert [row[2] for row in books.team_items[stage.tampa]] == ["entered", "item", "item"]
    # Once: from now on the region is known, and a change of it only suggests.
    stage.clock.pass_(MINUTE)
    await stage.arrive("ana", region="US-WA")
    log = await log_of(stage, ana)
    assert log[-1].payload["suggest_pin"]["id"] == stage.spokane
    assert (await read_books(stage.ctx)).threads[ana.thread].home_team == stage.tampa


async def test_a_first_look_without_region_counts_nowhere_when_pinned_anew(stage: Stage) -> None:
    await arrive_twice(stage)
    books = await audit_books(stage.ctx)
    assert set(books.customers.values()) == {0}


async def test_a_region_of_the_same_team_makes_no_second_pin(stage: Stage) -> None:
    await stage.arrive("ana", name="Ana")
    stage.clock.pass_(MINUTE)
    ana = await stage.arrive("ana", region="US-WA")
    assert [line.type for line in await log_of(stage, ana)] == ["pin", "customer"]


async def test_after_an_answer_the_region_only_suggests(stage: Stage) -> None:
    async def talk(ana: Customer) -> None:
        await stage.say(ana, "1")
        await stage.reply(stage.bo, ana.thread, "a")

    ana = await arrive_twice(stage, talk)
    log = await log_of(stage, ana)
    assert [line.type for line in log].count("pin") == 1
    assert log[-1].payload == {
        "changed": ["region"],
        "suggest_pin": {"id": stage.tampa, "key": "tampa", "name": "Tampa"},
    }


async def test_pinned_anew_it_is_in_the_new_teams_queue(stage: Stage) -> None:
    """Who took it in the old team cannot see it any more, so it must not be theirs."""

    async def take(ana: Customer) -> None:
        await stage.say(ana, "1")
        await assignment.take(stage.ctx, stage.bo, thread=ana.thread)

    ana = await arrive_twice(stage, take)
    books = await audit_books(stage.ctx)
    assert books.threads[ana.thread].assignee_id is None
    await assignment.take(stage.ctx, stage.ravi, thread=ana.thread)


async def test_pinned_anew_to_the_team_that_serves_it_is_at_home(stage: Stage) -> None:
    async def bounce(ana: Customer) -> None:
        await stage.say(ana, "1")
        await handover.transfer(
            stage.ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="she is in Tampa"
        )
        await assignment.take(stage.ctx, stage.ravi, thread=ana.thread)

    ana = await arrive_twice(stage, bounce)
    books = await audit_books(stage.ctx)
    thread = books.threads[ana.thread]
    assert (thread.home_team, thread.serving_why) == (stage.tampa, "home")
    assert thread.assignee_id == stage.ravi.id, "who serves it keeps it"


async def test_pinned_anew_while_a_third_team_serves_stays_there_until_resolved(
    stage: Stage,
) -> None:
    boise = await stage.team("boise", "US-ID", "America/Boise")
    ida = await stage.agent("Ida", boise)

    async def bounce(ana: Customer) -> None:
        await stage.say(ana, "1")
        await handover.transfer(
            stage.ctx, stage.bo, thread=ana.thread, team=boise, reason="billing"
        )

    ana = await arrive_twice(stage, bounce)
    thread = (await audit_books(stage.ctx)).threads[ana.thread]
    assert (thread.home_team, thread.serving_team) == (stage.tampa, boise)
    await states.resolve(stage.ctx, ida, thread=ana.thread)
    thread = (await audit_books(stage.ctx)).threads[ana.thread]
    assert (thread.serving_team, thread.serving_why) == (stage.tampa, "home")


async def test_an_explicit_pin_stays_when_the_region_arrives(stage: Stage) -> None:
    """Routing never changes what a person decided."""
    boise = await stage.team("boise", "US-ID", "America/Boise")

    async def repin(ana: Customer) -> None:
        await stage.say(ana, "1")
        stage.clock.pass_(MINUTE)
        await handover.repin(
            stage.ctx, OPERATOR, thread=ana.thread, team=boise, reason="asked for them"
        )

    ana = await arrive_twice(stage, repin)
    books = await audit_books(stage.ctx)
    assert books.threads[ana.thread].home_team == boise
    assert books.logs[ana.thread][-1].payload["suggest_pin"]["key"] == "tampa"


# ── signed out ───────────────────────────────────────────────────────────────────────────────────


async def test_sign_out_refuses_older_tokens_and_lets_newer_ones_in(stage: Stage) -> None:
    ctx = stage.ctx
    token = stage.token("ana", region="US-WA")
    ana = await signin.customer(ctx, token)
    await agents.sign_out_customer(ctx, OPERATOR, customer="ana")
    for older in (token, stage.token("ana", iat=stage.now_s - 60)):
        with pytest.raises(Unauthorized):
            await signin.customer(ctx, older)
    with pytest.raises(Unauthorized):
        await signin.still_valid(ctx, ana)
    await stage.reopen()
    with pytest.raises(Unauthorized):
        await signin.customer(stage.ctx, token)
    stage.clock.pass_(MINUTE)
    again = await stage.arrive("ana")
    assert again.thread == ana.thread
    assert await signin.still_valid(stage.ctx, again) == again
    with pytest.raises(Unauthorized):
        await signin.customer(stage.ctx, token)


async def test_sign_out_never_goes_back(stage: Stage) -> None:
    token = stage.token("ana", region="US-WA")
    await signin.customer(stage.ctx, token)
    await agents.sign_out_customer(stage.ctx, OPERATOR, customer="ana")
    stage.clock.pass_(-60 * MINUTE)
    await agents.sign_out_customer(stage.ctx, OPERATOR, customer="ana")
    stage.clock.pass_(60 * MINUTE)
    with pytest.raises(Unauthorized):
        await signin.customer(stage.ctx, token)


async def test_a_refused_token_changes_nothing(stage: Stage) -> None:
    await stage.arrive("ana", name="Ana", region="US-WA", iat=stage.now_s - 60)
    await agents.sign_out_customer(stage.ctx, OPERATOR, customer="ana")
    with pytest.raises(Unauthorized):
        await stage.arrive("ana", name="Eve", iat=stage.now_s)
    assert (await profile(stage.ctx))["name"] == "Ana"


async def test_what_was_let_in_costs_no_look(stage: Stage) -> None:
    token = stage.token("ana", region="US-WA")
    ana = await signin.customer(stage.ctx, token)
    await stage.ctx.store.close()  # now every look fails
    assert await signin.customer(stage.ctx, token) == ana


async def test_sends_of_a_customer_carry_on_while_tokens_renew(stage: Stage) -> None:
    async def come(n: int) -> None:
        who = await stage.arrive("ana", iat=stage.now_s - 100 + n, name=f"Ana {n}", region="US-WA")
        await send(stage.ctx, who, thread=who.thread, draft=Draft(str(n), "Hello"))

    await asyncio.gather(*map(come, range(60)))
    books = await audit_books(stage.ctx)
    (log,) = books.logs.values()
    assert sum(line.type == "message" for line in log) == 60
