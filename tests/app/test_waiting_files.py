"""Photos chosen without network: they wait with their message, in order, and arrive once."""

from __future__ import annotations

from playwright.async_api import FilePayload, Response, expect

from tests.app.stage import Stage
from tests.app.test_close import PHOTO, arrived, attach, let_sync, worker_ready

PAGE: FilePayload = {
    "name": "page.html",
    "mimeType": "text/html",
    "buffer": b"<!doctype html><script>1</script>",
}


async def files_of(stage: Stage) -> list[list[str]]:
    """The names of the files of each message, the oldest first."""
    token = stage.server.token("ana")
    page = await stage.server.ask("GET", "/v1/thread/messages", token=token)
    return [[file["name"] for file in one.get("files", ())] for one in page.body["items"][::-1]]


async def test_a_photo_taken_offline_arrives_once_after_the_page_has_gone(stage: Stage) -> None:
    ana = await stage.phone()
    await worker_ready(ana)
    await ana.write("First.")
    await ana.see("First.")

    await ana.context.set_offline(True)
    await attach(ana, PHOTO, state="waits")
    await ana.write("Look at this.")
    await ana.see("Look at this.", state="waits")
    waiting = ana.said("Look at this.")
    await expect(waiting).to_contain_text("Will be sent when you are online")
    picture = waiting.get_by_role("img", name="Picture: router.jpg")
    await expect(picture).to_have_js_property("complete", value=True)
    await expect(ana.page.locator(".chosen")).to_have_count(0)
    await expect(ana.field).to_have_value("")
    # What is written after it does not overtake it; and a new page still has both.
    await ana.write("Is it broken?")
    await ana.see("Is it broken?", state="waits")
    await ana.again()
    await ana.page.goto(f"{ana.url}/app")
    await ana.see("Is it broken?", state="waits")
    await expect(ana.said("Look").get_by_role("img")).to_have_js_property("complete", value=True)
    await ana.page.close()
    await ana.context.set_offline(False)
    for _ in range(2):
        await let_sync(ana, stage.server.url)

    told = ["First.", "Look at this.", "Is it broken?"]
    await arrived(stage, told)
    await ana.again()
    await ana.open()
    for text in told:
        await ana.see(text)
    await expect(ana.page.get_by_role("button", name="Picture: router.jpg")).to_be_visible()
    assert await stage.log() == told
    assert await files_of(stage) == [[], ["router.jpg"], []]


async def test_a_file_that_waited_in_vain_is_told_and_holds_nobody_up(stage: Stage) -> None:
    ana = await stage.phone()
    await ana.context.set_offline(True)
    await attach(ana, PAGE, state="waits")
    await ana.write("Read this.")
    await ana.see("Read this.", state="waits")
    await ana.write("Please.")
    await ana.see("Please.", state="waits")
    await ana.context.set_offline(False)
    await ana.see("Please.")
    refused = ana.said("Read this.")
    await expect(refused).to_have_attribute("data-state", "refused")
    await expect(refused.get_by_role("alert")).to_contain_text("Not sent")
    await refused.get_by_role("button", name="Try again").click()
    await expect(refused).to_have_attribute("data-state", "refused")
    assert await stage.log() == ["Please."]
    await refused.get_by_role("button", name="Discard").click()
    await expect(refused).to_have_count(0)

    # One that the server refuses at once stays with the person, whatever else is sent.
    await attach(ana, PAGE, state="failed")
    await ana.write("Without it, then.")
    await ana.see("Without it, then.")
    await expect(ana.page.locator('.chosen li[data-state="failed"]')).to_have_count(1)


async def test_killed_between_upload_and_outbox_it_is_still_one_message(stage: Stage) -> None:
    ana = await stage.phone()
    await worker_ready(ana)
    uploads: list[str] = []
    ana.context.on("response", lambda answer: _note(uploads, answer))
    # The upload is answered and noted, and the message is on its way out when the page goes.
    await ana.context.set_offline(True)
    await attach(ana, PHOTO, state="waits")
    await ana.write("Once.")
    await ana.see("Once.", state="waits")
    await ana.page.evaluate(_STUCK)
    await ana.context.set_offline(False)
    await ana.page.wait_for_function("() => globalThis.stuck === true")
    await ana.again()
    await ana.open()
    await ana.see("Once.")
    await arrived(stage, ["Once."])
    assert await files_of(stage) == [["router.jpg"]]
    assert len(uploads) == 1, "what was uploaded is not uploaded again"


def _note(uploads: list[str], answer: Response) -> None:
    if "/v1/uploads?" in answer.url:
        uploads.append(answer.url)


# The disk never has done with the first draft: what was noted of the upload stands.
_STUCK = """() => {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value, key) {
    if (!String(key).startsWith("draft/")) return put.call(this, value, key);
    globalThis.stuck = true;
    const turn = () => (this.get("owner").onsuccess = turn);
    turn();
    return put.call(this, value, key);
  };
}"""
