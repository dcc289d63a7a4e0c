"""Somebody else sits at the browser, and the last one has not signed out: nothing is left."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, Route, expect

from tests.app.stage import AppPage, Stage, until
from tests.app.test_close import arrived, worker_of, worker_ready
from tests.app.test_devices import KEPT
from tests.app.test_push import PUSH_SERVICE, bring, shown, turn_bell
from tests.cast import look

HOUR_MS = 3_600_000
OUT = "Please open this page from our app"


class Backend:
    """The company's: it knows its customer by a cookie. Its tokens are not worth keeping."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.who: str | None = None
        self.away = False

    async def answer(self, route: Route) -> None:
        if self.away:
            return await route.abort()
        headers = {
            "Access-Control-Allow-Origin": self.stage.server.url,
            "Access-Control-Allow-Credentials": "true",
        }
        if self.who is None:
            return await route.fulfill(status=401, headers=headers)
        token = self.stage.server.token(self.who, ttl_s=29)
        return await route.fulfill(json={"token": token}, headers=headers)


async def devices(stage: Stage) -> list[Any]:
    """Whose browsers get pushes."""
    return [one for (one,) in await look(stage.server.ctx, "SELECT customer_id FROM devices")]


async def see_eve(page: Page) -> None:
    """Her thread, and no word of Ana's."""
    await expect(page.locator(".said-body")).to_have_text(["I am Eve."])


async def open_with_pushes(stage: Stage, backend: Backend, unsubscribed: list[int]) -> AppPage:
    """Ana's page, with a notification on the screen."""
    ana = await stage.window(permissions=["notifications"])
    place = f"http://localhost:{stage.shop}/pinbox-token.json"
    await ana.context.route(place, backend.answer)
    await ana.context.expose_function("unsubscribed", lambda: unsubscribed.append(1))
    await ana.context.add_init_script(PUSH_SERVICE)
    await ana.page.clock.install()
    backend.who = "ana"
    await ana.open()
    await worker_ready(ana)
    await turn_bell(ana)
    return ana


async def test_a_renewal_that_brings_somebody_else_and_one_that_brings_nobody(
    stage: Stage,
) -> None:
    await stage.tell("eve", "I am Eve.")
    backend, unsubscribed = Backend(stage), list[int]()
    ana = await open_with_pushes(stage, backend, unsubscribed)
    await ana.write("I am Ana.")
    await ana.see("I am Ana.")
    await ring(stage, ana)
    assert await devices(stage) == ["ana"]
    other = await ana.beside()
    await other.locator("article.said").filter(has_text="I am Ana.").wait_for()
    await ana.page.bring_to_front()

    # Her token ends while she is offline, and has something to send; Eve signs in at the company's.
    backend.away = True
    await ana.context.set_offline(True)
    await ana.page.clock.fast_forward(HOUR_MS)
    await ana.page.locator('.shell[data-live="away"]').wait_for()
    await ana.write("Only Ana says this.")
    await ana.see("Only Ana says this.", state="waits")
    await ana.field.fill("And this is not even")
    backend.who, backend.away = "eve", False
    await ana.context.set_offline(False)
    for page in (ana.page, other):
        await see_eve(page)
    await expect(ana.field).to_have_value("")
    assert await ana.page.evaluate(SILENT) == []
    assert unsubscribed == [1]
    assert {"push", "shown/ana"} & set(await ana.page.evaluate(KEPT)) == set()
    await expect(ana.page.locator(".head-team")).to_be_visible()
    await stage.answer("bo", await stage.thread("eve"), "Hello Eve.")
    await ana.said("Hello Eve.").wait_for()
    await ana.page.locator(".head-team").click()
    bell = ana.page.get_by_role("dialog").get_by_role("switch")
    await expect(bell).to_have_attribute("aria-checked", "false")
    assert await devices(stage) == []
    assert (await stage.log(), await stage.log("eve")) == (
        ["I am Ana."],
        ["I am Eve.", "Hello Eve."],
    )
    await other.close()

    # Ana is back: what she wrote goes out under her name, and she is told of answers as before.
    backend.who = "ana"
    await ana.page.reload()
    await ana.live()
    await ana.see("Only Ana says this.")
    await expect(ana.field).to_have_value("And this is not even")
    await arrived(stage, ["I am Ana.", "Only Ana says this."])
    await ana.page.locator(".head-team").click()
    await expect(bell).to_have_attribute("aria-checked", "true")
    await ana.page.keyboard.press("Escape")
    assert await devices(stage) == ["ana"]
    await known_to_nobody(stage, ana, backend)


async def ring(stage: Stage, ana: AppPage) -> None:
    """A push arrives, and is shown."""
    session, asked = await worker_of(ana, stage.server.url)
    await bring(session, asked, {"kind": "message", "n": 1, "badge": 1, "tag": "thread"})
    await shown(ana, 1)


async def known_to_nobody(stage: Stage, ana: AppPage, backend: Backend) -> None:
    """What she reads stays in sight, and nothing for later."""
    await ring(stage, ana)
    backend.who = None
    await ana.page.clock.fast_forward(2 * HOUR_MS)
    await ana.page.get_by_text("Your sign-in has ended").wait_for()
    await until(ana.page, f"async () => (await ({SILENT})()).length === 0")
    await ana.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert set(await ana.page.evaluate(KEPT)) == {"device", "rung/ana"}
    await ana.page.reload()
    await ana.page.get_by_text(OUT).wait_for()


SILENT = """async () => {
  const worker = await navigator.serviceWorker.getRegistration("/app");
  return (await worker.getNotifications()).map(({ body }) => body);
}"""
