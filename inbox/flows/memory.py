"""What a process remembers of the registry (people, teams, who is signed in), until it moves."""

from __future__ import annotations

from typing import NamedTuple

from inbox.core import policy
from inbox.core.hints import REGISTRY, Moved, Passing
from inbox.flows.freed import Freed
from inbox.flows.lapses import Lapses
from inbox.flows.looks import Looks
from inbox.flows.measures import Measures
from inbox.flows.presence import Presence
from inbox.flows.roster import Roster
from inbox.flows.turns import Turns

CUSTOMERS_REMEMBERED = 100_000
"""A bound on memory, far above the customers who write within one token's life."""


class SearchWalk(NamedTuple):
    """How far search has come on its way through all threads, by their ids."""

    began: int
    after: str = ""
    left: bool = False
    """Whether a thread behind it has more than was its share."""


class Memory:
    """Caches that are all dropped when the registry moves, and the database's epoch."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.receipts = Turns()
        self.looks = Looks()
        self.measures = Measures()
        self.lapses = Lapses()
        self.presence = Presence()
        self.freed = Freed()
        self.looked_at = 0
        """When it was last looked for what is to be taken back, in Unix ms."""
        self.in_front: dict[str, str] = {}
        self.search_whole_at: int | None = None
        self.search_walk: SearchWalk | None = None
        self.roster: Roster | None = None
        self.registry = -1
        self._customers: dict[tuple[str, int, int], policy.Customer] = {}
        self.agents: dict[str, policy.Agent] = {}

    def hear(self, hint: Moved | Passing) -> None:
        """Forget what the registry's move may have made untrue."""
        if isinstance(hint, Moved) and hint.stream == REGISTRY and hint.head > self.registry:
            self.registry = hint.head
            self.forget()

    def forget(self) -> None:
        """Drop everything; it is read again when needed."""
        self.roster = None
        self._customers.clear()
        self.agents.clear()

    def customer(self, sub: str, issued_at: int, expires_at: int) -> policy.Customer | None:
        """The customer of a token that was let in before."""
        return self._customers.get((sub, issued_at, expires_at))

    def remember_customer(self, customer: policy.Customer) -> None:
        """Let this token in without a look at the database from now on."""
        if len(self._customers) >= CUSTOMERS_REMEMBERED:
            self._customers.clear()
        self._customers[customer.id, customer.issued_at, customer.expires_at] = customer
