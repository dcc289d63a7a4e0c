"""Everything that is known of one connection."""

from __future__ import annotations

from inbox.core.frames import Want
from inbox.core.policy import Customer
from inbox.core.sync.effects import Close
from inbox.core.sync.inputs import Who
from inbox.core.sync.passing import Passing
from inbox.core.sync.pulse import Pulse
from inbox.core.sync.requests import Requests
from inbox.core.sync.states import CloseCode, Limits, State
from inbox.core.sync.streams import Streams
from inbox.core.sync.voice import Voice


class Line:
    """The parts of a connection, and how it ends. What is seldom needed is made when it is."""

    __slots__ = (
        "began_at",
        "closing_at",
        "connection",
        "device",
        "ends",
        "epoch",
        "limits",
        "passing",
        "pulse",
        "renewing",
        "requests",
        "state",
        "streams",
        "visible",
        "voice",
        "wants",
        "who",
    )

    def __init__(self, limits: Limits, *, connection: str, epoch: str, now: int) -> None:
        self.limits = limits
        self.connection = connection
        self.epoch = epoch
        self.state = State.GREETING
        self.began_at = now
        self.closing_at: int | None = None
        self.who: Who | None = None
        self.ends: int | None = None
        self.device: str | None = None
        self.visible = False
        self.renewing = False
        self.wants: tuple[Want, ...] = ()
        self.voice = Voice(now)
        self.pulse = Pulse(limits, now=now)
        self.streams = Streams(limits, self.voice, epoch=epoch)
        self.requests: Requests | None = None
        self.passing: Passing | None = None

    @property
    def now(self) -> int:
        """The time of the input that is being taken."""
        return self.voice.now

    def asked(self) -> Requests:
        """The tickets, made at the first."""
        if self.requests is None:
            self.requests = Requests()
        return self.requests

    def passed(self) -> Passing:
        """What passes, made at the first."""
        if self.passing is None:
            self.passing = Passing()
        return self.passing

    def may_follow(self, stream: str) -> bool:
        """A customer its own thread, an agent its teams."""
        if isinstance(self.who, Customer):
            return stream == "thread"
        kind, _, team = stream.partition(":")
        return self.who is not None and kind == "team" and team in self.who.teams

    def advance(self) -> None:
        """Go on reading; what is passing comes last, and only where nothing waits."""
        if not self.streams.advance() and self.passing is not None:
            for frame in self.passing.tell():
                self.voice.say_bytes(frame)

    def leaves_at(self) -> int | None:
        """When a draining connection closes: a little later while sends are under way."""
        if self.closing_at is None:
            return None
        waits = self.requests is not None and len(self.requests) > 0
        return self.closing_at + (self.limits.grace_ms if waits else 0)

    def close(self, code: CloseCode, *, reason: str = "", at_once: bool = False) -> None:
        """End it with a code."""
        self.end()
        self.voice.do(Close(code, reason or code.name.lower(), at_once))

    def end(self) -> None:
        """Let go of everything; from now on nothing is heard."""
        self.state = State.OVER
        self.streams.end()
        if self.passing is not None:
            self.passing.end(self.voice)
        self.passing = None
        self.requests = None
        self.wants = ()
        self.visible = False
