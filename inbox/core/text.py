"""What people write, made safe to store: valid, normal, bounded, and without card numbers.

A message is kept as it was written wherever that does no harm. It is refused only for what the
contract names (too long, empty, control characters, broken Unicode), never for an invisible
character that a keyboard put there: joiners, variation selectors and direction marks belong to
emoji and to Arabic and Hebrew. Whoever shows a text isolates its direction.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import accumulate

from inbox.core.errors import BadRequest

BODY_LIMIT = 4_000
_LINE_ENDS = re.compile(r"\r\n?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # C0 but tab and newline, DEL, C1
_LINE_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_INVISIBLE = (  # Unicode's Default_Ignorable_Code_Point: a text of these alone is empty
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff"
)
_VISIBLE = re.compile(rf"[^\s{_INVISIBLE}]")
_MARKS = 30  # on one letter, as in the Stream-Safe Text Format of UAX 15
_CLIENT_ID = re.compile(r"[\x20-\x7e]{1,64}")


def clean_body(
    raw: str, *, limit: int = BODY_LIMIT, path: str = "body", empty: bool = False
) -> str:
    """Make a message's text fit to store: NFC, with newline as its only line end.

    Refuses, as BadRequest on `path`: lone surrogates, control characters (C0, DEL, C1) but newline
    and tab, more than 30 combining marks in a row, nothing visible, more than `limit` characters
    (code points) after NFC. Spaces at the ends stay. Cleaning twice changes nothing. With `empty`,
    a text with nothing visible becomes the empty text.
    """
    if len(raw) > 4 * limit:  # NFC shortens to a quarter at most: no need to look further
        raise BadRequest.field(path, f"is longer than {limit} characters")
    text = raw if "\r" not in raw else _LINE_ENDS.sub("\n", raw)
    text = _normal(text, path=path)
    if _CONTROL.search(text):
        raise BadRequest.field(path, "has a control character other than newline and tab")
    if len(text) > limit:
        raise BadRequest.field(path, f"is longer than {limit} characters")
    if not _VISIBLE.search(text):
        if empty:
            return ""
        raise BadRequest.field(path, "has no visible character")
    return text


def clean_line(raw: str, *, path: str, limit: int, empty: bool = False) -> str:
    """Make a name, reason or other text of one line fit to store: NFC, no spaces at its ends.

    Refuses what `clean_body` refuses, and tabs and line ends. With `empty`, a text with nothing
    visible becomes the empty text.
    """
    if len(raw) > 4 * limit:
        raise BadRequest.field(path, f"is longer than {limit} characters")
    text = _normal(raw, path=path).strip()
    if _LINE_CONTROL.search(text):
        raise BadRequest.field(path, "has a line end, tab or other control character")
    if len(text) > limit:
        raise BadRequest.field(path, f"is longer than {limit} characters")
    if not _VISIBLE.search(text):
        if empty:
            return ""
        raise BadRequest.field(path, "has no visible character")
    return text


def clean_client_id(raw: str, *, path: str = "client_id") -> str:
    """Check a sender's own id of a message: 1 to 64 printable ASCII characters."""
    if not _CLIENT_ID.fullmatch(raw):
        raise BadRequest.field(path, "must be 1 to 64 printable ASCII characters")
    return raw


def fold_name(name: str) -> str:
    """The form of a name under which people sign in: `ＢＯ  Li` and `bo li` are one.

    NFKC and case folding as in Unicode's `toNFKC_Casefold`, spaces joined. Folding twice changes
    nothing.
    """
    text = name
    for _ in range(3):  # folding can undo NFKC and the other way round; it settles by the third
        text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _normal(text: str, *, path: str) -> str:
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadRequest.field(path, "is not valid Unicode (half of a surrogate pair)") from None
    if _has_long_run_of_marks(text):  # makes normalising quadratic and screens unreadable
        raise BadRequest.field(path, f"has more than {_MARKS} combining marks in a row")
    return unicodedata.normalize("NFC", text)


def _has_long_run_of_marks(text: str) -> bool:
    if not any(map(unicodedata.combining, text[_MARKS :: _MARKS + 1])):
        return False  # a longer run would hold one of these places
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > _MARKS:
            return True
    return False


# Card numbers. A number is looked for at the borders of groups of digits only, so a card is found
# beside its expiry date (`4111 1111 1111 1111 12/27`) and never inside a longer unbroken number.

