"""FCM as a provider: several projects side by side, each with its own service account."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path

import msgspec

from push.exchange import Exchange, Reply, trust
from push.fcm.access import Access, AccessTokens
from push.fcm.answers import read_answer
from push.model import Answer, FcmRequest, NotProcessed, Outcome, ProviderName, Push, Refused

BASE = "https://fcm.googleapis.com"
UNAUTHENTICATED = "UNAUTHENTICATED"


class FcmProject(msgspec.Struct, frozen=True):
    """The key file of a service account, and the project if it is another than the file names."""

    account: Path
    project: str = ""


class Fcm:
    """Sends through FCM's HTTP v1 interface.

    `projects` leads from an app's id to its project; the one under "" serves all other apps. A
    project whose access token cannot be had holds up only its own apps: each of their pushes is
    told so at once (NotProcessed, or Refused to keep where the operator must mend something).
    `ca_file` is trusted besides the system's authorities.
    """

    name: ProviderName = "fcm"

    def __init__(
        self,
        projects: Mapping[str, FcmProject],
        *,
        form: Callable[[Push], FcmRequest],
        base: str = BASE,
        ca_file: Path | None = None,
        limit: int = 200,
        timer: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        tls = trust(ca_file)
        self._exchange = Exchange(tls=tls, limit=limit, limit_per_host=limit)
        # A room of its own: pushes that wait for an answer never keep a token from being renewed.
        self._oauth = Exchange(tls=tls, limit=len(projects) + 1)
        tokens = {
            project: AccessTokens(
                project.account,
                exchange=self._oauth,
                project=project.project,
                timer=timer,
                clock=clock,
            )
            for project in set(projects.values())
        }
        self._tokens = {app: tokens[project] for app, project in projects.items()}
        self._form = form
        self._base = base.rstrip("/")
        self._clock = clock

    async def send(self, push: Push, *, timeout: float) -> Outcome:
        """Send it once and say what happened; see `push.model.Provider`.

        A token that is refused as unauthenticated is renewed, and the push sent with the new one:
        what was refused so was not processed.
        """
        tokens = self._tokens.get(push.target.app) or self._tokens.get("")
        if tokens is None:
            return Refused(f"no FCM project is set for the app {push.target.app}", keep=True)
        body = b'{"message":' + self._form(push).message + b"}"
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    access = await tokens.get()
            except TimeoutError:
                return NotProcessed("oauth: timeout")
            if not isinstance(access, Access):
                return access
            outcome = await self._post(push, access, body, deadline - loop.time())
            if not (_is_unauthenticated(outcome) and tokens.refuse(access)):
                return outcome

    async def close(self) -> None:
        """Let what is in flight end, then close the connections."""
        await self._exchange.close()
        for tokens in set(self._tokens.values()):
            await tokens.close()
        await self._oauth.close()

    async def _post(self, push: Push, access: Access, body: bytes, timeout: float) -> Outcome:
        reply = await self._exchange.post(
            f"{self._base}/v1/projects/{access.project}/messages:send",
            headers={
                "Authorization": f"Bearer {access.token}",
                "Content-Type": "application/json",
            },
            body=body,
            timeout=timeout,
        )
        if not isinstance(reply, Reply):
            return reply
        now_ms = int(self._clock() * 1000)
        return read_answer(reply, token=push.target.token, now_ms=now_ms)


def _is_unauthenticated(outcome: Outcome) -> bool:
    """THIRD_PARTY_AUTH_ERROR is a 401 as well, but no other token of ours mends it."""
    return (
        isinstance(outcome, Answer)
        and outcome.status == HTTPStatus.UNAUTHORIZED
        and outcome.reason in {"", UNAUTHENTICATED}
    )
