"""The rules of pushes: whether one is still wanted, when it may go, and which goes into which.

A push waits in a line of its circuit, alerts before badges. When it is claimed it is judged, and
what is left for one device is gathered into the newest. All times are Unix milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Literal

import msgspec

Kind = Literal["message", "callback", "badge", "test"]

LIFE_MS = 24 * 3_600_000
"""So long after what it tells of was written, a push is of no use to anybody."""
BADGE_EVERY_MS = 10_000
"""A device gets a badge alone at most so often."""
TURN_MS = 1_000
"""How long a push waits while another one is under way to its device."""


class PushState(IntEnum):
    """What became of a push, as `push_outbox.state` holds it."""

    WAITS = 0
    LEASED = 1
    SENT = 2
    FAILED = 3
    SUPPRESSED = 4
    COLLAPSED = 5
    EXPIRED = 6
    GONE = 7


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A push that is due, with what it is judged by."""

    id: str
    kind: Kind
    thread: str
    device: str
    seq: int
    expires_at: int
    seen: int
    """How far an app in front has acknowledged."""
    read: int
    """How far the customer has read."""
    gone: bool = False
    """The device is forgotten, or takes no pushes any more."""
    push_after: int = 0
    """The provider asked to leave the device alone until then."""
    quiet_until: int | None = None
    """The customer wants no pushes until then."""


class Over(msgspec.Struct, frozen=True):
    """It is not sent, for a reason that the trail keeps."""

    state: PushState
    reason: str
    into: str | None = None


class Later(msgspec.Struct, frozen=True):
    """It is not sent now."""

    at: int
    reason: str
    expires_at: int


class Beside(msgspec.Struct, frozen=True):
    """Another push for the same device: it waits, or is `leased` by somebody else."""

    id: str
    kind: Kind
    seq: int
    leased: bool


class Gathered(msgspec.Struct, frozen=True):
    """What is to be done with pushes that were claimed together, by their ids.

    Whatever is neither over nor later is sent. `over` may name what waited beside them.
    """

    over: dict[str, Over]
    later: dict[str, Later]


def grace_ms(receipts_interval_ms: int) -> int:
    """How long a push waits for the acknowledgement of an app that is in front.

    Receipts are gathered for an interval before they are stored; the rest is for the network.
    """
    return max(receipts_interval_ms, 1_000) + 1_500


def line_of(kind: Kind, circuit: str) -> str:
    """The line in which a push waits: alerts stand before badges, each circuit apart."""
    return f"{1 if kind == 'badge' else 0}:{circuit}"


def circuit_of(line: str) -> str:
    """The circuit of a line."""
    return line.partition(":")[2]


def why_seen(kind: Kind, seq: int, *, seen: int, read: int) -> str | None:
    """Why a push need not be sent: the customer knows what it tells of."""
    if kind != "message" or seq > max(seen, read):
        return None
    return "read" if seq <= read else "acknowledged in front"


def judge(due: Due, *, now: int) -> Over | Later | None:
    """Whether a due push is over or waits on; none: it may go."""
    if due.gone:
        return Over(PushState.GONE, "no device")
    if reason := why_seen(due.kind, due.seq, seen=due.seen, read=due.read):
        return Over(PushState.SUPPRESSED, reason)
    if due.expires_at <= now:
        return Over(PushState.EXPIRED, "expired")
    if due.push_after > now:
        return Later(due.push_after, "device slowed down", due.expires_at)
    if due.quiet_until is not None and due.kind == "message":
        # Kept until the morning, and a little longer, even where it would expire in the night.
        return Later(
            due.quiet_until, "quiet hours", max(due.expires_at, due.quiet_until + 3_600_000)
        )
    return None


def gather(
    claimed: Sequence[Due], *, beside: dict[tuple[str, str], list[Beside]], now: int
) -> Gathered:
    """Judge what was claimed together, and gather what is left for each device into one push.

    The newest message of a thread goes to a device and says how many there are; the older ones go
    into it, those too that wait beside it. An alert carries the badge along. While another push is
    under way to the device, all wait for their turn, so that none overtakes it.
    """
    over: dict[str, Over] = {}
    later: dict[str, Later] = {}
    left: dict[tuple[str, str], list[Due]] = {}
    for due in claimed:
        judged = judge(due, now=now)
        if isinstance(judged, Over):
            over[due.id] = judged
            continue
        if isinstance(judged, Later):
            later[due.id] = judged
        left.setdefault((due.thread, due.device), []).append(due)
    for place, dues in left.items():
        others = beside.get(place, [])
        if others or len(dues) > 1:
            _gather_one(dues, others, over=over, later=later, now=now)
    return Gathered(over, later)


def _gather_one(
    dues: list[Due],
    beside: list[Beside],
    *,
    over: dict[str, Over],
    later: dict[str, Later],
    now: int,
) -> None:
    messages = sorted((due.seq, due.id) for due in dues if due.kind == "message")
    if messages:
        newest_seq, newest = messages[-1]
        older = [one for _, one in messages[:-1]]
        older += [one.id for one in beside if _goes_into(one, newest_seq)]
        _collapse(older, newest, over=over, later=later)
    under_way = any(one.leased for one in beside)
    for due in dues:
        if under_way and due.id not in over and due.id not in later and due.kind != "test":
            later[due.id] = Later(now + TURN_MS, "another is under way", due.expires_at)
    going = [due for due in dues if due.id not in over and due.id not in later]
    alerts = [due.id for due in going if due.kind != "badge"]
    if alerts:
        badges = [due.id for due in dues if due.kind == "badge"]
        badges += [one.id for one in beside if one.kind == "badge" and not one.leased]
        _collapse(badges, alerts[-1], over=over, later=later)


def _goes_into(one: Beside, seq: int) -> bool:
    return one.kind == "message" and one.seq <= seq and not one.leased


def _collapse(
    ids: Iterable[str], into: str, *, over: dict[str, Over], later: dict[str, Later]
) -> None:
    for one in ids:
        over[one] = Over(PushState.COLLAPSED, "gathered", into)
        later.pop(one, None)
