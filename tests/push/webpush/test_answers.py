"""What Mozilla, Apple, Google and others answer, as the worker gets to know it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from push.exchange import Reply
from push.model import Answer
from push.webpush.answers import read_answer

ENDPOINT = "https://push.example.com/s/secret"
NOW = 1_800_000_000_000


def read(status: int, body: Any = b"", **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_answer(Reply(status, names, content), endpoint=ENDPOINT, ttl=3600, now_ms=NOW)


def mozilla(code: int, errno: int | None, message: str) -> dict[str, Any]:
    return {"code": code, "errno": errno, "error": "Error", "message": message, "more_info": "…"}


GOOGLE_MISMATCH = (
    b"the VAPID credentials in the authorization header do not correspond to the credentials used "
    b"to create the subscriptions.\n"
)
GOOGLE_UNAUTHORIZED = b"<HTML>\n<HEAD>\n<TITLE>UnauthorizedRegistration</TITLE>\n</HEAD>\n</HTML>"

ANSWERS: list[tuple[int, Any, str, str]] = [
    (201, b"", "", ""),
    (200, b"{}", "", ""),
    (410, mozilla(410, 106, "Request did not validate"), "106", "Request did not validate"),
    (410, mozilla(410, 103, "Expired"), "103", "Expired"),
    (410, mozilla(410, 105, "Unavailable"), "105", "Unavailable"),
    (404, mozilla(404, 102, "Invalid URL endpoint"), "102", "Invalid URL endpoint"),
    (413, mozilla(413, 104, "too large"), "104", "too large"),
    (401, mozilla(401, 109, "Invalid auth"), "109", "Invalid auth"),
    (
        401,
        mozilla(401, 109, "VAPID public key mismatch"),
        "VapidPkHashMismatch",
        "109 VAPID public key mismatch",
    ),
    (400, mozilla(400, 112, "TTL"), "112", "TTL"),
    (400, mozilla(400, 113, "Topic"), "113", "Topic"),
    (503, mozilla(503, 201, "back-off"), "201", "back-off"),
    (503, mozilla(503, 202, "retry"), "202", "retry"),
    (500, mozilla(500, None, "odd"), "", "odd"),
    (400, {"reason": "BadTtl"}, "BadTtl", ""),
    (400, {"reason": "BadUrgency"}, "BadUrgency", ""),
    (400, {"reason": "BadWebPushRequest"}, "BadWebPushRequest", ""),
    (400, {"reason": "BadWebPushTopic"}, "BadWebPushTopic", ""),
    (403, {"reason": "BadAuthorizationHeader"}, "BadAuthorizationHeader", ""),
    (403, {"reason": "BadJwtToken"}, "BadJwtToken", ""),
    (403, {"reason": "BadVapidPublicKey"}, "BadVapidPublicKey", ""),
    (400, {"reason": "VapidPkHashMismatch"}, "VapidPkHashMismatch", ""),
    (410, {"reason": "Unregistered"}, "Unregistered", ""),
    (429, {"reason": "TooManyRequests"}, "TooManyRequests", ""),
    (403, GOOGLE_MISMATCH, "VapidPkHashMismatch", GOOGLE_MISMATCH.decode().strip()),
    (400, GOOGLE_UNAUTHORIZED, "", "UnauthorizedRegistration"),
    (
        410,
        b"push subscription has unsubscribed or expired.\n",
        "",
        "push subscription has unsubscribed or expired.",
    ),
    (502, b"<html><body>Bad Gateway</body></html>", "", "Bad Gateway"),
    (500, b'{"errno":"many"}', "", '{"errno":"many"}'),
    (507, b"\xff", "", "\ufffd"),
]


@pytest.mark.parametrize(("status", "body", "reason", "detail"), ANSWERS)
def test_an_answer_keeps_its_word_and_what_explains_it(
    status: int, body: Any, reason: str, detail: str
) -> None:
    answer = read(status, body)
    assert (answer.status, answer.reason, answer.detail) == (status, reason, detail)


@pytest.mark.parametrize(
    ("ttl", "note"),
    [
        ("60", "kept for 60 s instead of 3600 s"),
        ("0", "kept for 0 s instead of 3600 s"),
        ("3600", ""),
        ("7200", ""),
        ("", ""),
        ("soon", ""),
        ("²", ""),
    ],
)
def test_a_lower_ttl_is_noted(ttl: str, note: str) -> None:
    assert read(201, TTL=ttl).detail == note
    assert read(410, TTL=ttl).detail == ""


def test_a_message_has_the_name_that_the_service_gave_it_but_not_its_address() -> None:
    located = read(201, Location="https://push.example.com/m/secret/gAAAA-1")
    assert located.provider_id == "gAAAA-1"
    assert read(201, apns_id="EC1BF194", Location="x").provider_id == "EC1BF194"
    assert read(201).provider_id == ""
    assert len(read(201, Location="https://x/" + "y" * 4000).provider_id) == 64


def test_a_wait_is_asked_for() -> None:
    assert read(429, Retry_After="120").retry_after == 120_000
    later = read(
        503, Retry_After="Fri, 15 Jan 2027 08:01:00 GMT", Date="Fri, 15 Jan 2027 08:00:00 GMT"
    )
    assert later.retry_after == 60_000


def test_an_endpoint_is_never_told() -> None:
    assert ENDPOINT not in read(404, f"no {ENDPOINT} here".encode()).detail
    assert read(404, mozilla(404, 102, f"{ENDPOINT} is gone")).detail == "… is gone"


@given(st.integers(100, 599), st.binary(max_size=200), st.text(max_size=20))
def test_whatever_comes_is_an_answer(status: int, body: bytes, header: str) -> None:
    answer = read(status, body, TTL=header, Location=header, Retry_After=header)
    assert answer.status == status
    assert len(answer.detail) <= 300
    assert len(answer.reason) <= 300
