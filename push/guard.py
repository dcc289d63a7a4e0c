"""Which addresses we connect to on a stranger's word: public ones, and those the operator allows.

A Web Push endpoint is an address that a customer's app gave us. It could name this machine, its
network, or a cloud's metadata service, and its name could resolve to another address between a
check and the connection. So the check stands where sockets are made: nothing lies between it and
the connection.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

HTTPS_PORT = 443
FORBIDDEN = "the address is not public, or not at port 443"

# IANA's registries of special-purpose addresses. Python's own `is_global` differs by version.
_NOT_PUBLIC_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network; 0.0.0.0 reaches this machine
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' shared space
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


class Forbidden(OSError):
    """The address is not one that we connect to."""


def is_public(address: str) -> bool:
    """Whether a numeric address belongs to the public Internet. Raises ValueError for no address.

    An IPv4 address inside an IPv6 one (mapped, NAT64) is judged for itself.
    """
    ip: IPv4Address | IPv6Address | None = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip in _NAT64:
            ip = IPv4Address(int(ip) & 0xFFFF_FFFF)
        elif ip.ipv4_mapped is None:
            return ip in _UNICAST_V6 and not any(ip in block for block in _NOT_PUBLIC_V6)
        else:
            ip = ip.ipv4_mapped
    return not any(ip in block for block in _NOT_PUBLIC_V4)


class Guard(AbstractResolver):
    """Looks up names and makes sockets for permitted addresses only, else raises Forbidden.

    Permitted are public addresses at port 443, and whatever lies in `allowed` (addresses or
    networks, as "10.0.5.7" or "fd00::/8") at any port. A name of which one address is not permitted
    is refused whole.
    """

    def __init__(
        self, allowed: Iterable[str] = (), *, resolver: AbstractResolver | None = None
    ) -> None:
        self._allowed = [ip_network(network) for network in allowed]
        self._resolver = resolver

    def permits(self, address: str, port: int) -> bool:
        """Whether a numeric address may be connected to at this port."""
        ip = ip_address(address.partition("%")[0])
        if any(ip in network for network in self._allowed):
            return True
        return port == HTTPS_PORT and is_public(address)

    def make_socket(self, info: AddrInfoType) -> socket.socket:
        """A socket for exactly this address: the last look, which literal addresses meet too."""
        family, kind, proto, _, address = info
        self._demand(str(address[0]), int(address[1]))
        return socket.socket(family, kind, proto)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name, each of them permitted."""
        if self._resolver is None:
            self._resolver = ThreadedResolver(asyncio.get_running_loop())
        found = await self._resolver.resolve(host, port, family)
        for address in found:
            self._demand(address["host"], port)
        return found

    async def close(self) -> None:
        """Close the resolver behind it."""
        if self._resolver is not None:
            await self._resolver.close()

    def _demand(self, address: str, port: int) -> None:
        if not self.permits(address, port):
            raise Forbidden(FORBIDDEN)
