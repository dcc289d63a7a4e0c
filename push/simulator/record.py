"""What the stand-ins took in, and the faults that they are told to make.

One `Records` and one `Faults` are shared by the stand-ins of all providers, by their page and by
their control API. Plain memory for one event loop; nothing here does I/O. Times are Unix
milliseconds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Literal

import msgspec

from push.model import Environment, ProviderName

KEPT = 10_000
"""How many arrivals are remembered; older ones are forgotten."""


# ── what arrived ─────────────────────────────────────────────────────────────────────────────────
class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """One request as the stand-in understood it, with what it did about it."""

    number: int
    """Counts from 1 over all providers, without gaps."""
    at: int
    provider: ProviderName
    app: str
    """APNs: the topic. FCM: the project. Web Push: the key of the sender."""
    environment: Environment | None = None
    token: str
    """The device token, registration token or endpoint."""
    push_id: str = ""
    collapse: str = ""
    headers: dict[str, str]
    """As they came, without the credentials."""
    body: Any
    """Decoded (Web Push: decrypted) JSON; text where it was none."""
    connection: int
    """Which connection it came over; counts from 1 for each stand-in."""
    outcome: str
    """What was answered: "200", "410 Unregistered", or what was done instead: "cut", "silence"."""
    delivered: bool
    """The device has it, whether or not the sender was told so."""
    banner: bool
    """It shows on a lock screen; else it only sets a badge or wakes the app."""


class Records:
    """What arrived, in order, for tests and for the page."""

    def __init__(self) -> None:
        self._kept: deque[Arrived] = deque(maxlen=KEPT)
        self._count = 0
        self._stirred = asyncio.Event()

    @property
    def count(self) -> int:
        """How many have arrived; the number of the newest."""
        return self._count

    def next_number(self) -> int:
        """The number for the arrival that is being made; `add` must follow."""
        return self._count + 1

    def add(self, arrived: Arrived) -> None:
        """Remember it and wake whoever waits."""
        self._count = arrived.number
        self._kept.append(arrived)
        self._stirred.set()
        self._stirred = asyncio.Event()

    def after(self, number: int = 0) -> list[Arrived]:
        """What is remembered of what came after that number, oldest first."""
        return [one for one in self._kept if one.number > number]

    def lock_screen(self, token: str) -> list[Arrived]:
        """The banners on a device, newest first: one replaces another of the same collapse id."""
        shown: dict[str, Arrived] = {}
        for one in self._kept:
            if one.token == token and one.delivered and one.banner:
                key = one.collapse or f"#{one.number}"
                shown.pop(key, None)
                shown[key] = one
        return list(reversed(shown.values()))

    def clear(self) -> None:
        """Forget what arrived; numbers go on."""
        self._kept.clear()

    async def wait(self, number: int) -> None:
        """Return when the arrival of that number is there. Has no deadline of its own."""
        while self._count < number:
            await self._stirred.wait()


# ── faults ───────────────────────────────────────────────────────────────────────────────────────
class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which requests a fault meets; what is not named may be anything."""

    provider: ProviderName | None = None
    app: str | None = None
    token: str | None = None
    push_id: str | None = None
    oauth: bool = False
    """FCM: requests for an access token (`app` is then the account's e-mail), and no pushes."""


class _Deed(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True
):
    """What is done to a request that a fault meets."""


class Reply(_Deed, frozen=True, kw_only=True, tag="reply"):
    """Answer this in place of what the request earned. Nothing is delivered unless it is 2xx."""

    status: int
    reason: str = ""
    """APNs' `reason`, FCM's `errorCode`, the reason or errno of a Web Push service."""
    timestamp: int | None = None
    """APNs' word of when a token died."""
    retry_after: str | None = None
    """The header `Retry-After` as it stands: seconds or a date."""
    body: str | None = None
    """Sent as it is, in place of the JSON that the reason makes."""
    date: int | None = None
    """APNs' header `date`, another clock than ours: Unix milliseconds."""
    split: bool = False
    """The body in two pieces, with a pause between."""
    nameless: bool = False
    """Without the id that the service gives (`apns-id`, `name`, `Location`)."""


class Late(_Deed, frozen=True, kw_only=True, tag="late"):
    """Answer what it earned, so many milliseconds later."""

    by: int


class Silence(_Deed, frozen=True, kw_only=True, tag="silence"):
    """Deliver it, and never answer."""


class Cut(_Deed, frozen=True, kw_only=True, tag="cut"):
    """Cut the connection, everything on it included."""

    delivered: bool = True
    """The device has it, and only the sender does not know."""


class Hole(_Deed, frozen=True, kw_only=True, tag="hole"):
    """From here on the connection takes bytes and gives none; others are not touched."""


class Reset(_Deed, frozen=True, kw_only=True, tag="reset"):
    """APNs: RST_STREAM with this code (7: REFUSED_STREAM, certainly not processed)."""

    code: int = 7


class GoAway(_Deed, frozen=True, kw_only=True, tag="goaway"):
    """APNs: GOAWAY; the request itself is answered as it earned if it is accepted."""

    reason: str = ""
    """In its JSON, as Apple says why; empty sends none."""
    code: int = 0
    accepted: bool = True
    """Whether the request that meets this is below lastStreamID; older ones are."""
    answers: bool = True
    """Whether what is accepted is answered before the connection closes."""


class Limit(_Deed, frozen=True, kw_only=True, tag="limit"):
    """APNs: SETTINGS with another number of streams; the request is answered as it earned."""

    streams: int


Deed = Reply | Late | Silence | Cut | Hole | Reset | GoAway | Limit

Door = Literal["open", "closed", "stalled", "broken"]
"""How a stand-in meets new connections: answers, refuses, never shakes hands, talks no TLS."""


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault: it meets each `every`-th matching request after the first `after`, `times` times.

    `times` none: until it is taken away.
    """

    do: Deed
    match: Match = Match()
    times: int | None = 1
    every: int = 1
    after: int = 0


class Faults:
    """The faults that stand, oldest first; each request meets the first that fits it."""

    def __init__(self) -> None:
        self._standing: dict[int, _Standing] = {}
        self._last = 0

    def add(self, fault: Fault) -> int:
        """Let it stand; the number takes it away."""
        self._last += 1
        self._standing[self._last] = _Standing(fault)
        return self._last

    def remove(self, number: int) -> bool:
        """Take one away; false where it is gone."""
        return self._standing.pop(number, None) is not None

    def clear(self) -> None:
        """Take all away."""
        self._standing.clear()

    def standing(self) -> dict[int, Fault]:
        """What stands, by number."""
        return {number: one.fault for number, one in self._standing.items()}

    def meet(
        self,
        provider: ProviderName,
        *,
        app: str,
        token: str,
        push_id: str = "",
        oauth: bool = False,
    ) -> Deed | None:
        """What shall be done to this request; counts it."""
        for number, one in list(self._standing.items()):
            match = one.fault.match
            if (
                match.provider in {None, provider}
                and match.app in {None, app}
                and match.token in {None, token}
                and match.push_id in {None, push_id}
                and match.oauth == oauth
                and one.meets()
            ):
                if one.fault.times is not None and one.met >= one.fault.times:
                    del self._standing[number]
                return one.fault.do
        return None


class _Standing:
    """A fault and how often it was there."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.met = 0
        self._seen = 0

    def meets(self) -> bool:
        self._seen += 1
        beyond = self._seen - self.fault.after
        if beyond < 1 or beyond % self.fault.every:
            return False
        self.met += 1
        return True
