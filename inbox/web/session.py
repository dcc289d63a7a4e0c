"""An agent's browser signs in and out."""

from __future__ import annotations

from aiohttp import web

from inbox.core.origins import AGENT_HEADER, SESSION_COOKIE
from inbox.flows import signin
from inbox.flows.desk_views import colleague
from inbox.web.browsers import API_HEADERS
from inbox.web.route import Answer, Call
from inbox.web.shapes import SignedIn, SignIn


async def open_session(call: Call[None, SignIn, None]) -> Answer:
    """Sign in by name and password; the answer sets the session's cookie.

    Failed tries count by address: too many are 429.
    """
    site, request = call.site, call.request
    site.browsers.demand_own_page(request)
    session = await signin.open_session(
        call.ctx,
        name=call.body.name,
        password=call.body.password,
        address=site.peers.address(request),
    )
    who = await colleague(call.ctx, session.agent.id)
    cookie = web.Response()
    site.browsers.set_session(request, cookie, session.token)
    headers = {"Set-Cookie": cookie.cookies.output(header="").strip()}
    return Answer(SignedIn(who, session.expires_at), 201, headers)


async def close_session(call: Call[None, None, None]) -> web.Response:
    """Sign out: the session ends, here and on live sockets. One that has ended is no error."""
    site, request = call.site, call.request
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        site.browsers.demand_own_page(request)
        await signin.close_session(call.ctx, token, agent=request.headers.get(AGENT_HEADER))
    response = web.Response(status=204, headers=API_HEADERS)
    site.browsers.end_session(request, response)
    return response
