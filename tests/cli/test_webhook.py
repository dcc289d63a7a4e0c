"""Webhooks by command, with the server stopped and running; and through its death."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.cli.processes import Inbox
from tests.hooks.receiver import PATIENCE_S, answers, receive
from tests.proofs.sites import Site, ask, make_folder

URL = "https://care.example.com/hook"


def test_an_endpoint_s_life(either: Inbox) -> None:
    made = either.say("webhook", "add", URL, "--type", "message", "--label", "CRM")
    assert made["secret"].startswith("whsec_")
    assert made["webhook"]["types"] == ["message"]
    known = either.say("webhook", "change", "CRM", "--with-text", "--off")
    assert (known["with_text"], known["active"], known["types"]) == (True, False, ["message"])
    assert "off since" in either.run("webhook", "list").out
    either.say("webhook", "change", known["id"], "--on", "--type", "pin", "--type", "message")
    (listed,) = either.say("webhook", "list")["items"]
    assert (listed["active"], listed["types"]) == (True, ["message", "pin"])
    fresh = either.say("webhook", "rotate", "CRM", "--keep-hours", "0")
    assert fresh["secret"] != made["secret"]
    assert either.say("webhook", "deliveries", "CRM", "--dead")["items"] == []
    assert either.say("webhook", "retry", "CRM") == {"count": 0}
    either.say("webhook", "remove", "CRM")
    assert "No webhook yet" in either.run("webhook", "list").out
    either.run("webhook", "remove", "CRM", status=1)
    either.run("webhook", "add", URL, "--type", "mesage", status=2)


async def test_what_was_committed_before_kill_9_is_told_after_the_restart(tmp_path: Path) -> None:
    """The endpoint has no answer yet when the server dies; the next one tells it again."""
    folder = tmp_path / "data"
    bo = make_folder(folder)
    site = Site(folder, bo=bo, PINBOX_WEBHOOK_NETWORKS="127.0.0.1/32")
    async with receive() as receiver, aiohttp.ClientSession() as http:
        held = asyncio.Event()

        async def never(_request: web.Request) -> web.Response:
            await held.wait()
            raise AssertionError

        receiver.answers(never)
        Inbox(folder).say("webhook", "add", receiver.url, PINBOX_WEBHOOK_NETWORKS="127.0.0.1/32")
        await site.start()
        sent = await ask(
            http,
            "POST",
            f"{site.url}/v1/thread/messages",
            token=site.token("ana"),
            body={"client_id": "c1", "body": "No signal"},
        )
        assert sent.status == 201
        await receiver.gets(2)  # the pin and the message are on their way
        assert await site.end(signal.SIGKILL) == -signal.SIGKILL
        first = {one.event for one in receiver.got}
        receiver.answers(answers(200))
        await site.start()
        async with asyncio.timeout(PATIENCE_S):
            got = await receiver.gets(4)
        assert {one.event for one in got[2:]} == first
        assert {one["seq"] for one in receiver.told("message")} == {sent.body["message"]["seq"]}
        assert await site.end() == 0
