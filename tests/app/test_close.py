"""Send and close: whatever becomes of page and network, each message arrives once."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import CDPSession, FilePayload, expect

from agents_ui.files import File
from customer_ui.files import read_app
from inbox.web.desk_pages import answer_file
from tests import pictures
from tests.app.stage import AppPage, Stage, until

PATIENCE_S = 20
PHOTO: FilePayload = {
    "name": "router.jpg",
    "mimeType": "image/jpeg",
    "buffer": pictures.from_phone(),
}


async def arrived(stage: Stage, texts: list[str]) -> None:
    """Wait until the server has them, in this order and nothing else."""
    async with asyncio.timeout(PATIENCE_S):
        while await stage.log() != texts:  # noqa: ASYNC110  the server has no event for it
            await asyncio.sleep(0.1)


async def worker_ready(ana: AppPage) -> None:
    """The service worker works, and has everything that a start without network needs."""
    await until(
        ana.page, "async () => (await navigator.serviceWorker.ready).active.state === 'activated'"
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


async def attach(ana: AppPage, file: FilePayload, *, state: str) -> None:
    """Choose a file, and wait until it is known what becomes of it."""
    await ana.page.locator("input[type=file]").set_input_files(file)
    await ana.page.locator(f'.chosen li[data-state="{state}"]').wait_for()


FULL = """(() => {
  const { prototype } = IDBObjectStore;
  const { put } = prototype;
  let tell = () => {};
  globalThis.refused = new Promise((resolve) => { tell = resolve; });
  prototype.put = () => {
    tell();
    throw new DOMException("The disk is full.", "QuotaExceededError");
  };
  globalThis.room = () => { prototype.put = put; };
})()"""
"""The device has no room, until it is made. `refused`: something was to be kept since."""


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


HELD = """async () => {
  const found = {};
  for (const { name, version } of await indexedDB.databases()) {
    const request = indexedDB.open(name, version);
    await new Promise((resolve) => { request.onsuccess = resolve; });
    const keys = request.result.transaction("kept").objectStore("kept").getAllKeys();
    await new Promise((resolve) => { keys.onsuccess = resolve; });
    request.result.close();
    found[name] = keys.result.map((key) => key.split("/")[0]);
  }
  return found;
}"""
"""What each database of this origin holds, by the first part of the keys."""

UPDATE = "async () => (await navigator.serviceWorker.getRegistration('/app')).update()"


def release(monkeypatch: pytest.MonkeyPatch) -> str:
    """The server has a later release of the page from now on: its name."""
    name = "0" * 12
    later = dataclasses.replace(read_app(), release=name)

    def answer(request: web.Request, file: File, headers: dict[str, str]) -> web.Response:
        if request.path == "/app/worker.js":
            file = later.worker(token_url="")
        return answer_file(request, file, headers)

    monkeypatch.setattr("inbox.web.app_pages.answer_file", answer)
    return name


async def test_a_newer_service_worker_leaves_the_outbox_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await stage.phone()
    await worker_ready(ana)
    # What was refused stays in the outbox, whatever the worker does.
    await ana.write("a bell \u0007 rings")
    await ana.see("rings", state="refused")

    async def empty(route: Any) -> None:
        """A page beside it has nothing open, and makes nothing again that was swept away."""
        await route.fulfill(body="<!doctype html>", content_type="text/html")

    await ana.context.route("**/beside", empty)
    beside = await ana.context.new_page()
    await beside.goto(f"{ana.url}/beside")
    await ana.page.close()
    before = await beside.evaluate(HELD)
    assert before["pinbox-app/ana"] == ["draft", "owner"]
    assert {"device", "session", "shown"} <= set(before["pinbox-app"])
    later = release(monkeypatch)
    await beside.evaluate(UPDATE)
    await until(beside, f"async () => String(await caches.keys()) === 'pinbox-app-{later}'")
    # It has swept the files of the release before, and nothing else.
    assert await beside.evaluate(HELD) == before
    await ana.again()
    await ana.open()
    await ana.see("rings", state="refused")


async def test_two_windows_and_two_devices_are_in_step(stage: Stage) -> None:
    ana = await stage.phone()
    tablet = await stage.desktop()
    await ana.write("One.")
    await tablet.see("One.")
    await tablet.write("Two.")
    await ana.see("Two.")
    other = await ana.beside()
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

    # Here there was room once, and there is none now: it stands where it was written.
    eve = await stage.phone("eve")
    await eve.page.evaluate(FULL)
    await eve.write("Keep this.")
    told = eve.page.locator("form.composer").get_by_role("alert")
    await expect(told).to_contain_text("This device could not keep it")
    await expect(eve.field).to_have_value("Keep this.")
    await expect(eve.said("Keep this.")).to_have_count(0)
    await eve.context.add_init_script(FULL)
    await eve.again()
    await eve.open()
    await expect(eve.field).to_have_value("Keep this.")
    # One that a page left half-way is shown, and is tried again under the same name.
    sending = [{"client_id": "half", "body": "Half-way."}]
    note = "(sending) => localStorage.setItem('pinbox-app/eve/sending', JSON.stringify(sending))"
    await eve.page.evaluate(note, sending)
    await eve.page.reload()
    half = eve.said("Half-way.")
    await expect(half.get_by_role("alert")).to_contain_text("Not sent")
    await half.get_by_role("button", name="Try again").click()
    await expect(half.get_by_role("alert")).to_contain_text("Not sent")
    await eve.page.evaluate("globalThis.room()")
    await half.get_by_role("button", name="Try again").click()
    await eve.see("Half-way.")
    await eve.page.get_by_role("button", name="Send", exact=True).click()
    await eve.see("Keep this.")
    await expect(eve.page.get_by_role("alert")).to_have_count(0)
    assert await stage.log("eve") == ["Half-way.", "Keep this."]


async def test_without_room_nothing_is_lost_in_the_page_or_behind_it(stage: Stage) -> None:
    ana = await stage.phone()
    await worker_ready(ana)
    await ana.context.set_offline(True)
    await attach(ana, PHOTO, state="waits")
    await ana.write("Look.")
    await ana.see("Look.", state="waits")
    await ana.page.evaluate(FULL)
    await attach(ana, PHOTO, state="waits")
    await ana.write("And this.")
    told = ana.page.locator("form.composer").get_by_role("alert")
    await expect(told).to_contain_text("This device could not keep it")
    await expect(ana.field).to_have_value("And this.")
    await expect(ana.page.locator(".chosen li")).to_have_count(1)

    # The worker uploads, and cannot note that it has: the whole goes out another time, once.
    worker = ana.context.service_workers[0]
    await worker.evaluate(FULL)
    await ana.page.close()
    await ana.context.set_offline(False)
    await let_sync(ana, stage.server.url)
    await worker.evaluate("globalThis.refused")
    assert await stage.log() == []
    await worker.evaluate("room()")
    await let_sync(ana, stage.server.url)
    await arrived(stage, ["Look."])
    await ana.again()
    await ana.open()
    await ana.see("Look.")
    await expect(ana.field).to_have_value("And this.")
