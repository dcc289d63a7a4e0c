"""What follows from what the providers said: by table, and fenced."""

from __future__ import annotations

import pytest

from inbox.core.pushes import LIFE_MS
from push.model import (
    Answer,
    Dead,
    Forget,
    Hold,
    Outcome,
    Refused,
    Sent,
    Unknown,
    Verdict,
)
from tests.cast import look
from tests.ringing.phones import Phones, told

GONE = Answer(status=410, reason="Unregistered")


@pytest.mark.parametrize(
    ("verdict", "outcome", "kept"),
    [
        (
            Sent("id-1"),
            Answer(status=200, provider_id="id-1"),
            ("SENT", 1, 200, None, "id-1"),
        ),
        (Sent(""), Answer(status=201), ("SENT", 1, 201, None, None)),
        (
            Dead("payload too large"),
            Answer(status=413, reason="PayloadTooLarge"),
            ("FAILED", 1, 413, "payload too large", None),
        ),
        (Dead("no"), Refused("no"), ("FAILED", 1, None, "no", None)),
        (
            Hold("wrong key"),
            Answer(status=403, reason="InvalidProviderToken"),
            ("WAITS", 0, 403, "wrong key", None),
        ),
        (Forget("Unregistered"), GONE, ("FAILED", 1, 410, "Unregistered", None)),
    ],
    ids=lambda case: type(case).__name__,
)
async def test_each_verdict_leaves_its_trace(
    phones: Phones, verdict: Verdict, outcome: Outcome, kept: tuple[object, ...]
) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    await phones.settle(await phones.claim(), verdict, outcome)
    (row,) = await look(
        phones.ctx,
        "SELECT attempts, last_status, last_reason, provider_id, lease_by FROM push_outbox",
    )
    assert (*await phones.states(), *row) == (*kept, None)


