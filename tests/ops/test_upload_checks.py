"""The doctor tries where files lie."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from inbox.files.folder import Folder
from inbox.ops.finding import Finding
from inbox.ops.upload_checks import check_uploads
from inbox.settings import Settings

POSTGRES = "postgresql://db.example.com/pinbox"


async def found(settings: Settings, try_place: Callable[[], Awaitable[None]]) -> Finding:
    (one,) = [finding async for finding in check_uploads(settings, try_place)]
    return one


async def no_library() -> None:
    raise ModuleNotFoundError


async def works() -> None:
    """It can be written to."""


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        (Settings(), "ok"),
        (Settings(database=POSTGRES), "warn"),
        (Settings(database=POSTGRES, uploads_folder="/mnt/shared"), "ok"),
        (Settings(database=POSTGRES, s3_bucket="files"), "ok"),
    ],
)
async def test_several_servers_need_one_place(settings: Settings, state: str) -> None:
    assert (await found(settings, works)).state == state


async def test_a_bucket_without_its_library_is_told_how_to_get_it() -> None:
    told = await found(Settings(s3_bucket="files"), no_library)
    assert (told.state, told.remedy) == ("fail", "pip install 'pinbox[s3]'")


async def test_a_folder_that_cannot_be_written_to_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "uploads").write_text("in the way")
    told = await found(Settings(), Folder(tmp_path / "uploads").check)
    assert told.state == "fail"
    (tmp_path / "uploads").unlink()
    assert (await found(Settings(), Folder(tmp_path / "uploads").check)).state == "ok"
