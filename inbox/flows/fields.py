"""Checks of single fields as admins send them: a wrong one is a BadRequest that names it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from inbox.core.errors import BadRequest
from inbox.core.instant import to_ms


def checked(path: str, check: Callable[[str], str], value: str) -> str:
    """The field as it is stored; a check's ValueError becomes a BadRequest on `path`."""
    try:
        return check(value)
    except ValueError as error:
        raise BadRequest.field(path, str(error)) from None


def read_until(text: str) -> int:
    """An end as Unix ms; BadRequest on `until` for what is no RFC 3339 time."""
    try:
        return to_ms(text)
    except (ValueError, OverflowError) as error:
        raise BadRequest.field("until", str(error)) from None


def check_url(raw: str) -> str:
    """An address of a picture that browsers and apps may load: https, or a path on this server."""
    if len(raw) > 2_000 or not raw.isprintable() or " " in raw:
        raise ValueError("must be an address of at most 2,000 characters")
    # Browsers read `\` as `/`, and what begins with two of them is another host's (URL standard).
    elsewhere = "\\" in raw or raw.startswith("//")
    parts = urlsplit(raw)
    named = parts.hostname and "@" not in parts.netloc
    if parts.scheme == "https" and named and not elsewhere:
        return raw
    if not elsewhere and raw.startswith("/"):
        return raw
    raise ValueError("must be an https address, or a path on this server")
