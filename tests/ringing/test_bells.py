"""The bells of a process, from a reply to what a stand-in of Apple's service gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from inbox.core.errors import NotFound
from inbox.core.pushes import PushState
from inbox.ringing.bells import Bells
from inbox.ringing.providers import make_providers
from inbox.settings import Settings
from push.model import Answer, Notice, Push, Target
from push.simulator.apns import make_key
from push.simulator.record import Fault, Reply, Silence
from tests.cast import look
from tests.flows.stage import DAY, Stage
from tests.ringing.belfry import CARE, PATIENCE_S, PHONE, Belfry, know, set_belfry


@pytest.fixture
async def belfry(stage: Stage, tmp_path: Path) -> AsyncIterator[Belfry]:
    async with set_belfry(stage, tmp_path) as made:
        yield made


async def states(belfry: Belfry) -> list[tuple[str, str | None]]:
    rows = await look(belfry.stage.ctx, "SELECT state, last_reason FROM push_outbox ORDER BY id")
    return [(PushState(state).name, reason) for state, reason in rows]


async def until(belfry: Belfry, wanted: Callable[[list[tuple[str, str | None]]], bool]) -> None:
    """Return when the outbox is so: what a worker stores last has no event of its own."""
    seen: list[tuple[str, str | None]] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not wanted(seen := await states(belfry)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        pytest.fail(f"{seen}, {belfry.bells.look()}")


def series(belfry: Belfry) -> dict[str, str]:
    lines = belfry.stage.ctx.metrics.render().decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if line.startswith("pinbox_"))


async def test_a_reply_arrives_and_carries_nothing_of_it(belfry: Belfry) -> None:
    ana = await belfry.ana()
    await belfry.bells.start()
    seq = await belfry.reply(ana, "Your SIM is on its way")
    came = await belfry.arrival(1)
    assert (came.app, came.token, came.outcome) == (CARE, PHONE, "200")
    assert came.headers["apns-push-type"] == "alert"
    assert came.body["aps"]["alert"] == {"loc-key": "NEW_REPLY"}
    assert came.body["aps"]["badge"] == 1
    assert (came.body["t"], came.body["s"]) == (ana.thread, seq)
    assert "SIM" not in str(came.body)
    assert "Bo" not in str(came.body)
    await until(belfry, lambda rows: rows == [("SENT", None)])


async def test_an_app_that_does_not_say_its_name_is_the_only_one_there_is(belfry: Belfry) -> None:
    ana = await belfry.ana(app_id=None)
    await belfry.bells.start()
    await belfry.reply(ana)
    assert (await belfry.arrival(1)).app == CARE


async def test_what_rang_before_the_start_is_brought(belfry: Belfry) -> None:
    ana = await belfry.ana()
    await belfry.reply(ana)
    await belfry.bells.start()
    assert (await belfry.arrival(1)).delivered


async def test_a_service_that_is_not_set_up_holds_its_pushes_and_no_others(
    belfry: Belfry,
) -> None:
    ana = await belfry.ana()
    await belfry.ana(token="a-registration-token", name="tablet", platform="fcm", environment=None)
    await belfry.bells.start()
    await belfry.reply(ana)
    await belfry.arrival(1)
    await until(belfry, lambda _rows: bool(belfry.bells.look().alarms))
    await until(belfry, lambda rows: sorted(row[0] for row in rows) == ["SENT", "WAITS"])
    (alarm,) = belfry.bells.look().alarms
    assert (alarm.kind, alarm.about) == ("configuration", f"fcm:{CARE}:")
    assert "fcm is not set up" in alarm.reason
    await belfry.bells.keep()
    lanes = {lane.provider: lane for lane in belfry.bells.look().lanes}
    assert (lanes["apns"].waiting, lanes["fcm"].waiting) == (0, 1)
    belfry.stage.clock.pass_(2 * DAY)
    await belfry.bells.keep()
    assert sorted(await states(belfry)) == [("EXPIRED", "expired"), ("SENT", None)]
    assert series(belfry)['pinbox_push_expired_total{provider="fcm"}'] == "1.0"


def replace_key(belfry: Belfry) -> None:
    """Another key in the same file, as Apple knows it."""
    file = Path(belfry.app.key_file)
    file.unlink()
    make_key(file)
    know(belfry.apple, belfry.app)


async def test_a_new_key_counts_without_a_restart(belfry: Belfry) -> None:
    ana = await belfry.ana()
    known = belfry.apple.keys.pop(belfry.app.key_id)
    await belfry.bells.start()
    await belfry.reply(ana)
    await until(belfry, lambda rows: rows == [("WAITS", "InvalidProviderToken")])
    await until(belfry, lambda _rows: bool(belfry.bells.look().alarms))
    standing = belfry.bells.look()
    assert standing.circuits[0].reason == "InvalidProviderToken"
    assert "Key file, key id and team id" in standing.alarms[0].remedy
    assert series(belfry)['pinbox_push_circuits_open{provider="apns"}'] == "1.0"
    replace_key(belfry)
    assert belfry.apple.keys[belfry.app.key_id].public != known.public
    await belfry.bells.look_at_keys()
    await until(belfry, lambda rows: rows == [("SENT", None)])
    assert belfry.bells.look().alarms == ()


async def test_a_stop_gives_back_what_has_no_answer_and_the_next_start_sends_it(
    belfry: Belfry,
) -> None:
    ana = await belfry.ana()
    belfry.apple.faults.add(Fault(do=Silence()))
    await belfry.bells.start()
    await belfry.reply(ana)
    first = await belfry.arrival(1)
    await belfry.bells.stop(within_s=2)
    belfry.stage.clock.pass_(120_000)
    belfry.bells = Bells(belfry.stage.ctx)
    await belfry.bells.keep()  # on a slow disk it is the end of the lease that gives it back
    await belfry.bells.start()
    second = await belfry.arrival(2)
    assert (first.push_id, first.collapse) == (second.push_id, second.collapse)
    assert len(belfry.apple.records.lock_screen(PHONE)) == 1


async def test_the_page_of_metrics_tells_of_pushes(belfry: Belfry) -> None:
    ana = await belfry.ana()
    await belfry.bells.start()
    belfry.apple.faults.add(Fault(do=Reply(status=503, reason="Shutdown")))
    await belfry.reply(ana)
    await until(belfry, lambda rows: rows == [("SENT", None)])
    await belfry.bells.keep()
    seen = series(belfry)
    assert float(seen['pinbox_push_results_total{provider="apns",result="200"}']) == 1
    assert float(seen["pinbox_apns_resent_total"]) == 1
    assert float(seen['pinbox_push_latency_seconds_count{provider="apns"}']) == 1
    pool = f'{{environment="production",key="{belfry.app.key_id}"}}'
    assert float(seen[f"pinbox_apns_connections{pool}"]) >= 1
    assert float(seen[f"pinbox_apns_token_age_seconds{pool}"]) < PATIENCE_S


async def test_what_is_gathered_into_a_newer_one_is_counted(belfry: Belfry) -> None:
    ana = await belfry.ana()
    belfry.apple.faults.add(Fault(do=Reply(status=503, reason="ServiceUnavailable")))
    await belfry.bells.start()
    await belfry.reply(ana)
    await until(belfry, lambda rows: rows == [("WAITS", "ServiceUnavailable")])
    await belfry.reply(ana)

    def is_over(rows: list[tuple[str, str | None]]) -> bool:
        belfry.stage.clock.pass_(100)  # a device is rung once a second at most
        return rows == [("COLLAPSED", "gathered"), ("SENT", None)]

    await until(belfry, is_over)
    assert series(belfry)['pinbox_push_collapsed_total{provider="apns"}'] == "1.0"
    newest = belfry.apple.records.after()[-1]
    assert newest.body["aps"]["alert"] == {"loc-key": "NEW_REPLIES", "loc-args": ["2"]}


async def test_one_push_can_be_sent_past_the_outbox(belfry: Belfry) -> None:
    push = Push(
        id="1",
        push_id="0a0a0a0a-0000-7000-8000-000000000000",
        device="phone",
        collapse="test",
        target=Target(provider="apns", token=PHONE, app=CARE, environment="production"),
        notice=Notice(kind="test", thread="", seq=0, badge=0),
        attempts=0,
        expires_at=belfry.stage.clock.now + DAY,
    )
    answer = await belfry.bells.send_now(push)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.provider_id) == (200, push.push_id)
    assert await states(belfry) == []


def test_an_authority_that_cannot_be_read_is_told_by_name() -> None:
    settings = Settings(push_ca_file="/nowhere.pem")
    with pytest.raises(NotFound, match=r"push_ca_file: /nowhere\.pem cannot be read"):
        make_providers(settings, now=lambda: 0)
