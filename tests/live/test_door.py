"""Who gets in, who is sent away and how, and what bad input costs."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import ANY

import aiohttp
import msgspec
import pytest

from inbox.client.live import LiveSocket, NoSocket
from inbox.core.errors import Unauthorized
from inbox.core.frames import Hello, Want
from inbox.core.sync import Limits
from inbox.flows import agents, signin
from inbox.flows.agents import AgentChange
from inbox.flows.context import Context
from inbox.live.calls import SignedInPeople
from inbox.live.door import limits_of
from inbox.settings import Settings
from tests.cast import OPERATOR, Cast, SetClock, arrive, make_cast, open_on, say
from tests.engines import Database
from tests.live.house import Client, House, open_house


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """The door does not care which engine there is."""
    return sqlite_database


async def upgrade(house: House, path: str, **headers: str) -> aiohttp.ClientResponse:
    """A handshake by hand; what is refused comes as a problem."""
    asked = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "pinbox.v1",
        **headers,
    }
    async with (
        aiohttp.ClientSession() as http,
        http.get(house.url + path, headers=asked) as answer,
    ):
        await answer.read() if answer.status != 101 else None
        return answer


# ── before the upgrade ───────────────────────────────────────────────────────────────────────────


async def test_what_is_no_handshake_is_a_bad_request(house: House) -> None:
    for headers in ({"Upgrade": "h2c"}, {"Sec-WebSocket-Version": "5"}, {"Sec-WebSocket-Key": "x"}):
        answer = await upgrade(house, "/v1/thread/live", **headers)
        assert answer.status == 400
        assert answer.content_type == "application/problem+json"
    answer = await upgrade(house, "/v1/thread/live")
    assert answer.status == 101
    assert answer.headers["Server"] == "Pinbox"
    assert await asyncio.wait_for(gone(house), 5), "who hangs up without a word leaves nothing"


async def gone(house: House) -> bool:
    """Wait until the server has no connection any more."""
    await house.live._empty.wait()
    return True


async def test_the_subprotocol_is_spoken_and_nothing_is_deflated(house: House) -> None:
    answer = await upgrade(
        house, "/v1/thread/live", **{"Sec-WebSocket-Extensions": "permessage-deflate"}
    )
    assert answer.headers["Sec-WebSocket-Protocol"] == "pinbox.v1"
    assert "Sec-WebSocket-Extensions" not in answer.headers


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 101),
        ("own", 101),
        ("https://desk.example.com", 101),
        ("https://care.example.com", 101),
        ("https://evil.example.com", 403),
        ("https://desk.example.com.evil.example", 403),
        ("null", 403),
    ],
)
async def test_a_cookie_signs_in_from_our_own_pages_alone(
    sqlite_database: Database, clock: SetClock, origin: str | None, status: int
) -> None:
    given: dict[str, Any] = {
        "allowed_origins": ["https://desk.example.com"],
        "public_url": "https://care.example.com",
    }
    async with open_on(sqlite_database, clock, **given) as ctx, open_house(ctx) as house:
        said = {"Origin": house.url if origin == "own" else origin} if origin else {}
        cookie = {"Cookie": "pinbox_session=pbs_x"}
        answer = await upgrade(house, "/v1/desk/live", **cookie, **said)
        assert answer.status == status
        # Without the cookie there is nothing that a foreign page could use.
        assert (await upgrade(house, "/v1/desk/live", **said)).status == 101


async def test_a_browsers_session_signs_in_without_a_token(
    ctx: Context, house: House, cast: Cast
) -> None:
    await agents.set_password(ctx, OPERATOR, agent=cast.bo.id, password="correct horse battery")
    session = await signin.open_session(
        ctx, name="Bo", password="correct horse battery", address="::1"
    )
    url, cookie = f"ws{house.url[4:]}/v1/desk/live", f"pinbox_session={session.token}"
    other = await LiveSocket.open(url, cookie=cookie, origin=house.url)
    await other.send(Hello(agent=cast.mia.id))
    assert await Client(other).until_closed() == 4500

    socket = await LiveSocket.open(url, cookie=cookie, origin=house.url)
    desk = Client(socket)
    await socket.send(Hello(agent=cast.bo.id, streams=(Want(f"team:{cast.spokane}"),)))
    await desk.until("live")
    await signin.close_session(ctx, session.token)
    assert await desk.until_closed() == 4503


async def test_more_than_may_be_inside_are_asked_to_try_again(
    sqlite_database: Database, clock: SetClock
) -> None:
    async with open_on(sqlite_database, clock, max_connections=1) as ctx, open_house(ctx) as house:
        first = await house.knock()
        with pytest.raises(NoSocket) as refused:
            await house.knock()
        assert refused.value.status == 503
        assert refused.value.retry_after
        first.abort()
        await gone(house)
        await (await house.knock()).close()


# ── the sign-in ──────────────────────────────────────────────────────────────────────────────────


async def test_tokens_that_are_none_of_ours(house: House, cast: Cast, clock: SetClock) -> None:
    agent = await house.agent_token(cast.bo)
    customer = house.customer_token("ana")
    expired = house.customer_token("ana", ttl_s=60)
    clock.pass_(100_000)
    for audience, token, code in (
        ("thread", None, 4500),
        ("thread", "", 4500),
        ("thread", "forged", 4500),
        ("thread", agent, 4500),
        ("thread", expired, 4005),
        ("desk", customer, 4500),
        ("desk", "pbx_forged", 4500),
    ):
        client = Client(await house.knock(audience))
        await client.hello(token, Want("thread"))
        error = await client.hear()
        assert (error["type"], error["code"]) == ("error", "unauthorized")
        assert await client.until_closed() == code, (audience, token)


async def test_failed_sign_ins_count_by_the_clients_address(
    sqlite_database: Database, clock: SetClock
) -> None:
    """Only they are held back: a carrier's address is shared by thousands with good tokens."""
    settings = {"trusted_proxies": ("127.0.0.1/32",), "failed_sign_ins_per_minute": 3}
    async with open_on(sqlite_database, clock, **settings) as ctx:
        cast = await make_cast(ctx)
        async with open_house(ctx) as house:
            for audience in ("thread", "desk"):
                tries = [await try_in(house, audience, "forged", "203.0.113.9") for _ in range(5)]
                assert [told["code"] for told, _ in tries] == [
                    *("unauthorized" for _ in range(3)),
                    *("rate_limited" for _ in range(2)),
                ]
                assert [code for _, code in tries] == [4500, 4500, 4500, 4029, 4029]
                assert tries[-1][0]["retry_ms"] >= 1_000
                _, elsewhere = await try_in(house, audience, "forged", "203.0.113.10")
                assert elsewhere == 4500
            old = house.customer_token("ana", ttl_s=60)
            clock.pass_(100_000)
            assert await try_in(house, "thread", old, "203.0.113.9") == (ANY, 4005)
            for audience, token in (
                ("thread", house.customer_token("ana")),
                ("desk", await house.agent_token(cast.bo)),
            ):
                told, _ = await try_in(house, audience, token, "203.0.113.9")
                assert told["type"] == "welcome"
            with pytest.raises(Unauthorized):  # tokens do not use up the tries of the sign-in page
                await signin.open_session(ctx, name="Bo", password="guess", address="203.0.113.9")


