"""What passes and is never stored: typing, viewing, presence. Bounded, and dropped first."""

from __future__ import annotations

from typing import Literal

import msgspec

from inbox.core.sync.effects import Show
from inbox.core.sync.voice import Voice

SHOWN = 16
"""Threads in which one connection types or looks at the same time."""

HEARD = 64
"""Frames of others that wait for a free moment; the oldest makes room."""

REPEAT_MS = 1000
"""A repeat sooner than this tells nobody anything."""

Kind = Literal["typing", "viewing", "presence"]


class _Shown(msgspec.Struct, frozen=True):
    private: bool
    at: int


class Passing:
    """What this connection shows to others, and what it heard and has not been told yet."""

    __slots__ = ("_heard", "_shown")

    def __init__(self) -> None:
        self._shown: dict[tuple[Kind, str], _Shown] = {}
        self._heard: dict[tuple[str, ...], bytes] = {}

    def show(self, kind: Kind, thread: str, *, on: bool, private: bool, voice: Voice) -> None:
        """Tell others that this connection types, looks or appears, unless they know it already.

        Going private takes back first what the customer had been shown.
        """
        key = (kind, thread)
        before = self._shown.get(key)
        if not on:
            self._end(key, voice)
            return
        if before is not None:
            if before.private == private and voice.now - before.at < REPEAT_MS:
                return
            if private and not before.private:
                self._end(key, voice)
        elif len(self._shown) >= SHOWN:
            self._end(next(iter(self._shown)), voice)
        self._shown[key] = _Shown(private, voice.now)
        voice.do(Show(kind, thread, on=True, private=private))

    def end(self, voice: Voice) -> None:
        """The connection is over: nobody must be left with a ghost of it."""
        for key in list(self._shown):
            self._end(key, voice)

    def overhear(self, key: tuple[str, ...], frame: bytes) -> None:
        """Keep it for the next free moment; of one key only the last."""
        self._heard.pop(key, None)
        if len(self._heard) >= HEARD:
            del self._heard[next(iter(self._heard))]
        self._heard[key] = frame

    def tell(self) -> list[bytes]:
        """What was heard since, which is forgotten with this."""
        heard = list(self._heard.values())
        self._heard.clear()
        return heard

    def _end(self, key: tuple[Kind, str], voice: Voice) -> None:
        shown = self._shown.pop(key, None)
        if shown is not None:
            voice.do(Show(key[0], key[1], on=False, private=shown.private))
