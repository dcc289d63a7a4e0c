"""What a connection says, and whether the transport keeps up with it."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from inbox.core import frames
from inbox.core.errors import PinboxError
from inbox.core.sync.effects import Effect, Say

Id: TypeAlias = int | str | frames.Unset

_NOTHING: list[Effect] = []
"""Stands between inputs in every connection alike, and stays empty."""

_encode = msgspec.json.Encoder().encode


class Voice:
    """Collects the effects of one input, and counts the frames that are not written yet."""

    __slots__ = ("now", "out", "unsent", "writing_since")

    def __init__(self, now: int) -> None:
        self.now = now
        self.out = _NOTHING
        self.unsent = 0
        self.writing_since = now

    def collect(self, now: int) -> list[Effect]:
        """Begin anew; the list that is returned fills until `rest`."""
        self.now = now
        self.out = []
        return self.out

    def rest(self) -> None:
        """Let go of what was collected, which may be large."""
        self.out = _NOTHING

    def do(self, *effects: Effect) -> None:
        """Want something done."""
        self.out += effects

    def say(self, frame: frames.ServerFrame) -> None:
        """Say one frame."""
        self.say_bytes(_encode(frame))

    def say_bytes(self, data: bytes) -> None:
        """Say a frame that is encoded already."""
        if not self.unsent:
            self.writing_since = self.now
        self.unsent += 1
        self.out.append(Say(data))

    def complain(
        self,
        error: PinboxError,
        *,
        to: Id = frames.UNSET,
        stream: str | frames.Unset = frames.UNSET,
    ) -> None:
        """Say that something cannot be; `to` is the id of what asked for it."""
        self.say(frames.error_frame(error, to=to, stream=stream))

    def wrote(self) -> None:
        """One frame was taken by the transport; the time of the next one counts from now."""
        if self.unsent:
            self.unsent -= 1
            self.writing_since = self.now
