"""Commands on pushes, as an operator runs them, beside a real server and a simulator."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from inbox.settings import render_values
from tests.cli.processes import PATIENCE_S, Inbox, environment

PHONE = "a1" * 32


@contextmanager
def simulated(folder: Path, *args: str) -> Iterator[Any]:
    """`pinbox simulator` until the block ends; what it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "inbox", "simulator", "--json", "--folder", str(folder), *args],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
        process.stdout.close()


def ask(url: str, token: str, method: str = "GET", body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def test_an_operator_tries_follows_and_mends_pushes(inbox: Inbox, tmp_path: Path) -> None:
    bo = inbox.say("agent", "add", "Bo", "--team", "spokane")["token"]
    ana = inbox.say("token", "customer", "ana", "--region", "US-WA")["token"]
    with simulated(tmp_path / "simulator") as told:
        with (inbox.folder / "pinbox.toml").open("a") as file:
            file.write(render_values(told["settings"]))
        with inbox.served() as server:
            thread = ask(f"{server.url}/v1/thread", ana)["thread"]
            device = {
                "platform": "apns",
                "push_enabled": True,
                "token": PHONE,
                "app_id": "com.example.care",
                "environment": "production",
            }
            ask(f"{server.url}/v1/devices/phone", ana, "PUT", device)

            tried = inbox.say("push", "test", "--device", "ana/phone")
            assert (tried["result"], tried["status"]) == ("answered", 200)
            assert tried["provider_id"] == tried["push_id"]
            words = inbox.run("push", "test", "--token", "b2" * 32, "--service", "apns").out
            assert "answered: 200" in words
            other = inbox.refuse("push", "test", "--device", "ana/tablet")
            assert "registered: phone" in other["detail"]

            page = ask(f"{told['about']['control']}/phones", "")
            texts = [banner["text"] for one in page["phones"] for banner in one["banners"]]
            assert texts == ["Push notifications arrive on this device."] * 2

            assert ask(f"{server.url}/v1/push/key", "") == {
                "key": inbox.say("push", "key")["public"]
            }
            reply = {"client_id": "b1", "body": "Hello Ana", "seen_seq": 0}
            ask(f"{server.url}/v1/desk/threads/{thread}/messages", bo, "POST", reply)
            ask(f"{told['about']['control']}/arrived?since=2&wait=30", "")
            while (trail := inbox.say("push", "trail", "ana"))["pushes"][0]["done_at"] is None:
                pass
            (push,) = trail["pushes"]
            assert (push["state"], push["status"], push["device"]) == ("sent", 200, "phone")
            assert ask(f"{server.url}/v1/desk/threads/{thread}/pushes", bo) == trail
            assert "Hello Ana" not in json.dumps(trail)
            assert "sent" in inbox.run("push", "trail", "ana").out
            assert "no such customer" in inbox.refuse("push", "trail", "luis")["detail"]

            status = inbox.say("push", "status")
            assert [lane["provider"] for lane in status["lanes"]] == ["apns", "fcm", "webpush"]
            assert status["lanes"][0]["results"] == {"200": 1}
            assert "Nothing was held" in inbox.run("push", "resume").out
            _look_at_quiet_hours(inbox)
            _break_the_key(inbox, server.url, told, bo, thread)


def _look_at_quiet_hours(inbox: Inbox) -> None:
    assert "always rung, as the settings say" in inbox.run("customer", "quiet", "ana").out
    chosen = inbox.say("customer", "quiet", "ana", "22:00-08:00", "--mode", "passive")
    assert (chosen["hours"], chosen["mode"], chosen["own"]) == ("22:00-08:00", "passive", True)
    assert "two times" in inbox.refuse("customer", "quiet", "ana", "late", status=2)["detail"]
    assert inbox.say("customer", "quiet", "ana", "--never")["hours"] is None
    assert inbox.say("customer", "quiet", "ana", "--reset")["own"] is False


def _break_the_key(inbox: Inbox, url: str, told: Any, bo: str, thread: str) -> None:
    """A key that Apple does not know: an alarm with its remedy, and the doctor says so."""
    assert "signs ES256" in doctor(inbox, status=0)["push, key for com.example.care"]["says"]
    key = Path(told["about"]["apns"]["key_file"])
    good = key.read_bytes()
    stranger = inbox.folder / "stranger.p8"
    subprocess.run([sys.executable, "-c", _MAKE_KEY, str(stranger)], check=True, env=environment())
    key.write_bytes(stranger.read_bytes())
    trial = ("push", "test", "--device", "ana/phone", "--json")
    while (refused := inbox.run(*trial, status=None).said)["status"] == 200:
        pass  # the server looks at the file once a second
    assert (refused["status"], refused["reason"]) == (403, "InvalidProviderToken")
    assert "probe" in refused["follows"]
    reply = {"client_id": "b2", "body": "Still there?", "seen_seq": 0, "force": True}
    ask(f"{url}/v1/desk/threads/{thread}/messages", bo, "POST", reply)
    while not (status := inbox.say("push", "status"))["alarms"]:
        pass
    (alarm,) = status["alarms"]
    assert (alarm["kind"], alarm["reason"]) == ("configuration", "InvalidProviderToken")
    found = doctor(inbox, status=1)["push, apns:com.example.care:production"]
    assert (found["state"], found["remedy"]) == ("fail", alarm["remedy"])
    key.write_bytes(good)
    while inbox.say("push", "trail", "ana")["pushes"][0]["state"] != "sent":
        pass
    assert inbox.say("push", "status")["alarms"] == []
    key.write_text("no key")
    found = doctor(inbox, status=1)["push, key for com.example.care"]
    assert "no private key in PEM" in found["says"]
    key.write_bytes(good)


_MAKE_KEY = """
import sys
from pathlib import Path
from push.simulator.apns import make_key
make_key(Path(sys.argv[1]))
"""


def doctor(inbox: Inbox, *, status: int) -> Any:
    said = inbox.run("doctor", "--json", status=status).said
    return {one["what"]: one for one in said["findings"]}


def test_without_a_service_each_command_says_so(either: Inbox) -> None:
    token = ("--token", PHONE, "--service", "apns")
    assert "no push service is set up" in either.refuse("push", "test", *token)["detail"]
    assert "No server sends pushes here" in either.run("push", "status").out
    assert either.refuse("push", "resume")["code"] == "conflict"
    assert doctor(either, status=0)["push"]["state"] == "ok"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((), "give --device"),
        (("--device", "ana/phone", "--token", PHONE), "give --device"),
        (("--device", "phone"), "--device is CUSTOMER/DEVICE"),
        (("--device", "/phone"), "--device is CUSTOMER/DEVICE"),
    ],
)
def test_where_to_must_be_said_once(inbox: Inbox, args: tuple[str, ...], says: str) -> None:
    assert says in inbox.run("push", "test", *args, status=2).err


def test_a_key_for_browsers_can_be_made_for_an_old_folder(inbox: Inbox) -> None:
    made = inbox.say("push", "key", "--new")
    assert inbox.say("push", "key", PINBOX_WEBPUSH_KEY=made["private"]) == {
        "public": made["public"]
    }


def test_the_simulator_can_stand_at_ports_that_are_known(tmp_path: Path) -> None:
    with simulated(tmp_path, "--app", "com.example.one", "--app", "com.example.two") as told:
        assert told["about"]["apns"]["topics"] == ["com.example.one", "com.example.two"]
        assert [one["app"] for one in told["settings"]["apns_apps"]] == [
            "com.example.one",
            "com.example.two",
        ]
