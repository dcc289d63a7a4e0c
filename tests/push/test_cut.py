"""Text is cut to bytes of JSON, and never where it would become other text."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from push.cut import cut, fits

FAMILY = "👩‍👩‍👧"
FLAG = "🇩🇪"

texts = st.text() | st.text(alphabet='a"\\\n\x01é中👍🏽\u200d🇩🇪\u0301\ud800')


def size(text: str) -> int:
    return len(msgspec.json.encode(text)) - 2


@pytest.mark.parametrize(
    ("text", "room", "left"),
    [
        ("Hello", 5, "Hello"),
        ("Hello!", 5, "He…"),
        ("Hello", 2, ""),
        ("a b c d e f", 5, "a…"),  # no space before the ellipsis
        ("éé", 4, "éé"),
        ("ééé", 5, "é…"),
        ("中中中", 8, "中…"),
        ("e\u0301e\u0301e\u0301", 7, "e\u0301…"),
        ("e\u0301e\u0301e\u0301", 6, "e\u0301…"),
        ("👍🏽👍🏽", 11, "👍🏽…"),
        ("👍🏽👍🏽", 10, ""),  # half a thumb is no thumb
        (FAMILY * 2, size(FAMILY) + 3, FAMILY + "…"),
        (FAMILY * 2, size(FAMILY) + 17, FAMILY + "…"),
        (FLAG * 3, 16, FLAG + "…"),
        (FLAG * 3, 18, FLAG + "…"),
        (FLAG * 3, 19, FLAG * 2 + "…"),
        ('"""""', 9, '"""…'),
        ("\x01\x01\x01", 15, "\x01\x01…"),
        ("lone \ud800 half", 20, "lone ? half"),
        ("a" + "\u0301" * 90, 103, "a" + "\u0301" * 49 + "…"),  # a joke may be cut anywhere
    ],
)
def test_where_text_is_cut(text: str, room: int, left: str) -> None:
    assert cut(text, room) == left


@given(texts, st.integers(0, 200))
def test_what_is_left_fits_and_is_a_beginning(text: str, room: int) -> None:
    left = cut(text, room)
    assert size(left) <= room
    assert left.encode() or not left
    sound = text.encode("utf-8", "replace").decode()
    assert left == sound or sound.startswith(left[:-1])


@given(texts)
def test_what_fits_is_left_alone(text: str) -> None:
    sound = text.encode("utf-8", "replace").decode()
    assert cut(text, size(sound)) == sound


@given(texts.filter(lambda text: "\ud800" not in text), st.integers(0, 60))
def test_no_more_is_cut_than_needed(text: str, room: int) -> None:
    plain = "".join(char for char in text if char.isascii() and not char.isspace())
    left = cut(plain, room)
    if left != plain and left:
        longer = plain[: len(left)] + "…"
        assert size(longer) > room


def test_what_is_no_unicode_does_not_fit() -> None:
    assert fits("ab", 2)
    assert not fits("ab", 1)
    assert not fits("\udfff", 100)
