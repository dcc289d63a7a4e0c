"""Who signs in, and for how long: sessions, tokens, passwords, and what ends them at once."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest

from inbox.auth.passwords import Passwords
from inbox.core.errors import BadRequest, Conflict, Forbidden, NotFound, Unauthorized
from inbox.core.policy import Agent
from inbox.flows import agents, assignment, desk_views, duty, signin, teams
from inbox.flows.agents import AgentChange, AgentDraft
from inbox.flows.context import Context
from inbox.flows.streams import moved
from inbox.flows.teams import TeamChange, TeamDraft
from tests.cast import OPERATOR, look
from tests.flows.ledger import audit_books
from tests.flows.stage import HOUR, MINUTE, QUICK, Stage

GOOD, OTHER = "correct horse battery", "another good password"


async def with_password(stage: Stage, password: str = GOOD) -> Agent:
    """Bo has a password."""
    await agents.set_password(stage.ctx, OPERATOR, agent=stage.bo.id, password=password)
    return stage.bo


async def session(ctx: Context, name: str = "Bo", password: str = GOOD) -> signin.Session:
    return await signin.open_session(ctx, name=name, password=password, address="192.0.2.1")


async def change(stage: Stage, who: Agent, **changed: Any) -> None:
    await agents.change_agent(stage.ctx, OPERATOR, agent=who.id, change=AgentChange(**changed))


# ── sessions and passwords ───────────────────────────────────────────────────────────────────────


async def test_a_session_lasts_until_its_hour(stage: Stage) -> None:
    bo = await with_password(stage)
    opened = await session(stage.ctx, name="  bO ")
    assert opened.agent.id == bo.id
    assert opened.expires_at == "2026-11-23T00:00:00.000Z"
    stage.clock.pass_(12 * HOUR - 1)
    found = await signin.agent(stage.ctx, opened.token)
    assert found.teams == bo.teams
    await signin.still_valid(stage.ctx, found)
    stage.clock.pass_(1)
    with pytest.raises(Unauthorized):
        await signin.agent(stage.ctx, opened.token)
    await stage.reopen()
    with pytest.raises(Unauthorized):
        await signin.agent(stage.ctx, opened.token)


async def test_a_session_survives_a_restart_and_ends_when_closed(stage: Stage) -> None:
    await with_password(stage)
    opened, kept = await session(stage.ctx), await session(stage.ctx)
    await stage.reopen()
    found = await signin.agent(stage.ctx, opened.token)
    await signin.close_session(stage.ctx, opened.token)
    await signin.close_session(stage.ctx, opened.token)
    with pytest.raises(Unauthorized):
        await signin.agent(stage.ctx, opened.token)
    with pytest.raises(Unauthorized):
        await signin.still_valid(stage.ctx, found)
    await signin.agent(stage.ctx, kept.token)


@pytest.mark.parametrize(
    ("name", "password"),
    [("Bo", "a wrong password"), ("Nobody", GOOD), ("Mia", GOOD), ("Bo", ""), ("", GOOD)],
)
async def test_a_wrong_name_and_a_wrong_password_say_the_same(
    stage: Stage, name: str, password: str
) -> None:
    await with_password(stage)
    with pytest.raises(Unauthorized) as refused:
        await session(stage.ctx, name, password)
    assert refused.value.detail == "no agent has this name and password"


async def test_a_new_password_ends_what_the_old_one_opened(stage: Stage) -> None:
    bo = await with_password(stage)
    opened = await session(stage.ctx)
    await agents.set_password(stage.ctx, OPERATOR, agent=bo.id, password=OTHER)
    for token in (opened.token,):
        with pytest.raises(Unauthorized):
            await signin.agent(stage.ctx, token)
    with pytest.raises(Unauthorized):
        await signin.still_valid(stage.ctx, bo)
    with pytest.raises(Unauthorized):
        await session(stage.ctx, password=GOOD)
    await session(stage.ctx, password=OTHER)


class SlowPasswords(Passwords):
    """Passwords whose check takes until told otherwise, as it may on a busy machine."""

    def __init__(self) -> None:
        super().__init__(**QUICK)
        self.checked = asyncio.Event()
        self.go_on = asyncio.Event()

    async def verify(self, stored: str | None, password: str) -> bool:
        """The answer, held back."""
        right = await super().verify(stored, password)
        self.checked.set()
        await self.go_on.wait()
        return right


@pytest.mark.parametrize("meanwhile", ["changed", "disabled"])
async def test_a_sign_in_under_way_does_not_outlive_the_password(
    stage: Stage, meanwhile: str
) -> None:
    bo = await with_password(stage)
    slow = SlowPasswords()
    place = dataclasses.replace(stage.ctx, passwords=slow)
    signing_in = asyncio.create_task(session(place))
    await slow.checked.wait()
    if meanwhile == "changed":
        await agents.set_password(stage.ctx, OPERATOR, agent=bo.id, password=OTHER)
    else:
        await change(stage, bo, disabled=True)
    slow.go_on.set()
    with pytest.raises(Unauthorized):
        await signing_in
    if meanwhile == "changed":
        await session(stage.ctx, password=OTHER)  # and was not set back to the old one
        with pytest.raises(Unauthorized):
            await session(stage.ctx, password=GOOD)
    open_ones = await look(
        stage.ctx,
        "SELECT COUNT(*) FROM credentials WHERE agent_id = :agent AND kind = 'session'"
        " AND revoked_at IS NULL",
        agent=bo.id,
    )
    assert open_ones == [(1 if meanwhile == "changed" else 0,)]


async def test_a_hash_of_older_parameters_is_made_anew(stage: Stage) -> None:
    weak = Passwords(time_cost=1, memory_kib=64, lanes=1)
    await agents.set_password(
        dataclasses.replace(stage.ctx, passwords=weak), OPERATOR, agent=stage.bo.id, password=GOOD
    )
    await session(stage.ctx)
    ((stored,),) = await look(
        stage.ctx, "SELECT password_hash FROM agents WHERE id = :agent", agent=stage.bo.id
    )
    assert not stage.ctx.passwords.needs_rehash(stored)
    await session(stage.ctx)


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_token_is_shown_once_and_ends_when_revoked(stage: Stage) -> None:
    ctx = stage.ctx
    made = await agents.add_token(ctx, OPERATOR, agent=stage.bo.id, label="laptop")
    found = await signin.agent(ctx, made.token)
    stored = await look(ctx, "SELECT hash FROM credentials WHERE id = :id", id=made.id)
    assert made.token not in str(stored)
    listed = await agents.list_tokens(ctx, OPERATOR, agent=stage.bo.id)
    assert [one.label for one in listed.items] == ["laptop", None]
    await agents.revoke_token(ctx, OPERATOR, token=made.id)
    for again in (signin.agent(ctx, made.token), signin.still_valid(ctx, found)):
        with pytest.raises(Unauthorized):
            await again
    with pytest.raises(NotFound):
        await agents.revoke_token(ctx, OPERATOR, token=made.id)
    assert (await signin.still_valid(ctx, stage.bo)) == stage.bo, "another token stands"


@pytest.mark.parametrize("token", ["", "pbx_", "pbx_" + "0" * 36, "Bearer", "' OR 1=1 --"])
async def test_a_token_that_is_none_opens_nothing(stage: Stage, token: str) -> None:
    with pytest.raises(Unauthorized):
        await signin.agent(stage.ctx, token)


async def test_a_disabled_agent_is_out_at_once_and_comes_back_by_a_new_token(stage: Stage) -> None:
    ctx, bo = stage.ctx, await with_password(stage)
    made = await agents.add_token(ctx, OPERATOR, agent=bo.id)
    opened = await session(ctx)
    await signin.agent(ctx, made.token)
    await duty.set_duty(ctx, bo, on=True)
    await change(stage, bo, disabled=True)
    for token in (made.token, opened.token):
        with pytest.raises(Unauthorized):
            await signin.agent(ctx, token)
    with pytest.raises(Unauthorized):
        await session(ctx)
    with pytest.raises(Conflict):
        await agents.add_token(ctx, OPERATOR, agent=bo.id)
    assert not (await agents.get_agent(ctx, bo.id)).on_duty
    await change(stage, bo, disabled=False)
    for token in (made.token, opened.token):
        with pytest.raises(Unauthorized):
            await signin.agent(ctx, token)
    await session(ctx)
    await signin.agent(ctx, (await agents.add_token(ctx, OPERATOR, agent=bo.id)).token)


async def test_teams_and_role_are_as_they_are_now(stage: Stage) -> None:
    ctx = stage.ctx
    made = await agents.add_token(ctx, OPERATOR, agent=stage.bo.id)
    before = await signin.agent(ctx, made.token)
    await change(stage, before, teams=(stage.tampa,), role="lead")
    after = await signin.agent(ctx, made.token)
    assert after.teams == {stage.tampa}
    assert after.role == "lead"
    assert await signin.still_valid(ctx, before) == after


async def test_another_process_learns_of_it_by_its_look(stage: Stage) -> None:
    if stage.database.kind == "sqlite":
        return  # one process at a time: the folder's lock
    beside = await stage.beside()
    made = await agents.add_token(stage.ctx, OPERATOR, agent=stage.bo.id)
    token = stage.token("ana", region="US-WA")
    await signin.agent(beside, made.token)
    await signin.customer(beside, token)
    await agents.revoke_token(stage.ctx, OPERATOR, token=made.id)
    await agents.sign_out_customer(stage.ctx, OPERATOR, customer="ana")
    for hint in await moved(beside, {"registry": 0}):
        beside.memory.hear(hint)
    with pytest.raises(Unauthorized):
        await signin.agent(beside, made.token)
    with pytest.raises(Unauthorized):
        await signin.customer(beside, token)


async def test_what_changes_while_somebody_signs_in_is_not_remembered_wrongly(
    stage: Stage,
) -> None:
    """Sign-ins race with changes of the same person; afterwards nobody is let in by an old look."""
    ctx = stage.ctx
    for n in range(10):
        made = await agents.add_token(ctx, OPERATOR, agent=stage.bo.id)
        token = stage.token(f"c{n}", region="US-WA")
        await signin.customer(ctx, token)
        ctx.memory.forget()
        looks: list[Any] = [signin.agent(ctx, made.token) for _ in range(5)]
        looks += [signin.customer(ctx, token) for _ in range(5)]
        ends = [
            agents.revoke_token(ctx, OPERATOR, token=made.id),
            agents.sign_out_customer(ctx, OPERATOR, customer=f"c{n}"),
        ]
        mixed: list[Any] = [*looks[:4], *ends, *looks[4:]]
        await asyncio.gather(*mixed, return_exceptions=True)
        with pytest.raises(Unauthorized):
            await signin.agent(ctx, made.token)
        with pytest.raises(Unauthorized):
            await signin.customer(ctx, token)


# ── teams and agents ─────────────────────────────────────────────────────────────────────────────


async def test_only_admins_administer(stage: Stage) -> None:
    ctx = stage.ctx
    for who in (stage.bo, stage.mia):
        tries: list[Any] = [
            teams.add_team(ctx, who, TeamDraft("mine", "Mine", "America/New_York")),
            teams.change_team(ctx, who, team=stage.spokane, change=TeamChange(name="Mine")),
            agents.add_agent(ctx, who, AgentDraft(name="Eve", teams=(), role="admin")),
            agents.change_agent(ctx, who, agent=who.id, change=AgentChange(role="admin")),
            agents.set_password(ctx, who, agent=who.id, password=GOOD),
            agents.add_token(ctx, who, agent=who.id),
            agents.list_tokens(ctx, who, agent=who.id),
            agents.revoke_token(ctx, who, token=who.credential),
            agents.sign_out_customer(ctx, who, customer="ana"),
        ]
        for attempt in tries:
            with pytest.raises(Forbidden):
                await attempt
    assert len((await agents.list_agents(ctx)).items) == 3


async def test_of_two_with_one_name_or_key_at_once_one_is_made(stage: Stage) -> None:
    ctx = stage.ctx
    draft = AgentDraft(name="Ｅve ", teams=())
    made = await asyncio.gather(
        *(agents.add_agent(ctx, OPERATOR, draft) for _ in range(5)),
        *(
            teams.add_team(ctx, OPERATOR, TeamDraft("boise", "Boise", "America/Boise"))
            for _ in range(5)
        ),
        return_exceptions=True,
    )
    assert [type(one).__name__ for one in made].count("Conflict") == 8
    names = [one.name for one in (await agents.list_agents(ctx)).items]
    assert len(names) == 4
    with pytest.raises(Conflict):
        await agents.add_agent(ctx, OPERATOR, AgentDraft(name="eve", teams=()))
    await agents.add_agent(ctx, OPERATOR, AgentDraft(name="Eve Two", teams=()))


async def test_there_is_always_one_default_team(stage: Stage) -> None:
    ctx = stage.ctx

    async def defaults() -> list[str]:
        return [team.key for team in (await teams.list_teams(ctx)).items if team.default]

    assert await defaults() == ["spokane"]
    with pytest.raises(BadRequest):
        await teams.change_team(ctx, OPERATOR, team=stage.spokane, change=TeamChange(default=False))
    await asyncio.gather(
        *(
            teams.change_team(ctx, OPERATOR, team=team, change=TeamChange(default=True))
            for team in (stage.tampa, stage.spokane) * 5
        )
    )
    assert len(await defaults()) == 1
    await teams.add_team(ctx, OPERATOR, TeamDraft("boise", "Boise", "America/Boise", default=True))
    assert await defaults() == ["boise"]
    nowhere = await stage.arrive("mei", region="CN-BJ")
    thread = (await audit_books(ctx)).threads[nowhere.thread]
    assert thread.pin_reason.startswith("boise")


async def test_changes_of_one_team_at_once_lose_nothing_of_each_other(stage: Stage) -> None:
    """Two admins change different things of the same team: both changes stay."""
    changes: list[dict[str, Any]] = [
        {"name": "Spokane Valley"},
        {"place": "Washington"},
        {"max_customers": 500},
        {"languages": ("en", "es")},
        {"regions": ("US-WA", "US-OR")},
    ]
    await asyncio.gather(
        *(
            teams.change_team(stage.ctx, OPERATOR, team=stage.spokane, change=TeamChange(**changed))
            for changed in changes
        )
    )
    found = await teams.get_team(stage.ctx, stage.spokane)
    for changed in changes:
        for name, value in changed.items():
            told = getattr(found, name)
            assert (set(told) if name == "regions" else told) == (
                set(value) if name == "regions" else value
            )


async def test_changes_of_one_agent_at_once_lose_nothing_of_each_other(stage: Stage) -> None:
    changes: list[dict[str, Any]] = [
        {"line": "Ask me about roaming"},
        {"photo_url": "/photos/bo.jpg"},
        {"role": "lead"},
        {"name": "Bo Lee"},
    ]
    for _ in range(3):
        await asyncio.gather(*(change(stage, stage.bo, **changed) for changed in changes))
        found = await agents.get_agent(stage.ctx, stage.bo.id)
        assert (found.line, found.photo_url) == ("Ask me about roaming", "/photos/bo.jpg")
        assert (found.role, found.name) == ("lead", "Bo Lee")
        await change(stage, stage.bo, line=None, photo_url=None, role="agent", name="Bo")


async def test_a_full_team_takes_no_more(stage: Stage) -> None:
    await teams.change_team(
        stage.ctx, OPERATOR, team=stage.tampa, change=TeamChange(max_customers=1)
    )
    first = await stage.arrive("luis", region="US-FL")
    second = await stage.arrive("mei", region="US-FL")
    books = await audit_books(stage.ctx)
    assert {books.threads[who.thread].home_team for who in (first, second)} == {stage.tampa}
    await stage.say(first, "1")  # from now on the team is full
    third = await stage.arrive("ana", region="US-FL")
    assert (await audit_books(stage.ctx)).threads[third.thread].home_team == stage.spokane


async def test_who_left_the_team_sees_its_threads_no_more(stage: Stage) -> None:
    ctx, ana = stage.ctx, await stage.ana()
    await stage.say(ana, "1")
    made = await agents.add_token(ctx, OPERATOR, agent=stage.bo.id)
    await change(stage, stage.bo, teams=(stage.tampa,))
    bo = await signin.agent(ctx, made.token)
    with pytest.raises(NotFound):
        await assignment.take(ctx, bo, thread=ana.thread)
    listed = await desk_views.queue(ctx, bo, view="all", cursor=None, limit=10)
    assert listed.items == ()


async def test_duty_is_a_choice_that_stays(stage: Stage) -> None:
    assert not (await desk_views.me(stage.ctx, stage.bo)).duty.on
    await duty.set_duty(stage.ctx, stage.bo, on=True)
    await stage.reopen()
    stage.clock.pass_(MINUTE)
    me = await desk_views.me(stage.ctx, stage.bo)
    assert me.duty.on
    assert [one.team.key for one in me.teams] == ["spokane"]
    sheets = await desk_views.my_teams(stage.ctx, stage.bo)
    (sheet,) = sheets.items
    assert [(one.name, one.on_duty) for one in sheet.members] == [("Bo", True), ("Mia", False)]
