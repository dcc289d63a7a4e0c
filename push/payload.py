"""What a push looks like to each service, within its limits: pure, but for the clock it is given.

By default a push carries no content. It names the thread and the place up to which to fetch, and
its text is a key of the app's own string table, which is also what is shown where the extension
does not get to its end. Names and previews are added where the operator allows them; what is too
long is cut between characters, never inside one.

Sources: Apple, "Generating a remote notification"; Firebase, REST resource `projects.messages`;
RFC 8030 (Web Push) and RFC 8291 (its encryption, which UnifiedPush shares).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from push.cut import cut, fits
from push.model import ApnsRequest, FcmRequest, Notice, Push, WebPushRequest

APNS_LIMIT = 4096
FCM_LIMIT = 4096
WEB_PUSH_LIMIT = 3993
"""Bytes of one record of 4096 less the header and the padding's mark (RFC 8291, section 4)."""

LONGEST_TTL_S = 28 * 24 * 3600
"""FCM takes no more, and no Web Push service is known to keep more."""

_NAME_BYTES = 128
_AVATAR_BYTES = 1024


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of the app's string table."""

    reply: str = "NEW_REPLY"
    replies: str = "NEW_REPLIES"
    """Takes one argument: how many."""
    callback: str = "CALLBACK_SOON"


