"""What the stories at the desk begin with: Ana has written."""

from __future__ import annotations

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