async def test_another_try_counts_or_does_not(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    for counts, attempts in ((True, 1), (False, 1), (True, 2)):
        await phones.put_off(await phones.claim(), 10, counts=counts)
        assert await phones.claim() == []
        phones.pass_(10)
        (push,) = await phones.claim()
        assert push.attempts == attempts
        await phones.outbox.release([push])
    assert await look(phones.ctx, "SELECT last_reason FROM push_outbox") == [("busy",)]


async def test_no_other_try_after_the_end(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    await phones.put_off(await phones.claim(), LIFE_MS)
    assert await phones.states() == ["EXPIRED"]


async def test_what_is_released_comes_back_as_it_was(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    pushes = await phones.claim()
    await phones.outbox.release(pushes)
    again = await phones.claim()
    assert [(push.id, push.attempts) for push in again] == [(pushes[0].id, 0)]
    assert again[0].lease != pushes[0].lease


async def test_a_device_that_is_slowed_down_waits_and_gathers_and_holds_up_nobody(
    phones: Phones,
) -> None:
    """429 for one device."""
    ana = await phones.ana("phone", "tablet")
    first = await phones.reply(ana)
    by_device = {push.device.partition("/")[2]: push for push in await phones.claim()}
    await phones.settle([by_device["tablet"]])
    await phones.put_off([by_device["phone"]], 30_000, whole_device=True)
    for _ in range(2):
        last = await phones.reply(ana)
        pushes = await phones.claim()
        assert [place for place, *_ in told(pushes)] == ["tablet"]
        await phones.settle(pushes)
        phones.pass_(10_000)
    phones.pass_(10_000)
    (push,) = await phones.claim()
    assert told([push]) == [("phone", last, 3, 3)]
    assert first < last


# ── dead addresses ───────────────────────────────────────────────────────────────────────────────


async def devices_of(phones: Phones) -> list[str | None]:
    return [row[0] for row in await look(phones.ctx, "SELECT token FROM devices")]


@pytest.mark.parametrize(("died", "kept"), [(None, False), (1, False), (0, True), (-1, True)])
async def test_a_dead_address_is_forgotten_unless_registered_since(
    phones: Phones, died: int | None, *, kept: bool
) -> None:
    """410 with a timestamp after, or not after, the registration."""
    ana = await phones.ana()
    registered = phones.stage.clock.now
    phones.pass_(60_000)
    await phones.reply(ana)
    since = None if died is None else registered + died
    await phones.settle(await phones.claim(), Forget("Unregistered", since), GONE)
    assert await devices_of(phones) == (["ana phone"] if kept else [])
    graves = await look(phones.ctx, "SELECT reason FROM dead_addresses")
    assert graves == ([] if kept else [("Unregistered",)])
    assert await phones.states() == ["FAILED"]


async def test_an_address_that_is_registered_in_flight_is_kept(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    pushes = await phones.claim()
    phones.pass_(1_000)
    await phones.register(ana, "phone")
    await phones.settle(pushes, Forget("Unregistered"), GONE)
    assert await devices_of(phones) == ["ana phone"]


async def test_a_device_with_another_address_by_now_gets_the_push_there(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    pushes = await phones.claim()
    await phones.register(ana, "phone", token="another")
    await phones.settle(pushes, Forget("Unregistered"), GONE)
    assert await devices_of(phones) == ["another"]
    (push,) = await phones.claim()
    assert (push.target.token, push.attempts) == ("another", 1)


async def test_an_address_that_comes_back_is_alive(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    await phones.settle(await phones.claim(), Forget("Unregistered"), GONE)
    await phones.register(ana, "phone")
    assert await look(phones.ctx, "SELECT address FROM dead_addresses") == []
    await phones.reply(ana)
    assert len(await phones.claim()) == 1


async def test_who_stalled_past_its_lease_forgets_no_device(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    late = await phones.claim()
    phones.pass_(60_001)
    await phones.outbox.sweep()
    await phones.settle(late, Forget("Unregistered"), GONE)
    assert await devices_of(phones) == ["ana phone"]


async def test_many_verdicts_of_all_kinds_are_stored_together(phones: Phones) -> None:
    """More than are handled on the event loop's own thread."""
    ana = await phones.ana()
    people = [ana, *[await phones.stage.arrive(f"c{n}") for n in range(40)]]
    for who in people[1:]:
        await phones.register(who, "phone")
    for who in people:
        await phones.reply(who)
    pushes = []
    while found := await phones.claim(limit=500):
        pushes += found
    assert len(pushes) == 41
    assert await phones.outbox.wanted(pushes) == {push.id for push in pushes}
    await phones.put_off(pushes, 5_000)
    phones.pass_(5_000)
    pushes = await phones.claim(limit=500)
    pushes += await phones.claim(limit=500)
    assert len(pushes) == 41
    await phones.settle(pushes, outcome=Unknown("no answer"))
    assert set(await phones.states()) == {"SENT"}


# ── the second look ──────────────────────────────────────────────────────────────────────────────


async def test_what_has_another_address_by_now_is_claimed_anew(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    pushes = await phones.claim()
    await phones.register(ana, "phone", token="another")
    assert await phones.outbox.wanted(pushes) == set()
    assert [push.target.token for push in await phones.claim()] == ["another"]


async def test_an_app_that_starts_meanwhile_changes_nothing(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    pushes = await phones.claim()
    phones.pass_(1_000)
    await phones.register(ana, "phone")
    assert await phones.outbox.wanted(pushes) == {push.id for push in pushes}


async def test_a_phone_that_changed_hands_gets_nothing_of_the_old_owner(phones: Phones) -> None:
    ana = await phones.ana()
    luis = await phones.stage.arrive("luis")
    await phones.reply(ana)
    pushes = await phones.claim()
    await phones.register(luis, "phone", token="ana phone")
    assert await phones.outbox.wanted(pushes) == set()
    assert await phones.states() == ["GONE"]
