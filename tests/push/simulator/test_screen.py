"""What a lock screen shows of whatever arrives, odd bodies included."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from push.model import ProviderName
from push.simulator.record import Arrived, Records
from push.simulator.screen import Banner, screens


def arrive(records: Records, provider: ProviderName, body: Any, **changes: Any) -> None:
    facts: dict[str, Any] = {
        "number": records.next_number(),
        "at": 1,
        "provider": provider,
        "app": "care",
        "token": "phone",
        "headers": {},
        "body": body,
        "connection": 1,
        "outcome": "200",
        "delivered": True,
        "banner": True,
    }
    records.add(Arrived(**facts | changes))


def banner_of(provider: ProviderName, body: Any) -> Banner:
    records = Records()
    arrive(records, provider, body)
    return screens(records)[0].banners[0]


def apns(**alert: Any) -> dict[str, Any]:
    return {"aps": {"alert": alert, "sound": "default"}}


@pytest.mark.parametrize(
    ("provider", "body", "title", "text", "silent"),
    [
        ("apns", apns(title="Bo", body="Hi"), "Bo", "Hi", False),
        ("apns", {"aps": {"alert": "Hi"}}, "Customer care", "Hi", True),
        ("apns", apns(**{"loc-key": "NEW_REPLY"}), "Customer care", "You have a new reply.", False),
        (
            "apns",
            apns(**{"loc-key": "NEW_REPLIES", "loc-args": ["3"]}),
            "Customer care",
            "You have 3 new replies.",
            False,
        ),
        ("apns", apns(**{"loc-key": "NEW_REPLIES"}), "Customer care", "NEW_REPLIES", False),
        (
            "apns",
            apns(**{"loc-key": "OWN", "loc-args": ["a", 1]}),
            "Customer care",
            "OWN a",
            False,
        ),
        (
            "fcm",
            {"message": {"android": {"priority": "HIGH", "notification": {"title": "Bo"}}}},
            "Bo",
            "",
            False,
        ),
        (
            "fcm",
            {"message": {"data": {"title": "Bo", "key": "CALLBACK_SOON"}}},
            "Bo",
            "We call you in a few minutes.",
            True,
        ),
        ("webpush", {"body": "Hi", "silent": True}, "Customer care", "Hi", True),
        ("webpush", "not json", "Customer care", "", False),
    ],
)
def test_a_banner_says_what_the_app_would(
    provider: ProviderName, body: Any, title: str, text: str, *, silent: bool
) -> None:
    banner = banner_of(provider, body)
    assert (banner.title, banner.text, banner.silent) == (title, text, silent)


def test_what_was_not_delivered_changes_no_screen_and_a_badge_no_banner() -> None:
    records = Records()
    arrive(records, "apns", {"aps": {"badge": 4}}, collapse="a")
    arrive(records, "apns", {"aps": {"badge": 9}}, delivered=False, token="other")
    arrive(records, "apns", {"aps": {"badge": True}}, collapse="a")
    arrive(records, "apns", {"aps": {"badge": 1}}, banner=False, collapse="badge")
    (screen,) = screens(records)
    assert screen.badge == 1
    assert [(banner.number, banner.replaced) for banner in screen.banners] == [(3, 1)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["aps", "alert", "message", "data", "android", "badge", "key", "args"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from(["apns", "fcm", "webpush"]), json_values)
def test_no_body_breaks_the_page(provider: ProviderName, body: Any) -> None:
    assert isinstance(banner_of(provider, body).text, str)
