"""`pinbox demo`, as a newcomer runs it: everything must be as told."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

import pytest

from tests.cli.processes import PATIENCE_S, Inbox, environment, pinbox

CARE_THREADS = Path(__file__).parents[3] / "shared" / "data" / "care_threads.jsonl"
CLAIMS = (
    "her message is on the server's disk",
    "what was acknowledged is never lost",
    "she is told that Bo has it",
    "for him there is no such thread",
    "exactly Bo's two answers, once each, in order",
    "not a word of the private note",
    "after Bo's answer",
    "it carries not a word of the answer, and no name",
    "with the app open in her hand, no push was sent",
    "Bo will read it once",
    "the same thread, word for word",
    "Team Tampa has it, and her team is still Spokane",
    "for Ravi there is no such thread any more",
)


def demo_in(folder: Path, out: IO[str]) -> subprocess.Popen[bytes]:
    """A demonstration that stays up; what it keeps lies below the folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "inbox", "demo"],
        stdout=out,
        stderr=subprocess.STDOUT,
        env=environment(TMPDIR=str(folder)),
    )


def wait_for(out: IO[str], demo: subprocess.Popen[bytes], words: str) -> str:
    text, ends = "", time.monotonic() + PATIENCE_S
    while words not in text and time.monotonic() < ends:
        assert demo.poll() is None, text
        time.sleep(0.2)
        out.seek(0)
        text = out.read()
    return text


def test_the_story_is_as_told_and_then_it_stays_up(tmp_path: Path) -> None:
    with tempfile.TemporaryFile("w+") as out, demo_in(tmp_path, out) as demo:
        text = wait_for(out, demo, "Ctrl-C ends it")
        demo.send_signal(signal.SIGINT)
        assert demo.wait(PATIENCE_S) == 0
    told = " ".join(text.split())
    assert "✗" not in told
    for claim in CLAIMS:
        assert claim in told
    assert "Everything was as told" in told
    after, _, alone = told.partition("side by side")[2].partition("The desk alone:")
    assert len(re.findall(r"http://127\.0\.0\.1:\d+", after)) == 1, "one address to open"
    assert re.match(r" http://127\.0\.0\.1:\d+/desk, as Mia with the password \S+", alone)
    assert "export ANA=ey" in told
    assert "export BO=pbx_" in told
    assert "export ADMIN=pbx_" in told
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_told_in_one_plain_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = pinbox("demo", "--once", "--port", str(port), status=1, TMPDIR=str(tmp_path))
    assert f"127.0.0.1:{port} is taken; choose another --port." in " ".join(ran.out.split())
    assert "{" not in ran.out, "what the server says to machines is not for people"
    assert "server.log" not in ran.out, "a file that is gone by now"
    assert ran.err == ""


def test_what_is_printed_to_try_can_be_run_as_it_stands(tmp_path: Path) -> None:
    """Bo's reply is taken without `force`: its `seen_seq` is the real one."""
    with tempfile.TemporaryFile("w+") as out, demo_in(tmp_path, out) as demo:
        text = wait_for(out, demo, "Ctrl-C ends it")
        lines = text.partition("into another terminal.")[2].partition("Now see it")[0]
        script = "set -e\n" + lines
        ran = subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False
        )
        demo.send_signal(signal.SIGINT)
        assert demo.wait(PATIENCE_S) == 0
    assert ran.returncode == 0, ran.stderr
    assert "Hello Ana!" in ran.stdout
    for fault in ("stale_view", "bad_request", "unauthorized", "forbidden", "not_found"):
        assert fault not in ran.stdout


def test_it_is_shown_on_real_threads_and_in_a_kept_folder_again(tmp_path: Path) -> None:
    kept = Inbox(tmp_path / "kept")
    if not CARE_THREADS.exists():
        pytest.skip("needs ../shared/data/care_threads.jsonl")
    told = pinbox("demo", "--once", "--data", kept.folder, "--import", CARE_THREADS)
    assert "520 customers, 1,205 messages, 1,205 of them new" in told.out
    assert "Everything was as told" in told.out
    again = pinbox("demo", "--once", "--data", kept.folder)
    assert "Everything was as told" in again.out
    assert {team["key"] for team in kept.say("team", "list")["items"]} == {"spokane", "tampa"}


def test_what_is_not_as_told_ends_with_one(tmp_path: Path) -> None:
    """With Spokane's market elsewhere, Ana's team is another one than the story says."""
    other = Inbox(tmp_path / "data")
    pinbox("init", "--data", other.folder)
    for key, region in (("spokane", "US-NY"), ("tampa", "US-WA")):
        other.say("team", "add", key, "--name", key, "--region", region, "--time-zone", "UTC")
    told = pinbox("demo", "--once", "--data", other.folder, status=1)
    assert "✗" in told.out
