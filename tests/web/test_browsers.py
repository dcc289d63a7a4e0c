"""What browsers may do: the session's cookie, pages of other sites, CORS, safe headers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie

import pytest

from inbox.core.origins import is_ours
from inbox.flows import agents
from tests.cast import SetClock, open_on
from tests.engines import Database
from tests.servers import OPERATOR, People, Reply, Server, make_people, serve

PASSWORD = "a long password of Bo's"
CARE = "https://care.example.com"
SHOP = "https://shop.example.com"


SETTINGS: dict[str, object] = {
    "public_url": CARE,
    "allowed_origins": (SHOP,),
    "trusted_proxies": ("127.0.0.0/8",),
    "frame_ancestors": ("https://crm.example.com",),
}


@pytest.fixture
async def behind(file: Database, clock: SetClock) -> AsyncIterator[tuple[Server, People]]:
    """A server as it stands behind a proxy that ends TLS."""
    async with open_on(file, clock, **SETTINGS) as ctx:
        people = await make_people(ctx)
        await agents.set_password(ctx, OPERATOR, agent=people.ids["bo"], password=PASSWORD)
        async with serve(ctx) as server:
            yield server, people


async def sign_in(server: Server, **headers: str) -> Reply:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"name": "bo", "password": PASSWORD}
    return await server.ask("POST", "/v1/desk/session", body, headers=said)


def cookie_of(reply: Reply) -> str:
    morsel = SimpleCookie(reply.headers["Set-Cookie"])["pinbox_session"]
    return f"pinbox_session={morsel.value}"


async def test_the_cookie_is_only_for_our_own_pages_and_no_script(
    behind: tuple[Server, People],
) -> None:
    server, _ = behind

    reply = await sign_in(server)

    assert reply.status == 201
    assert reply.body["agent"]["name"] == "Bo"
    morsel = SimpleCookie(reply.headers["Set-Cookie"])["pinbox_session"]
    assert (morsel["httponly"], morsel["secure"], morsel["samesite"]) == (True, True, "Strict")
    assert (morsel["path"], morsel["max-age"], morsel["domain"]) == ("/", str(12 * 3600), "")
    assert morsel.value.encode() not in reply.raw


async def test_without_tls_the_cookie_is_not_secure(server: Server, people: People) -> None:
    await agents.set_password(server.ctx, OPERATOR, agent=people.ids["bo"], password=PASSWORD)

    reply = await sign_in(server, X_Forwarded_Proto="https")

    assert "secure" not in reply.headers["Set-Cookie"].lower(), "no proxy is trusted here"


async def test_a_session_from_sign_in_to_sign_out(behind: tuple[Server, People]) -> None:
    server, _ = behind
    cookie = {"Cookie": cookie_of(await sign_in(server))}
    assert (await server.ask("GET", "/v1/desk/me", headers=cookie)).status == 200

    out = await server.ask("DELETE", "/v1/desk/session", headers=cookie)

    assert out.status == 204
    assert SimpleCookie(out.headers["Set-Cookie"])["pinbox_session"]["max-age"] == "0"
    assert (await server.ask("GET", "/v1/desk/me", headers=cookie)).status == 401
    assert (await server.ask("DELETE", "/v1/desk/session", headers=cookie)).status == 204
    assert (await server.ask("DELETE", "/v1/desk/session")).status == 204


async def test_a_page_of_another_agent_does_nothing_in_this_ones_name(
    behind: tuple[Server, People],
) -> None:
    server, people = behind
    bo, kim = people.ids["bo"], people.ids["kim"]
    cookie = cookie_of(await sign_in(server))

    async def ask(method: str, path: str, agent: str, body: object = None) -> Reply:
        headers = {"Cookie": cookie, "Pinbox-Agent": agent}
        return await server.ask(method, path, body, headers=headers)

    asked: list[tuple[str, str, object]] = [
        ("GET", "/v1/desk/me", None),
        ("PUT", "/v1/desk/me/duty", {"on": True}),
        ("DELETE", "/v1/desk/session", None),
    ]
    for method, path, body in asked:
        for other in (kim, "", bo.upper(), f"{bo}, {kim}"):
            reply = await ask(method, path, other, body)
            assert (reply.status, reply.body["code"]) == (401, "unauthorized"), (path, other)
            assert "Set-Cookie" not in reply.headers, "the session of who sits here stays"
    assert not (await ask("GET", "/v1/desk/me", bo)).body["duty"]["on"]

    # It is no failed sign-in: a desk of thirty behind one address is not locked out by it.
    for method, path, body in asked:
        assert (await ask(method, path, bo, body)).status < 300
    assert (await ask("DELETE", "/v1/desk/session", kim)).status == 204, "it has ended already"


async def test_signing_out_ends_no_personal_token(behind: tuple[Server, People]) -> None:
    server, people = behind
    out = await server.ask("DELETE", "/v1/desk/session", token=people.kim)

    assert out.status == 204
    assert (await server.ask("GET", "/v1/desk/me", token=people.kim)).status == 200


@pytest.mark.parametrize(
    ("origin", "fetch_site", "status"),
    [
        (None, None, 200),
        (None, "same-origin", 200),
        (None, "cross-site", 403),
        (None, "same-site", 403),
        (CARE, "same-origin", 200),
        (SHOP, "cross-site", 200),
        ("https://evil.example.com", "cross-site", 403),
        ("https://care.example.com.evil.com", None, 403),
        ("http://care.example.com:8080", None, 403),
        ("null", None, 403),
        ("", None, 403),
    ],
)
async def test_with_the_cookie_only_our_pages_change_anything(
    behind: tuple[Server, People], origin: str | None, fetch_site: str | None, status: int
) -> None:
    server, people = behind
    headers = {"Cookie": cookie_of(await sign_in(server))}
    if origin is not None:
        headers["Origin"] = origin
    if fetch_site is not None:
        headers["Sec-Fetch-Site"] = fetch_site

    reply = await server.ask("PUT", "/v1/desk/me/duty", {"on": True}, headers=headers)
    by_token = await server.ask(
        "PUT", "/v1/desk/me/duty", {"on": True}, headers=headers, token=people.kim
    )
    signing_in = await sign_in(server, **{k: v for k, v in headers.items() if k != "Cookie"})

    assert reply.status == status
    assert by_token.status == 200, "a token is never sent by a browser on its own"
    assert signing_in.status == (201 if status == 200 else 403)


async def test_the_host_that_was_asked_is_ours(server: Server, people: People) -> None:
    await agents.set_password(server.ctx, OPERATOR, agent=people.ids["bo"], password=PASSWORD)

    assert (await sign_in(server, Origin=server.url)).status == 201
    forged = await sign_in(server, Origin=CARE, X_Forwarded_Host="care.example.com")
    assert forged.status == 403, "nobody but a trusted proxy says under which name we were asked"


async def test_a_trusted_proxy_names_host_scheme_and_request(
    file: Database, clock: SetClock
) -> None:
    async with (
        open_on(file, clock, trusted_proxies=("127.0.0.1/32",)) as ctx,
        serve(ctx) as server,
    ):
        people = await make_people(ctx)
        await agents.set_password(ctx, OPERATOR, agent=people.ids["bo"], password=PASSWORD)
        proxy = {"X_Forwarded_Host": "care.example.com", "X_Forwarded_Proto": "https"}

        reply = await sign_in(server, Origin=CARE, **proxy)
        refused = await server.ask("GET", "/v1/team", headers={"X-Request-Id": "req-1"})
        odd = await server.ask("GET", "/v1/team", headers={"X-Request-Id": "<script>"})

        assert reply.status == 201
        assert "Secure" in reply.headers["Set-Cookie"]
        assert refused.body["request_id"] == "req-1"
        assert odd.body["request_id"] != "<script>"


async def test_request_ids_of_strangers_are_not_taken(server: Server) -> None:
    reply = await server.ask("GET", "/v1/team", headers={"X-Request-Id": "req-1"})

    assert reply.body["request_id"] != "req-1"


async def test_pages_of_allowed_origins_may_read_answers(behind: tuple[Server, People]) -> None:
    server, people = behind
    for path, token, with_cookies in (
        ("/v1/thread", server.token(), False),
        ("/v1/thread", None, False),
        ("/v1/nothing", None, False),
        ("/v1/desk/me", people.bo, True),
    ):
        ours = await server.ask("GET", path, token=token, headers={"Origin": SHOP})
        other = await server.ask(
            "GET", path, token=token, headers={"Origin": "https://evil.example.com"}
        )
        assert ours.headers["Access-Control-Allow-Origin"] == SHOP
        assert ("Access-Control-Allow-Credentials" in ours.headers) is with_cookies
        assert "Access-Control-Allow-Origin" not in other.headers
        assert "Origin" in ours.headers["Vary"]
        assert "Origin" in other.headers["Vary"]


async def test_a_browser_that_asks_first_is_told(behind: tuple[Server, People]) -> None:
    server, _ = behind
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST"}

    told = await server.ask("OPTIONS", "/v1/thread/messages", headers=asked)
    evil = await server.ask(
        "OPTIONS", "/v1/thread/messages", headers={**asked, "Origin": "https://evil.example.com"}
    )
    nowhere = await server.ask("OPTIONS", "/v1/nothing", headers=asked)

    assert told.status == 204
    assert told.headers["Access-Control-Allow-Methods"] == "GET, POST"
    named = told.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Authorization", "Pinbox-Agent"} <= set(named)
    assert "Access-Control-Allow-Credentials" not in told.headers
    assert "Access-Control-Allow-Origin" not in evil.headers
    assert nowhere.status == 404


async def test_without_allowed_origins_no_page_may_read(server: Server) -> None:
    reply = await server.ask("GET", "/v1/team", headers={"Origin": SHOP})

    assert not [name for name in reply.headers if name.startswith("Access-Control")]


async def test_the_docs_page_needs_no_other_host_and_runs_nothing(
    behind: tuple[Server, People],
) -> None:
    server, _ = behind

    page = await server.ask("GET", "/docs")

    text = page.raw.decode()
    policy = page.headers["Content-Security-Policy"]
    assert page.media == "text/html"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script" not in policy
    assert "frame-ancestors https://crm.example.com" in policy
    assert "<script" not in text
    assert " style=" not in text
    assert "http" not in text.replace(CARE, "").replace("http_", "").lower().split("<h1>")[0]
    assert "/v1/thread/messages" in text


async def test_pages_are_framed_by_nobody_unless_said(server: Server) -> None:
    page = await server.ask("GET", "/docs")

    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


async def test_every_answer_has_the_safe_headers(server: Server, people: People) -> None:
    for path, token in (
        ("/v1/thread", server.token()),
        ("/v1/team", None),
        ("/v1/desk/me", people.bo),
    ):
        reply = await server.ask("GET", path, token=token)
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["Server"] == "Pinbox", "no versions for strangers"


async def test_failed_sign_ins_count_by_the_clients_address(
    file: Database, clock: SetClock
) -> None:
    settings = {"trusted_proxies": ("127.0.0.1/32", "10.0.0.0/8"), "failed_sign_ins_per_minute": 3}
    async with open_on(file, clock, **settings) as ctx, serve(ctx) as server:
        people = await make_people(ctx)
        await agents.set_password(ctx, OPERATOR, agent=people.ids["bo"], password=PASSWORD)

        async def fail(address: str) -> int:
            body = {"name": "Bo", "password": "wrong"}
            headers = {"X-Forwarded-For": address}
            return (await server.ask("POST", "/v1/desk/session", body, headers=headers)).status

        # The client itself wrote the left end of the chain; the proxies wrote the right one.
        tries = [await fail(f"198.51.100.{n}, 203.0.113.9, 10.0.0.2") for n in range(5)]
        assert tries == [401, 401, 401, 429, 429]
        right = await sign_in(server, X_Forwarded_For="203.0.113.9, 10.0.0.2")
        assert right.status == 429
        assert int(right.headers["Retry-After"]) >= 1
        assert (await sign_in(server, X_Forwarded_For="203.0.113.10")).status == 201


def test_origins_are_compared_whole() -> None:
    def ours(origin: str, host: str = "care.example.com") -> bool:
        return is_ours(origin, host=host, public_url="", allowed=())

    assert ours("https://care.example.com")
    assert ours("https://care.example.com", host="CARE.example.com")
    assert not ours("https://care.example.com:8443")
    assert not ours("null", host="")
    assert not ours("", host="")
    assert not ours("file://", host="")
