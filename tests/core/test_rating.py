"""When a conversation may be rated: from its end on, for some days."""

from __future__ import annotations

import pytest

from inbox.core.errors import Conflict
from inbox.core.rating import DAY_MS, demand_ratable

ENDED = 1_795_348_800_000


@pytest.mark.parametrize("after", [0, 1, DAY_MS, 14 * DAY_MS, -DAY_MS])
def test_it_may_from_the_end_to_the_last_day(after: int) -> None:
    demand_ratable(3, resolved_at=ENDED, now=ENDED + after, days=14)


@pytest.mark.parametrize(
    ("resolved_at", "after", "says"),
    [
        (None, 0, "conversation 3 is not resolved"),
        (ENDED, 14 * DAY_MS + 1, "conversation 3 was resolved more than 14 days ago"),
    ],
)
def test_before_and_later_it_may_not(resolved_at: int | None, after: int, says: str) -> None:
    with pytest.raises(Conflict, match=says):
        demand_ratable(3, resolved_at=resolved_at, now=ENDED + after, days=14)
