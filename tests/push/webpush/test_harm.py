"""Endpoints that mean us harm: addresses that are not theirs, and answers without end."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from push.guard import Guard
from push.model import Answer, NotProcessed, Refused, Unknown
from push.simulator.record import Fault, Silence
from tests.push.stands import server_context
from tests.push.webpush.stage import LOOPBACK, TIMEOUT, Service, bare, push
from tests.push.webpush.test_guard import Names

FORBIDDEN = Refused("the address is not public, or not at port 443")

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class House:
    """A server that notes who comes, and speaks TLS or nothing."""

    def __init__(self, play: Play | None = None) -> None:
        self.visits = 0
        self.port = 0
        self._play = play

    @asynccontextmanager
    async def open(self, host: str = "127.0.0.1") -> AsyncIterator[House]:
        context = server_context() if self._play else None
        server = await asyncio.start_server(self._receive, host, 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        try:
            if self._play:
                await reader.readuntil(b"\r\n\r\n")
                await self._play(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # it has had enough of us
        finally:
            writer.close()


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:{port}/",
        "https://127.1.2.3:{port}/",
        "https://[::ffff:127.0.0.1]:{port}/",
        "https://[::1]:{port}/",
        "https://0.0.0.0:{port}/",
        "https://localhost:{port}/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://[fe80::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://1.1.1.1:8443/",
    ],
)
async def test_an_endpoint_on_our_side_of_the_world_is_never_called(
    service: Service, address: str
) -> None:
    async with House().open("127.0.0.1") as house:
        endpoint = address.format(port=house.port)
        client = service.client(allowed=())
        one = push(service.subscribe(), target={"token": endpoint})
        assert await client.send(one, timeout=TIMEOUT) == FORBIDDEN
        assert house.visits == 0


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.1"])
async def test_numbers_that_only_old_programs_read_are_no_way_round(
    service: Service, host: str
) -> None:
    client = service.client(allowed=())
    one = push(service.subscribe(), target={"token": f"https://{host}/"})
    assert isinstance(await client.send(one, timeout=TIMEOUT), Refused)


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example", ".example", "..", "-"])
async def test_a_name_that_no_look_up_takes_is_no_fault_of_ours(
    service: Service, host: str
) -> None:
    client = service.client(allowed=())
    one = push(service.subscribe(), target={"token": f"https://{host}/"})
    assert isinstance(await client.send(one, timeout=TIMEOUT), Refused | NotProcessed)


async def test_a_name_that_moves_between_two_looks_leads_nowhere_else(service: Service) -> None:
    """DNS rebinding: the look-up that is checked is the one that is connected to."""
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    client = service.client(guard=Guard(LOOPBACK, resolver=names), form=lambda _: bare())
    browser = service.subscribe()
    named = browser.endpoint.replace("127.0.0.1", "localhost")
    async with House().open("127.0.0.2") as house:
        moved = named.replace(service.url.rsplit(":", 1)[-1], str(house.port), 1)
        answer = await client.send(push(browser, target={"token": named}), timeout=TIMEOUT)
        assert isinstance(answer, Answer)
        assert names.asked == 1
        assert await client.send(push(browser, target={"token": moved}), timeout=9) == FORBIDDEN
        assert names.asked == 2
        assert house.visits == 0


async def test_a_redirect_is_not_followed(service: Service) -> None:
    async with House().open() as inside:

        async def lead_away(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(
                b"HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\n"
                b"Location: https://127.0.0.1:%d/\r\n\r\n" % inside.port
            )
            await writer.drain()

        async with House(lead_away).open() as outside:
            target = {"token": f"https://127.0.0.1:{outside.port}/"}
            outcome = await service.client().send(
                push(service.subscribe(), target=target), timeout=TIMEOUT
            )
            assert outcome == Refused("the endpoint leads elsewhere, which is not followed")
            assert (outside.visits, inside.visits) == (1, 0)


async def answer_of(service: Service, play: Play) -> object:
    async with House(play).open() as house:
        target = {"token": f"https://127.0.0.1:{house.port}/"}
        client = service.client(form=lambda _: bare())
        outcome = await client.send(push(service.subscribe(), target=target), timeout=TIMEOUT)
        await client.close()
        return outcome


async def test_an_answer_without_end_is_cut_off(service: Service) -> None:
    written = 0

    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 410 Gone\r\nContent-Length: 999999999999\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            written += 65_536

    outcome = await answer_of(service, flood)
    assert isinstance(outcome, Answer)
    assert outcome.status == 410
    assert len(outcome.detail) == 300
    assert written < 16 * 2**20


async def test_an_answer_that_unfolds_is_not_unfolded(service: Service) -> None:
    small = gzip.compress(b"unfolded " * 2**20)

    async def fold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 404 No\r\nContent-Encoding: gzip\r\nContent-Length: {len(small)}\r\n\r\n"
        writer.write(head.encode() + small)
        await writer.drain()

    outcome = await answer_of(service, fold)
    assert isinstance(outcome, Answer)
    assert outcome.status == 404
    assert "unfolded" not in outcome.detail


async def test_a_status_counts_though_its_body_is_cut(service: Service) -> None:
    async def begin(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\nx")
        await writer.drain()

    outcome = await answer_of(service, begin)
    assert isinstance(outcome, Answer)
    assert outcome.status == 201


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
        b"",
        b"\x00" * 100,
    ],
)
async def test_what_is_no_answer_is_an_unknown(service: Service, answer: bytes) -> None:
    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    outcome = await answer_of(service, say)
    assert isinstance(outcome, Unknown)
    assert outcome.reason.startswith("cut: ")


async def test_a_service_cannot_hold_up_another(service: Service) -> None:
    client = service.client(form=lambda _: bare(), limit=2)

    async def stay_silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    client._exchange._limit_per_host = 1
    async with House(stay_silent).open() as house:
        target = {"token": f"https://127.0.0.1:{house.port}/"}
        silent = [
            asyncio.create_task(client.send(push(service.subscribe(), target=target), timeout=0.4))
            for _ in range(5)
        ]
        answer = await client.send(push(service.subscribe()), timeout=TIMEOUT)
        assert isinstance(answer, Answer)
        await asyncio.gather(*silent)


async def test_a_cancelled_push_gives_its_connection_back(service: Service) -> None:
    client = service.client(form=lambda _: bare(), limit=1)
    browser = service.subscribe()
    service.faults.add(Fault(do=Silence()))
    cancelled = asyncio.create_task(client.send(push(browser), timeout=TIMEOUT))
    await service.records.wait(1)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert isinstance(await client.send(push(browser), timeout=TIMEOUT), Answer)
