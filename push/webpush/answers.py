"""What push services answer: Mozilla by `errno`, Apple by `reason`, Google in plain words.

Sources: RFC 8030; autopush-rs, "Error Codes"; Apple, "Sending web push notifications in web apps
and browsers".
"""

from __future__ import annotations

import re
from http import HTTPStatus

import msgspec

from push.exchange import Reply, brief, wait_asked
from push.model import Answer

KEY_MISMATCH = "VapidPkHashMismatch"
"""Apple's word for a subscription that was made for another key of ours: it never works again.

Mozilla and Google tell it in words; it is `reason` for theirs as well.
"""
_MISMATCH = re.compile(
    r"do not correspond to the credentials used to create the subscription"  # Google
    r"|does not correspond to the sender ID"  # Google, formerly
    r"|VAPID public key mismatch",  # Mozilla
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<[^<>]{0,200}>")
_LONGEST_NAME = 64


class _Body(msgspec.Struct, frozen=True):
    errno: int | None = None
    reason: str = ""
    message: str = ""
    error: str = ""


def read_answer(reply: Reply, *, endpoint: str, ttl: int, now_ms: int) -> Answer:
    """The answer to one push. What is not understood leaves the status, which is judged alone."""
    try:
        body = msgspec.json.decode(reply.body, type=_Body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        body = _Body(message=_MARKUP.sub(" ", reply.body.decode("utf-8", "replace")))
    words = body.message or body.error
    reason = body.reason or ("" if body.errno is None else str(body.errno))
    if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        words = _lowered(reply, ttl)
    elif _MISMATCH.search(words):
        words, reason = f"{reason} {words}", KEY_MISMATCH
    return Answer(
        status=reply.status,
        reason=brief(reason),
        detail=brief(words, secret=endpoint),
        provider_id=_name(reply),
        retry_after=wait_asked(reply.headers, now_ms=now_ms),
    )


def _lowered(reply: Reply, asked: int) -> str:
    """The service may keep a message for less than was asked, and says so (RFC 8030, 5.2)."""
    given = reply.headers.get("TTL", "").strip()
    if given.isascii() and given.isdigit() and int(given[:9]) < asked:
        return f"kept for {int(given[:9])} s instead of {asked} s"
    return ""


def _name(reply: Reply) -> str:
    """The message's name: of a `Location` the last part alone, since the whole may be acted on."""
    named = reply.headers.get("apns-id") or reply.headers.get("Location", "").rsplit("/", 1)[-1]
    return brief(named)[:_LONGEST_NAME]
