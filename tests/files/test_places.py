"""What every place for files promises, on each; and the links that a bucket makes."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from obstore.store import LocalStore, MemoryStore

from inbox.files.bucket import Bucket
from inbox.files.folder import Folder
from inbox.files.place import Label, Place, label
from inbox.files.shelf import open_bucket, open_shelf
from inbox.settings import Settings

ID = "0198a3b0-7c1e-7d3a-9a51-6f2f0c4e8bff"
PAPER = label("application/pdf", "bill.pdf")
LARGE = bytes(range(256)) * 50_000


def in_folder(root: Path) -> Place:
    return Folder(root / "files")


def in_memory(_root: Path) -> Place:
    return Bucket(MemoryStore())


PLACES = {"a folder": in_folder, "a bucket": in_memory}


@pytest.fixture(params=list(PLACES.values()), ids=list(PLACES))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    made: Callable[[Path], Place] = request.param
    return made(tmp_path)


def written(folder: Path, data: bytes) -> Path:
    path = folder / "part"
    path.write_bytes(data)
    return path


async def read(place: Place, name: str) -> bytes:
    return b"".join([piece async for piece in place.read(name)])


@pytest.mark.parametrize("data", [b"", b"one", LARGE], ids=["empty", "small", "12 MB"])
async def test_what_was_put_is_read_until_it_is_removed(
    place: Place, tmp_path: Path, data: bytes
) -> None:
    await place.put(ID, written(tmp_path, data), PAPER)
    assert await read(place, ID) == data
    if (path := place.path(ID)) is not None:
        assert path.read_bytes() == data
    await place.remove(ID)
    with pytest.raises(FileNotFoundError):
        await read(place, ID)


async def test_removing_what_is_not_there_is_no_error(place: Place) -> None:
    await place.remove(ID)


async def test_a_file_and_its_small_one_are_two(place: Place, tmp_path: Path) -> None:
    await place.put(ID, written(tmp_path, b"large"), PAPER)
    await place.put(f"{ID}.small", written(tmp_path, b"small"), PAPER)
    await place.remove(ID)
    assert await read(place, f"{ID}.small") == b"small"


def lying(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_trial_leaves_nothing(place: Place, tmp_path: Path) -> None:
    await place.check()
    assert lying(tmp_path) == []


async def test_a_folder_is_for_its_user_alone(tmp_path: Path) -> None:
    place = Folder(tmp_path / "a" / "files")
    await place.put(ID, written(tmp_path, b"x"), PAPER)
    folders = [tmp_path / "a", tmp_path / "a/files", tmp_path / "a/files" / ID[-2:]]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [0o700] * 3


async def test_a_folder_that_cannot_be_written_to_says_so(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(OSError, match="files"):
        await Folder(tmp_path / "files").check()


async def test_a_bucket_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    gone = LocalStore(tmp_path / "made", mkdir=True)
    (tmp_path / "made").rmdir()
    (tmp_path / "made").write_text("in the way")
    with pytest.raises(OSError, match=r"bucket|made"):
        await Bucket(gone).check()


async def test_a_bucket_signs_links_by_itself() -> None:
    bucket = open_bucket(
        Settings(
            s3_bucket="pinbox-files",
            s3_prefix="care",
            s3_endpoint="https://minio.example.com",
            s3_access_key="AKIAEXAMPLE",
            s3_secret_key="a secret that nobody may see",
        )
    )
    link = await bucket.link(ID, seconds=300)
    assert link is not None
    parts, query = urlsplit(link), parse_qs(urlsplit(link).query)
    assert parts.netloc == "minio.example.com"
    assert parts.path == f"/pinbox-files/care/{ID}"
    assert query["X-Amz-Expires"] == ["300"]
    assert query["X-Amz-Credential"][0].startswith("AKIAEXAMPLE/")
    assert "a secret" not in link


def test_the_settings_say_which_place_it_is(tmp_path: Path) -> None:
    assert isinstance(open_shelf(tmp_path, Settings()).place, Folder)
    assert isinstance(open_shelf(tmp_path, Settings(s3_bucket="b")).place, Bucket)
    assert os.listdir(tmp_path) == [], "nothing is made before the first upload"  # noqa: PTH208


LABELS = {
    ("image/png", "a.png"): "inline; filename=\"a.png\"; filename*=UTF-8''a.png",
    ("text/plain", "a.txt"): "attachment; filename=\"a.txt\"; filename*=UTF-8''a.txt",
    ("application/pdf", 'a"; x=".pdf'): (
        "attachment; filename=\"a_; x=_.pdf\"; filename*=UTF-8''a%22%3B%20x%3D%22.pdf"
    ),
    ("application/pdf", "বিল.pdf"): (
        "attachment; filename=\"___.pdf\"; filename*=UTF-8''%E0%A6%AC%E0%A6%BF%E0%A6%B2.pdf"
    ),
}


@pytest.mark.parametrize(("given", "expected"), LABELS.items())
def test_a_label_cannot_be_broken_out_of(given: tuple[str, str], expected: str) -> None:
    assert label(*given) == Label(given[0], expected)
