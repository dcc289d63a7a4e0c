"""Tokens that this server makes, and its keyed hashes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.auth.keys import Keys, hash_token, make_token, token_kind

SECRET = "a server secret of thirty-two bytes or more"
anything = st.text(st.characters(exclude_categories=()), max_size=20)


def test_a_token_tells_its_kind_and_its_like_is_never_made_again() -> None:
    personal, session = make_token("personal"), make_token("session")
    assert re.fullmatch(r"pbx_[0-9A-Za-z]{36}", personal)
    assert re.fullmatch(r"pbs_[0-9A-Za-z]{36}", session)
    assert (token_kind(personal), token_kind(session)) == ("personal", "session")
    assert len({make_token("personal") for _ in range(500)}) == 500


def test_a_known_token_stays_whole_for_ever() -> None:
    assert token_kind("pbx_" + "0" * 30 + "0O22rD") == "personal"
    assert hash_token("pbx_x") == (
        "4f8f70616c1a63fd17f010d09d6d8ad83696feae5e28a5189fda92646c4fa356"
    )


@given(st.integers(0, 39), st.sampled_from("0123ABCxyz"))
def test_a_mistyped_token_is_known_without_the_database(place: int, char: str) -> None:
    token = make_token("personal")
    typed = token[:place] + char + token[place + 1 :]
    assert (token_kind(typed) is None) == (typed != token)


@pytest.mark.parametrize("cut", [0, 3, 4, 20, 39])
def test_a_cut_or_long_token_is_none(cut: int) -> None:
    token = make_token("session")
    assert token_kind(token[:cut]) is None
    assert token_kind(token + "x") is None
    assert token_kind("pbx_" + token[4:]) is None  # the checksum covers the kind


@given(anything)
def test_any_text_has_a_kind_or_none_and_a_hash(text: str) -> None:
    assert token_kind(text) is None
    assert re.fullmatch(r"[0-9a-f]{64}", hash_token(text))


@given(st.lists(anything, min_size=3, max_size=3), st.lists(anything, min_size=3, max_size=3))
def test_two_senders_or_client_ids_never_share_a_key(one: list[str], other: list[str]) -> None:
    keys = Keys(SECRET)
    assert (keys.client_key(*one) == keys.client_key(*other)) == (one == other)
    assert re.fullmatch(r"[0-9a-f]{32}", keys.client_key(*one))


def test_parts_do_not_run_into_each_other_and_purposes_do_not_meet() -> None:
    keys = Keys(SECRET)
    assert keys.client_key("agent", "ab", "c") != keys.client_key("agent", "a", "bc")
    assert keys.client_key("a", "b", "c") != keys.body_key("a", ("b", "c"))
    assert keys.body_key("a", ("b", "c")) != keys.body_key("a", ("bc",))
    assert keys.body_key("é") != keys.body_key("e\u0301")  # the text as it was sent
    assert keys.body_key("\ud800") != keys.body_key("?")


def test_another_secret_makes_other_hashes_and_the_same_one_the_same() -> None:
    one = Keys(SECRET).client_key("customer", "ana", "m-1")
    assert one == Keys(SECRET.encode()).client_key("customer", "ana", "m-1")
    assert one != Keys(SECRET + "!").client_key("customer", "ana", "m-1")
    keys = Keys(SECRET)
    for _ in range(2):  # and for ever: what was sent years ago is known by these
        assert keys.client_key("customer", "ana", "m-1") == "605b67c35956070e2f0b9cfa1878ca7b"
        assert keys.body_key("Hello", ("upload",)) == "5305dd74c13c1ce3cf7c9450102c5aea"
    with pytest.raises(ValueError, match="32 bytes"):
        Keys("short")
