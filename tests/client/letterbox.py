"""A real little server that takes messages as the contract says, and fails as it is told to."""

from __future__ import annotations

from collections import deque
from typing import Any, Literal

from aiohttp import web

Fault = Literal["lost", "unanswered", "full", "busy", "internal", "refused", "signed_out"]
"""`lost`: cut before storing. `unanswered`: cut after it. The others are answers."""

_PROBLEMS: dict[str, tuple[int, str]] = {
    "full": (503, "not_durable"),
    "busy": (429, "rate_limited"),
    "internal": (500, "internal"),
    "refused": (400, "bad_request"),
    "signed_out": (401, "unauthorized"),
}


class Letterbox:
    """Stores each `client_id` once; `faults` are had one per request, then all goes well."""

    def __init__(self) -> None:
        self.stored: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.tokens: list[str] = []
        self.faults: deque[Fault] = deque()
        self.at_once = 0
        self.most_at_once = 0
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Letterbox:
        app = web.Application()
        app.router.add_post("/v1/thread/messages", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def bodies(self) -> list[str]:
        """What is stored, in order."""
        return [message["body"] for message in self.stored]

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answer(request)
        finally:
            self.at_once -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        draft = await request.json()
        self.requests.append(draft["client_id"])
        self.tokens.append(request.headers["Authorization"])
        fault = self.faults.popleft() if self.faults else None
        if fault in _PROBLEMS:
            status, code = _PROBLEMS[fault]
            headers = {"Retry-After": "0"} if status in (429, 503) else {}
            return web.json_response({"code": code}, status=status, headers=headers)
        if fault == "lost":
            return _cut(request)
        known = [one for one in self.stored if one["client_id"] == draft["client_id"]]
        if not known:
            self.stored.append({**draft, "seq": len(self.stored) + 1})
        if fault == "unanswered":
            return _cut(request)
        seq = known[0]["seq"] if known else len(self.stored)
        message = {
            "seq": seq,
            "id": f"m{seq}",
            "author": {"kind": "customer", "id": "ana", "name": "Ana"},
            "body": draft["body"],
            "sent_at": "2026-11-22T10:00:00.000Z",
            "conversation": 1,
            "client_id": draft["client_id"],
        }
        return web.json_response({"message": message}, status=200 if known else 201)


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
