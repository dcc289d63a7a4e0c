"""Which words may stand at a place of a struct, for telling somebody who wrote another there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import msgspec.inspect as kinds

_STEP = re.compile(r"\.([^.\[]+)|\[[^\]]*\]")


def choices(kind: Any, path: str) -> tuple[str, ...]:
    """What may stand at a place of this type, a to z; empty where it is no choice of words.

    `path` is as msgspec tells it: `$.author`, `$.streams[0].type`, `$.attributes[...]`. It does not
    tell which of several kinds it was, so those of all kinds are given.
    """
    at: Iterable[kinds.Type] = _kinds(kind)
    for step in _STEP.finditer(path):
        at = [one for before in at for below in _below(before, step[1]) for one in _flat(below)]
    words = {word for one in at if isinstance(one, kinds.LiteralType) for word in one.values}
    return tuple(sorted(str(word) for word in words if word is not None))


@cache
def _kinds(kind: Any) -> tuple[kinds.Type, ...]:
    return tuple(_flat(kinds.type_info(kind)))


def _flat(kind: kinds.Type) -> Iterator[kinds.Type]:
    if isinstance(kind, kinds.UnionType):
        for one in kind.types:
            yield from _flat(one)
    elif isinstance(kind, kinds.Metadata):
        yield from _flat(kind.type)
    else:
        yield kind


def _below(kind: kinds.Type, member: str | None) -> Iterator[kinds.Type]:
    """What stands in a struct's member, or without a name in a list or map."""
    if isinstance(kind, kinds.StructType) and member:
        if member == kind.tag_field and kind.tag is not None:
            yield kinds.LiteralType((str(kind.tag),))
        yield from (field.type for field in kind.fields if field.encode_name == member)
    elif isinstance(kind, kinds.CollectionType) and not member:
        yield kind.item_type
    elif isinstance(kind, kinds.DictType) and not member:
        yield kind.value_type
