"""What is made when somebody asks for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from inbox.web.once import Once


async def test_it_is_made_once_however_many_ask_and_whoever_hangs_up() -> None:
    calls, begun, go_on = 0, threading.Event(), threading.Event()

    def make() -> object:
        nonlocal calls
        calls += 1
        begun.set()
        assert go_on.wait(10)
        return object()

    once = Once(make)
    first, second = asyncio.create_task(once.get()), asyncio.create_task(once.get())
    await asyncio.to_thread(begun.wait, 10)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    go_on.set()
    assert await second is await once.get()
    assert calls == 1


async def test_after_a_failure_the_next_who_asks_tries_anew() -> None:
    answers: Iterator[OSError | str] = iter([OSError("no room"), "made"])

    def make() -> str:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    once = Once(make)
    with pytest.raises(OSError, match="no room"):
        await once.get()
    assert await once.get() == "made"
