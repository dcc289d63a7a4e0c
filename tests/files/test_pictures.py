"""Pictures are made anew: nothing but pixels comes through, and nothing can hurt the server."""

from __future__ import annotations

import asyncio
import contextlib
import io
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from inbox.core.errors import BadRequest, PinboxError, TooLarge
from inbox.files import pictures
from inbox.files.pictures import EDGE, SMALL_EDGE, Made, Pictures
from tests import pictures as made_pictures
from tests.pictures import GPS_TAG, SECRET, from_phone, moving, picture, png_that_says

MOST = 64_000_000
RED, BLUE = (255, 0, 0), (0, 0, 255)


async def remake(
    folder: Path, data: bytes, kind: str, **more: Any
) -> tuple[Made, Image.Image, Image.Image, bytes]:
    """What was made of a picture: the full and the small one, and the full one's bytes."""
    source, full, small = folder / "source", folder / "full", folder / "small"
    source.write_bytes(data)
    with Pictures_(more) as workshop:
        made = await workshop.remake(source, kind=kind, full=full, small=small)
    raw = full.read_bytes()
    shown = [Image.open(io.BytesIO(path.read_bytes())) for path in (full, small)]
    return made, shown[0], shown[1], raw


class Pictures_:  # noqa: N801
    """A workshop, and afterwards a look that it left no process behind."""

    def __init__(self, more: dict[str, Any]) -> None:
        self.more = {"most_pixels": MOST, **more}
        self.before = set[str]()

    def __enter__(self) -> Pictures:
        self.before = children()
        return Pictures(**self.more)

    def __exit__(self, *_: object) -> None:
        assert children() <= self.before


def children() -> set[str]:
    """The processes that this one has, those that have ended and were not waited for, too."""
    found = set[str]()
    for task in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended
            found |= set(task.read_text().split())
    return found


def is_near(pixel: Any, color: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 30 for a, b in zip(pixel[:3], color, strict=True))


@pytest.mark.parametrize(
    ("form", "kind", "expected"),
    [
        ("JPEG", "image/jpeg", "JPEG"),
        ("PNG", "image/png", "PNG"),
        ("WEBP", "image/webp", "WEBP"),
    ],
)
async def test_where_and_by_what_it_was_taken_is_gone(
    tmp_path: Path, form: str, kind: str, expected: str
) -> None:
    photo = from_phone(form=form)
    assert SECRET.encode() in photo, "the test's own photo tells"
    made, full, small, raw = await remake(tmp_path, photo, kind)
    assert (full.format, made.type) == (expected, kind)
    for shown in (full, small):
        assert dict(shown.getexif()) == {}
        assert dict(shown.getexif().get_ifd(GPS_TAG)) == {}
        assert not {"exif", "xmp", "comment", "icc_profile", "XML:com.adobe.xmp"} & set(shown.info)
    assert SECRET.encode() not in raw + (tmp_path / "small").read_bytes()


@pytest.mark.parametrize("turned", range(1, 9))
async def test_a_picture_is_turned_as_its_phone_meant(tmp_path: Path, turned: int) -> None:
    made, full, small, _ = await remake(tmp_path, from_phone(turned), "image/jpeg")
    expected = (640, 400) if turned < 5 else (400, 640)
    assert full.size == (made.width, made.height) == expected
    assert max(small.size) == SMALL_EDGE
    width, height = full.size
    corners = {
        (0, 0): (5, 5),
        (1, 0): (width - 5, 5),
        (0, 1): (5, height - 5),
        (1, 1): (width - 5, height - 5),
    }
    red = [place for place, at in corners.items() if is_near(full.convert("RGB").getpixel(at), RED)]
    where = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}
    assert red == [where[turned]]


async def test_a_moving_picture_becomes_its_first(tmp_path: Path) -> None:
    made, full, _, raw = await remake(tmp_path, moving(), "image/gif")
    assert (made.type, full.format, full.size) == ("image/png", "PNG", (40, 30))
    assert getattr(full, "n_frames", 1) == 1
    assert SECRET.encode() not in raw


