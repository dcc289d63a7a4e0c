"""Every example of the contract runs against a real server, with the result that the page shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.house import House, open_house
from tests.docs.likeness import Names, Unlike
from tests.docs.pages import CONTRACT, DOCS, blocks
from tests.docs.player import Player, commands, conversation, split_status


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path / "data") as opened:
        yield opened


@pytest.mark.parametrize("name", CONTRACT)
def test_every_example_gives_what_the_page_shows(house: House, name: str) -> None:
    player = Player(house, DOCS / name)
    player.play()
    assert player.played >= 3


@pytest.mark.parametrize("name", CONTRACT)
def test_no_example_is_left_out(name: str) -> None:
    programs = {"console", "python", "js"}
    left = [
        block.line for block in blocks(DOCS / name) if block.kind in programs and not block.mark
    ]
    assert left == []


def test_what_differs_is_found() -> None:
    names = Names()
    one, two = "01a20198-be6c-730e-8f50-ff764dc6452c", "01a2019c-343d-732f-8092-4e2a3502e7d7"
    names.compare({"id": one, "seq": 1}, {"id": two, "seq": 1})
    assert names.translate(f"/threads/{one}") == f"/threads/{two}"
    for shown, real in (
        ({"id": one}, {"id": one}),  # stands for another id already
        ({"seq": 1}, {"seq": 2}),
        ({"seq": 1}, {"seq": True}),
        ({"seq": 1}, {}),
        ([], [1]),
        ("a 2026-11-22T04:52:09.954Z", "b 2026-11-22T04:52:09.954Z"),
    ):
        with pytest.raises(Unlike):
            names.compare(shown, real)
        assert not names.alike(shown, real)


def test_a_console_is_read_as_commands_with_their_answers() -> None:
    text = '$ curl a \\\n    b\n{"x":\n 1}\n201\n$ curl c\n204\n'
    assert commands(text) == [("curl a \\\n    b", '{"x":\n 1}\n201\n'), ("curl c", "204\n")]
    assert split_status('{"x":\n 1}\n201\n') == ('{"x":\n 1}', "201")
    assert split_status("\n204\n") == ("", "204")
    assert split_status("two lines\nof words") == ("two lines\nof words", "")


def test_a_conversation_is_read_in_steps() -> None:
    text = "# why\n> a\n  b\n< c\n\n> d\n$ e\n< f\n< g\n"
    assert conversation(text) == [["> ab", "< c"], ["> d", "$ e", "< f", "< g"]]
