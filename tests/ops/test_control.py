"""The control socket: one operation, its progress, its answer or its error, and hang-ups."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from inbox.core.errors import (
    BadRequest,
    Conflict,
    Internal,
    NotFound,
    Overloaded,
)
from inbox.flows.context import Context
from inbox.ops import control
from inbox.ops.control import ask, call, find_server, open_control
from inbox.ops.operation import Nothing, Operation, Progress, Report
from inbox.ops.operations import OPERATIONS

URL = "http://127.0.0.1:8080"


class Count(msgspec.Struct, frozen=True):
    """How far to count."""

    upto: int


class Word(msgspec.Struct, frozen=True):
    """Something long."""

    word: str


@pytest.fixture
async def folder(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Path]:
    """A folder whose control socket knows a few operations more."""

    async def count(_ctx: Context, asked: Count, report: Report) -> Count:
        for number in range(asked.upto):
            await report(Progress(number, asked.upto, "steps"))
        return asked

    async def repeat(_ctx: Context, asked: Count, _report: Report) -> Word:
        return Word("x" * asked.upto)

    def failing(error: Exception) -> Any:
        async def fail(_ctx: Context, _asked: Nothing, _report: Report) -> Nothing:
            raise error

        return fail

    more: list[Operation[Any]] = [
        Operation("count", Count, count),
        Operation("repeat", Count, repeat),
        Operation("clash", Nothing, failing(Conflict("taken"))),
        Operation("break", Nothing, failing(ZeroDivisionError("secret"))),
    ]
    monkeypatch.setattr(control, "OPERATIONS", {**OPERATIONS, **{row.name: row for row in more}})
    async with open_control(ctx, tmp_path, url=URL):
        yield tmp_path


async def test_an_operation_reports_and_answers(folder: Path) -> None:
    seen: list[int] = []

    async def report(progress: Progress) -> None:
        seen.append(progress.done)

    assert await ask(folder, "count", Count(3), into=Count, report=report) == Count(3)
    assert seen == [0, 1, 2]


async def test_a_long_answer_comes_whole(folder: Path) -> None:
    length = 8 * 1024 * 1024
    assert len((await ask(folder, "repeat", Count(length), into=Word)).word) == length


async def test_errors_of_the_table_come_as_they_are(folder: Path) -> None:
    with pytest.raises(Conflict, match="taken"):
        await ask(folder, "clash", Nothing(), into=Nothing)
    with pytest.raises(NotFound, match="no_such"):
        await ask(folder, "no_such", Nothing(), into=Nothing)
    with pytest.raises(BadRequest, match="upto"):
        await ask(folder, "count", Word("x"), into=Count)


async def test_what_nobody_foresaw_is_logged_and_not_told(folder: Path) -> None:
    with capture_logs() as lines, pytest.raises(Internal) as told:
        await ask(folder, "break", Nothing(), into=Nothing)
    assert "secret" not in told.value.detail
    assert [line["event"] for line in lines] == ["operation_failed"]


async def test_whoever_hangs_up_stops_it(folder: Path) -> None:
    reached = asyncio.Event()

    async def give_up(_progress: Progress) -> None:
        reached.set()
        raise KeyError

    with pytest.raises(KeyError):
        await call(folder, "count", Count(1_000_000_000), give_up)
    assert reached.is_set()
    assert await ask(folder, "count", Count(1), into=Count) == Count(1)


async def test_a_server_says_where_it_is(folder: Path) -> None:
    hello = await find_server(folder)
    assert hello is not None
    assert hello.url == URL


async def test_nobody_is_there(tmp_path: Path) -> None:
    assert await find_server(tmp_path) is None
    with pytest.raises(Overloaded):
        await ask(tmp_path, "team.list", Nothing(), into=Nothing)


def test_every_operation_is_called_by_its_name() -> None:
    assert [name for name, row in OPERATIONS.items() if name != row.name] == []
