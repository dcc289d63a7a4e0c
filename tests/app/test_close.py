"""Send and close: whatever becomes of page and network, each message arrives once."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import CDPSession, expect

from tests.app.stage import AppPage, Stage

PATIENCE_S = 20


async def arrived(stage: Stage, texts: list[str]) -> None:
    """Wait until the server has them, in this order and nothing else."""
    async with asyncio.timeout(PATIENCE_S):
        while await stage.log() != texts:  # noqa: ASYNC110  the server has no event for it
            await asyncio.sleep(0.1)


async def worker_ready(ana: AppPage) -> None:
    """The service worker works, and has everything that a start without network needs."""
    await ana.page.wait_for_function(
        "async () => (await navigator.serviceWorker.ready).active.state === 'activated'"
    )


async def worker_of(ana: AppPage, url: str) -> tuple[CDPSession, dict[str, Any]]:
    """The service worker, to be sent what a browser sends it, whether or not a page is open."""
    session = await ana.context.new_cdp_session(await ana.context.new_page())
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def look(told: dict[str, Any]) -> None:
        for one in told["registrations"]:
            if one["scopeURL"] == f"{url}/app" and not one["isDeleted"] and not found.done():
                found.set_result(one["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", look)
    await session.send("ServiceWorker.enable")
    return session, {"origin": url, "registrationId": await found}


async def let_sync(ana: AppPage, url: str) -> None:
    """Send what Background Sync would send, as Chromium does it once the network is there."""
    session, asked = await worker_of(ana, url)
    told = {**asked, "tag": "outbox", "lastChance": False}
    await session.send("ServiceWorker.dispatchSyncEvent", told)


FULL = """(() => {
  const { prototype } = IDBObjectStore;
  const { put } = prototype;
  prototype.put = () => { throw new DOMException("The disk is full.", "QuotaExceededError"); };
  globalThis.room = () => { prototype.put = put; };
})()"""
"""The device has no room, until it is made."""


async def test_written_offline_and_closed_it_is_sent_without_the_page(stage: Stage) -> None:
    ana = await stage.phone()
    await worker_ready(ana)
    await ana.write("First.")
    await ana.see("First.")

    await ana.context.set_offline(True)
    await expect(ana.page.get_by_text("You are offline")).to_be_visible()
    await ana.write("Second.")
    await ana.see("Second.", state="waits")
    await expect(ana.said("Second.")).to_contain_text("Will be sent when you are online")
    await ana.write("Third.")
    await ana.see("Third.", state="waits")
    await ana.page.close()
    await ana.context.set_offline(False)
    await let_sync(ana, stage.server.url)

    await arrived(stage, ["First.", "Second.", "Third."])
    await ana.again()
    await ana.open()
    for text in ("First.", "Second.", "Third."):
        await ana.see(text)
    assert await stage.log() == ["First.", "Second.", "Third."]


_NEVER_KEPT = """() => {
  const { transaction } = IDBDatabase.prototype;
  const deaf = { put: () => ({}), delete: () => ({}) };
  IDBDatabase.prototype.transaction = function (names, mode, ...more) {
    if (mode === "readwrite") return { objectStore: () => deaf };
    return transaction.call(this, names, mode, ...more);
  };
}"""


_NOTED = "Object.keys(localStorage).filter((key) => key.endsWith('/sending')).length"


async def test_killed_at_the_moment_of_sending_it_arrives_once(stage: Stage) -> None:
    ana = await stage.phone()
    await worker_ready(ana)
    # The page goes while its message is on its way into the outbox, on a slow disk.
    await ana.page.evaluate(_NEVER_KEPT)
    await ana.write("Is anybody there?")
    await ana.see("Is anybody there?", state="waits")
    await ana.page.close()
    assert await stage.log() == []

    await ana.again()
    await ana.open()
    await ana.see("Is anybody there?")
    await arrived(stage, ["Is anybody there?"])
    await expect(ana.field).to_have_value("")

    # The server has it, and the page goes before it hears of that.
    await ana.page.route_web_socket("**/live", lambda _: None)
    await ana.page.reload()
    await ana.write("And now?")
    await ana.again()
    await ana.open()
    await ana.see("And now?")
    await arrived(stage, ["Is anybody there?", "And now?"])

    # It is in the outbox, and sent, and the page goes before it has noted that.
    await ana.page.evaluate("Storage.prototype.removeItem = () => {}")
    await ana.write("Once more?")
    await ana.see("Once more?")
    for left in (1, 0):
        assert await ana.page.evaluate(_NOTED) == left
        await ana.again()
        await ana.open()
        await ana.see("Once more?")
    await arrived(stage, ["Is anybody there?", "And now?", "Once more?"])
    await expect(ana.page.locator("article.said")).to_have_count(3)


async def test_without_network_the_page_opens_shows_what_there_was_and_takes_more(
    stage: Stage,
) -> None:
    ana = await stage.phone()
    await worker_ready(ana)
    await ana.write("Is it raining?")
    await ana.see("Is it raining?")
    await stage.answer("bo", await stage.thread(), "Take a coat.")
    await ana.said("Take a coat.").wait_for()
    await ana.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await ana.page.wait_for_timeout(600)  # what is shown is kept half a second later

    await ana.context.set_offline(True)
    await ana.again()
    await ana.page.goto(f"{ana.url}/app")
    await expect(ana.said("Take a coat.")).to_be_visible()
    await expect(ana.page.get_by_role("heading", name="Spokane").first).to_be_visible()
    await ana.write("Thanks!")
    await ana.see("Thanks!", state="waits")
    await stage.answer("bo", await stage.thread(), "And an umbrella.")
    await ana.context.set_offline(False)

    await ana.see("Thanks!")
    await ana.see("And an umbrella.")
    assert await stage.log() == ["Is it raining?", "Take a coat.", "And an umbrella.", "Thanks!"]


async def test_a_newer_service_worker_leaves_the_outbox_alone(stage: Stage) -> None:
    ana = await stage.phone()
    await worker_ready(ana)
    await ana.context.set_offline(True)
    await ana.write("Keep this.")
    await ana.see("Keep this.", state="waits")
    await ana.page.close()
    await ana.context.set_offline(False)

    async def newer(route: Any) -> None:
        """The script of a later release."""
        answer = await route.fetch()
        text = (await answer.text()).replace('"release": "', '"release": "later-')
        await route.fulfill(response=answer, body=text)

    await ana.context.route("**/app/worker.js", newer)
    await ana.again()
    await ana.open()
    await ana.page.wait_for_function(
        "async () => (await caches.keys()).every((name) => name.includes('later-'))"
    )
    await ana.see("Keep this.")
    await arrived(stage, ["Keep this."])
    # It has swept the files of the release before, and nothing else.
    kept = "async () => (await indexedDB.databases()).map(({ name }) => name).sort()"
    assert await ana.page.evaluate(kept) == ["pinbox-app", "pinbox-app/ana"]


async def test_two_windows_and_two_devices_are_in_step(stage: Stage) -> None:
    ana = await stage.phone()
    tablet = await stage.desktop()
    await ana.write("One.")
    await tablet.see("One.")
    await tablet.write("Two.")
    await ana.see("Two.")
    other = await ana.context.new_page()
    ana.watch(other)
    await other.goto(f"{ana.url}/app")
    await other.locator("textarea").fill("Three.")
    await other.get_by_role("button", name="Send", exact=True).click()
    for page in (ana, tablet):
        await page.see("Three.")
    assert await stage.log() == ["One.", "Two.", "Three."]


async def test_what_the_server_will_never_take_is_told_and_kept(stage: Stage) -> None:
    ana = await stage.phone()
    await ana.write("a bell \u0007 rings")
    refused = ana.said("rings")
    await expect(refused).to_have_attribute("data-state", "refused")
    await expect(refused.get_by_role("alert")).to_contain_text("Not sent")
    await refused.get_by_role("button", name="Try again").click()
    await expect(refused).to_have_attribute("data-state", "refused")
    await refused.get_by_role("button", name="Discard").click()
    await expect(refused).to_have_count(0)
    await ana.write("Good.")
    await ana.see("Good.")
    assert await stage.log() == ["Good."]


async def test_a_browser_without_room_still_opens_the_page_and_tells_what_it_cannot_keep(
    stage: Stage,
) -> None:
    ana = await stage.window()
    await ana.context.add_init_script(FULL)
    await ana.open(f"#token={stage.server.token('ana')}")
    await ana.write("From memory.")
    await ana.see("From memory.")
    assert await stage.log() == ["From memory."]

    # Here there was room once, and there is none now.
    eve = await stage.phone("eve")
    await eve.page.evaluate(FULL)
    await eve.write("Keep this.")
    await eve.see("Keep this.", state="refused")
    await eve.context.add_init_script(FULL)
    await eve.again()
    await eve.open()
    kept = eve.said("Keep this.")
    await expect(kept.get_by_role("alert")).to_contain_text("Not sent")
    await eve.page.evaluate("globalThis.room()")
    await kept.get_by_role("button", name="Try again").click()
    await eve.see("Keep this.")
    assert await stage.log("eve") == ["Keep this."]
