"""What the doctor sees of webhooks: endpoints that are off or fail, and what they were not told."""

from __future__ import annotations

import os
from collections.abc import Iterator

from inbox.core.instant import to_text
from inbox.flows.examination import Examination, WebhookState
from inbox.ops.finding import Finding, doubtful, well, wrong
from inbox.settings import Settings
from push.guard import FORBIDDEN


def check_webhooks(found: Examination, settings: Settings) -> Iterator[Finding]:
    """Every endpoint takes what it is told."""
    file = settings.webhook_ca_file
    if file and not os.access(file, os.R_OK):
        yield wrong("webhook_ca_file", f"{file} cannot be read", "put the certificates there")
    if not found.webhooks:
        yield well("webhooks", "none")
    for one in found.webhooks:
        yield _check(one)


def _check(one: WebhookState) -> Finding:
    what = f"webhook {one.label or one.id}"
    if one.off_at is not None and not one.by_admin:
        return wrong(
            what,
            f"switched off at {to_text(one.off_at)}: {one.reason}",
            f"mend the endpoint, then `pinbox webhook change {one.id} --on`",
        )
    if one.off_at is not None:
        return well(what, "switched off by an admin")
    if one.failing_since is not None:
        return doubtful(
            what,
            f"nothing but failures since {to_text(one.failing_since)}: {one.reason}",
            "if it is in your own network, list that in `webhook_networks`"
            if FORBIDDEN in one.reason
            else f"`pinbox webhook test {one.id}` says what it answers",
        )
    if one.dead:
        return doubtful(
            what,
            f"{one.dead} dead letters",
            f"`pinbox webhook deliveries {one.id} --dead` shows them, "
            f"`pinbox webhook retry {one.id}` sends them again",
        )
    return well(what, f"takes what it is told; {one.waiting} wait")