class Forms(msgspec.Struct, frozen=True, kw_only=True):
    """Gives a push the form of each service. Never raises, and never exceeds a limit.

    A push's ids and topic are taken to be short, as those who make them promise.
    """

    now: Callable[[], int]
    """Unix milliseconds: services that want to know for how long a push is worth keeping."""
    names: bool = False
    """The agent's name, id and avatar may leave the house."""
    previews: bool = False
    """The message's text may leave the house."""
    keys: Keys = Keys()
    sound: str = "default"
    android: Literal["notification", "data"] = "notification"
    """`data` leaves it to the app to show something."""
    channel: str = ""
    """The app's Android channel; without one its manifest decides."""
    quiet_channel: str = ""
    """The channel that makes no sound: from Android 8 on nothing else keeps a push silent."""

    def apns(self, push: Push) -> ApnsRequest:
        """The request to APNs: an alert, also where it only sets the badge."""
        notice = push.notice
        quiet = notice.passive or notice.kind == "badge"
        return ApnsRequest(
            topic=push.target.app,
            push_type="alert",
            priority=5 if quiet else 10,
            expiration=push.expires_at // 1000,
            collapse_id=_collapse(push),
            body=self._fit(notice, self._aps, APNS_LIMIT),
        )

    def fcm(self, push: Push) -> FcmRequest:
        """The message to FCM: the app's data, and what Android shows by itself."""
        notice = push.notice
        rings = notice.kind != "badge" and not notice.passive
        android: dict[str, Any] = {
            "collapse_key": notice.kind,  # FCM keeps four per token; there are four kinds
            "priority": "HIGH" if rings else "NORMAL",
            "ttl": f"{self._ttl(push)}s",
        }

        def message(words: _Words) -> dict[str, Any]:
            data = {name: str(value) for name, value in _marks(notice, words).items()}
            data |= {"kind": notice.kind, "badge": str(notice.badge), "tag": _collapse(push)}
            if self.android == "data" or notice.kind == "badge":
                text = self._text(notice, words, _WEB)
                text = {name: part for name, part in text.items() if name != "args"}
                return {"data": data | text, "android": android}
            shown = self._shown(push, words)
            return {"data": data, "android": android | {"notification": shown}}

        fitted = self._fit(notice, message, FCM_LIMIT)
        token = msgspec.json.encode(push.target.token)
        return FcmRequest(message=b'{"token":' + token + b"," + fitted[1:])

    def webpush(self, push: Push) -> WebPushRequest:
        """The message to a service worker or a UnifiedPush app, which shows it in its own words.

        Every one must be shown: browsers take the permission back for a push that is not. So a
        badge of its own is no push for a browser.
        """
        notice = push.notice

        def plain(words: _Words) -> dict[str, Any]:
            text = self._text(notice, words, _WEB)
            rest = {"kind": notice.kind, "badge": notice.badge, "tag": _collapse(push)}
            quiet = {"silent": True} if notice.passive else {}
            lang = {"lang": notice.locale} if notice.locale else {}
            return _marks(notice, words) | rest | text | quiet | lang

        return WebPushRequest(
            plaintext=self._fit(notice, plain, WEB_PUSH_LIMIT),
            ttl=self._ttl(push),
            urgency="low" if notice.passive or notice.kind == "badge" else "high",
            topic=_collapse(push),
        )

    def _aps(self, words: _Words) -> dict[str, Any]:
        notice = words.notice
        if notice.kind == "badge":
            return {"aps": {"badge": notice.badge}}
        aps: dict[str, Any] = {"alert": self._text(notice, words, _APNS)}
        if notice.kind != "test":  # a test has nothing that an extension could fetch
            aps["mutable-content"] = 1
        aps |= {"thread-id": notice.thread, "badge": notice.badge}
        if notice.passive:
            aps["interruption-level"] = "passive"
        elif self.sound:
            aps["sound"] = self.sound
        return {"aps": aps, **_marks(notice, words)}

    def _shown(self, push: Push, words: _Words) -> dict[str, Any]:
        notice = push.notice
        shown: dict[str, Any] = {"tag": _collapse(push), **self._text(notice, words, _FCM)}
        if channel := self.quiet_channel if notice.passive else self.channel:
            shown["channel_id"] = channel
        if notice.passive:
            shown["notification_priority"] = "PRIORITY_LOW"
        elif self.sound:
            shown["sound"] = self.sound
        if notice.badge:
            shown["notification_count"] = notice.badge
        return shown

    def _text(self, notice: Notice, words: _Words, names: _Names) -> dict[str, Any]:
        """What is read: title, body or their keys."""
        if notice.kind == "badge":
            return {}
        if notice.kind == "test":
            return {names.title: "Test", names.body: "Push notifications arrive on this device."}
        said: dict[str, Any] = {names.title: words.name} if words.name else {}
        if notice.kind == "callback":
            return said | {names.key: self.keys.callback}
        many = notice.count > 1
        key: dict[str, Any] = {names.key: self.keys.replies if many else self.keys.reply}
        if many:
            key[names.args] = [str(notice.count)]
        return said | ({names.body: words.preview} if words.preview else key)

    def _fit(self, notice: Notice, make: Callable[[_Words], dict[str, Any]], limit: int) -> bytes:
        """Encode what `make` gives, with as much of the preview as there is room for."""
        words = self._words(notice, limit)
        body = msgspec.json.encode(make(words))
        if len(body) <= limit:
            return body
        bare = msgspec.structs.replace(words, preview="…")
        room = limit - len(msgspec.json.encode(make(bare))) + len("…".encode())
        preview = cut(words.preview, room)
        return msgspec.json.encode(make(msgspec.structs.replace(words, preview=preview)))

    def _words(self, notice: Notice, limit: int) -> _Words:
        name = sender = avatar = preview = ""
        if self.names and notice.author:
            name = cut(notice.author, _NAME_BYTES)
            if notice.author_id and fits(notice.author_id, _NAME_BYTES):
                sender = notice.author_id
            if notice.avatar and fits(notice.avatar, _AVATAR_BYTES):
                avatar = notice.avatar
        if self.previews and notice.preview and notice.kind == "message":
            preview = cut(notice.preview, limit)
        return _Words(notice, name, sender, avatar, preview)

    def _ttl(self, push: Push) -> int:
        return min(max(0, (push.expires_at - self.now()) // 1000), LONGEST_TTL_S)


class _Words(msgspec.Struct, frozen=True):
    """What of a notice may leave the house."""

    notice: Notice
    name: str
    sender: str
    avatar: str
    preview: str


class _Names(msgspec.Struct, frozen=True):
    """What a service calls the parts of the text."""

    title: str
    body: str
    key: str
    args: str


_APNS = _Names("title", "body", "loc-key", "loc-args")
_FCM = _Names("title", "body", "body_loc_key", "body_loc_args")
_WEB = _Names("title", "body", "key", "args")


def _marks(notice: Notice, words: _Words) -> dict[str, Any]:
    """What the app needs to fetch, and to show a communication notification by `sender_*`."""
    marks: dict[str, Any] = {"t": notice.thread, "s": notice.seq}
    if notice.kind != "message":
        marks["kind"] = notice.kind
    if notice.count > 1:
        marks["n"] = notice.count
    if words.sender:
        marks["sender_id"] = words.sender
    if words.name:
        marks["sender_name"] = words.name
    if words.avatar:
        marks["sender_avatar"] = words.avatar
    return marks


def _collapse(push: Push) -> str:
    """A badge must not replace the banner of the thread that it is told for."""
    return "badge" if push.notice.kind == "badge" else push.collapse
