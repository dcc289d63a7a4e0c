"""The pushes that tests send: to Ana's phone, from Bo."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from push.model import Notice, Push, Target

NOW = 1_800_000_000_000
DAY_MS = 24 * 3_600_000
THREAD = "01940000-0000-7000-8000-000000000001"
COLLAPSE = "abcdefghijklmnopqrstuv"

PHONE = Target(
    provider="apns",
    token="ab" * 32,
    app="com.example.care",
    environment="production",
    registered_at=NOW - DAY_MS,
)
ANDROID = Target(provider="fcm", token="an:droid", app="care", registered_at=NOW - DAY_MS)
BROWSER = Target(
    provider="webpush",
    token="https://push.example.com/s/1",
    app="https://push.example.com",
    p256dh="p",
    auth="a",
    registered_at=NOW - DAY_MS,
)
TARGETS = {"apns": PHONE, "fcm": ANDROID, "webpush": BROWSER}

REPLY = Notice(kind="message", thread=THREAD, seq=7, badge=2)
SPOKEN = replace(
    REPLY, author="Bo", author_id="agent-bo", avatar="https://example.com/bo.png", preview="Done!"
)


def push(notice: Notice = REPLY, *, target: Target = PHONE, **changes: Any) -> Push:
    """One push, a day before it expires."""
    return replace(
        Push(
            id="row-1",
            push_id="01940000-0000-7000-8000-0000000000aa",
            device="phone-1",
            collapse=COLLAPSE,
            target=target,
            notice=notice,
            attempts=0,
            expires_at=NOW + DAY_MS,
            created_at=NOW,
        ),
        **changes,
    )
