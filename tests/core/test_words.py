"""Texts as the words by which they are found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.words import LONGEST_WORD, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello, hello WORLD!", ("hello", "world")),
        ("don't\tstop\x00now_5", ("don", "t", "stop", "now", "5")),
        ("a" * 70, ("a" * LONGEST_WORD,)),
        ("?!", ()),
        ("", ()),
        ("Crème brûlée", ("creme", "brulee")),
        ("取消订单", ("取消", "消订", "订单", "单")),
    ],
)
def test_words(text: str, found: tuple[str, ...]) -> None:
    assert words(text) == found


@given(st.text(st.characters(max_codepoint=127)) | st.text("aB9 ", min_size=60, max_size=90))
def test_the_quick_way_of_plain_texts_finds_what_the_other_finds(text: str) -> None:
    assert words(text) == words(f"{text} …–")
