"""A real server that follows one play of `tests/protocol`: `docs/conformance.md` has the format."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

Act = Callable[[dict[str, Any]], Awaitable[None]]


def differs(told: Any, seen: Any, *, at: str = "") -> str | None:
    """Where `seen` does not match what a play tells, or none."""
    if told is None:
        return None if seen is None else f"{at}: {seen!r} instead of nothing"
    if isinstance(told, dict) and isinstance(seen, dict):
        for name, value in told.items():
            if fault := differs(value, seen.get(name), at=f"{at}.{name}"):
                return fault
        return None
    if isinstance(told, list) and isinstance(seen, list):
        if len(told) != len(seen):
            return f"{at}: {len(seen)} instead of {len(told)}: {seen!r}"
        faults = (
            differs(a, b, at=f"{at}[{n}]") for n, (a, b) in enumerate(zip(told, seen, strict=True))
        )
        return next((fault for fault in faults if fault), None)
    return None if told == seen else f"{at}: {seen!r} instead of {told!r}"


class Stage:
    """Serves a play. `played` is set when every step was done; `faults` says what went wrong."""

    def __init__(self, play: dict[str, Any], act: Act) -> None:
        self.faults: list[str] = []
        self.played = asyncio.Event()
        self.url = ""
        self._connections: list[Any] = list(play.get("connections", []))
        self._calls: list[dict[str, Any]] = list(play.get("http", []))
        self._act = act
        self._open = len(self._connections)
        self._id = ""
        self._ended_at = 0.0
        self._runner: web.AppRunner | None = None
        self._look()

    async def __aenter__(self) -> Stage:
        app = web.Application()
        app.router.add_get("/v1/thread/live", self._live)
        app.router.add_route("*", "/{path:.*}", self._call)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def fault(self, text: str) -> None:
        """Note what went against the play, and end it."""
        self.faults.append(text)
        self.played.set()

    def _soon(self, after_s: float) -> str | None:
        passed = time.monotonic() - self._ended_at
        return f"came back after {passed:.2f} s" if passed < after_s else None

    def _look(self) -> None:
        self._ended_at = time.monotonic()
        if not self._open and not self._calls:
            self.played.set()

    async def _call(self, request: web.Request) -> web.Response:
        name = f"{request.method} {request.path}"
        told = next((call for call in self._calls if call["call"] == name), None)
        if told is None:
            self.fault(f"unexpected call {name}")
            return web.Response(status=500)
        self._calls.remove(told)
        asked = {"query": dict(request.query), "token": _bearer(request)}
        if "body" in told:
            asked["body"] = await request.json()
        expected = {part: told[part] for part in ("query", "token", "body") if part in told}
        if fault := differs(expected, asked, at=name):
            self.fault(fault)
        if "app" in told:
            await self._act(told["app"])
        self._look()
        answer = told["answer"]
        if answer.get("hold"):
            await asyncio.Event().wait()
        if answer.get("cut"):
            assert request.transport is not None
            request.transport.abort()
        headers = {}
        if "retry_after" in answer:
            headers["Retry-After"] = str(answer["retry_after"])
        status = answer.get("status", 200)
        if "text" in answer:
            return web.Response(text=answer["text"], content_type="text/html")
        if status == 204:
            return web.Response(status=status)
        return web.json_response(answer.get("body", {}), status=status, headers=headers)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if not self._connections:
            self.fault("one connection too many")
            return web.Response(status=500)
        steps = self._connections.pop(0)
        if isinstance(steps, dict):
            if fault := self._soon(steps.get("after_s", 0)):
                self.fault(fault)
            self._end()
            headers = {"Retry-After": str(steps["retry_after"])} if "retry_after" in steps else {}
            return web.Response(status=steps["refuse"], headers=headers)
        socket = web.WebSocketResponse(protocols=["pinbox.v1"], compress=False, timeout=0.2)
        await socket.prepare(request)
        for number, step in enumerate(steps):
            at = f"connection {-len(self._connections) - 1}, step {number + 1}"
            try:
                async with asyncio.timeout(step.get("within_s", 5)):
                    fault = await self._step(request, socket, step)
            except TimeoutError:
                fault = f"nothing came in {step}"
            if fault:
                self.fault(f"{at}: {fault}")
                break
        self._end()
        async for _ in socket:
            pass
        return socket

    def _end(self) -> None:
        self._open -= 1
        self._look()

    async def _step(
        self, request: web.Request, socket: web.WebSocketResponse, step: dict[str, Any]
    ) -> str | None:
        match step:
            case {"say": frame}:
                text = msgspec.json.encode(frame).decode()
                await socket.send_str(text.replace("$id", self._id))
            case {"say_text": text}:
                await socket.send_str(text)
            case {"hear": told}:
                began = time.monotonic()
                message = await socket.receive()
                waited = time.monotonic() - began
                if waited < step.get("after_s", 0):
                    return f"{told} after {waited:.2f} s"
                if message.type is not WSMsgType.TEXT:
                    return f"{message.type.name} instead of {told}"
                heard = msgspec.json.decode(message.data)
                self._id = heard.get("id", self._id)
                return differs(told, heard)
            case {"after_s": after_s}:
                return self._soon(after_s)
            case {"app": act}:
                await self._act(act)
            case {"close": code}:
                await socket.close(code=code)
            case {"cut": True}:
                assert request.transport is not None
                request.transport.abort()
            case {"left": True}:
                message = await socket.receive()
                if message.type is WSMsgType.TEXT:
                    return f"{message.data} instead of leaving"
            case _:
                return f"no such step: {step}"
        return None


def _bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")
