"""The JavaScript guide: its examples run as one module, in the order in which they stand there."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.live.house import House

HOME = Path(__file__).parents[2]
GUIDE = HOME / "docs" / "client-js.md"
LONGEST = 40


def examples() -> list[str]:
    """The blocks of the guide that are run."""
    return re.findall(r"^```js\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_first_example_is_complete_and_short() -> None:
    first = examples()[0]
    assert len(first.splitlines()) < LONGEST
    assert "app.events()" in first


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
async def test_examples_run(house: House, cast: Cast, tmp_path: Path) -> None:
    assert cast.spokane
    packages = tmp_path / "node_modules" / "@pinbox"
    packages.mkdir(parents=True)
    (packages / "client").symlink_to(HOME / "clients" / "js")
    said = await run(house, tmp_path, "\n".join(examples()), who="ana")
    assert "Spokane [ 'Bo', 'Mia' ]" in said
    assert "3 false" in said
    assert "3 customer wrote: Hi, my bill looks wrong" in said
    assert "seen: And the number on it is not mine live" in said
    assert "signed out" not in said
    (tmp_path / "ana.json").unlink()
    # The first one is whole: alone it ends, too, though it may have no socket.
    alone = await run(house, tmp_path, examples()[0], who="zoe")
    assert "3 customer wrote: Hi, my bill looks wrong" in alone


async def run(house: House, folder: Path, text: str, *, who: str) -> str:
    """What a module says that ends well."""
    module = folder / "guide.mjs"
    module.write_text(text)
    process = await asyncio.create_subprocess_exec(
        *("node", "--experimental-websocket", "--no-warnings", str(module)),
        cwd=folder,
        env={**os.environ, "URL": house.url, "ANA": house.customer_token(who)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    said = out.decode()
    assert (process.returncode, err.decode()) == (0, ""), said
    return said


def test_every_public_name_is_in_the_guide() -> None:
    index = (HOME / "clients" / "js" / "src" / "index.js").read_text("utf-8")
    names = [
        name
        for found in re.findall(r"^export {(.*)}", index, re.MULTILINE)
        for name in found.replace(" ", "").split(",")
    ]
    assert len(names) > 4
    assert [name for name in names if name not in GUIDE.read_text("utf-8")] == []
