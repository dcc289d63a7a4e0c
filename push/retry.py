"""What follows from a provider's answer: every status and reason as a table, and one judge.

    judge(push, outcome, now=…, chance=…) → Sent | Again | Forget | Dead | Hold

The reason is looked up first, then the status: a reason that nobody has heard of is judged by its
status, and no answer raises. What a provider asks us to wait wins over our own pause. Nothing is
tried after the push has expired, and every repetition has a growing pause, so that no row can keep
a worker busy.

Sources: Apple, "Handling notification responses from APNs" and "Sending web push notifications";
Firebase, `ErrorCode` and "Scale FCM"; RFC 8030; Mozilla autopush, "Error codes".
"""

from __future__ import annotations

from enum import Enum

from push.model import (
    Again,
    Answer,
    Dead,
    Forget,
    Hold,
    NotProcessed,
    Outcome,
    ProviderName,
    Push,
    Refused,
    Sent,
    Unknown,
    Verdict,
)

AT_ONCE = 8
"""Tries without a pause for what was certainly not processed."""

SOON = 2
"""Tries within seconds for what may have been delivered."""

_SECOND = 1_000
_MINUTE = 60_000
_QUARTER = 15 * _MINUTE


class Duty(Enum):
    """What is owed to an answer. The value says it in the documentation."""

    DONE = "done"
    REPEAT = "send again at once, on another connection"
    RENEW = "once more with new credentials; if refused again, hold and alarm"
    SLOW_DEVICE = "this device waits 30 s, doubled each time; what waits for it coalesces"
    SLOW_DOWN = "wait as long as asked, else 60 s, doubled each time"
    LATER = "wait as long as asked, else 10–60 s, then 15 minutes each time"
    FORGET = "remove the address, unless too many die at once"
    DEAD = "our fault: a dead letter and an alarm; the address stays"
    HOLD = "the configuration is wrong: alarm, keep the rows, probe now and then"


_SAME: dict[int, Duty] = {
    408: Duty.LATER,
    413: Duty.DEAD,
    429: Duty.SLOW_DOWN,
}

REASONS: dict[ProviderName, dict[tuple[int, str], Duty]] = {
    "apns": {
        (400, "BadCollapseId"): Duty.DEAD,
        (400, "BadDeviceToken"): Duty.FORGET,
        (400, "BadExpirationDate"): Duty.DEAD,
        (400, "BadMessageId"): Duty.DEAD,
        (400, "BadPriority"): Duty.DEAD,
        (400, "BadTopic"): Duty.DEAD,
        (400, "DeviceTokenNotForTopic"): Duty.FORGET,
        (400, "DuplicateHeaders"): Duty.DEAD,
        (400, "IdleTimeout"): Duty.REPEAT,
        (400, "InvalidPushType"): Duty.DEAD,
        (400, "MissingDeviceToken"): Duty.DEAD,
        (400, "MissingTopic"): Duty.DEAD,
        (400, "PayloadEmpty"): Duty.DEAD,
        (400, "TopicDisallowed"): Duty.HOLD,
        (403, "BadCertificate"): Duty.HOLD,
        (403, "BadCertificateEnvironment"): Duty.HOLD,
        (403, "BadEnvironmentKeyIdInToken"): Duty.HOLD,
        (403, "ExpiredProviderToken"): Duty.RENEW,
        (403, "Forbidden"): Duty.HOLD,
        (403, "InvalidProviderToken"): Duty.HOLD,
        (403, "MissingProviderToken"): Duty.HOLD,
        (403, "UnrelatedKeyIdInToken"): Duty.RENEW,
        (404, "BadPath"): Duty.DEAD,
        (405, "MethodNotAllowed"): Duty.DEAD,
        (410, "ExpiredToken"): Duty.FORGET,
        (410, "Unregistered"): Duty.FORGET,
        (413, "PayloadTooLarge"): Duty.DEAD,
        (429, "TooManyProviderTokenUpdates"): Duty.LATER,
        (429, "TooManyRequests"): Duty.SLOW_DEVICE,
        (500, "InternalServerError"): Duty.LATER,
        (503, "ServiceUnavailable"): Duty.LATER,
        (503, "Shutdown"): Duty.REPEAT,
    },
    "fcm": {
        (400, "INVALID_ARGUMENT"): Duty.DEAD,  # unless its detail names the token: see `duty`
        (401, "THIRD_PARTY_AUTH_ERROR"): Duty.HOLD,
        (401, "UNAUTHENTICATED"): Duty.HOLD,
        (403, "PERMISSION_DENIED"): Duty.HOLD,
        (403, "SENDER_ID_MISMATCH"): Duty.FORGET,
        (404, "NOT_FOUND"): Duty.HOLD,  # the project, since no token is named
        (404, "UNREGISTERED"): Duty.FORGET,
        (429, "QUOTA_EXCEEDED"): Duty.SLOW_DOWN,
        (429, "RESOURCE_EXHAUSTED"): Duty.SLOW_DOWN,
        (500, "INTERNAL"): Duty.LATER,
        (503, "UNAVAILABLE"): Duty.LATER,
    },
    "webpush": {
        (400, "BadTtl"): Duty.DEAD,
        (400, "BadUrgency"): Duty.DEAD,
        (400, "BadWebPushRequest"): Duty.DEAD,
        (400, "BadWebPushTopic"): Duty.DEAD,
        (400, "VapidPkHashMismatch"): Duty.FORGET,  # subscribed with a key that we no longer have
        (403, "BadAuthorizationHeader"): Duty.HOLD,
        (403, "BadJwtToken"): Duty.HOLD,
        (403, "BadVapidPublicKey"): Duty.HOLD,
        (403, "VapidPkHashMismatch"): Duty.FORGET,
        (404, "102"): Duty.FORGET,
        (404, "BadPath"): Duty.DEAD,
        (405, "MethodNotAllowed"): Duty.DEAD,
        (410, "103"): Duty.FORGET,
        (410, "105"): Duty.FORGET,
        (410, "106"): Duty.FORGET,
        (410, "Unregistered"): Duty.FORGET,
        (413, "104"): Duty.DEAD,
        (413, "PayloadTooLarge"): Duty.DEAD,
        (401, "109"): Duty.HOLD,
        (401, "VapidPkHashMismatch"): Duty.FORGET,  # Mozilla, whose words come as Apple's reason
        (400, "112"): Duty.DEAD,
        (400, "113"): Duty.DEAD,
        (429, "TooManyRequests"): Duty.SLOW_DOWN,
        (500, "InternalServerError"): Duty.LATER,
        (503, "201"): Duty.LATER,
        (503, "202"): Duty.REPEAT,
        (503, "ServiceUnavailable"): Duty.LATER,
    },
}
"""What each provider is known to say."""

