"""The states of a conversation: the whole table, its edges, and what holds after any history."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from inbox.core import conversation
from inbox.core.conversation import (
    Assigned,
    Began,
    Conversation,
    Outcome,
    Reopened,
    Resolved,
    Snoozed,
    Woke,
    agent_wrote,
    assign,
    customer_wrote,
    release,
    reopen,
    resolve,
    snooze,
    take,
    wake,
)
from inbox.core.errors import BadRequest, Conflict, Holder

HOUR = 3_600_000
WINDOW = 72 * HOUR
NOW = 1_000 * HOUR
BO, MIA = "bo", "mia"

NONE = Conversation()
OPEN = Conversation(1, "open", waiting_since=NOW - HOUR)
HELD = Conversation(1, "open", assignee=BO)
SNOOZED = Conversation(1, "snoozed", assignee=BO, snoozed_until=NOW + HOUR)
RESOLVED = Conversation(1, "resolved", assignee=BO, resolved_at=NOW - HOUR)
OLD = Conversation(1, "resolved", assignee=BO, resolved_at=NOW - WINDOW - 1)
STATES = {"none": NONE, "open": OPEN, "held": HELD, "snoozed": SNOOZED, "resolved": RESOLVED}


def customer(conv: Conversation, now: int = NOW) -> Outcome:
    return customer_wrote(conv, now=now, reopen_ms=WINDOW)


def agent(conv: Conversation, who: str = BO, now: int = NOW) -> Outcome:
    return agent_wrote(conv, agent=who, now=now, reopen_ms=WINDOW)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (NONE, Conversation(1, "open", waiting_since=NOW), (Began(1),)),
        (OPEN, OPEN, ()),  # the first unanswered message counts
        (HELD, replace(HELD, waiting_since=NOW), ()),
        (SNOOZED, replace(HELD, waiting_since=NOW), (Woke(1),)),
        (RESOLVED, replace(HELD, waiting_since=NOW), (Reopened(1),)),
        (
            OLD,
            Conversation(2, "open", waiting_since=NOW),
            (Began(2), Assigned(None, "new conversation")),
        ),
        (replace(OLD, assignee=None), Conversation(2, "open", waiting_since=NOW), (Began(2),)),
    ],
)
def test_a_customer_writes(before: Conversation, after: Conversation, changes: object) -> None:
    assert customer(before) == (after, changes)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (NONE, HELD, (Began(1), Assigned(BO, "replied"))),
        (OPEN, HELD, (Assigned(BO, "replied"),)),
        (HELD, HELD, ()),
        (replace(HELD, assignee=MIA, waiting_since=5), replace(HELD, assignee=MIA), ()),
        (SNOOZED, SNOOZED, ()),
        (replace(SNOOZED, assignee=None), SNOOZED, (Assigned(BO, "replied"),)),
        (RESOLVED, HELD, (Reopened(1),)),
        (replace(RESOLVED, assignee=None), HELD, (Reopened(1), Assigned(BO, "replied"))),
        (OLD, replace(HELD, number=2), (Began(2), Assigned(BO, "replied"))),
        (
            replace(OLD, assignee=MIA),
            replace(HELD, number=2),
            (Began(2), Assigned(BO, "replied")),
        ),
    ],
)
def test_an_agent_writes(before: Conversation, after: Conversation, changes: object) -> None:
    assert agent(before) == (after, changes)


def test_the_window_ends_after_its_last_millisecond_and_a_clock_that_steps_back_is_inside() -> None:
    at = RESOLVED.resolved_at or 0
    assert customer(RESOLVED, at + WINDOW)[1] == (Reopened(1),)
    assert customer(RESOLVED, at + WINDOW + 1)[1][0] == Began(2)
    assert customer(RESOLVED, at - 10 * WINDOW)[1] == (Reopened(1),)


def test_the_first_claim_wins_and_the_other_is_told_who_has_it() -> None:
    taken, changes = take(OPEN, agent=BO)
    assert changes == (Assigned(BO, "taken"),)
    assert taken.waiting_since == OPEN.waiting_since
    with pytest.raises(Conflict, match="Bo has this") as caught:
        take(taken, agent=MIA, holder=Holder(BO, "Bo"))
    assert caught.value.holder == Holder(BO, "Bo")
    assert take(taken, agent=BO) == (taken, ())


def test_an_agent_gives_it_to_a_member_of_the_serving_team() -> None:
    assert assign(HELD, to=MIA, members={BO, MIA})[1] == (Assigned(MIA, "assigned"),)
    assert assign(HELD, to=BO, members={BO, MIA}) == (HELD, ())
    with pytest.raises(BadRequest, match="team"):
        assign(HELD, to="ravi", members={BO, MIA})


def test_release_puts_it_into_the_queue_whatever_its_state() -> None:
    assert release(HELD)[1] == (Assigned(None, "released"),)
    assert release(RESOLVED, reason="left the team")[1] == (Assigned(None, "left the team"),)
    assert release(OPEN) == (OPEN, ())
    assert release(NONE) == (NONE, ())


def test_a_snooze_lies_in_the_future_and_within_a_year() -> None:
    conv, changes = snooze(OPEN, until=NOW + HOUR, now=NOW)
    assert changes == (Snoozed(1, NOW + HOUR),)
    assert conv == replace(OPEN, state="snoozed", snoozed_until=NOW + HOUR)
    assert snooze(conv, until=NOW + HOUR, now=NOW) == (conv, ())
    assert snooze(conv, until=NOW + 1, now=NOW)[1] == (Snoozed(1, NOW + 1),)
    longest = conversation.LONGEST_SNOOZE_MS
    snooze(OPEN, until=NOW + longest, now=NOW)
    for until in (NOW, NOW - 1, NOW + longest + 1):
        with pytest.raises(BadRequest, match="until"):
            snooze(OPEN, until=until, now=NOW)


def test_it_wakes_when_due_and_not_before() -> None:
    assert wake(SNOOZED, now=NOW) == (SNOOZED, ())
    assert wake(SNOOZED, now=NOW + HOUR) == (HELD, (Woke(1),))
    for conv in (NONE, OPEN, RESOLVED):
        assert wake(conv, now=NOW + 9 * HOUR) == (conv, ())


def test_resolve_and_reopen_by_hand() -> None:
    for conv in (OPEN, HELD, SNOOZED):
        done, changes = resolve(conv, now=NOW)
        assert changes == (Resolved(1),)
        assert done == Conversation(1, "resolved", assignee=conv.assignee, resolved_at=NOW)
        assert resolve(done, now=NOW + 1) == (done, ())
    assert reopen(OLD) == (HELD, (Reopened(1),))  # however old
    assert reopen(SNOOZED) == (HELD, (Woke(1),))
    assert reopen(OPEN) == (OPEN, ())


@pytest.mark.parametrize("state", ["none", "resolved"])
def test_what_needs_an_open_conversation_conflicts_without_one(state: str) -> None:
    conv = STATES[state]
    with pytest.raises(Conflict, match="conversation"):
        take(conv, agent=BO)
    with pytest.raises(Conflict, match="conversation"):
        assign(conv, to=BO, members={BO})
    with pytest.raises(Conflict, match="conversation"):
        snooze(conv, until=NOW + 1, now=NOW)
    if state == "none":
        with pytest.raises(Conflict, match="no conversation"):
            resolve(conv, now=NOW)
        with pytest.raises(Conflict, match="no conversation"):
            reopen(conv)


agents = st.sampled_from([BO, MIA])


class AnyHistory(RuleBasedStateMachine):
    """Every act in any order, with a clock that may step back; a replica follows the changes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = Conversation()
        self.now = NOW
        self.state = "none"
        self.number = 0
        self.assignee: str | None = None
        self.unanswered: int | None = None

    def follow(self, outcome: Outcome) -> None:
        """Apply the changes to the replica as a desk would, and check each step."""
        before = self.conv
        self.conv, changes = outcome
        for change in changes:
            match change:
                case Began(number):
                    assert self.state in {"none", "resolved"}  # at most one is open
                    assert number == self.number + 1
                    self.number = number
                case Assigned(agent, reason):
                    assert reason
                    self.assignee = agent
                    continue
                case Reopened(number):
                    assert self.state == "resolved"
                    assert number == self.number
                case Woke(number):
                    assert self.state == "snoozed"
                    assert number == self.number
                case Snoozed(number, _) | Resolved(number):
                    assert self.state in {"open", "snoozed"}
                    assert number == self.number
            self.state = change.state
        if not changes:
            assert replace(before, waiting_since=None) == replace(self.conv, waiting_since=None)

    @rule(step=st.sampled_from([1, HOUR, 71 * HOUR, 73 * HOUR, -HOUR, -100 * HOUR]))
    def time_goes(self, step: int) -> None:
        self.now = max(0, self.now + step)

    @rule()
    def customer_writes(self) -> None:
        self.follow(customer_wrote(self.conv, now=self.now, reopen_ms=WINDOW))
        assert self.conv.state == "open"
        self.unanswered = self.now if self.unanswered is None else self.unanswered

    @rule(who=agents)
    def agent_writes(self, who: str) -> None:
        self.follow(agent_wrote(self.conv, agent=who, now=self.now, reopen_ms=WINDOW))
        assert self.conv.assignee is not None
        self.unanswered = None

    @rule(who=agents)
    def agent_takes(self, who: str) -> None:
        held = self.conv.assignee not in {None, who}
        try:
            self.follow(take(self.conv, agent=who))
        except Conflict as error:
            told = error.holder is not None
        else:
            assert not held
            assert self.conv.assignee == who
            return
        live = self.conv.state in {"open", "snoozed"}
        assert held or not live
        assert told == (held and live)

    @precondition(lambda self: self.conv.state in {"open", "snoozed"})
    @rule(who=agents)
    def agent_assigns(self, who: str) -> None:
        self.follow(assign(self.conv, to=who, members={BO, MIA}))
        assert self.conv.assignee == who

    @rule()
    def agent_releases(self) -> None:
        self.follow(release(self.conv))
        assert self.conv.assignee is None

    @precondition(lambda self: self.conv.state in {"open", "snoozed"})
    @rule(ahead=st.integers(1, 100 * HOUR))
    def agent_snoozes(self, ahead: int) -> None:
        self.follow(snooze(self.conv, until=self.now + ahead, now=self.now))
        assert self.conv.state == "snoozed"

    @rule()
    def timer_rings(self) -> None:
        due = self.conv.state == "snoozed" and self.now >= (self.conv.snoozed_until or 0)
        before = self.conv
        self.follow(wake(self.conv, now=self.now))
        assert (self.conv != before) == due

    @precondition(lambda self: self.conv.state != "none")
    @rule()
    def agent_resolves(self) -> None:
        self.follow(resolve(self.conv, now=self.now))
        assert self.conv.state == "resolved"
        self.unanswered = None

    @precondition(lambda self: self.conv.state != "none")
    @rule()
    def agent_reopens(self) -> None:
        self.follow(reopen(self.conv))
        assert self.conv.state == "open"

    @invariant()
    def the_changes_tell_the_whole_story(self) -> None:
        conv = self.conv
        assert (conv.state, conv.number) == (self.state, self.number)
        assert conv.assignee == self.assignee
        assert conv.waiting_since == self.unanswered

    @invariant()
    def each_state_has_its_own_times_and_no_others(self) -> None:
        conv = self.conv
        assert (conv.state == "none") == (conv.number == 0)
        assert (conv.state == "snoozed") == (conv.snoozed_until is not None)
        assert (conv.state == "resolved") == (conv.resolved_at is not None)
        assert conv.waiting_since is None or conv.state in {"open", "snoozed"}


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
