"""A push service by others, in JavaScript: it verifies who sends and decrypts what comes."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from push.model import Answer
from push.payload import Forms
from push.webpush.vapid import make_vapid_key
from tests.ports import free_port
from tests.push import cast
from tests.push.stands import server_context
from tests.push.webpush.stage import PUBLIC, TIMEOUT, Service

PACKAGE = "web-push-testing@1.2.2"
NODE, NPM = shutil.which("node"), shutil.which("npm")
# Its own command listens to the whole network.
SCRIPT = """
const net = require("net");
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, done) {
  return listen.call(this, port, "127.0.0.1", done);
};
const Server = require("web-push-testing/src/server.js");
const { PushApiModel } = require("web-push-testing/src/PushApiModel.js");
new Server(new PushApiModel(), Number(process.argv[2])).startServer();
"""


@asynccontextmanager
async def peer(folder: Path) -> AsyncIterator[str]:
    """The other service's address; it speaks plain HTTP."""
    if NODE is None or NPM is None:
        pytest.skip("node and npm are not installed")
    install = await asyncio.create_subprocess_exec(
        NPM, "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE, cwd=folder
    )
    if await install.wait():
        pytest.skip(f"{PACKAGE} cannot be installed here")
    (folder / "serve.js").write_text(SCRIPT, "utf-8")
    port = free_port()
    node = await asyncio.create_subprocess_exec(
        NODE, "serve.js", str(port), cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert node.stdout is not None
        assert b"running" in await node.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        node.terminate()
        await node.wait()


@asynccontextmanager
async def with_tls(address: str) -> AsyncIterator[str]:
    """The same service as browsers' services are: behind TLS."""
    port = int(address.rsplit(":", 1)[1])

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pipe(reader, inner_writer), pipe(inner_reader, writer))

    server = await asyncio.start_server(join, "127.0.0.1", 0, ssl=server_context())
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.mark.prove
async def test_another_push_service_understands_every_push(tmp_path: Path) -> None:
    sender = Service()  # for its clients alone
    form = Forms(now=lambda: cast.NOW, names=True, previews=True).webpush
    async with (
        peer(tmp_path) as plain,
        with_tls(plain) as address,
        aiohttp.ClientSession(plain) as session,
    ):

        async def ask(path: str, **body: str) -> Any:
            async with session.post(path, json=body) as answer:
                return (await answer.json())["data"]

        made = await ask("/subscribe", applicationServerKey=PUBLIC)
        endpoint = f"{address}/notify/{made['clientHash']}"
        target = replace(cast.BROWSER, token=endpoint, **made["keys"])
        sender.wall.now = time.time()  # it goes by its own
        client = sender.client(form=form)
        notices = [replace(cast.SPOKEN, preview="é" * length) for length in (0, 1, 500, 3000)]
        for notice in notices:
            answer = await client.send(cast.push(notice, target=target), timeout=TIMEOUT)
            assert isinstance(answer, Answer)
            assert answer.status == 201, answer
        got = await ask("/get-notifications", clientHash=made["clientHash"])
        assert [json.loads(text) for text in got["messages"]] == [
            json.loads(form(cast.push(notice, target=target)).plaintext) for notice in notices
        ]
        stranger = sender.client(private=make_vapid_key()[0])
        answer = await stranger.send(cast.push(target=target), timeout=TIMEOUT)
        assert isinstance(answer, Answer)
        assert answer.status == 400
        async with session.post(f"/expire-subscription/{made['clientHash']}"):
            pass
        answer = await client.send(cast.push(target=target), timeout=TIMEOUT)
        assert isinstance(answer, Answer)
        assert answer.status == 410
    await sender.close()
