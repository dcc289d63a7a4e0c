"""When a customer may say how well a conversation went."""

from __future__ import annotations

from inbox.core.errors import Conflict

DAY_MS = 86_400_000


def demand_ratable(number: int, *, resolved_at: int | None, now: int, days: int) -> None:
    """Raise Conflict unless a conversation may be rated now, for the first time or anew.

    It may from *resolved* on (Unix ms; none: it is not), for so many days. While it is reopened it
    waits for its end again, and the days begin anew with that. The clock may step back.
    """
    if resolved_at is None:
        raise Conflict(f"conversation {number} is not resolved")
    if now - resolved_at > days * DAY_MS:
        raise Conflict(f"conversation {number} was resolved more than {days} days ago")
