"""How often somebody may come: the generic cell rate algorithm, as a pure function.

Own code, since a limit stands on the path of every send: the libraries tried took a fifth of its
processor time, and a thread for each key.
"""

from __future__ import annotations

MINUTE_S = 60.0


def admit(due: float, *, now: float, per_minute: int) -> float | None:
    """When the next one of an even flow would be due, or none where this one comes too soon.

    `due` is what the last call gave (0 at first). A burst of `per_minute` is admitted at once, and
    from then on one every 60 / `per_minute` seconds; a pause fills the burst up again. ITU-T I.371,
    annex A: the virtual scheduling algorithm.
    """
    step = MINUTE_S / per_minute
    begin = max(due, now)
    if begin - now > MINUTE_S - step + _ROUNDING:
        return None
    return begin + step


def wait_s(due: float, *, now: float, per_minute: int) -> float:
    """Seconds until the next one is admitted; 0 where it would be now."""
    step = MINUTE_S / per_minute
    return max(0.0, due - now - (MINUTE_S - step))


_ROUNDING = 1e-6
"""Sums of steps are not exact; a microsecond early is not too soon."""
