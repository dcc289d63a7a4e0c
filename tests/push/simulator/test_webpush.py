"""What the stand-in of a push service asks of a request, one fault at a time."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import aiohttp
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from push.webpush.encryption import encrypt
from push.webpush.vapid import Vapid
from tests.push.stands import certificates
from tests.push.webpush.stage import PRIVATE, PUBLIC, SUBJECT, Service

Headers = dict[str, str]
Change = Callable[[Headers, Service], None]


def signed(service: Service, **changes: object) -> str:
    """A word of another key, or with other claims, than the sender's own."""
    claims = {"aud": service.url, "sub": SUBJECT, "exp": int(service.wall.now) + 60} | changes
    key = Vapid(PRIVATE, subject=SUBJECT)._key
    return f"vapid t={jwt.encode(claims, key, algorithm='ES256')}, k={PUBLIC}"


def drop(name: str) -> Change:
    def change(headers: Headers, _: Service) -> None:
        headers.pop(name)

    return change


def put(name: str, value: str) -> Change:
    return lambda headers, _: headers.update({name: value})


def sign(*, ends_in_s: int = 60, **claims: str) -> Change:
    def change(headers: Headers, service: Service) -> None:
        headers["Authorization"] = signed(service, exp=int(service.wall.now) + ends_in_s, **claims)

    return change


OTHER = jwt.encode(
    {"aud": "x", "sub": SUBJECT, "exp": 1}, ec.generate_private_key(ec.SECP256R1()), "ES256"
)

CASES: list[tuple[Change, int, int]] = [
    (drop("TTL"), 400, 111),
    (put("TTL", "-1"), 400, 112),
    (put("TTL", "soon"), 400, 112),
    (put("TTL", "2592001"), 400, 112),
    (put("Urgency", "loud"), 400, 111),
    (put("Topic", "a b"), 400, 113),
    (put("Topic", "x" * 33), 400, 113),
    (put("Topic", "badge"), 400, 113),
    (put("Content-Encoding", "aesgcm"), 400, 110),
    (drop("Authorization"), 401, 109),
    (put("Authorization", "Bearer x"), 401, 109),
    (put("Authorization", f"vapid t={OTHER}, k={PUBLIC}"), 401, 109),
    (sign(aud="https://elsewhere.example.com"), 401, 109),
    (sign(sub="Bo"), 401, 109),
    (sign(ends_in_s=-1), 401, 109),
    (sign(ends_in_s=24 * 3600 + 60), 401, 109),
]


async def test_each_fault_is_answered_as_mozilla_does() -> None:
    service = Service()
    await service.start()
    trust = ssl.create_default_context(cafile=str(certificates().authority))
    browser = service.subscribe(application_key=PUBLIC)
    body = encrypt(b"{}", p256dh=browser.p256dh, auth=browser.auth)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as session:

        async def ask(change: Change, content: bytes = body) -> tuple[int, int | None]:
            headers = {
                "TTL": "60",
                "Content-Encoding": "aes128gcm",
                "Authorization": signed(service),
            }
            change(headers, service)
            async with session.post(browser.endpoint, data=content, headers=headers) as answer:
                told = await answer.json() if answer.status >= 400 else {"errno": None}
                return answer.status, told["errno"]

        assert await ask(put("Topic", "abcd")) == (201, None)
        for number, (change, status, errno) in enumerate(CASES):
            assert await ask(change) == (status, errno), number
        assert await ask(put("TTL", "0"), bytes(4097)) == (413, 104)
        assert await ask(put("TTL", "0"), body[:-1] + b"x") == (400, 110)
        service.unsubscribe(browser)
        assert await ask(put("TTL", "0")) == (410, 106)
    assert [one.delivered for one in service.records.after()].count(True) == 1
    await service.close()


@pytest.mark.parametrize("word", ["vapid k={k},t={t}", "vapid t={t},k={k}", "vapid  t={t} , k={k}"])
async def test_a_word_of_who_sends_may_be_spelled_in_any_order(word: str) -> None:
    service = Service()
    await service.start()
    found = signed(service)
    token = found[len("vapid t=") :].partition(",")[0]
    subscription = service.subscribe(application_key=PUBLIC)
    assert service._verify(word.format(t=token, k=PUBLIC), subscription) == PUBLIC
    await service.close()
