"""What the doctor sees of pushes: keys, clocks, and how they stand in the running server."""

from __future__ import annotations

import stat
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp

from inbox.flows.ringer import Ringing
from inbox.ops.finding import Finding, doubtful, well, wrong
from inbox.ops.reach import PATIENCE
from inbox.settings import Settings
from push.alarms import REMEDIES_BY_REASON
from push.apns.token import KeyUnreadable, read_key
from push.exchange import read_date, trust
from push.fcm.account import read_account
from push.fcm.provider import BASE
from push.webpush.vapid import Vapid

SUSPICIOUS = {
    "BadDeviceToken",
    "DeviceTokenNotForTopic",
    "SENDER_ID_MISMATCH",
    "VapidPkHashMismatch",
}
"""Answers that a few dead devices never give: environment, topic, project or key do not fit."""
SKEW_S = 60
LATE_MS = 60_000
VERY_LATE_MS = 15 * 60_000
_KEY_REMEDY = "put the file there that the provider gave, readable by Pinbox's user"


def check_push_keys(settings: Settings) -> Iterator[Finding]:
    """Each key is there, of the right kind, and nobody else's to read."""
    if not settings.has_push:
        yield well("push", "no service is set up; apps hear of replies when they are open")
        return
    for app in settings.apns_apps:
        yield _check_apns_key(app.app, Path(app.key_file))
    for project in settings.fcm_projects:
        yield _check_account(project.app or "all other apps", Path(project.account_file))
    if settings.webpush_contact:
        yield _check_vapid(settings)
    if settings.push_ca_file:
        yield _check_authority(Path(settings.push_ca_file))


async def check_push_clock(settings: Settings) -> AsyncIterator[Finding]:
    """Our clock is near Google's: tokens are signed by ours. Apple's comes with its refusals."""
    if not settings.fcm_projects:
        return
    url = settings.fcm_url or BASE
    tls = trust(Path(settings.push_ca_file) if settings.push_ca_file else None)
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            began = time.time()
            async with session.get(url, ssl=tls, allow_redirects=False) as answer:
                theirs = read_date(answer.headers.get("Date", ""))
            ours = (began + time.time()) / 2
    except (OSError, aiohttp.ClientError, TimeoutError) as error:
        yield wrong(
            "push, FCM", f"{url}: {error or type(error).__name__}", "let this machine reach it"
        )
        return
    if theirs is None:
        yield well("push, FCM", f"{url} answers")
        return
    yield _check_skew("push, Google's clock", ours - theirs / 1000)


def check_ringing(ringing: Ringing | None) -> Iterator[Finding]:
    """What waits, what is held, and every alarm with its remedy."""
    if ringing is None:
        return
    for lane in ringing.lanes:
        yield _check_lane(ringing, lane.provider, waiting=lane.waiting, oldest_ms=lane.oldest_ms)
        for reason in sorted(lane.results.keys() & SUSPICIOUS):
            yield doubtful(
                f"push, {lane.provider} answers {reason}",
                f"{lane.results[reason]:,} of {lane.attempts:,} requests since the start",
                REMEDIES_BY_REASON[reason],
            )
    for line in ringing.lines:
        if line.skew_s is not None:
            yield _check_skew(f"push, Apple's clock ({line.environment})", line.skew_s)
    for alarm in ringing.alarms:
        what = f"push, {alarm.about}"
        says = f"{alarm.text}: {alarm.reason} {alarm.detail}".rstrip()
        bad = alarm.kind in {"clock", "configuration", "removal"}
        yield (wrong if bad else doubtful)(what, says, alarm.remedy)


def _check_lane(ringing: Ringing, provider: str, *, waiting: int, oldest_ms: int) -> Finding:
    what = f"push, {provider}"
    if oldest_ms < LATE_MS:
        return well(what, f"{waiting:,} wait, none for long")
    held = any(one.about.startswith(f"{provider}:") for one in ringing.circuits)
    says = f"the oldest of {waiting:,} is due for {oldest_ms // 60_000} minutes"
    remedy = "see the alarm beside this" if held else "see the server's log for push_failed"
    return (wrong if oldest_ms >= VERY_LATE_MS else doubtful)(what, says, remedy)


def _check_skew(what: str, ahead_s: float) -> Finding:
    side = "ahead of" if ahead_s > 0 else "behind"
    says = f"ours is {abs(ahead_s):.0f} s {side} it"
    if abs(ahead_s) < SKEW_S:
        return well(what, says)
    return wrong(what, says, "set the clock, and let NTP keep it: tokens are refused by it")


def _check_apns_key(app: str, file: Path) -> Finding:
    what = f"push, key for {app}"
    try:
        read_key(file)
    except OSError as error:
        return wrong(what, f"{file}: {error.strerror}", _KEY_REMEDY)
    except KeyUnreadable as error:
        return wrong(what, f"{file}: {error}", "take the .p8 file that Apple gave for this key id")
    return _check_rights(what, file, "signs ES256")


def _check_account(app: str, file: Path) -> Finding:
    what = f"push, service account for {app}"
    try:
        account = read_account(file.read_bytes())
    except OSError as error:
        return wrong(what, f"{file}: {error.strerror}", _KEY_REMEDY)
    except ValueError as error:
        return wrong(what, f"{file}: {error}", "make a new key for the account in Google's console")
    return _check_rights(what, file, f"{account.email}, project {account.project}")


def _check_vapid(settings: Settings) -> Finding:
    try:
        Vapid(settings.webpush_key, subject=settings.webpush_contact)
    except ValueError as error:
        return wrong("push, webpush_key", str(error), "restore the key that browsers know")
    return well("push, webpush_key", f"signs ES256; trouble goes to {settings.webpush_contact}")


def _check_authority(file: Path) -> Finding:
    try:
        trust(file)
    except OSError as error:  # among them what is no certificate
        remedy = "name a PEM file, or take the setting out"
        return wrong("push_ca_file", f"{file}: {error.strerror or error}", remedy)
    return doubtful(
        "push_ca_file",
        f"{file} is trusted by all push services",
        "take it out in production: it is for stand-ins",
    )


def _check_rights(what: str, file: Path, says: str) -> Finding:
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        return doubtful(what, f"{says}; others may read {file}", f"chmod 600 {file}")
    return well(what, says)
