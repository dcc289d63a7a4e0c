"""Cursors are read strictly, and judged by one function for live and long poll."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.cursor import LARGEST, Cursor, Reset, parse_cursor, resume
from inbox.core.errors import BadRequest

EPOCH = "0a1b2c3d"


@given(n=st.integers(0, LARGEST), epoch=st.from_regex(r"[0-9a-f]{8}", fullmatch=True))
def test_what_is_written_is_read_again(n: int, epoch: str) -> None:
    assert parse_cursor(str(Cursor(epoch, n))) == Cursor(epoch, n)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        ":7",
        f"{EPOCH}:",
        f"{EPOCH}:-1",
        f"{EPOCH}:07",
        f"{EPOCH}:7 ",
        f"{EPOCH}:7\n",
        f"{EPOCH}:٧",
        f"{EPOCH}:7.0",
        f"{EPOCH}:{LARGEST + 1}",
        f"{EPOCH}:{'9' * 40}",
        f"{EPOCH.upper()}:7",
        "0a1b2c3:7",
        "0a1b2c3d4:7",
    ],
)
def test_what_no_server_wrote_is_a_bad_request(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_cursor(text)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (None, 10),
        (Cursor(EPOCH, 10), 10),
        (Cursor(EPOCH, 60), 60),
        (Cursor(EPOCH, 100), 100),
        (Cursor(EPOCH, 9), Reset("history_expired", 100)),
        (Cursor(EPOCH, 101), Reset("cursor_ahead", 100)),
        (Cursor("ffffffff", 60), Reset("stale_epoch", 100)),
        (Cursor("ffffffff", 999), Reset("stale_epoch", 100)),
    ],
)
def test_where_reading_goes_on(since: Cursor | None, expected: int | Reset) -> None:
    assert resume(since, epoch=EPOCH, head=100, floor=10, limit=90) == expected


def test_too_far_counts_what_is_left_to_read() -> None:
    def from_place(n: int | None) -> int | Reset:
        since = None if n is None else Cursor(EPOCH, n)
        return resume(since, epoch=EPOCH, head=6000, floor=500, limit=5000)

    assert from_place(1000) == 1000
    assert from_place(999) == Reset("too_far", 6000)
    assert from_place(None) == Reset("too_far", 6000)
    assert resume(None, epoch=EPOCH, head=5500, floor=500, limit=5000) == 500


@given(
    n=st.none() | st.integers(0, 200),
    head=st.integers(0, 200),
    floor=st.integers(0, 200),
    limit=st.integers(0, 200),
)
def test_either_the_rest_is_there_or_it_says_reset(
    n: int | None, head: int, floor: int, limit: int
) -> None:
    floor = min(floor, head)
    since = None if n is None else Cursor(EPOCH, n)
    found = resume(since, epoch=EPOCH, head=head, floor=floor, limit=limit)
    if isinstance(found, Reset):
        assert found.n == head
    else:
        assert floor <= found <= head
        assert head - found <= limit
        assert n is None or found == n
