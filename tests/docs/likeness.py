"""Compare what a page shows with what a server answers: alike but for ids, times and tokens.

Ids differ from run to run, so each id of the page stands for one id of the run, everywhere: in
answers, and in the commands that use them later.
"""

from __future__ import annotations

import json
import re
from typing import Any

_SHIFTING = re.compile(
    r"(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"
    r"|(?P<epoch>\b[0-9a-f]{8}\b)"
    r"|(?P<token>pb[xs]_[0-9A-Za-z]{36})"
    r"|(?P<port>(?<=127\.0\.0\.1:)\d+)"
)


class Unlike(AssertionError):
    """The page shows something else than what came."""


class Names:
    """What each id, epoch and token of a page stands for in this run."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}

    def translate(self, text: str) -> str:
        """A command of the page, with this run's ids."""
        return _SHIFTING.sub(lambda found: self._real.get(found[0], found[0]), text)

    def compare(self, shown: Any, real: Any, *, at: str = "answer") -> None:
        """Raise Unlike where two JSON values differ; learn what the page's ids stand for."""
        if isinstance(shown, dict) and isinstance(real, dict):
            if shown.keys() != real.keys():
                raise Unlike(f"{at} has members {sorted(real)}, the page shows {sorted(shown)}")
            for name in shown:
                self.compare(shown[name], real[name], at=f"{at}.{name}")
        elif isinstance(shown, list) and isinstance(real, list):
            if len(shown) != len(real):
                raise Unlike(f"{at} has {len(real)} items, the page shows {len(shown)}: {real}")
            for place, (one, other) in enumerate(zip(shown, real, strict=True)):
                self.compare(one, other, at=f"{at}[{place}]")
        elif isinstance(shown, str) and isinstance(real, str):
            self.compare_text(shown, real, at=at)
        elif shown != real or type(shown) is not type(real):
            raise Unlike(f"{at} is {real!r}, the page shows {shown!r}")

    def compare_text(self, shown: str, real: str, *, at: str = "output") -> None:
        """Raise Unlike where two texts differ in more than ids, times and tokens."""
        if _SHIFTING.sub(_kind, shown) != _SHIFTING.sub(_kind, real):
            raise Unlike(f"{at} is {real!r}, the page shows {shown!r}")
        for one, other in zip(_SHIFTING.finditer(shown), _SHIFTING.finditer(real), strict=True):
            if one.lastgroup in {"time", "port"}:
                continue
            if self._real.setdefault(one[0], other[0]) != other[0]:
                raise Unlike(f"{at}: {one[0]} of the page stands for more than one {one.lastgroup}")

    def alike(self, shown: Any, real: Any) -> bool:
        """Whether two values are alike; learns nothing where they are not."""
        before = dict(self._real)
        try:
            self.compare(shown, real)
        except Unlike:
            self._real = before
            return False
        return True


def parse(text: str) -> Any:
    """JSON as it stands on a page, over several lines or in one; other text as it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()


def _kind(found: re.Match[str]) -> str:
    return f"<{found.lastgroup}>"
