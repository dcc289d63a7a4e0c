"""What each frame of the client does. Raises errors of the table; the machine says them."""

from __future__ import annotations

from inbox.core import frames
from inbox.core.cursor import parse_cursor
from inbox.core.errors import BadRequest, Forbidden, NotFound, PinboxError, RateLimited
from inbox.core.policy import Agent, Customer
from inbox.core.sync import effects
from inbox.core.sync.line import Line
from inbox.core.sync.requests import MarkKind
from inbox.core.sync.states import CloseCode, State


def hello(line: Line, frame: frames.Hello) -> None:
    """Begin to sign in; the streams wait until that is done."""
    line.state = State.SIGNING
    line.began_at = line.now
    line.device = frame.device
    line.wants = frame.streams
    line.voice.do(effects.SignIn(frame.token, frame.device, frame.agent))


def out_of_turn(line: Line, frame: frames.ClientFrame) -> None:
    """A frame before the sign-in, or a second hello: the other side does not know the protocol."""
    name = type(frame).__name__.lower()
    when = "again" if line.state is State.OPEN else "before hello was answered"
    line.close(CloseCode.BAD_FRAME, reason=f"{name} {when}")


def subscribe(line: Line, frame: frames.Subscribe | frames.Want) -> None:
    """Follow a stream that is the caller's; a wrong one is refused and harms no other."""
    try:
        since = None if frame.since is None else parse_cursor(frame.since)
        if not line.may_follow(frame.stream):
            raise NotFound(f"there is no stream {frame.stream} here")
        line.streams.follow(frame.stream, since)
    except PinboxError as error:
        line.voice.complain(error, stream=frame.stream)


def unsubscribe(line: Line, frame: frames.Unsubscribe) -> None:
    """Follow a stream no longer."""
    line.streams.leave(frame.stream)


def token(line: Line, frame: frames.Token) -> None:
    """Renew the sign-in, one token at a time."""
    if line.renewing:
        raise RateLimited("another token is being looked at", retry_after=1)
    line.renewing = True
    line.voice.do(effects.Renew(frame.token))


def send(line: Line, frame: frames.Send) -> None:
    """Send a message, after those before it in the same thread."""
    line.voice.do(*line.asked().send(_thread(line, frame.thread), frame))


def mark(line: Line, frame: frames.Ack | frames.Read) -> None:
    """Take a receipt; while one is under way, only the furthest of the next ones counts."""
    kind: MarkKind = "ack" if isinstance(frame, frames.Ack) else "read"
    line.voice.do(*line.asked().mark(kind, _thread(line, frame.thread), frame.upto))


def visible(line: Line, frame: frames.Visible) -> None:
    """Note whether the app is in front, and tell the team of a customer."""
    line.visible = frame.on
    if isinstance(line.who, Customer):
        line.passed().show(
            "presence", line.who.thread, on=frame.on, private=False, voice=line.voice
        )


def typing(line: Line, frame: frames.Typing) -> None:
    """Tell the others in the thread; a note's typing the team alone."""
    private = frame.private and isinstance(line.who, Agent)
    line.passed().show(
        "typing", _thread(line, frame.thread), on=frame.on, private=private, voice=line.voice
    )


def viewing(line: Line, frame: frames.Viewing) -> None:
    """Tell the other agents of the thread."""
    if not isinstance(line.who, Agent):
        raise Forbidden("viewing is for agents; a customer's app says visible")
    line.passed().show(
        "viewing", _thread(line, frame.thread), on=frame.on, private=False, voice=line.voice
    )


def pong(_line: Line, _frame: frames.Pong) -> None:
    """That it came was all it had to say."""


def _thread(line: Line, named: str | None) -> str:
    if isinstance(line.who, Customer):
        if named not in (None, line.who.thread):
            raise NotFound("there is no such thread")
        return line.who.thread
    if named is None:
        raise BadRequest.field("thread", "an agent names the thread")
    return named
