"""Every play of `tests/protocol`, with the real client on a real line."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.client.player import Player
from tests.client.stage import differs

PLAYS = sorted((Path(__file__).parent.parent / "protocol").glob("*.json"))


@pytest.mark.parametrize("path", PLAYS, ids=lambda path: path.stem)
async def test_client_keeps_to_the_play(path: Path, tmp_path: Path) -> None:
    play = msgspec.json.decode(path.read_bytes())  # noqa: ASYNC240 - a small file
    fault = await Player(play, tmp_path / "store").run()
    assert fault is None, f"{play['title']}: {fault}"


def test_there_are_plays() -> None:
    assert len(PLAYS) > 40


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": {"b": None}}, {"a": {"b": 0}}),
        ([1, 2], [1]),
        ([], [1]),
        ({"a": 1}, {}),
        ("x", {"a": 1}),
    ],
)
def test_a_difference_is_seen(told: object, seen: object) -> None:
    assert differs(told, seen) is not None
