"""What an operator must know and can mend: a set of alarms, each with its remedy.

An alarm stands for a kind of trouble of one circuit or provider; when it is raised again it counts
on. It goes when the trouble does, or, where nothing tells that it has gone, an hour after it was
seen last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec.structs import replace

Kind = Literal["clock", "configuration", "fault", "removal", "unreachable"]

KEPT_MS = 3_600_000
MOST = 200
"""Strangers' Web Push services may fail in any number."""

TEXTS: dict[Kind, str] = {
    "clock": "The provider finds our tokens expired",
    "configuration": "The provider does not accept our configuration; its pushes wait",
    "fault": "The provider does not accept what we send; such pushes are given up",
    "removal": "So many addresses die at once that none is removed",
    "unreachable": "The provider cannot be reached; its pushes wait",
}

REMEDIES: dict[Kind, str] = {
    "clock": "Set this machine's clock: let it follow a time server.",
    "configuration": "Compare key, team, topic and environment with the provider's console. An app "
    "or a service that is not set up: add it to the settings, or mend the app's app_id.",
    "fault": "Report it as a bug, with the reason.",
    "removal": "See whether key, topic and environment belong to the app, then release the brake.",
    "unreachable": "See whether this machine reaches the provider; pushes go out when it does.",
}

REMEDIES_BY_REASON = {
    "BadCertificateEnvironment": "The certificate is for the other environment.",
    "BadDeviceToken": "Such tokens come from the other environment, sandbox or production: "
    "let the app say its environment when it registers.",
    "BadEnvironmentKeyIdInToken": "The key is for the other environment, sandbox or production.",
    "BadJwtToken": "The contact must be a mailto: address or an https: URL that exists.",
    "DeviceTokenNotForTopic": "The app registers with the bundle id of another app.",
    "Forbidden": "The key may not send to this topic.",
    "InvalidProviderToken": "Key file, key id and team id do not belong together, or the key was "
    "revoked.",
    "PERMISSION_DENIED": "The service account may not send for this project.",
    "SENDER_ID_MISMATCH": "The app registers with another project than the service account's.",
    "THIRD_PARTY_AUTH_ERROR": "FCM has no valid APNs key or Web Push key for the app.",
    "TopicDisallowed": "The key or certificate does not cover this bundle id.",
    "VapidPkHashMismatch": "Browsers subscribed with another VAPID key: restore that key.",
}


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One trouble that stands."""

    kind: Kind
    about: str
    """The circuit, or the provider."""
    reason: str
    detail: str
    text: str
    remedy: str
    since: int
    """Unix milliseconds, as is `seen`."""
    seen: int
    times: int


class Alarms:
    """The alarms that stand. `now` gives Unix milliseconds.

    `on_change` is called with an alarm and whether it stands, once when it is raised and once when
    it goes.
    """

    def __init__(
        self,
        *,
        now: Callable[[], int],
        on_change: Callable[[Alarm, bool], None] = lambda _alarm, _stands: None,
    ) -> None:
        self._now = now
        self._on_change = on_change
        self._standing: dict[tuple[Kind, str, str], Alarm] = {}

    def ring(self, kind: Kind, about: str, reason: str, detail: str = "") -> None:
        """Raise an alarm, or count it on."""
        place, now = (kind, about, reason), self._now()
        if (stands := self._standing.get(place)) is not None:
            self._standing[place] = replace(
                stands, seen=now, times=stands.times + 1, detail=detail or stands.detail
            )
            return
        self._drop_old()
        if len(self._standing) >= MOST:
            self._drop(min(self._standing, key=lambda one: self._standing[one].seen))
        alarm = Alarm(
            kind=kind,
            about=about,
            reason=reason,
            detail=detail,
            text=TEXTS[kind],
            remedy=REMEDIES_BY_REASON.get(reason, REMEDIES[kind]),
            since=now,
            seen=now,
            times=1,
        )
        self._standing[place] = alarm
        self._on_change(alarm, True)  # noqa: FBT003  it stands

    def clear(self, about: str, *kinds: Kind) -> None:
        """The trouble is over."""
        for place, alarm in list(self._standing.items()):
            if alarm.about == about and alarm.kind in kinds:
                self._drop(place)

    def standing(self) -> list[Alarm]:
        """Those that stand, oldest first."""
        self._drop_old()
        return list(self._standing.values())

    def _drop_old(self) -> None:
        """Faults and slow clocks have nobody who says that they are over."""
        oldest = self._now() - KEPT_MS
        for place, alarm in list(self._standing.items()):
            if alarm.seen < oldest and alarm.kind in {"clock", "fault"}:
                self._drop(place)

    def _drop(self, place: tuple[Kind, str, str]) -> None:
        self._on_change(self._standing.pop(place), False)  # noqa: FBT003  it is gone
