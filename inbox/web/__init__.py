"""The HTTP door: `build_web` makes the aiohttp application, `make_runner` what serves it."""

from __future__ import annotations

from inbox.web.application import build_web
from inbox.web.runner import make_runner
from inbox.web.site import Sockets

__all__ = ["Sockets", "build_web", "make_runner"]
