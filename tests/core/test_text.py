"""Text: what is refused, what is kept as it was written, and what is masked."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.errors import BadRequest
from inbox.core.text import clean_body, clean_client_id, clean_line, fold_name, mask

FAMILY = "👩‍👩‍👧‍👦"
FLAG = "🇺🇸"
THUMB = "👍🏽"
RAINBOW = "🏳️‍🌈"
KEYCAPS = "4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣"
EMOJI = [FAMILY, FLAG, THUMB, RAINBOW, KEYCAPS, "❤️", "1️⃣"]


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        "two\nlines\tand a tab",
        "  indented, and a space at the end ",
        "日本語のメッセージ",
        "שלום \u2067עולם\u2069",
        "\u202eright to left\u202c",
        "می\u200cخواهم",
        *EMOJI,
        "x" * 4000,
        "👍" * 4000,
    ],
)
def test_a_body_is_kept_as_it_was_written(text: str) -> None:
    assert clean_body(text) == text


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "visible"),
        (" \n\t ", "visible"),
        ("\u200b\u2060\ufeff\u00a0", "visible"),
        ("\u200d\ufe0f", "visible"),
        ("nul\x00", "control"),
        ("bell\x07", "control"),
        ("escape\x1b[31m", "control"),
        ("vertical\x0btab", "control"),
        ("delete\x7f", "control"),
        ("next line\x85", "control"),
        ("csi\x9b31m", "control"),
        ("half \ud83d", "surrogate"),
        ("\udc4d", "surrogate"),
        ("x" * 4001, "longer than 4000"),
        ("é" * 4001, "longer than 4000"),
        ("\u0958" * 2001, "longer than 4000"),  # NFC makes two of each
        ("x" * 16_001, "longer than 4000"),
        ("a" + "\u0301" * 31, "combining marks"),
        ("\u0301" * 31, "combining marks"),
        ("a" * 20 + "\u0323\u0301" * 7000, "combining marks"),
    ],
)
def test_a_body_that_is_refused_says_why(raw: str, why: str) -> None:
    with pytest.raises(BadRequest, match=why) as caught:
        clean_body(raw, path="message.body")
    assert [error.path for error in caught.value.errors] == ["message.body"]


def test_a_body_is_normal_with_one_kind_of_line_end() -> None:
    assert clean_body("e\u0301\r\nb\rc\n") == "é\nb\nc\n"
    assert clean_body("e\u0301" * 4000) == "é" * 4000  # the limit counts what is stored
    assert clean_body("a\r\n" * 2000) == "a\n" * 2000


def test_thirty_marks_are_a_letter_and_thirty_one_are_not() -> None:
    for before in range(40):
        clean_body("x" * before + "a" + "\u0323" * 30 + "b" + "\u0323" * 30)
        with pytest.raises(BadRequest):
            clean_body("x" * before + "a" + "\u0323" * 31)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_a_cleaned_body_is_always_safe_to_store_and_cleaning_again_changes_nothing(
    raw: str,
) -> None:
    try:
        text = clean_body(raw, limit=40)
    except BadRequest:
        return
    text.encode()
    assert unicodedata.is_normalized("NFC", text)
    assert 1 <= len(text) <= 40
    assert not [c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert clean_body(text, limit=40) == text


def test_hostile_marks_cost_no_time() -> None:
    begun = time.perf_counter()
    for _ in range(20):
        with pytest.raises(BadRequest):
            clean_body("a" + "\u0301\u0323" * 7999)
    assert time.perf_counter() - begun < 1  # normalising one of them takes 0.15 s


@pytest.mark.parametrize("raw", ["two\nlines", "a\tb", "a\x00", "a\u2028b", "", "  ", "x" * 21])
def test_a_line_that_is_refused(raw: str) -> None:
    with pytest.raises(BadRequest):
        clean_line(raw, path="name", limit=20)


def test_a_line_loses_the_spaces_at_its_ends() -> None:
    assert clean_line("  Ana Li\u0301 ", path="name", limit=20) == "Ana Lí"
    assert clean_line(" \u200b ", path="name", limit=20, empty=True) == ""


@pytest.mark.parametrize("raw", ["", "x" * 65, "a\n", "é", "a\x7f", "\ud800"])
def test_a_client_id_that_is_refused(raw: str) -> None:
    with pytest.raises(BadRequest, match="client_id"):
        clean_client_id(raw)


def test_any_printable_ascii_is_a_client_id() -> None:
    every = "".join(map(chr, range(0x20, 0x7F)))
    assert clean_client_id(every[:64]) + clean_client_id(every[64:]) == every


def test_names_for_sign_in_are_folded() -> None:
    assert fold_name("  ＢＯ \u00a0 Li ") == "bo li" == fold_name("bo li")
    assert fold_name("Straße") == fold_name("STRASSE")


@given(st.text())
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)


CARDS = {
    "4111111111111111": "Visa",
    "4222222222222": "Visa of 13",
    "4000000000000000006": "Visa of 19",
    "5105105105105100": "Mastercard",
    "2223003122003222": "Mastercard, 2-series",
    "378282246310005": "American Express",
    "30569309025904": "Diners Club",
    "38520000023237": "Diners Club",
    "6011111111111117": "Discover",
    "3530111333300000": "JCB",
    "6200000000000005": "UnionPay",
    "6759649826438453": "Maestro",
}


@pytest.mark.parametrize("card", CARDS, ids=CARDS.values())
@pytest.mark.parametrize("between", ["", " ", "-", " - ", "\u00a0", "\u2011"])
def test_cards_are_masked_however_they_are_written(card: str, between: str) -> None:
    groups = [card[i : i + 4] for i in range(0, len(card), 4)]
    written = between.join(groups)
    assert mask(f"my card is {written}, ok?") == f"my card is •••• {card[-4:]}, ok?"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("4111 1111 1111 1111 12/27 123", "•••• 1111 12/27 123"),
        ("3 cards 4111111111111111 5105105105105100", "3 cards •••• 1111 •••• 5100"),
        ("call 206-555-0100 4111-1111-1111-1111", "call 206-555-0100 •••• 1111"),
        ("３７８２８２２４６３１０００５", "•••• 0005"),
        ("\u206841111111\u206911111111", "\u2068•••• 1111"),
        (f"{FAMILY}4111111111111111{THUMB}", f"{FAMILY}•••• 1111{THUMB}"),
        ("41111111111111111️⃣", "•••• 11111️⃣"),
        ("47258928 49177551 88332558", "•••• 2558"),  # both pairs pass: masked as one
        ("445 4134176695859 746", "•••• 9746"),  # one of 13 within one of 19
    ],
)
def test_a_card_is_found_beside_other_things(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # wrong check digit
        "41111111111111110000000",  # inside a longer number
        "0004111111111111111",
        "490154203237518",  # an IMEI
        "352099001761481",  # another, which passes Luhn and begins as a JCB card
        "8944500102198304826",  # a SIM card's number
        "+1 206 555 0100, +44 20 7946 0958",
        "2026-11-22T10:00:00.000Z 2026-11-23",
        "4111\n1111\n1111\n1111",
        *EMOJI,
    ],
)
def test_what_is_no_card_stays(text: str) -> None:
    assert mask(text) == text


def luhn(digits: str) -> bool:
    turned = [int(d) for d in reversed(digits)]
    return sum(turned[::2] + [sum(divmod(2 * d, 10)) for d in turned[1::2]]) % 10 == 0


@given(st.text("4123567890", min_size=13, max_size=19))
def test_an_unbroken_number_is_masked_only_if_luhn_allows(digits: str) -> None:
    masked = mask(digits)
    assert masked in {digits, f"•••• {digits[-4:]}"}
    if masked != digits:
        assert luhn(digits)
    elif digits[0] == "4" and len(digits) in {13, 16, 19}:
        assert not luhn(digits)


@given(st.lists(st.sampled_from([*EMOJI, *CARDS, "hi", " ", "12", "\n"]), min_size=1, max_size=12))
def test_masking_leaves_no_card_and_keeps_everything_else(parts: list[str]) -> None:
    masked = mask("|".join(parts)).split("|")
    assert masked == [f"•••• {part[-4:]}" if part in CARDS else part for part in parts]


@given(st.text("0123456789 -•", max_size=200))
def test_masking_never_grows_a_text(text: str) -> None:
    assert len(mask(text)) <= len(text)


@given(
    st.lists(st.sampled_from(["4", "41", "6", "22", " ", "-", "   ", "    "]), max_size=9),
)
def test_hostile_digits_cost_linear_time(parts: list[str]) -> None:
    unit = "".join(parts) or "4"
    text = (unit * 4000)[:4000]
    begun = time.process_time()
    mask(text)
    assert time.process_time() - begun < 0.5  # some 10 ms; anything quadratic takes seconds


def test_configured_patterns_are_masked_too_and_never_grow() -> None:
    patterns = [re.compile(r"\b\d{3}-\d{2}-\d{4}\b"), re.compile("pw"), re.compile("z*")]
    assert mask("ssn 123-45-6789, pw 4111111111111111", patterns) == "ssn ••••, •• •••• 1111"
