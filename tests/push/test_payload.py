"""What each service is asked: the forms to the letter, and their limits for any text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from push.model import Notice, Push
from push.payload import (
    APNS_LIMIT,
    FCM_LIMIT,
    LONGEST_TTL_S,
    WEB_PUSH_LIMIT,
    Forms,
    Keys,
)
from tests.push.cast import (
    ANDROID,
    BROWSER,
    COLLAPSE,
    DAY_MS,
    NOW,
    PHONE,
    REPLY,
    SPOKEN,
    THREAD,
    push,
)

BARE = Forms(now=lambda: NOW)
OPEN = replace(BARE, names=True, previews=True)
BADGE = replace(REPLY, kind="badge", badge=0)
CALLBACK = replace(REPLY, kind="callback", seq=9)
TEST = replace(REPLY, kind="test")
MARKS = {"t": THREAD, "s": 7}
BO = {
    "sender_id": "agent-bo",
    "sender_name": "Bo",
    "sender_avatar": "https://example.com/bo.png",
}


def apns(notice: Notice, forms: Forms = BARE) -> Any:
    return msgspec.json.decode(forms.apns(push(notice)).body)


def fcm(notice: Notice, forms: Forms = BARE) -> Any:
    return msgspec.json.decode(forms.fcm(push(notice, target=ANDROID)).message)


def web(notice: Notice, forms: Forms = BARE) -> Any:
    return msgspec.json.decode(forms.webpush(push(notice, target=BROWSER)).plaintext)


# ── APNs ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_reply_says_nothing_but_that_there_is_one() -> None:
    request = BARE.apns(push(SPOKEN))
    assert request.body == (
        b'{"aps":{"alert":{"loc-key":"NEW_REPLY"},"mutable-content":1,'
        b'"thread-id":"%(t)s","badge":2,"sound":"default"},"t":"%(t)s","s":7}'
        % {b"t": THREAD.encode()}
    )
    assert (request.topic, request.push_type, request.priority) == (PHONE.app, "alert", 10)
    assert request.expiration == (NOW + DAY_MS) // 1000
    assert request.collapse_id == COLLAPSE


@pytest.mark.parametrize(
    ("notice", "forms", "alert"),
    [
        (REPLY, OPEN, {"loc-key": "NEW_REPLY"}),
        (replace(REPLY, count=3), BARE, {"loc-key": "NEW_REPLIES", "loc-args": ["3"]}),
        (SPOKEN, replace(OPEN, previews=False), {"title": "Bo", "loc-key": "NEW_REPLY"}),
        (SPOKEN, replace(OPEN, names=False), {"body": "Done!"}),
        (SPOKEN, OPEN, {"title": "Bo", "body": "Done!"}),
        (replace(SPOKEN, count=3), OPEN, {"title": "Bo", "body": "Done!"}),
        (
            replace(SPOKEN, count=3),
            replace(OPEN, previews=False),
            {"title": "Bo", "loc-key": "NEW_REPLIES", "loc-args": ["3"]},
        ),
        (CALLBACK, BARE, {"loc-key": "CALLBACK_SOON"}),
        (replace(SPOKEN, kind="callback"), OPEN, {"title": "Bo", "loc-key": "CALLBACK_SOON"}),
        (REPLY, replace(BARE, keys=Keys(reply="ANTWORT")), {"loc-key": "ANTWORT"}),
    ],
)
def test_what_an_alert_says(notice: Notice, forms: Forms, alert: object) -> None:
    assert apns(notice, forms)["aps"]["alert"] == alert


def test_the_extension_gets_what_a_communication_notification_needs() -> None:
    assert apns(SPOKEN, OPEN).items() >= (MARKS | BO).items()
    assert not apns(SPOKEN, replace(OPEN, names=False)).keys() & BO.keys()


def test_how_many_new_ones_there_are_is_told() -> None:
    assert apns(replace(REPLY, count=3))["n"] == 3
    assert "n" not in apns(REPLY)


def test_a_badge_alone_wakes_nobody() -> None:
    request = OPEN.apns(push(replace(SPOKEN, kind="badge", badge=0)))
    assert request.body == b'{"aps":{"badge":0}}'
    assert (request.push_type, request.priority) == ("alert", 5)
    assert request.collapse_id == "badge"  # or it would replace the thread's banner


def test_at_night_a_reply_makes_no_sound() -> None:
    request = BARE.apns(push(replace(REPLY, passive=True)))
    aps = msgspec.json.decode(request.body)["aps"]
    assert aps["interruption-level"] == "passive"
    assert "sound" not in aps
    assert request.priority == 5


def test_a_test_is_shown_as_it_is() -> None:
    aps = apns(TEST)["aps"]
    assert aps["alert"]["title"] == "Test"
    assert "mutable-content" not in aps


# ── FCM ──────────────────────────────────────────────────────────────────────────────────────────
def test_android_shows_a_reply_by_itself() -> None:
    assert fcm(SPOKEN) == {
        "token": ANDROID.token,
        "data": {"t": THREAD, "s": "7"} | {"kind": "message", "badge": "2", "tag": COLLAPSE},
        "android": {
            "collapse_key": "message",
            "priority": "HIGH",
            "ttl": "86400s",
            "notification": {
                "tag": COLLAPSE,
                "body_loc_key": "NEW_REPLY",
                "sound": "default",
                "notification_count": 2,
            },
        },
    }


def test_android_says_who_and_what_where_that_is_allowed() -> None:
    message = fcm(replace(SPOKEN, count=3), OPEN)
    shown = message["android"]["notification"]
    assert (shown["title"], shown["body"]) == ("Bo", "Done!")
    assert message["data"].items() >= (BO | {"n": "3"}).items()
    assert fcm(replace(REPLY, count=3))["android"]["notification"]["body_loc_args"] == ["3"]


def test_an_app_may_want_data_alone() -> None:
    message = fcm(SPOKEN, replace(OPEN, android="data"))
    assert "notification" not in message["android"]
    assert message["data"].items() >= {"title": "Bo", "body": "Done!"}.items()
    assert message["android"]["priority"] == "HIGH"


def test_a_badge_on_android_is_data_that_can_wait() -> None:
    message = fcm(BADGE)
    assert message["android"] == {"collapse_key": "badge", "priority": "NORMAL", "ttl": "86400s"}
    assert message["data"]["badge"] == "0"


def test_at_night_android_uses_the_quiet_channel() -> None:
    forms = replace(BARE, channel="replies", quiet_channel="night")
    android = fcm(replace(REPLY, passive=True), forms)["android"]
    assert android["priority"] == "NORMAL"
    assert android["notification"]["channel_id"] == "night"
    assert android["notification"]["notification_priority"] == "PRIORITY_LOW"
    assert "sound" not in android["notification"]
    assert fcm(REPLY, forms)["android"]["notification"]["channel_id"] == "replies"


def test_four_collapse_keys_are_all_that_fcm_keeps() -> None:
    kinds = (REPLY, BADGE, CALLBACK, TEST)
    assert len({fcm(notice)["android"]["collapse_key"] for notice in kinds}) == 4


# ── Web Push ─────────────────────────────────────────────────────────────────────────────────────
def test_a_service_worker_gets_keys_and_numbers() -> None:
    request = BARE.webpush(push(replace(SPOKEN, count=3, locale="de"), target=BROWSER))
    assert msgspec.json.decode(request.plaintext) == MARKS | {
        "kind": "message",
        "n": 3,
        "badge": 2,
        "tag": COLLAPSE,
        "key": "NEW_REPLIES",
        "args": ["3"],
        "lang": "de",
    }
    assert (request.ttl, request.urgency, request.topic) == (86_400, "high", COLLAPSE)


def test_a_service_worker_may_be_told_who_and_what() -> None:
    assert web(SPOKEN, OPEN).items() >= (BO | {"title": "Bo", "body": "Done!"}).items()


def test_at_night_a_browser_is_quiet() -> None:
    request = BARE.webpush(push(replace(REPLY, passive=True), target=BROWSER))
    assert msgspec.json.decode(request.plaintext)["silent"] is True
    assert request.urgency == "low"


# ── limits ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("left_ms", "ttl"),
    [(DAY_MS, 86_400), (1_999, 1), (0, 0), (-5_000, 0), (90 * DAY_MS, LONGEST_TTL_S)],
)
def test_how_long_it_is_worth_keeping(left_ms: int, ttl: int) -> None:
    one = push(expires_at=NOW + left_ms)
    assert BARE.webpush(one).ttl == ttl
    message = msgspec.json.decode(BARE.fcm(one).message)
    assert message["android"]["ttl"] == f"{ttl}s"


@pytest.mark.parametrize("char", ["a", "é", "中", "👍", '"', "\x01"])
def test_a_preview_fills_the_limit_and_no_more(char: str) -> None:
    """Fault 23: at the limit it is sent whole, one byte beyond it is cut on a boundary."""
    preview = char * 4
    while len(OPEN.apns(push(replace(SPOKEN, preview=preview))).body) < APNS_LIMIT - 8:
        preview += char
    for _ in range(12):
        preview += char
        body = OPEN.apns(push(replace(SPOKEN, preview=preview))).body
        shown = msgspec.json.decode(body)["aps"]["alert"]["body"]
        assert len(body) <= APNS_LIMIT
        assert shown == preview or (shown.endswith("…") and preview.startswith(shown[:-1]))
        if shown != preview:
            assert len(body) > APNS_LIMIT - 10


words = st.text(max_size=40) | st.text(max_size=4).map(lambda text: text * 1500)
notices = st.builds(
    Notice,
    kind=st.sampled_from(["message", "callback", "badge", "test"]),
    thread=st.just(THREAD),
    seq=st.integers(0, 2**53),
    badge=st.integers(0, 10**6),
    count=st.integers(1, 10**6),
    author=st.none() | words,
    author_id=st.none() | words,
    avatar=st.none() | words,
    preview=st.none() | words | st.just("half \ud83d a pair" * 900),
    passive=st.booleans(),
)
forms = st.builds(
    Forms,
    now=st.just(lambda: NOW),
    names=st.booleans(),
    previews=st.booleans(),
    android=st.sampled_from(["notification", "data"]),
)


def _message_without_token(one: Push, form: Forms) -> bytes:
    return form.fcm(one).message.replace(b'"token":"an:droid",', b"", 1)


@pytest.mark.parametrize(
    ("give", "limit"),
    [
        (lambda one, form: form.apns(one).body, APNS_LIMIT),
        (_message_without_token, FCM_LIMIT),
        (lambda one, form: form.webpush(one).plaintext, WEB_PUSH_LIMIT),
    ],
)
@given(notice=notices, form=forms)
def test_no_text_breaks_a_limit(
    give: Callable[[Push, Forms], bytes], limit: int, notice: Notice, form: Forms
) -> None:
    body = give(push(notice, target=ANDROID), form)
    assert len(body) <= limit
    assert isinstance(msgspec.json.decode(body.decode("utf-8")), dict)


@given(notice=notices, form=forms)
def test_nothing_leaves_the_house_that_may_not(notice: Notice, form: Forms) -> None:
    secret = "\N{SNOWMAN}secret"
    told = replace(notice, preview=secret, author=secret, author_id=secret, avatar=secret)
    closed = replace(form, names=False, previews=False)
    one = push(told)
    sent = closed.apns(one).body + closed.fcm(one).message + closed.webpush(one).plaintext
    assert b"secret" not in sent
