"""Another sender's library against our stand-in."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
import requests
from pywebpush import WebPushException, webpush  # type: ignore[import-untyped]

from push.simulator.browser import Subscription
from push.webpush.vapid import make_vapid_key
from tests.push.stands import certificates
from tests.push.webpush.stage import PRIVATE, PUBLIC, SUBJECT, Service


def send(browser: Subscription, message: object, private: str = PRIVATE) -> requests.Response:
    """As pywebpush does it."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(certificates().authority)
        answer = webpush(
            browser.to_json(),
            json.dumps(message).encode(),
            vapid_private_key=private,
            vapid_claims={"sub": SUBJECT},
            ttl=60,
            requests_session=session,
        )
    assert isinstance(answer, requests.Response)
    return answer


async def test_the_stand_in_takes_what_pywebpush_sends(service: Service) -> None:
    service.clock = time.time
    browser = service.subscribe(application_key=PUBLIC)
    answer = await asyncio.to_thread(send, browser, {"t": "1"})
    assert answer.status_code == 201
    (arrived,) = service.records.after()
    assert (arrived.body, arrived.app, arrived.delivered) == ({"t": "1"}, PUBLIC, True)


async def test_and_refuses_another_senders_key(service: Service) -> None:
    service.clock = time.time
    browser = service.subscribe(application_key=PUBLIC)
    with pytest.raises(WebPushException, match="VAPID public key mismatch"):
        await asyncio.to_thread(send, browser, {"t": "1"}, make_vapid_key()[0])
