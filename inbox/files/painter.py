"""Remake one picture, as a process of its own: run by `pictures`, imported by nobody.

    python -I painter.py SOURCE FULL SMALL FORMAT MOST_PIXELS EDGE SMALL_EDGE MEMORY SECONDS

Reads SOURCE as FORMAT and as nothing else, writes the picture and a small one as new files, and
says in one line of JSON what it made, or why it would not. Only pixels are taken along: no EXIF,
no place, no comment, no colour profile (colours are brought to sRGB), no second picture behind the
first. It knows nothing of the inbox, gets no environment, and bounds its own memory and time.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
import warnings
from typing import Any

from PIL import Image, ImageCms

OUT = {"JPEG": "JPEG", "PNG": "PNG", "GIF": "PNG", "WEBP": "WEBP"}
MEDIA = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def remake(
    source: str, full: str, small: str, form: str, most: int, edge: int, small_edge: int
) -> dict[str, Any]:
    """What was made, or `refused` with the reason."""
    with Image.open(source, formats=(form,)) as opened:
        width, height = opened.size
        if width * height > most:
            return {"refused": "too_large", "why": f"{width} × {height} pixels; at most {most:,}"}
        turn = _turn(opened)
        profile = opened.info.get("icc_profile")
        opened.draft("RGB", (edge, edge))  # a large JPEG is read at half its size or less
        opened.load()
        picture = _plain(opened)
    picture.thumbnail((edge, edge), Image.Resampling.BICUBIC, reducing_gap=1.5)
    picture = _to_srgb(picture, profile)
    if turn is not None:
        picture = picture.transpose(turn)
    picture.info = {}
    target = OUT[form]
    _save(picture, full, target)
    size = picture.size
    picture.thumbnail((small_edge, small_edge), Image.Resampling.BICUBIC, reducing_gap=3.0)
    small_form = "PNG" if picture.mode == "RGBA" else "JPEG"
    _save(picture, small, small_form)
    return {
        "type": MEDIA[target],
        "width": size[0],
        "height": size[1],
        "small_type": MEDIA[small_form],
    }


def _plain(opened: Image.Image) -> Image.Image:
    has_alpha = opened.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in opened.info
    mode = "RGBA" if has_alpha else "RGB"
    return opened if opened.mode == mode else opened.convert(mode)


def _turn(opened: Image.Image) -> Image.Transpose | None:
    with contextlib.suppress(Exception):  # broken metadata is no reason to refuse a picture
        return TURNS.get(opened.getexif().get(ORIENTATION, 1))
    return None


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return picture
    with contextlib.suppress(Exception):  # nor is a broken profile
        made = ImageCms.profileToProfile(
            picture,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
        )
        return picture if made is None else made
    return picture


def _save(picture: Image.Image, path: str, form: str) -> None:
    more: dict[str, Any] = {"JPEG": {"quality": 85}, "WEBP": {"quality": 85}}.get(form, {})
    with open(path, "wb") as file:  # noqa: PTH123
        picture.save(file, format=form, **more)


def _bound(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read the arguments, do it, say how it went."""
    source, full, small, form = sys.argv[1:5]
    most, edge, small_edge, memory, seconds = map(int, sys.argv[5:10])
    _bound(memory, seconds)
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # the limit is asked above, before anything is unpacked
    try:
        said = remake(source, full, small, form, most, edge, small_edge)
    except MemoryError:
        said = {"refused": "too_large", "why": "needs more memory than a picture may"}
    except Exception as error:  # noqa: BLE001  whatever a decoder says, it is no whole picture
        said = {"refused": "bad_request", "why": f"cannot be read ({type(error).__name__})"}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
