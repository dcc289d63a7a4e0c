"""The one address of the demo: phone and desk side by side, and buttons for what may happen."""

from __future__ import annotations

import secrets
from importlib.resources import files
from pathlib import Path
from typing import Literal

import aiohttp
import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from inbox.client import DeskClient
from inbox.core.errors import Internal
from inbox.core.origins import SESSION_COOKIE
from inbox.ops.control import ask
from inbox.ops.demo.cast import DAY_S, LEAD, SPOKANE, Cast
from inbox.ops.demo.phone import Phone
from inbox.ops.demo.stage.line import HOST, Line
from inbox.ops.demo.stage.weather import Weather
from inbox.ops.people import CustomerToken, CustomerTokenAsk
from push.simulator.screen import Banner

Place = Literal["phone", "desk"]
_FILES = files("inbox.ops.demo.stage") / "files"
_KINDS = {
    "index.html": "text/html",
    "stage.css": "text/css",
    "stage.js": "text/javascript",
}


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a button asks for."""

    what: Literal["network", "team", "storm"]
    on: bool


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose frame wants to be signed in."""

    place: Place


class Link(msgspec.Struct, frozen=True):
    """An address that signs in once."""

    url: str


class State(msgspec.Struct, frozen=True):
    """What the page shows besides its frames."""

    network: bool
    team: bool
    storm: bool
    badge: int
    banners: list[Banner]


class StagePage:
    """Serves the page on this machine alone; `raise_curtain` when there is a server to show."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self.line = Line()
        self._weather: Weather | None = None
        self._server = ""
        self._folder = Path()
        self._password = ""
        self._links: dict[str, Place] = {}
        self._thread = ""
        self._port = 0
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                *(web.get(f"/{name}", self._file) for name in _KINDS),
                web.get("/", self._file),
                web.get("/state", self._state),
                web.post("/do", self._do),
                web.post("/links", self._link),
                web.get("/enter/{key}", self._enter),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0, access_log=None)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self._port}"

    @property
    def sign_in(self) -> str:
        """Where and as whom the desk is opened in a window of its own."""
        return f"{self._server}/desk, as {LEAD} with the password {self._password}"

    def environment(self) -> dict[str, str]:
        """Settings of a server whose pages it may show."""
        return {
            "PINBOX_FRAME_ANCESTORS": self.url,
            "PINBOX_APP_TOKEN_IN_ADDRESS": "true",
            "PINBOX_APP_NAME": "Carrier care",
        }

    async def start(self) -> None:
        """Listen, on free ports."""
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        self._port = self._runner.addresses[0][1]
        await self.line.start()

    async def close(self) -> None:
        """Listen no more."""
        self.line.close()
        await self._runner.cleanup()

    async def raise_curtain(self, url: str, cast: Cast, folder: Path) -> None:
        """Show this server with these people. Mia's tokens end with it."""
        self._server, self._folder = url, folder
        self.line.lead(url)
        self._weather = Weather(url, cast, folder)
        await self._weather.begin()
        async with DeskClient(url, cast.mia) as mia:
            await mia.duty(on=True)
            self._thread = await _go_on(mia)
        # New with each demo: the desk is signed in by it, by a link or by hand.
        self._password = secrets.token_urlsafe(12)
        async with DeskClient(url, cast.ada) as ada:
            (lead,) = [one for one in await ada.admin.agents() if one.name == LEAD]
            await ada.admin.set_password(lead.id, self._password)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only for pages of its own: another site's can neither read it nor press a button."""
        if request.headers.get("Host") != f"{HOST}:{self._port}":
            raise web.HTTPForbidden(text="this page is for this machine alone")
        if request.method == "POST" and request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="send Content-Type: application/json")
        if self._weather is None:
            raise web.HTTPServiceUnavailable(text="the story is still being told")
        response = await handler(request)
        response.headers.update(self._headers())
        return response

    def _headers(self) -> dict[str, str]:
        shown = f"http://{HOST}:{self.line.port} {self._server}"
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            f"img-src data:; frame-src 'self' {shown}; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        )
        return {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }

    async def _file(self, request: web.Request) -> web.Response:
        name = request.path[1:] or "index.html"
        content = (_FILES / name).read_bytes()
        return web.Response(body=content, content_type=_KINDS[name], charset="utf-8")

    async def _state(self, _: web.Request) -> web.Response:
        weather, screen = self._set(), self._phone.screen()
        state = State(
            network=self.line.on,
            team=weather.open,
            storm=weather.storm,
            badge=0 if screen is None else screen.badge,
            banners=[] if screen is None else screen.banners,
        )
        return _json(state)

    async def _do(self, request: web.Request) -> web.Response:
        wish = msgspec.json.decode(await request.read(), type=Wish)
        weather = self._set()
        if wish.what == "network":
            self.line.switch(on=wish.on)
        elif wish.what == "team":
            await weather.close_team(closed=not wish.on)
        else:
            await weather.break_storm(on=wish.on)
        return await self._state(request)

    async def _link(self, request: web.Request) -> web.Response:
        wanted = msgspec.json.decode(await request.read(), type=Wanted)
        key = secrets.token_urlsafe(16)
        self._links[key] = wanted.place
        return _json(Link(f"/enter/{key}"))

    async def _enter(self, request: web.Request) -> web.Response:
        """Sign in and go on to the real page. A link is good once."""
        place = self._links.pop(request.match_info["key"], None)
        if place is None:
            raise web.HTTPGone(text="this link was used; reload the page for new ones")
        if place == "phone":
            asked = CustomerTokenAsk("ana", "Ana", "US-WA", SPOKANE.time_zone, "en", DAY_S)
            signed = await ask(self._folder, "token.customer", asked, into=CustomerToken)
            there = f"http://{HOST}:{self.line.port}/app#token={signed.token}"
            return web.Response(status=302, headers={"Location": there})
        there = f"{self._server}/desk#/team/{self._thread}"
        answer = web.Response(status=302, headers={"Location": there})
        # Cookies know no ports: what is set here is the server's, too.
        answer.set_cookie(
            SESSION_COOKIE, await self._sign_in(), path="/", httponly=True, samesite="Strict"
        )
        return answer

    async def _sign_in(self) -> str:
        body = {"name": LEAD, "password": self._password}
        jar = aiohttp.DummyCookieJar()
        async with (
            aiohttp.ClientSession(cookie_jar=jar) as http,
            http.post(f"{self._server}/v1/desk/session", json=body) as reply,
        ):
            cookie = reply.cookies.get(SESSION_COOKIE)
        if cookie is None:
            raise Internal("the desk did not let its lead in")
        return cookie.value

    def _set(self) -> Weather:
        if self._weather is None:
            raise Internal("there is nothing to show yet")
        return self._weather


async def _go_on(lead: DeskClient) -> str:
    """Ana's conversation is open, and nobody's: whoever answers has it."""
    (ana,) = (await lead.queue("all")).items
    if ana.status is not None and ana.status.state == "resolved":
        await lead.reopen(ana.id)
    await lead.release(ana.id)
    return ana.id


def _json(value: msgspec.Struct) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