_DIGIT = "\\d(?![\ufe0f\u20e3])"  # a digit that is part of a keycap emoji is no digit here
_BETWEEN = (  # spaces, dashes, and the marks that copying from a phone leaves between digits
    " \t\u00a0\u2000-\u200b\u200e\u200f\u202a-\u202f\u205f\u2060\u2066-\u2069\u3000\ufeff"
    "\u2010-\u2015\u2212\ufe58\ufe63\uff0d-"
)
_RUN = re.compile(rf"{_DIGIT}(?:[{_BETWEEN}]{{0,3}}{_DIGIT}){{12,}}")
_GROUP = re.compile(r"\d+")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # twice the digit, less 9 above 9
_FROM_16 = frozenset({16, 17, 18, 19})
_LENGTHS: dict[str, frozenset[int]] = {
    # Not here though they pass Luhn: IMEIs (15 digits, 35…, 86…, 99…) and SIM numbers (89…),
    # which customers of a carrier write every day and agents need whole.
    "4": frozenset({13, 16, 19}),  # Visa
    **{str(start): frozenset({16}) for start in range(51, 56)},  # Mastercard
    **{str(start): frozenset({16}) for start in range(22, 28)},  # Mir, Mastercard
    **dict.fromkeys(("50", "56", "57", "58"), _FROM_16),  # Maestro, Verve
    **dict.fromkeys(("34", "37"), frozenset({15})),  # American Express
    **dict.fromkeys(("30", "36", "38", "39"), _FROM_16 | {14}),  # Diners Club
    "35": _FROM_16,  # JCB
    "6": _FROM_16,  # Discover, UnionPay, Maestro, RuPay
    **dict.fromkeys(("81", "82"), frozenset({16})),  # RuPay
}


def mask(text: str, patterns: Iterable[re.Pattern[str]] = (), *, cards: bool = True) -> str:
    """Take card numbers out of a text (unless told not to), and what the patterns match.

    A card number is 13 to 19 digits, perhaps with spaces or dashes between, of a length that its
    first digits allow, with a right check digit (ISO/IEC 7812, Luhn); it becomes `•••• 1234`, with
    its last four. A pattern's match becomes `••••`. The text never grows. Linear time for cards
    whatever the text; a configured pattern costs what it costs.
    """
    masked = _RUN.sub(_mask_run, text) if cards else text
    for pattern in patterns:
        masked = pattern.sub(lambda found: "••••"[: len(found[0])], masked)
    return masked


def _mask_run(found: re.Match[str]) -> str:
    """Mask the cards in one run of digits and separators; overlapping finds go as one."""
    run = found[0]
    groups = [group.span() for group in _GROUP.finditer(run)]
    digits = [int(char) for char in run if char.isdecimal()]
    ends = list(accumulate(end - start for start, end in groups))
    starts = [0, *ends[:-1]]
    even, odd = _luhn_sums(digits)
    pieces: list[str] = []
    done = 0  # characters of the run written so far
    first = last = -1  # the groups of the find at hand
    for at, start in enumerate(starts):
        if last >= 0 and at > last:
            pieces += run[done : groups[first][0]], _hidden(digits[: ends[last]])
            done, first, last = groups[last][1], -1, -1
        lengths = _lengths(digits[start : start + 2])
        if not lengths:
            continue
        for until in range(at, min(at + 19, len(groups))):
            length = ends[until] - start
            if length > 19:
                break
            sums = even if ends[until] % 2 == 0 else odd
            if length in lengths and (sums[ends[until]] - sums[start]) % 10 == 0:
                first, last = at if last < 0 else first, max(last, until)
    if last >= 0:
        pieces += run[done : groups[first][0]], _hidden(digits[: ends[last]])
        done = groups[last][1]
    return "".join([*pieces, run[done:]])


def _hidden(digits: list[int]) -> str:
    return "•••• " + "".join(map(str, digits[-4:]))


def _lengths(first: list[int]) -> frozenset[int]:
    pair = "".join(map(str, first))
    return _LENGTHS.get(pair) or _LENGTHS.get(pair[:1]) or frozenset()


def _luhn_sums(digits: list[int]) -> tuple[list[int], list[int]]:
    """Running Luhn sums for numbers that end before an even, and an odd, place.

    With them any stretch of the digits is checked in one subtraction.
    """
    even = accumulate((_DOUBLED[d] if i % 2 == 0 else d for i, d in enumerate(digits)), initial=0)
    odd = accumulate((d if i % 2 == 0 else _DOUBLED[d] for i, d in enumerate(digits)), initial=0)
    return list(even), list(odd)
