"""One browser for all tests of a worker, and a fresh server with people for each."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.cast import SetClock, open_on
from tests.desk.chromium import ARGUMENTS, find_chromium
from tests.desk.script import TEN
from tests.desk.stage import PATIENCE_MS, RealClock, Stage, set_stage
from tests.engines import Database

HERE = Path(__file__).parent

expect.set_options(timeout=PATIENCE_MS)  # of its own it waits 5 s


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser lives in one event loop, so all that use it do."""
    for item in items:
        if HERE in item.path.parents and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, headless."""
    path = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(browser: Browser, tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    """A running server with its people, and the browser."""
    file = Database("sqlite", str(shutil.copy(sqlite_template, tmp_path / "pinbox.db")))
    async with open_on(file, RealClock()) as ctx, set_stage(ctx, browser) as ready:
        yield ready


@pytest_asyncio.fixture(loop_scope="session")
async def at_ten(browser: Browser, tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    """The same at ten o'clock, and it stays ten until a test moves the clock."""
    clock = SetClock()
    clock.now = TEN
    file = Database("sqlite", str(shutil.copy(sqlite_template, tmp_path / "pinbox.db")))
    async with open_on(file, clock) as ctx, set_stage(ctx, browser) as ready:
        yield ready
