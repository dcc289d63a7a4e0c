"""Every answer of FCM, as the worker gets to know it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from push.exchange import Reply, wait_asked
from push.fcm.answers import read_answer
from push.model import Answer
from push.simulator.fcm_form import error_body

NOW = 1_800_000_000_000
TOKEN = "an:droid-registration"
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"


def read(status: int, body: bytes | dict[str, Any], **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_answer(Reply(status, names, content), token=TOKEN, now_ms=NOW)


def error(status: str = "", message: str = "", *details: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"status": status, "message": message, "details": list(details)}}


def code(word: str) -> dict[str, Any]:
    return {"@type": FCM_ERROR, "errorCode": word}


def field(name: str, description: str) -> dict[str, Any]:
    violations = [{"field": name, "description": description}]
    return {"@type": BAD_REQUEST, "fieldViolations": violations}


NOT_FOUND = "Requested entity was not found."

ANSWERS: list[tuple[int, Any, str, str]] = [
    (200, {"name": "projects/care/messages/0:1"}, "", ""),
    (404, error("NOT_FOUND", NOT_FOUND, code("UNREGISTERED")), "UNREGISTERED", NOT_FOUND),
    (404, error("NOT_FOUND", NOT_FOUND), "NOT_FOUND", NOT_FOUND),
    (404, b"<!DOCTYPE html>\n<title>404</title>", "", "<!DOCTYPE html> <title>404</title>"),
    (404, b"", "", ""),
    (
        400,
        error("INVALID_ARGUMENT", "m", code("INVALID_ARGUMENT"), field("message.token", "Invalid")),
        "INVALID_ARGUMENT",
        "message.token: Invalid",
    ),
    (
        400,
        error("INVALID_ARGUMENT", "The registration token is not a valid FCM registration token"),
        "INVALID_ARGUMENT",
        "message.token: The registration token is not a valid FCM registration token",
    ),
    (
        400,
        error("INVALID_ARGUMENT", "m", field("message.data[0].value", "Invalid value, 12")),
        "INVALID_ARGUMENT",
        "message.data[0].value: Invalid value, 12",
    ),
    (
        400,
        error(
            "INVALID_ARGUMENT", "m", field("message.android.ttl", "a"), field("message.token", "b")
        ),
        "INVALID_ARGUMENT",
        "message.token: b; message.android.ttl: a",
    ),
    (400, error("INVALID_ARGUMENT", "too big"), "INVALID_ARGUMENT", "too big"),
    (401, error("UNAUTHENTICATED", "credentials"), "UNAUTHENTICATED", "credentials"),
    (
        401,
        error("UNAUTHENTICATED", "apns", code("THIRD_PARTY_AUTH_ERROR")),
        "THIRD_PARTY_AUTH_ERROR",
        "apns",
    ),
    (403, error("PERMISSION_DENIED", "m", code("SENDER_ID_MISMATCH")), "SENDER_ID_MISMATCH", "m"),
    (403, error("PERMISSION_DENIED", "no api"), "PERMISSION_DENIED", "no api"),
    (429, error("RESOURCE_EXHAUSTED", "q", code("QUOTA_EXCEEDED")), "QUOTA_EXCEEDED", "q"),
    (500, error("INTERNAL", "i", code("INTERNAL")), "INTERNAL", "i"),
    (503, error("UNAVAILABLE", "u", code("UNAVAILABLE")), "UNAVAILABLE", "u"),
    (502, b"<html>Bad Gateway</html>", "", "<html>Bad Gateway</html>"),
    (503, b"", "", ""),
    (200, b"", "", ""),
    (200, b'{"name":"projects/ca', "", ""),
    (500, b"[]", "", "[]"),
    (500, b'{"error":"plain"}', "", '{"error":"plain"}'),
    (500, b"\xff\xfe", "", "\ufffd\ufffd"),
    (418, error("NEW_STATUS", "n", code("NEW_CODE")), "NEW_CODE", "n"),
]


@pytest.mark.parametrize(("status", "body", "reason", "detail"), ANSWERS)
def test_an_answer_keeps_its_word_and_what_explains_it(
    status: int, body: Any, reason: str, detail: str
) -> None:
    answer = read(status, body)
    assert (answer.status, answer.reason, answer.detail) == (status, reason, detail)
    assert answer.provider_id == (
        "projects/care/messages/0:1" if reason == detail == "" and (isinstance(body, dict)) else ""
    )


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (400, "INVALID_ARGUMENT"),
        (401, "THIRD_PARTY_AUTH_ERROR"),
        (403, "SENDER_ID_MISMATCH"),
        (404, "UNREGISTERED"),
        (429, "QUOTA_EXCEEDED"),
        (500, "INTERNAL"),
        (503, "UNAVAILABLE"),
    ],
)
def test_the_stand_in_writes_every_error_code_as_google_does(status: int, word: str) -> None:
    assert read(status, error_body(status, code=word)).reason == word


DATE = "Fri, 15 Jan 2027 08:00:00 GMT"
LATER = "Fri, 15 Jan 2027 08:01:30 GMT"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "60"}, 60_000),
        ({"Retry_After": " 7 "}, 7_000),
        ({"Retry_After": "0"}, 0),
        ({"Retry_After": LATER, "Date": DATE}, 90_000),
        ({"Retry_After": DATE, "Date": LATER}, 0),
        ({"Retry_After": LATER, "Date": "Fri, 15 Jan 2027 06:00:00 GMT"}, 7_290_000),
        ({"Retry_After": LATER}, 90_000),  # 08:00 is our own clock's now
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "Fri, 15 Jan 99999999999 08:00:00 GMT"}, None),
        ({"Retry_After": "-3"}, None),
        ({"Retry_After": "²"}, None),
        ({"Retry_After": "9" * 400}, 999_999_999_000),
        ({}, None),
    ],
)
def test_a_wait_is_asked_for_in_seconds_or_as_a_date(
    headers: dict[str, str], wait: int | None
) -> None:
    answer = read(429, error("RESOURCE_EXHAUSTED", "q"), **headers)
    assert answer.retry_after == wait


@pytest.mark.parametrize(
    ("delay", "wait"), [("12.5s", 12_500), ("3s", 3_000), ("x", None), ("", None), ("1e999s", None)]
)
def test_googles_own_form_of_a_wait_counts_where_there_is_no_header(
    delay: str, wait: int | None
) -> None:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}
    assert read(429, error("RESOURCE_EXHAUSTED", "q", info)).retry_after == wait
    assert read(429, error("", "q", info), Retry_After="9").retry_after == 9_000


def test_a_token_is_never_told() -> None:
    answer = read(400, error("INVALID_ARGUMENT", f"token {TOKEN} is bad", code("INVALID_ARGUMENT")))
    assert TOKEN not in answer.detail
    assert answer.detail == "token … is bad"


@given(st.integers(100, 599), st.binary(max_size=200), st.text(max_size=30))
def test_whatever_comes_is_an_answer(status: int, body: bytes, wait: str) -> None:
    answer = read_answer(Reply(status, {"Retry-After": wait}, body), token=TOKEN, now_ms=NOW)
    assert answer.status == status
    assert len(answer.detail) <= 300
    assert answer.retry_after is None or answer.retry_after >= 0


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_date_breaks_it(asked: str, date: str) -> None:
    wait = wait_asked({"Retry-After": asked, "Date": date}, now_ms=NOW)
    assert wait is None or wait >= 0
