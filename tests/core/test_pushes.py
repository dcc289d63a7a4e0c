"""The rules of pushes: judged, and gathered into the newest, whatever comes together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.pushes import (
    Beside,
    Due,
    Later,
    Over,
    PushState,
    circuit_of,
    gather,
    grace_ms,
    judge,
    line_of,
    why_seen,
)

NOW = 1_000_000
DUE = Due(id="a", kind="message", thread="t", device="d", seq=5, expires_at=NOW + 1, seen=0, read=0)


def due(**changed: object) -> Due:
    told = {name: getattr(DUE, name) for name in Due.__struct_fields__}
    return Due(**(told | changed))


@pytest.mark.parametrize(
    ("push", "end"),
    [
        (due(), None),
        (due(seen=4, read=4), None),
        (due(seen=5), Over(PushState.SUPPRESSED, "acknowledged in front")),
        (due(read=5), Over(PushState.SUPPRESSED, "read")),
        (due(read=9, seen=9), Over(PushState.SUPPRESSED, "read")),
        (due(kind="callback", read=9), None),
        (due(kind="badge", read=9), None),
        (due(gone=True, read=5), Over(PushState.GONE, "no device")),
        (due(expires_at=NOW), Over(PushState.EXPIRED, "expired")),
        (due(push_after=NOW), None),
        (due(push_after=NOW + 9), Later(NOW + 9, "device slowed down", NOW + 1)),
        (due(quiet_until=NOW + 9), Later(NOW + 9, "quiet hours", NOW + 9 + 3_600_000)),
        (
            due(quiet_until=NOW + 9, expires_at=NOW * 9),
            Later(NOW + 9, "quiet hours", NOW * 9),
        ),
        (due(quiet_until=NOW + 9, kind="badge"), None),
    ],
)
def test_a_push_is_judged(push: Due, end: Over | Later | None) -> None:
    assert judge(push, now=NOW) == end


def test_a_line_is_of_one_circuit_and_alerts_stand_first() -> None:
    alert, badge = line_of("message", "apns:x:"), line_of("badge", "apns:a:")
    assert alert < badge
    assert line_of("callback", "apns:x:") == alert
    assert (circuit_of(alert), circuit_of(badge)) == ("apns:x:", "apns:a:")


@pytest.mark.parametrize(("interval", "grace"), [(0, 2_500), (1_000, 2_500), (5_000, 6_500)])
def test_the_grace_outlasts_the_gathering_of_receipts(interval: int, grace: int) -> None:
    assert grace_ms(interval) == grace


def test_what_is_under_way_keeps_its_turn() -> None:
    beside = {("t", "d"): [Beside("z", "message", 4, leased=True)]}
    found = gather([due()], beside=beside, now=NOW)
    assert found.later == {"a": Later(NOW + 1_000, "another is under way", NOW + 1)}
    found = gather([due(kind="test")], beside=beside, now=NOW)
    assert not found.later


def test_an_alert_carries_the_badge_and_one_that_waits_does_not() -> None:
    badge = due(id="b", kind="badge")
    found = gather([due(), badge], beside={}, now=NOW)
    assert found.over == {"b": Over(PushState.COLLAPSED, "gathered", "a")}
    found = gather([due(quiet_until=NOW + 9), badge], beside={}, now=NOW)
    assert (found.over, list(found.later)) == ({}, ["a"])


ids = st.integers(0, 10_000).map(str)
dues = st.lists(
    st.builds(
        due,
        id=ids,
        kind=st.sampled_from(["message", "message", "callback", "badge", "test"]),
        device=st.sampled_from("de"),
        seq=st.integers(1, 6),
        expires_at=st.sampled_from([NOW, NOW + 1]),
        seen=st.integers(0, 3),
        read=st.integers(0, 3),
        gone=st.sampled_from([False, False, True]),
        quiet_until=st.sampled_from([None, None, NOW + 7]),
    ),
    unique_by=lambda one: one.id,
    max_size=8,
)
besides = st.lists(
    st.builds(
        Beside,
        id=st.integers(20_000, 30_000).map(str),
        kind=st.sampled_from(["message", "badge"]),
        seq=st.integers(1, 6),
        leased=st.booleans(),
    ),
    unique_by=lambda one: one.id,
    max_size=3,
)


@given(dues, besides)
def test_none_is_lost_and_no_device_gets_two_at_once(
    claimed: list[Due], others: list[Beside]
) -> None:
    beside = {("t", device): others for device in "de"}
    found = gather(claimed, beside=beside, now=NOW)
    by_id: dict[str, Due | Beside] = {one.id: one for one in claimed}
    by_id |= {one.id: one for one in others}
    assert not found.over.keys() & found.later.keys()
    assert found.later.keys() <= {one.id for one in claimed}
    sent = [one for one in claimed if one.id not in found.over and one.id not in found.later]
    for device in "de":
        to_device = [one.kind for one in sent if one.device == device]
        assert to_device.count("message") <= 1
        if "message" in to_device or "callback" in to_device:
            assert "badge" not in to_device
    for name, end in found.over.items():
        told = by_id[name]
        if end.state is not PushState.COLLAPSED:
            assert isinstance(told, Due)
            assert judge(told, now=NOW) == end
            continue
        # What goes into another is told by it: the same device, and nothing newer.
        into = by_id[end.into or ""]
        assert end.into not in found.over
        assert isinstance(into, Due)
        if told.kind == "message":
            assert (into.kind, into.seq >= told.seq) == ("message", True)
        if isinstance(told, Due):
            assert told.device == into.device
        else:
            assert not told.leased
    for one in sent:
        assert why_seen(one.kind, one.seq, seen=one.seen, read=one.read) is None
        assert one.expires_at > NOW
