"""Circuits: who cannot be reached, or refuses us, is left alone but for one probe now and then.

    closed ──ten failures in a row, or one refusal of our configuration──▶ open
    open ──its pause is over──▶ half-open: one push goes out as the probe
    half-open ──any answer but a failure──▶ closed;  ──a failure──▶ open, with a longer pause

There is a circuit for each provider's app and environment, and for Web Push one for each service,
since whoever subscribes names the service: a stranger's must not hold back the others. While a
circuit is open its rows stay in the outbox, untouched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from push.model import Environment, ProviderName, Target

FAILURES = 10
"""So many in a row open a circuit."""
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
"""Also the pause after a refusal, which only the operator can mend."""
LONGEST_ASKED_S = 900.0
"""A provider may ask for more than our longest pause, within reason."""
KNOWN = 10_000
"""Circuits with a failure that are remembered: strangers may name any number of services."""

State = Literal["closed", "open", "half-open"]


def circuit_of(target: Target) -> str:
    """The key of the circuit that a push to this target goes by."""
    if target.provider == "webpush":
        return circuit_key("webpush", app="/".join(target.token.split("/", 3)[:3]))
    return circuit_key(target.provider, app=target.app, environment=target.environment)


def circuit_key(provider: ProviderName, *, app: str, environment: Environment | None = None) -> str:
    """The key of a circuit; for Web Push `app` is the origin of the endpoint."""
    return f"{provider}:{app}:{environment or ''}"


class Circuit(msgspec.Struct, frozen=True):
    """How one stands, for metrics and the operator's page."""

    key: str
    state: State
    reason: str
    since: float
    """By the clock that was given, when it opened."""


class Circuits:
    """All circuits of one worker. `ticks` is a clock in seconds that never steps back."""

    def __init__(self, *, ticks: Callable[[], float], chance: Callable[[], float]) -> None:
        self._ticks = ticks
        self._chance = chance
        self._troubled: dict[str, _Trouble] = {}  # closed and well: not in here

    def held(self) -> frozenset[str]:
        """The keys whose rows must stay where they are: open, or with a probe under way."""
        now = self._ticks()
        return frozenset(key for key, one in self._troubled.items() if one.holds(now))

    def admits(self, key: str) -> bool:
        """Whether a push may go out now. Of those that come after a pause, one does, as the probe.

        The probe must be followed by `worked`, `failed`, `refused` or `unsaid`.
        """
        one = self._troubled.get(key)
        if one is None or not one.open:
            return True
        if one.holds(self._ticks()):
            return False
        one.probing = True
        return True

    def wait_s(self, key: str) -> float:
        """Seconds until the next probe may go out; 0 where one may, or where it is closed."""
        one = self._troubled.get(key)
        return max(0.0, one.until - self._ticks()) if one is not None and one.open else 0.0

    def next_s(self, longest: float) -> float:
        """Seconds until the next pause ends, but no more than `longest`."""
        now = self._ticks()
        waits = [one.until - now for one in self._troubled.values() if one.open]
        return min((wait for wait in waits if 0 < wait < longest), default=longest)

    def worked(self, key: str) -> bool:
        """It answered as it should; true where that closed the circuit."""
        if not self._troubled:
            return False
        one = self._troubled.pop(key, None)
        return one is not None and one.open

    def failed(self, key: str, reason: str, *, asked_s: float = 0.0) -> bool:
        """It was not reached, or is not well; true where that opened the circuit.

        `asked_s`: how long it asked to be left alone.
        """
        one = self._trouble(key)
        one.failures += 1
        if one.failures < FAILURES and not one.open:
            return False
        return self._open(one, reason, asked_s=asked_s)

    def refused(self, key: str, reason: str) -> bool:
        """It does not accept our configuration; true where that opened the circuit."""
        return self._open(self._trouble(key), reason, asked_s=LONGEST_PAUSE_S)

    def unsaid(self, key: str) -> None:
        """The probe came to nothing that would tell: the next push is the probe."""
        if (one := self._troubled.get(key)) is not None:
            one.probing = False

    def probe_now(self) -> None:
        """End all pauses: the operator has changed something, and each next push is the probe."""
        for one in self._troubled.values():
            one.failures = one.pauses = 0
            one.probing = False
            one.until = self._ticks()

    def troubled(self) -> list[Circuit]:
        """Those that are not closed."""
        now = self._ticks()
        return [
            Circuit(key, "open" if one.until > now else "half-open", one.reason, one.since)
            for key, one in self._troubled.items()
            if one.open
        ]

    def _trouble(self, key: str) -> _Trouble:
        one = self._troubled.get(key)
        if one is None:
            if len(self._troubled) >= KNOWN:
                self._troubled.pop(next(iter(self._troubled)))
            one = self._troubled[key] = _Trouble()
        return one

    def _open(self, one: _Trouble, reason: str, *, asked_s: float) -> bool:
        now = self._ticks()
        newly = not one.open
        if not newly and not one.probing:
            return False  # it went out before the circuit opened: no news
        longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(one.pauses, 16))
        pause = longest * (0.5 + self._chance() / 2)
        one.until = now + max(pause, min(asked_s, LONGEST_ASKED_S))
        one.pauses += 1
        one.probing = False
        one.reason = reason
        if newly:
            one.open, one.since = True, now
        return newly


class _Trouble:
    __slots__ = ("failures", "open", "pauses", "probing", "reason", "since", "until")

    def __init__(self) -> None:
        self.failures = 0
        self.open = False
        self.pauses = 0
        self.probing = False
        self.reason = ""
        self.since = 0.0
        self.until = 0.0

    def holds(self, now: float) -> bool:
        return self.open and (self.probing or self.until > now)
