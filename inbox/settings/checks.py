"""What type and range cannot say of a setting. A check raises ValueError, and shows no secret."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

SECRET_BYTES = 32


def secret(text: str) -> None:
    """At least 32 bytes, or nothing."""
    if text and len(text.encode()) < SECRET_BYTES:
        raise ValueError(f"a secret needs at least {SECRET_BYTES} bytes")


def host(text: str) -> None:
    """Something: an empty one would mean every address of this machine."""
    if not text.strip():
        raise ValueError("expected an address or a name; every address is 0.0.0.0 or ::")


def database(text: str) -> None:
    """A PostgreSQL URL, or nothing."""
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("expected postgresql://…, or nothing for SQLite in the data folder")


def origin(text: str) -> None:
    """Scheme, host and port as browsers write them, and nothing that could end a header's value."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    bare = f"{parts.scheme}://{parts.netloc}"
    known = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    if not known or text != bare.lower() or re.search(r"[\s;,'\"*]", text):
        raise ValueError(f"{text!r} is not an origin such as https://care.example.com")


def public_url(text: str) -> None:
    """An origin, or nothing."""
    if text:
        origin(text)


def origins(texts: tuple[str, ...]) -> None:
    """Origins, each."""
    for text in texts:
        origin(text)


def frame_ancestors(texts: tuple[str, ...]) -> None:
    """Origins, or the word `'self'` with its quotes."""
    origins(tuple(text for text in texts if text != "'self'"))


def jwks_url(text: str) -> None:
    """TLS, unless it is this machine."""
    parts = urlsplit(text)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if text and not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        raise ValueError(
            "expected https://…: whoever changes the keys on the way signs in as anyone"
        )


def networks(texts: tuple[str, ...]) -> None:
    """Networks in CIDR notation."""
    for text in texts:
        ipaddress.ip_network(text)


def patterns(texts: tuple[str, ...]) -> None:
    """Regular expressions, none of which matches an empty text."""
    for text in texts:
        try:
            pattern = re.compile(text)
        except re.error as error:
            raise ValueError(f"{text!r} is not a regular expression: {error}") from None
        if pattern.search(""):
            raise ValueError(f"{text!r} matches an empty text, so it would mask everything")
