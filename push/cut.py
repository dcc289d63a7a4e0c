"""Shorten text to a number of bytes of JSON, between characters as people see them."""

from __future__ import annotations

import unicodedata

import msgspec

_JOINER = "\u200d"
_MARKS = {"Mn", "Mc", "Me"}
_LONGEST_CLUSTER = 32
"""Beyond this a pile of marks is somebody's joke and may be cut anywhere."""


def cut(text: str, size: int) -> str:
    """The text, or its longest beginning that takes `size` bytes in JSON with an ellipsis.

    Cut neither inside a character nor before what joins it: accents, skin tones, joined emoji, the
    second half of a flag. What is no valid Unicode is replaced. Empty where nothing fits.
    """
    sound = text if text.isascii() else text.encode("utf-8", "replace").decode()
    if fits(sound, size):
        return sound
    end, room = 0, size - len(_ELLIPSIS.encode())
    for char in sound:
        room -= _cost(char)
        if room < 0:
            break
        end += 1
    end = _boundary(sound, end)
    kept = sound[:end].rstrip()
    return kept + _ELLIPSIS if kept else ""


def fits(text: str, size: int) -> bool:
    """Whether the text takes no more than `size` bytes in JSON; what is no Unicode does not fit."""
    try:
        return len(msgspec.json.encode(text)) - 2 <= size
    except UnicodeEncodeError:
        return False


_ELLIPSIS = "…"


def _cost(char: str) -> int:
    if " " <= char < "\x80":
        return 2 if char in '"\\' else 1
    if char < " ":
        return 2 if char in "\b\t\n\f\r" else 6
    return 2 if char < "\u0800" else 3 if char < "\U00010000" else 4


def _boundary(text: str, end: int) -> int:
    """The nearest place at or before `end` where one character ends and another begins."""
    for place in range(end, max(0, end - _LONGEST_CLUSTER), -1):
        if not _joined(text, place):
            return place
    return end if end > _LONGEST_CLUSTER else 0


def _joined(text: str, place: int) -> bool:
    if place >= len(text):
        return False
    before, after = text[place - 1], text[place]
    if _JOINER in (before, after) or unicodedata.category(after) in _MARKS:
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True  # a skin tone; a tag of a region's flag
    if not _indicator(after):
        return False
    run = place
    while run and _indicator(text[run - 1]) and place - run < _LONGEST_CLUSTER:
        run -= 1
    return (place - run) % 2 == 1


def _indicator(char: str) -> bool:
    """A regional indicator: two of them make a flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"
