"""All streams that one connection follows: what to read next, and what to tell of it."""

from __future__ import annotations

from inbox.core import frames
from inbox.core.cursor import Cursor, ResetReason
from inbox.core.errors import Gone, Internal, PinboxError, RateLimited
from inbox.core.sync import effects, inputs
from inbox.core.sync.following import Following
from inbox.core.sync.states import Limits
from inbox.core.sync.voice import Voice


class Streams:
    """The followed streams of one connection, read one stretch at a time, in turn."""

    __slots__ = ("_asking", "_epoch", "_followed", "_limits", "_turns", "_voice", "retry_at")

    def __init__(self, limits: Limits, voice: Voice, *, epoch: str) -> None:
        self._limits = limits
        self._voice = voice
        self._epoch = epoch
        self._followed: list[Following] = []
        self._turns = 0
        self._asking = False
        self.retry_at: int | None = None

    def names(self) -> list[str]:
        """What is followed now."""
        return [found.stream for found in self._followed]

    def follow(self, stream: str, since: Cursor | None) -> None:
        """Begin, or begin anew; raises RateLimited when that is one too many."""
        most = self._limits.streams
        former = self._find(stream)
        if former is not None:
            self._followed.remove(former)
        elif len(self._followed) >= most:
            raise RateLimited(f"at most {most} streams on one connection")
        self._turns += 1
        self._followed.append(Following(stream, since, turn=self._turns))
        self._voice.do(effects.Join(stream, self._turns))

    def leave(self, stream: str) -> None:
        """Follow it no longer; harmless where it is not followed."""
        found = self._find(stream)
        if found is not None:
            self._followed.remove(found)
            self._voice.do(effects.Leave(stream))

    def drop(self, stream: str, error: PinboxError) -> None:
        """Follow it no longer, and say why."""
        self.leave(stream)
        self._voice.complain(error, stream=stream)

    def joined(self, happened: inputs.Joined) -> None:
        """Interest is registered and the bounds are known: resume, or reset."""
        found = self._turn(happened.stream, happened.turn)
        if found is None:
            return
        reset = found.join(
            head=happened.head,
            floor=happened.floor,
            epoch=self._epoch,
            limit=self._limits.catch_up,
        )
        if reset is not None:
            self._reset(found, reason=reset.reason)
        self._settle(found)

    def denied(self, happened: inputs.Denied) -> None:
        """The stream cannot be followed; where the store is away, it is asked for again."""
        found = self._turn(happened.stream, happened.turn)
        if found is None:
            return
        if _passes(happened.error):
            self._retry(found)
        else:
            self.drop(happened.stream, happened.error)

    def stirred(self, happened: inputs.Stirred) -> None:
        """A stream goes further now."""
        found = self._find(happened.stream)
        if found is not None:
            found.stir(happened.head)

    def turned(self, happened: inputs.Turned) -> None:
        """The stretch that was asked for: tell it, or step over it where it holds nothing."""
        self._asking = False
        found = self._turn(happened.stream, happened.turn)
        if found is not None:
            batch = happened.batch
            if not found.fits(batch):
                self._retry(found)
            elif found.take(batch):
                self._voice.say_bytes(batch.frame)
                self._settle(found)

    def unread(self, happened: inputs.Unread) -> None:
        """The stretch could not be read: it has expired, or the store is away, or all is over."""
        self._asking = False
        found = self._turn(happened.stream, happened.turn)
        if found is not None:
            error = happened.error
            if isinstance(error, Gone):
                self._skip(found, reason="history_expired")
            elif _passes(error):
                self._retry(found)
            else:
                self.drop(happened.stream, error)

    def advance(self) -> bool:
        """Ask for the next stretch once all that was said is written; true when there is one."""
        voice = self._voice
        if voice.unsent or self._asking:
            return True
        for found in self._followed:
            if not found.wants(voice.now):
                continue
            if found.lag() > self._limits.catch_up:
                self._skip(found, reason="too_far")
                return True
            self._asking = True
            self._followed.remove(found)
            self._followed.append(found)
            voice.do(effects.ReadOn(found.stream, found.turn, found.cursor))
            return True
        return False

    def retry(self, now: int) -> None:
        """The wait after a failure may be over."""
        if self.retry_at is None or now < self.retry_at:
            return
        self.retry_at = None
        for found in self._followed:
            if found.joined or found.retry_at is None:
                continue
            if now >= found.retry_at:
                found.retry_at = None
                self._voice.do(effects.Join(found.stream, found.turn))
            else:
                self.retry_at = min(found.retry_at, self.retry_at or found.retry_at)

    def end(self) -> None:
        """Leave them all."""
        for stream in self.names():
            self.leave(stream)

    def _find(self, stream: str) -> Following | None:
        # A list: nearly all connections follow one stream, and many of them are idle.
        return next((found for found in self._followed if found.stream == stream), None)

    def _turn(self, stream: str, turn: int) -> Following | None:
        found = self._find(stream)
        return found if found is not None and found.turn == turn else None

    def _skip(self, found: Following, *, reason: ResetReason) -> None:
        found.skip()
        self._reset(found, reason=reason)
        self._settle(found)

    def _retry(self, found: Following) -> None:
        found.retry_at = self._voice.now + self._limits.retry_ms
        self.retry_at = found.retry_at if self.retry_at is None else self.retry_at

    def _reset(self, found: Following, *, reason: ResetReason) -> None:
        cursor = str(Cursor(self._epoch, found.cursor))
        self._voice.say(frames.ResetFrame(stream=found.stream, reason=reason, cursor=cursor))

    def _settle(self, found: Following) -> None:
        if found.caught_up():
            found.live = True
            cursor = str(Cursor(self._epoch, found.cursor))
            self._voice.say(frames.Live(stream=found.stream, cursor=cursor))


def _passes(error: PinboxError) -> bool:
    """Whether the same may go well in a moment."""
    return error.temporary or isinstance(error, Internal)