async def test_tokens_tried_in_place_count_too(sqlite_database: Database, clock: SetClock) -> None:
    async with open_on(sqlite_database, clock, failed_sign_ins_per_minute=3) as ctx:
        await make_cast(ctx)
        async with open_house(ctx) as house:
            ana, codes = await house.customer("ana"), list[str]()
            await ana.until("live")
            for _ in range(5):
                await ana.say({"type": "token", "token": "forged"})
                codes.append((await ana.until("error"))["code"])
            assert codes == ["unauthorized"] * 3 + ["rate_limited"] * 2


async def try_in(
    house: House, audience: str, token: str, address: str
) -> tuple[dict[str, Any], int | None]:
    """Say hello through a proxy, from an address; the first frame, and the close code after it."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(
            f"{house.url}/v1/{audience}/live",
            protocols=["pinbox.v1"],
            headers={"X-Forwarded-For": address},
        ) as socket,
    ):
        await socket.send_json({"type": "hello", "token": token})
        told: dict[str, Any] = await socket.receive_json(timeout=5)
        if told["type"] == "error":
            await socket.receive(timeout=5)
        return told, socket.close_code


@pytest.mark.usefixtures("cast")
async def test_a_token_is_renewed_in_place_and_ends_when_it_ends(
    ctx: Context, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.live.session.LEEWAY_MS", 0)
    ana = await house.customer("ana", ttl_s=1)
    luis = await house.customer("luis", ttl_s=1)
    await ana.until("live")
    await luis.until("live")
    await ana.say({"type": "token", "token": house.customer_token("ana", ttl_s=600)})
    await ana.say({"type": "token", "token": "forged"})
    assert (await ana.until("error"))["code"] in {"unauthorized", "rate_limited"}
    assert await luis.until_closed() == 4005
    await say(ctx, await arrive(ctx, "ana"), "Still here")
    await ana.until_item("thread", type="message")


@pytest.mark.usefixtures("cast")
async def test_another_customers_token_ends_it(house: House) -> None:
    ana = await house.customer("ana")
    await ana.until("live")
    await ana.say({"type": "token", "token": house.customer_token("luis")})
    assert await ana.until_closed() == 4500


@pytest.mark.usefixtures("cast")
async def test_a_customer_who_is_signed_out_is_closed_and_the_others_stay(
    ctx: Context, house: House, clock: SetClock
) -> None:
    ana, luis = await house.customer("ana"), await house.customer("luis")
    await ana.until("live")
    await luis.until("live")
    clock.pass_(5_000)
    await agents.sign_out_customer(ctx, OPERATOR, customer="ana")
    assert await ana.until_closed() == 4503
    again = Client(await house.knock())
    await again.hello(ctx.tokens.sign("ana", now_ms=clock() - 5_000, ttl_s=3600), Want("thread"))
    assert await again.until_closed() == 4500
    await say(ctx, await arrive(ctx, "luis"), "Still here")
    await luis.until_item("thread", type="message")


async def test_among_many_a_sign_out_is_prompt(
    sqlite_database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long a look takes, nobody waits for one look per connection."""
    looks = list[float]()
    for name in ("still_valid", "signed_out"):
        monkeypatch.setattr(SignedInPeople, name, slowed(getattr(SignedInPeople, name), looks))
    async with open_on(sqlite_database, clock, admissions_per_second=0) as ctx:
        cast = await make_cast(ctx)
        async with open_house(ctx) as house:
            crowd = await asyncio.gather(*(house.customer(f"customer-{n}") for n in range(250)))
            desks = await asyncio.gather(*(house.desk(cast.bo) for _ in range(12)))
            out = await asyncio.gather(*(house.customer("ana") for _ in range(2)))
            for client in (*crowd, *desks, *out):
                await client.until("live")
            await house.live.hub.look()
            looks.clear()
            loop, clock.now = asyncio.get_running_loop(), clock.now + 5_000
            began = loop.time()
            await agents.sign_out_customer(ctx, OPERATOR, customer="ana")
            assert [await client.until_closed() for client in out] == [4503, 4503]
            assert loop.time() - began < 5, "a tenth of a second each would be half a minute"
            await house.live.hub.look()
            async with asyncio.timeout(5):
                while house.live.hub.registry_moved.is_set() or len(looks) < 15:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert len(looks) == 12 + 3, "one for each desk, and one for a hundred customers"
            for client in (crowd[0], crowd[-1], desks[0]):
                await client.nothing()


