"""All that an operator can have done, in one table, used here and through the control socket."""

from __future__ import annotations

from typing import Any

from inbox.ops.canned import CANNED
from inbox.ops.changes import CHANGES
from inbox.ops.cover import COVER
from inbox.ops.history import HISTORY
from inbox.ops.hours import HOURS
from inbox.ops.operation import Operation
from inbox.ops.people import PEOPLE
from inbox.ops.pushes import PUSHES
from inbox.ops.reports import REPORTS
from inbox.ops.rules import RULES
from inbox.ops.shifts import SHIFTS
from inbox.ops.upkeep import UPKEEP
from inbox.ops.webhooks import WEBHOOKS

OPERATIONS: dict[str, Operation[Any]] = {
    row.name: row
    for row in (
        *PEOPLE,
        *CHANGES,
        *HOURS,
        *SHIFTS,
        *RULES,
        *COVER,
        *CANNED,
        *HISTORY,
        *PUSHES,
        *WEBHOOKS,
        *REPORTS,
        *UPKEEP,
    )
}
"""Name → what it is."""
