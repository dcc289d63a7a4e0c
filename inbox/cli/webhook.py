"""Commands on webhooks: where the company's own systems are told what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from inbox.cli.options import Out, with_out
from inbox.core.webhooks import TYPES

if TYPE_CHECKING:
    from inbox.flows.endpoints import NewSecret, WebhookDetail

_webhook = click.argument("webhook")
_types = click.option(
    "--type",
    "types",
    type=click.Choice(TYPES),
    multiple=True,
    help="What it is told; may be given more than once.",
)


@click.group()
def webhook() -> None:
    """Where the company's own systems are told what happens.

    WEBHOOK is an id, the end of one, or a label. What is sent and how it is signed is in
    docs/webhooks.md.
    """


@webhook.command("list")
@with_out
def list_webhooks(out: Out) -> None:
    """Show every endpoint and how it stands."""
    from inbox.flows.endpoints import WebhookDetails
    from inbox.ops.operation import Nothing

    found = out.ask("webhook.list", Nothing(), WebhookDetails)
    out.say_table(
        found,
        columns=("id", "label", "url", "types", "state", "waiting", "dead"),
        rows=[
            (
                one.id,
                one.label,
                one.url,
                " ".join(one.types) + (" with text" if one.with_text else ""),
                _state(one),
                str(one.waiting),
                str(one.dead),
            )
            for one in found.items
        ],
        empty="No webhook yet. Make one with `pinbox webhook add`",
    )


@webhook.command("add")
@click.argument("url")
@_types
@click.option("--label", default="", help="A name for people, and for these commands.")
@click.option("--with-text", is_flag=True, help="Messages carry their text.")
@with_out
def add_webhook(out: Out, *, url: str, types: tuple[str, ...], label: str, with_text: bool) -> None:
    """Tell URL what happens from now on, and show the secret by which that is signed.

    Without --type it is told of everything. The secret is shown this once.
    """
    from inbox.flows.endpoints import NewSecret, WebhookDraft

    draft = {"url": url, "types": types or TYPES, "label": label, "with_text": with_text}
    made = out.ask("webhook.add", msgspec.convert(draft, WebhookDraft), NewSecret)
    out.say(made, f"{made.webhook.id} is told of {_said(made.webhook)}\n{_secret(made)}")


@webhook.command("change")
@_webhook
@click.option("--url", help="Another address.")
@_types
@click.option("--label", help="Another name.")
@click.option("--with-text/--without-text", default=None, help="Whether messages carry their text.")
@click.option("--on/--off", "active", default=None, help="Whether it is told anything.")
@with_out
def change_webhook(
    out: Out,
    *,
    webhook: str,
    url: str | None,
    types: tuple[str, ...],
    label: str | None,
    with_text: bool | None,
    active: bool | None,
) -> None:
    """Change an endpoint, or switch it on and off; what is not named stays."""
    from inbox.flows.endpoints import WebhookDetail
    from inbox.ops.webhooks import Change

    asked: dict[str, object] = {
        "webhook": webhook,
        "url": url,
        "types": types or None,
        "label": label,
        "with_text": with_text,
        "active": active,
    }
    known = out.ask("webhook.change", msgspec.convert(asked, Change), WebhookDetail)
    out.say(known, f"{known.id} is {_state(known)}, and told of {_said(known)}")


@webhook.command("remove")
@_webhook
@with_out
def remove_webhook(out: Out, *, webhook: str) -> None:
    """Forget an endpoint, and all that was or is to be told to it."""
    from inbox.ops.operation import Nothing
    from inbox.ops.webhooks import Named

    gone = out.ask("webhook.remove", Named(webhook), Nothing)
    out.say(gone, f"{webhook} is told nothing any more")


@webhook.command("rotate")
@_webhook
@click.option(
    "--keep-hours",
    type=click.IntRange(0, 720),
    default=24,
    show_default=True,
    help="How long the old secret is valid, too; 0: it ends now.",
)
@with_out
def rotate(out: Out, *, webhook: str, keep_hours: int) -> None:
    """Give an endpoint a new secret, shown this once; for a while both sign."""
    from inbox.flows.endpoints import NewSecret
    from inbox.ops.webhooks import Rotate

    made = out.ask("webhook.rotate", Rotate(webhook, keep_hours), NewSecret)
    until = made.webhook.old_secret_until
    out.say(
        made, f"{_secret(made)}\nThe old one {f'holds until {until}' if until else 'has ended'}"
    )


@webhook.command("deliveries")
@_webhook
@click.option("--dead", "state", flag_value="dead", default="all", help="Only dead letters.")
@click.option("--waiting", "state", flag_value="waiting", help="Only what waits.")
@click.option("--before", help="Go on before this event, the last one shown.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=50,
    show_default=True,
    help="How many at most.",
)
@with_out
def list_deliveries(out: Out, *, webhook: str, state: str, before: str | None, limit: int) -> None:
    """Show what was or is to be told to an endpoint, newest first."""
    from inbox.flows.deliveries import Deliveries
    from inbox.ops.webhooks import DeliveriesOf

    asked = {"webhook": webhook, "state": state, "before": before, "limit": limit}
    found = out.ask("webhook.deliveries", msgspec.convert(asked, DeliveriesOf), Deliveries)
    out.say_table(
        found,
        columns=("id", "event", "type", "state", "tries", "reason", "written"),
        rows=[
            (
                one.id,
                one.event,
                one.type,
                one.state,
                str(one.attempts),
                one.reason or "",
                one.created_at,
            )
            for one in found.items
        ],
        empty="Nothing there",
    )


@webhook.command("retry")
@_webhook
@click.argument("delivery", required=False)
@with_out
def retry(out: Out, *, webhook: str, delivery: str | None) -> None:
    """Send one DELIVERY again, or without it all dead letters of an endpoint."""
    from inbox.flows.deliveries import Retried
    from inbox.ops.webhooks import Retry

    done = out.ask("webhook.retry", Retry(webhook, delivery), Retried)
    out.say(done, f"{done.count} to be sent again")


@webhook.command("test")
@_webhook
@with_out
def try_webhook(out: Out, *, webhook: str) -> None:
    """Post one event of type `test` now and print what came of it.

    Nothing is stored. Ends with 1 unless the endpoint took it.
    """
    from inbox.cli.errors import Failed
    from inbox.hooks.trial import Tried
    from inbox.ops.webhooks import Named

    tried = out.ask("webhook.test", Named(webhook), Tried)
    said = f"answered {tried.status}" if tried.works else tried.reason
    out.say(tried, f"{said} after {tried.took_ms} ms (event {tried.event})")
    if not tried.works:
        raise Failed("the endpoint did not take it")


def _state(known: WebhookDetail) -> str:
    if known.off is not None:
        return f"off since {known.off.at}: {known.off.reason}"
    if known.failing_since is not None:
        return f"failing since {known.failing_since}: {known.last_reason}"
    return "on"


def _said(known: WebhookDetail) -> str:
    return ", ".join(known.types) + (", with text" if known.with_text else "")


def _secret(made: NewSecret) -> str:
    return f"Its secret, shown this once: {made.secret}"
