"""The states of a conversation, as one table of what each act does in each state.

    state             none           open            snoozed         resolved
    customer_wrote   begins         waits           wakes           reopens in the window, or begins
    agent_wrote      begins, taken  answered        answered        reopens in the window, or begins
    take             conflict       taken           taken           conflict
    assign           conflict       given           given           conflict
    release          –              to the queue    to the queue    to the queue
    snooze           conflict       snoozed         new end         conflict
    wake             –              –               open when due   –
    resolve          conflict       resolved        resolved        –
    reopen           conflict       –               open            open

Every act returns the conversation as it is then and the changes in the order in which they belong
in the log; an act that changes nothing returns no change, so that repeating it is safe. Times are
Unix ms. The clock may step back: a negative age counts as none.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from inbox.core.errors import BadRequest, Conflict, Holder
from inbox.core.events import State

LONGEST_SNOOZE_MS = 366 * 24 * 3_600_000


class Conversation(msgspec.Struct, frozen=True):
    """A thread's last conversation; of earlier ones only their events remain.

    `assignee` outlives *resolved*, so that a reopened conversation is back with who had it.
    `waiting_since` is the first customer message that no agent has answered yet.
    """

    number: int = 0
    state: Literal["none"] | State = "none"
    assignee: str | None = None
    snoozed_until: int | None = None
    resolved_at: int | None = None
    waiting_since: int | None = None


class Began(msgspec.Struct, frozen=True, tag=True):
    """A new conversation, open."""

    state: ClassVar[State] = "open"
    number: int


class Reopened(msgspec.Struct, frozen=True, tag=True):
    """A resolved conversation is open again under its number."""

    state: ClassVar[State] = "open"
    number: int


class Snoozed(msgspec.Struct, frozen=True, tag=True):
    """The conversation sleeps until then, or until the customer writes."""

    state: ClassVar[State] = "snoozed"
    number: int
    until: int


class Woke(msgspec.Struct, frozen=True, tag=True):
    """A snoozed conversation is open again."""

    state: ClassVar[State] = "open"
    number: int


class Resolved(msgspec.Struct, frozen=True, tag=True):
    """The matter is settled."""

    state: ClassVar[State] = "resolved"
    number: int


class Assigned(msgspec.Struct, frozen=True, tag=True):
    """Another agent has it now, or the queue (none)."""

    agent: str | None
    reason: str


Status: TypeAlias = Began | Reopened | Snoozed | Woke | Resolved
"""Changes of state: each has `state` and `number`."""

Change: TypeAlias = Status | Assigned
Outcome: TypeAlias = tuple[Conversation, tuple[Change, ...]]


def customer_wrote(conv: Conversation, *, now: int, reopen_ms: int) -> Outcome:
    """A customer's message: begins, wakes or reopens, and from then on somebody waits."""
    conv, changes = _opened(conv, now=now, reopen_ms=reopen_ms)
    if conv.state == "snoozed":
        conv, changes = _awake(conv)
    if conv.waiting_since is None:
        conv = replace(conv, waiting_since=now)
    return conv, changes


def agent_wrote(conv: Conversation, *, agent: str, now: int, reopen_ms: int) -> Outcome:
    """An agent's message: answers whoever waits, and takes what nobody has.

    Another's conversation stays with its assignee, and a snoozed one sleeps on.
    """
    conv, changes = _opened(conv, now=now, reopen_ms=reopen_ms)
    if conv.assignee is None:
        conv = replace(conv, assignee=agent)
        # A new conversation that drops the former assignee changes hands once, not twice.
        kept = tuple(change for change in changes if not isinstance(change, Assigned))
        changes = (*kept, Assigned(agent, "replied"))
    return replace(conv, waiting_since=None), changes


def take(conv: Conversation, *, agent: str, holder: Holder | None = None) -> Outcome:
    """An agent claims it. The first wins; raises Conflict with `holder`, the assignee by name."""
    _demand_open(conv)
    if conv.assignee is not None and conv.assignee != agent:
        holder = holder or Holder(conv.assignee, "another agent")
        raise Conflict(f"{holder.name} has this conversation", holder=holder)
    return _handed(conv, agent, reason="taken")


def assign(conv: Conversation, *, to: str, members: Collection[str]) -> Outcome:
    """An agent gives it to somebody; raises BadRequest unless `to` is of the serving team."""
    _demand_open(conv)
    if to not in members:
        raise BadRequest.field("agent", "is not an active member of the team that serves this")
    return _handed(conv, to, reason="assigned")


def release(conv: Conversation, *, reason: str = "released") -> Outcome:
    """Back to the queue, in any state, since an agent may also leave what is resolved."""
    return _handed(conv, None, reason=reason)


def snooze(conv: Conversation, *, until: int, now: int) -> Outcome:
    """Put it aside until a time in the future, at most 366 days ahead; BadRequest otherwise."""
    _demand_open(conv)
    if until <= now:
        raise BadRequest.field("until", "must be in the future")
    if until - now > LONGEST_SNOOZE_MS:
        raise BadRequest.field("until", "must be within a year")
    if conv.snoozed_until == until:
        return conv, ()
    asleep = replace(conv, state="snoozed", snoozed_until=until)
    return asleep, (Snoozed(conv.number, until),)


def wake(conv: Conversation, *, now: int) -> Outcome:
    """The snooze's end has come; nothing where it was moved, or another act was first."""
    if conv.state != "snoozed" or conv.snoozed_until is None or now < conv.snoozed_until:
        return conv, ()
    return _awake(conv)


def resolve(conv: Conversation, *, now: int) -> Outcome:
    """Settle it; nobody waits any more."""
    if conv.state == "resolved":
        return conv, ()
    _demand_open(conv)
    done = replace(conv, state="resolved", snoozed_until=None, resolved_at=now, waiting_since=None)
    return done, (Resolved(conv.number),)


def reopen(conv: Conversation) -> Outcome:
    """An agent opens it again, however long ago it was resolved."""
    if conv.state == "none":
        raise Conflict("there is no conversation yet")
    if conv.state == "snoozed":
        return _awake(conv)
    return _again(conv) if conv.state == "resolved" else (conv, ())


def _opened(conv: Conversation, *, now: int, reopen_ms: int) -> Outcome:
    """What any message does first: with it there is a conversation that is not resolved."""
    if conv.state in {"open", "snoozed"}:
        return conv, ()
    if conv.resolved_at is not None and max(0, now - conv.resolved_at) <= reopen_ms:
        return _again(conv)
    number = conv.number + 1
    begun: tuple[Change, ...] = (Began(number),)
    if conv.assignee is not None:
        begun = (*begun, Assigned(None, "new conversation"))
    return Conversation(number=number, state="open"), begun


def _again(conv: Conversation) -> Outcome:
    return replace(conv, state="open", resolved_at=None), (Reopened(conv.number),)


def _awake(conv: Conversation) -> Outcome:
    return replace(conv, state="open", snoozed_until=None), (Woke(conv.number),)


def _handed(conv: Conversation, agent: str | None, *, reason: str) -> Outcome:
    if conv.assignee == agent:
        return conv, ()
    return replace(conv, assignee=agent), (Assigned(agent, reason),)


def _demand_open(conv: Conversation) -> None:
    if conv.state == "none":
        raise Conflict("there is no conversation yet")
    if conv.state == "resolved":
        raise Conflict("this conversation is resolved; reopen it first")
