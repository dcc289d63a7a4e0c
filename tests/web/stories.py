"""What the stories at the desk begin with: Ana has written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from tests.servers import Server


class Told(msgspec.Struct, frozen=True):
    """A customer's thread, its address at the desk, and the seq of what the customer wrote."""

    thread: str
    desk: str
    seq: int
    message: dict[str, Any]


async def write_in(
    server: Server,
    body: str = "No signal",
    *,
    sub: str = "ana",
    client_id: str = "c1",
    **claims: str,
) -> Told:
    """A customer writes."""
    token = server.token(sub, **claims)
    draft = {"client_id": client_id, "body": body}
    sent = await server.ask("POST", "/v1/thread/messages", draft, token=token)
    assert sent.status == 201, sent.raw
    thread = (await server.ask("GET", "/v1/thread", token=token)).body["thread"]
    message = sent.body["message"]
    return Told(thread, f"/v1/desk/threads/{thread}", message["seq"], message)


@asynccontextmanager
async def held(
    server: Server, method: str, path: str, body: object, token: str
) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """A request whose body is held back, signed in by now; call to send the rest: its status."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    raw = msgspec.json.encode(body)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection(host, int(port))

    async def send_rest() -> int:
        writer.write(raw[1:])
        async with asyncio.timeout(10):
            return int((await reader.readline()).split()[1])

    try:
        writer.write(head.encode() + raw[:1])
        await asyncio.sleep(0.3)
        yield send_rest
    finally:
        writer.close()