def slowed(real: Any, calls: list[float]) -> Any:
    """The same, a tenth of a second later."""

    async def slow(*given: Any) -> Any:
        calls.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.1)
        return await real(*given)

    return slow


@pytest.mark.usefixtures("cast")
async def test_a_recheck_of_the_old_token_harms_no_newer_one(house: House, clock: SetClock) -> None:
    ana = await house.customer("ana")
    await ana.until("live")
    (session,) = house.live.sessions
    old = session.who
    clock.pass_(5_000)
    await ana.say({"type": "token", "token": house.customer_token("ana")})
    async with asyncio.timeout(5):
        while session.who is old:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert old is not None
    session.revoke(old)
    await ana.nothing()
    assert session.who is not None
    session.revoke(session.who)
    assert await ana.until_closed() == 4503


async def test_an_agent_who_leaves_a_team_loses_its_stream(
    ctx: Context, house: House, cast: Cast
) -> None:
    both = AgentChange(teams=(cast.spokane, cast.tampa))
    await agents.change_agent(ctx, OPERATOR, agent=cast.bo.id, change=both)
    bo = await signin.agent(ctx, await house.agent_token(cast.bo))
    desk = await house.desk(bo)
    joined = {(await desk.until("live"))["stream"] for _ in range(2)}  # in either order
    assert joined == {f"team:{cast.spokane}", f"team:{cast.tampa}"}
    one = AgentChange(teams=(cast.tampa,))
    await agents.change_agent(ctx, OPERATOR, agent=cast.bo.id, change=one)
    error = await desk.until("error")
    assert (error["code"], error["stream"]) == ("forbidden", f"team:{cast.spokane}")
    await say(ctx, await arrive(ctx, "ana"), "For Spokane alone")
    await say(ctx, await arrive(ctx, "mei", region="US-FL"), "For Tampa")
    await desk.until_item(f"team:{cast.tampa}", type="message")
    assert b"Spokane alone" not in msgspec.json.encode(desk.frames)
    disabled = AgentChange(disabled=True)
    await agents.change_agent(ctx, OPERATOR, agent=cast.bo.id, change=disabled)
    assert await desk.until_closed() == 4503


