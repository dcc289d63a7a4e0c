"""How the carrier's customers write, in the shape of 525 real conversations with brands' care.

The figures were counted once, in the file of threads that the project is developed on: at which
hour of the day customers write, how many write again after an answer, and how soon. They are seeded
here, so that a run can be repeated to the message.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Customers' messages by the hour of the day, from midnight on. The file's hours are UTC and its
# customers mostly American: the list begins six hours later there.
BY_HOUR = (
    12,
    6,
    9,
    11,
    11,
    18,
    15,
    16,
    27,
    39,
    42,
    46,
    29,
    49,
    38,
    39,
    27,
    44,
    38,
    26,
    21,
    18,
    10,
    12,
)
BY_WEEKDAY = (92, 95, 107, 94, 87, 62, 66)
WRITES_AGAIN = 0.17
"""After an answer. 62 of 576 answers in the file, and 10 % of its conversations have several
messages in a row: both mean another answer."""
AGAIN_MEDIAN_MIN, AGAIN_SIGMA = 18.0, 1.5
WORK_MEDIAN_MIN, WORK_SIGMA = 9.0, 0.7
"""What an answer takes an agent: read, look up, write. Not in the file; a guess that is said."""


def arrivals(
    chance: random.Random, *, start: int, end: int, offset: int, per_week: float
) -> Iterator[int]:
    """When a team's customers begin conversations: a Poisson stream by hour of day and of week.

    `offset` is that of the team's clock from UTC, in ms.
    """
    at = start
    hours, days = sum(BY_HOUR), sum(BY_WEEKDAY)
    peak = per_week * (max(BY_HOUR) / hours) * (max(BY_WEEKDAY) / days) / HOUR
    while (at := at + int(chance.expovariate(peak))) < end:
        local = at + offset
        hour = BY_HOUR[local // HOUR % 24] / max(BY_HOUR)
        weekday = BY_WEEKDAY[(local // DAY + 3) % 7] / max(BY_WEEKDAY)  # the epoch was a Thursday
        if chance.random() < hour * weekday:
            yield at


def work_ms(chance: random.Random) -> int:
    """How long an agent works on one answer."""
    return int(chance.lognormvariate(math.log(WORK_MEDIAN_MIN), WORK_SIGMA) * MINUTE)


def again_ms(chance: random.Random) -> int | None:
    """How long after an answer the customer writes once more; none: they do not."""
    if chance.random() >= WRITES_AGAIN:
        return None
    return int(min(chance.lognormvariate(math.log(AGAIN_MEDIAN_MIN), AGAIN_SIGMA), 2_000) * MINUTE)
