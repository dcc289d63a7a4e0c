"""What a push may show of its message, where the operator allows it: by default nothing."""

from __future__ import annotations

import msgspec

from inbox.settings import Settings
from inbox.store.engine import Tx
from inbox.store.queries import Q
from push.model import Push


class _Author(msgspec.Struct, frozen=True):
    id: str
    name: str | None = None
    photo_url: str | None = None


class _Message(msgspec.Struct, frozen=True):
    author: _Author
    body: str


class _Payload(msgspec.Struct, frozen=True):
    message: _Message


_payloads = msgspec.json.Decoder(_Payload)


async def tell(tx: Tx, pushes: list[Push], claim: str, *, settings: Settings) -> list[Push]:
    """The pushes of a claim with the agent's name and photo, and the text, as the settings say."""
    rows = await tx.fetch(Q.told_by_pushes, claim=claim)
    found = {row[0]: _payloads.decode(row[1]).message for row in rows}
    return [_told(push, found.get(push.id), settings) for push in pushes]


def _told(push: Push, message: _Message | None, settings: Settings) -> Push:
    if message is None or push.notice.kind != "message":
        return push
    notice, author = push.notice, message.author
    if settings.push_names:
        notice = msgspec.structs.replace(
            notice, author=author.name, author_id=author.id, avatar=author.photo_url
        )
    if settings.push_previews:
        notice = msgspec.structs.replace(notice, preview=message.body)
    return msgspec.structs.replace(push, notice=notice)
