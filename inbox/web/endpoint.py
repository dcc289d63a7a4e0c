"""The way of every request: sign-in, reading, the handler, the answer. No other middleware.

What can be known of a route is worked out once, before the first request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from time import perf_counter
from typing import Any, Protocol

import msgspec
from aiohttp import web
from multidict import CIMultiDict

from inbox.core.errors import BadRequest, NotFound, PinboxError, Unauthorized
from inbox.core.origins import AGENT_HEADER, SESSION_COOKIE
from inbox.core.policy import Action, Agent, Customer, demand, demand_same
from inbox.flows import devices, signin
from inbox.web.browsers import API_HEADERS
from inbox.web.problems import answer_fault, answer_problem
from inbox.web.reading import (
    demand_json,
    demand_plain,
    place,
    read_bytes,
    read_query,
    reader_of,
    refuse_query,
)
from inbox.web.ready import Ready
from inbox.web.route import Answer, Call, Nothing, Route, Scope, is_sane
from inbox.web.site import Site, Socket

AioHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SAFE = frozenset({"GET", "HEAD"})
_NEEDS: dict[Scope, Action] = {
    "anyone": "serve",
    "agent": "serve",
    "lead": "repin",
    "admin": "administer",
}
_JSON = CIMultiDict({**API_HEADERS, "Content-Type": "application/json"})
_EMPTY = CIMultiDict(API_HEADERS)
_encode = msgspec.json.Encoder().encode


class _Entry(Protocol):
    """Signs a request's caller in. `again` counts neither the request nor a refusal."""

    async def __call__(self, request: web.Request, *, again: bool = False) -> Any: ...


def serve(site: Site, route: Route) -> AioHandler:
    """The route as aiohttp calls it."""
    let_in = _entry(site, route)
    handler, first, kind = route.handler, route.success[0], route.query
    ends = route.method == "DELETE"  # a body is seldom needed there, and many cannot send one
    takes_body = route.method not in _SAFE and (not ends or route.body is not None)
    takes_body = takes_body and not route.streams
    read_body = reader_of(route.body or Nothing) if takes_body else None
    body_is_optional, streams = route.body is None or ends, route.streams
    body_names, query_names = _fields(route.body), _fields(kind)
    has_names, has_cors = bool(route.names), site.browsers.has_cors
    observe = site.ctx.metrics.http_seconds(f"{route.method} {route.path}").observe
    memory = site.ctx.memory
    answer = _answer_with_headers if has_cors else _answer

    async def handle(request: web.Request) -> web.StreamResponse:
        began = perf_counter()
        try:
            if has_names:
                _demand_sane(request)
            registry = memory.registry
            who = None if let_in is None else await let_in(request)
            query = body = None
            if kind is not None:
                query = read_query(request, kind)
            elif request.rel_url.raw_query_string:
                refuse_query(request)
            if read_body is not None:
                demand_plain(request)
                raw = await read_bytes(request)
                if raw or not body_is_optional:
                    demand_json(request)
                body = read_body(raw or b"{}" if ends else raw)
            if let_in is not None and memory.registry != registry:
                # A body may be held back until its sender has been signed out.
                who = await let_in(request, again=True)
            call = Call(site, request, who, body, query, request.match_info)
            if streams:
                demand_plain(request)
                call.again = partial(_again, let_in, request)
            try:
                response = answer(await handler(call), first)
            except BadRequest as error:
                raise place(error, body_names, query_names) from None
        except PinboxError as error:
            response = answer_problem(site, request, error)
        except Exception as fault:  # noqa: BLE001 - nothing of the inside may come out
            response = answer_fault(site, request, fault)
        if has_cors and not response.prepared:
            site.browsers.mark(request, response)
        observe(perf_counter() - began)
        return response

    return handle


async def _again(let_in: _Entry | None, request: web.Request) -> Any:
    return None if let_in is None else await let_in(request, again=True)


