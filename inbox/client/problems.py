"""What a client finds beside the server's own problems: no server, and how long to wait."""

from __future__ import annotations


class Unreachable(ConnectionError):
    """The server could not be reached, or went away before it answered.

    Whether it did what was asked is unknown. Sends may be repeated with their `client_id`, and all
    else that a client calls may be repeated as it is.
    """


def read_seconds(retry_after: str | None) -> float | None:
    """`Retry-After` in seconds; a date is not used by this contract and counts as not given."""
    if retry_after is None or not retry_after.isdecimal():
        return None
    return float(retry_after)
