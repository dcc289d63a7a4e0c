"""The example of docs/webhooks.md does what the page says: it takes what is ours, and once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from standardwebhooks import Webhook

from inbox.core.webhooks import TYPES, show_secret, sign
from tests.docs.pages import DOCS, blocks

PAGE = DOCS / "webhooks.md"
KEY, OLD = bytes(range(32)), bytes(32)
BODY = b'{"id":"e1","type":"pin","data":{}}'
Read = Callable[[str, dict[str, str], bytes], Any]


@pytest.fixture
def read_event() -> Read:
    (block,) = (one for one in blocks(PAGE) if one.kind == "python")
    assert len([line for line in block.text.splitlines() if line.strip()]) < 25
    names: dict[str, Any] = {}
    exec(compile(block.text, str(PAGE), "exec"), names)
    read: Read = names["read_event"]
    return read


def headers(*keys: bytes, event: str = "e1", ago_s: float = 0) -> dict[str, str]:
    at = int((time.time() - ago_s) * 1000)
    return sign(keys or (KEY,), event=event, at=at, body=BODY)


def test_it_reads_an_event_once(read_event: Read) -> None:
    first = headers()
    assert read_event(show_secret(KEY), first, BODY) == {"id": "e1", "type": "pin", "data": {}}
    assert read_event(show_secret(KEY), first, BODY) is None
    assert read_event(show_secret(KEY), headers(event="e2"), BODY) is not None


@pytest.mark.parametrize("secret", [KEY, OLD])
def test_both_secrets_do_during_a_rotation(read_event: Read, secret: bytes) -> None:
    assert read_event(show_secret(secret), headers(KEY, OLD), BODY) is not None


@pytest.mark.parametrize("ago_s", [301, 86_400, -301])
def test_a_replay_is_refused_by_its_time(read_event: Read, ago_s: float) -> None:
    with pytest.raises(ValueError, match="too old"):
        read_event(show_secret(KEY), headers(ago_s=ago_s), BODY)


@pytest.mark.parametrize(
    "change", [{"webhook-id": "e9"}, {"webhook-timestamp": "+1"}, {"webhook-signature": "v1,AAAA"}]
)
def test_what_was_changed_is_refused(read_event: Read, change: dict[str, str]) -> None:
    told = headers()
    if change == {"webhook-timestamp": "+1"}:
        change = {"webhook-timestamp": str(int(told["webhook-timestamp"]) + 1)}
    with pytest.raises(ValueError, match="not signed"):
        read_event(show_secret(KEY), told | change, BODY)
    with pytest.raises(ValueError, match="not signed"):
        read_event(show_secret(KEY), told, BODY + b" ")


def test_it_agrees_with_the_standard_s_own_library(read_event: Read) -> None:
    told = headers()
    judged = Webhook(show_secret(KEY)).verify(BODY, told)
    assert read_event(show_secret(KEY), told, BODY) == judged


@pytest.mark.parametrize("type_", TYPES)
def test_every_type_stands_in_the_table(type_: str) -> None:
    assert f"| `{type_}` |" in PAGE.read_text("utf-8")