STATUSES: dict[ProviderName, dict[int, Duty]] = {
    "apns": _SAME | {401: Duty.HOLD, 403: Duty.HOLD, 410: Duty.FORGET},
    "fcm": _SAME | {401: Duty.HOLD, 403: Duty.HOLD, 404: Duty.HOLD},  # 404: a wrong project, too
    "webpush": _SAME | {401: Duty.HOLD, 403: Duty.HOLD, 404: Duty.FORGET, 410: Duty.FORGET},
}
"""What a status means where the reason is absent or unknown; the rest goes by its class."""


def duty(provider: ProviderName, answer: Answer) -> Duty:
    """What is owed to this answer."""
    if (known := REASONS[provider].get((answer.status, answer.reason))) is not None:
        if answer.reason == "INVALID_ARGUMENT" and answer.detail.startswith("message.token"):
            return Duty.FORGET
        return known
    if (by_status := STATUSES[provider].get(answer.status)) is not None:
        return by_status
    if 200 <= answer.status < 300:
        return Duty.DONE
    return Duty.DEAD if 300 <= answer.status < 500 else Duty.LATER


def label(provider: ProviderName, outcome: Outcome) -> str:
    """What happened in a word of a short list: strangers' servers must not invent metrics."""
    if isinstance(outcome, Answer):
        if (outcome.status, outcome.reason) in REASONS[provider]:
            return outcome.reason
        return str(outcome.status) if 100 <= outcome.status < 600 else "other"
    return type(outcome).__name__


def judge(push: Push, outcome: Outcome, *, now: int, chance: float) -> Verdict:
    """What follows for this push. `chance` in [0, 1) spreads what would come back all at once.

    `Again.at` is later than `now`, but for what may go out again at once, and never later than the
    expiry: a row that waits until then is not sent, but counted as expired.
    """
    if isinstance(outcome, Refused):
        return Hold(outcome.reason) if outcome.keep else Dead(outcome.reason)
    if isinstance(outcome, Unknown):
        return _again(push, now, _pause_unknown(push.attempts, chance), outcome.reason)
    if isinstance(outcome, NotProcessed):
        return _again(push, now, _pause_repeat(push.attempts, chance), outcome.reason)
    provider = push.target.provider
    owed, reason = duty(provider, outcome), label(provider, outcome)
    if owed is Duty.DONE:
        return Sent(outcome.provider_id)
    if owed is Duty.FORGET:
        return Forget(reason, outcome.dead_since)
    if owed is Duty.DEAD:
        return Dead(reason)
    if owed is Duty.HOLD or (owed is Duty.RENEW and push.attempts):
        return Hold(reason)
    pause = _pause(owed, push.attempts, chance)
    if outcome.retry_after is not None:
        pause = max(_doubled(_SECOND, push.attempts, longest=_QUARTER), outcome.retry_after)
    return _again(push, now, pause, reason, whole_device=owed is Duty.SLOW_DEVICE)


def _again(
    push: Push, now: int, pause: float, reason: str, *, whole_device: bool = False
) -> Verdict:
    at = min(now + int(pause), push.expires_at)
    return Again(at, reason, whole_device=whole_device)


def _pause(owed: Duty, attempts: int, chance: float) -> float:
    if owed in {Duty.REPEAT, Duty.RENEW}:
        return _pause_repeat(attempts, chance)
    if owed is Duty.SLOW_DEVICE:
        return _doubled(30 * _SECOND, attempts, longest=2 * 60 * _MINUTE)
    if owed is Duty.SLOW_DOWN:
        return _doubled(_MINUTE, attempts, longest=_QUARTER) * (1 + chance / 4)
    if attempts == 0:
        return (10 + 50 * chance) * _SECOND
    return _QUARTER * (1 + chance / 10)


def _pause_repeat(attempts: int, chance: float) -> float:
    """At once on the first try; the next ones have a little room, then minutes."""
    if attempts < AT_ONCE:
        return attempts * 100 * chance
    return _doubled(_MINUTE, attempts - AT_ONCE, longest=_QUARTER) * (0.5 + chance / 2)


def _pause_unknown(attempts: int, chance: float) -> float:
    if attempts < SOON:
        return (1 + 4 * chance) * _SECOND
    return _doubled(_MINUTE, attempts - SOON, longest=_QUARTER) * (1 + chance / 4)


def _doubled(first: float, times: int, *, longest: float) -> float:
    return min(longest, first * 2.0 ** min(times, 30))
