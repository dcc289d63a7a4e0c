"""HTTP answers and problems as the client tells them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inbox.client.problems import read_seconds
from inbox.core.errors import (
    ERRORS,
    BadRequest,
    Conflict,
    FieldError,
    Gone,
    Holder,
    Internal,
    Overloaded,
    PinboxError,
    RateLimited,
    StaleView,
    Unauthorized,
)
from inbox.core.frames import error_frame
from inbox.core.problems import read_error, read_problem


def problem(**members: Any) -> bytes:
    return json.dumps({"type": "about:blank", "title": "x", "status": 400, **members}).encode()


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.code)
def test_every_code_is_its_error(kind: type[PinboxError]) -> None:
    error = read_problem(kind.status, problem(code=kind.code, detail="so"), retry_after=2.0)
    assert type(error) is kind
    if kind.temporary:
        assert error.retry_after == 2.0


def test_what_errors_bring_is_kept() -> None:
    bad = read_problem(
        400, problem(code="bad_request", errors=[{"path": "body", "message": "empty"}])
    )
    assert isinstance(bad, BadRequest)
    assert bad.errors == (FieldError("body", "empty"),)
    held = read_problem(409, problem(code="conflict", holder={"id": "bo", "name": "Bo"}))
    assert isinstance(held, Conflict)
    assert held.holder == Holder("bo", "Bo")
    stale = read_problem(409, problem(code="stale_view", unseen=[{"seq": 7}], head=7))
    assert isinstance(stale, StaleView)
    assert [json.loads(bytes(one)) for one in stale.unseen] == [{"seq": 7}]
    assert stale.head == 7
    gone = read_problem(410, problem(code="gone", reason="too_far", cursor="0a0b0c0d:9"))
    assert isinstance(gone, Gone)
    assert (gone.reason, gone.cursor) == ("too_far", "0a0b0c0d:9")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Unauthorized),
        (409, Conflict),
        (429, RateLimited),
        (500, Internal),
        (502, Overloaded),
        (503, Overloaded),
        (504, Overloaded),
        (418, Internal),
    ],
)
def test_a_page_of_a_proxy_is_judged_by_its_status(status: int, kind: type[PinboxError]) -> None:
    assert type(read_problem(status, b"<html>Bad Gateway</html>")) is kind


@pytest.mark.parametrize(
    "error",
    [
        RateLimited("slow", retry_after=1.5),
        BadRequest.field("body", "is empty"),
        StaleView((), head=4),
        Conflict("another body"),
        Conflict("held", holder=Holder("bo", "Bo")),
        Unauthorized(),
    ],
    ids=lambda error: error.code,
)
def test_live_errors_are_the_same_errors(error: PinboxError) -> None:
    seen = read_error(error_frame(error))
    assert type(seen) is type(error)
    assert (seen.detail, seen.errors) == (error.detail, error.errors)
    assert seen.retry_after == error.retry_after
    for more in ("head", "holder"):
        assert getattr(seen, more, None) == getattr(error, more, None)


def test_retry_after_in_seconds() -> None:
    assert read_seconds("17") == 17
    assert read_seconds("Sun, 22 Nov 2026 10:00:00 GMT") is None
    assert read_seconds("-1") is None
    assert read_seconds(None) is None
