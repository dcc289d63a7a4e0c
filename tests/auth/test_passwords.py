"""Passwords: right ones open, wrong ones do not, and neither tells who exists."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from inbox.auth.passwords import Passwords, check_password
from inbox.core.errors import BadRequest

GOOD = "correct horse battery"


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(time_cost=1, memory_kib=64, lanes=1)  # quick; the real ones are tried below


async def test_the_right_password_opens_and_no_other(passwords: Passwords) -> None:
    stored = await passwords.hash(GOOD)
    assert stored.startswith("$argon2id$")
    assert GOOD not in stored
    assert await passwords.verify(stored, GOOD)
    assert not await passwords.verify(stored, GOOD + " ")
    assert not await passwords.verify(stored, "")
    assert not await passwords.verify(stored, "x" * 1_000_000)
    assert not await passwords.verify(stored, "\ud800")
    assert not await passwords.verify(None, GOOD)
    assert not await passwords.verify("not a hash", GOOD)


async def test_two_hashes_of_one_password_differ(passwords: Passwords) -> None:
    assert await passwords.hash(GOOD) != await passwords.hash(GOOD)


async def test_one_letter_written_in_two_ways_is_one_letter(passwords: Passwords) -> None:
    stored = await passwords.hash("caf\u00e9 caf\u00e9 caf\u00e9")
    assert await passwords.verify(stored, "cafe\u0301 cafe\u0301 cafe\u0301")


async def test_what_is_too_long_is_not_the_same_as_its_beginning(passwords: Passwords) -> None:
    stored = await passwords.hash("x" * 256)
    assert await passwords.verify(stored, "x" * 256)
    assert not await passwords.verify(stored, "x" * 257)


@pytest.mark.parametrize("password", ["", "x" * 11, "x" * 257])
async def test_the_length_decides(passwords: Passwords, password: str) -> None:
    with pytest.raises(BadRequest, match="12 to 256"):
        await passwords.hash(password)


def test_every_length_between_is_good() -> None:
    assert check_password("x" * 12)
    assert check_password("é" * 256)


async def test_older_parameters_are_told(passwords: Passwords) -> None:
    stored = await passwords.hash(GOOD)
    assert not passwords.needs_rehash(stored)
    stronger = Passwords(time_cost=2, memory_kib=64, lanes=1)
    assert stronger.needs_rehash(stored)
    assert await stronger.verify(stored, GOOD)


async def test_an_unknown_name_costs_as_much_as_a_known_one() -> None:
    passwords = Passwords()
    stored = await passwords.hash(GOOD)
    assert "m=65536,t=3,p=4" in stored

    async def cost(of: str | None) -> float:
        begun = time.process_time()
        assert not await passwords.verify(of, "another password")
        return time.process_time() - begun

    known = min([await cost(stored) for _ in range(3)])
    unknown = min([await cost(None) for _ in range(3)])
    assert 0.5 < unknown / known < 2


class Counting:
    """Stands for the hasher: each call waits until a second one runs beside it."""

    def __init__(self) -> None:
        self.running = self.most = 0
        self.lock = threading.Lock()
        self.two_are_in = threading.Barrier(2, timeout=10)

    def hash(self, _: bytes) -> str:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.two_are_in.wait()
        with self.lock:
            self.running -= 1
        return "hash"


async def test_the_event_loop_goes_on_and_few_run_at_once() -> None:
    passwords = Passwords(at_once=2, time_cost=1, memory_kib=64, lanes=1)
    passwords._hasher = (hasher := Counting())  # type: ignore[assignment]
    await asyncio.gather(*(passwords.hash(GOOD) for _ in range(6)))
    assert hasher.most == 2
