"""A test event goes out at once, with the endpoint's answer, and leaves no trace."""

from __future__ import annotations

import pytest
from aiohttp import web

from inbox.hooks.trial import try_out
from tests.cast import OPERATOR, look
from tests.hooks.post import Post
from tests.hooks.receiver import Receiver, answers, slowly


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (200, None),
        (204, None),
        (302, "answered 302: redirects are not followed"),
        (410, "answered 410"),
        (500, "answered 500"),
    ],
)
async def test_it_says_what_was_answered(
    post: Post, receiver: Receiver, status: int, reason: str | None
) -> None:
    made = await post.endpoint(receiver.url, "pin", active=False)
    receiver.answers(answers(status))
    tried = await try_out(post.ctx, OPERATOR, webhook=made.webhook.id)
    assert (tried.works, tried.status, tried.reason) == (reason is None, status, reason)
    (got,) = receiver.got
    assert (got.body["id"], got.body["type"]) == (tried.event, "test")
    assert got.body["data"] == {"webhook": made.webhook.id}
    assert await look(post.ctx, "SELECT id FROM outbox") == []
    assert (await post.look(made)).failing_since is None


async def test_it_ends_with_the_time_an_endpoint_has(post: Post, receiver: Receiver) -> None:
    await post.stage.reopen(webhook_timeout_s=1)
    made = await post.endpoint(receiver.url)
    receiver.answers(slowly(30))
    tried = await try_out(post.ctx, OPERATOR, webhook=made.webhook.id)
    assert (tried.works, tried.status, tried.reason) == (False, None, "timeout")
    assert 900 < tried.took_ms < 5_000


async def test_it_goes_to_no_address_that_is_not_allowed(post: Post, receiver: Receiver) -> None:
    """Allowed when it was made, and forbidden since."""
    made = await post.endpoint(receiver.url)
    await post.stage.reopen(webhook_networks=("192.0.2.0/24",))
    tried = await try_out(post.ctx, OPERATOR, webhook=made.webhook.id)
    assert not tried.works
    assert "not public" in str(tried.reason)
    assert receiver.got == []


async def test_a_redirect_to_a_forbidden_place_is_not_followed(
    post: Post, receiver: Receiver
) -> None:
    asked = list[str]()

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=307, headers={"Location": "http://169.254.169.254/latest"})

    receiver.answers(answer)
    made = await post.endpoint(receiver.url)
    tried = await try_out(post.ctx, OPERATOR, webhook=made.webhook.id)
    assert tried.reason == "answered 307: redirects are not followed"
    assert asked == ["/hook"]
