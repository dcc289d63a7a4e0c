"""What each thing that happens on the server's side does to a connection."""

from __future__ import annotations

import msgspec

from inbox.core import frames
from inbox.core.errors import Expired, Forbidden, Internal, RateLimited
from inbox.core.policy import Agent
from inbox.core.sync import commands, inputs
from inbox.core.sync.line import Line
from inbox.core.sync.states import REGROUP_MS, CloseCode, State

# ── who it is ────────────────────────────────────────────────────────────────────────────────────


def signed_in(line: Line, happened: inputs.SignedIn) -> None:
    """Welcome, and begin with the streams that hello asked for."""
    line.state = State.OPEN
    line.who = happened.who
    line.ends = happened.ends
    line.pulse.begin(line.now)
    line.voice.say(
        frames.Welcome(
            connection=line.connection,
            epoch=line.epoch,
            ping_s=line.limits.ping_ms / 1000,
            pong_s=line.limits.pong_ms / 1000,
        )
    )
    wants, line.wants = line.wants, ()
    for want in wants:
        commands.subscribe(line, want)


def refused(line: Line, happened: inputs.Refused) -> None:
    """Say why, and whether to come back."""
    error = happened.error
    if isinstance(error, Expired):
        code = CloseCode.TOKEN_EXPIRED
    elif isinstance(error, RateLimited):
        code = CloseCode.TOO_MANY
    elif isinstance(error, Internal):
        code = CloseCode.INTERNAL
    else:
        code = CloseCode.TRY_AGAIN if error.temporary else CloseCode.BAD_TOKEN
    line.voice.complain(error)
    line.close(code)


def renewed(line: Line, happened: inputs.Renewed) -> None:
    """Go on until the new token's end; another subject has no business here."""
    line.renewing = False
    who = happened.who
    if line.who is None or type(who) is not type(line.who) or who.id != line.who.id:
        line.close(CloseCode.BAD_TOKEN, reason="another subject")
    else:
        line.ends = happened.ends
        _become(line, who)


def not_renewed(line: Line, happened: inputs.NotRenewed) -> None:
    """Go on until the old token's end."""
    line.renewing = False
    line.voice.complain(happened.error)


def refreshed(line: Line, happened: inputs.Refreshed) -> None:
    """Let go of the streams of teams that are no longer the agent's.

    Who has come into another team has to come anew: what to follow is asked for before a socket.
    """
    before = line.who
    _become(line, happened.who)
    if _teams(happened.who) - _teams(before):
        draining(line, inputs.Draining(REGROUP_MS))


def _teams(who: inputs.Who | None) -> frozenset[str]:
    return who.teams if isinstance(who, Agent) else frozenset()


def _become(line: Line, who: inputs.Who) -> None:
    line.who = who
    for stream in line.streams.names():
        if not line.may_follow(stream):
            line.streams.drop(stream, Forbidden("this stream is no longer yours"))


def revoked(line: Line, _: inputs.Revoked) -> None:
    """The sign-in was taken back."""
    line.close(CloseCode.REVOKED)


# ── what the streams do ──────────────────────────────────────────────────────────────────────────


def joined(line: Line, happened: inputs.Joined) -> None:
    """Resume."""
    line.streams.joined(happened)
    line.advance()


def denied(line: Line, happened: inputs.Denied) -> None:
    """Do without."""
    line.streams.denied(happened)


def stirred(line: Line, happened: inputs.Stirred) -> None:
    """Read on."""
    line.streams.stirred(happened)
    line.advance()


def turned(line: Line, happened: inputs.Turned) -> None:
    """Tell what was read."""
    line.streams.turned(happened)
    line.advance()


def unread(line: Line, happened: inputs.Unread) -> None:
    """Reset, try later, or do without."""
    line.streams.unread(happened)
    line.advance()


def overheard(line: Line, happened: inputs.Overheard) -> None:
    """Tell it in a free moment."""
    line.passed().overhear(happened.key, happened.frame)
    line.advance()


# ── what was asked for ───────────────────────────────────────────────────────────────────────────


def stored(line: Line, happened: inputs.Stored) -> None:
    """Answer the send, and begin the next one."""
    asked, begun = line.asked().end(happened.ticket)
    if asked is not None and asked.id is not None:
        line.voice.say(
            frames.Ok(
                id=asked.id,
                message=msgspec.Raw(happened.message),
                duplicate=happened.duplicate,
                promise=_raw(happened.promise),
                choice=_raw(happened.choice),
            )
        )
    line.voice.do(*begun)


def _raw(encoded: bytes | None) -> msgspec.Raw | frames.Unset:
    return frames.UNSET if encoded is None else msgspec.Raw(encoded)


def marked(line: Line, happened: inputs.Marked) -> None:
    """Begin the next receipt."""
    line.voice.do(*line.asked().end(happened.ticket)[1])


def failed(line: Line, happened: inputs.Failed) -> None:
    """Say why, and begin the next."""
    asked, begun = line.asked().end(happened.ticket)
    if asked is not None:
        to = frames.UNSET if asked.id is None else asked.id
        line.voice.complain(happened.error, to=to)
    line.voice.do(*begun)


# ── time, and the end ────────────────────────────────────────────────────────────────────────────


def wrote(line: Line, _: inputs.Wrote) -> None:
    """Once everything said is on its way, go on."""
    line.voice.wrote()
    if not line.voice.unsent:
        line.pulse.written(line.now)
        line.advance()


def ticked_early(line: Line, _: inputs.Ticked) -> None:
    """Whoever does not sign in must not hold a place."""
    if line.now >= line.began_at + line.limits.hello_ms:
        line.close(CloseCode.NO_PONG, reason="no sign-in within the time")


def ticked(line: Line, _: inputs.Ticked) -> None:
    """Look at every deadline."""
    now, voice = line.now, line.voice
    line.streams.retry(now)
    leaves_at = line.leaves_at()
    if line.ends is not None and now >= line.ends:
        line.close(CloseCode.TOKEN_EXPIRED)
    elif leaves_at is not None and now >= leaves_at:
        line.close(CloseCode.DRAINING)
    elif voice.unsent:
        if now >= voice.writing_since + line.limits.stall_ms:
            line.close(CloseCode.SLOW_CONSUMER, at_once=True)
    elif line.pulse.is_lost(now):
        line.close(CloseCode.NO_PONG)
    else:
        if line.pulse.ping_is_due(now):
            voice.say(frames.Ping())
        line.advance()


def draining(line: Line, happened: inputs.Draining) -> None:
    """Tell the client to spread its return, and close when the time is over."""
    if line.closing_at is None:
        line.closing_at = line.now + happened.within_ms
        line.voice.say(frames.Drain(within_ms=happened.within_ms))


def draining_early(line: Line, _: inputs.Draining) -> None:
    """Not signed in yet: come back at once, elsewhere."""
    line.close(CloseCode.DRAINING)


def lost(line: Line, _: inputs.Lost) -> None:
    """The socket is gone; nothing can be said any more."""
    line.end()


def ignore(_line: Line, _: object) -> None:
    """An answer that came too late or out of place; nothing depends on it any more."""
