"""What type and range cannot say of a setting. A check raises ValueError, and shows no secret."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from urllib.parse import urlsplit

from inbox.core.filetypes import TYPES
from inbox.settings.push import ApnsApp, FcmProject

SECRET_BYTES = 32
VAPID_BYTES = 32
P256_ORDER = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551


def secret(text: str) -> None:
    """At least 32 bytes, or nothing."""
    if text and len(text.encode()) < SECRET_BYTES:
        raise ValueError(f"a secret needs at least {SECRET_BYTES} bytes")


def host(text: str) -> None:
    """Something: an empty one would mean every address of this machine."""
    if not text.strip():
        raise ValueError("expected an address or a name; every address is 0.0.0.0 or ::")


def something(text: str) -> None:
    """Not nothing."""
    _demand(text.strip(), "must not be empty")


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


def page(text: str) -> None:
    """An https address that browsers and apps may open, or nothing."""
    parts = urlsplit(text)
    if text and (parts.scheme != "https" or not parts.hostname or re.search(r"[\s<>\"']", text)):
        raise ValueError("expected an address such as https://help.example.com/start")


def token_page(text: str) -> None:
    """As `page`, or on this machine, for those who build one."""
    if urlsplit(text).hostname not in ("localhost", "127.0.0.1"):
        page(text)


def line(text: str) -> None:
    """One line that fits a window's title."""
    _demand(len(text) <= 80 and text.isprintable(), "expected one line of at most 80 characters")


def color(text: str) -> None:
    """As style sheets write it, in full."""
    _demand(re.fullmatch(r"#[0-9a-fA-F]{6}", text), "expected a colour such as #1c5fb8")


def own_photo(text: str) -> None:
    """A photo that was uploaded here, or nothing."""
    _demand(not text or re.fullmatch(r"/v1/photos/[\w-]+", text), "expected /v1/photos/…")


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


def upload_types(texts: tuple[str, ...]) -> None:
    """Types that are known by their first bytes, at least one."""
    _demand(texts, "names no type at all")
    for text in texts:
        _demand(text in TYPES, f"{text!r} is not one of {', '.join(TYPES)}")


def apns_apps(apps: tuple[ApnsApp, ...]) -> None:
    """Ids as Apple gives them, and no app twice in one environment."""
    places = set[tuple[str, str]]()
    for number, one in enumerate(apps):
        for name in ("app", "key_file"):
            _demand(getattr(one, name).strip(), f"[{number}].{name} is empty")
        for name in ("team_id", "key_id"):
            shape = re.fullmatch(r"[A-Z0-9]{10}", getattr(one, name))
            _demand(shape, f"[{number}].{name} must be 10 capital letters and digits")
        _demand(one.environments, f"[{number}].environments is empty")
        for environment in one.environments:
            place = (one.app, environment)
            _demand(place not in places, f"[{number}]: {one.app} is named twice for {environment}")
            places.add(place)


def fcm_projects(projects: tuple[FcmProject, ...]) -> None:
    """A file each, and no app twice."""
    apps = [one.app for one in projects]
    for number, one in enumerate(projects):
        _demand(one.account_file.strip(), f"[{number}].account_file is empty")
        first = apps.index(one.app) == number
        _demand(first, f"[{number}]: {one.app or 'all other apps'} is named twice")


def contact(text: str) -> None:
    """A `mailto:` address or an `https` page (RFC 8292, section 2.1), or nothing."""
    known = re.fullmatch(r"mailto:[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+|https://[^\s<>/][^\s<>]*", text)
    _demand(not text or known, "expected mailto:somebody@example.com, or an https address")


def vapid_key(text: str) -> None:
    """A number of 32 bytes in base64url that can be a key on P-256, or nothing."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    fits = len(raw) == VAPID_BYTES and 0 < int.from_bytes(raw) < P256_ORDER
    known = fits and re.fullmatch(r"[A-Za-z0-9_-]+={0,2}", text)
    _demand(not text or known, "expected a key of 32 bytes in base64url")


def quiet_hours(text: str) -> None:
    """Two times of a clock, or nothing."""
    time = "([01][0-9]|2[0-3]):[0-5][0-9]"
    begin, _, end = text.partition("-")
    known = re.fullmatch(f"{time}-{time}", text) and begin != end
    _demand(not text or known, "expected two times as 22:00-08:00")


def stand_in(text: str) -> None:
    """An `https` origin, or nothing."""
    if text:
        origin(text)
        _demand(text.startswith("https://"), "expected https://…")


def name(text: str) -> None:
    """A key of a string table."""
    _demand(re.fullmatch(r"[!-~]{1,64}", text), "expected 1 to 64 printable characters")


def short(text: str) -> None:
    """What fits into every push."""
    _demand(re.fullmatch(r"[ -~]{0,64}", text), "expected at most 64 printable characters")


def _demand(true: object, otherwise: str) -> None:
    if not true:
        raise ValueError(otherwise)
