"""A decoder's complaint in plain words: its own speak of `int` and `str`, which are Python's."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_TYPE = re.compile(r"Expected `([^`]+)`(?:, got `\w+`)?")
_CHOICE = re.compile(r"Invalid (?:enum )?value ")
_LENGTH = re.compile(r"Expected `(str|array|object)` of length (>=|<=) (\d+)")
_RANGE = re.compile(r"Expected `(?:int|float)` (>=|<=|>|<) (-?[\d.]+)")
_UNITS = {"str": "characters", "array": "entries", "object": "members"}
_BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}


def say_plainly(message: str, *, allowed: Sequence[str] = ()) -> str:
    """What must be, where msgspec's words are known; else those words with a small beginning.

    `allowed`: the words of which one must stand there, where it is a choice.
    """
    if found := _TYPE.fullmatch(message):
        kinds = [_TYPES.get(kind, kind) for kind in found[1].split(" | ")]
        return f"must be {' or '.join(kinds)}"
    if found := _LENGTH.fullmatch(message):
        kind, bound, number = found.groups()
        if (bound, number) == (">=", "1"):
            return "must not be empty"
        return f"must have {_BOUNDS[bound]} {int(number):,} {_UNITS[kind]}"
    if found := _RANGE.fullmatch(message):
        return f"must be {_BOUNDS[found[1]]} {found[2]}"
    if message.startswith("Expected `str` matching regex"):
        return "does not have the form that is asked for here"
    if message == "Invalid RFC3339 encoded date":
        return "must be a date as 2026-12-24"
    if _CHOICE.match(message):
        return f"must be one of: {', '.join(allowed)}" if allowed else "is not allowed here"
    return message[:1].lower() + message[1:]
