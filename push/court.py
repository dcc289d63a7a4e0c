"""Where verdicts are given: the judge's word, with the circuits and the brakes in sight.

`push.retry` judges one push by one answer. Here that is seen together with what came before: many
failures open a circuit, too many deaths put the brake on, and either raises an alarm.
"""

from __future__ import annotations

from msgspec.structs import replace

from push.alarms import Alarms
from push.brake import Brake
from push.circuit import Circuits, circuit_of
from push.model import (
    Again,
    Answer,
    Dead,
    Forget,
    Hold,
    NotProcessed,
    Outcome,
    Push,
    Refused,
    Sent,
    Unknown,
    Verdict,
)
from push.retry import Duty, duty, judge, label
from push.stats import Stats
from push.surroundings import Surroundings

ASK_AGAIN_MS = 15 * 60_000
"""After which an address is asked again that the brake kept."""

NEARLY_ALL = 0.9
"""Where so many die, the next ones need not be sent to know that it is our configuration."""


class Court:
    """Gives verdicts for all providers of one worker, and keeps what it learns from them."""

    def __init__(self, surroundings: Surroundings, *, stats: Stats, alarms: Alarms) -> None:
        self._around = surroundings
        self.stats = stats
        self.alarms = alarms
        self.circuits = Circuits(ticks=surroundings.ticks, chance=surroundings.chance)
        self._brakes: dict[str, Brake] = {}

    def rule(self, push: Push, outcome: Outcome) -> Verdict:
        """The verdict on what came of a push."""
        provider = push.target.provider
        self.stats.results[provider, label(provider, outcome)] += 1
        verdict = judge(push, outcome, now=self._around.now(), chance=self._around.chance())
        if isinstance(outcome, Answer):
            self._brake(push).sent()
        if isinstance(verdict, Sent):
            self._count_latency(push)
            self._is_well(circuit_of(push.target))
            return verdict
        if isinstance(verdict, Again) and isinstance(outcome, Unknown):
            self.stats.unknown_retried[provider] += 1
        elif isinstance(verdict, Forget):
            verdict = self._forget(push, verdict)
        elif isinstance(verdict, Dead):
            detail = outcome.detail if isinstance(outcome, Answer) else ""
            reason = "Refused" if isinstance(outcome, Refused) else verdict.reason
            self.alarms.ring("fault", provider, reason, detail or verdict.reason)
        self._tell_circuit(push, outcome, verdict)
        if isinstance(outcome, NotProcessed):
            return self._behind_circuit(push, verdict)
        return verdict

    def release_brakes(self) -> None:
        """The operator has looked: remove dead addresses again."""
        for about, brake in self._brakes.items():
            brake.release()
            self.alarms.clear(about, "removal")

    def braked(self) -> dict[str, frozenset[str]]:
        """The reasons for which no address is removed, by circuit."""
        return {about: brake.on() for about, brake in self._brakes.items() if brake.on()}

    def _count_latency(self, push: Push) -> None:
        if push.created_at and (histogram := self.stats.latency.get(push.target.provider)):
            histogram.add(max(0, self._around.now() - push.created_at) / 1000)

    def _forget(self, push: Push, verdict: Forget) -> Verdict:
        provider, about = push.target.provider, _braked_with(push)
        brake = self._brake(push)
        was_on = verdict.reason in brake.on()
        if brake.removes(verdict.reason):
            if was_on:
                self.alarms.clear(about, "removal")
            self.stats.removed[provider, verdict.reason] += 1
            return verdict
        share = f"{brake.share(verdict.reason):.0%} of what was sent in five minutes"
        self.alarms.ring("removal", about, verdict.reason, share)
        self.stats.braked[provider, verdict.reason] += 1
        at = min(self._around.now() + ASK_AGAIN_MS, push.expires_at)
        return Again(at, verdict.reason, counts=False)

    def _brake(self, push: Push) -> Brake:
        about = _braked_with(push)
        brake = self._brakes.get(about)
        if brake is None:
            brake = self._brakes[about] = Brake(ticks=self._around.ticks)
        return brake

    def left(self, push: Push) -> None:
        """A push is out of our hands: if it was a probe that told nothing, another may go."""
        self.circuits.unsaid(circuit_of(push.target))

    def _tell_circuit(self, push: Push, outcome: Outcome, verdict: Verdict) -> None:
        key = circuit_of(push.target)
        detail = outcome.detail if isinstance(outcome, Answer) else ""
        if isinstance(verdict, Hold):
            self.circuits.refused(key, verdict.reason)
            clock = verdict.reason == "ExpiredProviderToken"
            self.alarms.ring("clock" if clock else "configuration", key, verdict.reason, detail)
        elif isinstance(outcome, Refused):
            return  # we did not ask
        elif isinstance(verdict, Again) and self._all_die(push, verdict):
            self.circuits.refused(key, verdict.reason)
        elif failure := _failure(push, outcome):
            asked = outcome.retry_after if isinstance(outcome, Answer) else None
            if self.circuits.failed(key, failure, asked_s=(asked or 0) / 1000):
                self.alarms.ring("unreachable", key, failure, detail)
        elif not _renews(push, outcome):
            self._is_well(key)

    def _is_well(self, key: str) -> None:
        if self.circuits.worked(key):
            self.alarms.clear(key, "clock", "configuration", "unreachable")

    def _behind_circuit(self, push: Push, verdict: Verdict) -> Verdict:
        """What an open circuit holds back needs no pause of its own: it is ready when that closes.

        A little later than the others, so that the next probe is another push.
        """
        wait = self.circuits.wait_s(circuit_of(push.target))
        if not wait:
            return verdict
        return put_off(push, self._around.now() + int(wait * 1000) + 1_000, "circuit")

    def _all_die(self, push: Push, verdict: Again) -> bool:
        """Whether it is one of nearly all addresses of an app that the brake keeps."""
        if push.target.provider == "webpush":
            return False  # the brake is for all services together, a circuit for each
        brake = self._brakes.get(_braked_with(push))
        return (
            brake is not None
            and verdict.reason in brake.on()
            and brake.share(verdict.reason) > NEARLY_ALL
        )


def put_off(push: Push, at: int, reason: str, *, whole_device: bool = False) -> Again:
    """Back to the outbox for a while, without a try."""
    return Again(min(at, push.expires_at), reason, counts=False, whole_device=whole_device)


def tried(push: Push) -> Push:
    """The same push with one more try on its account."""
    return replace(push, attempts=push.attempts + 1)


def _braked_with(push: Push) -> str:
    return "webpush" if push.target.provider == "webpush" else circuit_of(push.target)


def _failure(push: Push, outcome: Outcome) -> str:
    """Why this speaks against the provider's health; empty where it does not."""
    if isinstance(outcome, NotProcessed | Unknown):
        return outcome.reason or type(outcome).__name__
    if isinstance(outcome, Answer) and _duty(push, outcome) in _FAILURES:
        return label(push.target.provider, outcome)
    return ""


def _renews(push: Push, outcome: Outcome) -> bool:
    """Whether it says nothing yet: the next try, with new credentials, will tell."""
    return isinstance(outcome, Answer) and _duty(push, outcome) is Duty.RENEW


def _duty(push: Push, answer: Answer) -> Duty:
    return duty(push.target.provider, answer)


_FAILURES = {Duty.LATER, Duty.REPEAT, Duty.SLOW_DOWN}
