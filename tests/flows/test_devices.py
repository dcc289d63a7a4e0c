"""A customer's devices at the store: what a sign-out leaves, and how many there may be."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import msgspec
import pytest

from inbox.core.errors import BadRequest, Unauthorized
from inbox.core.policy import Customer
from inbox.flows import agents, devices
from inbox.flows.devices import MOST_DEVICES, DeviceDraft, Subscription, SubscriptionKeys
from inbox.settings.push import ApnsApp, FcmProject
from tests.cast import OPERATOR, look
from tests.flows.stage import Stage


async def register(
    stage: Stage, who: Customer, device: str, *, token: str | None = None, on: bool = True
) -> str:
    draft = DeviceDraft(platform="fcm", push_enabled=on, token=token or f"{who.id}-{device}")
    made = await devices.register(stage.ctx, who, device_id=device, draft=draft)
    return made.fetch_token


async def kept(stage: Stage) -> set[str]:
    return {row[0] for row in await look(stage.ctx, "SELECT device_id FROM devices")}


async def test_who_was_signed_out_meanwhile_registers_nothing(stage: Stage) -> None:
    """Whatever the door believed: another process may have signed the customer out just now."""
    ana = await stage.ana()
    await agents.sign_out_customer(stage.ctx, OPERATOR, customer="ana")
    with pytest.raises(Unauthorized):
        await register(stage, ana, "phone")
    assert await kept(stage) == set()
    stage.clock.pass_(1_000)
    await register(stage, await stage.ana(), "phone")
    assert await kept(stage) == {"phone"}


async def test_a_fetch_token_stands_after_a_sign_out_before_it(stage: Stage) -> None:
    await stage.ana()
    await agents.sign_out_customer(stage.ctx, OPERATOR, customer="ana")
    stage.clock.pass_(1_000)
    ana = await stage.ana()
    first = await devices.fetcher(stage.ctx, await register(stage, ana, "phone"))
    await devices.demand_kept(stage.ctx, first)
    second = await devices.fetcher(stage.ctx, await register(stage, ana, "phone"))
    with pytest.raises(Unauthorized):
        await devices.demand_kept(stage.ctx, first)
    await devices.remove(stage.ctx, ana, device_id="phone")
    with pytest.raises(Unauthorized):
        await devices.demand_kept(stage.ctx, second)


async def test_the_device_seen_longest_ago_makes_room(stage: Stage) -> None:
    ana, luis = await stage.ana(), await stage.arrive("luis", region="US-FL")
    await register(stage, luis, "tablet")
    names = [f"phone-{n}" for n in range(MOST_DEVICES)]
    for name in names:
        await register(stage, ana, name)
        stage.clock.pass_(1_000)
    await register(stage, ana, names[0])  # seen anew: now the second is the oldest
    assert await kept(stage) == {*names, "tablet"}
    stage.clock.pass_(-3_600_000)  # the clock steps back, and the newest stays all the same
    await register(stage, ana, "new")
    assert await kept(stage) == {*names, "new", "tablet"} - {names[1]}


async def test_an_address_belongs_to_whoever_registered_it_last(stage: Stage) -> None:
    """A phone that changes hands must not show its new owner what is written to the old one."""
    ana, luis = await stage.ana(), await stage.arrive("luis", region="US-FL")
    fetch = await register(stage, ana, "phone", token="shared")
    await register(stage, ana, "tablet")
    await register(stage, luis, "phone", token="shared")
    rows = await look(stage.ctx, "SELECT customer_id, device_id FROM devices")
    assert sorted(rows) == [("ana", "tablet"), ("luis", "phone")]
    with pytest.raises(Unauthorized):
        await devices.fetcher(stage.ctx, fetch)
    await register(stage, luis, "phone-set-up-anew", token="shared")
    rows = await look(stage.ctx, "SELECT device_id FROM devices WHERE customer_id = 'luis'")
    assert rows == [("phone-set-up-anew",)]


async def test_an_address_is_the_same_whatever_an_older_app_says_of_it(stage: Stage) -> None:
    """The app of one said no `app_id` yet: the next on this phone must not get what is for them."""
    ana, luis = await stage.ana(), await stage.arrive("luis", region="US-FL")
    keys = SubscriptionKeys(p256dh="B" * 87, auth="A" * 22)
    page = Subscription("https://push.example/s/1", keys)
    older = DeviceDraft(platform="fcm", push_enabled=True, token="shared")
    old_page = DeviceDraft(platform="webpush", push_enabled=True, subscription=page)
    for who, app in ((ana, None), (luis, "com.example"), (ana, "com.example.two")):
        for name, draft in (("phone", older), ("page", old_page)):
            said = msgspec.structs.replace(draft, app_id=app)
            await devices.register(stage.ctx, who, device_id=name, draft=said)
        rows = await look(stage.ctx, "SELECT customer_id, device_id FROM devices")
        assert sorted(rows) == [(who.id, "page"), (who.id, "phone")]


async def test_an_app_that_nobody_set_up_registers_nothing(stage: Stage) -> None:
    """Else its pushes would wait for ever, under an alarm that any customer could raise."""
    ana = await stage.ana()
    key = {"team_id": "T", "key_id": "K", "key_file": "key.p8"}
    care = ApnsApp(app="com.care", environments=("production",), **key)
    test = ApnsApp(app="com.care.test", environments=("sandbox",), **key)
    android = FcmProject(account_file="a.json", app="care")
    settings = stage.ctx.settings
    apple = DeviceDraft("apns", push_enabled=True, token="ab" * 32, environment="production")
    google = DeviceDraft("fcm", push_enabled=True, token="t")

    async def says(draft: DeviceDraft, **given: Any) -> str | None:
        """Which field it is refused for, if it is."""
        known = msgspec.structs.replace(settings, **given)
        ctx = dataclasses.replace(stage.ctx, settings=known)
        try:
            await devices.register(ctx, ana, device_id="d", draft=draft)
        except BadRequest as refused:
            return refused.errors[0].path
        return None

    def of(draft: DeviceDraft, app: str | None, **more: Any) -> DeviceDraft:
        return msgspec.structs.replace(draft, app_id=app, **more)

    two = (care, test)
    for draft, given, refused in (
        (of(apple, "com.care"), {"apns_apps": two}, None),
        (of(apple, "com.care", environment="sandbox"), {"apns_apps": two}, "environment"),
        (of(apple, "com.care.test", environment="sandbox"), {"apns_apps": two}, None),
        (of(apple, "com.other"), {"apns_apps": two}, "app_id"),
        (of(apple, None), {"apns_apps": two}, "app_id"),
        (of(apple, None), {"apns_apps": (care,)}, None),
        (of(apple, "com.other"), {"apns_apps": ()}, None),
        (of(google, "care"), {"fcm_projects": (android,)}, None),
        (of(google, "other"), {"fcm_projects": (android,)}, "app_id"),
        (of(google, None), {"fcm_projects": (android,)}, "app_id"),
        (of(google, "other"), {"fcm_projects": (android, FcmProject(account_file="b"))}, None),
    ):
        assert await says(draft, **given) == refused, (draft, given)


async def test_two_who_register_one_address_at_once_leave_one(stage: Stage) -> None:
    who = [await stage.arrive(f"c{n}") for n in range(6)]
    await asyncio.gather(*(register(stage, one, "phone", token="shared") for one in who))
    assert len(await look(stage.ctx, "SELECT device_id FROM devices")) == 1


async def test_when_it_was_registered_moves_with_its_address_and_when_seen_always(
    stage: Stage,
) -> None:
    ana = await stage.ana()
    began = stage.clock.now
    at = []
    for token in ("one", "one", "two"):
        await register(stage, ana, "phone", token=token)
        at += await look(stage.ctx, "SELECT registered_at, seen_at FROM devices")
        stage.clock.pass_(1_000)
    assert at == [
        (began, began),
        (began, began + 1_000),
        (began + 2_000, began + 2_000),
    ]
