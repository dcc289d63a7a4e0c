"""Several teams, apps and environments side by side, and settings that change while it runs."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from push.apns import Apns
from push.model import Environment, Notice, Push, Refused
from push.simulator.apns import ApnsSimulator
from push.simulator.record import Faults, GoAway, Late, Records, Reply
from push.simulator.tls import Certificates
from tests.push.apns.stage import (
    CARE,
    SHOP,
    Stage,
    app_for,
    device,
    form,
    good,
    key_of,
    push,
    simulator,
    stage,
)

TEAMS = [
    (CARE, "production"),
    (CARE, "sandbox"),
    (SHOP, "production"),
]


def to(app: str, environment: Environment, number: int = 1) -> Push:
    return push(target={"token": device(number), "app": app, "environment": environment})


async def test_each_team_and_environment_has_its_own_connection_and_token(
    certificates: Certificates, tmp_path: Path
) -> None:
    care = app_for(tmp_path, environments=("production", "sandbox"))
    shop = app_for(
        tmp_path, app=SHOP, team_id="TEAMTAMPA1", key_id="KEYOFTEAM2", environments=("production",)
    )
    keys = [key_of(care), key_of(shop)]
    records, faults = Records(), Faults()
    async with AsyncExitStack() as stack:
        ends: dict[Environment, ApnsSimulator] = {}
        environments: tuple[Environment, ...] = ("production", "sandbox")
        for environment in environments:
            ends[environment] = await stack.enter_async_context(
                simulator(
                    certificates, keys, environment=environment, records=records, faults=faults
                )
            )
        apns = Apns(
            [care, shop],
            form=form,
            addresses={environment: end.url for environment, end in ends.items()},
            ca_file=certificates.authority,
            spares=0,
        )
        stack.push_async_callback(apns.close)
        sends = [
            apns.send(to(app, environment, number), timeout=10)
            for number in range(1, 21)
            for app, environment in (
                (CARE, environments[0]),
                (CARE, environments[1]),
                (SHOP, environments[0]),
            )
        ]
        assert len(good(await asyncio.gather(*sends))) == 60
        assert ends["production"].made == 2
        assert ends["sandbox"].made == 1
        assert apns.counters.tokens == 3
        assert [(view.team_id, view.environment) for view in apns.look()] == [
            ("TEAMSPOKAN", "production"),
            ("TEAMSPOKAN", "sandbox"),
            ("TEAMTAMPA1", "production"),
        ]
        by_app = {(one.app, one.environment) for one in records.after()}
        assert by_app == {(app, environment) for app, environment in TEAMS}
        assert isinstance(await apns.send(to(SHOP, "sandbox"), timeout=1), Refused)


async def test_a_team_in_trouble_holds_up_no_other(
    certificates: Certificates, tmp_path: Path
) -> None:
    care = app_for(tmp_path)
    shop = app_for(tmp_path, app=SHOP, team_id="TEAMTAMPA1", key_id="KEYOFTEAM2")
    async with simulator(certificates, [key_of(care), key_of(shop)]) as end:
        apns = Apns(
            [care, shop],
            form=form,
            addresses={"production": end.url},
            ca_file=certificates.authority,
            spares=0,
        )
        shop.key_file.write_bytes(b"no key")
        refused, fine = await asyncio.gather(
            apns.send(to(SHOP, "production"), timeout=5),
            apns.send(to(CARE, "production"), timeout=5),
        )
        assert isinstance(refused, Refused)
        assert refused.keep
        assert good([fine])
        await apns.close()


@pytest.mark.parametrize(
    ("changes", "keep"),
    [
        ({"app": "com.example.other"}, True),
        ({"environment": "sandbox"}, True),
        ({"token": "../../etc"}, False),
        ({"token": ""}, False),
    ],
)
async def test_what_cannot_be_sent_is_refused_here(
    certificates: Certificates, tmp_path: Path, changes: dict[str, str], *, keep: bool
) -> None:
    async with stage(certificates, tmp_path) as both:
        one = push(target={"token": device(), "app": CARE, **changes})
        outcome = await both.send(one)
        assert isinstance(outcome, Refused)
        assert outcome.keep is keep
        assert both.simulator.made == 0


async def test_a_payload_that_is_too_large_is_refused_here(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        fits = push(device(1))
        room = 4096 - len(form(fits).body) + len(fits.notice.thread)
        for size, sent in ((room, True), (room + 1, False)):
            thread = "é" * (size // 2) + "e" * (size % 2)
            notice = Notice(kind="message", thread=thread, seq=1, badge=1)
            outcome = await both.send(push(notice=notice))
            assert isinstance(outcome, Refused) is not sent
            if not sent:
                assert outcome == Refused("the payload has 4097 bytes, 4096 are allowed")


async def test_a_new_key_id_begins_with_a_new_connection(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        both.fault(Late(by=100), device(1))
        flying = asyncio.create_task(both.send(push(device(1))))
        await both.records.wait(1)
        rotated = app_for(tmp_path, key_id="KEYOFTEAM9")
        both.simulator.keys[rotated.key_id] = key_of(rotated)
        both.apns.reload([rotated])
        assert good([await both.send(push(device(2)))])
        assert good([await flying])
        assert [one.connection for one in both.arrived()] == [1, 2]
        assert {one.outcome for one in both.arrived()} == {"200"}
        await both.until(lambda: len(both.simulator.connections) == 1)


async def test_a_new_app_of_a_team_begins_with_a_new_connection(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        await both.send()
        shop = app_for(tmp_path, app=SHOP)
        both.simulator.keys[shop.key_id] = key_of(shop, CARE)
        both.apns.reload([both.app, shop])
        assert good([await both.send(to(SHOP, "production"))])
        assert good([await both.send()])
        assert [one.connection for one in both.arrived()] == [1, 2, 2]
        assert both.apns.counters.tokens == 1


async def test_settings_that_stay_keep_the_connection(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        await both.send()
        both.apns.reload([both.app])
        await both.send()
        assert both.simulator.made == 1


def test_one_app_has_one_key(tmp_path: Path) -> None:
    apps = [app_for(tmp_path), app_for(tmp_path, key_id="KEYOFTEAM2")]
    with pytest.raises(ValueError, match="set up twice"):
        Apns(apps, form=form)


async def test_a_key_that_is_not_of_this_connection_gets_another(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        await both.send()
        both.fault(Reply(status=403, reason="UnrelatedKeyIdInToken"))
        assert good([await both.send()])
        assert both.simulator.made == 2


async def test_the_second_connection_is_made_when_the_first_is_proven(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, spares=1) as both:
        both.fault(Reply(status=400, reason="BadTopic"), times=20)
        await both.burst(20)
        assert both.simulator.made == 1
        await both.send()
        await both.until(lambda: both.apns.look()[0].connections == 2)
        await lose(both)
        await both.until(lambda: both.simulator.made == 3)
        await both.until(lambda: both.apns.look()[0].connections == 2)


async def lose(both: Stage) -> None:
    """The first connection goes away, and the next push goes over the second."""
    both.fault(GoAway(reason="Shutdown", accepted=False))
    assert good([await both.send()])
    assert both.arrived()[-1].connection == 2