def serve_socket(site: Site, socket: Socket) -> AioHandler:
    """A live socket's address: what refuses the upgrade is a problem like any other."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            refuse_query(request)
            return await socket(request, site.peers.address(request))
        except PinboxError as error:
            return answer_problem(site, request, error)
        except web.HTTPException as error:
            return answer_problem(site, request, BadRequest(error.text or error.reason))
        except Exception as fault:  # noqa: BLE001 - nothing of the inside may come out
            return answer_fault(site, request, fault)

    return handle


FETCH_PREFIX = "pbf_"
AGENT_PREFIXES = ("pbx_", "pbs_")


def bearer(request: web.Request) -> str | None:
    """The token of `Authorization: Bearer` (RFC 6750), if there is one."""
    said = request.headers.get("Authorization")
    if said is None or said[:7].lower() != "bearer ":
        return None
    return said[7:].strip()


def _entry(site: Site, route: Route) -> _Entry | None:
    """How callers of this route sign in, none where they need not."""
    if route.scope == "public":
        return None
    customers = _customers(site, counted=route.counted, fetch=route.fetch)
    if route.scope == "customer":
        return customers
    agents = _agents(site, route)
    if route.scope != "anyone":
        return agents

    async def let_in(request: web.Request, *, again: bool = False) -> Customer | Agent:
        token = bearer(request)
        by_cookie = token is None and SESSION_COOKIE in request.cookies
        is_agent = by_cookie or (token or "").startswith(AGENT_PREFIXES)
        who: Customer | Agent = await (agents if is_agent else customers)(request, again=again)
        return who

    return let_in


def _customers(site: Site, *, counted: bool, fetch: bool) -> _Entry:
    ctx, address = site.ctx, site.peers.address

    async def let_in(request: web.Request, *, again: bool = False) -> Customer:
        token = bearer(request)
        if token is None:
            raise Unauthorized("send Authorization: Bearer with a token of your backend")
        who: Customer
        try:
            if fetch and token.startswith(FETCH_PREFIX):
                who = await devices.fetcher(ctx, token)
            else:
                who = await signin.customer(ctx, token)
        except Unauthorized as error:
            if not again:
                signin.count_refusal(ctx, error, side="customer", address=address(request))
            raise
        if counted and not again:
            ctx.limits.spend("customer_requests", who.id)
        return who

    return let_in


def _agents(site: Site, route: Route) -> _Entry:
    ctx, address = site.ctx, site.peers.address
    safe, action, counted = route.method in _SAFE, _NEEDS[route.scope], route.counted

    async def let_in(request: web.Request, *, again: bool = False) -> Agent:
        token = bearer(request)
        if token is None:
            token = request.cookies.get(SESSION_COOKIE)
            if token is None:
                raise Unauthorized("sign in, or send Authorization: Bearer with a personal token")
            if not safe:
                site.browsers.demand_own_page(request)
        try:
            who = await signin.agent(ctx, token)
        except Unauthorized as error:
            if not again:
                signin.count_refusal(ctx, error, side="desk", address=address(request))
            raise
        demand_same(who.id, request.headers.get(AGENT_HEADER))
        if counted and not again:
            ctx.limits.spend("agent_requests", who.id)
        demand(who, action)
        ctx.memory.presence.see(who.id, at=ctx.clock())
        return who

    return let_in


def _answer(given: Any, first: int) -> web.StreamResponse:
    plain, status = given, first
    if type(given) is Answer and given.headers is None:
        plain, status = given.value, given.status
    if isinstance(plain, msgspec.Struct):
        return Ready(status, _encode(plain))
    return _answer_with_headers(given, first)


def _answer_with_headers(given: Any, first: int) -> web.StreamResponse:
    status, more = first, None
    if type(given) is Answer:
        given, status, more = given
    if isinstance(given, web.StreamResponse):
        return given
    if given is None:
        response = web.Response(status=status, headers=_EMPTY)
    else:
        response = web.Response(status=status, body=_encode(given), headers=_JSON)
    if more is not None:
        response.headers.update(more)
    return response


def _demand_sane(request: web.Request) -> None:
    for name, value in request.match_info.items():
        if not is_sane(name, value):
            raise NotFound


def _fields(kind: type[msgspec.Struct] | None) -> frozenset[str]:
    return frozenset() if kind is None else frozenset(kind.__struct_encode_fields__)
