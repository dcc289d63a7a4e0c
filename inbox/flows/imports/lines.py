"""One line of an import file, checked whole: a fault anywhere in it refuses the line.

A message alone is never left out of a line: what comes later would stand before it for ever, since
a log only grows at its end. The line is mended and imported again; the rest is known by then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal

import msgspec

from inbox.auth.claims import CHECKS, check_customer_id, check_name
from inbox.core.errors import BadRequest
from inbox.core.instant import to_ms
from inbox.core.misfit import misfit
from inbox.core.text import clean_body, clean_client_id, clean_line

LONGEST_LINE = 32 * 1024 * 1024
BRAND_LIMIT = 80
AHEAD_MS = 24 * 3_600_000
"""How far another machine's clock may be ahead of ours."""


class Fault(msgspec.Struct, frozen=True):
    """A line that was not imported, by its number in the file (from 1), and why."""

    line: int
    reason: str


class Said(msgspec.Struct, frozen=True):
    """One message of a line; `sent_at` in Unix ms, `place` in its line."""

    client_id: str
    author: Literal["customer", "agent"]
    name: str | None
    body: str
    sent_at: int
    place: int


class Profile(msgspec.Struct, frozen=True):
    """What a line tells of its customer."""

    name: str | None = None
    region: str | None = None
    time_zone: str | None = None
    locale: str | None = None


class Line(msgspec.Struct, frozen=True):
    """A line as it is imported; `team` is a key, none where the rules choose."""

    customer: str
    profile: Profile
    team: str | None
    brand: str | None
    messages: tuple[Said, ...]


class _Customer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    name: str | None = None
    region: str | None = None
    time_zone: str | None = None
    locale: str | None = None


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    client_id: str
    author: Literal["customer", "agent"]
    body: str
    sent_at: str
    name: str | None = None


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    customer: _Customer
    messages: list[_Message]
    team: str | None = None
    brand: str | None = None


_decoder = msgspec.json.Decoder(_Line)


def read_line(raw: bytes, *, teams: Collection[str], now: int) -> Line:
    """Read and check one line.

    Raises ValueError with a reason that names the field: wrong JSON, a field that is missing,
    unknown or of another form, an unknown team, text that a send would refuse (over 4,000
    characters, control characters), a time in the future.
    """
    if len(raw) > LONGEST_LINE:
        raise ValueError(f"longer than {LONGEST_LINE // 1024**2} MiB")
    try:
        line = _decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise ValueError(misfit(error, kind=_Line).detail) from None
    except msgspec.DecodeError as error:
        raise ValueError(f"not a JSON object: {error}") from None
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except RecursionError:
        raise ValueError("not a JSON object: nested too deep") from None
    if line.team is not None and line.team not in teams:
        raise ValueError(f"team: there is no team {line.team!r}")
    try:
        return Line(
            customer=_checked("customer.id", check_customer_id, line.customer.id),
            profile=Profile(**{name: _profile(line.customer, name) for name in _PROFILE}),
            team=line.team,
            brand=_brand(line.brand),
            messages=tuple(
                _said(message, place, now=now) for place, message in enumerate(line.messages)
            ),
        )
    except BadRequest as error:
        raise ValueError(error.detail) from None


_PROFILE = Profile.__struct_fields__


def _profile(customer: _Customer, name: str) -> str | None:
    value = getattr(customer, name)
    return None if value is None else _checked(f"customer.{name}", CHECKS[name], value)


def _brand(brand: str | None) -> str | None:
    return None if brand is None else clean_line(brand, path="brand", limit=BRAND_LIMIT)


def _said(message: _Message, place: int, *, now: int) -> Said:
    path = f"messages[{place}]"
    try:
        sent_at = to_ms(message.sent_at)
    except ValueError as error:
        raise ValueError(f"{path}.sent_at: {error}") from None
    if sent_at > now + AHEAD_MS:
        raise ValueError(f"{path}.sent_at: lies in the future")
    name = message.name
    return Said(
        client_id=clean_client_id(message.client_id, path=f"{path}.client_id"),
        author=message.author,
        name=None if name is None else _checked(f"{path}.name", check_name, name),
        body=clean_body(message.body, path=f"{path}.body"),
        sent_at=sent_at,
        place=place,
    )


def _checked(path: str, check: Callable[[str], str], value: str) -> str:
    try:
        return check(value)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
