"""Which addresses a stranger's endpoint may lead to."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from push.guard import Forbidden, Guard, is_public

NAT64 = IPv6Network("64:ff9b::/96")
PUBLIC = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.1",
    "17.188.143.1",  # Apple
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001:80e::200a",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
]
FORBIDDEN = [
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",  # carriers' shared space
    "127.0.0.1",
    "127.255.255.255",
    "169.254.169.254",  # the clouds' metadata
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",  # IPv4-compatible
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",  # Teredo
    "2001:db8::1",
    "2002:7f00:1::",  # 6to4 of 127.0.0.1
    "2002:101:101::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",  # a cloud's metadata
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "4000::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_permitted_at_one_port(address: str) -> None:
    assert is_public(address)
    assert Guard().permits(address, 443)
    assert not any(Guard().permits(address, port) for port in (80, 22, 8443, 0))


@pytest.mark.parametrize("address", FORBIDDEN)
def test_no_other_address_is(address: str) -> None:
    assert not is_public(address)
    assert not Guard().permits(address, 443)


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_what_is_public_is_so_to_python_as_well(ip: IPv4Address | IPv6Address) -> None:
    embeds = isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip in NAT64)
    if is_public(str(ip)) and not embeds:
        assert ip.is_global
        assert not ip.is_multicast
        assert not ip.is_reserved


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_judged_for_itself(ip: IPv4Address) -> None:
    mapped = ip_address((0xFFFF << 32) | int(ip))
    translated = ip_address((0x64FF9B << 96) | int(ip))
    assert is_public(str(mapped)) == is_public(str(translated)) == is_public(str(ip))


def test_what_the_operator_allows_is_permitted_at_any_port() -> None:
    guard = Guard(("10.0.5.7", "fd00:5::/64"))
    assert guard.permits("10.0.5.7", 8443)
    assert guard.permits("fd00:5::9", 80)
    assert not guard.permits("10.0.5.8", 443)
    assert not guard.permits("fd00:6::9", 443)
    assert not guard.permits("1.1.1.1", 8443)
    with pytest.raises(ValueError, match="network"):
        Guard(("push.example.com",))
    with pytest.raises(ValueError, match="host bits"):
        Guard(("10.0.0.1/8",))


class Names(AbstractResolver):
    """A name server that answers as it is told, one answer after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in addresses
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["10.0.0.1", "1.1.1.1"], ["1.1.1.1", "::1"]],
)
async def test_a_name_with_one_forbidden_address_is_refused_whole(addresses: list[str]) -> None:
    with pytest.raises(Forbidden):
        await Guard(resolver=Names(addresses)).resolve("push.example.com", 443)
    with pytest.raises(Forbidden):
        await Guard(resolver=Names(["1.1.1.1"])).resolve("push.example.com", 444)
    assert await Guard(resolver=Names(["1.1.1.1"])).resolve("push.example.com", 443)


def test_no_socket_is_made_for_a_forbidden_address() -> None:
    made = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
    with pytest.raises(Forbidden):
        Guard().make_socket((*made, ("127.0.0.1", 443)))
    with pytest.raises(Forbidden):
        Guard().make_socket((*made, ("1.1.1.1", 80)))
    Guard().make_socket((*made, ("1.1.1.1", 443))).close()
