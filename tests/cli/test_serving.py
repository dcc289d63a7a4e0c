"""A server's life: alone on its folder, its control socket, and an end that loses nothing."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import stat
import sys
import urllib.request
from pathlib import Path

import aiohttp
import pytest

from inbox.client import LiveSocket
from inbox.core.frames import Want
from tests.cli.processes import PATIENCE_S, Inbox


def test_two_servers_never_share_a_folder(inbox: Inbox) -> None:
    with inbox.served() as server:
        refused = inbox.refuse("serve", "--port", "0")
        assert f"in use by process {server.process.pid}" in refused["detail"]
    with inbox.served():
        pass


def test_a_taken_port_is_one_line_with_a_remedy(inbox: Inbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = inbox.run("serve", "--port", str(port), status=1)
    assert ran.err.splitlines()[-1] == f"pinbox: 127.0.0.1:{port} is taken; choose another --port"
    assert not (inbox.folder / "control.sock").exists()


def test_an_address_of_another_machine_is_one_line_with_a_remedy(inbox: Inbox) -> None:
    refused = inbox.run("serve", "--port", "0", "--host", "192.0.2.1", status=1).err
    last = refused.splitlines()[-1]
    assert last == "pinbox: 192.0.2.1 is no address of this machine; choose another --host"


def test_an_empty_host_does_not_mean_every_address(inbox: Inbox) -> None:
    assert "--host" in inbox.run("serve", "--port", "0", "--host", "", status=2).err
    with inbox.served(PINBOX_HOST="") as server:
        assert server.url.startswith("http://127.0.0.1:")
        port = int(server.url.rpartition(":")[2])
        with socket.create_server(("127.0.0.2", port)):
            """Free: it listens on its own address alone."""


def test_a_server_takes_in_nothing_that_only_others_need(inbox: Inbox) -> None:
    """Each is some megabytes and some hundredths of a second at every start."""
    with inbox.served(PYTHONPROFILEIMPORTTIME="1") as server:
        urllib.request.urlopen(f"{server.url}/readyz").close()
    loaded = set(re.findall(r"\| +([a-z0-9_]+)$", server.log.read_text(), re.MULTILINE))
    assert {"aiohttp", "sqlite3"} <= loaded
    assert not loaded & {"asyncpg", "websockets", "phonenumbers", "PIL", "obstore"}


def test_the_control_socket_is_private_and_goes_with_the_server(inbox: Inbox) -> None:
    path = inbox.folder / "control.sock"
    with inbox.served():
        mode = path.stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600
    assert not path.exists()


def test_what_a_crash_leaves_stops_nobody(inbox: Inbox) -> None:
    with inbox.served() as server:
        server.end(signal.SIGKILL)
        assert (inbox.folder / "control.sock").exists()
        assert inbox.say("team", "list")["items"]
    with inbox.served():
        assert inbox.say("team", "list")["items"]


def test_a_long_path_has_a_control_socket_too(tmp_path: Path) -> None:
    deep = Inbox(tmp_path.joinpath(*["a-rather-long-name"] * 8) / "data")
    assert len(str(deep.folder)) > 108
    deep.make()
    with deep.served():
        assert [team["key"] for team in deep.say("team", "list")["items"]] == ["spokane"]
    assert not (deep.folder / "control.sock").exists()


def test_commands_wait_for_each_other(inbox: Inbox) -> None:
    async def add(name: str) -> int:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "inbox", "agent", "add", name, "--team", "spokane", "--json"),
            *("--data", str(inbox.folder)),
            stdout=asyncio.subprocess.DEVNULL,
        )
        return await process.wait()

    async def add_all() -> list[int]:
        return list(await asyncio.gather(*map(add, ("Bo", "Mia", "Ravi"))))

    assert asyncio.run(add_all()) == [0, 0, 0]
    assert len(inbox.say("agent", "list")["items"]) == 3


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT], ids=lambda kind: kind.name)
def test_a_stop_finishes_what_was_accepted(inbox: Inbox, kind: signal.Signals) -> None:
    """Sends keep coming while the server stops: what is stored was answered, and the reverse."""
    tokens = [inbox.run("token", "customer", f"c{n}").out.strip() for n in range(3)]
    stored: list[str] = []
    enough = asyncio.Event()

    async def send(url: str, token: str, name: str) -> None:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
            for number in range(10_000):
                body = {"client_id": f"{name}-{number}", "body": "on my way"}
                try:
                    async with http.post(f"{url}/v1/thread/messages", json=body) as answer:
                        if answer.status == 201:
                            stored.append(body["client_id"])
                            if len(stored) == 30:
                                enough.set()
                            continue
                        assert answer.status in {429, 503}
                except aiohttp.ClientError:
                    return

    async def load(url: str) -> None:
        await asyncio.gather(*(send(url, token, f"c{n}") for n, token in enumerate(tokens)))

    with inbox.served(PINBOX_CUSTOMER_SENDS_PER_MINUTE="0") as server:

        async def stop_amid() -> None:
            loading = asyncio.create_task(load(server.url))
            await enough.wait()
            server.process.send_signal(kind)
            await loading

        asyncio.run(stop_amid())
        assert server.process.wait(PATIENCE_S) == 0
    with inbox.served() as server:
        assert asyncio.run(_sent(server.url, tokens)) == set(stored)


async def _sent(url: str, tokens: list[str]) -> set[str]:
    found: set[str] = set()
    for token in tokens:
        before = ""
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
            while before is not None:
                query = {"limit": "100", **({"before": before} if before else {})}
                async with http.get(f"{url}/v1/thread/messages", params=query) as answer:
                    page = await answer.json()
                found |= {message["client_id"] for message in page["items"]}
                before = page["next"]
    return found


async def test_a_stop_turns_readiness_red_and_sends_live_clients_away(inbox: Inbox) -> None:
    token = inbox.run("token", "customer", "ana").out.strip()
    with inbox.served(PINBOX_DRAIN_MS="60000") as server:
        socket_ = await LiveSocket.open(server.url.replace("http", "ws") + "/v1/thread/live")
        await socket_.hello([Want("thread")], token=token)
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{server.url}/readyz") as answer:
                assert answer.status == 200
            server.process.send_signal(signal.SIGTERM)
            while type(await socket_.receive()).__name__ != "Drain":
                pass
            async with http.get(f"{server.url}/readyz") as answer:
                assert answer.status == 503
            async with http.get(f"{server.url}/healthz") as answer:
                assert answer.status == 200
        server.process.send_signal(signal.SIGTERM)  # a second one does not wait for the drain
        assert server.process.wait(PATIENCE_S) == 128 + signal.SIGTERM
        await socket_.close()