@pytest.mark.usefixtures("cast")
async def test_one_person_has_a_bounded_number_of_connections(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.live.node.CONNECTIONS_EACH", 2)
    first, second = await house.customer("ana"), await house.customer("ana")
    await first.until("live")
    await second.until("live")
    third = await house.customer("ana")
    assert await third.until_closed() == 4029
    other = await house.customer("luis")
    await other.until("live")
    await first.leave()
    await asyncio.wait_for(until_count(house, 2), 5)
    again = await house.customer("ana")
    await again.until("live")


async def until_count(house: House, number: int) -> None:
    """Wait until so many connections are left."""
    while len(house.live.sessions) != number:  # noqa: ASYNC110  no event tells of a number
        await asyncio.sleep(0.01)


# ── bad input ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"nonsense",
        b"\xff",
        b'{"type":"pong"}',
        b'{"type":"subscribe","stream":"thread"}',
        b"[" * 10_000,
        b'{"type":"hello","token":"' + b"x" * 100_000 + b'"}',
    ],
)
async def test_frames_before_hello(house: House, said: bytes) -> None:
    client = Client(await house.knock())
    await client.socket._connection.send(said, text=True)
    assert await client.until_closed() in {4501, 1007}  # 1007: not even UTF-8


async def test_bad_input_after_hello_harms_neither_the_connection_nor_the_process(
    house: House, cast: Cast
) -> None:
    ana = await house.customer("ana")
    await ana.until("live")
    bad: list[dict[str, Any]] = [
        {"type": "send", "id": "a", "client_id": "c", "body": ""},
        {"type": "send", "id": "b", "client_id": "c", "body": "x" * 4_001},
        {"type": "send", "id": "c", "client_id": "c", "body": "bell \a"},
        {"type": "send", "id": "d", "client_id": "c\n", "body": "x"},
        {"type": "send", "id": "e", "client_id": "c", "body": "x", "thread": "'; DROP TABLE items"},
        {"type": "send", "id": "f", "client_id": "c", "body": "x", "seen": 1},
        {"type": "subscribe", "stream": "team:" + cast.spokane},
        {"type": "subscribe", "stream": "thread", "since": "'--"},
        {"type": "viewing", "on": True},
        {"type": "made up"},
    ]
    codes = set()
    for frame in bad:
        await ana.say(frame)
        error = await ana.until("error")
        assert error["temporary"] is False
        assert error.get("id") == frame.get("id")
        codes.add(error["code"])
    assert codes == {"bad_request", "not_found", "forbidden"}
    await ana.say({"type": "send", "id": "z", "client_id": "c", "body": "Well then"})
    assert (await ana.until("ok"))["id"] == "z"


@pytest.mark.usefixtures("cast")
async def test_frames_that_are_too_large(house: House) -> None:
    ana = await house.customer("ana")
    await ana.until("live")
    await ana.say({"type": "send", "id": "a", "client_id": "c", "body": "x" * 70_000})
    assert (await ana.until("error"))["code"] == "too_large"
    await ana.say({"type": "send", "id": "a", "client_id": "c", "body": "x" * 400_000})
    assert await ana.until_closed() == 1009


@pytest.mark.usefixtures("cast")
async def test_a_binary_message_is_not_spoken(house: House) -> None:
    ana = await house.customer("ana")
    await ana.until("live")
    await ana.socket._connection.send(b'{"type":"pong"}')
    assert await ana.until_closed() == 4501


@pytest.mark.usefixtures("cast")
async def test_a_flood_is_closed_and_others_do_not_notice(ctx: Context) -> None:
    async with open_house(ctx, limits=Limits(frames_per_second=10, frames_burst=50)) as house:
        ana, luis = await house.customer("ana"), await house.customer("luis")
        await ana.until("live")
        await luis.until("live")
        for _ in range(60):
            await ana.say({"type": "pong"})
        assert await ana.until_closed() == 4029
        await say(ctx, await arrive(ctx, "luis"), "Calm here")
        await luis.until_item("thread", type="message")


def test_settings_are_the_figures_of_a_connection() -> None:
    limits = limits_of(Settings(ping_s=7, pong_s=3, write_stall_s=9, max_frame_bytes=70_000))
    assert (limits.ping_ms, limits.pong_ms, limits.stall_ms) == (7_000, 3_000, 9_000)
    assert limits.frame_bytes == 70_000
