"""The header block of an answer (HPACK, RFC 7541), read.

Whatever a peer may write is read, Huffman code and table included; what is quick is what Apple
writes: a status from the static table, and few short fields.
"""

from __future__ import annotations

from collections import deque

from hpack.exceptions import HPACKDecodingError
from hpack.huffman_table import (
    HUFFMAN_COMPLETE,
    HUFFMAN_EMIT_SYMBOL,
    HUFFMAN_FAIL,
    HUFFMAN_TABLE,
)
from hpack.table import HeaderTable

from push.apns.headers import Field

_STATIC: tuple[Field, ...] = tuple(HeaderTable.STATIC_TABLE)
_FIELD_COST = 32
_TABLE = 4096
"""As large as we let the other side's table be: HTTP/2's own default, which we do not change."""
_LONGEST = 5
"""Octets of a number beyond its first: more would be no size of anything."""
_LARGEST = 64 * 1024
"""So many octets of fields, the cost of each included, and no more."""


class HeaderDecoder:
    """Takes the place of h2's decoder on one connection."""

    def __init__(self) -> None:
        self._table: deque[Field] = deque()
        """What the other side has had us keep, the newest first."""
        self._used = 0
        self._size = _TABLE

    def decode(self, block: bytes) -> list[Field]:
        """The fields of a block, in order. Raises HPACKDecodingError; the connection is then lost.

        Blocks must come in the order in which they arrived.
        """
        try:
            return self._decode(block)
        except IndexError:
            raise HPACKDecodingError("the block ends too early") from None

    def _decode(self, block: bytes) -> list[Field]:
        fields: list[Field] = []
        at, end, total = 0, len(block), 0
        while at < end:
            octet = block[at]
            if octet & 0x80:
                index, at = _integer(block, at, 0x7F)
                field = self._field(index)
            elif octet & 0x60 == 0x20:
                size, at = _integer(block, at, 0x1F)
                self._resize(size, first=not fields)
                continue
            else:
                index, at = _integer(block, at, 0x3F if octet & 0x40 else 0x0F)
                if index:
                    name = self._field(index)[0]
                else:
                    name, at = _text(block, at)
                value, at = _text(block, at)
                field = (name, value)
                if octet & 0x40:
                    self._add(field)
            total += len(field[0]) + len(field[1]) + _FIELD_COST
            if total > _LARGEST:
                raise HPACKDecodingError("the fields are too large")
            fields.append(field)
        return fields

    def _field(self, index: int) -> Field:
        if 0 < index <= len(_STATIC):
            return _STATIC[index - 1]
        if len(_STATIC) < index <= len(_STATIC) + len(self._table):
            return self._table[index - len(_STATIC) - 1]
        raise HPACKDecodingError(f"there is no field {index}")

    def _add(self, field: Field) -> None:
        self._table.appendleft(field)
        self._used += _cost(field)
        self._shrink()

    def _resize(self, size: int, *, first: bool) -> None:
        if size > _TABLE or not first:
            raise HPACKDecodingError("the table may not be resized so")
        self._size = size
        self._shrink()

    def _shrink(self) -> None:
        while self._used > self._size:
            self._used -= _cost(self._table.pop())


def _cost(field: Field) -> int:
    return len(field[0]) + len(field[1]) + _FIELD_COST


def _integer(block: bytes, at: int, most: int) -> tuple[int, int]:
    """The number that begins in the low bits of an octet, and where it ends (RFC 7541 5.1)."""
    value = block[at] & most
    at += 1
    if value < most:
        return value, at
    for shift in range(0, 7 * _LONGEST, 7):
        octet = block[at]
        at += 1
        value += (octet & 0x7F) << shift
        if octet < 0x80:
            return value, at
    raise HPACKDecodingError("a number is too long")


def _text(block: bytes, at: int) -> tuple[bytes, int]:
    """The octets of a name or value, and where they end (RFC 7541 5.2)."""
    coded = block[at] & 0x80
    length, at = _integer(block, at, 0x7F)
    end = at + length
    if end > len(block):
        raise IndexError
    text = block[at:end]
    return _decoded(text) if coded else text, end


_Step = tuple[int, int, bytes]
_steps: dict[int, _Step] = {}
"""What an octet does in a state of the Huffman code: the next state, its flags, what comes out."""


def _decoded(text: bytes) -> bytes:
    """Huffman code, octet by octet; hpack's own way goes by halves of one, three times as long."""
    state, flags, out = 0, HUFFMAN_COMPLETE, []
    for octet in text:
        at = state << 8 | octet
        step = _steps.get(at)
        if step is None:
            step = _steps[at] = _step(state, octet)
        state, flags, symbols = step
        out.append(symbols)
    if not flags & HUFFMAN_COMPLETE:
        raise HPACKDecodingError("a text of Huffman code has no end")
    return b"".join(out)


def _step(state: int, octet: int) -> _Step:
    symbols = bytearray()
    flags = 0
    for half in (octet >> 4, octet & 0x0F):
        state, flags, symbol = HUFFMAN_TABLE[state * 16 + half]
        if flags & HUFFMAN_FAIL:
            raise HPACKDecodingError("a text is no Huffman code")
        if flags & HUFFMAN_EMIT_SYMBOL:
            symbols.append(symbol)
    return state, flags, bytes(symbols)
