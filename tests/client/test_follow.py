"""The client's sync rules: whatever frames come, what is applied is the stream, once, in order."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.client.follow import Fresh, Numbered, Range, follow

EPOCH = "0a0b0c0d"
OTHER = "ffffffff"


def place(n: int, epoch: str = EPOCH) -> str:
    return f"{epoch}:{n}"


def item(seq: int) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode({"seq": seq, "type": "message"}))


def stretch(since: int, until: int, seqs: list[int], *, epoch: str = EPOCH) -> Range:
    return Range(place(since, epoch), place(until, epoch), tuple(item(n) for n in seqs))


def numbers(items: tuple[msgspec.Raw, ...]) -> list[int]:
    return [msgspec.json.decode(one, type=Numbered).seq for one in items]


@st.composite
def streams_and_frames(draw: st.DrawFn) -> tuple[set[int], list[Range]]:
    """A stream as one side sees it, and any true stretches of it, in any order."""
    head = draw(st.integers(0, 12))
    seen = draw(st.sets(st.integers(1, 12)))
    ends = st.integers(0, head)
    frames = []
    for _ in range(draw(st.integers(0, 12))):
        since, until = sorted((draw(ends), draw(ends)))
        frames.append(stretch(since, until, [n for n in range(since + 1, until + 1) if n in seen]))
    return seen, frames


@given(streams_and_frames(), st.integers(0, 12))
def test_applied_is_the_view_between_first_and_last_cursor(
    stream: tuple[set[int], list[Range]], start: int
) -> None:
    seen, frames = stream
    cursor, applied = place(start), list[int]()
    for frame in frames:
        step = follow(cursor, frame)
        if isinstance(step, Fresh):
            assert int(step.cursor.split(":")[1]) > int(cursor.split(":")[1])
            cursor, applied = step.cursor, applied + numbers(step.items)
    end = int(cursor.split(":")[1])
    assert applied == [n for n in range(start + 1, end + 1) if n in seen]


@given(
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.lists(st.integers(-2, 12), max_size=12),
)
def test_whatever_a_frame_holds_numbers_rise_within_it(
    at: int, since: int, until: int, seqs: list[int]
) -> None:
    step = follow(place(at), stretch(since, until, seqs))
    assert isinstance(step, Fresh) == (since <= at < until)
    if isinstance(step, Fresh):
        got = numbers(step.items)
        assert got == sorted(set(got))
        assert all(at < n <= until for n in got)
        assert step.cursor == place(until)


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_frame_of_another_epoch_is_never_applied(at: int, since: int, until: int) -> None:
    assert follow(place(at, OTHER), stretch(since, until, [since + 1])) == "gap"


@pytest.mark.parametrize(
    ("cursor", "frame", "judged"),
    [
        (place(3), stretch(0, 3, [3]), "known"),
        (place(3), stretch(3, 3, []), "known"),
        (place(3), stretch(4, 5, [5]), "gap"),
        (place(3), stretch(3, 2, []), "gap"),
        (place(3), Range(place(3), place(4, OTHER)), "gap"),
        (place(3), Range("soon", place(4)), "gap"),
        (place(3), Range(place(3), "99999999999999999999"), "gap"),
        ("what", stretch(3, 4, [4]), "gap"),
        (place(3), Range(place(3), place(4), (msgspec.Raw(b'{"type":"message"}'),)), "gap"),
        (None, stretch(4, 2, []), "gap"),
        (None, stretch(4, 4, []), Fresh(place(4), ())),
        (None, stretch(4, 6, [5, 6]), Fresh(place(6), (item(5), item(6)))),
    ],
)
def test_judgements(cursor: str | None, frame: Range, judged: object) -> None:
    assert follow(cursor, frame) == judged
