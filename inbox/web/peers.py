"""Who is at the other end: address, scheme and host, believed of a proxy only where it is trusted.

Nothing is taken from `X-Forwarded-*` or `X-Request-Id` of a peer outside `trusted_proxies`, since
anybody can write them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from aiohttp import web

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class Peers:
    """Judges requests by the configured networks of proxies."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(text) for text in trusted_proxies]

    def address(self, request: web.Request) -> str:
        """The client's address; of a forwarded chain the last one that no trusted proxy has.

        Addresses of one IPv6 customer line (/64) count as one.
        """
        peer = request.remote or ""
        if self._trusts(peer):
            chain = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
            for said in reversed([text.strip() for text in chain if text.strip()]):
                peer = said
                if not self._trusts(said):
                    break
        return _line(peer)

    def host(self, request: web.Request) -> str:
        """The host and port that the browser asked for."""
        if self._trusts(request.remote or ""):
            return request.headers.get("X-Forwarded-Host", request.headers.get("Host", ""))
        return request.headers.get("Host", "")

    def is_secure(self, request: web.Request) -> bool:
        """Whether the browser's side of the connection has TLS."""
        if self._trusts(request.remote or ""):
            return request.headers.get("X-Forwarded-Proto", "") == "https"
        return request.secure

    def request_id(self, request: web.Request) -> str | None:
        """The id that a trusted proxy gave this request, if it is a sane one."""
        said = request.headers.get("X-Request-Id")
        if said and _REQUEST_ID.fullmatch(said) and self._trusts(request.remote or ""):
            return said
        return None

    def _trusts(self, text: str) -> bool:
        if not self._networks:
            return False
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)


def _line(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text[:64]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
