"""A team's hours by command, with the server stopped and running."""

from __future__ import annotations

from tests.cli.processes import Inbox

WEEK = "mon-fri 08:00-12:00, 13:00-20:00; fri 22:00-02:00"
PLACE = ("team", "hours", "spokane")


def test_hours_are_set_and_shown(either: Inbox) -> None:
    assert either.say(*PLACE)["weekly"] is None
    assert "around the clock" in either.run(*PLACE).out

    week = "mon-thu 08:00-12:00, 13:00-20:00; fri 22:00-02:00"
    eve = "2026-12-24 limited 09:00-13:00 Christmas Eve"
    kept = either.say(*PLACE, "--set", week, "--day", eve, "--day", "2026-12-25 closed")
    assert kept["weekly"]["fri"] == [{"opens": "22:00", "closes": "02:00"}]
    assert [day["state"] for day in kept["days"]] == ["limited", "closed"]
    shown = either.run(*PLACE).out
    assert f"Ordinary week: {week}" in shown
    assert "Thu 24 Dec 2026: limited 09:00-13:00 (Christmas Eve)" in shown
    assert "America/Los_Angeles" in shown

    after_all = either.say(*PLACE, "--day", "2026-12-25 ordinary")
    assert [day["date"] for day in after_all["days"]] == ["2026-12-24"]
    assert after_all["weekly"] == kept["weekly"]
    gone = either.say(*PLACE, "--always", "--day", "2026-12-24 ordinary")
    assert (gone["days"], gone["open"]) == ([], True)


def test_holidays_are_shown_before_they_are_saved(inbox: Inbox) -> None:
    inbox.run(*PLACE, "--day", "2027-07-05 10:00-14:00 We work")
    year = ("--holidays", "US-WA", "2027")
    shown = inbox.say(*PLACE, *year)
    assert {one["name"] for one in shown["items"]} >= {"Thanksgiving Day", "Labor Day"}
    assert len(inbox.say(*PLACE)["days"]) == 1, "a look changes nothing"
    assert "--save" in inbox.run(*PLACE, *year).out

    saved = inbox.say(*PLACE, *year, "--save")
    assert saved["saved"]
    listed = {one["date"]: one["listed"]["state"] for one in saved["items"]}
    assert (listed["2027-09-06"], listed["2027-07-05"]) == ("closed", "open")
    days = inbox.say(*PLACE)["days"]
    assert len(days) == len(saved["items"])
    assert "Labor Day" in inbox.run(*PLACE, *year).out


def test_what_cannot_be_read_is_refused_and_nothing_is_set(inbox: Inbox) -> None:
    for args, says in (
        (("--set", WEEK), "fri is named twice"),
        (("--set", "mon 8-20"), "set: ‘8-20’"),
        (("--set", "mon 08:00-20:00", "--day", "Christmas"), "day: ‘Christmas’"),
        (("--holidays", "XX", "2027"), "country"),
        (("--holidays", "US-XX", "2027"), "none of US: AK"),
    ):
        refused = inbox.refuse(*PLACE, *args, status=2)
        assert refused["code"] == "bad_request"
        assert says in refused["detail"]
    for senseless in ("--set 24/7 --always", "--save", "--holidays US 2027 --always"):
        inbox.run(*PLACE, *senseless.split(), status=2)
    assert inbox.refuse("team", "hours", "spokan")["code"] == "not_found"
    assert inbox.say(*PLACE)["weekly"] is None
