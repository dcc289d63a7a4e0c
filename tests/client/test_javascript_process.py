"""The JavaScript client against a server process, both killed under it, on a line that breaks."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inbox.client import CustomerClient
from tests.cli.processes import Inbox, Serving
from tests.client.script import Script, script
from tests.client.tunnel import tunnel_to
from tests.ports import free_port

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")

LINES = [f"line {n}" for n in range(100)]


class Site:
    """A data folder and the server on it, which comes back on its port."""

    def __init__(self, folder: Path) -> None:
        self.inbox = Inbox(folder / "data").make()
        self._port = str(free_port())
        self.start()

    def start(self) -> None:
        """Serve the folder."""
        env = {"PINBOX_CUSTOMER_SENDS_PER_MINUTE": "0"}
        self.serving = Serving(self.inbox.folder, "--port", self._port, **env)

    def break_down(self) -> None:
        """The power goes, and comes back."""
        self.serving.end(signal.SIGKILL)
        self.start()

    def token(self, customer: str) -> str:
        """As the company's backend signs it."""
        said: dict[str, str] = self.inbox.say("token", "customer", customer, "--region", "US-WA")
        return said["token"]

    async def stored(self, token: str) -> list[str]:
        """What the thread holds, oldest first."""
        async with CustomerClient(self.serving.url, token) as known:
            return [message.body for message in (await known.messages(limit=100)).items][::-1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running server."""
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.serving.end()


def write(app: Script, lines: list[str]) -> None:
    """Have the app send lines, each under its own name."""
    for line in lines:
        app.tell(send=line, client_id=line.replace(" ", "-"))


def sent_more_than(number: int) -> Callable[[Script], bool]:
    """Whether so many were answered, and one more."""
    return lambda app: app.sent() > number


async def test_each_line_once_over_a_broken_line_to_a_server_that_is_killed(
    site: Site, tmp_path: Path
) -> None:
    chance = random.Random(7)
    token = site.token("ana")
    async with (
        tunnel_to(site.serving.url, length=lambda: chance.randrange(4_000, 20_000)) as tunnel,
        script(tunnel.url, token, tmp_path / "store") as app,
    ):
        app.tell(follow=True)
        write(app, LINES)
        for sent in (15, 60):
            await app.until(sent_more_than(sent))
            # While lines are on their way: nobody waits for them here.
            await asyncio.to_thread(site.break_down)
        await app.until(lambda app: app.sent() == len(LINES) and app.bodies()[-1:] == LINES[-1:])
        assert tunnel.cuts > 3
        await app.close()
    assert await site.stored(token) == LINES
    assert app.bodies() == LINES
    places = [event["seq"] for event in app.events()]
    assert places == sorted(set(places))


async def test_an_app_that_is_killed_goes_on_from_its_file(site: Site, tmp_path: Path) -> None:
    token = site.token("luis")
    given: list[int] = []
    for start in range(0, 90, 30):
        async with script(site.serving.url, token, tmp_path / "store") as app:
            write(app, LINES[start : start + 30])
            app.tell(follow=True)
            await app.until(lambda app: len(app.bodies()) > 5)
            await app.kill()
        given += [event["seq"] for event in app.events()]
    async with script(site.serving.url, token, tmp_path / "store") as app:
        app.tell(follow=True)
        write(app, LINES)
        app.tell(flush=True)
        await app.until(lambda app: {"flushed": True} in app.heard)
        await app.until(lambda app: app.bodies()[-1:] == LINES[-1:])
        await app.close()
    given += [event["seq"] for event in app.events()]
    stored = await site.stored(token)
    assert sorted(stored) == sorted(LINES)
    # In the hands of a killed app was one event each time: that one alone may come again.
    assert given == sorted(given)
    assert len(given) - len(set(given)) <= 3
    assert list(dict.fromkeys(given)) == list(range(1, given[-1] + 1))


async def test_without_sockets_it_polls_and_sends_by_http(site: Site, tmp_path: Path) -> None:
    token, store = site.token("mei"), tmp_path / "store"
    async with script(site.serving.url, token, store, sockets=False) as app:
        app.tell(follow=True)
        write(app, LINES[:10])
        await app.until(lambda app: app.bodies() == LINES[:10])
        assert {"connection": "polling"} in app.heard
        async with script(site.serving.url, token, store) as second:
            second.tell(follow=True)
            await second.until(lambda app: bool(app.heard))
            assert "in use" in second.heard[0]["failed"]
        await app.close()
    async with script(site.serving.url, token, store, begin="now") as page:
        page.tell(follow=True)
        await page.until(lambda page: bool(page.events()))
        [reset] = page.events()
        assert (reset["type"], reset["reason"]) == ("reset", "begin")
        assert [message["body"] for message in reset["messages"]][::-1] == LINES[:10]
        write(page, ["and more"])
        await page.until(lambda page: page.bodies() == ["and more"])
        await page.close()
