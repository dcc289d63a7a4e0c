"""What people see of the pushes that arrived: phones and browsers, with banners and badge."""

from __future__ import annotations

from typing import Any

import msgspec

from push.model import Environment, ProviderName
from push.simulator.record import Arrived, Records

_TEXTS = {
    "NEW_REPLY": "You have a new reply.",
    "NEW_REPLIES": "You have {} new replies.",
    "CALLBACK_SOON": "We call you in a few minutes.",
}
"""What an app's own string table says for the keys; another key is shown as it is."""
_NO_TITLE = "Customer care"


class Banner(msgspec.Struct, frozen=True, kw_only=True):
    """One notification on a lock screen."""

    number: int
    at: int
    title: str
    text: str
    silent: bool
    replaced: int
    """How many notifications it took the place of."""


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """One device, as its owner sees it."""

    provider: ProviderName
    app: str
    environment: Environment | None
    token: str
    badge: int
    banners: list[Banner]
    """Newest first."""


def screens(records: Records) -> list[Screen]:
    """Every device that anything was delivered to, the one that changed last first."""
    last: dict[str, Arrived] = {}
    badges: dict[str, int] = {}
    taken: dict[tuple[str, str], int] = {}
    for one in records.after():
        if not one.delivered:
            continue
        last.pop(one.token, None)
        last[one.token] = one
        badge = _parts(one).badge
        badges[one.token] = badges.get(one.token, 0) if badge is None else badge
        if one.banner and one.collapse:
            key = one.token, one.collapse
            taken[key] = taken.get(key, -1) + 1
    return [
        Screen(
            provider=one.provider,
            app=one.app,
            environment=one.environment,
            token=token,
            badge=badges[token],
            banners=[
                _banner(shown, taken.get((token, shown.collapse), 0))
                for shown in records.lock_screen(token)
            ],
        )
        for token, one in reversed(last.items())
    ]


def _banner(one: Arrived, replaced: int) -> Banner:
    parts = _parts(one)
    return Banner(
        number=one.number,
        at=one.at,
        title=parts.title or _NO_TITLE,
        text=parts.text,
        silent=parts.silent,
        replaced=replaced,
    )


class _Parts(msgspec.Struct, frozen=True):
    """What a push says, whatever the service."""

    title: str
    text: str
    silent: bool
    badge: int | None


def _parts(one: Arrived) -> _Parts:
    body = _object(one.body)
    if one.provider == "apns":
        return _of_apns(_object(body.get("aps")))
    if one.provider == "fcm":
        return _of_fcm(_object(body.get("message")))
    return _Parts(
        _text(body.get("title")),
        _say(body, "body", "key", "args"),
        body.get("silent") is True,
        _number(body.get("badge")),
    )


def _of_apns(aps: dict[str, Any]) -> _Parts:
    alert = aps.get("alert")
    said = _object(alert) or {"body": _text(alert)}
    return _Parts(
        _text(said.get("title")),
        _say(said, "body", "loc-key", "loc-args"),
        "sound" not in aps,
        _number(aps.get("badge")),
    )


def _of_fcm(message: dict[str, Any]) -> _Parts:
    data = _object(message.get("data"))
    android = _object(message.get("android"))
    shown = _object(android.get("notification")) or _object(message.get("notification"))
    said = shown or data
    names = ("body", "body_loc_key", "body_loc_args") if shown else ("body", "key", "args")
    badge = data.get("badge", "")
    return _Parts(
        _text(said.get("title")),
        _say(said, *names),
        str(android.get("priority")).upper() != "HIGH",
        int(badge) if isinstance(badge, str) and badge.isdecimal() else None,
    )


def _say(said: dict[str, Any], body: str, key: str, args: str) -> str:
    if text := _text(said.get(body)):
        return text
    word = _text(said.get(key))
    given = said.get(args)
    values = [_text(value) for value in given] if isinstance(given, list) else []
    template = _TEXTS.get(word)
    if template is None or template.count("{}") > len(values):
        return " ".join([word, *values]).strip()
    return template.format(*values)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
