"""The header block of a push (HPACK, RFC 7541), written as Apple asks.

Apple's table of headers is small. So `:path` and `authorization` are never indexed,
the three that change with each push are indexed once, for their names, and the rest always. The
block of what is always the same is then a handful of bytes, kept ready. Nothing is Huffman coded:
it would cost more time here than bytes on the wire.
"""

from __future__ import annotations

from collections.abc import Iterable

from hpack.table import HeaderTable

NEVER = frozenset({b":path", b"authorization"})
"""Each device has its own, or they are secrets: no table may hold them (RFC 7541 7.1.3)."""
ONCE = frozenset({b"apns-id", b"apns-expiration", b"apns-collapse-id"})
_INDEXED, _INDEXING, _WITHOUT, _NEVER, _RESIZE = 0x80, 0x40, 0x00, 0x10, 0x20
_STATIC = len(HeaderTable.STATIC_TABLE)
_FIELD_COST = 32
_MOST = 4096
_KEPT = 1024

Field = tuple[bytes, bytes]


class HeaderEncoder:
    """Takes the place of h2's encoder on one connection."""

    def __init__(self) -> None:
        self._size = _MOST
        self._used = 0
        self._table: dict[Field, int] = {}
        """What the other side holds, with the order in which it was put there."""
        self._names: dict[bytes, int] = {}
        self._written: dict[Field, bytes] = {}
        """Fields that need no table, or are in it, as they are written; good until it grows."""
        self._leads: dict[bytes, bytes] = {}
        """How a field begins that is another with each push, by its name; likewise."""
        self._resized = False

    @property
    def header_table_size(self) -> int:
        """How large the other side lets its table be; h2 sets it from SETTINGS."""
        return self._size

    @header_table_size.setter
    def header_table_size(self, size: int) -> None:
        if min(size, _MOST) == self._size:
            return
        # Empty it and begin again: that happens once, at the start, if at all.
        self._size = min(size, _MOST)
        self._used = 0
        self._table.clear()
        self._names.clear()
        self._forget_written()
        self._resized = True

    def encode(self, headers: Iterable[Field]) -> bytes:
        """The block for these fields, which begin with the pseudo-headers."""
        block = [self._resizing()] if self._resized else []
        written, leads = self._written, self._leads
        for field in headers:
            if (text := written.get(field)) is not None:
                block.append(text)
            elif (lead := leads.get(field[0])) is not None and len(field[1]) < len(_LENGTHS):
                block += (lead, _LENGTHS[len(field[1])], field[1])
            else:
                block.append(self._write(field))
        return b"".join(block)

    def _resizing(self) -> bytes:
        self._resized = False
        return bytes([_RESIZE]) + _integer(self._size, 5, _RESIZE)

    def _write(self, field: Field) -> bytes:
        name, value = field
        if name in NEVER:
            text = _literal(_NEVER, 4, self._name_index(name), name, value)
            if name == b"authorization":
                return self._keep(field, text)
            self._leads[name] = _lead(_NEVER, 4, self._name_index(name), name)
            return text
        if (index := self._index(field)) is not None:
            return self._keep(field, _integer(index, 7, _INDEXED))
        index = self._name_index(name)
        if name in ONCE and name in self._names:
            self._leads[name] = _lead(_WITHOUT, 4, index, name)
            return _literal(_WITHOUT, 4, index, name, value)
        if not self._add(field):
            return _literal(_WITHOUT, 4, index, name, value)
        return _literal(_INDEXING, 6, index, name, value)

    def _keep(self, field: Field, text: bytes) -> bytes:
        if len(self._written) >= _KEPT:
            self._written.clear()
        self._written[field] = text
        return text

    def _index(self, field: Field) -> int | None:
        if field in self._table:
            return _STATIC + len(self._table) - self._table[field]
        static = HeaderTable.STATIC_TABLE_MAPPING.get(field[0])
        return None if static is None else static[1].get(field[1])

    def _name_index(self, name: bytes) -> int:
        if name in self._names:
            return _STATIC + len(self._table) - self._names[name]
        static = HeaderTable.STATIC_TABLE_MAPPING.get(name)
        return 0 if static is None else static[0]

    def _add(self, field: Field) -> bool:
        """Whether there is room for it; nothing is ever pushed out."""
        cost = len(field[0]) + len(field[1]) + _FIELD_COST
        if self._used + cost > self._size:
            return False
        self._used += cost
        self._table[field] = self._names[field[0]] = len(self._table)
        self._forget_written()  # every index is another now
        return True

    def _forget_written(self) -> None:
        self._written.clear()
        self._leads.clear()


def _literal(kind: int, bits: int, index: int, name: bytes, value: bytes) -> bytes:
    return _lead(kind, bits, index, name) + _integer(len(value), 7, 0) + value


def _lead(kind: int, bits: int, index: int, name: bytes) -> bytes:
    begin = _integer(index, bits, kind)
    return begin if index else begin + _integer(len(name), 7, 0) + name


def _integer(value: int, bits: int, flags: int) -> bytes:
    """RFC 7541 5.1."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([flags | value])
    octets = bytearray([flags | most])
    value -= most
    while value >= 0x80:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)


_LENGTHS = tuple(_integer(length, 7, 0) for length in range(127))
"""Of short values, as they are written."""
