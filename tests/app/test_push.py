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


async def test_a_push_is_shown_in_words_and_its_message_is_gone_to(stage: Stage) -> None:
    await stage.tell("ana", "Is it raining?")
    thread = await stage.thread()
    for number in range(30):
        answer = await stage.answer("bo", thread, f"answer {number:02}")
        if number == 5:
            seq = answer.body["message"]["seq"]
    ana = await stage.phone(locale="es-ES", permissions=["notifications"])
    await worker_ready(ana)
    subscription = {
        "endpoint": "https://push.example.com/1",
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx"
            "aOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    }
    # Chromium without a head has no push service to subscribe at; what follows is as it would be.
    await ana.page.evaluate(
        """async (given) => {
          Object.defineProperty(PushManager.prototype, "subscribe", {
            value: async () => ({ toJSON: () => given }),
          });
        }""",
        subscription,
    )
    await ana.page.locator(".head-team").click()
    bell = ana.page.get_by_role("dialog").get_by_role("switch")
    await expect(bell).to_have_attribute("aria-checked", "false")
    await bell.click()
    await expect(bell).to_have_attribute("aria-checked", "true")
    await ana.page.keyboard.press("Escape")

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

    # Where a tap leads: by a new window's address, and in one that is open.
    await ana.again()
    await ana.page.goto(f"{ana.url}/app#m={seq}")
    await expect(ana.said("answer 05")).to_be_focused()
    await expect(ana.said("answer 05")).to_be_in_viewport()
    assert "#" not in ana.page.url
    await ana.page.evaluate(
        "(seq) => navigator.serviceWorker.dispatchEvent("
        "new MessageEvent('message', { data: { pinbox: 'open', seq } }))",
        seq + 3,
    )
    await expect(ana.said("answer 08")).to_be_focused()
