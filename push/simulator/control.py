"""The control server of the simulator: what arrived, faults to make, and a page that shows phones.

Plain HTTP on loopback, for tests of any language and for people. Bodies are JSON; what is wrong
with one is told as `{"error": …}` with 400.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from push.model import ProviderName
from push.simulator.doorway import HOST
from push.simulator.record import Arrived, Door, Fault, Faults, Records
from push.simulator.screen import Screen, screens
from push.simulator.webpush import WebPushSimulator

LONGEST_WAIT_S = 60
_PAGE = files("push.simulator") / "page"
_FILES = {
    "/": ("index.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

T = TypeVar("T")


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which arrivals, and how long to wait for the first of them."""

    since: int = 0
    """Only those with a higher number."""
    wait: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_WAIT_S)] = 0
    """Seconds to wait until one is there."""
    limit: Annotated[int, msgspec.Meta(ge=1)] = 1000
    provider: ProviderName | None = None
    app: str | None = None
    token: str | None = None
    push_id: str | None = None


class Given(msgspec.Struct, frozen=True):
    """What arrived, oldest first, and the number of the newest that has been looked at."""

    arrived: list[Arrived]
    last: int


class Phones(msgspec.Struct, frozen=True):
    """Every device, and the number of the newest arrival."""

    phones: list[Screen]
    count: int


class DoorSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a service meets new connections from now on."""

    door: Door
    cut: bool = False
    """Cut the connections that exist as well."""


class Subscribed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sender's public VAPID key, as a page gives it to `pushManager.subscribe`."""

    application_key: str = ""


class Stands(Protocol):
    """What is controlled: the stand-ins together."""

    records: Records
    faults: Faults
    webpush: WebPushSimulator

    def about(self) -> msgspec.Struct:
        """What this is and how a sender is pointed at it."""
        ...

    async def set_door(self, provider: ProviderName, door: Door, *, cut: bool) -> None:
        """Meet new connections to a service so from now on."""
        ...

    async def reset(self) -> None:
        """Forget what arrived and all faults."""
        ...


class Control:
    """The server; `close` ends the waits as well."""

    def __init__(self, simulator: Stands) -> None:
        self._simulator = simulator
        self._host, self._port = HOST, 0
        application = web.Application(middlewares=[_answer])
        application.add_routes(
            [
                *(web.get(path, self._page) for path in _FILES),
                web.get("/about", self._about),
                web.get("/arrived", self._arrived),
                web.get("/phones", self._phones),
                web.get("/faults", self._standing),
                web.post("/faults", self._add_fault),
                web.delete("/faults", self._clear_faults),
                web.delete("/faults/{number:[0-9]{1,9}}", self._remove_fault),
                web.put("/doors/{provider:apns|fcm|webpush}", self._set_door),
                web.post("/subscriptions", self._subscribe),
                web.post("/reset", self._reset),
            ]
        )
        self._runner = web.AppRunner(
            application, handler_cancellation=True, shutdown_timeout=0, access_log=None
        )

    @property
    def url(self) -> str:
        """Its address, once it is open."""
        return f"http://{self._host}:{self._port}"

    async def start(self, *, host: str = HOST, port: int = 0) -> None:
        """Listen; without a port, on one that the kernel gives."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self._host, self._port = host, self._runner.addresses[0][1]

    async def close(self) -> None:
        """Listen no more."""
        await self._runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        name, kind = _FILES[request.path]
        content = (_PAGE / name).read_bytes()
        return web.Response(body=content, content_type=kind, charset="utf-8")

    async def _about(self, _: web.Request) -> web.Response:
        return _json(self._simulator.about())

    async def _arrived(self, request: web.Request) -> web.Response:
        asked = msgspec.convert(dict(request.query), Asked, strict=False)
        records = self._simulator.records
        found: list[Arrived] = []
        last = asked.since
        try:
            async with asyncio.timeout(asked.wait):
                while True:
                    newer = records.after(last)
                    found = [one for one in newer if _fits(one, asked)][: asked.limit]
                    last = records.count
                    if found or not asked.wait:
                        break
                    await records.wait(last + 1)
        except TimeoutError:
            pass
        return _json(Given(found, found[-1].number if len(found) == asked.limit else last))

    async def _phones(self, _: web.Request) -> web.Response:
        records = self._simulator.records
        return _json(Phones(screens(records), records.count))

    async def _standing(self, _: web.Request) -> web.Response:
        return _json({"faults": self._simulator.faults.standing()})

    async def _add_fault(self, request: web.Request) -> web.Response:
        fault = await _read(request, Fault)
        return _json({"number": self._simulator.faults.add(fault)}, status=201)

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self._simulator.faults.clear()
        return web.Response(status=204)

    async def _remove_fault(self, request: web.Request) -> web.Response:
        if not self._simulator.faults.remove(int(request.match_info["number"])):
            raise web.HTTPNotFound(text="there is no such fault")
        return web.Response(status=204)

    async def _set_door(self, request: web.Request) -> web.Response:
        wanted = await _read(request, DoorSet)
        provider = msgspec.convert(request.match_info["provider"], ProviderName)
        await self._simulator.set_door(provider, wanted.door, cut=wanted.cut)
        return web.Response(status=204)

    async def _subscribe(self, request: web.Request) -> web.Response:
        wanted = await _read(request, Subscribed)
        made = self._simulator.webpush.subscribe(application_key=wanted.application_key)
        return _json(made.to_json(), status=201)

    async def _reset(self, request: web.Request) -> web.Response:
        _demand_json(request)
        await self._simulator.reset()
        return web.Response(status=204)


def _fits(one: Arrived, asked: Asked) -> bool:
    return (
        asked.provider in {None, one.provider}
        and asked.app in {None, one.app}
        and asked.token in {None, one.token}
        and asked.push_id in {None, one.push_id}
    )


def _demand_json(request: web.Request) -> None:
    """A page of another site can send a form or a text by itself, but not this type."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="send Content-Type: application/json")


async def _read(request: web.Request, shape: type[T]) -> T:
    _demand_json(request)
    return msgspec.json.decode(await request.read() or b"{}", type=shape)


def _json(value: Any, *, status: int = 200) -> web.Response:
    headers: Mapping[str, str] = {"Content-Type": "application/json"}
    return web.Response(body=msgspec.json.encode(value), status=status, headers=headers)


@web.middleware
async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One form of errors, and headers that keep the page to itself."""
    response: web.StreamResponse
    try:
        response = await handler(request)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        response = _json({"error": str(error)}, status=400)
    except web.HTTPException as error:
        response = _json({"error": error.text or error.reason}, status=error.status)
    response.headers.update(_HEADERS)
    return response
