"""Rows by position become frozen structs; booleans become booleans on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, get_type_hints

import msgspec

from inbox.core.errors import Internal
from inbox.store.engine import Row

S = TypeVar("S", bound=msgspec.Struct)


def reader(cls: type[S]) -> Callable[[Row], S]:
    """Make the function that reads a struct from the first columns of a row, in field order."""
    names = cls.__struct_fields__
    hints = get_type_hints(cls)
    width = len(names)
    booleans = tuple(place for place, name in enumerate(names) if hints[name] is bool)

    def read(row: Row) -> S:
        values = list(row[:width])
        for place in booleans:
            values[place] = bool(values[place])
        return cls(*values)

    return read


def sure(row: Row | None) -> Row:
    """A row that must be there, since this transaction made or locked it; Internal otherwise."""
    if row is None:
        raise Internal
    return row
