"""Web Push with the page closed: what the service worker shows, and where it leads."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from playwright.async_api import CDPSession, expect

from tests.app.stage import AppPage, Stage
from tests.app.test_close import worker_of, worker_ready

SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  const all = await worker.getNotifications();
  return all.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
}"""


# Chromium without a head has no push service to subscribe at; what follows is as it would be.
PUSH_SERVICE = """(() => {
  const given = {
    endpoint: "https://push.example.com/1",
    keys: {
      p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx" +
        "aOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
      auth: "BTBZMqHH6r4Tts7J_aSIgg",
    },
  };
  const there = {
    toJSON: () => given,
    async unsubscribe() {
      localStorage.removeItem("subscribed");
      await globalThis.unsubscribed?.();
      return true;
    },
  };
  Object.defineProperties(PushManager.prototype, {
    subscribe: { value: async () => (localStorage.setItem("subscribed", "1"), there) },
    getSubscription: { value: async () => (localStorage.getItem("subscribed") ? there : null) },
  });
})()"""


# The event of a tap on a shown notification, in the worker: the browser's own but for the finger,
# without which no window is opened or focused. What is asked of the browser is noted instead.
TAP = """async (tag) => {
  const asked = { focused: 0, opened: [] };
  WindowClient.prototype.focus = async function () { asked.focused += 1; };
  clients.openWindow = async (place) => void asked.opened.push(place);
  const [notification] = await registration.getNotifications({ tag });
  const event = new NotificationEvent("notificationclick", { notification });
  const waits = [];
  event.waitUntil = (promise) => void waits.push(promise);
  dispatchEvent(event);
  await Promise.all(waits);
  return asked;
}"""


async def bring(session: CDPSession, asked: dict[str, Any], push: dict[str, Any]) -> None:
    """A push arrives, as the browser's push service would bring it, opened."""
    given = {key: asked[key] for key in ("origin", "registrationId")}
    await session.send("ServiceWorker.deliverPushMessage", {**given, "data": json.dumps(push)})


async def shown(ana: AppPage, number: int) -> list[dict[str, Any]]:
    """The notifications, once there are so many."""
    async with asyncio.timeout(20):
        while len(found := await ana.page.evaluate(SHOWN)) < number:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return list(found)


async def turn_bell(ana: AppPage) -> None:
    """Ask for pushes."""
    await ana.page.locator(".head-team").click()
    bell = ana.page.get_by_role("dialog").get_by_role("switch")
    await expect(bell).to_have_attribute("aria-checked", "false")
    await bell.click()
    await expect(bell).to_have_attribute("aria-checked", "true")
    await ana.page.keyboard.press("Escape")


async def sign_out(ana: AppPage) -> None:
    """Leave this browser, whatever language the page speaks."""
    await ana.page.locator(".head-team").click()
    await ana.page.get_by_role("dialog").locator("button.doing").last.click()
    await ana.page.locator("main.quiet-page h1").wait_for()


async def test_a_push_is_shown_in_words_and_its_message_is_gone_to(stage: Stage) -> None:
    await stage.tell("ana", "Is it raining?")
    thread = await stage.thread()
    for number in range(30):
        answer = await stage.answer("bo", thread, f"answer {number:02}")
        if number == 5:
            seq = answer.body["message"]["seq"]
    ana = await stage.phone(locale="es-ES", permissions=["notifications"])
    await worker_ready(ana)
    await ana.page.evaluate(PUSH_SERVICE)
    await turn_bell(ana)

    session, asked = await worker_of(ana, stage.server.url)
    told = {"kind": "message", "t": thread, "s": seq, "n": 3, "badge": 3, "tag": "thread"}
    await bring(session, asked, told)
    (one,) = await shown(ana, 1)
    assert one == {
        "title": "Spokane",
        "body": "Tiene una respuesta nueva (3)",
        "tag": "thread",
        "data": {"seq": seq},
    }
    # The same thread's next one takes its place; a call is another matter.
    await bring(session, asked, {**told, "n": 4, "body": "Sí, llévese un abrigo."})
    await bring(session, asked, {"kind": "callback", "tag": "call", "badge": 4})
    both = await shown(ana, 2)
    assert {found["body"] for found in both} == {
        "Sí, llévese un abrigo.",
        "Le llamamos en unos minutos",
    }

    # A tap with the page open, in the background of another window.
    worker = next(one for one in ana.context.service_workers if one.url.endswith("/app/worker.js"))
    await ana.page.locator(".log").evaluate("box => { box.scrollTop = box.scrollHeight; }")
    await expect(ana.said("answer 05")).not_to_be_in_viewport()
    other = await ana.context.new_page()
    await other.bring_to_front()
    assert await worker.evaluate(TAP, "thread") == {"focused": 1, "opened": []}
    await expect(ana.said("answer 05")).to_be_focused()
    await expect(ana.said("answer 05")).to_be_in_viewport()
    assert [one["tag"] for one in await shown(ana, 1)] == ["call"], "what was tapped is gone"

    # And with no page open at all: it opens one, at the message.
    await bring(session, asked, {**told, "s": seq + 3})
    await shown(ana, 2)
    await ana.page.close()
    tapped = await worker.evaluate(TAP, "thread")
    assert tapped == {"focused": 0, "opened": [f"/app#m={seq + 3}"]}
    await ana.again()
    await ana.page.goto(ana.url + tapped["opened"][0])
    await expect(ana.said("answer 08")).to_be_focused()
    await expect(ana.said("answer 08")).to_be_in_viewport()
    assert "#" not in ana.page.url
    # A call has no message: the page is brought to the front as it is.
    assert await worker.evaluate(TAP, "call") == {"focused": 1, "opened": []}

    # Who signs out leaves none of them on the screen.
    await bring(session, asked, told)
    await shown(ana, 1)
    await sign_out(ana)
    assert await ana.page.evaluate(SHOWN) == []
