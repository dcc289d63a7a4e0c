"""What the doctor tries over the network: the server, the proxy in front, the company's keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp

from inbox.client.live import LiveSocket, NoSocket
from inbox.ops.control import Hello
from inbox.ops.finding import Finding, doubtful, well, wrong
from inbox.settings import Settings

PATIENCE = aiohttp.ClientTimeout(total=10)
LARGEST_KEY_SET = 256 * 1024

ReadKeys = Callable[[bytes], int]
"""How many keys of a set can be used; raises ValueError where it is none."""


async def check_server(settings: Settings, server: Hello | None) -> AsyncIterator[Finding]:
    """The server answers here, and over the address that browsers and apps use."""
    if server is None:
        yield well("server", "not running")
        return
    yield well("server", f"process {server.process}, version {server.version}, {server.url}")
    async for finding in _check_address("here", server.url, public=False):
        yield finding
    if settings.public_url:
        async for finding in _check_address("public_url", settings.public_url, public=True):
            yield finding
        if not settings.trusted_proxies:
            yield doubtful(
                "trusted_proxies",
                "none, though public_url suggests a proxy in front: all failed sign-ins will "
                "count as coming from it",
                'name the proxy\'s network, as trusted_proxies = ["127.0.0.1/32"]',
            )
    else:
        yield doubtful(
            "public_url",
            "not set: cookies go out without `Secure`, and only this host's pages may sign in",
            "set it to the address that browsers use, as https://care.example.com",
        )


async def check_keys(settings: Settings, read_keys: ReadKeys) -> AsyncIterator[Finding]:
    """The company's public keys can be had and used."""
    for name, place in (("jwks_file", settings.jwks_file), ("jwks_url", settings.jwks_url)):
        if not place:
            continue
        try:
            count = read_keys(await (_fetch(place) if name == "jwks_url" else _read(place)))
        except (OSError, aiohttp.ClientError, TimeoutError, ValueError) as error:
            yield wrong(name, f"{place}: {error or type(error).__name__}", _KEYS_REMEDY)
        else:
            if count:
                yield well(name, f"{count} usable {'key' if count == 1 else 'keys'}")
            else:
                yield wrong(name, f"{place} holds no usable key", _KEYS_REMEDY)


_KEYS_REMEDY = "publish a JWK set with RSA (2048 bits or more), P-256 or Ed25519 public keys there"


async def _check_address(what: str, url: str, *, public: bool) -> AsyncIterator[Finding]:
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            async with session.get(f"{url}/readyz") as answer:
                status = answer.status
            async with session.get(f"{url}/metrics") as answer:
                shown = answer.status == 200
    except (OSError, aiohttp.ClientError, TimeoutError) as error:
        remedy = "compare the address, its certificate and the proxy" if public else "see its log"
        yield wrong(what, f"{url}: {error or type(error).__name__}", remedy)
        return
    if status != 200:
        yield wrong(what, f"{url}/readyz answers {status}", "see the server's log")
        return
    yield well(what, f"{url} is ready")
    if public and shown:
        yield doubtful(
            "metrics", f"{url}/metrics is open to everybody", "let the proxy refuse /metrics"
        )
    yield await _check_socket(what, url, public=public)


async def _check_socket(what: str, url: str, *, public: bool) -> Finding:
    address = "ws" + url.removeprefix("http") + "/v1/thread/live"
    try:
        socket = await LiveSocket.open(address)
    except NoSocket as error:
        remedy = (
            "let the proxy pass `Upgrade` and `Connection` (docs/self-hosting.md has both proxies)"
            if public
            else "see its log"
        )
        return wrong(f"live sockets, {what}", str(error), remedy)
    await socket.close()
    return well(f"live sockets, {what}", "a WebSocket opens")


async def _read(path: str) -> bytes:
    return await asyncio.to_thread(Path(path).read_bytes)


async def _fetch(url: str) -> bytes:
    async with (
        aiohttp.ClientSession(timeout=PATIENCE) as session,
        session.get(url, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise ValueError(f"answers {answer.status}")
        return await answer.content.read(LARGEST_KEY_SET + 1)
