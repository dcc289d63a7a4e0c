"""The header blocks of answers: read as any HPACK decoder reads them, whoever wrote them."""

from __future__ import annotations

import pytest
from hpack import Decoder, Encoder
from hpack.exceptions import HPACKDecodingError, HPACKError
from hypothesis import example, given
from hypothesis import strategies as st

from push.apns.blocks import HeaderDecoder

names = st.sampled_from([b":status", b"apns-id", b"apns-unique-id", b"date"]) | st.binary(
    min_size=1, max_size=20
)
values = st.sampled_from([b"200", b"400", b"410"]) | st.binary(max_size=200)
fields = st.tuples(names, values, st.booleans())
RFC_7541_C_4_1 = b"\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"
written = st.tuples(st.lists(fields, max_size=8), st.booleans())


@given(st.lists(written | st.integers(0, 4096), max_size=20))
def test_whatever_another_encoder_writes_is_read(
    blocks: list[tuple[list[tuple[bytes, bytes, bool]], bool] | int],
) -> None:
    encoder, decoder = Encoder(), HeaderDecoder()
    for block in blocks:
        if isinstance(block, int):
            encoder.header_table_size = block
        else:
            given, coded = block
            read = decoder.decode(encoder.encode(given, huffman=coded))
            assert read == [(name, value) for name, value, _ in given]


@given(st.lists(st.binary(max_size=60), max_size=6))
@example(
    [b"\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"]
)  # RFC 7541 C.4.1
@example([b"\x20\x82", b"\x82\x20"])
def test_whatever_comes_is_read_as_by_hpack_or_refused(blocks: list[bytes]) -> None:
    ours, theirs = HeaderDecoder(), Decoder()
    for block in blocks:
        try:
            want = [(bytes(name), bytes(value)) for name, value in theirs.decode(block, raw=True)]
        except HPACKError:
            with pytest.raises(HPACKDecodingError):
                ours.decode(block)
            return
        except IndexError:  # hpack's own, for a block that ends too early
            with pytest.raises(HPACKDecodingError):
                ours.decode(block)
            return
        try:
            assert ours.decode(block) == want
        except HPACKDecodingError:
            return  # stricter: a table is resized at the beginning of a block, or not at all


@pytest.mark.parametrize(
    "block",
    [
        b"\x80",  # there is no field 0
        b"\xff\x80\x80\x80\x80\x80\x01",  # a number without end
        b"\xbe",  # of an empty table
        b"\x00\x01a",  # no value
        b"\x00\x01a\x05abc",  # too short a value
        b"\x00\x01a\x81\x00",  # Huffman code that does not end
        b"\x3f\xe2\x1f",  # a table of 4,097 octets
    ],
)
def test_what_is_no_block_is_refused(block: bytes) -> None:
    with pytest.raises(HPACKDecodingError):
        HeaderDecoder().decode(block)


def test_what_would_fill_the_memory_is_refused() -> None:
    """A field of the table, again and again: few octets on the wire, many here."""
    decoder = HeaderDecoder()
    decoder.decode(b"\x40\x01a\x7f\xa1\x1e" + b"x" * 4_000)
    with pytest.raises(HPACKDecodingError):
        decoder.decode(b"\xbe" * 17)
