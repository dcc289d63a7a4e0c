"""Commands on pushes: try one, follow a customer's, the key for browsers, and a stand-in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from inbox.cli.options import Out, with_out

if TYPE_CHECKING:
    from inbox.flows.ringer import Ringing
    from inbox.flows.trail import TracedPush
    from inbox.ringing.trial import Tried

FEW = 50
SECONDS = 1000


class PublicKey(msgspec.Struct, frozen=True):
    """What a web page subscribes with."""

    public: str


class FreshKey(msgspec.Struct, frozen=True):
    """A new pair; the private half is for `webpush_key`."""

    private: str
    public: str


@click.group()
def push() -> None:
    """What rings at customers' devices."""


@push.command("test")
@click.option("--device", metavar="CUSTOMER/DEVICE", help="A registered device.")
@click.option("--token", help="A device token (APNs) or registration token (FCM) instead.")
@click.option("--service", type=click.Choice(["apns", "fcm"]), help="Whose token it is.")
@click.option("--app", default="", help="The bundle id or FCM app; may be left out if only one.")
@click.option(
    "--environment",
    type=click.Choice(["production", "sandbox"]),
    default="production",
    show_default=True,
    help="Which of Apple's two services.",
)
@with_out
def try_push(
    out: Out, *, device: str | None, token: str | None, service: str | None, **more: str
) -> None:
    """Send one push at once and print the service's exact answer.

    It says on the phone that it is a test. Nothing is stored, nothing holds it back, and no address
    is removed for its answer. Ends with 1 unless the service took it.
    """
    from inbox.cli.errors import Failed
    from inbox.ringing.trial import Trial, Tried

    if (device is None) == (token is None):
        raise click.UsageError("give --device CUSTOMER/DEVICE or --token TOKEN")
    customer, _, name = (device or "").rpartition("/")
    if device is not None and not (customer and name):
        raise click.UsageError("--device is CUSTOMER/DEVICE, as ana/phone")
    trial = msgspec.convert(
        {"customer": customer or None, "device": name or None, "token": token}
        | {"service": service, **more},
        Trial,
    )
    tried = out.ask("push.test", trial, Tried)
    out.say(tried, "\n".join(_tell_trial(tried)))
    if not tried.is_well:
        raise Failed("the service did not take it")


@push.command("trail")
@click.argument("customer")
@click.option("--before", help="Go on before this push: `next` of the page before.")
@click.option(
    "--limit", type=click.IntRange(1, 100), default=FEW, show_default=True, help="How many."
)
@with_out
def show_trail(out: Out, *, customer: str, before: str | None, limit: int) -> None:
    """Tell what became of each push to a customer, newest first.

    For each: which messages it told of, when it was written, claimed and sent, why it was not, what
    the service answered, and what the customer has acknowledged since.
    """
    from inbox.flows.trail import Trail
    from inbox.ops.pushes import TrailAsk

    trail = out.ask("push.trail", TrailAsk(customer, before, limit), Trail)
    out.say_table(
        trail,
        columns=("messages", "device", "service", "written", "state", "why", "tries", "over", "id"),
        rows=[_row(one) for one in trail.pushes],
        empty=f"No push to {customer}"
        + ("" if trail.reachable else ": no device of theirs takes any"),
    )
    if out.json:
        return
    for receipt in trail.receipts:
        click.echo(f"{receipt.kind} up to {receipt.upto} at {receipt.at}")
    if trail.rings_from is not None:
        click.echo(f"not brought to the devices yet: from {trail.rings_from} on")
    if trail.next:
        click.echo(f"more: --before {trail.next}")


@push.command("status")
@with_out
def show_status(out: Out) -> None:
    """Show how pushes stand in the running server: what waits, what is held, what is wrong."""
    from inbox.flows.ringer import Ringing
    from inbox.ops.operation import Nothing

    ringing = out.ask("push.look", Nothing(), Ringing)
    lines = list(_tell_status(ringing)) or ["No server sends pushes here"]
    out.say(ringing, "\n".join(lines))


@push.command("resume")
@with_out
def resume(out: Out) -> None:
    """Try at once what is held, and remove dead addresses again.

    For when you have mended a key, or have seen that so many addresses are truly dead. A changed
    key file is noticed without it.
    """
    from inbox.ops.operation import Nothing
    from inbox.ops.pushes import Resumed

    done = out.ask("push.resume", Nothing(), Resumed)
    held = ", ".join((*done.circuits, *done.braked))
    out.say(done, f"Goes on: {held}" if held else "Nothing was held")


