"""The machine: tables of what each input and each frame does in each state, and the deadlines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, get_args

from inbox.core import frames
from inbox.core.errors import PinboxError, TooLarge
from inbox.core.sync import commands, effects, events, inputs
from inbox.core.sync.line import Line
from inbox.core.sync.states import CloseCode, Limits, State


class Sync:
    """One connection, from its first frame to its last.

    `feed` it what happens and do what it returns, in order. Feed `Ticked` when `deadline` has
    passed, and read from the socket only while it is `listening`.
    """

    __slots__ = ("line",)

    def __init__(self, limits: Limits, *, connection: str, epoch: str, now: int) -> None:
        self.line = Line(limits, connection=connection, epoch=epoch, now=now)

    @property
    def listening(self) -> bool:
        """Whether the next message may be read; the transport holds the rest back meanwhile."""
        line = self.line
        if line.state is State.OPEN:
            return line.voice.unsent < line.limits.unsent
        return line.state is State.GREETING

    @property
    def over(self) -> bool:
        """Whether nothing will ever happen here again."""
        return self.line.state is State.OVER

    @property
    def deadline(self) -> int | None:
        """When the machine wants `Ticked` at the latest; it may come sooner. None: never again."""
        line = self.line
        if line.state is State.OVER:
            return None
        if line.state is not State.OPEN:
            return line.began_at + line.limits.hello_ms
        if line.voice.unsent:
            soonest = line.voice.writing_since + line.limits.stall_ms
        else:
            soonest = line.pulse.deadline()
        for other in (line.ends, line.leaves_at(), line.streams.retry_at):
            if other is not None:
                soonest = min(soonest, other)
        return soonest

    def feed(self, happened: inputs.Input, *, now: int) -> list[effects.Effect]:
        """Take one thing that happened; what is to be done now, in order.

        Every input is welcome in every state: late answers change nothing. `now` never steps back.
        """
        line = self.line
        wanted = line.voice.collect(now)
        ACTIONS[line.state][type(happened)](line, happened)
        line.voice.rest()
        return wanted


def hear(line: Line, heard: inputs.Heard) -> None:
    """Take a message of the client: one frame, or the reason why it is none.

    What is no JSON object of ours costs the connection before the sign-in, and an error after it;
    what is no JSON at all costs the connection always.
    """
    if not line.pulse.hear(line.now):
        return line.close(CloseCode.TOO_MANY, reason="too many frames")
    data = heard.data
    if data is None:
        return line.close(CloseCode.BAD_FRAME, reason="binary messages are not spoken here")
    frame: frames.ClientFrame | None = None
    try:
        frame = _decode(line, data)
        FRAMES[line.state][type(frame)](line, frame)
    except PinboxError as error:
        line.voice.complain(error, to=frames.request_id(data))
        if line.state is not State.OPEN:
            line.close(CloseCode.BAD_FRAME)
    except ValueError:
        line.close(CloseCode.BAD_FRAME, reason="not JSON")
    return None


def _decode(line: Line, data: str | bytes) -> frames.ClientFrame:
    most = line.limits.frame_bytes
    size = len(data) if isinstance(data, bytes) or data.isascii() else len(data.encode())
    if size > most:
        raise TooLarge(f"a frame has at most {most} bytes")
    return frames.decode_frame(data)


Action: TypeAlias = Callable[[Line, Any], None]

_out_of_turn: dict[type[frames.ClientFrame], Action] = dict.fromkeys(
    get_args(frames.ClientFrame), commands.out_of_turn
)

FRAMES: dict[State, dict[type[frames.ClientFrame], Action]] = {
    State.GREETING: _out_of_turn | {frames.Hello: commands.hello},
    State.SIGNING: _out_of_turn,
    State.OPEN: {
        frames.Hello: commands.out_of_turn,
        frames.Subscribe: commands.subscribe,
        frames.Unsubscribe: commands.unsubscribe,
        frames.Token: commands.token,
        frames.Send: commands.send,
        frames.Ack: commands.mark,
        frames.Read: commands.mark,
        frames.Visible: commands.visible,
        frames.Viewing: commands.viewing,
        frames.Typing: commands.typing,
        frames.Pong: commands.pong,
    },
}
"""What each frame does in each state; a connection that is over hears nothing."""

_ignored: dict[type[inputs.Input], Action] = dict.fromkeys(get_args(inputs.Input), events.ignore)

_early: dict[type[inputs.Input], Action] = _ignored | {
    inputs.Heard: hear,
    inputs.Ticked: events.ticked_early,
    inputs.Draining: events.draining_early,
    inputs.Lost: events.lost,
}

ACTIONS: dict[State, dict[type[inputs.Input], Action]] = {
    State.GREETING: _early,
    State.SIGNING: _early | {inputs.SignedIn: events.signed_in, inputs.Refused: events.refused},
    State.OPEN: {
        inputs.Heard: hear,
        inputs.SignedIn: events.ignore,
        inputs.Refused: events.ignore,
        inputs.Renewed: events.renewed,
        inputs.NotRenewed: events.not_renewed,
        inputs.Refreshed: events.refreshed,
        inputs.Revoked: events.revoked,
        inputs.Joined: events.joined,
        inputs.Denied: events.denied,
        inputs.Stirred: events.stirred,
        inputs.Turned: events.turned,
        inputs.Unread: events.unread,
        inputs.Stored: events.stored,
        inputs.Marked: events.marked,
        inputs.Failed: events.failed,
        inputs.Overheard: events.overheard,
        inputs.Wrote: events.wrote,
        inputs.Ticked: events.ticked,
        inputs.Draining: events.draining,
        inputs.Lost: events.lost,
    },
    State.OVER: _ignored,
}
"""What each input does in each state; what is ignored there is an answer that comes too late."""
