"""Files go with replies, once, through a broken line and a reload; pictures are shown."""

from __future__ import annotations

import io

from PIL import Image
from playwright.async_api import FilePayload, Locator, Route, expect

from tests.desk.stage import DeskPage, Stage


def picture(name: str, *, color: str = "teal") -> FilePayload:
    """A small photo, as the chooser gives it."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), color).save(out, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": out.getvalue()}


def text(name: str, body: str) -> FilePayload:
    """A text file."""
    return {"name": name, "mimeType": "text/plain", "buffer": body.encode()}


def attached(desk: DeskPage, name: str) -> Locator:
    """A file that is attached to what is being written."""
    return desk.page.locator(".attached .file").filter(has_text=name)


async def choose(desk: DeskPage, *files: FilePayload) -> None:
    """Attach files as the file chooser does."""
    await desk.page.locator("input[type=file]").set_input_files(list(files))


async def test_files_are_sent_shown_and_refused_with_words(stage: Stage) -> None:
    thread = await stage.write("ana", "Which cable?")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    await bo.said("Which cable?").wait_for()

    async with bo.page.expect_file_chooser() as chooser:
        await bo.page.keyboard.press("l")
    await (await chooser.value).set_files([picture("cable.png"), text("steps.txt", "1. Unplug")])
    await bo.hears("cable.png is attached.")
    await choose(bo, text("page.txt", "<!doctype html><script>1</script>"))
    await expect(attached(bo, "page.txt")).to_have_attribute("data-state", "failed")
    await bo.hears("page.txt was not taken: pictures, PDF, text, sound and film are taken")
    send = bo.page.get_by_role("button", name="Send to Ana")
    await expect(send).to_have_attribute("aria-disabled", "true")
    await bo.page.get_by_role("button", name="Remove page.txt").click()
    await expect(attached(bo, "steps.txt")).to_have_attribute("data-state", "there")

    # The files alone are an answer.
    await send.click()
    await expect(bo.page.locator(".attached")).to_have_count(0)
    shown = bo.page.locator("article.said").filter(has_text="steps.txt")
    await expect(shown).to_have_attribute("data-state", "stored")
    button = shown.get_by_role("button", name="Picture from You: cable.png")
    loaded = "(one) => one.querySelector('img')?.naturalWidth > 0"
    await bo.page.wait_for_function(loaded, arg=await button.element_handle())
    async with bo.page.expect_download() as saved:
        await shown.get_by_role("button", name="Download steps.txt").click()
    assert (await saved.value).suggested_filename == "steps.txt"

    await button.click()
    whole = bo.page.get_by_role("img", name="Picture from You: cable.png")
    await expect(whole).to_be_visible()
    await bo.page.keyboard.press("Escape")
    await expect(button).to_be_focused()
    await bo.page.get_by_role("link", name="Mine").click()
    await expect(bo.row("Ana")).to_contain_text("cable.png, steps.txt")


async def test_a_broken_line_and_a_reload_lose_and_double_no_file(stage: Stage) -> None:
    thread = await stage.write("ana", "Which cable?")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    await bo.said("Which cable?").wait_for()
    arrived: list[str] = []

    async def cut(route: Route) -> None:
        await route.abort()

    async def count(route: Route) -> None:
        arrived.append(route.request.url)
        await route.continue_()

    await bo.context.route("**/v1/uploads?*", cut)
    await choose(bo, picture("red.png", color="red"))
    await expect(attached(bo, "red.png")).to_have_attribute("data-state", "waits")
    await bo.reply("This one.")
    await bo.see("This one.", state="waits")
    await choose(bo, picture("blue.png", color="blue"))
    await expect(attached(bo, "blue.png")).to_have_attribute("data-state", "waits")
    await bo.context.unroute("**/v1/uploads?*", cut)
    await bo.context.route("**/v1/uploads?*", count)
    await bo.page.reload()

    # What was sent goes out with its file; what was only attached is attached still.
    await bo.see("This one.")
    await expect(attached(bo, "blue.png")).to_have_attribute("data-state", "there")
    await expect(bo.said("This one.").get_by_role("button")).to_have_count(1)
    assert len(arrived) == 2
    page = await stage.server.ask(
        "GET", f"/v1/desk/threads/{thread}/timeline", token=stage.people.bo
    )
    sent = [one["message"] for one in page.body["items"] if one["type"] == "message"]
    names = [[file["name"] for file in one.get("files", [])] for one in sent]
    assert names == [["red.png"], []]