@push.command("key")
@click.option("--new", is_flag=True, help="Make a new pair instead, for `webpush_key`.")
@with_out
def show_key(out: Out, *, new: bool) -> None:
    """Print the public key that a web page subscribes with.

    Browsers bind their subscription to it for ever, so `--new` is for an inbox that has none yet.
    """
    from push.webpush.vapid import Vapid, make_vapid_key

    if new:
        private, public = make_vapid_key()
        words = f'webpush_key = "{private}"\n\nThe public half of it, for web pages:\n{public}'
        out.say(FreshKey(private, public), words)
        return
    from inbox.cli.folder import demand_folder
    from inbox.core.errors import NotFound
    from inbox.settings import load

    demand_folder(out.data)
    settings = load(out.data, os.environ)
    if not settings.webpush_key:
        raise NotFound("webpush_key is not set: `pinbox push key --new` makes one")
    contact = settings.webpush_contact or "mailto:nobody@example.com"
    public = Vapid(settings.webpush_key, subject=contact).public
    out.say(PublicKey(public), public)


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("push-simulator"),
    show_default=True,
    help="Where its keys and certificates lie; used again by the next one.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_530),
    default=0,
    help="Of its page; the services take the four above. Any that are free if absent.",
)
@click.option("--app", "apps", multiple=True, help="A bundle id that it knows. Repeatable.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON object, for machines.")
def simulator(*, folder: Path, port: int, apps: tuple[str, ...], json_: bool) -> None:
    """Run stand-ins for APNs, FCM and Web Push on this machine.

    No phone is reached through them. They check each request as the real services do, show what
    would stand on the lock screens on a page, and make faults when told to. What is printed goes
    into pinbox.toml. It runs until SIGTERM or SIGINT.
    """
    from inbox.ops.simulator import run_simulator

    def say(about: msgspec.Struct, words: str) -> None:
        click.echo(msgspec.json.encode(about).decode() if json_ else words)

    run_simulator(folder, port=port, apps=apps, say=say)


def _tell_trial(tried: Tried) -> Iterator[str]:
    where = f"{tried.app} ({tried.environment})" if tried.environment else tried.app
    yield f"{tried.service} {where}".strip()
    answer = f"{tried.status} {tried.reason}".strip() if tried.status else tried.reason
    yield f"{tried.result}: {answer} after {tried.took_ms} ms"
    if tried.detail:
        yield tried.detail
    if tried.provider_id:
        yield f"its id there: {tried.provider_id}"
    if not tried.is_well and tried.follows:
        yield f"what follows for a real push: {tried.follows}"


def _row(one: TracedPush) -> tuple[str, ...]:
    messages = str(one.seq) if one.first_seq == one.seq else f"{one.first_seq}–{one.seq}"
    why = " ".join(str(part) for part in (one.status, one.reason) if part is not None)
    if one.into:
        why = f"{why} into {one.into}".strip()
    if one.state == "waits":
        why = f"{why} until {one.not_before[11:19]}".strip()
    over = one.done_at[11:23] if one.done_at else ""
    return (
        messages if one.kind == "message" else one.kind,
        one.device,
        one.provider,
        one.written_at[:19],
        one.state,
        why,
        str(one.attempts),
        over,
        one.id,
    )


def _tell_status(ringing: Ringing) -> Iterator[str]:
    for lane in ringing.lanes:
        oldest = f", the oldest due for {lane.oldest_ms / SECONDS:.1f} s" if lane.oldest_ms else ""
        yield f"{lane.provider}: {lane.waiting} wait{oldest}; {lane.in_flight} on their way"
        results = ", ".join(f"{word} {n}" for word, n in sorted(lane.results.items()))
        yield f"    {lane.attempts} requests since the start{': ' + results if results else ''}"
    for line in ringing.lines:
        age = "" if line.token_age_s is None else f", token {line.token_age_s / 60:.0f} min old"
        yield f"Apple {line.environment}, key {line.key_id}: {line.connections} connections{age}"
        if line.broken:
            yield f"    {line.broken}"
    for circuit in ringing.circuits:
        yield f"held: {circuit.about}, {circuit.reason} ({circuit.state})"
    for about, reasons in ringing.braked.items():
        yield f"no address is removed: {about}, {', '.join(reasons)}"
    for alarm in ringing.alarms:
        yield f"{alarm.text}: {alarm.about}, {alarm.reason} {alarm.detail}".rstrip()
        yield f"    → {alarm.remedy}"
