"""An agent's shift by command, with the server stopped and running."""

from __future__ import annotations

from tests.cli.processes import Inbox

PLACE = ("agent", "shift", "Bo")


def test_a_shift_is_set_and_shown(either: Inbox) -> None:
    either.run("agent", "add", "Bo", "--team", "spokane")
    assert either.run(*PLACE).out.strip() == "Bo has no shift"
    kept = either.say(*PLACE, "--set", "mon-fri 07:00-15:00", "--time-zone", "America/Boise")
    assert (kept["time_zone"], kept["agent"]["name"]) == ("America/Boise", "Bo")
    assert kept["weekly"]["fri"] == [{"opens": "07:00", "closes": "15:00"}]
    assert "Bo: mon-fri 07:00-15:00 (America/Boise), " in either.run(*PLACE).out
    assert either.say(*PLACE, "--none")["weekly"] is None

    refused = either.refuse(*PLACE, "--set", "mon 7-15", status=2)
    assert "set: ‘7-15’" in refused["detail"]
    for senseless in ("--set 24/7 --none", "--time-zone UTC"):
        either.run(*PLACE, *senseless.split(), status=2)
    assert either.refuse("agent", "shift", "Nobody")["code"] == "not_found"
