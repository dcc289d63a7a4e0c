"""Stand-ins of the push services, run beside an inbox or on their own."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from inbox.settings import ApnsApp, FcmProject, render_values
from push.simulator.service import About, Ports, Simulator

APPS = ("com.example.care",)


class Standing(msgspec.Struct, frozen=True):
    """Where the stand-ins are, and the settings by which an inbox goes to them."""

    about: About
    settings: dict[str, object]


def settings_for(about: About) -> dict[str, object]:
    """The settings by which an inbox sends to the stand-ins; any `webpush_key` is good there."""
    apns, fcm, web = about.apns, about.fcm, about.webpush
    return {
        "apns_apps": tuple(
            ApnsApp(app=app, team_id=apns.team_id, key_id=apns.key_id, key_file=apns.key_file)
            for app in apns.topics
        ),
        "fcm_projects": (FcmProject(account_file=fcm.account_file),),
        "webpush_contact": web.vapid_subject,
        "webpush_networks": tuple(f"{address}/32" for address in web.allowed),
        "apns_url": apns.production,
        "apns_sandbox_url": apns.sandbox,
        "fcm_url": fcm.base,
        "push_ca_file": about.ca_file,
    }


def run_simulator(
    folder: Path,
    *,
    port: int,
    apps: Iterable[str],
    say: Callable[[Standing, str], None],
) -> None:
    """Run them until a signal asks for the end; `say` is called once they answer.

    With a `port` their page is there and the services at the four above it.
    """
    asyncio.run(_run(folder.absolute(), _ports(port), tuple(apps) or APPS, say))


async def _run(
    folder: Path, ports: Ports, apps: tuple[str, ...], say: Callable[[Standing, str], None]
) -> None:
    stopping = asyncio.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(kind, stopping.set)
    async with Simulator(folder, ports=ports, apps=apps) as simulator:
        about = simulator.about()
        settings = settings_for(about)
        words = (
            f"{about.simulator}\n\nLock screens and control: {about.control}\n\n"
            f"In pinbox.toml of an inbox that shall send here:\n\n{render_values(settings)}"
        )
        say(Standing(about, settings), words)
        await stopping.wait()


def _ports(first: int) -> Ports:
    if not first:
        return Ports()
    return Ports(control=first, apns=first + 1, sandbox=first + 2, fcm=first + 3, webpush=first + 4)
