"""Nobody is rung in their quiet hours, and one push at their end tells of all."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from inbox.core.errors import BadRequest
from inbox.core.policy import Customer
from inbox.core.quiet import Mode
from inbox.flows.quiet import QuietDraft, clear_quiet, get_quiet, set_quiet
from tests.cast import change
from tests.flows.stage import Stage
from tests.ringing.phones import Phones, told

HOUR = 3_600_000


class Night(Phones):
    """The operator has set quiet hours; it is eleven in the evening in New York."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.set("2026-11-22 23:00")

    def set(self, shown: str) -> None:
        """What the clock of New York shows."""
        zone = ZoneInfo("America/New_York")
        moment = datetime.fromisoformat(shown).replace(tzinfo=zone)
        self.stage.clock.now = int(moment.timestamp()) * 1000

    async def mei(self) -> Customer:
        """A customer in New York, with a phone."""
        mei = await self.stage.arrive("mei", region="US-WA", time_zone="America/New_York")
        await self.register(mei, "phone")
        return mei


async def night(stage: Stage, **changed: str) -> Night:
    await stage.reopen(quiet_hours="22:00-08:00", **changed)
    return Night(stage)


async def test_one_push_at_the_end_tells_of_all(stage: Stage) -> None:
    phones = await night(stage)
    mei = await phones.mei()
    last = 0
    for _ in range(3):
        last = await phones.reply(mei)
        assert await phones.claim() == []
        phones.pass_(2 * HOUR)
    phones.set("2026-11-23 07:59")
    assert await phones.claim() == []
    assert {row[3] for row in await phones.rows()} == {"quiet hours"}
    phones.set("2026-11-23 08:00")
    assert told(await phones.claim()) == [("phone", last, 3, 3)]
    assert await phones.states() == ["COLLAPSED", "COLLAPSED", "LEASED"]


async def test_the_night_in_which_the_clock_is_changed(stage: Stage) -> None:
    phones = await night(stage)
    for eve, morning in (("2026-10-31", "2026-11-01"), ("2027-03-13", "2027-03-14")):
        phones.set(f"{eve} 23:30")
        mei = await phones.mei()
        await phones.reply(mei)
        assert await phones.claim() == []
        phones.set(f"{morning} 07:59")
        assert await phones.claim() == []
        phones.set(f"{morning} 08:00")
        pushes = await phones.claim()
        assert len(pushes) == 1
        await phones.settle(pushes)


async def test_what_would_expire_in_the_night_comes_in_the_morning(stage: Stage) -> None:
    phones = await night(stage)
    phones.set("2026-11-22 09:00")
    mei = await phones.mei()
    await phones.reply(mei)
    await phones.put_off(await phones.claim(), 14 * HOUR)
    phones.set("2026-11-22 23:00")
    assert await phones.claim() == []
    phones.set("2026-11-23 08:30")
    await phones.outbox.release(await phones.claim())
    phones.set("2026-11-23 09:01")
    assert await phones.claim() == []
    assert await phones.states() == ["EXPIRED"]


async def test_passive_hours_let_it_through_without_a_sound(stage: Stage) -> None:
    phones = await night(stage, quiet_mode="passive")
    mei = await phones.mei()
    await phones.reply(mei)
    pushes = await phones.claim()
    assert [push.notice.passive for push in pushes] == [True]
    await phones.put_off(pushes, 9 * HOUR)
    phones.pass_(9 * HOUR)
    assert [push.notice.passive for push in await phones.claim()] == [False]


async def test_without_a_time_zone_the_home_team_s_clock_counts(stage: Stage) -> None:
    phones = await night(stage)
    ana = await phones.ana()  # of Spokane, where it is eight in the evening
    await phones.reply(ana)
    assert len(await phones.claim()) == 1


# ── a customer's own ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../etc"])
async def test_a_zone_that_this_machine_does_not_know_holds_up_nobody(
    stage: Stage, zone: str
) -> None:
    """A database that came from a machine with newer time zones."""
    phones = await night(stage)
    mei = await phones.mei()
    ana = await phones.stage.arrive("ana", region="US-WA", time_zone="Asia/Tokyo")
    await phones.register(ana, "phone")
    sql = "UPDATE customers SET time_zone = :zone WHERE id = 'mei'"
    await change(phones.ctx, sql, zone=zone)
    await phones.reply(mei)
    await phones.reply(ana)
    found = {push.target.token for push in await phones.claim()}
    assert found == {"mei phone", "ana phone"}  # it is afternoon in Tokyo, and evening in Spokane


async def test_a_customer_chooses_and_goes_back(stage: Stage) -> None:
    phones = await night(stage)
    mei = await phones.mei()
    shown = await get_quiet(phones.ctx, mei)
    assert (shown.hours, shown.mode, shown.own) == ("22:00-08:00", "hold", False)
    assert (shown.time_zone, shown.until) == ("America/New_York", "2026-11-23T13:00:00.000Z")
    shown = await set_quiet(phones.ctx, mei, QuietDraft("23:30-06:00", "passive"))
    assert (shown.hours, shown.mode, shown.own) == ("23:30-06:00", "passive", True)
    assert shown.until is None
    await clear_quiet(phones.ctx, mei)
    assert (await get_quiet(phones.ctx, mei)).own is False


@pytest.mark.parametrize(("hours", "mode"), [(None, "hold"), ("22:00-08:00", "passive")])
async def test_what_waits_comes_when_the_customer_wants_it_after_all(
    stage: Stage, hours: str | None, mode: Mode
) -> None:
    phones = await night(stage)
    mei = await phones.mei()
    await phones.reply(mei)
    assert await phones.claim() == []
    await set_quiet(phones.ctx, mei, QuietDraft(hours, mode))
    assert len(await phones.claim()) == 1


@pytest.mark.parametrize("hours", ["", "8-9", "22:00-22:00"])
async def test_what_is_no_window_is_refused(stage: Stage, hours: str) -> None:
    phones = await night(stage)
    mei = await phones.mei()
    with pytest.raises(BadRequest):
        await set_quiet(phones.ctx, mei, QuietDraft(hours))


# ── what a push may show ─────────────────────────────────────────────────────────────────────────


async def test_a_push_shows_who_wrote_and_what_only_where_that_is_allowed(stage: Stage) -> None:
    for names in (False, True):
        for previews in (False, True):
            await stage.reopen(push_names=names, push_previews=previews)
            phones = Phones(stage)
            ana = await phones.ana("phone", "tablet")
            await phones.reply(ana)
            pushes = await phones.claim()
            assert len(pushes) == 2
            for push in pushes:
                shown = push.notice
                assert (shown.author, shown.author_id) == (
                    ("Bo", stage.bo.id) if names else (None, None)
                )
                assert shown.preview == ("Hi" if previews else None)
            await phones.settle(pushes)
            phones.pass_(100_000)
