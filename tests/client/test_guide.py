"""Every example of the guide does what the guide says, in the order in which it stands there."""

from __future__ import annotations

import ast
import re
from inspect import CO_COROUTINE
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from inbox import client
from tests.cast import Cast
from tests.live.house import House

GUIDE = Path(__file__).parents[2] / "docs" / "client-python.md"


def examples() -> list[CodeType]:
    """The blocks of the guide, compiled so that they may await; errors name the guide's lines."""
    text = GUIDE.read_text()
    blocks = []
    for found in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        above = "\n" * (text[: found.start(1)].count("\n"))
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        blocks.append(compile(above + found[1], str(GUIDE), "exec", flags=flags, dont_inherit=True))
    return blocks


async def test_examples_run(
    house: House, cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, Any] = {
        "URL": house.url,
        "ANA": house.customer_token("ana"),
        "BO": await house.agent_token(cast.bo),
        "ADMIN": await house.agent_token(cast.mia),
        "STORE": tmp_path / "phone.db",
    }
    await make_known(house, "luis")
    blocks = examples()
    assert len(blocks) > 6
    for block in blocks:
        ran = eval(block, names)
        if block.co_flags & CO_COROUTINE:
            await ran
    said = capsys.readouterr().out
    assert "Spokane open" in said
    assert "['Bo', 'Mia']" in said
    assert "2 not seen yet" in said
    assert "too late" not in said


async def make_known(house: House, sub: str) -> None:
    """A customer who has been here before."""
    async with client.CustomerClient(house.url, house.customer_token(sub)) as known:
        await known.thread()


def test_every_public_name_is_in_the_guide() -> None:
    text = GUIDE.read_text()
    missing = [name for name in client.__all__ if name not in text]
    assert missing == []
