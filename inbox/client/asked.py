"""Sends on the live socket that have not been answered yet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from inbox.client.answers import Message, Promise, Sent
from inbox.client.care import Choice
from inbox.client.problems import Unreachable
from inbox.core.errors import PinboxError
from inbox.core.frames import Ok

_message = msgspec.json.Decoder(Message).decode
_promise = msgspec.json.Decoder(Promise | None).decode
_choice = msgspec.json.Decoder(Choice | None).decode


class Asked:
    """Names each send of one client, and brings `ok` or `error` back to whoever asked."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[Sent]] = {}
        self._names = 0

    @contextmanager
    def open(self) -> Iterator[tuple[str, asyncio.Future[Sent]]]:
        """A new name, and the answer that will come to it."""
        self._names += 1
        name = f"s{self._names}"
        answer = self._waiting[name] = asyncio.get_running_loop().create_future()
        # Whoever stopped waiting does not want to hear of it.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            yield name, answer
        finally:
            del self._waiting[name]

    def answer(self, frame: Ok) -> None:
        """The send is on disk. Late answers find nobody, which is no harm: the send is repeated."""
        waiting = self._waiting.get(str(frame.id))
        if waiting is not None and not waiting.done():
            message = _message(frame.message)
            promise = choice = None
            if isinstance(frame.promise, msgspec.Raw):
                promise = _promise(frame.promise)
            if isinstance(frame.choice, msgspec.Raw):
                choice = _choice(frame.choice)
            waiting.set_result(Sent(message, frame.duplicate, promise, choice))

    def refuse(self, name: str, error: PinboxError) -> None:
        """The send was refused."""
        waiting = self._waiting.get(name)
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)

    def drop(self) -> None:
        """The line went: whether these sends arrived is unknown."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Unreachable("the line went before the answer"))
