"""Frames of streams, written and read by hand: h2 on the other side takes part in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError
from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    HeadersFrame,
    PushPromiseFrame,
    WindowUpdateFrame,
)
from hypothesis import given
from hypothesis import strategies as st

from push.apns.http2 import Heard, HeardData, HeardReset, Http2

REQUEST = (
    (b":method", b"POST"),
    (b":scheme", b"https"),
    (b":authority", b"api.push.apple.com"),
    (b":path", b"/3/device/00"),
)
ANSWER = [(b":status", b"200"), (b"apns-id", b"eabeae54-14a8-11e5-b60b-1697f925ec7b")]


class Pair:
    """Our side, and h2 as the server; no network between them."""

    def __init__(self) -> None:
        self.ours = Http2()
        self.theirs = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.ours.initiate_connection()
        self.theirs.initiate_connection()
        self.theirs.receive_data(self.ours.data_to_send())
        list(self.ours.read(self.theirs.data_to_send()))

    def ask(self, *streams: int, body: bytes = b"{}") -> list[Any]:
        """Begin these; what the server heard."""
        for stream in streams:
            self.ours.begin(stream, REQUEST, body)
        return self.theirs.receive_data(self.ours.data_to_send())

    def read(self, *frames: Frame) -> list[Any]:
        return list(self.ours.read(b"".join(frame.serialize() for frame in frames)))


def streams_of(events: Iterable[object]) -> list[tuple[int, bytes, bytes]]:
    """Status and body of each answer that has ended, in the order of their ends."""
    open_ones: dict[int, tuple[bytes, bytes]] = {}
    ended = []
    for event in events:
        if isinstance(event, Heard):
            status, body = open_ones.pop(event.stream, (b"", b""))
            open_ones[event.stream] = (status or dict(event.fields)[b":status"], body)
        elif isinstance(event, HeardData):
            status, body = open_ones.pop(event.stream)
            open_ones[event.stream] = (status, body + event.data)
        if isinstance(event, Heard | HeardData) and event.ended:
            ended.append((event.stream, *open_ones.pop(event.stream)))
    return ended


def block(fields: Iterable[tuple[bytes, bytes]] = ANSWER) -> bytes:
    return Encoder().encode(fields)


def test_the_other_side_reads_what_was_begun_and_its_window_is_counted() -> None:
    pair = Pair()
    before = pair.ours.outbound_flow_control_window
    events = pair.ask(1, 3, body=b"x" * 100)
    assert [one.stream_id for one in events if isinstance(one, RequestReceived)] == [1, 3]
    assert [one.data for one in events if isinstance(one, DataReceived)] == [b"x" * 100] * 2
    assert [one.stream_id for one in events if isinstance(one, StreamEnded)] == [1, 3]
    assert pair.ours.outbound_flow_control_window == before - 200


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), min_size=1, max_size=6),
    st.lists(st.integers(1, 80), min_size=1, max_size=20),
)
def test_answers_are_read_however_the_bytes_are_cut(
    bodies: list[tuple[int, int]], cuts: list[int]
) -> None:
    pair = Pair()
    streams = list(range(1, 2 * len(bodies), 2))
    pair.ask(*streams)
    for stream, (size, padding) in zip(streams, bodies, strict=True):
        pair.theirs.send_headers(stream, ANSWER, end_stream=not size)
        if size:
            pair.theirs.send_data(stream, b"x" * size, end_stream=True, pad_length=padding)
    data, events, turn = pair.theirs.data_to_send(), [], 0
    while data:
        cut = cuts[turn % len(cuts)]
        events += list(pair.ours.read(data[:cut]))
        data, turn = data[cut:], turn + 1
    want = [(one, b"200", b"x" * size) for one, (size, _) in zip(streams, bodies, strict=True)]
    assert streams_of(events) == want


def test_a_long_body_gives_its_windows_back() -> None:
    pair = Pair()
    pair.ask(1)
    pair.theirs.send_headers(1, ANSWER)
    events: list[object] = []
    for _ in range(100):  # ten times what either window holds at first
        pair.theirs.send_data(1, b"x" * 6_000)
        events += pair.ours.read(pair.theirs.data_to_send())
        pair.theirs.receive_data(pair.ours.data_to_send())
    pair.theirs.end_stream(1)
    events += pair.ours.read(pair.theirs.data_to_send())
    assert streams_of(events) == [(1, b"200", b"x" * 600_000)]


def test_a_block_may_come_in_pieces_with_padding_and_priority() -> None:
    pair = Pair()
    pair.ask(1)
    whole = block()
    first = HeadersFrame(1, whole[:5], pad_length=7, flags=["PADDED", "PRIORITY", "END_STREAM"])
    last = ContinuationFrame(1, whole[9:], flags=["END_HEADERS"])
    [heard] = pair.read(first, ContinuationFrame(1, whole[5:9]), last)
    assert heard == Heard(1, ANSWER, ended=True)


def test_a_stream_that_was_reset_is_still_understood() -> None:
    pair = Pair()
    pair.ask(1, 3)
    pair.ours.reset(1, ErrorCodes.CANCEL)
    [reset] = pair.theirs.receive_data(pair.ours.data_to_send())
    assert isinstance(reset, StreamReset)
    assert (reset.stream_id, reset.error_code) == (1, ErrorCodes.CANCEL)
    encoder = Encoder()
    late = HeadersFrame(1, encoder.encode(ANSWER), flags=["END_HEADERS", "END_STREAM"])
    after = HeadersFrame(3, encoder.encode(ANSWER), flags=["END_HEADERS", "END_STREAM"])
    assert [one.fields for one in pair.read(late, after)] == [ANSWER, ANSWER]


def test_a_reset_of_theirs_is_told_with_its_code() -> None:
    pair = Pair()
    pair.ask(1)
    pair.theirs.reset_stream(1, ErrorCodes.REFUSED_STREAM)
    assert list(pair.ours.read(pair.theirs.data_to_send())) == [HeardReset(1, 7)]


def test_what_came_before_a_broken_frame_counts() -> None:
    pair = Pair()
    pair.ask(1)
    good = HeadersFrame(1, block(), flags=["END_HEADERS", "END_STREAM"]).serialize()
    events = pair.ours.read(good + PushPromiseFrame(1, 2, data=block()).serialize())
    assert next(events) == Heard(1, ANSWER, ended=True)
    with pytest.raises(ProtocolError):
        next(events)
    assert b"\x07" in pair.ours.data_to_send()[3:4], "it says goodbye"


BROKEN: dict[str, bytes] = {
    "an even stream": HeadersFrame(2, block(), flags=["END_HEADERS"]).serialize(),
    "a stream never begun": HeadersFrame(3, block(), flags=["END_HEADERS"]).serialize(),
    "a promise": PushPromiseFrame(1, 2, data=block(), flags=["END_HEADERS"]).serialize(),
    "a block broken off": HeadersFrame(1, b"").serialize() + DataFrame(1, b"x").serialize(),
    "a block of another": HeadersFrame(1, b"").serialize()
    + ContinuationFrame(3, b"", flags=["END_HEADERS"]).serialize(),
    "a block of nobody": ContinuationFrame(1, b"", flags=["END_HEADERS"]).serialize(),
    "a block without end": HeadersFrame(1, b"").serialize()
    + ContinuationFrame(1, b"").serialize() * 64,
    "a block too large": HeadersFrame(1, b"").serialize()
    + ContinuationFrame(1, b"x" * 16_000).serialize() * 5,
    "headers that are none": HeadersFrame(1, b"\x80", flags=["END_HEADERS"]).serialize(),
    "more padding than octets": b"\x00\x00\x02\x00\x08\x00\x00\x00\x01\x02x",
    "padding without its length": b"\x00\x00\x00\x00\x08\x00\x00\x00\x01",
    "a reset without a code": b"\x00\x00\x03\x03\x00\x00\x00\x00\x01abc",
    "a frame too long": b"\x01\x00\x01\x00\x00\x00\x00\x00\x01",
    "settings on a stream": b"\x00\x00\x00\x04\x00\x00\x00\x00\x01",
    "data on none": b"\x00\x00\x01\x00\x00\x00\x00\x00\x00x",
}


@pytest.mark.parametrize("what", sorted(BROKEN))
def test_what_breaks_the_rules_ends_the_connection(what: str) -> None:
    pair = Pair()
    pair.ask(1)
    with pytest.raises(ProtocolError):
        list(pair.ours.read(BROKEN[what]))


def test_a_window_of_a_stream_changes_nothing() -> None:
    pair = Pair()
    pair.ask(1)
    before = pair.ours.outbound_flow_control_window
    assert not pair.read(WindowUpdateFrame(1, 5_000))
    assert pair.ours.outbound_flow_control_window == before
    pair.read(WindowUpdateFrame(0, 5_000))
    assert pair.ours.outbound_flow_control_window == before + 5_000
