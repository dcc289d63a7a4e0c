"""`pinbox demo`, as a newcomer runs it: everything must be as told."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
    "Bo will read it once",
    "the same thread, word for word",
)


def test_the_story_is_as_told_and_leaves_nothing(tmp_path: Path) -> None:
    told = pinbox("demo", "--once", TMPDIR=str(tmp_path))
    assert "✗" not in told.out
    for claim in CLAIMS:
        assert f"✓ {claim}" in " ".join(told.out.split()), claim
    assert "Everything was as told" in told.out
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_kept_can_be_shown_again(tmp_path: Path) -> None:
    for _ in range(2):
        pinbox("demo", "--once", "--data", tmp_path / "kept")
    kept = Inbox(tmp_path / "kept")
    assert {team["key"] for team in kept.say("team", "list")["items"]} == {"spokane", "tampa"}


@pytest.mark.skipif(not CARE_THREADS.exists(), reason="needs ../shared/data/care_threads.jsonl")
def test_the_story_is_as_told_on_real_threads() -> None:
    told = pinbox("demo", "--once", "--import", CARE_THREADS)
    assert "520 customers, 1,205 messages, 1,205 of them new" in told.out
    assert "Everything was as told" in told.out


def test_what_is_not_as_told_ends_with_one(tmp_path: Path) -> None:
    """With Spokane's market elsewhere, Ana's team is another one than the story says."""
    other = Inbox(tmp_path / "data")
    pinbox("init", "--data", other.folder)
    for key, region in (("spokane", "US-NY"), ("tampa", "US-WA")):
        other.say(
            *("team", "add", key, "--name", key, "--region", region, "--time-zone", "UTC"),
        )
    told = pinbox("demo", "--once", "--data", other.folder, status=1)
    assert "✗" in told.out


def test_it_stays_up_until_it_is_stopped() -> None:
    with (
        tempfile.TemporaryFile("w+") as out,
        subprocess.Popen(
            [sys.executable, "-m", "inbox", "demo"],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment(),
        ) as demo,
    ):
        ends = time.monotonic() + PATIENCE_S
        text = ""
        while "The server stays up at" not in text and time.monotonic() < ends:
            assert demo.poll() is None, text
            time.sleep(0.2)
            out.seek(0)
            text = out.read()
        assert "export ANA=ey" in text
        assert "export BO=pbx_" in text
        demo.send_signal(signal.SIGINT)
        assert demo.wait(PATIENCE_S) == 0
