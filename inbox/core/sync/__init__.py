"""The server's side of one live connection, as a state machine without I/O, clock or randomness.

    greeting ──hello──▶ signing ──signed in──▶ open ──▶ over
        └───────────────────┴── refused, late, bad ──────┘

Things that happen (`inputs`) go in with the time; things to do (`effects`) come out. The driver
(`inbox.live.session`) moves bytes and calls flows; every decision is here.

A connection holds a cursor per stream, never a queue of events: it asks for the next stretch only
when everything said so far was taken by the transport. So a slow reader costs lag, not memory.
"""

from inbox.core.sync.effects import Effect
from inbox.core.sync.inputs import Batch, Input
from inbox.core.sync.machine import Sync
from inbox.core.sync.states import CloseCode, Limits, State

__all__ = ["Batch", "CloseCode", "Effect", "Input", "Limits", "State", "Sync"]
