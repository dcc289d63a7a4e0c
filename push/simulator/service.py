"""All stand-ins together: APNs, FCM, Web Push, and their control server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType

import msgspec

from push.model import ProviderName
from push.simulator.apns import ApnsSimulator, make_key, read_key
from push.simulator.control import Control
from push.simulator.doorway import HOST
from push.simulator.fcm import FcmSimulator
from push.simulator.record import Door, Faults, Records
from push.simulator.tls import make_certificates
from push.simulator.webpush import WebPushSimulator
from push.webpush.vapid import Vapid, make_vapid_key

TEAM_ID = "SIMULATION"
KEY_ID = "SIMULATED1"
PROJECT = "simulation"
SUBJECT = "mailto:push@example.com"


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """Where each listens; 0: wherever the kernel says."""

    control: int = 0
    apns: int = 0
    sandbox: int = 0
    fcm: int = 0
    webpush: int = 0


class ApnsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender sets for APNs."""

    production: str
    sandbox: str
    key_file: str
    key_id: str
    team_id: str
    topics: list[str]


class FcmSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender sets for FCM; the account's file names the address for access tokens."""

    base: str
    account_file: str
    project: str


class WebPushSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender sets for Web Push. Any other VAPID key is as good."""

    service: str
    allowed: list[str]
    """Addresses that are not public, and that the sender must be allowed to connect to."""
    vapid_key_file: str
    vapid_public: str
    vapid_subject: str


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What this is and how a sender is pointed at it."""

    simulator: str
    control: str
    ca_file: str
    """The authority to trust besides the system's."""
    apns: ApnsSettings
    fcm: FcmSettings
    webpush: WebPushSettings


class Simulator:
    """Stand-ins for APNs (both environments), FCM and Web Push, and a control server over them.

    `async with Simulator(folder) as simulator`: listens from the first line to the last. What
    senders need lies in `folder` afterwards, and is used again by the next simulator there: an
    authority's certificate, an APNs key, a VAPID key; the FCM account is new at each start.
    `apps` are the APNs topics that its team has.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ports: Ports | None = None,
        host: str = HOST,
        apps: Iterable[str] = ("com.example.care",),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self.records = Records()
        self.faults = Faults()
        self._host = host
        self._ports = ports or Ports()
        self._apps = sorted(apps)
        self._running = AsyncExitStack()
        folder.mkdir(parents=True, exist_ok=True)
        self.certificates = make_certificates(folder)
        self.key_file = folder / "apns-key.p8"
        self.account_file = folder / "fcm-account.json"
        self.vapid_file = folder / "vapid-key.txt"
        if not self.key_file.exists():
            make_key(self.key_file)
        if not self.vapid_file.exists():
            self.vapid_file.touch(mode=0o600)
            self.vapid_file.write_text(make_vapid_key()[0] + "\n", "ascii")
        key = read_key(self.key_file, team_id=TEAM_ID, key_id=KEY_ID, apps=frozenset(self._apps))
        context = self.certificates.server()
        self.apns, self.sandbox = (
            ApnsSimulator(
                context=self.certificates.server(alpn=("h2",)),
                records=self.records,
                faults=self.faults,
                keys=[key],
                environment=environment,
                clock=clock,
            )
            for environment in ("production", "sandbox")
        )
        self.fcm = FcmSimulator(
            context=context, records=self.records, faults=self.faults, clock=clock
        )
        self.webpush = WebPushSimulator(
            context=context, records=self.records, faults=self.faults, clock=clock
        )
        self.control = Control(self)

    async def __aenter__(self) -> Simulator:
        """Listen at all addresses, or at none."""
        stands = (
            (self.apns, self._ports.apns),
            (self.sandbox, self._ports.sandbox),
            (self.fcm, self._ports.fcm),
            (self.webpush, self._ports.webpush),
            (self.control, self._ports.control),
        )
        async with AsyncExitStack() as starting:
            for stand, port in stands:
                starting.push_async_callback(stand.close)
                await stand.start(host=self._host, port=port)
            self.fcm.make_account(self.account_file, project=PROJECT)
            self._running = starting.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._running.aclose()

    def about(self) -> About:
        """What a sender has to set, once it listens."""
        vapid = self.vapid_file.read_text("ascii").strip()
        return About(
            simulator="This is a simulator of push services. No phone is reached through it.",
            control=self.control.url,
            ca_file=str(self.certificates.authority),
            apns=ApnsSettings(
                production=self.apns.url,
                sandbox=self.sandbox.url,
                key_file=str(self.key_file),
                key_id=KEY_ID,
                team_id=TEAM_ID,
                topics=self._apps,
            ),
            fcm=FcmSettings(
                base=self.fcm.url, account_file=str(self.account_file), project=PROJECT
            ),
            webpush=WebPushSettings(
                service=self.webpush.url,
                allowed=[self._host],
                vapid_key_file=str(self.vapid_file),
                vapid_public=Vapid(vapid, subject=SUBJECT).public,
                vapid_subject=SUBJECT,
            ),
        )

    async def set_door(self, provider: ProviderName, door: Door, *, cut: bool) -> None:
        """Meet new connections to a service so from now on, and cut those that exist if asked."""
        stands: dict[ProviderName, tuple[ApnsSimulator | FcmSimulator | WebPushSimulator, ...]] = {
            "apns": (self.apns, self.sandbox),
            "fcm": (self.fcm,),
            "webpush": (self.webpush,),
        }
        for stand in stands[provider]:
            if stand.door != door:
                await stand.set_door(door)
            if cut:
                stand.cut()

    async def reset(self) -> None:
        """Forget what arrived and all faults, and open all doors. Subscriptions stay."""
        self.faults.clear()
        self.records.clear()
        for stand in (self.apns, self.sandbox, self.fcm):
            stand.dead.clear()
        for provider in ("apns", "fcm", "webpush"):
            await self.set_door(provider, "open", cut=False)
