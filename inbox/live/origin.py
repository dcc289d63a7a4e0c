"""Which pages may open a socket that a browser's cookie signs in.

A browser sends its cookies with a handshake from any page, and says from which in `Origin` (RFC
6455, 10.2). What sends no `Origin` is no browser, and could not be made to by a page.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def may_connect(origin: str | None, *, host: str, allowed: Iterable[str]) -> bool:
    """Whether a page of `origin` may use the cookie: our own host, or one that was named.

    `host` is the `Host` header. The scheme is not compared for it: a proxy in front speaks TLS.
    """
    if origin is None:
        return True
    asked = _parts(origin)
    if asked is None:
        return False
    if any(asked == _parts(named) for named in allowed if named):
        return True
    scheme, name, port = asked
    own = _parts(f"{scheme}://{host}")
    return own is not None and (name, port) == own[1:]


def _parts(origin: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]
