"""A thread as product and contract describe it, in as few words as possible: what must come out.

Each act answers with the error that it must raise, or none, and then has changed the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from inbox.core.errors import BadRequest, Conflict, NotFound, PinboxError, StaleView

WINDOW = 72 * 3_600_000
Refusal: TypeAlias = type[PinboxError] | None


@dataclass
class Desk:
    """Who is in which team."""

    spokane: str
    tampa: str
    members: dict[str, set[str]]

    def home_of(self, region: str | None) -> str:
        """Where a region's customers belong; Spokane is the default."""
        return self.tampa if region == "US-FL" else self.spokane


@dataclass
class Line:
    """One customer's thread."""

    desk: Desk
    home: str
    serving: str
    region: str | None
    claims_iat: int
    signed_out: int = 0
    by_hand: bool = False
    number: int = 0
    state: str | None = None
    holder: str | None = None
    until: int | None = None
    resolved_at: int = 0
    waits: bool = False
    last_customer_seq: int = 0
    answered: bool = False
    said: list[tuple[str, str]] = field(default_factory=list)
    known: dict[tuple[str, str], tuple[str, str, int]] = field(default_factory=dict)
    """Sender and client_id → kind, body and place."""

    def sees(self, agent: str) -> bool:
        """Whether the thread exists for an agent."""
        return any(agent in self.desk.members[team] for team in (self.home, self.serving))

    def arrive(self, *, iat: int, region: str | None) -> bool:
        """A token comes; false where it is refused."""
        if iat < self.signed_out:
            return False
        if iat > self.claims_iat:
            self.claims_iat = iat
            if region is not None and region != self.region:
                blind = self.region is None and not self.answered and not self.by_hand
                self.region = region
                if blind and self.desk.home_of(region) != self.home:
                    self._pin(self.desk.home_of(region))
        return True

    def repeat(self, sender: str, client_id: str, kind: str, body: str) -> Refusal | int:
        """What a client_id that came before must answer: its place, or Conflict; 0 if it is new."""
        if (sender, client_id) not in self.known:
            return 0
        told = self.known[sender, client_id]
        return told[2] if told[:2] == (kind, body) else Conflict

    def customer_says(self, *, now: int) -> Refusal:
        """A new message of the customer."""
        going_on = self.state == "open" and self.waits
        self._open(now)
        self.state, self.until, self.waits = "open", None, True
        if not going_on:
            self.holder = None  # nobody here is ever on duty
        return None

    def agent_says(self, agent: str, *, now: int, seen: int, force: bool) -> Refusal:
        """A new message of an agent."""
        if not self.sees(agent):
            return NotFound
        if not force:
            if self.holder not in {None, agent} and self.state != "resolved":
                return Conflict
            if seen < self.last_customer_seq:
                return StaleView
        self._open(now)
        self.holder = self.holder or agent
        self.waits, self.answered = False, True
        return None

    def take(self, agent: str) -> Refusal:
        """An agent claims it."""
        if not self.sees(agent):
            return NotFound
        if self.state not in {"open", "snoozed"} or self.holder not in {None, agent}:
            return Conflict
        self.holder = agent
        return None

    def assign(self, agent: str, to: str) -> Refusal:
        """An agent gives it to somebody."""
        if not self.sees(agent):
            return NotFound
        if self.state not in {"open", "snoozed"}:
            return Conflict
        if to not in self.desk.members[self.serving]:
            return BadRequest
        self.holder = to
        return None

    def release(self, agent: str) -> Refusal:
        """Back to the queue."""
        if not self.sees(agent):
            return NotFound
        self.holder = None
        return None

    def snooze(self, agent: str, *, until: int, now: int) -> Refusal:
        """Aside until then."""
        if not self.sees(agent):
            return NotFound
        if self.state not in {"open", "snoozed"}:
            return Conflict
        if until <= now:
            return BadRequest
        self.state, self.until = "snoozed", until
        return None

    def wake(self, now: int) -> None:
        """Time has passed."""
        if self.until is not None and self.until <= now:
            self._awake()

    def resolve(self, agent: str, *, now: int) -> Refusal:
        """The matter is settled."""
        if not self.sees(agent):
            return NotFound
        if self.state is None:
            return Conflict
        if self.state != "resolved":
            self.state, self.until, self.waits, self.resolved_at = "resolved", None, False, now
            if self.serving != self.home:
                self.serving = self.home
                if self.holder not in self.desk.members[self.home]:
                    self.holder = None
        return None

    def reopen(self, agent: str) -> Refusal:
        """Open again."""
        if not self.sees(agent):
            return NotFound
        if self.state is None:
            return Conflict
        if self.state == "snoozed":
            self._awake()
        self.state = "open"
        return None

    def transfer(self, agent: str, team: str) -> Refusal:
        """To another team, until resolved."""
        if not self.sees(agent):
            return NotFound
        if self.state not in {"open", "snoozed"}:
            return Conflict
        if team == self.serving:
            return BadRequest
        self.serving, self.holder = team, None
        return None

    def repin(self, team: str) -> Refusal:
        """Another home."""
        if team == self.home:
            return BadRequest
        self.by_hand = True
        self._pin(team)
        return None

    def _awake(self) -> None:
        self.state, self.until = "open", None
        if self.waits:
            self.holder = None  # nobody here is ever on duty

    def _pin(self, team: str) -> None:
        if self.serving == self.home:
            self.serving, self.holder = team, None
        self.home = team
        if self.holder is not None and not self.sees(self.holder):
            self.holder = None

    def _open(self, now: int) -> None:
        if self.state in {"open", "snoozed"}:
            return
        if self.state == "resolved" and now - self.resolved_at <= WINDOW:
            self.state = "open"
            return
        self.number, self.state, self.holder = self.number + 1, "open", None