async def test_what_is_seen_through_stays_so(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (600, 600), (255, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    data = (tmp_path / "clear.png").read_bytes()
    made, full, small, _ = await remake(tmp_path, data, "image/png")
    for shown in (full, small):
        pixel: Any = shown.getpixel((1, 1))
        assert pixel[3] == 0
    assert made.small_type == "image/png"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK", "RGB"])
async def test_every_kind_of_colour_is_understood(tmp_path: Path, mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (50, 40)).save(tmp_path / "odd", format=form)
    kind = f"image/{form.lower()}"
    made, full, _, _ = await remake(tmp_path, (tmp_path / "odd").read_bytes(), kind)
    assert (made.width, made.height) == full.size == (50, 40)


async def test_colours_are_brought_to_the_common_space(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for given in (profile, b"no profile at all"):
        data = picture("JPEG", icc_profile=given)
        _, full, _, _ = await remake(tmp_path, data, "image/jpeg")
        assert is_near(full.getpixel((5, 5)), RED)
        assert "icc_profile" not in full.info


async def test_a_large_photo_is_kept_smaller(tmp_path: Path) -> None:
    made, full, _, _ = await remake(tmp_path, picture("JPEG", (9_000, 6_000)), "image/jpeg")
    assert full.size == (made.width, made.height) == (EDGE, 2_731)


@pytest.mark.prove
async def test_the_largest_that_is_allowed_fits_into_its_memory(tmp_path: Path) -> None:
    side = int(MOST**0.5)
    data = picture("PNG", (side, side))
    made, *_ = await remake(tmp_path, data, "image/png", seconds=50.0)
    assert (made.width, made.height) == (EDGE, EDGE)


BAD: dict[str, tuple[bytes, str, type[PinboxError]]] = {
    "50,000 × 50,000": (png_that_says(50_000, 50_000), "image/png", TooLarge),
    "2³¹ − 1 wide": (png_that_says(2**31 - 1, 1), "image/png", TooLarge),
    "less than it says": (png_that_says(4_000, 4_000), "image/png", BadRequest),
    "of no size": (png_that_says(0, 10), "image/png", BadRequest),
    "cut off": (picture("PNG", (900, 900))[:900], "image/png", BadRequest),
    "half a photo": (picture("JPEG", (900, 900))[:3_000], "image/jpeg", BadRequest),
    "another kind": (picture("BMP"), "image/png", BadRequest),
    "markup behind a magic": (b"\x89PNG\r\n\x1a\n" + made_pictures.HTML, "image/png", BadRequest),
}


@pytest.mark.parametrize(("data", "kind", "error"), BAD.values(), ids=BAD)
async def test_what_is_no_sound_picture_is_refused(
    tmp_path: Path, data: bytes, kind: str, error: type[PinboxError]
) -> None:
    began = time.monotonic()
    with pytest.raises(error) as caught:
        await remake(tmp_path, data, kind)
    assert caught.value.errors[0].path == "body"
    assert ("pixels" in caught.value.detail) == (error is TooLarge), "before it was unpacked"
    assert time.monotonic() - began < 20


async def test_a_page_behind_a_picture_does_not_come_along(tmp_path: Path) -> None:
    data = picture("PNG") + made_pictures.HTML
    _, _, _, raw = await remake(tmp_path, data, "image/png")
    assert made_pictures.HTML not in raw


MISCHIEF = {
    "hangs": "import time; time.sleep(600)",
    "spins": "while True: pass",
    "crashes": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "fails": "raise SystemExit(3)",
    "babbles": "print('no JSON')",
    "ends at once": "",
}


@pytest.mark.parametrize("source", MISCHIEF.values(), ids=MISCHIEF)
async def test_a_painter_that_goes_wrong_hurts_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    script = tmp_path / "painter.py"
    script.write_text(source)
    monkeypatch.setattr(pictures, "_PAINTER", script)
    with pytest.raises(BadRequest):
        await remake(tmp_path, picture(), "image/jpeg", seconds=1.0)


async def test_a_painter_gets_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINBOX_SERVER_SECRET", "nobody's business")
    script = tmp_path / "painter.py"
    script.write_text(
        "import os, sys; open(sys.argv[2], 'w').write(repr(sorted(os.environ)))\n"
        "raise SystemExit(3)"
    )
    monkeypatch.setattr(pictures, "_PAINTER", script)
    with pytest.raises(BadRequest):
        await remake(tmp_path, picture(), "image/jpeg")
    assert "PINBOX" not in (tmp_path / "full").read_text()


async def test_who_goes_away_leaves_no_painter_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "painter.py"
    script.write_text("import sys, time; open(sys.argv[2], 'w').close(); time.sleep(600)")
    monkeypatch.setattr(pictures, "_PAINTER", script)
    task = asyncio.create_task(remake(tmp_path, picture(), "image/jpeg"))
    async with asyncio.timeout(20):
        while not (tmp_path / "full").exists():  # noqa: ASYNC110  a file has no event
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
