"""What the doctor makes of endpoints that are off, fail, or were not told everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from inbox.flows.examination import Examination, WebhookState
from inbox.ops.webhook_checks import check_webhooks
from inbox.settings import Settings
from push.guard import FORBIDDEN
from tests.cast import NOON

WELL = WebhookState(
    id="w1",
    label="CRM",
    off_at=None,
    by_admin=False,
    failing_since=None,
    reason="",
    waiting=3,
    dead=0,
)
FOUND = Examination(
    dialect="sqlite",
    schema=1,
    newest_schema=1,
    damage=None,
    lost=False,
    newest_thread_at=None,
    secret=None,
    teams=(),
    webhooks=(),
)
OFF = {"off_at": NOON, "reason": "answered 410"}
FAILS = {"failing_since": NOON, "reason": "answered 500"}


@pytest.mark.parametrize(
    ("changes", "state", "says", "remedy"),
    [
        ({}, "ok", "3 wait", ""),
        (OFF, "fail", "answered 410", "pinbox webhook change w1 --on"),
        (OFF | {"by_admin": True}, "ok", "by an admin", ""),
        (FAILS, "warn", "answered 500", "pinbox webhook test w1"),
        (FAILS | {"reason": FORBIDDEN}, "warn", "not public", "webhook_networks"),
        ({"dead": 2}, "warn", "2 dead letters", "pinbox webhook retry w1"),
        (FAILS | {"dead": 2}, "warn", "answered 500", "pinbox webhook test w1"),
    ],
    ids=["well", "off", "off-by-admin", "fails", "forbidden", "dead", "fails-and-dead"],
)
def test_an_endpoint_is_told_with_its_remedy(
    changes: dict[str, Any], state: str, says: str, remedy: str
) -> None:
    one = msgspec.structs.replace(WELL, **changes)
    found = msgspec.structs.replace(FOUND, webhooks=(one,))
    (finding,) = check_webhooks(found, Settings())
    assert (finding.what, finding.state) == ("webhook CRM", state)
    assert says in finding.says
    assert remedy in (finding.remedy or "")
    assert bool(finding.remedy) == bool(remedy)


def test_one_without_a_label_goes_by_its_id_and_none_is_well() -> None:
    bare = msgspec.structs.replace(WELL, label="")
    (finding,) = check_webhooks(msgspec.structs.replace(FOUND, webhooks=(bare,)), Settings())
    assert finding.what == "webhook w1"
    (none,) = check_webhooks(FOUND, Settings())
    assert (none.state, none.says) == ("ok", "none")


def test_an_authority_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    settings = Settings(webhook_ca_file=str(tmp_path / "ca.pem"))
    file, _ = check_webhooks(FOUND, settings)
    assert (file.what, file.state) == ("webhook_ca_file", "fail")
    (tmp_path / "ca.pem").write_text("x")
    assert len(list(check_webhooks(FOUND, settings))) == 1
