"""The header blocks: any HPACK decoder reads them, and nothing secret enters a table."""

from __future__ import annotations

import pytest
from hpack import Decoder, NeverIndexedHeaderTuple
from hypothesis import given
from hypothesis import strategies as st

from push.apns.headers import NEVER, ONCE, HeaderEncoder

ALWAYS = [(b":method", b"POST"), (b":scheme", b"https"), (b":authority", b"api.push.apple.com")]
values = st.binary(max_size=300)
fields = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(sorted(NEVER | ONCE)), values),
        st.tuples(
            st.sampled_from([b"apns-topic", b"apns-priority", b"apns-push-type"]),
            st.sampled_from([b"a", b"b", b"c"]) | values,
        ),
        st.tuples(st.binary(min_size=1, max_size=40), values),
    ),
    max_size=12,
)


@given(st.lists(fields | st.integers(0, 8192), max_size=30))
def test_what_is_written_is_read(blocks: list[list[tuple[bytes, bytes]] | int]) -> None:
    encoder, decoder = HeaderEncoder(), Decoder()
    for block in blocks:
        if isinstance(block, int):
            encoder.header_table_size = block
            decoder.max_allowed_table_size = block
        else:
            read = decoder.decode(encoder.encode([*ALWAYS, *block]), raw=True)
            assert [(name, value) for name, value in read] == [*ALWAYS, *block]


def request(number: int) -> list[tuple[bytes, bytes]]:
    return [
        *ALWAYS,
        (b":path", b"/3/device/%064x" % number),
        (b"authorization", b"bearer secret"),
        (b"apns-topic", b"com.example.care"),
        (b"apns-push-type", b"alert"),
        (b"apns-priority", b"10"),
        (b"apns-expiration", b"%d" % number),
        (b"apns-id", b"%036d" % number),
        (b"apns-collapse-id", b"%022d" % number),
    ]


def test_paths_and_credentials_are_never_indexed() -> None:
    encoder, decoder = HeaderEncoder(), Decoder()
    for number in range(3):
        read = decoder.decode(encoder.encode(request(number)), raw=True)
        never = {one[0] for one in read if isinstance(one, NeverIndexedHeaderTuple)}
        assert never == {b":path", b"authorization"}
    assert not NEVER & {name for name, _ in decoder.header_table.dynamic_entries}


def test_the_table_holds_what_comes_again_and_grows_no_more() -> None:
    encoder, decoder = HeaderEncoder(), Decoder()
    sizes = []
    for number in range(1000):
        block = encoder.encode(request(number))
        decoder.decode(block, raw=True)
        sizes.append(len(block))
    names = [name for name, _ in decoder.header_table.dynamic_entries]
    assert sorted(names) == sorted(
        [b":authority", b"apns-topic", b"apns-push-type", b"apns-priority", *ONCE]
    )
    literal = sum(len(value) for name, value in request(0) if name in NEVER | ONCE)
    assert literal < sizes[-1] < literal + 25
    assert sizes[0] > sizes[1]


@pytest.mark.parametrize("size", [0, 40, 100])
def test_a_small_table_is_obeyed(size: int) -> None:
    encoder, decoder = HeaderEncoder(), Decoder()
    encoder.header_table_size = size
    decoder.max_allowed_table_size = size
    for number in range(3):
        read = decoder.decode(encoder.encode(request(number)), raw=True)
        assert [(name, value) for name, value in read] == request(number)
    assert decoder.header_table_size == size
