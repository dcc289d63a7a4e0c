"""What follows from each answer: the tables row by row, and what holds for any history."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

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
from push.retry import REASONS, judge, label
from tests.push.cast import DAY_MS, NOW, TARGETS, push

SECOND, MINUTE = 1_000, 60_000
PROVIDERS = get_args(ProviderName)

ONCE = (0, 0)  # the pause on the first try: from, to
TENS = (10 * SECOND, 60 * SECOND)
DEVICE = (30 * SECOND, 30 * SECOND)
LONG = (60 * SECOND, 75 * SECOND)

ROWS: list[tuple[ProviderName, int, str, object]] = [
    ("apns", 200, "", Sent),
    ("apns", 400, "BadCollapseId", Dead),
    ("apns", 400, "BadDeviceToken", Forget),
    ("apns", 400, "BadExpirationDate", Dead),
    ("apns", 400, "BadMessageId", Dead),
    ("apns", 400, "BadPriority", Dead),
    ("apns", 400, "BadTopic", Dead),
    ("apns", 400, "DeviceTokenNotForTopic", Forget),
    ("apns", 400, "DuplicateHeaders", Dead),
    ("apns", 400, "IdleTimeout", ONCE),
    ("apns", 400, "InvalidPushType", Dead),
    ("apns", 400, "MissingDeviceToken", Dead),
    ("apns", 400, "MissingTopic", Dead),
    ("apns", 400, "PayloadEmpty", Dead),
    ("apns", 400, "TopicDisallowed", Hold),
    ("apns", 403, "BadCertificate", Hold),
    ("apns", 403, "BadCertificateEnvironment", Hold),
    ("apns", 403, "BadEnvironmentKeyIdInToken", Hold),
    ("apns", 403, "ExpiredProviderToken", ONCE),
    ("apns", 403, "Forbidden", Hold),
    ("apns", 403, "InvalidProviderToken", Hold),
    ("apns", 403, "MissingProviderToken", Hold),
    ("apns", 403, "UnrelatedKeyIdInToken", ONCE),
    ("apns", 404, "BadPath", Dead),
    ("apns", 405, "MethodNotAllowed", Dead),
    ("apns", 410, "ExpiredToken", Forget),
    ("apns", 410, "Unregistered", Forget),
    ("apns", 413, "PayloadTooLarge", Dead),
    ("apns", 429, "TooManyProviderTokenUpdates", TENS),
    ("apns", 429, "TooManyRequests", DEVICE),
    ("apns", 500, "InternalServerError", TENS),
    ("apns", 503, "ServiceUnavailable", TENS),
    ("apns", 503, "Shutdown", ONCE),
    ("fcm", 200, "", Sent),
    ("fcm", 400, "INVALID_ARGUMENT", Dead),
    ("fcm", 401, "THIRD_PARTY_AUTH_ERROR", Hold),
    ("fcm", 401, "UNAUTHENTICATED", Hold),
    ("fcm", 403, "PERMISSION_DENIED", Hold),
    ("fcm", 403, "SENDER_ID_MISMATCH", Forget),
    ("fcm", 404, "NOT_FOUND", Hold),
    ("fcm", 404, "UNREGISTERED", Forget),
    ("fcm", 429, "QUOTA_EXCEEDED", LONG),
    ("fcm", 429, "RESOURCE_EXHAUSTED", LONG),
    ("fcm", 500, "INTERNAL", TENS),
    ("fcm", 503, "UNAVAILABLE", TENS),
    ("webpush", 201, "", Sent),
    ("webpush", 400, "112", Dead),
    ("webpush", 400, "113", Dead),
    ("webpush", 400, "BadTtl", Dead),
    ("webpush", 400, "BadUrgency", Dead),
    ("webpush", 400, "BadWebPushRequest", Dead),
    ("webpush", 400, "BadWebPushTopic", Dead),
    ("webpush", 400, "VapidPkHashMismatch", Forget),
    ("webpush", 401, "109", Hold),
    ("webpush", 401, "VapidPkHashMismatch", Forget),
    ("webpush", 403, "BadAuthorizationHeader", Hold),
    ("webpush", 403, "BadJwtToken", Hold),
    ("webpush", 403, "BadVapidPublicKey", Hold),
    ("webpush", 403, "VapidPkHashMismatch", Forget),
    ("webpush", 404, "102", Forget),
    ("webpush", 404, "BadPath", Dead),
    ("webpush", 405, "MethodNotAllowed", Dead),
    ("webpush", 410, "103", Forget),
    ("webpush", 410, "105", Forget),
    ("webpush", 410, "106", Forget),
    ("webpush", 410, "Unregistered", Forget),
    ("webpush", 413, "104", Dead),
    ("webpush", 413, "PayloadTooLarge", Dead),
    ("webpush", 429, "TooManyRequests", LONG),
    ("webpush", 500, "InternalServerError", TENS),
    ("webpush", 503, "201", TENS),
    ("webpush", 503, "202", ONCE),
    ("webpush", 503, "ServiceUnavailable", TENS),
]

UNKNOWN_REASONS: list[tuple[ProviderName, int, object]] = [
    *[(provider, 200, Sent) for provider in PROVIDERS],
    *[(provider, 202, Sent) for provider in PROVIDERS],
    *[(provider, 100, TENS) for provider in PROVIDERS],
    *[(provider, 302, Dead) for provider in PROVIDERS],
    *[(provider, 400, Dead) for provider in PROVIDERS],
    *[(provider, 401, Hold) for provider in PROVIDERS],
    *[(provider, 403, Hold) for provider in PROVIDERS],
    *[(provider, 408, TENS) for provider in PROVIDERS],
    *[(provider, 413, Dead) for provider in PROVIDERS],
    *[(provider, 418, Dead) for provider in PROVIDERS],
    *[(provider, 429, LONG) for provider in PROVIDERS],
    *[(provider, 500, TENS) for provider in PROVIDERS],
    *[(provider, 502, TENS) for provider in PROVIDERS],
    *[(provider, 599, TENS) for provider in PROVIDERS],
    ("apns", 404, Dead),
    ("apns", 410, Forget),
    ("fcm", 404, Hold),  # without a word it may be the project that is wrong
    ("fcm", 410, Dead),
    ("webpush", 404, Forget),
    ("webpush", 410, Forget),
]


def to(provider: ProviderName, *, attempts: int = 0, expires_at: int = NOW + DAY_MS) -> Push:
    return push(target=TARGETS[provider], attempts=attempts, expires_at=expires_at)


def ruled(one: Push, outcome: Outcome, chance: float = 0.5) -> Verdict:
    return judge(one, outcome, now=NOW, chance=chance)


def pause(one: Push, outcome: Outcome, chance: float = 0.5) -> int:
    verdict = ruled(one, outcome, chance)
    assert isinstance(verdict, Again)
    return verdict.at - NOW


def expect(provider: ProviderName, answer: Answer, wanted: object) -> None:
    if isinstance(wanted, tuple):
        one = to(provider)
        assert (pause(one, answer, 0.0), pause(one, answer, 1.0)) == wanted
    else:
        assert type(ruled(to(provider), answer)) is wanted


# ── the tables ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("provider", "status", "reason", "wanted"), ROWS)
def test_what_follows(provider: ProviderName, status: int, reason: str, wanted: object) -> None:
    expect(provider, Answer(status=status, reason=reason), wanted)


def test_no_row_of_the_tables_is_left_out() -> None:
    tested = {(provider, status, reason) for provider, status, reason, _ in ROWS if reason}
    assert tested == {(provider, *row) for provider in PROVIDERS for row in REASONS[provider]}


@pytest.mark.parametrize("reason", ["", "Whatever", "<html>502</html>", "\x00\ud800"])
@pytest.mark.parametrize(("provider", "status", "wanted"), UNKNOWN_REASONS)
def test_an_unknown_reason_goes_by_its_status(
    provider: ProviderName, status: int, reason: str, wanted: object
) -> None:
    """Fault 13."""
    expect(provider, Answer(status=status, reason=reason), wanted)


def test_an_address_that_fcm_calls_malformed_is_forgotten() -> None:
    """Fault 33: INVALID_ARGUMENT is a dead letter unless the field at fault is the token."""
    at_fault = {"message.token: not a valid FCM registration token": Forget, "message.data": Dead}
    for detail, wanted in at_fault.items():
        answer = Answer(status=400, reason="INVALID_ARGUMENT", detail=detail)
        assert type(ruled(to("fcm"), answer)) is wanted


def test_since_when_a_token_was_dead_is_handed_on() -> None:
    answer = Answer(status=410, reason="Unregistered", dead_since=NOW - 5)
    assert ruled(to("apns"), answer) == Forget("Unregistered", NOW - 5)


def test_the_provider_s_own_id_is_handed_on() -> None:
    assert ruled(to("apns"), Answer(status=200, provider_id="x")) == Sent("x")


def test_new_credentials_are_tried_once() -> None:
    for reason in ("ExpiredProviderToken", "UnrelatedKeyIdInToken"):
        answer = Answer(status=403, reason=reason)
        assert ruled(to("apns", attempts=1), answer) == Hold(reason)


@pytest.mark.parametrize(("keep", "wanted"), [(True, Hold("no key")), (False, Dead("no key"))])
def test_what_we_refuse_ourselves(keep: bool, wanted: Verdict) -> None:  # noqa: FBT001
    assert ruled(to("apns"), Refused("no key", keep)) == wanted


# ── pauses ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("status", [429, 500, 503, 408])
def test_what_a_provider_asks_for_wins(provider: ProviderName, status: int) -> None:
    """Faults 32 and 35: obeyed, but never beyond the expiry."""
    for asked, waited in ((90 * SECOND, 90 * SECOND), (0, SECOND), (2 * DAY_MS, DAY_MS)):
        answer = Answer(status=status, retry_after=asked)
        assert pause(to(provider), answer) == waited


def test_who_asks_for_no_pause_again_and_again_gets_one() -> None:
    answer = Answer(status=503, retry_after=0)
    seen = [pause(to("fcm", attempts=tries), answer) for tries in (0, 1, 5, 50)]
    assert seen == [SECOND, 2 * SECOND, 32 * SECOND, 15 * MINUTE]


@pytest.mark.parametrize(
    ("outcome", "pauses"),
    [
        # fault 16: the device waits 30 s, doubled
        (Answer(status=429, reason="TooManyRequests"), [30, 60, 120, 240]),
        (Answer(status=503), [35, 945, 945, 945]),
        (Unknown("cut"), [3, 3, 67.5, 135, 270]),
        (NotProcessed("GOAWAY"), [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 45, 90, 180]),
        (Answer(status=503, reason="Shutdown"), [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 45]),
    ],
)
def test_pauses_grow(outcome: Outcome, pauses: list[float]) -> None:
    seen = [pause(to("apns", attempts=tries), outcome) / 1000 for tries in range(len(pauses))]
    assert seen == pytest.approx(pauses)


def test_a_device_that_is_too_fast_waits_with_all_that_it_has() -> None:
    """Fault 16: that device, and no other."""
    slow = ruled(to("apns"), Answer(status=429, reason="TooManyRequests"))
    assert isinstance(slow, Again)
    assert slow.whole_device
    for outcome in (Answer(status=429, reason="TooManyProviderTokenUpdates"), Unknown("cut")):
        verdict = ruled(to("apns"), outcome)
        assert isinstance(verdict, Again)
        assert not verdict.whole_device


reasons = st.sampled_from(sorted({reason for rows in REASONS.values() for _, reason in rows}))
answers = st.builds(
    Answer,
    status=st.integers(-1, 1000) | st.sampled_from([200, 400, 403, 404, 410, 429, 500, 503]),
    reason=reasons | st.text(max_size=5),
    detail=st.text(max_size=5),
    dead_since=st.none() | st.integers(0, NOW),
    retry_after=st.none() | st.integers(-DAY_MS, 10 * DAY_MS),
)
outcomes = st.one_of(
    answers,
    st.builds(NotProcessed, st.text(max_size=3)),
    st.builds(Unknown, st.text(max_size=3)),
    st.builds(Refused, st.text(max_size=3), st.booleans()),
)
chances = st.floats(0, 1, exclude_max=True)


@given(
    st.sampled_from(PROVIDERS), outcomes, st.integers(0, 10**6), chances, st.integers(-10, DAY_MS)
)
def test_nothing_is_tried_after_it_expired(
    provider: ProviderName, outcome: Outcome, attempts: int, chance: float, left: int
) -> None:
    one = to(provider, attempts=attempts, expires_at=NOW + left)
    verdict = judge(one, outcome, now=NOW, chance=chance)
    if isinstance(verdict, Again):
        assert verdict.at <= one.expires_at
        assert verdict.at >= min(NOW, one.expires_at)


@given(st.sampled_from(PROVIDERS), st.lists(outcomes, min_size=1, max_size=4), chances)
def test_no_history_of_answers_makes_a_loop(
    provider: ProviderName, history: list[Outcome], chance: float
) -> None:
    """Whatever comes, over and over, a row that lives a day is tried a bounded number of times."""
    one, now, tries = to(provider), NOW, 0
    while now < one.expires_at:
        verdict = judge(one, history[tries % len(history)], now=now, chance=chance)
        tries += 1
        if not isinstance(verdict, Again):
            break
        now, one = verdict.at, replace(one, attempts=one.attempts + verdict.counts)
        assert tries < 250


# ── names ────────────────────────────────────────────────────────────────────────────────────────
@given(st.sampled_from(PROVIDERS), outcomes)
def test_no_stranger_invents_a_name_for_our_metrics(
    provider: ProviderName, outcome: Outcome
) -> None:
    known = {reason for _, reason in REASONS[provider]}
    own = {"NotProcessed", "Unknown", "Refused", "other"}
    name = label(provider, outcome)
    assert name in known | own or (name.isdecimal() and len(name) == 3)
