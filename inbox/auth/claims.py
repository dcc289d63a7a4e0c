"""What a customer's token may say of its customer, and in which form.

The same forms hold wherever such a datum comes in, also by import. Every check returns the datum as
it is stored and raises ValueError with a reason that begins with a verb: "must be …".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo

from inbox.core.errors import BadRequest
from inbox.core.text import clean_line

_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,12}){0,4}")
_TIME_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,7}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_MARKS = str.maketrans("", "", " \u00a0-.()")
_ATTRIBUTE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_ATTRIBUTES = 32

Attributes = tuple[tuple[str, str], ...]
"""Names and values, sorted by name."""


def check_customer_id(raw: str) -> str:
    """A customer's id (`sub`): 1 to 128 printable characters without spaces at the ends."""
    if not 1 <= len(raw) <= 128:
        raise ValueError("must have 1 to 128 characters")
    if not raw.isprintable() or raw != raw.strip():
        raise ValueError("must be printable characters without spaces at the ends")
    return raw


def check_name(raw: str) -> str:
    """A customer's name: one line of at most 120 characters."""
    return _line(raw, limit=120)


def check_region(raw: str) -> str:
    """A region by ISO 3166-2, or longer: `US`, `US-WA`, `US-WA-SEA`."""
    if not _REGION.fullmatch(raw):
        raise ValueError("must be a region as US-WA or US-WA-SEA, in upper case")
    return raw


@lru_cache(maxsize=1024)
def check_time_zone(raw: str) -> str:
    """A time zone by its IANA name: `America/Los_Angeles`."""
    wrong = ValueError("must be an IANA time zone, as America/Los_Angeles")
    if len(raw) > 64 or not _TIME_ZONE.fullmatch(raw):
        raise wrong
    try:
        return ZoneInfo(raw).key
    except (ValueError, OSError, KeyError):  # no such name, or the name of a folder
        raise wrong from None


def check_locale(raw: str) -> str:
    """A language tag by BCP 47, `es-US`; Java's `es_US` is understood."""
    tag = raw.replace("_", "-")
    if len(tag) > 35 or not _LOCALE.fullmatch(tag):
        raise ValueError("must be a language tag as en or es-US")
    return tag


def check_phone(raw: str) -> str:
    """A telephone number by E.164, `+12065550100`; spaces, dashes, dots and brackets go."""
    number = raw.translate(_PHONE_MARKS)
    if not _PHONE.fullmatch(number):
        raise ValueError("must be an international telephone number, as +12065550100")
    return number


def check_attributes(raw: Mapping[str, str]) -> Attributes:
    """What else the company knows: at most 32 short names, each with at most 500 characters."""
    if len(raw) > _ATTRIBUTES:
        raise ValueError(f"must be at most {_ATTRIBUTES} attributes")
    pairs = []
    for name, value in sorted(raw.items()):
        if not _ATTRIBUTE.fullmatch(name):
            raise ValueError("must have names of 1 to 64 letters, digits and _ . : -")
        pairs.append((name, _line(value, limit=500, empty=True)))
    return tuple(pairs)


CHECKS: dict[str, Callable[[str], str]] = {
    "name": check_name,
    "region": check_region,
    "time_zone": check_time_zone,
    "locale": check_locale,
    "phone": check_phone,
}
"""Each optional claim that is a text, and its check."""


def _line(raw: str, *, limit: int, empty: bool = False) -> str:
    try:
        return clean_line(raw, path="", limit=limit, empty=empty)
    except BadRequest as error:
        raise ValueError(error.errors[0].message) from None
