"""The push services that the settings name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from inbox.core.errors import NotFound
from inbox.settings import Settings
from push.apns import ADDRESSES, Apns, App
from push.fcm.provider import BASE, Fcm, FcmProject
from push.model import Environment, Outcome, Provider, ProviderName, Push, Refused
from push.payload import Forms, Keys
from push.webpush.provider import WebPush
from push.webpush.vapid import Vapid


class Unset:
    """A service that is not set up: what is for it waits, and the operator is told."""

    def __init__(self, name: ProviderName) -> None:
        self.name: ProviderName = name

    async def send(self, push: Push, *, timeout: float) -> Outcome:  # noqa: ARG002  a provider's
        """Refuse, so that the push stays until it expires."""
        return Refused(f"{self.name} is not set up, and a device asks for it", keep=True)

    async def close(self) -> None:
        """There is nothing to close."""


def make_providers(settings: Settings, *, now: Callable[[], int]) -> dict[ProviderName, Provider]:
    """A provider for each service. Nothing is connected or read yet but `push_ca_file`.

    Raises NotFound where that cannot be read.
    """
    forms, authority = _forms(settings, now), _authority(settings)
    providers: dict[ProviderName, Provider] = {
        "apns": Unset("apns"),
        "fcm": Unset("fcm"),
        "webpush": Unset("webpush"),
    }
    if settings.apns_apps:
        addresses: dict[Environment, str] = {
            "production": settings.apns_url or ADDRESSES["production"],
            "sandbox": settings.apns_sandbox_url or ADDRESSES["sandbox"],
        }
        apps = apns_apps(settings)
        providers["apns"] = Apns(apps, form=forms.apns, addresses=addresses, ca_file=authority)
    if settings.fcm_projects:
        projects = {
            one.app: FcmProject(Path(one.account_file), one.project)
            for one in settings.fcm_projects
        }
        base = settings.fcm_url or BASE
        providers["fcm"] = Fcm(projects, form=forms.fcm, base=base, ca_file=authority)
    if settings.webpush_contact:
        vapid = Vapid(settings.webpush_key, subject=settings.webpush_contact)
        providers["webpush"] = WebPush(
            vapid, form=forms.webpush, allowed=settings.webpush_networks, ca_file=authority
        )
    return providers


def apns_apps(settings: Settings) -> list[App]:
    """The apps as the client of APNs takes them."""
    return [
        App(
            app=one.app,
            team_id=one.team_id,
            key_id=one.key_id,
            key_file=Path(one.key_file),
            environments=one.environments,
        )
        for one in settings.apns_apps
    ]


def key_files(settings: Settings) -> list[Path]:
    """The files of all keys, which may be replaced while the server runs."""
    return [Path(one.key_file) for one in settings.apns_apps] + [
        Path(one.account_file) for one in settings.fcm_projects
    ]


def _forms(settings: Settings, now: Callable[[], int]) -> Forms:
    return Forms(
        now=now,
        names=settings.push_names,
        previews=settings.push_previews,
        keys=Keys(
            reply=settings.push_key_reply,
            replies=settings.push_key_replies,
            callback=settings.push_key_callback,
        ),
        sound=settings.push_sound,
        android=settings.android_shows,
        channel=settings.android_channel,
        quiet_channel=settings.android_quiet_channel,
    )


def _authority(settings: Settings) -> Path | None:
    if not settings.push_ca_file:
        return None
    if not os.access(settings.push_ca_file, os.R_OK):
        raise NotFound(f"push_ca_file: {settings.push_ca_file} cannot be read")
    return Path(settings.push_ca_file)
