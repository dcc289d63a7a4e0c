"""Inside the team: who gets an open conversation, how much one agent has, and when it goes back.

    1  its assignee, if on duty
    2  the agent who last answered this customer, if on duty and under the soft limit
    3  the team's queue: taken by hand (pull), or given to the least loaded agent on duty (push)

What counts for capacity is what is *active*: a customer message unanswered, or activity within
fifteen minutes. At the soft limit an agent gets nothing new by 2 and 3. At the hard limit they can
neither take nor be given anything by hand, but for *returning* customers: those whom they answered
last. What is theirs already stays theirs, whatever they have, and an answer is never refused.

Times are Unix ms; whoever asks knows who is on duty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from inbox.core.hours import Hours, after, next_open, state
from inbox.core.rules import TeamRules

ACTIVE_MS = 15 * 60_000
MINUTE = 60_000

GoesBack = Literal["off duty", "not answered", "left the team"]
"""Why a conversation goes back to the queue by itself."""


class Load(NamedTuple):
    """An agent on duty: how many active conversations, and when they were handed one last.

    In the order of the turns: the least of several is whose turn it is.
    """

    active: int
    handed_at: int
    """0: never."""
    agent: str


class Choice(msgspec.Struct, frozen=True):
    """Who gets it, and why, in words."""

    agent: str
    why: str


def soft_limit(rules: TeamRules) -> int | None:
    """From how many active conversations on nobody is given a new one; none: no such number."""
    return min(filter(None, (rules.soft_limit, rules.hard_limit)), default=None)


def choose(
    loads: Sequence[Load],
    *,
    rules: TeamRules,
    last: str | None = None,
    but: str | None = None,
) -> Choice | None:
    """Who of those on duty gets a conversation that nobody has; none: it stays in the queue.

    `last` answered this customer last, `but` has just given it up. The least loaded is who has the
    fewest active ones; of several who has been without a new one for longest, then the lowest id.
    """
    limit = soft_limit(rules)
    free = [one for one in loads if one.agent != but and (limit is None or one.active < limit)]
    if last is not None and any(one.agent == last for one in free):
        return Choice(last, "answered last")
    if rules.handing == "pull" or not free:
        return None
    least = min(free)
    return Choice(least.agent, f"least loaded, {least.active} active")


def may_take(active: int, *, rules: TeamRules, returning: bool) -> bool:
    """Whether an agent with so many active conversations may have one more by hand."""
    return returning or not rules.hard_limit or active < rules.hard_limit


def goes_back(*, is_member: bool, on_duty: bool, is_open: bool) -> GoesBack | None:
    """Why a conversation whose customer waits does not stay with its assignee, if so."""
    if not is_member:
        return "left the team"
    return "off duty" if is_open and not on_duty else None


def take_back_at(
    hours: Hours, at: int, *, rules: TeamRules, on_duty: bool, grace_ms: int
) -> int | None:
    """When a conversation that somebody has, and whose customer waits, goes back to the queue.

    After `take_back_after` minutes of the team's hours: outside them that is so long after the
    opening. Who is off duty while the team is open has taken it by hand, and keeps it as long as
    one whose connection is lost. None: never.
    """
    if not on_duty and state(hours, at) == "open":
        return after(hours, at, grace_ms)
    if rules.take_back_after:
        return after(hours, at, rules.take_back_after * MINUTE)
    return None if on_duty else next_open(hours, at)
