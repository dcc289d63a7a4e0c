"""Cover: a timed lease by which another team serves a conversation. The pin never moves.

When a customer writes, this table decides, from above; the first line that fits holds. *There* is
a team within its hours (on limited time: for urgent matters alone), and, where it has chosen so,
with somebody on duty.

    who serves        is it there   the message         then
    a covering team   yes           any                 stays
    a covering team   no            urgent              home, if home is there; else anybody open
    a covering team   no            not urgent          stays until the lease ends
    home              any           new, in the share   cover by the team that the storm names
    any               yes           any                 stays
    any               no            urgent              cover by anybody open, the policy's first
    bounce, general   no            not urgent          stays: it is not covered again
    home              no            choice *wait*       stays
    home              no            given back by hand  stays
    home              no            choice *now*        cover by the first open team of the policy
    home              no            policy *cover*      cover by the first open team of the policy
    home              no            policy *ask*        the customer is asked, once
    home              no            policy *wait*       stays

What nobody can do is not offered: with no open team a policy of *cover* or *ask* stays, too. What
a customer chose, and that a lease was ended by hand, hold until the home team opens next (by its
hours of then, where they are changed meanwhile), and for that conversation alone.

A lease ends once, by whatever comes first:

    its end has come            back to where it was, with the note; at most 30 minutes later
    somebody hands it back      back at once, with the note
    resolved                    home (in general care: there)
    transferred                 a bounce; to the home team: home
    the customer chooses        general care: there; their team again: stays covered
    a new pin on its team       home
    another team covers         the next lease, with the same way back

Where it was is home; or, since urgent matters are always covered, the team of a bounce or general
care. What a person did by hand is not undone by the rules: a bounced conversation and one in
general care take no cover by hand, an open team and a covered one do.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, TypeAlias

import msgspec

from inbox.core.events import ServingWhy
from inbox.core.hours import DAY_MS, Hours, closes_at, next_open, next_opening, state

MINUTE_MS = 60_000
QUIET_MS = 15 * MINUTE_MS
"""A conversation in which nobody has written for so long is in no exchange."""
PATIENCE_MS = 30 * MINUTE_MS
"""So long after its end a lease waits for that, and no longer."""
LONGEST_COVER_MS = 31 * DAY_MS
"""Nobody covers longer, whoever asks for it."""

Policy = Literal["wait", "cover", "ask"]
Choice = Literal["open", "wait", "now", "home"]
"""`open`: the customer is asked; `wait`, `now`: what they said; `home`: given back by hand."""
CoverWhy = Literal["policy", "choice", "urgent", "storm", "hand"]
EndWhy = Literal["time", "hand", "resolved", "bounce", "care", "pin", "moved"]


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's message, and who could take it. Teams are ids."""

    why: ServingWhy
    there: bool
    home_there: bool = False
    urgent: bool = False
    policy: Policy = "wait"
    choice: Choice | None = None
    new: bool = False
    """Whether the message began a conversation."""
    spill: str | None = None
    """Whom a storm names, where that team is there."""
    first: str | None = None
    """The first team of the policy that is there."""
    anybody: str | None = None
    """The first team at all that is there, those of the policy before others."""


class Stay(msgspec.Struct, frozen=True, tag=True):
    """Nothing changes."""


class Cover(msgspec.Struct, frozen=True, tag=True):
    """A team covers, and why."""

    team: str
    why: CoverWhy


class GoHome(msgspec.Struct, frozen=True, tag=True):
    """The lease ends before its time: home is there, and who covers is not."""


class Ask(msgspec.Struct, frozen=True, tag=True):
    """The customer is to choose."""


Decision: TypeAlias = Stay | Cover | GoHome | Ask
STAY = Stay()


def decide(told: Situation) -> Decision:
    """What happens to the conversation that the message is in; see the table above."""
    if told.why == "cover":
        return STAY if told.there or not told.urgent else _relieve(told)
    if told.why == "home" and told.new and told.spill is not None:
        return Cover(told.spill, "storm")
    if told.there:
        return STAY
    if told.urgent and told.anybody is not None:
        return Cover(told.anybody, "urgent")
    if told.why != "home" or told.choice in {"wait", "home"} or told.first is None:
        return STAY
    if told.choice == "now":
        return Cover(told.first, "choice")
    if told.policy == "cover":
        return Cover(told.first, "policy")
    return Ask() if told.policy == "ask" and told.choice is None else STAY


def _relieve(told: Situation) -> Decision:
    if told.home_there:
        return GoHome()
    return STAY if told.anybody is None else Cover(told.anybody, "urgent")


def serves(hours: Hours, at: int, *, urgent: bool) -> bool:
    """Whether a team's hours let it serve now."""
    now = state(hours, at)
    return now == "open" or (urgent and now == "limited")


def opens_after(home: Hours, at: int, *, urgent: bool = False) -> int:
    """When the home team is there again: its next opening, also where it is open now.

    One that never opens again counts as opening when the longest cover ends.
    """
    if serves(home, at, urgent=urgent):
        opens = next_opening(home, at)
    else:
        opens = next_open(home, at, urgent=urgent)
    return at + LONGEST_COVER_MS if opens is None else min(opens, at + LONGEST_COVER_MS)


def ends_at(covering: Hours, at: int, *, back: int, urgent: bool = False) -> int:
    """When a lease ends that the rules began: at `back`, or sooner when the covering team closes.

    Always after `at`.
    """
    closes = closes_at(covering, at, urgent=urgent)
    if closes is not None and at < closes < back:
        return closes
    return max(back, at + 1)


def hands_back_at(ends: int, last_message_at: int | None) -> int:
    """When a lease that ends at `ends` is handed back, as far as is known now.

    Not in the middle of an exchange: after 15 quiet minutes, or 30 minutes after its end.
    """
    if last_message_at is None:
        return ends
    return min(max(ends, last_message_at + QUIET_MS), ends + PATIENCE_MS)


def holder_after(assignee: str | None, *, kept: str | None, members: Collection[str]) -> str | None:
    """Who has the conversation when it is back: of those two who is of the team, or the queue.

    `kept` had it before; an `assignee` of the same team has it since, and keeps it.
    """
    if assignee in members:
        return assignee
    return kept if kept in members else None


class Lease(msgspec.Struct, frozen=True):
    """A lease that runs. `back_team` and `back_why` say where the conversation was before.

    `kept` had it when the lease began; `note` is what was written for the hand-back so far.
    """

    id: str
    to_team: str
    back_team: str
    back_why: ServingWhy
    began_at: int
    ends_at: int
    kept: str | None
    note: str | None
    why: CoverWhy


def hand_back_note(team: str, *, waits: bool) -> str:
    """What the home team reads where nobody has written a note."""
    if waits:
        return f"{team} covered; the customer waits for an answer"
    return f"{team} covered; nobody waits"
