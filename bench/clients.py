"""The same pushes through several clients of APNs: ours without an outbox, and its peers."""

from __future__ import annotations

import asyncio
import importlib
import logging
import ssl
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import jwt
import msgspec

from bench.stand import KEY, TEAM, TOPIC, Stand
from push.apns import Apns
from push.model import Answer, Notice, Push, Target
from push.payload import Forms

DAY_MS = 86_400_000
LONGEST_S = 8.0
"""A slow client is stopped after this, and its rate taken of what it had sent."""

Send = Callable[[int], Awaitable[bool]]


class Ran(msgspec.Struct, frozen=True):
    """What one run has shown."""

    rate: float
    cpu: float
    """Processor seconds of this process for 10,000 pushes."""
    done: int
    lost: int = 0
    """Pushes that came to nothing, or to no end."""


def push_to(number: int) -> Push:
    """A reply for a device of its own."""
    now = time.time_ns() // 1_000_000
    return Push(
        id=str(number),
        push_id=str(uuid.uuid4()),
        device=f"phone-{number}",
        collapse=f"{number:022d}",
        target=Target(provider="apns", token=f"{number:064x}", app=TOPIC, environment="production"),
        notice=Notice(kind="message", thread=f"thread-{number}", seq=7, badge=1),
        attempts=0,
        expires_at=now + DAY_MS,
    )


def our_client(stand: Stand) -> Apns:
    """Ours, on one connection."""
    return Apns(
        [stand.app()],
        form=Forms(now=lambda: time.time_ns() // 1_000_000).apns,
        addresses={"production": stand.url},
        ca_file=Path(stand.authority),
        spares=0,
    )


async def run_bare(stand: Stand, count: int, at_once: int) -> Ran:
    """Our client with nothing behind it."""
    apns = our_client(stand)

    async def send(number: int) -> bool:
        outcome = await apns.send(push_to(number), timeout=20)
        return isinstance(outcome, Answer) and outcome.status == 200

    try:
        return await drive(send, count, at_once)
    finally:
        await apns.close()


async def run_aioapns(stand: Stand, count: int, at_once: int) -> Ran | str:
    """Aioapns with the ten connections that it takes by default."""
    try:
        from aioapns import APNs, NotificationRequest, PushType
    except ImportError:
        return "not installed"
    logging.getLogger("aioapns").setLevel(logging.CRITICAL)
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    client: Any = APNs(
        key=_key(stand),
        key_id=KEY,
        team_id=TEAM,
        topic=TOPIC,
        ssl_context=_context(stand),
    )
    known = client.pool.protocol_class
    address = {"APNS_SERVER": "127.0.0.1", "APNS_PORT": stand.port}
    client.pool.protocol_class = type("Local", (known,), address)
    message = msgspec.json.decode(_form(0).body)

    async def send(number: int) -> bool:
        request = NotificationRequest(
            device_token=f"{number:064x}", message=message, push_type=PushType.ALERT
        )
        result = await client.send_notification(request)
        return bool(result.is_successful)

    try:
        return await drive(send, count, at_once)
    finally:
        client.pool.close()


async def run_httpx(stand: Stand, count: int, at_once: int) -> Ran | str:
    """httpx, as people send to APNs with it."""
    try:
        httpx: Any = importlib.import_module("httpx")
    except ImportError:
        return "not installed"
    claims = {"iss": TEAM, "iat": int(time.time())}
    token = jwt.encode(claims, _key(stand), algorithm="ES256", headers={"kid": KEY})
    async with httpx.AsyncClient(http2=True, verify=_context(stand), timeout=20) as client:

        async def send(number: int) -> bool:
            request = _form(number)
            headers = {
                "authorization": f"bearer {token}",
                "apns-topic": request.topic,
                "apns-push-type": request.push_type,
                "apns-id": str(uuid.uuid4()),
            }
            url = f"{stand.url}/3/device/{number:064x}"
            answer = await client.post(url, content=request.body, headers=headers)
            return bool(answer.status_code == 200)

        return await drive(send, count, at_once)


async def drive(send: Send, count: int, at_once: int) -> Ran:
    """Send so many, so many at once. What fails is lost: no client is told to try again."""
    if not await send(0):
        raise SystemExit("a push was refused: the measurement is void")
    numbers, done, lost = iter(range(1, count + 1)), 0, 0
    cpu, began = time.process_time(), time.perf_counter()

    async def go_on() -> None:
        nonlocal done, lost
        for number in numbers:
            try:
                taken = await send(number)
            except Exception:  # noqa: BLE001  each client has its own
                taken = False
            done += taken
            lost += not taken
            if time.perf_counter() - began > LONGEST_S:
                return

    tasks = [asyncio.ensure_future(go_on()) for _ in range(at_once)]
    _, hanging = await asyncio.wait(tasks, timeout=2 * LONGEST_S)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)
    return Ran(done / seconds, cpu / max(done, 1) * 10_000, done, lost + len(hanging))


def _form(number: int) -> Any:
    return Forms(now=lambda: 0).apns(push_to(number))


def _key(stand: Stand) -> str:
    return Path(stand.key_file).read_text()


def _context(stand: Stand) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=stand.authority)
    context.set_alpn_protocols(["h2"])
    return context
