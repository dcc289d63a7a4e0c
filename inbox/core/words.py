"""A text as the words by which it is found, the same on every engine.

Chinese, Japanese, Korean, Thai and their kin write words without spaces between (or, as Korean,
join endings to them), so a run of such letters becomes its overlapping pairs, and its last letter
alone: 取消订单 is 取消 消订 订单 单. Then any word of two letters or more is found inside any
sentence, without a dictionary, and a single letter by prefix.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

import msgspec

LONGEST_WORD = 64
LONGEST_QUERY = 200
MOST_TERMS = 32
SNIPPET = 160

_ASCII = "".join(char if (char := chr(code)).isalnum() else " " for code in range(128)).lower()
"""What each ASCII character is in a word: itself without case, or a space between words."""
_ACCENT = re.compile(  # Latin, Greek, Cyrillic accents; Hebrew points; Arabic vowels and tatweel;
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670"
    "\ufe00-\ufe0f]"  # and what chooses between forms of an emoji
)
_SPACES = re.compile(r"\s+")
_UNSPACED = (  # scripts written without spaces between words, and Hangul
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul jamo
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # 々〆〇
    (0x3040, 0x30FF),  # kana
    (0x3100, 0x312F),  # Bopomofo
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),  # Hangul syllables
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


class Term(msgspec.Struct, frozen=True):
    """One word of a query; `prefix` where longer words that begin with it match too."""

    word: str
    prefix: bool


def words(text: str) -> tuple[str, ...]:
    """The distinct words of a text, in order: without case, accents, marks or signs."""
    return tuple(dict.fromkeys(_each(text)))


def terms(query: str) -> tuple[Term, ...]:
    """The words to look for, at most 32; none where the query has no letter or digit.

    The last is still being typed, so it matches as a prefix; so does a lone letter of an unspaced
    script wherever it stands, but not a lone letter of others: too much begins with `a`.
    """
    found = words(query)[:MOST_TERMS]
    return tuple(
        Term(word, _may_go_on(word, last=place == len(found)))
        for place, word in enumerate(found, start=1)
        if not _is_shadow(word, found)
    )


def snippet(body: str, looked_for: tuple[Term, ...]) -> str:
    """The stretch of a text around the first word that was looked for, on one line."""
    line = _SPACES.sub(" ", body).strip()
    if len(line) <= SNIPPET:
        return line
    folded = line.casefold()
    places = [at for term in looked_for if (at := folded.find(term.word)) >= 0]
    start = max(0, min(places, default=0) - SNIPPET // 3)
    start = min(start, len(line) - SNIPPET)
    cut = line[start : start + SNIPPET].strip()
    return f"{'…' if start else ''}{cut}{'…' if start + SNIPPET < len(line) else ''}"


def _may_go_on(word: str, *, last: bool) -> bool:
    return len(word) == 1 if _is_unspaced(word) else last and len(word) > 1


def _is_shadow(word: str, found: tuple[str, ...]) -> bool:
    """Whether it is the lone last letter of a run whose last pair is looked for already."""
    return (
        len(word) == 1
        and _is_unspaced(word)
        and any(len(other) > 1 and other.endswith(word) and _is_unspaced(other) for other in found)
    )


def _is_unspaced(word: str) -> bool:
    return _kind(word[0]) == "unspaced"


def _each(text: str) -> list[str]:
    if text.isascii():
        return _each_ascii(text)
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = _ACCENT.sub("", unicodedata.normalize("NFD", plain))
    found: list[str] = []
    run = ""
    kind: Literal["none", "spaced", "unspaced", "mark"] = "none"
    for char in f"{unicodedata.normalize('NFC', plain)} ":
        now = _kind(char)
        if now == "mark":
            now = kind
        if now != kind and run:
            found += _pairs(run) if kind == "unspaced" else [run[:LONGEST_WORD]]
            run = ""
        if now != "none":
            run += char
        kind = now
    return found


def _each_ascii(text: str) -> list[str]:
    """As `_each`, quicker: most texts are ASCII, and it is done for every message."""
    found = text.translate(_ASCII).split()
    longest = max(map(len, found), default=0)
    return found if longest <= LONGEST_WORD else [word[:LONGEST_WORD] for word in found]


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run))]


@lru_cache(maxsize=8192)
def _kind(char: str) -> Literal["none", "spaced", "unspaced", "mark"]:
    """What a character is in a word; a mark goes with the letter before it."""
    code, category = ord(char), unicodedata.category(char)[0]
    if category == "M":
        return "mark"
    if category not in "LN":
        return "none"
    if any(first <= code <= last for first, last in _UNSPACED):
        return "unspaced"
    return "spaced"
